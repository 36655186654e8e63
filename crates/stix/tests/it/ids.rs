//! Identifiers, and those that follow from content.

use serde_json::{Map, Value};
use stix::{Id, id};

fn of(text: &str) -> Option<String> {
    let object: Map<String, Value> = serde_json::from_str(text).unwrap();
    id::of_sco(&object).map(|id| id.to_string())
}

/// What OASIS's `stix2` 3.0.2 makes of the same properties.
#[test]
fn observables_have_the_ids_that_others_give_them() {
    for (text, expected) in [
        (
            r#"{"type":"ipv4-addr","value":"198.51.100.3"}"#,
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
        ),
        (
            r#"{"type":"domain-name","value":"example.com"}"#,
            "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
        ),
        (
            r#"{"type":"file","hashes":{"SHA-256":"fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db"},"name":"foo.dll","size":7}"#,
            "file--949eb97a-da1e-5292-8959-03c4249dc9f3",
        ),
        (
            r#"{"type":"file","hashes":{"SHA-256":"fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db","MD5":"d41d8cd98f00b204e9800998ecf8427e"},"name":"Zürich \"x\".dll"}"#,
            "file--85aaa225-90e9-50c0-b03e-d08beb1ce071",
        ),
        (
            r#"{"type":"url","value":"https://example.com/research/index.html"}"#,
            "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55",
        ),
        (
            r#"{"type":"autonomous-system","number":15139,"name":"x"}"#,
            "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
        ),
        (
            r#"{"type":"email-addr","value":"john@example.com","display_name":"John"}"#,
            "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934",
        ),
        (
            r#"{"type":"user-account","user_id":"1001","account_login":"jdoe","account_type":"unix"}"#,
            "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
        ),
        (
            r#"{"type":"mutex","name":"__CLEANSWEEP__"}"#,
            "mutex--f93fe911-e545-5239-b9b0-597840d0c871",
        ),
        (
            r#"{"type":"software","name":"Word","cpe":"cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*","version":"2002","vendor":"Microsoft"}"#,
            "software--710b0b41-d4d0-5d6c-a400-fc9254554ffc",
        ),
        (
            r#"{"type":"network-traffic","start":"2016-12-06T15:58:41Z","src_ref":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","src_port":24678,"protocols":["ipv4","tcp"]}"#,
            "network-traffic--b51b2d00-1e8a-5049-86ec-15a264362132",
        ),
        (
            r#"{"type":"windows-registry-key","key":"hkey_local_machine\\system\\bar\\foo","values":[{"name":"Foo","data":"qwerty","data_type":"REG_SZ"}]}"#,
            "windows-registry-key--5f15b061-9c3d-5ea8-93b8-72468f206c1a",
        ),
        (
            r#"{"type":"x509-certificate","serial_number":"36:f7"}"#,
            "x509-certificate--523001db-9d41-58eb-99c9-f940c79385c2",
        ),
        (
            r#"{"type":"directory","path":"C:\\Windows"}"#,
            "directory--30b6c25d-82f4-51af-a3c8-51cb692dfd0a",
        ),
        (
            r#"{"type":"mac-addr","value":"d2:fb:49:24:37:18"}"#,
            "mac-addr--757b1725-9903-54f5-a855-1240691d7659",
        ),
    ] {
        assert_eq!(of(text).as_deref(), Some(expected), "{text}");
    }
    // Random by the standard, or not to be had.
    for text in [
        r#"{"type":"process","pid":1}"#,
        r#"{"type":"file","size":7}"#,
        r#"{"type":"campaign","name":"x"}"#,
        "{}",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
}

#[test]
fn identifiers_are_a_type_and_a_uuid_in_lower_case() {
    let id = Id::parse("x-custom_type--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").unwrap();
    assert_eq!(id.type_name(), "x-custom_type");
    assert_eq!(id.uuid().to_string(), "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    assert_eq!(serde_json::from_str::<Id>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    for bad in [
        "",
        "campaign",
        "campaign--",
        "--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "campaign-8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "campaign--8E2E2D2B-17D4-4CBF-938F-98EE46B3CD3F",
        "campaign--8e2e2d2b17d44cbf938f98ee46b3cd3f",
        "campaign--{8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f}",
        "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f ",
        "Campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "campaign--x--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "ca--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "../x--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "çampaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    ] {
        assert!(Id::parse(bad).is_err(), "{bad}");
    }
    assert!(
        Id::parse(&format!("{}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "a".repeat(251))).is_err()
    );
}
