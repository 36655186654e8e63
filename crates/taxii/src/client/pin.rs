//! Pinned certificates: a server is the one whose certificate, or whose certificate's key, has the
//! digest that somebody told us. No authority is asked, and no name.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};

/// SHA-256 of a certificate, or of the public key in it (its SubjectPublicKeyInfo).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; 32]);

impl FromStr for Pin {
    type Err = String;

    /// Reads 64 hexadecimal digits, with colons between them or not, or base64 as
    /// `sha256/…` and `sha256//…` give it.
    fn from_str(text: &str) -> Result<Self, String> {
        use base64::Engine;
        let wrong = || "expected SHA-256 as 64 hexadecimal digits or as sha256/BASE64".to_owned();
        let text = text.trim();
        let bytes = if let Some(rest) = text.strip_prefix("sha256/") {
            base64::engine::general_purpose::STANDARD
                .decode(rest.trim_start_matches('/'))
                .map_err(|_| wrong())?
        } else {
            let digits: Vec<u32> = text
                .chars()
                .filter(|c| !matches!(c, ':' | ' '))
                .map(|c| c.to_digit(16).ok_or_else(wrong))
                .collect::<Result<_, _>>()?;
            let pair = |pair: &[u32]| {
                let digit = |at: usize| pair.get(at).copied().unwrap_or_default();
                u8::try_from(digit(0) * 16 + digit(1)).unwrap_or_default()
            };
            if digits.len() != 64 {
                return Err(wrong());
            }
            digits.chunks(2).map(pair).collect()
        };
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Pin {
    /// Whether the bytes have this digest.
    fn fits(self, bytes: &[u8]) -> bool {
        ring::digest::digest(&ring::digest::SHA256, bytes).as_ref() == self.0
    }
}

/// Takes the server that has the pinned certificate or key, and no other.
#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) pin: Pin,
    pub(super) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        if self.pin.fits(end_entity) || self.pin.fits(&key) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_in_the_forms_in_which_tools_print_it() {
        let plain = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let pin: Pin = plain.parse().unwrap();
        assert!(pin.fits(b"") && !pin.fits(b"x"));
        assert_eq!(pin.to_string(), plain);
        let colons = plain.to_uppercase().as_bytes().chunks(2).fold(String::new(), |text, pair| {
            let colon = if text.is_empty() { "" } else { ":" };
            text + colon + std::str::from_utf8(pair).unwrap()
        });
        for other in [
            colons.as_str(),
            "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ] {
            assert_eq!(other.parse::<Pin>().unwrap(), pin, "{other}");
        }
        for bad in ["", "e3b0", "sha256/", &plain[1..], &format!("{plain}00"), &"ž".repeat(64)] {
            assert!(bad.parse::<Pin>().is_err(), "{bad}");
        }
    }
}
