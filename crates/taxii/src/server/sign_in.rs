//! HTTP Basic (section 1.6.9, RFC 7617).

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::answer::Refusal;
use crate::host::{Account, Host};

/// Base64 with its padding or without: some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who sends the request. No credentials, unreadable ones and wrong ones look the same.
pub(super) fn sign_in<H: Host>(host: &H, headers: &HeaderMap) -> Result<Account, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let only = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    let found = match only.and_then(credentials) {
        Some((user, password)) => host.authenticate(&user, &password)?,
        None => None,
    };
    found.ok_or_else(Refusal::sign_in)
}

fn credentials(header: &str) -> Option<(String, String)> {
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
