//! Signed objects, and what is done to them on the way.

use serde_json::{Map, Value, json};
use stix::Object;
use stix::extension::SIGNATURE;
use stix::sign::{self, PublicKey, SecretKey};

use crate::{Result, expect};

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn campaign(name: &str) -> Map<String, Value> {
    let object = json!({
        "type": "campaign", "spec_version": "2.1",
        "id": "campaign--00000000-0000-4000-8000-000000000001",
        "created_by_ref": "identity--00000000-0000-4000-8000-000000000001",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "name": name,
    });
    object.as_object().cloned().unwrap_or_default()
}

fn and(mut object: Map<String, Value>, more: Value) -> Map<String, Value> {
    if let Value::Object(more) = more {
        object.extend(more);
    }
    object
}

struct List {
    cases: Vec<Value>,
    known: Vec<PublicKey>,
}

impl List {
    /// A case: a text, what its signature is over, and how it stands.
    fn add(&mut self, name: &str, about: &str, input: &str, status: &str) -> Result<()> {
        let object = Object::parse(input.to_owned())?;
        let lookup = |id: &sign::KeyId| self.known.iter().find(|key| key.id() == *id).cloned();
        expect(name, &sign::status(&object, lookup).as_str(), &status)?;
        let message = String::from_utf8(sign::signed_bytes(&object)?)?;
        self.cases.push(json!({
            "name": name, "about": about, "input": input, "message": message, "status": status,
        }));
        Ok(())
    }

    /// A signed object in the text that the library gives it.
    fn good(&mut self, name: &str, about: &str, object: Map<String, Value>) -> Result<Object> {
        let signed = sign::sign(object, &key(1))?;
        self.add(name, about, signed.text(), "good")?;
        Ok(signed)
    }

    /// What a change makes of a signed object.
    fn changed(
        &mut self,
        name: &str,
        about: &str,
        signed: &Object,
        status: &str,
        change: impl Fn(&mut Value),
    ) -> Result<()> {
        let mut value = Value::Object(signed.value());
        change(&mut value);
        self.add(name, about, &value.to_string(), status)
    }
}

/// Sets something in the signature's own extension.
fn within(key: &str, to: Value) -> impl Fn(&mut Value) {
    move |value| value["extensions"][SIGNATURE][key] = to.clone()
}

pub(crate) fn vectors() -> Result<Value> {
    let mut list = List { cases: Vec::new(), known: vec![key(1).public(), key(2).public()] };
    good(&mut list)?;
    written_otherwise(&mut list)?;
    changed(&mut list)?;
    malformed(&mut list)?;
    let keys: Vec<_> = [(1, true), (2, true), (3, false)]
        .into_iter()
        .map(|(seed, known)| {
            let public = key(seed).public();
            json!({
                "seed_hex": format!("{seed:02x}").repeat(32), "public_key": public.to_string(),
                "key": public.id().to_string(), "known": known,
            })
        })
        .collect();
    Ok(json!({
        "about": "`message` is what the signature of `input` is, or would be, over: the canonical form of the object without the signature's own extension, and without `extensions` if that leaves it empty. `status` is how it stands for somebody who knows the keys marked `known`. A key's name is the first 16 bytes of the SHA-256 of its 32 bytes, in hexadecimal.",
        "extension": SIGNATURE,
        "keys": keys,
        "cases": list.cases,
    }))
}

const OTHER: &str = "extension-definition--00000000-0000-4000-8000-000000000001";

fn good(list: &mut List) -> Result<()> {
    list.good(
        "extensions goes",
        "The signature is the only extension: without it `extensions` would be empty, and goes too.",
        campaign("plain"),
    )?;
    list.good(
        "extensions stays",
        "Another extension remains in what is signed.",
        and(
            campaign("extended"),
            json!({ "extensions": { OTHER: { "extension_type": "property-extension", "weight": 0.1 } } }),
        ),
    )?;
    list.good(
        "extensions was empty",
        "An empty `extensions` before signing counts as none.",
        and(campaign("plain"), json!({ "extensions": {} })),
    )?;
    list.good(
        "an empty extension of another",
        "What is empty within another extension stays.",
        and(campaign("x"), json!({ "extensions": { OTHER: {} } })),
    )?;
    list.good(
        "unicode",
        "Composed and decomposed letters, letters beyond the basic plane, controls, and what turns the direction of text.",
        campaign("Zürich, Zu\u{308}rich, \u{1f600}, \u{10ffff}, \t\u{1}\u{7f}\u{2028}, \u{202e}abc\u{202c}, \"\\/"),
    )?;
    list.good(
        "keys by UTF-16",
        "Keys are ordered by UTF-16 code units, not by bytes or code points.",
        and(campaign("x"), json!({ "x_\u{ff5e}": 1, "x_\u{10000}": 2, "x_é": 3, "x_z": 4 })),
    )?;
    let numbers = json!([
        0,
        1,
        -1,
        9_007_199_254_740_991_i64,
        -9_007_199_254_740_991_i64,
        0.1,
        1.5,
        1e-7,
        1e-6,
        5e-324,
        0.000_001_234
    ]);
    list.good(
        "numbers",
        "Integers to 2^53 - 1, and fractions in their shortest form.",
        and(campaign("x"), json!({ "x_numbers": numbers, "confidence": 85 })),
    )?;
    list.good(
        "nested",
        "Order and emptiness within.",
        and(
            campaign("x"),
            json!({ "x_a": { "b": [{}, [], "", null, { "z": 1, "a": [true, false] }] } }),
        ),
    )?;
    Ok(())
}

fn written_otherwise(list: &mut List) -> Result<()> {
    let signed = list.good(
        "marked",
        "The object that the next cases write otherwise or change.",
        and(
            campaign("Zürich"),
            json!({
                "confidence": 85, "aliases": ["b", "a"],
                "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
            }),
        ),
    )?;
    let pretty = serde_json::to_string_pretty(&signed.value())?;
    list.add("indented", "White space means nothing.", &pretty, "good")?;
    let mut members: Vec<_> = signed.value().into_iter().collect();
    members.reverse();
    let body: Vec<_> =
        members.iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    let reversed = format!("{{{}}}", body.join(",\r\n\t"));
    list.add("in another order", "The order of keys means nothing.", &reversed, "good")?;
    let escaped = signed.text().replace('ü', "\\u00fc").replace("\"name\"", "\"\\u006eame\"");
    list.add("with escapes", "Escapes mean what they stand for, in keys too.", &escaped, "good")?;
    Ok(())
}

/// Name, what it shows, and what is done.
type Change = (&'static str, &'static str, fn(&mut Value));

fn changed(list: &mut List) -> Result<()> {
    let signed = sign::sign(
        and(
            campaign("Zürich"),
            json!({
                "confidence": 85, "aliases": ["b", "a"], "x_weight": 1,
                "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
            }),
        ),
        &key(1),
    )?;
    let written = signed.text().replace("\"x_weight\":1", "\"x_weight\":1.0e0");
    list.add("a number written otherwise", "1.0e0 is 1.", &written, "good")?;
    let cases: &[Change] = &[
        (
            "a default is added",
            "Some servers and libraries add `revoked`: false. It means the same, and is not what was signed.",
            |value| value["revoked"] = json!(false),
        ),
        (
            "another precision of time",
            "The same instant in another text is another object.",
            |value| value["modified"] = json!("2026-01-01T00:00:00Z"),
        ),
        ("a property is gone", "What was signed is missing.", |value| {
            value.as_object_mut().map(|object| object.remove("confidence"));
        }),
        ("a list in another order", "Lists have an order.", |value| {
            value["aliases"] = json!(["a", "b"]);
        }),
        (
            "letters normalised",
            "The same letter in another Unicode form is another text.",
            |value| value["name"] = json!("Zu\u{308}rich"),
        ),
        (
            "a marking is taken off",
            "Whoever widens an audience on the way breaks the signature.",
            |value| {
                value.as_object_mut().map(|object| object.remove("object_marking_refs"));
            },
        ),
        ("another extension is added", "Other extensions are signed with the rest.", |value| {
            value["extensions"][OTHER] = json!({});
        }),
        ("a number as text", "1 is not \"1\".", |value| value["x_weight"] = json!("1")),
        ("a property is null", "null is not 1.", |value| value["x_weight"] = json!(null)),
    ];
    for (name, about, change) in cases {
        list.changed(name, about, &signed, "bad", change)?;
    }
    list.changed(
        "the signature is gone",
        "An object without a signature is not bad: nobody answers for it.",
        &signed,
        "none",
        |value| {
            value.as_object_mut().map(|object| object.remove("extensions"));
        },
    )?;
    let other = sign::sign(campaign("another object"), &key(1))?;
    let stolen = other.value()["extensions"][SIGNATURE]["value"].clone();
    list.changed(
        "the signature of another object",
        "It is by the key that it names, over something else.",
        &signed,
        "bad",
        within("value", stolen),
    )?;
    Ok(())
}

fn malformed(list: &mut List) -> Result<()> {
    let signed = sign::sign(campaign("x"), &key(1))?;
    let by_other = sign::sign(campaign("x"), &key(2))?;
    list.add("by a second key", "Each object by its own key.", by_other.text(), "good")?;
    let by_stranger = sign::sign(campaign("x"), &key(3))?;
    let text = by_stranger.text();
    list.add("by a key that is not known", "Not bad: nobody can tell.", text, "unknown-key")?;
    list.add(
        "not signed",
        "There is nothing to verify.",
        &Value::Object(campaign("x")).to_string(),
        "none",
    )?;

    let name = |seed| json!(key(seed).public().id().to_string());
    let value = signed.value()["extensions"][SIGNATURE]["value"].clone();
    let text = value.as_str().unwrap_or_default().to_owned();
    let turned = |from: usize, to: &str| format!("{}{to}", text.get(..from).unwrap_or_default());
    let cases: Vec<(&str, &str, &str, Value)> = vec![
        ("names another known key", "The key named decides: others are not tried.", "key", name(2)),
        (
            "the key's name in capitals",
            "A key's name is 32 hexadecimal digits in lower case.",
            "key",
            json!(key(1).public().id().to_string().to_uppercase()),
        ),
        (
            "the key itself in place of its name",
            "A key is named, and known from elsewhere.",
            "key",
            json!(key(1).public().to_string()),
        ),
        ("no name of a key", "All four members must be there, as text.", "key", json!(null)),
        ("another algorithm", "There is one.", "algorithm", json!("Ed25519ph")),
        (
            "another case of the algorithm",
            "It is written in one way.",
            "algorithm",
            json!("ed25519"),
        ),
        (
            "another kind of extension",
            "The signature is a property extension.",
            "extension_type",
            json!("toplevel-property-extension"),
        ),
        (
            "one member more",
            "What the signature does not cover may hold nothing else: whoever passes the object on could make a second one of it.",
            "comment",
            json!("x"),
        ),
        ("padded", "base64url without padding.", "value", json!(format!("{text}=="))),
        (
            "ordinary base64",
            "base64url has - and _.",
            "value",
            json!(text.replace('-', "+").replace('_', "/")),
        ),
        (
            "a bit beyond the last byte",
            "The last character has unused bits: they must be zero, so that a signature has one text.",
            "value",
            json!(turned(85, &bump(&text))),
        ),
        ("too short", "A signature has 64 bytes.", "value", json!(turned(80, ""))),
        ("empty", "A signature has 64 bytes, not none.", "value", json!("")),
        ("no text", "A signature is text.", "value", json!(1)),
        ("all zero", "64 bytes, but no signature of this key.", "value", json!("A".repeat(86))),
    ];
    for (name, about, member, to) in cases {
        list.changed(name, about, &signed, "bad", within(member, to))?;
    }
    list.changed(
        "the extension is no object",
        "The name of the signature's extension alone makes no signature.",
        &signed,
        "bad",
        |value| {
            value["extensions"][SIGNATURE] = json!("x");
        },
    )?;
    list.changed("a member less", "All four members must be there.", &signed, "bad", |value| {
        let body = &mut value["extensions"][SIGNATURE];
        body.as_object_mut().map(|body| body.remove("extension_type"));
    })?;
    list.changed(
        "the extension is empty",
        "Nor is an empty one a signature.",
        &signed,
        "bad",
        |value| {
            value["extensions"][SIGNATURE] = json!({});
        },
    )?;
    Ok(())
}

/// The last character with an unused bit set.
fn bump(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = text.chars().last().unwrap_or('A');
    let at = ALPHABET.find(last).unwrap_or_default() | 1;
    ALPHABET.get(at..=at).unwrap_or_default().to_owned()
}
