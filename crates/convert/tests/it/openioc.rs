//! OpenIOC becomes indicators, and no term goes without a word.

use convert::ioc::{Options, Read};
use convert::openioc;
use proptest::prelude::*;
use stix::pattern::Pattern;
use stix::validate;
use stix::{Object, Timestamp};

fn options() -> Options {
    Options::new(Timestamp::parse("2026-03-01T10:00:00.000Z").unwrap())
}

fn read(text: &str) -> Read {
    let read = openioc::read(text.as_bytes(), &options())
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    for object in &read.objects {
        let findings = validate::bytes(object.bytes(), &validate::Options::MUST);
        assert!(findings.is_empty(), "{findings:?}\n{}", object.text());
        let value = object.value();
        if value["pattern_type"] == "stix" {
            let pattern = value["pattern"].as_str().unwrap();
            Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        }
    }
    read
}

fn page(read: &Read) -> String {
    let objects: Vec<&str> = read.objects.iter().map(Object::text).collect();
    let lines: Vec<String> = read.report.losses().iter().map(ToString::to_string).collect();
    format!("{}\n\n{}", objects.join("\n"), lines.join("\n"))
}

const OLD: &str = r#"<?xml version="1.0" encoding="us-ascii"?>
<ioc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.mandiant.com/2010/ioc" id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93" last-modified="2011-10-28T19:28:20">
  <short_description>WIPER (FAMILY)</short_description>
  <description>Overwrites the first sectors &amp; restarts.</description>
  <keywords>wiper energy</keywords>
  <authored_by>CERT</authored_by>
  <authored_date>2010-12-13T12:49:53Z</authored_date>
  <links>
    <link rel="threatgroup">Group 7</link>
    <link rel="report" href="https://example.org/report">The report</link>
  </links>
  <definition>
    <Indicator operator="OR" id="73bc8d65-826b-48d2-b4a8-48918e29e323">
      <IndicatorItem id="b9ef2559-cc59-4463-81d9-52800545e16e" condition="contains">
        <Context document="FileItem" search="FileItem/PEInfo/Sections/Section/Name" type="mir" />
        <Content type="string">.stub</Content>
      </IndicatorItem>
      <IndicatorItem id="156bc4b6-a2a1-4735-bfe8-6c8d1f7eae38" condition="is">
        <Context document="FileItem" search="FileItem/Md5sum" type="mir" />
        <Content type="md5">4EC0027BEF4D7E1786A04D021FA8A67F</Content>
      </IndicatorItem>
      <Indicator operator="AND" id="77ddde91-3c7a-4b1b-a7c4-4d5e8d8a2e41">
        <IndicatorItem id="50455b63-35bf-4efa-9f06-aeba2980f80a" condition="is">
          <Context document="FileItem" search="FileItem/FileName" type="mir" />
          <Content type="string">svchost.exe</Content>
        </IndicatorItem>
        <IndicatorItem id="cb3d4b2e-5d3b-4d7b-a0f4-a1f0b9ee9f6d" condition="isnot">
          <Context document="FileItem" search="FileItem/FilePath" type="mir" />
          <Content type="string">C:\Windows\System32</Content>
        </IndicatorItem>
        <IndicatorItem id="c1" condition="is">
          <Context document="PortItem" search="PortItem/remotePort" type="mir" />
          <Content type="int">443</Content>
        </IndicatorItem>
      </Indicator>
      <Indicator operator="AND" id="77ddde91-3c7a-4b1b-a7c4-4d5e8d8a2e42">
        <IndicatorItem id="c2" condition="is">
          <Context document="FileItem" search="FileItem/FileName" type="mir" />
          <Content type="string">lsass.exe</Content>
        </IndicatorItem>
        <IndicatorItem id="c3" condition="is">
          <Context document="FileItem" search="FileItem/PEInfo/DigitalSignature/SignatureExists" type="mir" />
          <Content type="string">false</Content>
        </IndicatorItem>
      </Indicator>
    </Indicator>
  </definition>
</ioc>"#;

const NEW: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<OpenIOC xmlns="http://openioc.org/schemas/OpenIOC_1.1" id="9a6be8e5-0cf6-4a3c-9d36-1f0a4bb8b7e1" last-modified="2014-02-11T10:00:00Z" published-date="0001-01-01T00:00:00">
  <!-- drafted by hand -->
  <metadata>
    <short_description>Dropper</short_description>
    <description />
    <keywords />
    <authored_by />
    <authored_date>2014-02-10T09:00:00</authored_date>
    <links />
  </metadata>
  <criteria>
    <Indicator id="a" operator="OR">
      <IndicatorItem id="b" condition="matches" preserve-case="true" negate="false">
        <Context document="FileItem" search="FileItem/FileName" type="mir" />
        <Content type="string">^tmp[0-9]{4}\.dll$</Content>
      </IndicatorItem>
      <IndicatorItem id="c" condition="greater-than" preserve-case="false" negate="true">
        <Context document="FileItem" search="FileItem/SizeInBytes" type="mir" />
        <Content type="int">1024</Content>
      </IndicatorItem>
      <IndicatorItem id="d" condition="starts-with" preserve-case="true" negate="false">
        <Context document="RegistryItem" search="RegistryItem/Path" type="mir" />
        <Content type="string">HKEY_LOCAL_MACHINE\Software\Acme</Content>
      </IndicatorItem>
      <IndicatorItem id="e" condition="matches" preserve-case="true" negate="false">
        <Context document="FileItem" search="FileItem/FileName" type="mir" />
        <Content type="string">(a)\1</Content>
      </IndicatorItem>
    </Indicator>
  </criteria>
  <parameters>
    <param id="f" ref-id="b" name="score"><value>80</value></param>
  </parameters>
</OpenIOC>"#;

#[test]
fn version_1_0() {
    assert!(openioc::is_openioc(OLD.as_bytes()));
    insta::assert_snapshot!(page(&read(OLD)));
}

#[test]
fn version_1_1() {
    assert!(openioc::is_openioc(NEW.as_bytes()));
    insta::assert_snapshot!(page(&read(NEW)));
}

#[test]
fn what_cannot_be_asked_at_all_is_carried_whole() {
    let text = r#"<ioc id="x"><definition><Indicator operator="OR"><IndicatorItem condition="is"><Context search="Snort/Snort"/><Content>alert tcp any any</Content></IndicatorItem></Indicator></definition></ioc>"#;
    let read = read(text);
    let value = read.objects[0].value();
    assert_eq!(
        (value["pattern_type"].as_str(), value["pattern"].as_str()),
        (Some("openioc"), Some(text))
    );
    assert!(value["description"].as_str().unwrap().contains("Identifier: x"));
}

#[test]
fn a_definition_of_very_many_is_divided() {
    let item = |at: usize| {
        format!(
            r#"<IndicatorItem condition="is"><Context search="FileItem/Md5sum"/><Content>{at:032x}</Content></IndicatorItem>"#
        )
    };
    let items: Vec<String> = (0..3_000).map(item).collect();
    let read = read(&format!(
        r#"<ioc id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93"><definition><Indicator operator="OR">{}</Indicator></definition></ioc>"#,
        items.concat()
    ));
    assert!(read.objects.len() > 1);
    assert_eq!(read.objects[0].id().as_str(), "indicator--6d2a1b03-b216-4cd8-9a9e-8827af6ebf93");
    let all: String = read.objects.iter().map(Object::text).collect();
    assert!((0..3_000).all(|at| all.contains(&format!("{at:032x}"))));
}

#[test]
fn what_is_no_openioc_is_refused() {
    for text in ["", "<a/>", "<ioc", "{}", "<!DOCTYPE ioc []><ioc/>"] {
        assert!(openioc::read(text.as_bytes(), &options()).is_err(), "{text}");
    }
    assert!(!openioc::is_openioc(b"{}"));
}

#[test]
fn a_deep_definition_is_no_danger() {
    let mut text = r#"<IndicatorItem condition="is"><Context search="FileItem/FileName"/><Content>a</Content></IndicatorItem>"#.to_owned();
    for at in 0..58 {
        let operator = if at % 2 == 0 { "AND" } else { "OR" };
        text = format!(
            r#"<Indicator operator="{operator}">{text}<IndicatorItem condition="is"><Context search="Network/DNS"/><Content>b{at}.org</Content></IndicatorItem></Indicator>"#
        );
    }
    let read = read(&format!("<ioc><definition>{text}</definition></ioc>"));
    assert_eq!(read.objects.len(), 1);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn any_item() -> impl Strategy<Value = String> {
    let terms = vec![
        "FileItem/FileName",
        "FileItem/FullPath",
        "FileItem/SizeInBytes",
        "FileItem/Created",
        "PortItem/remoteIP",
        "Network/DNS",
        "RegistryItem/KeyPath",
        "ProcessItem/hidden",
        "FileItem/PEInfo/Exports/DllName",
        "",
    ];
    let conditions = vec![
        "is",
        "isnot",
        "contains",
        "matches",
        "starts-with",
        "ends-with",
        "greater-than",
        "less-than",
        "odd",
    ];
    let contents = prop_oneof![
        "[a-z%_'\\\\.]{1,10}",
        "[0-9]{1,5}",
        "[0-9]{1,3} TO [0-9]{1,3}",
        "192\\.0\\.2\\.[0-9]{1,3}(/[0-9]{1,2})?",
        "20[0-9]{2}-0[1-9]-1[0-9]T00:00:00Z",
        "[a-zA-Z0-9 <>&\"é$^(){}\\[\\]|*+?]{1,12}",
    ];
    (prop::sample::select(terms), prop::sample::select(conditions), contents, any::<bool>(), any::<bool>()).prop_map(
        |(term, condition, content, negate, case)| {
            format!(
                "<IndicatorItem condition=\"{condition}\" negate=\"{negate}\" preserve-case=\"{case}\"><Context search=\"{term}\"/><Content>{}</Content></IndicatorItem>",
                escaped(&content)
            )
        },
    )
}

fn any_tree() -> impl Strategy<Value = String> {
    any_item().prop_recursive(4, 24, 4, |inner| {
        (prop::collection::vec(inner, 0..4), prop::sample::select(vec!["AND", "OR", "or", "XOR"]))
            .prop_map(|(parts, operator)| {
                format!("<Indicator operator=\"{operator}\">{}</Indicator>", parts.concat())
            })
    })
}

/// The texts of elements of this name.
fn texts(document: &str, name: &str) -> Vec<String> {
    let open = format!("<{name}>");
    document
        .split(&open)
        .skip(1)
        .filter_map(|rest| rest.split("</").next())
        .map(|text| {
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .trim()
                .to_owned()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_term_is_asked_or_named(trees in prop::collection::vec(any_tree(), 1..3), name in "[a-z]{0,5}", extra in "[a-z]{1,8}") {
        let document = format!("<OpenIOC id=\"x\"><metadata><short_description>{name}</short_description><unknown>{extra}</unknown></metadata><criteria>{}</criteria></OpenIOC>", trees.concat());
        let read = read(&document);
        prop_assert!(!read.objects.is_empty());
        let mut all = String::new();
        for object in &read.objects {
            for (_, value) in object.value() {
                all.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                all.push('\n');
            }
        }
        all.push_str(&read.report.losses().iter().map(|loss| format!("{} {}\n", loss.what, loss.why)).collect::<Vec<_>>().concat());
        // Patterns write some content otherwise: escapes, numbers, addresses, parts of a path.
        let plain = |text: &str| text.replace(['\\', '\'', '%', '\n'], "").to_lowercase();
        let all = plain(&all);
        for content in texts(&document, "Content").iter().chain(&texts(&document, "unknown")) {
            let parts: Vec<String> = content.split(['\\', '/']).flat_map(|part| part.split(" TO ")).map(plain).collect();
            for part in parts {
                let number = part.trim_start_matches('0');
                prop_assert!(all.contains(&part) || all.contains(number) || all.contains(&escaped(&part)), "{part} of {content}\n{}", page(&read));
            }
        }
    }

    #[test]
    fn any_text_ends(text in any::<String>(), tree in any_tree(), cut in 0..200_usize) {
        let _ = openioc::read(text.as_bytes(), &options());
        let document = format!("<ioc><definition>{tree}</definition></ioc>");
        let cut = document.chars().take(cut).collect::<String>();
        let _ = openioc::read(cut.as_bytes(), &options());
    }
}
