//! Reading: how long one request takes, how many a core answers, and what nginx would do.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::filled::{Filled, Login};
use super::http::Target;
use super::posts::Writer;
use super::{CLIENT, Figures, SERVER, Served, Size, collection, filled, pinned};
use crate::measure::{median, now, quantile};
use crate::report::{Bar, Report};
use crate::served::{Certificate, free_port, nginx_on};

/// Connections that ask at the same time where the rate is measured.
const AT_ONCE: usize = 4;
const WARM: usize = 50;
/// "No dearer", as far as two measurements of the same tell apart.
const NO_DEARER: f64 = 1.1;

/// Where somebody can read in the collection: places and dates all over it, and objects.
struct Places {
    objects: String,
    manifest: String,
    /// `next` of pages all over the collection.
    next: Vec<String>,
    /// `added_after` all over the collection.
    dates: Vec<String>,
    ids: Vec<String>,
}

impl Places {
    fn find(target: &Target, step: usize) -> Result<Self> {
        let mut connection = target.connect()?;
        let path = collection(&mut connection, true, false)?;
        let objects = format!("{path}objects/");
        let (mut places, mut dates, mut ids) = (vec![], vec![], vec![]);
        let mut at = String::new();
        loop {
            let page = connection.get(&format!("{objects}?limit={step}{at}"))?;
            ids.extend(first_id(page.body));
            let last = page.header("x-taxii-date-added-last").context("a date")?.to_owned();
            let Some(next) = page.next() else { break };
            dates.push(last);
            at = format!("&next={next}");
            places.push(at.clone());
        }
        ensure!(!places.is_empty(), "the reader sees one page only");
        // A page that is cut short by the end would be measured as a quick one.
        places.pop();
        dates.pop();
        let manifest = format!("{path}manifest/");
        Ok(Self { objects, manifest, next: places, dates, ids })
    }
}

fn first_id(page: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(page.get(..4_000)?).ok()?;
    let at = text.find("\"id\":\"")? + 6;
    text.get(at..)?.split('"').next().map(str::to_owned)
}

/// A kind of read: what it is called, and the path of its n-th request.
struct Read<'p> {
    what: &'static str,
    path: Box<dyn Fn(usize) -> String + Sync + 'p>,
    rounds: usize,
}

/// The reads whose time is measured. The steps are coprime to most lengths, so that one request
/// has nothing to do with the one before.
fn kinds(places: &Places) -> Vec<Read<'_>> {
    let next = |n: usize| places.next[n * 7_919 % places.next.len()].as_str();
    let date = |n: usize| places.dates[n * 7_919 % places.dates.len()].as_str();
    let read =
        |what, rounds, path: Box<dyn Fn(usize) -> String + Sync>| Read { what, path, rounds };
    let Places { objects, manifest, ids, .. } = places;
    vec![
        read("pages of 100", 1_000, Box::new(move |n| format!("{objects}?limit=100{}", next(n)))),
        read("pages of 1,000", 300, Box::new(move |n| format!("{objects}?limit=1000{}", next(n)))),
        read(
            "added_after, pages of 100",
            500,
            Box::new(move |n| format!("{objects}?limit=100&added_after={}", date(n))),
        ),
        read(
            "match[type] of a frequent type, pages of 100",
            500,
            Box::new(move |n| {
                format!("{objects}?limit=100&match[type]=malware&added_after={}", date(n))
            }),
        ),
        read(
            "match[type] of a rare type, pages of 100",
            300,
            Box::new(move |n| {
                format!("{objects}?limit=100&match[type]=tool&added_after={}", date(n))
            }),
        ),
        read(
            "manifest, pages of 100",
            500,
            Box::new(move |n| format!("{manifest}?limit=100&added_after={}", date(n))),
        ),
        read(
            "an object by its id",
            1_000,
            Box::new(move |n| format!("{objects}{}/", ids[n * 7_919 % ids.len()])),
        ),
    ]
}

/// Milliseconds of each request on one connection.
fn times(target: &Target, read: &Read<'_>, size: Size) -> Result<Vec<f64>> {
    let mut connection = target.connect()?;
    let mut times = Vec::new();
    for round in 0..size.of(read.rounds) + WARM {
        let path = (read.path)(round);
        let start = now();
        connection.get(&path)?;
        if round >= WARM {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(times)
}

/// Requests and megabytes a second of several connections at once.
fn rate(
    target: &Target,
    path: &(dyn Fn(usize) -> String + Sync),
    during: Duration,
) -> Result<(f64, f64)> {
    let over = AtomicBool::new(false);
    let start = now();
    let counted = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..AT_ONCE)
            .map(|lane| {
                let over = &over;
                scope.spawn(move || -> Result<(usize, usize)> {
                    let mut connection = target.connect()?;
                    let (mut requests, mut bytes) = (0, 0);
                    while !over.load(Ordering::Relaxed) {
                        bytes += connection.get(&path(lane * 1_000 + requests))?.body.len();
                        requests += 1;
                    }
                    Ok((requests, bytes))
                })
            })
            .collect();
        std::thread::sleep(during);
        over.store(true, Ordering::Relaxed);
        let mut sum = (0, 0);
        for client in clients {
            let (requests, bytes) =
                client.join().map_err(|_| anyhow::anyhow!("a client failed"))??;
            sum = (sum.0 + requests, sum.1 + bytes);
        }
        anyhow::Ok(sum)
    })?;
    let seconds = start.elapsed().as_secs_f64();
    Ok((counted.0 as f64 / seconds, counted.1 as f64 / 1e6 / seconds))
}

pub(super) fn run(
    node: &Filled,
    place: &Path,
    certificate: &Certificate,
    size: Size,
    report: &mut Report,
) -> Result<Figures> {
    let name = size.name();
    let (served, _) = Served::start(node, Some(certificate), Some(SERVER))?;
    let (all, few) = (served.of(&node.all), served.of(&node.few));
    let mut figures = Figures::new();
    let (all_places, few_places) =
        pinned(CLIENT, || Ok((Places::find(&all, 1_000)?, Places::find(&few, 100)?)))?;
    let mut plain = f64::NAN;
    for (whole, part) in kinds(&all_places).into_iter().zip(kinds(&few_places)) {
        let what = whole.what;
        let before = served.server.cpu_seconds()?;
        let rounds = (size.of(whole.rounds) + WARM) as f64;
        let whole = pinned(CLIENT, || times(&all, &whole, size))?;
        let between = served.server.cpu_seconds()?;
        let part = pinned(CLIENT, || times(&few, &part, size))?;
        let cpu = (between - before) / rounds * 1e3;
        let few_cpu = (served.server.cpu_seconds()? - between) / rounds * 1e3;
        let (p50, few_p50) = (median(whole.clone()), median(part.clone()));
        let bar = match what {
            "pages of 100" => Bar::Most(1.5),
            "pages of 1,000" => Bar::Most(6.0),
            _ => Bar::None,
        };
        report.row(&format!("{name} objects: {what}, p50"), p50, "ms", bar);
        let p99 = quantile(whole, 0.99);
        let bar = if what == "pages of 100" { Bar::Most(5.0) } else { Bar::None };
        report.row(&format!("{name} objects: {what}, p99"), p99, "ms", bar);
        if what == "pages of 100" {
            plain = p50;
        } else if what.ends_with("pages of 100") {
            let what = format!("{name} objects: {what}, against the plain pages");
            report.row(&what, p50 / plain, "times", Bar::Most(NO_DEARER));
        }
        let who = "who sees one in a hundred";
        report.row(&format!("{name} objects: {what}, {who}, p50"), few_p50, "ms", Bar::None);
        let of = format!("{name} objects: {what}, {who} against who sees all");
        report.row(&of, few_p50 / p50, "times", Bar::Most(2.0));
        let what_cpu = format!("{name} objects: {what}, the node’s CPU time a request");
        report.row(&what_cpu, cpu, "ms", Bar::None);
        report.row(&format!("{what_cpu}, {who}"), few_cpu, "ms", Bar::None);
        figures.insert(what, p50);
    }
    rates(&all, &few, &all_places, &few_places, size, report)?;
    beside_nginx(&all, &all_places, place, certificate, size, report)?;
    let what = format!("{name} objects: memory of the node after these reads");
    report.row(&what, served.server.memory()?, "MiB", Bar::None);
    writing(node, &served, [(&all, &all_places), (&few, &few_places)], size, report)?;
    drop(served);
    cold(node, certificate, &all_places, &few_places, size, report)?;
    Ok(figures)
}

fn rates(
    all: &Target,
    few: &Target,
    all_places: &Places,
    few_places: &Places,
    size: Size,
    report: &mut Report,
) -> Result<()> {
    let name = size.name();
    for (who, target, places) in
        [("", all, all_places), (", who sees one in a hundred", few, few_places)]
    {
        for (index, least) in [(0, 3_000.0), (6, 10_000.0)] {
            let kinds = kinds(places);
            let read = &kinds[index];
            let (requests, bytes) = pinned(CLIENT, || rate(target, &read.path, size.seconds(4)))?;
            let bar = if who.is_empty() { Bar::Least(least) } else { Bar::None };
            let what = format!("{name} objects: {}{who}, on one core", read.what);
            report.row(&what, requests, "requests/s", bar);
            if index == 0 {
                report.row(&format!("{what}, bytes"), bytes, "MB/s", Bar::None);
            }
        }
    }
    Ok(())
}

/// Pages of 1,000 all over the collection, beside nginx with the bytes of one of them in a file.
fn beside_nginx(
    all: &Target,
    places: &Places,
    place: &Path,
    certificate: &Certificate,
    size: Size,
    report: &mut Report,
) -> Result<()> {
    let kinds = kinds(places);
    let read = &kinds[1];
    let files = place.join("files");
    fs::create_dir_all(&files)?;
    fs::write(files.join("page.json"), all.connect()?.get(&(read.path)(0))?.body)?;
    let port = free_port()?;
    let peer = nginx_on(Some(SERVER), place, port, certificate)?;
    let target = Target::secured(port, &certificate.pem)?;
    let (mut ours, mut theirs) = (vec![], vec![]);
    for _ in 0..3 {
        let during = size.seconds(2);
        ours.push(pinned(CLIENT, || Ok(rate(all, &read.path, during)?.1))?);
        let page = |_: usize| "/page.json".to_owned();
        theirs.push(pinned(CLIENT, || Ok(rate(&target, &page, during)?.1))?);
    }
    drop(peer);
    let (ours, theirs) = (median(ours), median(theirs));
    let name = size.name();
    report.row(&format!("{name} objects: pages of 1,000, on one core"), ours, "MB/s", Bar::None);
    let what = format!("{name} objects: nginx with such a page in a file, on one core");
    report.row(&what, theirs, "MB/s", Bar::None);
    let what = format!("{name} objects: pages of 1,000, of nginx");
    report.row(&what, ours / theirs * 100.0, "%", Bar::Least(50.0));
    Ok(())
}

/// The same reads while somebody hands in objects.
fn writing(
    node: &Filled,
    served: &Served,
    readers: [(&Target, &Places); 2],
    size: Size,
    report: &mut Report,
) -> Result<()> {
    let writer = Writer::start(node, served, "beside", Duration::from_millis(20), 20)?;
    for index in [0, 1, 6] {
        let mut middle = vec![];
        let mut what = "";
        for (target, places) in &readers {
            let kinds = kinds(places);
            let read = &kinds[index];
            what = read.what;
            middle.push(median(pinned(CLIENT, || times(target, read, size))?));
        }
        let name = size.name();
        let [all, few] = middle[..] else { continue };
        let what = format!("{name} objects: {what} while others write");
        report.row(&format!("{what}, p50"), all, "ms", Bar::None);
        let what = format!("{what}, who sees one in a hundred against who sees all");
        report.row(&what, few / all, "times", Bar::Most(2.0));
    }
    let written = writer.stop()?;
    let what = format!("{} objects: envelopes of 20 handed in meanwhile", size.name());
    report.row(&what, written as f64, "", Bar::None);
    Ok(())
}

/// The first page that a node is asked for after its start: its files held by the machine, and
/// read from the disk.
fn cold(
    node: &Filled,
    certificate: &Certificate,
    all: &Places,
    few: &Places,
    size: Size,
    report: &mut Report,
) -> Result<()> {
    for (what, from_disk, bar) in
        [("", false, Bar::Most(2.0)), (", from the disk", true, Bar::None)]
    {
        let mut times = [vec![], vec![]];
        for round in 0..size.of(15) {
            for (at, (login, places)) in
                [(&node.all, all), (&node.few, few)].into_iter().enumerate()
            {
                if from_disk {
                    filled::forget(&node.dir)?;
                }
                times[at].push(first(node, certificate, login, places, round)?);
            }
        }
        let [all, few] = times.map(median);
        let what = format!("{} objects: the first page of 100 after a start{what}", size.name());
        report.row(&format!("{what}, p50"), all, "ms", Bar::None);
        let what = format!("{what}, who sees one in a hundred against who sees all");
        report.row(&what, few / all, "times", bar);
    }
    Ok(())
}

fn first(
    node: &Filled,
    certificate: &Certificate,
    login: &Login,
    places: &Places,
    round: usize,
) -> Result<f64> {
    let (served, _) = Served::start(node, Some(certificate), None)?;
    let mut connection = served.of(login).connect()?;
    // Signed in before: what a password's hash costs is not asked here.
    connection.get("/taxii2/")?;
    let path = (kinds(places)[0].path)(round * 31);
    let start = now();
    connection.get(&path)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
