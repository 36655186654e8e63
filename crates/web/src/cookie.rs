//! Cookies, as far as the pages use them.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(held, value)| (held == name).then_some(value))
}

/// A cookie for the whole node that scripts cannot read. `None` as its value ends it; `seconds`
/// keeps it beyond the browser's session.
pub(crate) fn set(
    name: &str,
    value: Option<&str>,
    seconds: Option<u32>,
    secure: bool,
) -> HeaderValue {
    let age = match (value, seconds) {
        (None, _) => "; Max-Age=0".to_owned(),
        (Some(_), Some(seconds)) => format!("; Max-Age={seconds}"),
        (Some(_), None) => String::new(),
    };
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}{age}",
        value.unwrap_or_default()
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; bb=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("c=3=4"));
        assert_eq!(get(&headers, "bb"), Some("2"));
        assert_eq!(get(&headers, "b"), None);
        assert_eq!(get(&headers, "c"), Some("3=4"));
    }

    #[test]
    fn it_is_hidden_from_scripts_and_other_sites() {
        let cookie = set("__Host-x", Some("y"), None, true);
        assert_eq!(cookie, "__Host-x=y; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(set("x", None, None, false), "x=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
