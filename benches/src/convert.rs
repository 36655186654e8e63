//! How fast MISP events become STIX and STIX becomes MISP events, on one core, beside misp-stix on
//! the same events in the same run.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use convert::misp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::measure::{cpu_seconds, median};
use crate::report::{Bar, Report};

/// Attributes of the event that both convert.
const ATTRIBUTES: usize = 2_000;
/// So often, of which the middle counts.
const ROUNDS: usize = 7;

pub(crate) fn run(root: &Path, place: &Path, report: &mut Report) -> Result<()> {
    let bytes = serde_json::to_vec(&event())?;
    println!("an event of {ATTRIBUTES} attributes, {} bytes", bytes.len());
    let (objects, _) = misp::to_stix(&bytes)?;
    let bundle = serde_json::to_vec(&json!({ "type": "bundle", "objects": objects }))?;
    let (held, _) = misp::objects(&bundle)?;
    let (back, _) = misp::from_stix(held);
    let event: Value = serde_json::from_slice(&bytes)?;
    ensure!(back.len() == 1 && Some(&Value::from(back[0].clone())) == event.get("Event"));

    let there = rate(|| {
        let (objects, report) = misp::to_stix(&bytes)?;
        Ok((serde_json::to_vec(&objects)?, report))
    })?;
    report.row("MISP to STIX, text to text", there, "attributes/CPU-s", Bar::None);
    let back = rate(|| {
        let (objects, _) = misp::objects(&bundle)?;
        let (events, report) = misp::from_stix(objects);
        Ok((serde_json::to_vec(&events)?, report))
    })?;
    report.row("STIX to MISP, with the report", back, "attributes/CPU-s", Bar::None);

    let python = root.join("e2e/.venv/bin/python");
    if !python.exists() {
        println!("no e2e/.venv: misp-stix is not measured (cargo xtask setup)");
        return Ok(());
    }
    let path = place.join("event.json");
    fs::write(&path, &bytes)?;
    let output =
        Command::new(python).arg(root.join("e2e/peers/misp_rate.py")).arg(&path).output()?;
    ensure!(output.status.success(), "misp_rate.py: {}", String::from_utf8_lossy(&output.stderr));
    let seconds: Value = serde_json::from_slice(&output.stdout)?;
    let of = |name: &str| {
        let seconds = seconds.get(name).and_then(Value::as_f64).context("a time is missing")?;
        Ok::<_, anyhow::Error>(ATTRIBUTES as f64 / seconds)
    };
    let (their_there, their_back) = (of("there")?, of("back")?);
    report.row("misp-stix (Python), MISP to STIX", their_there, "attributes/CPU-s", Bar::None);
    report.row("MISP to STIX, against it", there / their_there, "times", Bar::Least(100.0));
    report.row("misp-stix (Python), STIX to MISP", their_back, "attributes/CPU-s", Bar::None);
    report.row("STIX to MISP, against it", back / their_back, "times", Bar::None);
    Ok(())
}

/// Attributes a CPU second, the middle of some rounds.
fn rate<T>(mut work: impl FnMut() -> Result<T>) -> Result<f64> {
    let mut rates = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let before = cpu_seconds();
        black_box(work()?);
        rates.push(ATTRIBUTES as f64 / (cpu_seconds() - before));
    }
    Ok(median(rates))
}

/// An event as a CSIRT publishes it: hosts, addresses, files, messages; half of them for
/// detection, some tagged.
fn event() -> Value {
    let attributes: Vec<Value> = (0..ATTRIBUTES).map(attribute).collect();
    json!({ "Event": {
        "uuid": uuid(0), "info": "An event of many attributes", "date": "2026-01-02",
        "timestamp": "1767312000", "published": true, "publish_timestamp": "1767315600",
        "threat_level_id": "2", "analysis": "1", "distribution": "3",
        "Orgc": { "name": "A CSIRT", "uuid": uuid(1) }, "Tag": [{ "name": "tlp:amber" }],
        "Attribute": attributes,
    }})
}

fn attribute(number: usize) -> Value {
    let md5 = Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).simple().to_string();
    let network = "Network activity";
    let payload = "Payload delivery";
    let address = format!("198.51.{}.{}", number / 250 % 100, number % 250 + 1);
    let (kind, category, value) = match number % 8 {
        0 => ("ip-dst", network, address),
        1 => ("domain", network, format!("host-{number}.example.com")),
        2 => ("md5", payload, md5),
        3 => ("url", network, format!("https://host-{number}.example.com/path?q={number}")),
        4 => ("sha256", payload, format!("{md5}{md5}")),
        5 => ("email-src", payload, format!("sender-{number}@example.com")),
        6 => ("filename|md5", payload, format!("invoice-{number}.exe|{md5}")),
        _ => ("ip-dst|port", network, format!("{address}|443")),
    };
    let tags = if number.is_multiple_of(10) {
        json!([{ "name": "osint:certainty=\"50\"" }])
    } else {
        json!([])
    };
    json!({
        "uuid": uuid(number + 2), "type": kind, "category": category, "value": value,
        "to_ids": number.is_multiple_of(2), "timestamp": "1767312000", "comment": "", "distribution": "5",
        "deleted": false, "disable_correlation": false, "Tag": tags,
    })
}

fn uuid(number: usize) -> String {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes());
    uuid::Builder::from_random_bytes(hash.into_bytes()).into_uuid().to_string()
}
