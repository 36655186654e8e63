//! Lists and tables become indicators and observables, and every line is accounted for.

use std::collections::{BTreeMap, BTreeSet};

use convert::Fate;
use convert::ioc::{self, Make, Options, Read};
use proptest::prelude::*;
use serde_json::Value;
use stix::marking::Tlp;
use stix::pattern::Pattern;
use stix::{Id, Object, Timestamp, validate};

fn at() -> Timestamp {
    Timestamp::parse("2026-03-01T10:00:00.000Z").unwrap()
}

fn options() -> Options {
    Options::new(at())
}

/// What came of it, as a page to read.
fn page(read: &Read) -> String {
    let objects: Vec<&str> = read.objects.iter().map(Object::text).collect();
    let lines: Vec<String> = read.report.losses().iter().map(ToString::to_string).collect();
    format!("{}\n\n{}", objects.join("\n"), lines.join("\n"))
}

fn of_type<'a>(read: &'a Read, name: &str) -> Vec<&'a Object> {
    read.objects.iter().filter(|object| object.id().type_name() == name).collect()
}

/// The patterns, each of which is one; all objects are valid STIX.
fn patterns(read: &Read) -> Vec<String> {
    for object in &read.objects {
        let findings = validate::bytes(object.bytes(), &validate::Options::MUST);
        assert!(findings.is_empty(), "{findings:?}\n{}", object.text());
    }
    let patterns = read.objects.iter().filter_map(|object| {
        object.value().get("pattern").and_then(Value::as_str).map(str::to_owned)
    });
    let patterns: Vec<String> = patterns.collect();
    for pattern in &patterns {
        Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    }
    patterns
}

#[test]
fn a_list_of_one_value_a_line() {
    let list = "\u{feff}# seen in spring\n\nhxxps[:]//evil[.]example/a?b=1  # phishing\n192.0.2.0/24\nexample.org\nEXAMPLE.org\ncve-2026-1234\nC:\\Users\\a b\\x.exe\nwhat is this\n1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n";
    insta::assert_snapshot!(page(&ioc::list(list.as_bytes(), &options())));
}

#[test]
fn observations_instead_of_indicators() {
    let mut options = options();
    options.make = Make::Observables;
    options.markings = vec![Tlp::Green.definition_id()];
    options.name = Some("Spring".to_owned());
    let list = "192.0.2.1:443\n/etc/cron.d/x\n*.example.org\nCVE-2026-1234\n";
    insta::assert_snapshot!(page(&ioc::list(list.as_bytes(), &options)));
}

#[test]
fn a_table_of_misp() {
    let table = "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag,object_uuid,object_name,object_meta_category\r\n\
        \"a7c3f8a0-1111-4222-8333-444455556666\",17,\"Network activity\",\"ip-dst|port\",\"192.0.2.7|8443\",\"C2, second stage\",1,20260211,\"\",\"tlp:amber,kill-chain:c2\",\"\",\"\",\"\"\r\n\
        \"a7c3f8a0-1111-4222-8333-444455556667\",17,\"Payload delivery\",\"filename|md5\",\"a.exe|d41d8cd98f00b204e9800998ecf8427e\",\"\",0,20260211,\"\",\"\",\"\",\"\",\"\"\r\n\
        \"a7c3f8a0-1111-4222-8333-444455556668\",17,\"Financial fraud\",\"btc\",\"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\",\"\",1,20260211,\"\",\"\",\"\",\"\",\"\"\r\n";
    assert!(ioc::is_table(table.as_bytes()));
    insta::assert_snapshot!(page(&ioc::table(table.as_bytes(), &options())));
}

#[test]
fn a_table_of_opencti() {
    let table = "\"confidence\";\"created\";\"createdBy\";\"description\";\"entity_type\";\"modified\";\"name\";\"objectLabel\";\"objectMarking\";\"observable_value\";\"pattern\";\"pattern_type\";\"standard_id\";\"valid_from\";\"x_opencti_score\"\n\
        \"75\";\"2026-02-01T00:00:00.000Z\";\"Partner\";\"a line\nand another\";\"Indicator\";\"2026-02-02T00:00:00.000Z\";\"evil\";\"apt,phishing\";\"TLP:GREEN\";\"\";\"[domain-name:value = 'evil.example']\";\"stix\";\"indicator--a7c3f8a0-1111-4222-8333-444455556666\";\"2026-02-01T00:00:00Z\";\"80\"\n\
        \"\";\"\";\"\";\"\";\"IPv4-Addr\";\"\";\"\";\"\";\"TLP:AMBER+STRICT\";\"192.0.2.9\";\"\";\"\";\"ipv4-addr--e1f5b4d0-0000-5000-8000-000000000000\";\"\";\"\"\n\
        \"\";\"\";\"\";\"\";\"Domain-Name\";\"\";\"\";\"\";\"PAP:RED\";\"secret.example\";\"\";\"\";\"\";\"\";\"\"\n\
        \"\";\"\";\"\";\"\";\"Malware\";\"\";\"Wiper\";\"\";\"\";\"\";\"\";\"\";\"\";\"\";\"\"\n";
    assert!(ioc::is_table(table.as_bytes()));
    let read = ioc::table(table.as_bytes(), &options());
    assert!(!page(&read).contains("secret.example\""), "an unknown marking is not left out");
    insta::assert_snapshot!(page(&read));
}

#[test]
fn a_feed_whose_heading_is_a_comment() {
    let table = "# Feed\n# id,dateadded,url,threat\n\"1\",\"2026-02-03 04:05:06\",\"http://evil.example/x\",\"malware_download\"\n";
    assert!(ioc::is_table(table.as_bytes()));
    insta::assert_snapshot!(page(&ioc::table(table.as_bytes(), &options())));
}

#[test]
fn a_table_without_a_heading() {
    let table = "beacon,192.0.2.1,2026\nnothing,here,to see\n";
    assert!(ioc::is_table(table.as_bytes()));
    let read = ioc::table(table.as_bytes(), &options());
    assert_eq!(patterns(&read), ["[ipv4-addr:value = '192.0.2.1']"]);
    assert_eq!(read.objects[0].value()["description"], "beacon, 2026");
    assert_eq!(read.report.losses()[1].pointer.as_str(), "/line 2");
}

#[test]
fn several_values_in_a_row() {
    let table = "filename\tmd5\tsha256\nx.exe\td41d8cd98f00b204e9800998ecf8427e\tshort\n";
    let read = ioc::table(table.as_bytes(), &options());
    assert_eq!(
        patterns(&read),
        ["[file:name = 'x.exe']", "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"]
    );
    let lines: Vec<String> = read.report.losses().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "changed: /line 2: 3 values of one row: each became an object of its own",
            "lost: /line 2: “short”: it is no sha256",
        ]
    );
}

#[test]
fn lists_and_tables_are_told_apart() {
    assert!(!ioc::is_table(b"example.org\n192.0.2.1\n"));
    assert!(!ioc::is_table(b"http://example.org/a,b\nhttp://example.org/c,d\n"));
    assert!(ioc::is_table(b"domain\nexample.org\n"));
    assert!(ioc::is_table(b"value;type\nexample.org;domain\n"));
    assert!(!ioc::is_table(b""));
}

#[test]
fn patterns_of_many_kinds_are_patterns() {
    let list = "it's.exe\n'quoted.exe\nC:\\it's\\a_b%.dll\n_x.example.org\n*.a_b.example.org\nexample.org/a?b=(c)+[d]\n[2001:db8::1]:53\n2001:db8::/48\nAS1\n";
    let read = ioc::list(list.as_bytes(), &options());
    assert_eq!(patterns(&read).len(), 9, "{}", page(&read));
}

#[test]
fn what_a_table_cannot_say_is_reported() {
    let text = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--a7c3f8a0-1111-4222-8333-444455556666","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"=cmd|' /C calc'!A0","pattern":"[url:value = 'http://a.example/'] OR [domain-name:value IN ('b.example', 'c.example')]","pattern_type":"stix","valid_from":"2026-02-01T00:00:00Z","kill_chain_phases":[{"kill_chain_name":"x","phase_name":"y"}]}"#;
    let campaign = r#"{"type":"campaign","spec_version":"2.1","id":"campaign--a7c3f8a0-1111-4222-8333-444455556666","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"x"}"#;
    let file = r#"{"type":"file","spec_version":"2.1","id":"file--a7c3f8a0-1111-5222-8333-444455556666","name":"a.exe","size":3,"hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e","SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}}"#;
    let objects: Vec<Object> =
        [text, campaign, file].into_iter().map(|text| Object::parse(text).unwrap()).collect();
    let (bytes, report) = ioc::write(&objects);
    let lines: Vec<String> = report.losses().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(format!("{}\n{}", String::from_utf8(bytes).unwrap(), lines.join("\n")));
}

/// Lines of lists: values of all kinds, and things that are none.
fn any_line() -> impl Strategy<Value = String> {
    let octet = 0..=255_u8;
    prop_oneof![
        (octet.clone(), octet.clone(), octet, prop::option::of(0..=32_u8)).prop_map(
            |(a, b, c, prefix)| {
                let prefix = prefix.map_or_else(String::new, |prefix| format!("/{prefix}"));
                format!("192.{a}.{b}[.]{c}{prefix}")
            }
        ),
        "[a-z]{1,9}(\\.|\\[\\.\\])[a-z]{2,5}",
        "(hxxp|http|ftp)s?://[a-z]{1,5}\\.example/[a-zA-Z0-9%_'\\\\?&=]{0,12}",
        "[a-f0-9]{32}|[A-F0-9]{40}|[a-f0-9]{64}|[a-f0-9]{128}",
        "[a-z.]{1,6}@[a-z]{1,6}\\.org",
        "C:\\\\[a-zA-Z %_']{1,8}\\\\[a-z'%_]{1,8}\\.exe",
        "HK(LM|CU)\\\\[A-Za-z ']{1,10}",
        "AS[0-9]{1,6}|CVE-20[0-9]{2}-[0-9]{4,6}",
        "[a-z ]{0,10}#?[a-z.,;\"' ]{0,10}",
        any::<String>().prop_map(|text| text.replace(['\n', '\r'], " ")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_line_became_something_or_is_named(lines in prop::collection::vec(any_line(), 0..12), seen in any::<bool>()) {
        let mut options = options();
        if seen {
            options.make = Make::Observables;
        }
        let read = ioc::list(lines.join("\n").as_bytes(), &options);
        patterns(&read);
        let made = read.objects.iter().filter(|object| matches!(object.id().type_name(), "indicator" | "observed-data" | "vulnerability")).count();
        // One line for all comments together.
        let named: BTreeSet<&str> = read.report.losses().iter()
            .filter(|loss| !loss.what.contains("of comment") && !loss.why.contains("defanged"))
            .map(|loss| loss.pointer.as_str()).collect();
        let comments: usize = read.report.losses().iter()
            .filter(|loss| loss.what.contains("of comment"))
            .map(|loss| loss.what.split(' ').next().unwrap().parse::<usize>().unwrap()).sum();
        let lines = lines.iter().filter(|line| !line.trim().trim_start_matches('\u{feff}').is_empty()).count();
        prop_assert!(made + named.len() + comments >= lines, "{} objects, {} named, {} comments, {} lines\n{}", made, named.len(), comments, lines, page(&read));
        // The same list gives the same objects.
        prop_assert_eq!(ioc::list(b"example.org", &options).objects, ioc::list(b"example.org", &options).objects);
    }

    #[test]
    fn a_table_that_we_wrote_gives_the_same_indicators(lines in prop::collection::vec(any_line(), 1..10), seen in any::<bool>(), red in any::<bool>()) {
        let mut options = options();
        options.make = if seen { Make::Observables } else { Make::Indicators };
        options.markings = if red { vec![Tlp::Red.definition_id()] } else { Vec::new() };
        let first = ioc::list(lines.join("\n").as_bytes(), &options);
        let (table, report) = ioc::write(&first.objects);
        // What no column says is in the report, so all else must come back.
        options.markings.clear();
        options.make = Make::Indicators;
        let again = ioc::table(&table, &options);
        let is_row = |object: &&Object| matches!(object.id().type_name(), "indicator" | "vulnerability");
        let by_id = |read: &Read| -> BTreeMap<Id, Object> {
            read.objects.iter().filter(is_row).map(|object| (object.id().clone(), object.clone())).collect()
        };
        for (id, object) in by_id(&first) {
            let back = by_id(&again).get(&id).map(Object::value);
            prop_assert_eq!(back.as_ref(), Some(&object.value()), "{}", String::from_utf8_lossy(&table));
        }
        prop_assert!(again.report.losses().iter().all(|loss| loss.fate != Fate::Lost || seen), "{}", page(&again));
        for loss in report.losses() {
            prop_assert!(seen || loss.pointer.as_str().ends_with("external_references"), "{}", loss);
        }
    }

    #[test]
    fn any_text_is_read_to_its_end(text in any::<String>(), make in any::<bool>()) {
        let mut options = options();
        options.make = if make { Make::Observables } else { Make::Indicators };
        let _ = ioc::is_table(text.as_bytes());
        patterns(&ioc::list(text.as_bytes(), &options));
        patterns(&ioc::table(text.as_bytes(), &options));
    }
}

#[test]
fn types_are_found_again() {
    let read = ioc::list(b"example.org", &options());
    assert_eq!(of_type(&read, "indicator").len(), 1);
    assert!(read.report.is_empty());
}
