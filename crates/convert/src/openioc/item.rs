//! One search term: from a condition on it to a comparison.

use stix::pattern::Pattern;

use super::terms::{self, Kind};
use crate::ioc::time;
use crate::quote::{is_wild, literally, string};

/// A question as OpenIOC asks it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) search: String,
    pub(super) condition: String,
    pub(super) content: String,
    pub(super) negate: bool,
    pub(super) preserve_case: bool,
}

/// A comparison of one object type.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub(super) type_name: String,
    pub(super) text: String,
    /// Whether `text` is several comparisons.
    pub(super) is_chain: bool,
    /// Whether OpenIOC would also find other spellings.
    pub(super) is_narrower: bool,
}

/// What a condition asks of text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Is,
    Contains,
    Matches,
    StartsWith,
    EndsWith,
    Greater,
    Less,
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let not = if self.negate { "not " } else { "" };
        write!(f, "{not}{} {} “{}”", self.search, self.condition, self.content)
    }
}

impl Item {
    /// The comparison that asks the same.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn compare(&self) -> Result<Compared, String> {
        let Some((_, path, kind)) = terms::of(&self.search) else {
            return Err(format!("STIX has nothing that {} asks for", self.search));
        };
        let (ask, negated) = self.ask()?;
        if self.content.is_empty() {
            return Err("it has no content".to_owned());
        }
        let tests = self.tests(path, *kind, ask, negated)?;
        let text = tests.join(" AND ");
        // A regular expression may be more than a linear engine can do.
        Pattern::parse(&format!("[{text}]")).map_err(|error| error.to_string())?;
        let folds =
            matches!(kind, Kind::Text | Kind::Ending | Kind::FullPath | Kind::KeyWithoutHive);
        Ok(Compared {
            type_name: path.split(':').next().unwrap_or_default().to_owned(),
            is_chain: tests.len() > 1 || text.contains(" OR "),
            is_narrower: folds
                && !self.preserve_case
                && self.content.chars().any(char::is_alphabetic),
            text,
        })
    }

    /// The condition, and whether it is turned about: 1.0 said so in its name, 1.1 beside it.
    fn ask(&self) -> Result<(Ask, bool), String> {
        let lower = self.condition.to_ascii_lowercase();
        let (plain, turned) = match lower.as_str() {
            "isnot" => ("is", true),
            "containsnot" => ("contains", true),
            other => (other, false),
        };
        let ask = match plain {
            "is" => Ask::Is,
            "contains" => Ask::Contains,
            "matches" => Ask::Matches,
            "starts-with" | "begins-with" => Ask::StartsWith,
            "ends-with" => Ask::EndsWith,
            "greater-than" => Ask::Greater,
            "less-than" => Ask::Less,
            _ => return Err(format!("the condition “{}” is none of OpenIOC", self.condition)),
        };
        Ok((ask, self.negate != turned))
    }

    fn tests(
        &self,
        path: &str,
        kind: Kind,
        ask: Ask,
        negated: bool,
    ) -> Result<Vec<String>, String> {
        let content = self.content.as_str();
        match kind {
            Kind::Text => Ok(vec![text(path, ask, content, negated)?]),
            Kind::Hash | Kind::Protocol => {
                Ok(vec![text(path, ask, &content.to_ascii_lowercase(), negated)?])
            }
            Kind::Ending if ask == Ask::Is => {
                let ending = format!(".{}", content.trim_start_matches('.'));
                Ok(vec![text(path, Ask::EndsWith, &ending, negated)?])
            }
            Kind::Ending => Err("only a whole ending can be asked for".to_owned()),
            Kind::KeyWithoutHive => match ask {
                Ask::Is => {
                    let key = format!("\\{}", content.trim_start_matches('\\'));
                    Ok(vec![text(path, Ask::EndsWith, &key, negated)?])
                }
                Ask::StartsWith => {
                    let key = format!("\\{}", content.trim_start_matches('\\'));
                    Ok(vec![text(path, Ask::Contains, &key, negated)?])
                }
                other => Ok(vec![text(path, other, content, negated)?]),
            },
            Kind::Address => address(path, ask, content, negated),
            Kind::Flag => {
                let flag = match content.to_ascii_lowercase().as_str() {
                    "true" | "1" | "yes" => true,
                    "false" | "0" | "no" => false,
                    _ => return Err("it is neither true nor false".to_owned()),
                };
                match ask {
                    Ask::Is => Ok(vec![format!("{path} = {}", flag != negated)]),
                    _ => Err("it can only be, or not be".to_owned()),
                }
            }
            Kind::Number => measured(path, ask, content, negated, number),
            Kind::Time => measured(path, ask, content, negated, |text| {
                time::read(text).map(|time| format!("t'{time}'"))
            }),
            Kind::FullPath => full_path(path, ask, content, negated),
        }
    }
}

/// A comparison of text.
fn text(path: &str, ask: Ask, content: &str, negated: bool) -> Result<String, String> {
    let not = if negated { " NOT" } else { "" };
    let like = |before: &str, after: &str| {
        format!("{path}{not} LIKE {}", string(&format!("{before}{content}{after}")))
    };
    let matches = |before: &str, after: &str| {
        let expression = format!("{before}{}{after}", literally(content));
        format!("{path}{not} MATCHES {}", string(&expression))
    };
    // LIKE has no way to say that a character is meant as it stands.
    Ok(match (ask, is_wild(content)) {
        (Ask::Is, _) => {
            format!("{path} {} {}", if negated { "!=" } else { "=" }, string(content))
        }
        (Ask::Contains, false) => like("%", "%"),
        (Ask::Contains, true) => matches("", ""),
        (Ask::StartsWith, false) => like("", "%"),
        (Ask::StartsWith, true) => matches("^", ""),
        (Ask::EndsWith, false) => like("%", ""),
        (Ask::EndsWith, true) => matches("", "$"),
        (Ask::Matches, _) => format!("{path}{not} MATCHES {}", string(content)),
        (Ask::Greater | Ask::Less, _) => return Err("text is neither greater nor less".to_owned()),
    })
}

fn address(path: &str, ask: Ask, content: &str, negated: bool) -> Result<Vec<String>, String> {
    use crate::ioc::kind::Ioc;
    if ask != Ask::Is {
        return Ok(vec![text(path, ask, content, negated)?]);
    }
    let (name, value) = match crate::ioc::address(content.trim()) {
        Some(Ioc::Ipv4(value)) => ("ipv4-addr", value),
        Some(Ioc::Ipv6(value)) => ("ipv6-addr", value),
        _ => return Err("it is no address".to_owned()),
    };
    let fits = !path.contains("-addr:") || path.starts_with(name) || path.starts_with("mac");
    if !fits {
        return Err("it is an address of the other version".to_owned());
    }
    let operator = match (value.contains('/'), negated) {
        (false, false) => "=",
        (false, true) => "!=",
        (true, false) => "ISSUBSET",
        (true, true) => "NOT ISSUBSET",
    };
    Ok(vec![format!("{path} {operator} {}", string(&value))])
}

/// A comparison of what has an order, or of a span of it: `FROM TO UNTIL`, also in brackets.
fn measured(
    path: &str,
    ask: Ask,
    content: &str,
    negated: bool,
    read: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let bare = content.trim().trim_start_matches('[').trim_end_matches(']');
    let wrong = || format!("“{content}” is no value of its kind");
    if let Some((from, until)) = bare.split_once(" TO ") {
        let (from, until) =
            (read(from.trim()).ok_or_else(wrong)?, read(until.trim()).ok_or_else(wrong)?);
        return match (ask, negated) {
            (Ask::Is, false) => Ok(vec![format!("{path} >= {from}"), format!("{path} <= {until}")]),
            (Ask::Is, true) => Ok(vec![format!("({path} < {from} OR {path} > {until})")]),
            _ => Err("a span can only be, or not be".to_owned()),
        };
    }
    let value = read(bare.trim()).ok_or_else(wrong)?;
    let operator = match (ask, negated) {
        (Ask::Is, false) => "=",
        (Ask::Is, true) => "!=",
        (Ask::Greater, false) => ">",
        (Ask::Greater, true) => "<=",
        (Ask::Less, false) => "<",
        (Ask::Less, true) => ">=",
        _ => return Err("it can only be equal, greater or less".to_owned()),
    };
    Ok(vec![format!("{path} {operator} {value}")])
}

/// A number as patterns write it.
fn number(text: &str) -> Option<String> {
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(|number| number.to_string());
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.to_string());
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let text = number.to_string();
    Some(if text.contains('.') { text } else { format!("{text}.0") })
}

/// STIX knows a file's folder and its name, OpenIOC both as one text.
fn full_path(path: &str, ask: Ask, content: &str, negated: bool) -> Result<Vec<String>, String> {
    let (name, folder) = (format!("{path}name"), format!("{path}parent_directory_ref.path"));
    let cut = content
        .rfind(['\\', '/'])
        .and_then(|at| Some((content.get(..at)?, content.get(at + 1..)?)));
    if negated && ask != Ask::EndsWith {
        return Err("that a path is another one takes two questions in STIX".to_owned());
    }
    match (ask, cut) {
        (Ask::Is, Some((left, right))) => {
            // The root keeps its mark.
            let root = left.ends_with(':') || left.is_empty();
            let left = if root { content.get(..=left.len()).unwrap_or(left) } else { left };
            let folder = text(&folder, Ask::Is, left, false)?;
            if right.is_empty() {
                return Ok(vec![folder]);
            }
            Ok(vec![text(&name, Ask::Is, right, false)?, folder])
        }
        (Ask::Is, None) => Ok(vec![text(&name, Ask::Is, content, false)?]),
        (Ask::EndsWith, None) => Ok(vec![text(&name, Ask::EndsWith, content, negated)?]),
        (Ask::EndsWith, Some((left, right))) if !right.is_empty() && !negated => {
            let name = text(&name, Ask::Is, right, false)?;
            if left.is_empty() {
                return Ok(vec![name]);
            }
            Ok(vec![name, text(&folder, Ask::EndsWith, left, false)?])
        }
        (Ask::Contains, None) => {
            let (in_name, in_folder) = (
                text(&name, Ask::Contains, content, false)?,
                text(&folder, Ask::Contains, content, false)?,
            );
            Ok(vec![format!("({in_name} OR {in_folder})")])
        }
        (Ask::Contains, Some((left, right))) => {
            let within = text(&folder, Ask::Contains, content, false)?;
            let mut across = Vec::new();
            if !left.is_empty() {
                across.push(text(&folder, Ask::EndsWith, left, false)?);
            }
            if !right.is_empty() {
                across.push(text(&name, Ask::StartsWith, right, false)?);
            }
            match across.as_slice() {
                [] => Ok(vec![within]),
                [one] => Ok(vec![format!("({within} OR {one})")]),
                all => Ok(vec![format!("({within} OR ({}))", all.join(" AND "))]),
            }
        }
        (Ask::StartsWith, Some((left, right))) => {
            let within = text(&folder, Ask::StartsWith, content, false)?;
            let root = left.is_empty() || left.ends_with(':');
            if root && right.is_empty() {
                return Ok(vec![within]);
            }
            let left = if root { content.get(..=left.len()).unwrap_or(left) } else { left };
            let folder = text(&folder, Ask::Is, left, false)?;
            if right.is_empty() {
                return Ok(vec![format!("({within} OR {folder})")]);
            }
            let name = text(&name, Ask::StartsWith, right, false)?;
            Ok(vec![format!("({within} OR ({name} AND {folder}))")])
        }
        (Ask::StartsWith, None) => Ok(vec![text(&folder, Ask::StartsWith, content, false)?]),
        _ => Err("STIX cannot ask so of folder and name together".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(search: &str, condition: &str, content: &str, negate: bool) -> Result<String, String> {
        let item = Item {
            search: search.to_owned(),
            condition: condition.to_owned(),
            content: content.to_owned(),
            negate,
            preserve_case: false,
        };
        item.compare().map(|compared| compared.text)
    }

    #[test]
    fn conditions_become_operators() {
        for (search, condition, content, negate, text) in [
            ("FileItem/FileName", "is", "a'b.exe", false, r"file:name = 'a\'b.exe'"),
            ("FileItem/FileName", "isnot", "a", false, "file:name != 'a'"),
            ("FileItem/FileName", "contains", "a", true, "file:name NOT LIKE '%a%'"),
            ("FileItem/FileName", "contains", "a_b", false, "file:name MATCHES 'a_b'"),
            ("FileItem/FileName", "starts-with", "50%", false, "file:name MATCHES '^50%'"),
            ("FileItem/FileName", "ends-with", ".x", false, "file:name LIKE '%.x'"),
            ("FileItem/FileName", "matches", r"^a\d+$", false, r"file:name MATCHES '^a\\d+$'"),
            ("fileitem/md5SUM", "is", "ABC", false, "file:hashes.MD5 = 'abc'"),
            ("FileItem/FileExtension", "is", "exe", false, "file:name LIKE '%.exe'"),
            ("FileItem/SizeInBytes", "greater-than", "0x10", false, "file:size > 16"),
            (
                "FileItem/SizeInBytes",
                "is",
                "[10 TO 20]",
                false,
                "file:size >= 10 AND file:size <= 20",
            ),
            ("FileItem/SizeInBytes", "less-than", "10", true, "file:size >= 10"),
            (
                "FileItem/Created",
                "is",
                "2010-12-13T12:49:53Z",
                false,
                "file:ctime = t'2010-12-13T12:49:53Z'",
            ),
            (
                "PortItem/remoteIP",
                "is",
                "192.0.2.0/24",
                false,
                "network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24'",
            ),
            ("PortItem/protocol", "is", "TCP", false, "network-traffic:protocols[*] = 'tcp'"),
            ("ProcessItem/hidden", "is", "true", true, "process:is_hidden = false"),
            (
                "RegistryItem/KeyPath",
                "is",
                "Software\\Run",
                false,
                r"windows-registry-key:key LIKE '%\\Software\\Run'",
            ),
            (
                "FileItem/FullPath",
                "is",
                "C:\\a.exe",
                false,
                r"file:name = 'a.exe' AND file:parent_directory_ref.path = 'C:\\'",
            ),
            (
                "FileItem/FullPath",
                "ends-with",
                "\\b\\a.exe",
                false,
                r"file:name = 'a.exe' AND file:parent_directory_ref.path LIKE '%\\b'",
            ),
            (
                "FileItem/FullPath",
                "contains",
                "b\\a",
                false,
                r"(file:parent_directory_ref.path LIKE '%b\\a%' OR (file:parent_directory_ref.path LIKE '%b' AND file:name LIKE 'a%'))",
            ),
        ] {
            assert_eq!(
                asked(search, condition, content, negate).as_deref(),
                Ok(text),
                "{search} {condition}"
            );
        }
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        for (search, condition, content) in [
            ("FileItem/PEInfo/DetectedAnomalies/string", "is", "x"),
            ("FileItem/FileName", "resembles", "x"),
            ("FileItem/FileName", "greater-than", "x"),
            ("FileItem/FileName", "is", ""),
            ("FileItem/FileName", "matches", r"(a)\1"),
            ("FileItem/SizeInBytes", "is", "large"),
            ("FileItem/Created", "contains", "2010"),
            ("PortItem/remoteIP", "is", "here"),
            ("ArpEntryItem/IPv4Address", "is", "2001:db8::1"),
            ("FileItem/FullPath", "matches", "x"),
            ("FileItem/FullPath", "isnot", "C:\\a"),
        ] {
            assert!(
                asked(search, condition, content, false).is_err(),
                "{search} {condition} {content}"
            );
        }
    }
}
