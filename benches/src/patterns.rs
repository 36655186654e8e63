//! Patterns: read, matched one by one, matched together, matched in time. Beside them, on the
//! same texts and the same observations: the crates `stix-pattern` and `stix-matcher`, and OASIS's
//! stix2-patterns and stix2-matcher. All figures are per second of CPU time.

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use stix::Timestamp;
use stix::pattern::{Compiled, Observations, Pattern, Set};
use stix_matcher::Observation;
use stix_model::StixObject;

use crate::measure;
use crate::report::{Bar, Report};

/// 2026-01-01, in milliseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000;

/// How many observations a stream has that patterns are matched against in time, one by one.
const STREAM: usize = 100;

/// At least so long is measured, in seconds of CPU time.
const LONG: f64 = 0.5;

/// A family of patterns: its name, and its pattern of each number.
type Family = (&'static str, fn(usize) -> String);

const SINGLE: &[Family] = &[
    ("=", |n| format!("[domain-name:value = 'host-{n}.example.org']")),
    ("AND, OR", |n| {
        format!(
            "[network-traffic:dst_port = {n} AND (network-traffic:src_port > 1024 OR network-traffic:protocols[*] = 'tcp')]"
        )
    }),
    ("IN", |n| format!("[file:size IN ({n}, {}, {}) AND file:name != 'a']", n + 1, n + 2)),
    ("through a reference", |n| {
        format!("[network-traffic:dst_ref.value = '198.51.100.{}']", n % 256)
    }),
    ("LIKE", |n| format!("[file:name LIKE 'invoice-{n}%.exe']")),
    ("MATCHES", |n| {
        format!("[domain-name:value MATCHES '^host-{n}[0-9]*\\\\.example\\\\.(org|net)$']")
    }),
    ("ISSUBSET", |n| format!("[ipv4-addr:value ISSUBSET '198.51.{}.0/24']", n % 256)),
];

const IN_TIME: &[Family] = &[
    ("FOLLOWEDBY", |n| {
        format!(
            "[domain-name:value = 'host-{n}.example.org'] FOLLOWEDBY [file:size > {}]",
            3_000 + n
        )
    }),
    ("WITHIN", |n| {
        format!(
            "([domain-name:value LIKE 'host-{n}%'] FOLLOWEDBY [network-traffic:dst_port = {n}]) WITHIN 300 SECONDS"
        )
    }),
    ("REPEATS", |n| {
        format!(
            "[domain-name:value = 'host-{}.example.org'] REPEATS 5 TIMES WITHIN 1800 SECONDS",
            n % 10
        )
    }),
    ("START, STOP", |n| {
        let (start, stop) = (moment(n), moment(n + 50));
        format!(
            "[file:size >= {n}] START t'{start}' STOP t'{stop}' AND [ipv4-addr:value LIKE '198.51.100.%']"
        )
    }),
];

fn moment(seconds: usize) -> Timestamp {
    Timestamp::from_millis(BEGIN + i64::try_from(seconds).unwrap_or(0) * 1_000)
}

fn id(kind: &str, number: usize) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

/// The bundle of an observation: about 1,000 bytes, a file, a name, an address and traffic.
fn bundle(number: usize) -> Value {
    let (file, name) = (id("file", number), id("domain-name", number));
    let (address, traffic) = (id("ipv4-addr", number), id("network-traffic", number));
    json!({"type": "bundle", "id": id("bundle", number), "objects": [
        {
            "type": "observed-data", "spec_version": "2.1", "id": id("observed-data", number),
            "created": moment(number), "modified": moment(number),
            "first_observed": moment(number), "last_observed": moment(number),
            "number_observed": 1, "object_refs": [file, name, address, traffic],
        },
        {
            "type": "file", "spec_version": "2.1", "id": file, "size": number * 7 % 5_000,
            "name": format!("invoice-{}.pdf.exe", number * 31 % 20_000),
            "hashes": {"SHA-256": format!("{:064x}", number * 2_654_435_761)},
        },
        {
            "type": "domain-name", "spec_version": "2.1", "id": name,
            "value": format!("host-{}.example.org", number * 17 % 30_000), "resolves_to_refs": [address],
        },
        {
            "type": "ipv4-addr", "spec_version": "2.1", "id": address,
            "value": format!("198.51.{}.{}", number % 256, number * 13 % 256),
        },
        {
            "type": "network-traffic", "spec_version": "2.1", "id": traffic, "dst_ref": address,
            "protocols": ["ipv4", "tcp"], "src_port": 1_024 + number % 60_000, "dst_port": number * 3 % 10_000,
        },
    ]})
}

fn read(bundle: &Value) -> Result<Observations> {
    let bytes = Bytes::from(serde_json::to_vec(bundle)?);
    let (observations, problems) = Observations::parse(&bytes)?;
    ensure!(problems.is_empty(), "a made bundle is good");
    Ok(observations)
}

/// The bundles' objects in one.
fn together(bundles: &[Value]) -> Value {
    let objects: Vec<_> = bundles
        .iter()
        .filter_map(|one| one.get("objects")?.as_array())
        .flatten()
        .cloned()
        .collect();
    json!({"type": "bundle", "id": id("bundle", 0), "objects": objects})
}

/// How many per second of CPU time, where each call of `work` does so many.
fn rate(each: usize, mut work: impl FnMut()) -> f64 {
    work();
    let (mut calls, mut seconds) = (0_usize, 0.0);
    while seconds < LONG {
        seconds += measure::cpu(&mut work).0;
        calls += 1;
    }
    (calls * each) as f64 / seconds
}

pub(crate) fn run(root: &Path, report: &mut Report) -> Result<()> {
    let families: Vec<_> = SINGLE.iter().chain(IN_TIME).collect();
    let texts: Vec<String> =
        families.iter().flat_map(|(_, make)| (0..20).map(move |n| make(n * 37))).collect();
    let bundles: Vec<Value> = (0..STREAM).map(bundle).collect();
    let peers = oasis(root, &texts, &bundles)?;
    let figure = |part: &str, name: &str| {
        peers.get(part).and_then(|part| part.get(name)).and_then(Value::as_f64).unwrap_or(f64::NAN)
    };
    reading(&texts, figure("read", "all"), report)?;
    single(&bundles, figure, report)?;
    in_time(&bundles, figure, report)?;
    many(report)?;
    long(report)
}

fn reading(texts: &[String], oasis: f64, report: &mut Report) -> Result<()> {
    for text in texts {
        Pattern::parse(text).ok().context(text.clone())?;
    }
    let ours = rate(texts.len(), || {
        for text in texts {
            let _ = black_box(Pattern::parse(text));
        }
    });
    let theirs = rate(texts.len(), || {
        for text in texts {
            let _ = black_box(stix_pattern::parse(text));
        }
    });
    let size = texts.iter().map(String::len).sum::<usize>() / texts.len();
    report.row(&format!("patterns read, {size} bytes on average"), ours, "/s", Bar::Least(1.5e6));
    report.row("… by stix-pattern", theirs, "/s", Bar::None);
    report.row("… by stix2-patterns", oasis, "/s", Bar::None);
    Ok(())
}

/// One pattern against one observation.
fn single(bundles: &[Value], oasis: impl Fn(&str, &str) -> f64, report: &mut Report) -> Result<()> {
    let seen = bundles.iter().map(read).collect::<Result<Vec<_>>>()?;
    let theirs = bundles.iter().map(|one| model(std::slice::from_ref(one)));
    let theirs = theirs.collect::<Result<Vec<_>>>()?;
    for (name, make) in SINGLE {
        let texts: Vec<_> = (0..20).map(|n| make(n * 37)).collect();
        let patterns: Vec<_> =
            texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>()?;
        let compiled: Vec<_> = patterns.iter().map(Compiled::new).collect::<Result<_, _>>()?;
        let pairs = compiled.len() * seen.len();
        let ours = rate(pairs, || {
            for pattern in &compiled {
                for observation in &seen {
                    let _ = black_box(pattern.matches(observation));
                }
            }
        });
        let parsed: Vec<_> =
            texts.iter().map(|text| stix_pattern::parse(text)).collect::<Result<_, _>>()?;
        let crates = rate(pairs, || {
            for pattern in &parsed {
                for (observations, store) in &theirs {
                    let _ = black_box(stix_matcher::eval::eval_pattern(
                        pattern,
                        observations,
                        Some(store),
                    ));
                }
            }
        });
        let python = oasis("single", name);
        report.row(
            &format!("{name}: one pattern and one observation"),
            ours,
            "pairs/s",
            Bar::Least(1e6),
        );
        report.row(
            &format!("… times stix-matcher ({crates:.0}/s)"),
            ours / crates,
            "",
            Bar::Least(5.0),
        );
        report.row(
            &format!("… times stix2-matcher ({python:.0}/s)"),
            ours / python,
            "",
            Bar::Least(50.0),
        );
    }
    Ok(())
}

type Theirs = (Vec<Observation>, stix_model::ObjectStore);

/// The same observations for `stix-matcher`.
fn model(bundles: &[Value]) -> Result<Theirs> {
    let mut objects = Vec::new();
    let mut observations = Vec::new();
    for bundle in bundles {
        let all = bundle.get("objects").and_then(Value::as_array).context("made so")?;
        let mine: Vec<_> =
            all.iter().skip(1).cloned().map(StixObject::from_json).collect::<Result<_, _>>()?;
        objects.extend(mine.iter().cloned());
        observations.push(Observation::new(mine));
    }
    Ok((observations, stix_model::ObjectStore::from_objects(&objects)))
}

/// One pattern against a stream: each observation of it counts as a pair.
fn in_time(
    bundles: &[Value],
    oasis: impl Fn(&str, &str) -> f64,
    report: &mut Report,
) -> Result<()> {
    let seen = read(&together(bundles))?;
    for (name, make) in IN_TIME {
        let compiled = (0..20).map(|n| Ok(Compiled::new(&Pattern::parse(&make(n * 37))?)?));
        let compiled = compiled.collect::<Result<Vec<_>>>()?;
        let ours = rate(compiled.len() * seen.len(), || {
            for pattern in &compiled {
                let _ = black_box(pattern.matches(&seen));
            }
        });
        let python = oasis("time", name);
        report.row(
            &format!("{name}: one pattern and a stream of {STREAM}"),
            ours,
            "pairs/s",
            Bar::Least(1e6),
        );
        report.row(
            &format!("… times stix2-matcher ({python:.0}/s)"),
            ours / python,
            "",
            Bar::Least(50.0),
        );
    }
    Ok(())
}

/// Many patterns against a stream, read from its bytes.
fn many(report: &mut Report) -> Result<()> {
    let lines = (0..10_000).map(|number| Ok(Bytes::from(serde_json::to_vec(&bundle(number))?)));
    let lines = lines.collect::<Result<Vec<_>>>()?;
    let families: Vec<_> = SINGLE.iter().chain(IN_TIME).collect();
    for count in [100_usize, 1_000, 10_000] {
        let patterns = (0..count)
            .map(|n| {
                let (_, make) = families.get(n % families.len()).context("some family")?;
                Ok(Pattern::parse(&make(n))?)
            })
            .collect::<Result<Vec<_>>>()?;
        let (took, (set, refused)) = measure::cpu(|| Set::new(&patterns));
        ensure!(refused.is_empty(), "made patterns are small");
        let (seconds, matched) = measure::cpu(|| -> Result<usize> {
            let mut stream = set.stream();
            for line in &lines {
                stream.see(&Observations::parse(line)?.0);
            }
            let found =
                stream.possible().into_iter().filter(|&n| matches!(stream.verdict(n), Ok(Some(_))));
            Ok(found.count())
        });
        let bar = if count == 10_000 { Bar::Least(20_000.0) } else { Bar::None };
        let what = format!(
            "{count} patterns together, {} of them matched: observations from JSON",
            matched?
        );
        report.row(&what, lines.len() as f64 / seconds, "/s", bar);
        report.row("… compiled together before, in", took, "s", Bar::None);
    }
    let alone =
        measure::cpu(|| lines.iter().filter_map(|line| Observations::parse(line).ok()).count());
    report.row("… of which reading the JSON alone", lines.len() as f64 / alone.0, "/s", Bar::None);
    Ok(())
}

/// Temporal operators over a long stream.
fn long(report: &mut Report) -> Result<()> {
    let bundles: Vec<_> = (0..100_000).map(bundle).collect();
    let seen = read(&together(&bundles))?;
    drop(bundles);
    for (what, text) in [
        (
            "found",
            "([domain-name:value = 'host-29999.example.org'] FOLLOWEDBY [file:size > 4990]) WITHIN 720 SECONDS",
        ),
        (
            "none, all overlap",
            "([EXISTS file:name] AND [EXISTS domain-name:value]) WITHIN 0.5 SECONDS",
        ),
        (
            "none",
            "([file:size < 100] FOLLOWEDBY [file:size > 4990] FOLLOWEDBY [file:size < 10]) WITHIN 2 SECONDS",
        ),
        ("repeated", "[file:name LIKE 'invoice-%'] REPEATS 1000 TIMES WITHIN 998 SECONDS"),
    ] {
        let compiled = Compiled::new(&Pattern::parse(text)?)?;
        let (seconds, found) =
            measure::cpu(|| compiled.matches(&seen).map(|found| found.is_some()));
        ensure!(found? == (what == "found"), "{text}");
        report.row(
            &format!("in time over 100,000 observations, {what}"),
            seconds,
            "s",
            Bar::Most(2.0),
        );
    }
    Ok(())
}

/// What stix2-patterns and stix2-matcher do, by family, in the same units.
fn oasis(root: &Path, texts: &[String], bundles: &[Value]) -> Result<Value> {
    let family = |(name, make): &Family| {
        (name.to_string(), json!((0..5).map(|n| make(n * 37)).collect::<Vec<_>>()))
    };
    let families = |all: &[Family]| all.iter().map(family).collect::<serde_json::Map<_, _>>();
    let input = json!({
        "texts": texts, "bundles": bundles, "together": together(bundles),
        "single": families(SINGLE), "time": families(IN_TIME),
    });
    let mut child = Command::new(root.join("e2e/.venv/bin/python"))
        .arg(root.join("benches/peers/patterns.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run e2e/.venv/bin/python; cargo xtask setup --tests makes it")?;
    child.stdin.take().context("a pipe was asked for")?.write_all(input.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "benches/peers/patterns.py failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}
