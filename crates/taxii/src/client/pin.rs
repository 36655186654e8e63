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

use crate::certificate::Fingerprint;

/// SHA-256 of a certificate, or of the public key in it (its SubjectPublicKeyInfo).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin(Fingerprint);

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
            return text.replace(' ', "").parse().map(Self).map_err(|_| wrong());
        };
        bytes.try_into().map(|bytes| Self(Fingerprint(bytes))).map_err(|_| wrong())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Pin {
    /// Whether the bytes have this digest.
    fn fits(self, bytes: &[u8]) -> bool {
        Fingerprint::of(bytes) == self.0
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
