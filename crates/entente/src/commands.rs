//! The commands: each opens what it needs, does one thing and prints it.

mod ask;
mod audit;
mod backup;
mod canonicalize;
mod collection;
mod convert;
mod doctor;
mod export;
mod feed;
pub(crate) mod files;
mod group;
mod import;
mod init;
mod key;
mod losses;
mod matching;
mod pack;
mod peer;
mod prove;
mod recall;
mod release;
mod search;
mod show;
mod sign;
mod status;
mod user;
mod validate;
mod verify;

use crate::cli::{Cli, Command};
use crate::error::{Error, Kind, Result};
use crate::output::{self, Output};
use crate::{demo, home, reference, serve};

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let out = Output { json: cli.json };
    if let Command::Demo(args) = cli.command {
        return demo::run(cli.dir, &args, out);
    }
    let dir = home::dir(cli.dir);
    match cli.command {
        Command::Init(args) => init::run(&dir, args, out),
        Command::Serve(args) => serve::run(&dir, &args, out),
        Command::Import(args) => import::run(&dir, &args, out),
        Command::Export(args) => export::run(&dir, &args),
        Command::Search(args) => search::run(&dir, &args, out),
        Command::Show(args) => show::run(&dir, &args, out),
        Command::Validate(args) => validate::run(&args, out),
        Command::Match(args) => matching::run(&args, out),
        Command::Sign(args) => sign::run(&dir, &args),
        Command::Verify(args) => verify::run(&dir, &args, out),
        Command::Key(act) => key::run(&dir, act, out),
        Command::Canonicalize(args) => canonicalize::run(&args),
        Command::Convert(args) => convert::run(&args, out),
        Command::Peer(act) => peer::run(&dir, act, out),
        Command::User(act) => user::run(&dir, act, out),
        Command::Group(act) => group::run(&dir, act, out),
        Command::Release(act) => release::run(&dir, act, out),
        Command::Recall(args) => recall::run(&dir, args, out),
        Command::Collection(act) => collection::run(&dir, act, out),
        Command::Pack(act) => pack::run(&dir, act, out),
        Command::Audit(act) => audit::run(&dir, act, out),
        Command::Status => status::run(&dir, out),
        Command::Backup(args) => backup::run(&dir, &args, out),
        Command::Doctor => doctor::run(&dir, out),
        Command::Docs => output::raw(reference::text().as_bytes()),
        // Taken above: it has folders of its own.
        Command::Demo(_) => Ok(()),
    }
}

/// A day in UTC, or a moment.
fn moment(text: &str) -> Result<i64> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    stix::Timestamp::parse(&whole).map(|at| at.micros()).map_err(|error| {
        Error::of(Kind::Usage, &error).hint("give a day as 2026-03-09, or a moment in UTC")
    })
}
