//! HTTP Basic (section 1.6.9, RFC 7617) and certificates of clients (section 8.3.1).

use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::answer::Refusal;
use crate::certificate::ClientCertificate;
use crate::host::{Account, Host, Proofs};

/// Base64 with its padding or without: some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who sends the request. No credentials, unreadable ones and wrong ones look the same.
pub(crate) fn sign_in<H: Host>(host: &H, parts: &Parts) -> Result<Account, Refusal> {
    let shown = parts.extensions.get::<ClientCertificate>();
    let certificate = shown.and_then(|ClientCertificate(shown)| *shown);
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let credentials = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(only), None) => {
            Some(only.to_str().ok().and_then(credentials).ok_or_else(Refusal::sign_in)?)
        }
        (Some(_), Some(_)) => return Err(Refusal::sign_in()),
    };
    if credentials.is_none() && certificate.is_none() {
        return Err(Refusal::sign_in());
    }
    let password = credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
    host.authenticate(&Proofs { password, certificate })?.ok_or_else(Refusal::sign_in)
}

pub(super) fn credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_as_clients_write_them() {
        let good = Some(("duty".to_owned(), "a:b".to_owned()));
        for header in ["Basic ZHV0eTphOmI=", "basic ZHV0eTphOmI", "BASIC   ZHV0eTphOmI= "] {
            assert_eq!(credentials(header), good, "{header}");
        }
        for header in [
            "",
            "Basic",
            "Basic ",
            "Bearer ZHV0eTphOmI=",
            "Basic ZHV0eQ==",
            "Basic %",
            "Basic /w==",
        ] {
            assert_eq!(credentials(header), None, "{header}");
        }
    }
}
