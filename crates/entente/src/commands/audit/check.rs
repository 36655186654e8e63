//! `entente audit check`

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use node::audit::{Checked, Head, Unbelievable};
use store::trail::Told;

use super::super::verify::Keys;
use super::{Raw, cells, heads};
use crate::cli::Check;
use crate::error::{Context, Error, Kind, Result};
use crate::output::Output;

pub(super) fn run(dir: &Path, args: &Check, out: Output) -> Result<()> {
    let keys = Keys::of(dir, &args.key, &args.peer_file)?;
    let witnesses = heads(&args.witness)?;
    let checked = pass(args, &keys, &witnesses, |_| Ok(()))?;
    if args.rows {
        if args.file.as_os_str() == "-" {
            let text = "what comes by standard input can be read only once";
            return Err(Error::new(Kind::Usage, text).hint("name a file to have its rows printed"));
        }
        // Only now are they to be believed.
        pass(args, &keys, &witnesses, |told| {
            out.one(&Raw(told), || {
                let [n, at, by, what] = cells(told);
                format!("{n}  {at}  {by}  {what}")
            })
        })?;
    }
    let Checked { head, rows, folded, witnessed } = &checked;
    let text = || {
        let mut text = format!("good: {rows} rows shown, {folded} left out\n");
        let _ = writeln!(text, "the trail of {} as of {}, {} rows", head.state, head.at, head.size);
        for size in witnessed {
            let _ = writeln!(text, "nothing before row {size} was changed since the head kept");
        }
        text
    };
    if args.rows {
        eprint!("{}", text());
        return Ok(());
    }
    out.one(&checked, text)
}

fn pass(
    args: &Check,
    keys: &Keys,
    witnesses: &[Head],
    mut shown: impl FnMut(&Told) -> Result<()>,
) -> Result<Checked> {
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        let file = File::open(&args.file);
        Box::new(file.context(format!("cannot read {}", args.file.display()))?)
    };
    let mut printed = Ok(());
    let key = |state: &stix::Id, id: &stix::sign::KeyId| keys.of_owner(state, id);
    let checked = node::audit::check(BufReader::new(input), key, witnesses, |row, text| {
        if printed.is_ok() {
            printed = shown(&Told { row, text: text.to_owned() });
        }
    });
    let checked = checked.map_err(|error: Unbelievable| {
        Error::of(Kind::Invalid, &error).hint("do not rely on any row of this extract")
    })?;
    printed.map(|()| checked)
}
