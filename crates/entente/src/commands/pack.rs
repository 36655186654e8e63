//! `entente pack`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use node::Node;
use node::pack::{PackFrom, PackRead, PackWritten};
use serde::Serialize;

use super::moment;
use crate::cli::{Pack, WritePack};
use crate::error::Result;
use crate::home;
use crate::output::{Output, line, spinner};

#[derive(Serialize)]
struct Written<'w> {
    file: String,
    #[serde(flatten)]
    pack: &'w PackWritten,
}

pub(crate) fn run(dir: &Path, act: Pack, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match act {
        Pack::Write(args) => write(&node, &args, out),
        Pack::Read { file } => {
            let spinner = spinner("objects read");
            let read = node.read_pack(&file, |done| spinner.set_position(done))?;
            spinner.finish_and_clear();
            out.one(&read, || text(&read))
        }
    }
}

fn write(node: &Node, args: &WritePack, out: Output) -> Result<()> {
    let from = match args.since.as_deref() {
        None => PackFrom::Last,
        Some("all") => PackFrom::Beginning,
        Some("received") => PackFrom::Received,
        Some(text) => PackFrom::After(stix::Timestamp::from_micros(moment(text)?)),
    };
    let file = if let Some(file) = &args.output {
        file.clone()
    } else {
        let to = node.find_peer(&args.to)?.profile.code;
        let number = node.next_pack(&args.to)?;
        PathBuf::from(format!("{}-{to}-{number:04}.pack", node.profile().code))
    };
    let spinner = spinner("objects written");
    let pack = node.write_pack(&args.to, &from, &file, |done| spinner.set_position(done))?;
    spinner.finish_and_clear();
    let written = Written { file: file.display().to_string(), pack: &pack };
    out.one(&written, || {
        let after = pack.after.as_ref().map_or("the beginning".to_owned(), ToString::to_string);
        format!(
            "{}\n{} objects for {}, since {after}\npack {} no. {}, {} bytes\n",
            written.file,
            pack.objects,
            line(&pack.to.name),
            pack.pack,
            pack.number,
            pack.bytes
        )
    })?;
    eprintln!("hint: it is signed, not encrypted: carry it on an encrypted stick");
    Ok(())
}

fn text(read: &PackRead) -> String {
    let PackRead { pack, from, at, tally, reasons, refused, gap, again, .. } = read;
    let mut text = format!("pack {pack}\nof {}, written at {at}\n", line(&from.name));
    if *again {
        text.push_str("it was the last one read before, too\n");
    }
    let _ = writeln!(
        text,
        "{} admitted, {} held already, {} kept aside",
        tally.admitted, tally.known, tally.refused
    );
    for (reason, count) in reasons {
        let _ = writeln!(text, "  {count} {reason}");
    }
    for one in refused {
        let id = one.id.as_deref().unwrap_or("no id");
        let _ = writeln!(text, "  object {} ({}): {}", one.number, line(id), line(&one.reason));
    }
    if let Some((held, begin)) = gap {
        let held = held.as_ref().map_or("the beginning".to_owned(), ToString::to_string);
        let _ = writeln!(text, "something is missing: what came between {held} and {begin}");
        text.push_str("ask for a pack with `--since received`\n");
    }
    if let Some(up_to) = &read.held_up_to {
        let _ = writeln!(text, "held now: everything up to {up_to}");
    }
    if let Some(received) = &read.received {
        let _ = writeln!(text, "it holds what you sent up to {received}");
    }
    if let Some(wrong) = &read.head {
        let _ = writeln!(text, "beware: {wrong}");
    }
    text
}
