//! `entente convert`: other formats to STIX and back, event by event where there are many.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use bytes::Bytes;
use convert::{Format, Report, ioc, lift, misp, openioc};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::{Id, Timestamp};

use super::files;
use super::losses::Losses;
use crate::cli::{Convert, Source, Target};
use crate::error::{Context, Error, Kind, Result};
use crate::output::{Output, bar, raw};

type Object = Map<String, Value>;

pub(crate) fn run(args: &Convert, out: Output) -> Result<()> {
    let mut losses = Losses::open(args.report.as_deref(), out.json)?;
    if args.file.is_dir() {
        feed(args, &mut losses)?;
    } else {
        file(args, &mut losses)?;
    }
    losses.finish()
}

/// One file: a bundle, an event, or several.
fn file(args: &Convert, losses: &mut Losses) -> Result<()> {
    let bytes = files::read(&args.file)?;
    let shown = args.file.display().to_string();
    let format = match args.from {
        Source::Auto => Format::detect(&bytes).ok_or_else(|| unknown(&shown, &bytes))?,
        Source::Stix | Source::Stix20 => Format::Stix,
        Source::Misp => Format::Misp,
        Source::Openioc => Format::OpenIoc,
        Source::Csv => Format::Table,
        Source::Ioc => Format::List,
    };
    let wrong = |error: &convert::Error| refused(&shown, error);
    match (format, args.to) {
        (Format::Stix, Target::Stix | Target::Csv) => {
            let lifted = lift::read(&bytes).map_err(|error| wrong(&error))?;
            losses.add(None, &lifted.report)?;
            let id = lifted.bundle.map_or_else(|| bundle_id(&bytes), |id| id.to_string());
            write_objects(args, &id, &lifted.objects, losses)
        }
        (Format::Stix, Target::Misp) => {
            let (objects, report) = misp::objects(&bytes).map_err(|error| wrong(&error))?;
            losses.add(None, &report)?;
            write_as_events(args, objects, losses)
        }
        (Format::Misp, Target::Stix | Target::Csv) => {
            let (events, report) = misp::events(&bytes).map_err(|error| wrong(&error))?;
            losses.add(None, &report)?;
            let id = match events.as_slice() {
                [(_, event)] => event_bundle_id(event).unwrap_or_else(|| bundle_id(&bytes)),
                _ => bundle_id(&bytes),
            };
            let mut result = Outlet::open(args.to, &id)?;
            let mut exporter = misp::Exporter::new();
            let bar = bar(events.len() as u64, &shown);
            for (place, event) in bar.wrap_iter(events.into_iter()) {
                let (objects, report) = exporter.event(&event, &place);
                losses.add(None, &report)?;
                result.objects(objects)?;
            }
            bar.finish_and_clear();
            result.end(losses)
        }
        (Format::Misp, Target::Misp) => {
            let (events, report) = misp::events(&bytes).map_err(|error| wrong(&error))?;
            losses.add(None, &report)?;
            write_events(args, events.into_iter().map(|(_, event)| event).collect(), losses)
        }
        (Format::OpenIoc | Format::Table | Format::List, to) => {
            let options = list_options(args)?;
            let read = match format {
                Format::Table => ioc::table(&bytes, &options),
                Format::List => ioc::list(&bytes, &options),
                _ => openioc::read(&bytes, &options).map_err(|error| wrong(&error))?,
            };
            losses.add(None, &read.report)?;
            if to == Target::Misp {
                let place = |at: usize| stix::Pointer::root().join("objects").join(&at.to_string());
                let objects = read.objects.iter().enumerate();
                let objects = objects.map(|(at, object)| (place(at), object.value())).collect();
                return write_as_events(args, objects, losses);
            }
            write_objects(args, &bundle_id(&bytes), &read.objects, losses)
        }
    }
}

/// How objects are made of values: what the command line says.
fn list_options(args: &Convert) -> Result<ioc::Options> {
    let usage = |error: &stix::Error, option: &str| {
        Error::new(Kind::Usage, format!("{option}: {}", error.problem))
    };
    let time = |text: &Option<String>, option: &str| {
        let time = text.as_deref().map(Timestamp::parse).transpose();
        time.map_err(|error| usage(&error, option))
    };
    let id = |text: &str, option: &str| Id::parse(text).map_err(|error| usage(&error, option));
    let now = || Timestamp::from_millis(store::Clock::now_micros(&store::SystemClock) / 1_000);
    let mut options = ioc::Options::new(time(&args.created, "--created")?.unwrap_or_else(now));
    options.valid_from = time(&args.valid_from, "--valid-from")?;
    options.make = if args.observables { ioc::Make::Observables } else { ioc::Make::Indicators };
    options.name.clone_from(&args.name);
    options.created_by =
        args.created_by.as_deref().map(|text| id(text, "--created-by")).transpose()?;
    for marking in &args.marking {
        let tlp = ioc::tlp(marking).map(Tlp::definition_id);
        options.markings.push(tlp.map_or_else(|| id(marking, "--marking"), Ok)?);
    }
    Ok(options)
}

/// Writes objects as a bundle or a table.
fn write_objects(
    args: &Convert,
    id: &str,
    objects: &[stix::Object],
    losses: &mut Losses,
) -> Result<()> {
    let mut result = Outlet::open(args.to, id)?;
    for object in objects {
        result.object(object)?;
    }
    result.end(losses)
}

fn write_as_events(
    args: &Convert,
    objects: Vec<(stix::Pointer, Object)>,
    losses: &mut Losses,
) -> Result<()> {
    let (events, report) = misp::from_stix(objects);
    losses.add(None, &report)?;
    write_events(args, events, losses)
}

/// Where objects go: a bundle as they come, or a table once all are there.
enum Outlet {
    Bundle(Bundle),
    Table(Vec<stix::Object>, Report),
}

impl Outlet {
    fn open(to: Target, id: &str) -> Result<Self> {
        Ok(match to {
            Target::Csv => Self::Table(Vec::new(), Report::new()),
            _ => Self::Bundle(Bundle::start(id)?),
        })
    }

    fn object(&mut self, object: &stix::Object) -> Result<()> {
        match self {
            Self::Bundle(bundle) => bundle.bytes(object.bytes()),
            Self::Table(objects, _) => {
                objects.push(object.clone());
                Ok(())
            }
        }
    }

    fn objects(&mut self, all: Vec<Object>) -> Result<()> {
        match self {
            Self::Bundle(bundle) => bundle.objects(all),
            Self::Table(objects, report) => {
                for object in all {
                    let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
                    let place = stix::Pointer::root().join(id);
                    match stix::Object::parse(Value::Object(object).to_string()) {
                        Ok(object) => objects.push(object),
                        Err(error) => report.lost(place, "the object", error.to_string()),
                    }
                }
                Ok(())
            }
        }
    }

    fn end(self, losses: &mut Losses) -> Result<()> {
        match self {
            Self::Bundle(bundle) => bundle.end(),
            Self::Table(objects, mut report) => {
                let (bytes, more) = ioc::write(&objects);
                report.absorb(more);
                losses.add(None, &report)?;
                raw(&bytes)
            }
        }
    }
}

fn unknown(file: &str, bytes: &[u8]) -> Error {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if let (Some(b'{' | b'['), Err(error)) = (first, stix::json::Tree::parse(bytes)) {
        return refused(file, &error.into());
    }
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    Error::new(Kind::Invalid, format!("{file} looks like none of {}", names.join(", ")))
        .hint("say what it is with --from")
}

/// A folder: a MISP feed, read a file at a time.
fn feed(args: &Convert, losses: &mut Losses) -> Result<()> {
    if !matches!(args.from, Source::Auto | Source::Misp) {
        return Err(Error::new(Kind::Usage, format!("{} is a folder", args.file.display()))
            .hint("only a MISP feed is one"));
    }
    let names = feed_files(&args.file)?;
    let shown = args.file.display().to_string();
    let bar = bar(names.len() as u64, &shown);
    match args.to {
        Target::Stix | Target::Csv => {
            let manifest = fs::read(args.file.join(misp::feed::MANIFEST)).unwrap_or_default();
            let mut result = Outlet::open(args.to, &bundle_id(&manifest))?;
            let mut exporter = misp::Exporter::new();
            each_event(args, &names, &bar, losses, |file, place, event, losses| {
                let (objects, report) = exporter.event(event, place);
                losses.add(Some(file), &report)?;
                result.objects(objects)
            })?;
            bar.finish_and_clear();
            result.end(losses)
        }
        Target::Misp => {
            let mut events = Vec::new();
            each_event(args, &names, &bar, losses, |_, _, event, _| {
                events.push(event.clone());
                Ok(())
            })?;
            bar.finish_and_clear();
            write_events(args, events, losses)
        }
    }
}

fn each_event(
    args: &Convert,
    names: &[String],
    bar: &ProgressBar,
    losses: &mut Losses,
    mut see: impl FnMut(&str, &stix::Pointer, &Object, &mut Losses) -> Result<()>,
) -> Result<()> {
    for name in names {
        let path = args.file.join(name);
        let bytes = files::read(&path)?;
        let events = misp::events(&bytes);
        let (events, report) =
            events.map_err(|error| refused(&path.display().to_string(), &error))?;
        losses.add(Some(name), &report)?;
        for (place, event) in &events {
            see(name, place, event, losses)?;
        }
        bar.inc(1);
    }
    Ok(())
}

/// The files of a feed: those of its manifest, or all there are if it has none.
fn feed_files(dir: &Path) -> Result<Vec<String>> {
    let path = dir.join(misp::feed::MANIFEST);
    if path.exists() {
        let manifest = files::read(&path)?;
        let names = misp::feed::files(&manifest);
        return names.map_err(|error| refused(&path.display().to_string(), &error));
    }
    let mut names = Vec::new();
    for entry in dir.read_dir().context(format!("cannot read {}", dir.display()))? {
        let name = entry.context(format!("cannot read {}", dir.display()))?.file_name();
        names.extend(name.into_string().ok().filter(|name| {
            Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
        }));
    }
    names.sort();
    if names.is_empty() {
        return Err(Error::new(Kind::Invalid, format!("{} holds no MISP feed", dir.display()))
            .hint("a feed is a folder with manifest.json and a file for each event"));
    }
    Ok(names)
}

fn refused(file: &str, error: &convert::Error) -> Error {
    match error {
        convert::Error::Malformed { pointer, problem } if pointer.as_str().is_empty() => {
            Error::new(Kind::Invalid, format!("{file}: {problem}"))
        }
        convert::Error::Malformed { pointer, problem } => {
            Error::new(Kind::Invalid, format!("{file} at {}: {problem}", pointer.as_str()))
        }
        other @ convert::Error::Unknown { .. } => {
            Error::new(Kind::Invalid, format!("{file}: {other}"))
        }
    }
}

/// Writes events to standard output, or as a feed.
fn write_events(args: &Convert, events: Vec<Object>, losses: &mut Losses) -> Result<()> {
    if let Some(dir) = &args.feed {
        return write_feed(dir, &events, losses);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut events: Vec<Value> =
        events.into_iter().map(|event| json!({ "Event": event })).collect();
    match (events.len(), events.pop()) {
        (1, Some(event)) => serde_json::to_writer(&mut out, &event)?,
        (_, last) => {
            events.extend(last);
            serde_json::to_writer(&mut out, &json!({ "response": events }))?;
        }
    }
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Writes a MISP feed: each event's file, the hashes, and last the manifest that names them.
fn write_feed(dir: &Path, events: &[Object], losses: &mut Losses) -> Result<()> {
    fs::create_dir_all(dir).context(format!("cannot make {}", dir.display()))?;
    let mut manifest = Object::new();
    let mut hashes = Vec::new();
    for event in events {
        let Some(name) = misp::feed::name(event) else {
            let mut report = Report::new();
            let why = "a file of a feed is named for its event’s UUID, and this one has none";
            report.lost(stix::Pointer::root(), "the event", why);
            losses.add(None, &report)?;
            continue;
        };
        let text = serde_json::to_vec(&json!({ "Event": event }))?;
        write_file(&dir.join(&name), &text)?;
        hashes.extend(misp::feed::hashes(event));
        let uuid = name.trim_end_matches(".json").to_owned();
        manifest.insert(uuid, misp::feed::entry(event));
    }
    let mut lines = hashes.join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    write_file(&dir.join(misp::feed::HASHES), lines.as_bytes())?;
    write_file(&dir.join(misp::feed::MANIFEST), &serde_json::to_vec(&manifest)?)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).context(format!("cannot write {}", path.display()))
}

/// The identifier of a bundle that follows from what it is made of.
fn bundle_id(bytes: &[u8]) -> String {
    let uuid = uuid::Uuid::new_v5(&stix::id::ENTENTE_NAMESPACE, bytes);
    let uuid = uuid::Builder::from_random_bytes(uuid.into_bytes()).into_uuid();
    format!("bundle--{uuid}")
}

fn event_bundle_id(event: &Object) -> Option<String> {
    let id = format!("bundle--{}", event.get("uuid")?.as_str()?.to_ascii_lowercase());
    stix::Id::parse(&id).is_ok().then_some(id)
}

/// A bundle on standard output, object by object.
struct Bundle {
    out: BufWriter<io::StdoutLock<'static>>,
    is_first: bool,
}

impl Bundle {
    fn start(id: &str) -> Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        write!(out, "{{\"type\":\"bundle\",\"id\":\"{id}\"")?;
        Ok(Self { out, is_first: true })
    }

    fn objects(&mut self, objects: Vec<Object>) -> Result<()> {
        for object in objects {
            self.comma()?;
            serde_json::to_writer(&mut self.out, &object)?;
        }
        Ok(())
    }

    fn bytes(&mut self, object: &Bytes) -> Result<()> {
        self.comma()?;
        Ok(self.out.write_all(object)?)
    }

    fn comma(&mut self) -> Result<()> {
        let before = if self.is_first { ",\"objects\":[\n" } else { ",\n" };
        self.is_first = false;
        Ok(self.out.write_all(before.as_bytes())?)
    }

    fn end(mut self) -> Result<()> {
        self.out.write_all(if self.is_first { b"}\n" } else { b"\n]}\n" })?;
        Ok(self.out.flush()?)
    }
}
