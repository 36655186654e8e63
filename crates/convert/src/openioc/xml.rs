//! XML as a small tree: elements, attributes, text, and nothing that reaches outside the file.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use stix::Pointer;

use crate::Error;

/// The largest file, in bytes.
pub(super) const MAX_BYTES: usize = 16 << 20;
/// The deepest nesting of elements.
const MAX_DEPTH: usize = 64;
/// Attributes of one element at most. The reader holds each against all before it.
const MAX_ATTRIBUTES: usize = 100;
/// Elements at most.
const MAX_ELEMENTS: usize = 200_000;

/// An element. Names are without their namespace.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text within, without that of the children.
    pub(super) text: String,
}

/// A document's outermost element, and what stood beside elements and text.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) root: Element,
    pub(super) comments: usize,
    pub(super) instructions: usize,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child, if it says any.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Reads a document.
///
/// # Errors
/// What is no XML, what names entities of its own or from elsewhere, and what is too large or too
/// deep.
pub(super) fn read(bytes: &[u8]) -> Result<Document, Error> {
    let wrong = |what: String| Error::at(Pointer::root(), what);
    if bytes.len() > MAX_BYTES {
        return Err(wrong(format!("{} bytes; a file has at most {MAX_BYTES}", bytes.len())));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(format!("byte {} is not UTF-8", error.valid_up_to())))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let (mut elements, mut comments, mut instructions) = (0, 0, 0);
    loop {
        let at = reader.buffer_position();
        let broken = |what: &dyn std::fmt::Display| wrong(format!("byte {at}: {what}"));
        let event = reader.read_event().map_err(|error| broken(&error))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS || open.len() >= MAX_DEPTH || root.is_some() {
                    return Err(broken(&"too many elements, too deep, or a second outermost one"));
                }
                open.push(element(&start).map_err(|what| broken(&what))?);
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS || open.len() >= MAX_DEPTH || root.is_some() {
                    return Err(broken(&"too many elements, too deep, or a second outermost one"));
                }
                let element = element(&start).map_err(|what| broken(&what))?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(part) => {
                let part = part.xml10_content();
                match open.last_mut() {
                    Some(element) => element.text.push_str(&part),
                    None if part.trim().is_empty() => {}
                    None => return Err(broken(&"text outside the outermost element")),
                }
            }
            Event::CData(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let meant = unescape(&format!("&{name};"))
                    .map_err(|_| broken(&"an entity that XML itself does not define"))?
                    .into_owned();
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&meant);
                }
            }
            Event::DocType(_) => {
                return Err(broken(&"a document type, which could name entities from elsewhere"));
            }
            Event::Comment(_) => comments += 1,
            Event::PI(_) => instructions += 1,
            Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(Document { root, comments, instructions }),
        Some(_) => Err(wrong("it breaks off within an element".to_owned())),
        None => Err(wrong("there is no element".to_owned())),
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(above) => above.children.push(element),
        None => *root = Some(element),
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for (index, attribute) in start.attributes().enumerate() {
        if index == MAX_ATTRIBUTES {
            return Err(format!("an element with more than {MAX_ATTRIBUTES} attributes"));
        }
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key;
        // Names of namespaces say nothing of the content.
        let is_of_xml = key.prefix().is_some_and(|prefix| matches!(prefix.as_ref(), "xsi" | "xml"));
        if key.as_namespace_binding().is_some() || is_of_xml {
            continue;
        }
        let value = unescape(&attribute.value).map_err(|error| error.to_string())?;
        attributes.push((key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { name, attributes, ..Element::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_attributes_and_text() {
        let text = "<?xml version=\"1.0\"?><!-- c --><a:b xmlns:a=\"urn:x\" c=\"1 &lt; 2\">x &amp;&#65;<d/><![CDATA[<y>]]></a:b>";
        let document = read(text.as_bytes()).unwrap();
        let root = &document.root;
        assert_eq!(
            (root.name.as_str(), root.attribute("c"), root.text.as_str()),
            ("b", Some("1 < 2"), "x &A<y>")
        );
        assert_eq!((root.children.len(), document.comments), (1, 1));
    }

    #[test]
    fn nothing_from_elsewhere() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
            "<!DOCTYPE a SYSTEM \"http://example.org/a.dtd\"><a/>",
            "<a>&b;</a>",
            "<a b=\"&c;\"/>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_refused() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a b=1/>",
            "\u{feff}",
            "<a b=\"1\" b=\"2\"/>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\xff<a/>").is_err());
        let deep = "<a>".repeat(65) + &"</a>".repeat(65);
        assert!(read(deep.as_bytes()).is_err());
        let wide: Vec<String> = (0..500_000).map(|n| format!("a{n}=\"\"")).collect();
        assert!(read(format!("<a {}/>", wide.join(" ")).as_bytes()).is_err());
    }
}
