//! How fast objects are read, validated, brought into canonical form and verified, on one core.
//!
//! The peers read the same objects in the same run: `stix2-validator` and `stix2` in the Python
//! environment of the tests, `serde_json` as the floor under every reader of JSON, and the bare
//! check of as many signatures as the roof over every verified ingest.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use stix::sign::{PublicKey, SecretKey};
use stix::validate::{self, Options};
use stix::{Id, Object, Timestamp};
use uuid::Uuid;

use crate::measure::{cpu_seconds, median, time};
use crate::report::{Bar, Report};

/// So many objects a measurement.
const OBJECTS: usize = 20_000;
/// So many objects for the peers in Python.
const FOR_PEERS: usize = 400;
/// So often, of which the middle counts.
const ROUNDS: usize = 5;
/// 2026-01-01, in milliseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000;

pub(crate) fn run(root: &Path, place: &Path, report: &mut Report) -> Result<()> {
    let objects = objects()?;
    let bytes: usize = objects.iter().map(Bytes::len).sum();
    println!("{OBJECTS} objects of {} bytes", bytes / OBJECTS);
    for object in objects.iter().take(1_000) {
        let found = validate::bytes(object, &Options::SHOULD);
        ensure!(found.is_empty(), "a made object is not valid: {found:?}");
    }

    let floor = rate(&objects, |object| {
        black_box(serde_json::from_slice::<Value>(object).is_ok());
    });
    report.row("serde_json into a tree", floor, "objects/CPU-s", Bar::None);
    let header = rate(&objects, |object| {
        black_box(Object::parse(object.clone()).is_ok());
    });
    report.row("header only", header, "objects/CPU-s", Bar::Least(400_000.0));
    let must = rate(&objects, |object| {
        black_box(validate::object(object, &Options::MUST));
    });
    report.row("parse + must", must, "objects/CPU-s", Bar::Least(100_000.0));
    let should = rate(&objects, |object| {
        black_box(validate::object(object, &Options::SHOULD));
    });
    report.row("parse + must + should", should, "objects/CPU-s", Bar::Least(60_000.0));
    peers(root, place, &objects, must, should, report)?;
    canonical(&objects, report)?;
    verified(&objects, report)
}

/// Objects a CPU second, the middle of some rounds.
fn rate<T>(objects: &[T], mut work: impl FnMut(&T)) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let before = cpu_seconds();
        objects.iter().for_each(&mut work);
        objects.len() as f64 / (cpu_seconds() - before)
    });
    median(rounds.collect())
}

/// The same objects through the programs of others, one by one.
fn peers(
    root: &Path,
    place: &Path,
    objects: &[Bytes],
    must: f64,
    should: f64,
    report: &mut Report,
) -> Result<()> {
    let python = root.join("e2e/.venv/bin/python");
    if !python.exists() {
        println!("no e2e/.venv: the peers in Python are not measured (cargo xtask setup)");
        return Ok(());
    }
    let path = place.join("validation.jsonl");
    fs::write(&path, objects[..FOR_PEERS].join(&b'\n'))?;
    let output = Command::new(python).arg(root.join("e2e/peers/rate.py")).arg(&path).output()?;
    ensure!(output.status.success(), "rate.py: {}", String::from_utf8_lossy(&output.stderr));
    let rates: Map<String, Value> = serde_json::from_slice(&output.stdout)?;
    let of = |name: &str| rates.get(name).and_then(Value::as_f64).context("a rate is missing");
    for name in ["stix2-validator", "stix2-validator must only", "stix2", "json"] {
        report.row(&format!("{name} (Python)"), of(name)?, "objects/CPU-s", Bar::None);
    }
    let validator = of("stix2-validator")?;
    report.row("parse + must, against it", must / validator, "times", Bar::Least(300.0));
    report.row("parse + must + should, against it", should / validator, "times", Bar::None);
    Ok(())
}

fn canonical(objects: &[Bytes], report: &mut Report) -> Result<()> {
    let parsed: Vec<Object> =
        objects.iter().cloned().map(Object::parse).collect::<Result<_, _>>()?;
    let in_place: Vec<Object> =
        parsed.iter().map(|object| Object::parse(object.canonical())).collect::<Result<_, _>>()?;
    let library = rate(objects, |object| {
        let value: Result<Value, _> = serde_json::from_slice(object);
        black_box(value.map(|value| serde_json_canonicalizer::to_vec(&value).is_ok()).is_ok());
    });
    let what = "parse + canonical form by serde_json_canonicalizer";
    report.row(what, library, "objects/CPU-s", Bar::None);
    let ours = rate(&parsed, |object| {
        black_box(object.canonical());
    });
    report.row("parse + canonical form", ours, "objects/CPU-s", Bar::None);
    let already = rate(&in_place, |object| {
        black_box(object.canonical());
    });
    report.row("parse + canonical form, of canonical", already, "objects/CPU-s", Bar::None);
    let hashed = rate(&in_place, |object| {
        black_box(object.hash());
    });
    report.row("parse + hash, of canonical", hashed, "objects/CPU-s", Bar::None);
    Ok(())
}

/// What a node does with an object from outside, beside the bare check of its signature.
fn verified(objects: &[Bytes], report: &mut Report) -> Result<()> {
    let key = SecretKey::from_seed([7; 32]);
    let public = key.public();
    let signed: Vec<Bytes> = objects
        .iter()
        .take(OBJECTS / 4)
        .map(|object| {
            let object = Object::parse(object.clone())?;
            Ok(stix::sign::sign(object.value(), &key)?.bytes().clone())
        })
        .collect::<Result<_>>()?;
    let messages: Vec<(Vec<u8>, String)> = signed
        .iter()
        .map(|bytes| {
            let message = stix::sign::signed_bytes(&Object::parse(bytes.clone())?)?;
            let signature = key.sign_bytes(&message);
            Ok((message, signature))
        })
        .collect::<Result<_>>()?;
    let check = |(message, signature): &(Vec<u8>, String)| {
        assert!(public.has_signed(message, signature), "it was signed by this key");
    };
    let ingest = |bytes: &Bytes| {
        let (object, found) = validate::object(bytes, &Options::MUST);
        assert!(found.is_empty(), "it is valid: {found:?}");
        assert!(object.is_some_and(|object| is_good(object, &public)), "its signature is good");
    };
    for threads in [1, 2] {
        // Both in turn, so that what else the machine does falls on both.
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(shared(threads, &messages, &check));
            whole.push(shared(threads, &signed, &ingest));
        }
        let middle =
            |rates: &[Rates], of: fn(&Rates) -> f64| median(rates.iter().map(of).collect());
        let on = if threads == 1 { "one thread" } else { "two threads" };
        for (what, rates) in [("bare Ed25519 verification", &bare), ("verified ingest", &whole)] {
            let cpu = middle(rates, |rates| rates.cpu);
            report.row(&format!("{what}, {on}"), cpu, "objects/CPU-s", Bar::None);
            let wall = middle(rates, |rates| rates.wall);
            report.row(&format!("{what}, {on}, by the clock"), wall, "objects/s", Bar::None);
        }
        let share = middle(&whole, |rates| rates.cpu) / middle(&bare, |rates| rates.cpu) * 100.0;
        let what = format!("verified ingest of the bare rate, {on}");
        report.row(&what, share, "%", Bar::Least(60.0));
    }
    Ok(())
}

fn is_good(object: Object, key: &PublicKey) -> bool {
    stix::sign::verify(object, key).is_ok()
}

/// Items a second, by the time of the cores and by the clock.
struct Rates {
    cpu: f64,
    wall: f64,
}

/// The rates of items that threads share out.
fn shared<T: Sync>(threads: usize, items: &[T], work: &(impl Fn(&T) + Sync)) -> Rates {
    let (took, cpu) = time(|| {
        std::thread::scope(|scope| {
            let parts = items.chunks(items.len().div_ceil(threads));
            let workers: Vec<_> = parts
                .map(|part| {
                    scope.spawn(move || {
                        part.iter().for_each(work);
                        cpu_seconds()
                    })
                })
                .collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).sum::<f64>()
        })
    });
    Rates { cpu: items.len() as f64 / cpu, wall: items.len() as f64 / took.as_secs_f64() }
}

/// Of ten: four indicators, three observed-data, three relationships, of about 1.1 KB.
fn objects() -> Result<Vec<Bytes>> {
    (0..OBJECTS)
        .map(|number| {
            let made = match number % 10 {
                0..4 => indicator(number)?,
                4..7 => observed(number)?,
                _ => relationship(number)?,
            };
            Ok(Bytes::from(as_others_write(&made)?))
        })
        .collect()
}

/// In the order of the specification's tables, as most programs write: not the canonical one.
fn as_others_write(made: &[(&str, Value)]) -> Result<String> {
    let pairs =
        made.iter().map(|(key, value)| Ok(format!("\"{key}\":{}", serde_json::to_string(value)?)));
    Ok(format!("{{{}}}", pairs.collect::<Result<Vec<_>>>()?.join(",")))
}

type Made = Vec<(&'static str, Value)>;

fn id(name: &str, number: usize) -> Result<Id> {
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{name}:{number}").as_bytes());
    let uuid = uuid::Builder::from_random_bytes(*uuid.as_bytes()).into_uuid();
    Ok(Id::parse(&format!("{name}--{uuid}"))?)
}

fn moment(number: usize) -> Result<Timestamp> {
    Ok(Timestamp::from_millis(BEGIN + i64::try_from(number)? * 1_000))
}

fn common(name: &str, number: usize) -> Result<Made> {
    let moment = moment(number)?;
    Ok(vec![
        ("type", json!(name)),
        ("spec_version", json!("2.1")),
        ("id", json!(id(name, number)?)),
        ("created_by_ref", json!(id("identity", number % 7)?)),
        ("created", json!(moment)),
        ("modified", json!(moment)),
        ("object_marking_refs", json!([id("marking-definition", number % 3)?])),
    ])
}

/// Words that differ from object to object.
fn prose(number: usize, words: usize) -> String {
    const WORDS: [&str; 10] = [
        "port", "election", "cable", "border", "grid", "airspace", "ministry", "channel", "drone",
        "archive",
    ];
    let word = |at: usize| WORDS[(number / (at + 1) + at * 7) % WORDS.len()];
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

fn indicator(number: usize) -> Result<Made> {
    let mut made = common("indicator", number)?;
    let host = number % 65_536;
    made.extend([
        ("name", json!(format!("Host {number} seen in a campaign"))),
        ("description", json!(prose(number, 58))),
        ("indicator_types", json!(["malicious-activity"])),
        ("pattern", json!(format!("[ipv4-addr:value = '198.{}.{}.7' OR domain-name:value = 'host-{number}.example.org']", host / 256, host % 256))),
        ("pattern_type", json!("stix")),
        ("valid_from", json!(moment(number)?)),
        ("kill_chain_phases", json!([{"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "delivery"}])),
        ("labels", json!(["from-a-feed", "seen-twice"])),
        ("confidence", json!(number % 101)),
    ]);
    Ok(made)
}

fn observed(number: usize) -> Result<Made> {
    let mut made = common("observed-data", number)?;
    let seen = (0..12).map(|at| id("url", number * 12 + at)).collect::<Result<Vec<_>>>()?;
    made.extend([
        ("first_observed", json!(moment(number)?)),
        ("last_observed", json!(moment(number + 5)?)),
        ("number_observed", json!(number % 50 + 1)),
        ("object_refs", json!(seen)),
        ("labels", json!(["from-a-sensor"])),
    ]);
    Ok(made)
}

fn relationship(number: usize) -> Result<Made> {
    let mut made = common("relationship", number)?;
    made.extend([
        ("relationship_type", json!("indicates")),
        ("description", json!(prose(number, 62))),
        ("source_ref", json!(id("indicator", number)?)),
        ("target_ref", json!(id("malware", number % 100)?)),
        ("start_time", json!(moment(number)?)),
        (
            "external_references",
            json!([{
                "source_name": "a report",
                "description": prose(number, 8),
                "external_id": format!("R-{number}"),
            }]),
        ),
    ]);
    Ok(made)
}
