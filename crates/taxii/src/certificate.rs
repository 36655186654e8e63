//! Certificates of clients (section 8.3.1), known by their fingerprints.

use std::fmt;
use std::str::FromStr;

use ring::digest;

/// The SHA-256 of a certificate in DER. In text: hexadecimal digits, with colons or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Stands in the extensions of every request of a TLS connection: the certificate that the client
/// showed, if it showed one. The handshake proved that the client holds its key.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientCertificate(pub Option<Fingerprint>);

impl Fingerprint {
    /// The fingerprint of what stands in DER.
    pub fn of(der: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&stix::hex::of(&self.0))
    }
}

/// It is no SHA-256 fingerprint: not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 fingerprint of 64 hexadecimal digits")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let digits: String = text.chars().filter(|c| *c != ':').collect();
        stix::hex::digest(&digits).map(Self).ok_or(NoFingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_print_it() {
        let fingerprint = Fingerprint::of(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fingerprint.to_string(), text);
        let pairs: Vec<&str> = (0..32).map(|n| &text[2 * n..2 * n + 2]).collect();
        for text in [text.to_owned(), text.to_uppercase(), pairs.join(":").to_uppercase()] {
            assert_eq!(text.parse(), Ok(fingerprint));
        }
        for wrong in ["", "e3b0", &text[1..], "sha256:", &format!("{text}00"), &"é".repeat(64)] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(NoFingerprint), "{wrong}");
        }
    }
}
