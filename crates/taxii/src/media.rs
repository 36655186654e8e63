//! Content negotiation (TAXII 2.1 section 1.6.8): media types with parameters, in any case,
//! quoted or not, with spaces or without.

/// Whether an `Accept` header lets us answer in TAXII 2.1. Without one, everything is accepted.
pub(crate) fn accepts(header: Option<&str>) -> bool {
    let Some(header) = header.filter(|header| !header.trim().is_empty()) else { return true };
    header.split(',').any(|range| {
        let (media, parameters) = parse(range);
        let wanted = parameters.iter().all(|(name, value)| match name.as_str() {
            "q" => value.parse::<f32>().is_ok_and(|weight| weight > 0.0),
            "version" => media != "application/taxii+json" || value == "2.1",
            _ => true,
        });
        wanted && matches!(media.as_str(), "application/taxii+json" | "application/*" | "*/*")
    })
}

/// Whether a `Content-Type` says TAXII 2.1.
pub(crate) fn is_taxii(header: Option<&str>) -> bool {
    let (media, parameters) = parse(header.unwrap_or_default());
    media == "application/taxii+json"
        && parameters.iter().all(|(name, value)| name != "version" || value == "2.1")
}

fn parse(text: &str) -> (String, Vec<(String, String)>) {
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameters = parts.filter_map(|part| part.split_once('=')).map(|(name, value)| {
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_ascii_lowercase())
    });
    (media, parameters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_as_http_says() {
        for good in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json;version=\"2.1\"",
            "APPLICATION/TAXII+JSON;VERSION=2.1",
            "application/taxii+json",
            "text/html, application/taxii+json;version=2.1;q=0.5",
            "application/taxii+json;version=9, */*;q=0.1",
            "*/*",
            "",
        ] {
            assert!(accepts(Some(good)), "{good}");
        }
        for bad in ["application/json", "text/html", "application/taxii+json;version=2.0", "*/*;q=0"] {
            assert!(!accepts(Some(bad)), "{bad}");
        }
        assert!(is_taxii(Some("application/taxii+json ; version = 2.1")));
        assert!(is_taxii(Some("application/taxii+json")));
        assert!(!is_taxii(Some("application/json")) && !is_taxii(None));
        assert!(!is_taxii(Some("application/taxii+json;version=3")));
    }
}
