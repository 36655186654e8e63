//! Bytes as small hexadecimal digits, as digests are written.

use std::fmt::Write;

/// Two digits for each byte.
pub fn of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The 32 bytes that 64 digits stand for, small or capital.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    is_hex.then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let bytes: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 8).unwrap());
        let text = of(&bytes);
        assert!(text.starts_with("000810") && text.ends_with("f0f8"), "{text}");
        assert_eq!((digest(&text), digest(&text.to_uppercase())), (Some(bytes), Some(bytes)));
        for wrong in ["", "00", &text[1..], &format!("{text}00"), &"+f".repeat(32), &"é".repeat(32)]
        {
            assert_eq!(digest(wrong), None, "{wrong}");
        }
    }
}
