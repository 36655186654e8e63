//! What a text can be given.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

/// A value for a variable of a text: a number, or foreign text, which is escaped.
pub trait Arg {
    /// As Fluent takes it.
    fn into_value(self) -> FluentValue<'static>;
}

impl Arg for &str {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(crate::foreign(self)))
    }
}

impl Arg for &&str {
    fn into_value(self) -> FluentValue<'static> {
        (*self).into_value()
    }
}

impl Arg for String {
    fn into_value(self) -> FluentValue<'static> {
        self.as_str().into_value()
    }
}

impl Arg for &String {
    fn into_value(self) -> FluentValue<'static> {
        self.as_str().into_value()
    }
}

impl Arg for super::Text<'_> {
    fn into_value(self) -> FluentValue<'static> {
        self.to_string().into_value()
    }
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Arg for $number {
            fn into_value(self) -> FluentValue<'static> {
                FluentValue::from(self)
            }
        }

        impl Arg for &$number {
            fn into_value(self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        }
    )+};
}

numbers!(u16 u32 u64 usize i32 i64);
