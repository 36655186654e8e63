//! The canonical form: documents, numbers, and what has none.

use serde_json::{Value, json};
use stix::{Object, canonical};

use crate::{Result, expect, from_hex};

/// Name, where it is from, the input, and its canonical form.
const DOCUMENTS: &[(&str, &str, &str, &str)] = &[
    (
        "literals, numbers and a string with escapes",
        "RFC 8785 section 3.2.2",
        "{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n              2e-3, 0.000000000000000000000000001],\n  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n  \"literals\": [null, true, false]\n}",
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
    ),
    (
        "keys by their UTF-16 code units",
        "RFC 8785 section 3.2.3",
        "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
    ),
    (
        "a key beyond the basic plane stands before one near its end",
        "own: UTF-8 would order them the other way round",
        "{\"\\uff5e\":1,\"\\ud800\\udc00\":2}",
        "{\"\u{10000}\":2,\"\u{ff5e}\":1}",
    ),
    ("nothing", "own", " { } ", "{}"),
    (
        "empty things within",
        "own",
        "{\"b\" : [ ] , \"a\" : { } , \"\" : \"\"}",
        "{\"\":\"\",\"a\":{},\"b\":[]}",
    ),
    (
        "order within arrays stays, order within objects does not",
        "own",
        "[ {\"b\":1,\"a\":2}, [3,1,2] ]",
        "[{\"a\":2,\"b\":1},[3,1,2]]",
    ),
    (
        "a prefix stands before what it begins",
        "own",
        "{\"ab\":1,\"a\":2,\"a\\u0000\":3,\"B\":4}",
        "{\"B\":4,\"a\":2,\"a\\u0000\":3,\"ab\":1}",
    ),
    (
        "control characters: seven have two characters, the others six",
        "own",
        "[\"\\u0000\\u0001\\u0007\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u001b\\u001f\\u007f\\u2028\\u2029\"]",
        "[\"\\u0000\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u001b\\u001f\u{7f}\u{2028}\u{2029}\"]",
    ),
    (
        "letters that look alike stay what they are",
        "own: no Unicode normalisation",
        "[\"\\u00c5\",\"A\\u030a\",\"\\u212b\",\"\\ufb01\"]",
        "[\"Å\",\"A\u{30a}\",\"\u{212b}\",\"\u{fb01}\"]",
    ),
    (
        "characters that no standard assigns, and the byte order mark within",
        "own",
        "[\"\\uffff\\ufdd0\\ufeff\\ue000\\udbff\\udfff\"]",
        "[\"\u{ffff}\u{fdd0}\u{feff}\u{e000}\u{10ffff}\"]",
    ),
    (
        "numbers, however they are written",
        "own",
        "[0,-0,-0.0,0e9,1.0,10e-1,100,1e2,1E+2,-1.50,0.1,1e21,1e20,1e-6,1e-7,9007199254740991,-9007199254740991,5e-324,1.7976931348623157e308,0.30000000000000004,4.35,1e-400]",
        "[0,0,0,0,1,1,100,100,100,-1.5,0.1,1e+21,100000000000000000000,0.000001,1e-7,9007199254740991,-9007199254740991,5e-324,1.7976931348623157e+308,0.30000000000000004,4.35,0]",
    ),
];

/// The bits of a binary64 number and its canonical form (RFC 8785 appendix B).
const NUMBERS: &[(&str, &str)] = &[
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
];

/// Why a text has no canonical form here, and the text in hexadecimal or as it is. Each stands as
/// the value of a property of an otherwise good object.
const REFUSED: &[(&str, &str)] = &[
    ("a key twice", "{\"a\":1,\"a\":1}"),
    ("a key twice, once escaped", "{\"a\":1,\"\\u0061\":2}"),
    ("a lone high surrogate", "\"\\ud800\""),
    ("a lone low surrogate", "\"\\udc00\""),
    ("surrogates in the wrong order", "\"\\udc00\\ud800\""),
    ("an integer that binary64 cannot hold exactly with its neighbours", "9007199254740992"),
    ("the same below zero", "-9007199254740993"),
    ("the same, written with a point", "9007199254740993.0"),
    ("a number beyond binary64", "1e400"),
    ("a leading zero", "01"),
    ("a leading plus", "+1"),
    ("a point without digits", "1."),
    ("no number", "NaN"),
    ("infinity", "Infinity"),
    ("a trailing comma", "[1,]"),
    ("a comment", "[1 /* one */]"),
    ("single quotes", "'a'"),
    ("a control character as it is", "\"\u{1}\""),
    ("an unknown escape", "\"\\x41\""),
];

/// The same, for bytes that are no text.
const REFUSED_HEX: &[(&str, &str)] = &[
    ("no UTF-8", "22ff22"),
    ("an overlong encoding", "22c0af22"),
    ("a surrogate in UTF-8", "22eda08022"),
    ("beyond Unicode", "22f490808022"),
];

pub(crate) fn vectors() -> Result<Value> {
    let mut documents = Vec::new();
    for (name, source, input, canonical) in DOCUMENTS {
        let value: Value = serde_json::from_str(input)?;
        let found = String::from_utf8(canonical::to_vec(&value)?)?;
        expect(name, &found.as_str(), canonical)?;
        documents.push(json!({
            "name": name, "source": source, "input": input, "canonical": canonical,
        }));
    }
    let mut numbers = Vec::new();
    for (bits, canonical) in NUMBERS {
        let value = json!(f64::from_bits(u64::from_str_radix(bits, 16)?));
        let found = String::from_utf8(canonical::to_vec(&value)?)?;
        expect(bits, &found.as_str(), canonical)?;
        let accepted = Object::parse(with(canonical.as_bytes())).is_ok();
        numbers.push(json!({
            "ieee754": bits, "canonical": canonical, "source": "RFC 8785 appendix B",
            "accepted_in_objects": accepted,
        }));
    }
    let mut refused = Vec::new();
    for (name, text) in REFUSED {
        expect(name, &Object::parse(with(text.as_bytes())).is_err(), &true)?;
        refused.push(json!({ "name": name, "value": text }));
    }
    for (name, hex) in REFUSED_HEX {
        expect(name, &Object::parse(with(&from_hex(hex)?)).is_err(), &true)?;
        refused.push(json!({ "name": name, "value_hex": hex }));
    }
    Ok(json!({
        "about": "RFC 8785. `documents`: the canonical form of `input`, as text. `numbers`: the canonical form of a binary64 number; `accepted_in_objects` tells whether a STIX object may hold it (integers beyond 2^53 - 1 may not). `refused`: values that make an object invalid, because two programs could read two things; to be put in the place of VALUE in `frame`.",
        "frame": FRAME,
        "documents": documents,
        "numbers": numbers,
        "refused": refused,
    }))
}

const FRAME: &str = "{\"type\":\"campaign\",\"spec_version\":\"2.1\",\"id\":\"campaign--00000000-0000-4000-8000-000000000001\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"x\",\"x_value\":VALUE}";

/// An object that holds a value.
fn with(value: &[u8]) -> Vec<u8> {
    let (before, after) = FRAME.split_once("VALUE").unwrap_or_default();
    [before.as_bytes(), value, after.as_bytes()].concat()
}
