//! Content negotiation (section 1.6.8, RFC 9110 section 12.5.1): media types with parameters, in
//! any case, quoted or not, with spaces or without.

/// One media type or range.
struct Media {
    name: String,
    version: Option<String>,
    /// `None` if it is no number from 0 to 1.
    quality: Option<f32>,
}

/// Whether an `Accept` header lets us answer in TAXII 2.1; an empty one lets us do anything. Of
/// the ranges that fit, the most specific one decides. `also` is a further type with which the
/// endpoint may be asked.
pub(crate) fn accepts(header: &str, also: Option<&str>) -> bool {
    if header.trim().is_empty() {
        return true;
    }
    let fitting = split(header, ',').into_iter().filter_map(|range| {
        let Media { name, version, quality } = parse(range);
        let is_ours = name == "application/taxii+json" || Some(name.as_str()) == also;
        let how_specific = match (name.as_str(), version.as_deref()) {
            (_, Some("2.1")) if is_ours => 3,
            (_, None) if is_ours => 2,
            ("application/*", _) => 1,
            ("*/*", _) => 0,
            _ => return None,
        };
        Some((how_specific, quality?))
    });
    fitting.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).is_some_and(|best| best.1 > 0.0)
}

/// Whether a `Content-Type` says TAXII 2.1.
pub(crate) fn is_taxii(header: Option<&str>) -> bool {
    let media = parse(header.unwrap_or_default());
    media.name == "application/taxii+json" && media.version.is_none_or(|version| version == "2.1")
}

fn parse(text: &str) -> Media {
    let mut parts = split(text, ';').into_iter();
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut media = Media { name, version: None, quality: Some(1.0) };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "version" => media.version = Some(value.to_owned()),
            "q" => {
                let quality = value.parse().ok();
                media.quality = quality.filter(|quality| (0.0..=1.0).contains(quality));
            }
            _ => {}
        }
    }
    media
}

/// Parts between separators that stand outside of quotation marks.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
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
            "application/taxii+json;charset=utf-8",
            "text/html, application/taxii+json;version=2.1;q=0.5",
            "text/html;x=\",\", application/taxii+json ; version = 2.1 ; q = 0.001",
            "application/taxii+json;version=9, */*;q=0.1",
            "application/taxii+json;version=2.1, */*;q=0",
            "application/taxii+json;version=2.0;q=1, application/taxii+json;version=2.1;q=0.1",
            "application/*",
            "*/*",
            "",
        ] {
            assert!(accepts(good, None), "{good}");
        }
        for bad in [
            "application/json",
            "text/html",
            "application/taxii+json;version=2.0",
            "application/taxii+json;version=2.1;q=0",
            "application/taxii+json;q=0, */*",
            "application/taxii+json;q=x",
            "application/*;q=0, */*;q=1",
            "*/*;q=0",
            "text/html;x=\"application/taxii+json,*/*\"",
            "application/stix+json;version=2.1",
            "rubbish",
        ] {
            assert!(!accepts(bad, None), "{bad}");
        }
        assert!(accepts("application/stix+json;version=2.1", Some("application/stix+json")));
    }

    #[test]
    fn the_content_type_must_be_ours() {
        for good in [
            "application/taxii+json;version=2.1",
            "application/taxii+json ; version = 2.1",
            "application/taxii+json; version=\"2.1\"; charset=utf-8",
            "Application/TAXII+json",
        ] {
            assert!(is_taxii(Some(good)), "{good}");
        }
        for bad in ["application/json", "application/taxii+json;version=3", "", "*/*"] {
            assert!(!is_taxii(Some(bad)), "{bad}");
        }
        assert!(!is_taxii(None));
    }
}
