//! How a value of an object compares with a constant (STIX 2.1 section 9.6).

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::ast::Constant;
use super::lex;
use super::moment::Moment;
use crate::time::Timestamp;

/// A constant, ready to be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Integer(i64),
    Float(f64),
    Text(String),
    Boolean(bool),
    Bytes(Vec<u8>),
    Moment(Moment),
}

impl Operand {
    pub(super) fn new(constant: &Constant) -> Self {
        match constant {
            Constant::Integer(number) => Self::Integer(*number),
            Constant::Float(number) => Self::Float(*number),
            Constant::String(text) => Self::Text(text.to_string()),
            Constant::Boolean(value) => Self::Boolean(*value),
            Constant::Hex(bytes) | Constant::Binary(bytes) => Self::Bytes(bytes.clone()),
            Constant::Timestamp(time) => Self::Moment(Moment::of(time)),
        }
    }
}

/// How the text of a property is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// As text.
    Text,
    /// As bytes in hexadecimal: the property's name ends in `_hex`.
    Hex,
    /// As bytes in base64: the property's name ends in `_bin`.
    Base64,
}

impl Encoding {
    pub(super) fn of(key: &str) -> Self {
        if key.ends_with("_hex") {
            Self::Hex
        } else if key.ends_with("_bin") {
            Self::Base64
        } else {
            Self::Text
        }
    }
}

/// A value as far as comparisons care.
#[derive(Debug)]
pub(super) enum Datum<'a> {
    Number(&'a Number),
    Text(&'a str),
    Boolean(bool),
    Bytes(Vec<u8>),
    /// What no constant is equal to: null, lists, objects.
    Other,
}

impl<'a> Datum<'a> {
    pub(super) fn new(value: &'a Value, encoding: Encoding) -> Self {
        match value {
            Value::Number(number) => Self::Number(number),
            Value::Bool(value) => Self::Boolean(*value),
            Value::String(text) => {
                let bytes = match encoding {
                    Encoding::Text => None,
                    Encoding::Hex => lex::hex(text),
                    Encoding::Base64 => lex::base64(text),
                };
                bytes.map_or(Self::Text(text), Self::Bytes)
            }
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }

    /// How it stands to a constant; none if they do not compare.
    pub(super) fn compare(&self, operand: &Operand) -> Option<Ordering> {
        match (self, operand) {
            (Self::Number(number), Operand::Integer(other)) => Some(with_integer(number, *other)),
            (Self::Number(number), Operand::Float(other)) => Some(with_float(number, *other)),
            // By code points, which is the order of the UTF-8 bytes; not normalised.
            (Self::Text(text), Operand::Text(other)) => Some((*text).cmp(other.as_str())),
            (Self::Bytes(bytes), Operand::Bytes(other)) => Some(bytes.cmp(other)),
            (Self::Text(text), Operand::Bytes(bytes)) => Some(latin(text)?.as_ref().cmp(bytes)),
            (Self::Bytes(bytes), Operand::Text(text)) => {
                Some(bytes.as_slice().cmp(latin(text)?.as_ref()))
            }
            (Self::Boolean(value), Operand::Boolean(other)) => Some(value.cmp(other)),
            (Self::Text(text), Operand::Moment(moment)) => Some(moment_of(text)?.cmp(moment)),
            _ => None,
        }
    }

    pub(super) fn equals(&self, operand: &Operand) -> bool {
        self.compare(operand) == Some(Ordering::Equal)
    }
}

/// A text read as a time.
pub(super) fn moment_of(text: &str) -> Option<Moment> {
    Timestamp::parse(text).ok().map(|time| Moment::of(&time))
}

/// A text as bytes, if each character is one: only such texts compare with bytes.
pub(super) fn latin(text: &str) -> Option<Cow<'_, [u8]>> {
    if text.is_ascii() {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect::<Option<Vec<u8>>>()
        .map(Cow::Owned)
}

fn with_integer(number: &Number, other: i64) -> Ordering {
    if let Some(number) = number.as_i64() {
        number.cmp(&other)
    } else if number.is_u64() {
        Ordering::Greater
    } else {
        integer_and_float(other, number.as_f64().unwrap_or(f64::NAN)).reverse()
    }
}

fn with_float(number: &Number, other: f64) -> Ordering {
    if let Some(number) = number.as_i64() {
        integer_and_float(number, other)
    } else {
        number.as_f64().unwrap_or(f64::NAN).partial_cmp(&other).unwrap_or(Ordering::Less)
    }
}

/// Exact, where a cast would round.
fn integer_and_float(integer: i64, float: f64) -> Ordering {
    /// 2^63: from here on floats are greater than all integers of 64 bits.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float >= BEYOND {
        return Ordering::Less;
    }
    if float < -BEYOND {
        return Ordering::Greater;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the range, checked above")]
    let whole = float.trunc() as i64;
    integer.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&float.fract()).unwrap_or(Ordering::Less))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "reads better below")]
    fn compares(value: Value, operand: Operand, expected: Option<Ordering>) {
        assert_eq!(Datum::new(&value, Encoding::Text).compare(&operand), expected, "{value}");
    }

    #[test]
    fn numbers_compare_exactly() {
        use Ordering::{Equal, Greater, Less};
        compares(json!(5), Operand::Integer(5), Some(Equal));
        compares(json!(5), Operand::Float(5.0), Some(Equal));
        compares(json!(5.0), Operand::Integer(5), Some(Equal));
        compares(json!(5), Operand::Float(5.5), Some(Less));
        compares(json!(-5), Operand::Float(-5.5), Some(Greater));
        compares(
            json!(9_007_199_254_740_993_i64),
            Operand::Float(9_007_199_254_740_992.0),
            Some(Greater),
        );
        compares(json!(i64::MAX), Operand::Float(9_223_372_036_854_775_807.0), Some(Less));
        compares(json!(u64::MAX), Operand::Integer(i64::MAX), Some(Greater));
        compares(json!(1e300), Operand::Integer(i64::MAX), Some(Greater));
        compares(json!(-1e300), Operand::Integer(i64::MIN), Some(Less));
    }

    #[test]
    fn other_types_do_not_compare() {
        compares(json!(1), Operand::Boolean(true), None);
        compares(json!("1"), Operand::Integer(1), None);
        compares(json!(null), Operand::Text("null".to_owned()), None);
        compares(json!(["a"]), Operand::Text("a".to_owned()), None);
        compares(json!("no time"), Operand::Moment(Moment::MIN), None);
    }

    #[test]
    fn texts_and_bytes_compare_while_each_character_is_a_byte() {
        compares(json!("\u{e9}"), Operand::Bytes(vec![0xe9]), Some(Ordering::Equal));
        compares(json!("\u{20ac}"), Operand::Bytes(vec![0xe9]), None);
        let value = json!("ff00");
        let datum = Datum::new(&value, Encoding::Hex);
        assert!(datum.equals(&Operand::Bytes(vec![0xff, 0])));
        assert!(datum.equals(&Operand::Text("\u{ff}\u{0}".to_owned())));
        assert!(!datum.equals(&Operand::Text("ff00".to_owned())));
    }
}
