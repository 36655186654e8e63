//! `entente peer`: feeds, and what holds for peers and feeds alike.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::path::Path;

use node::{Access, Counts, Feed, FeedKind, Node, Origin, Status, Terms};
use serde::Serialize;
use stix::Timestamp;

use super::{ask, peer};
use crate::cli;
use crate::error::{Context, Error, Kind, Result};
use crate::output::{Output, line, spinner};

/// How pulling goes, as far as the node's records tell.
#[derive(Serialize)]
pub(super) struct Pulling {
    terms: Terms,
    tried: Option<String>,
    pub(super) succeeded: Option<String>,
    next: Option<String>,
    failures: u32,
    last: Counts,
    total: Counts,
    /// Whether the last round ended at the most objects that a round may bring.
    capped: bool,
    trouble: Option<String>,
    remarks: Vec<String>,
}

impl Pulling {
    pub(super) fn of(node: &Node, origin: &Origin, terms: &Terms) -> Result<Self> {
        let Status {
            tried, succeeded, next, failures, last, total, capped, trouble, remarks, ..
        } = node.pull_status(origin)?;
        let moment = |at: Option<i64>| at.map(|at| Timestamp::from_micros(at).to_string());
        Ok(Self {
            terms: terms.clone(),
            tried: moment(tried),
            succeeded: moment(succeeded),
            next: moment(next),
            failures,
            last,
            total,
            capped,
            trouble: trouble.map(|trouble| trouble.text),
            remarks,
        })
    }

    /// In a word or two, for a list.
    pub(super) fn word(&self) -> String {
        match (&self.trouble, self.terms.paused, &self.tried) {
            (_, true, _) => "paused".to_owned(),
            (Some(trouble), ..) => format!("FAILS: {trouble}"),
            (None, _, None) => "not yet".to_owned(),
            (None, _, Some(_)) if self.capped => "goes on".to_owned(),
            _ => "ok".to_owned(),
        }
    }

    pub(super) fn text(&self, text: &mut String) {
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:15}  {}", line(value));
        };
        let Terms { every, types, most_answer, most_object, most_round, most_held, .. } =
            &self.terms;
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        let counts = |counts: &Counts| {
            let Counts { admitted, known, refused, passed_by, bytes } = counts;
            format!(
                "{admitted} new, {known} known, {refused} kept aside, {passed_by} passed by; \
                 {bytes} bytes"
            )
        };
        row("pulling", &self.word());
        row("tried", &or_dash(&self.tried));
        row("last success", &or_dash(&self.succeeded));
        row("next try", &or_dash(&self.next));
        row("failures", &self.failures.to_string());
        row("last round", &counts(&self.last));
        row("in all", &counts(&self.total));
        row("every", &format!("{} s", *every as f64 / 1_000.0));
        let all = || "all".to_owned();
        row("types", &if types.is_empty() { all() } else { types.join(", ") });
        row("largest answer", &format!("{most_answer} bytes"));
        row("largest object", &format!("{most_object} bytes"));
        row("most in a round", &most_round.to_string());
        row("most in all", &most_held.map_or_else(|| "no limit".to_owned(), |n| n.to_string()));
        for (at, remark) in self.remarks.iter().enumerate() {
            row(if at == 0 { "passed by" } else { "" }, remark);
        }
    }
}

/// A feed, without our password there.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(rename = "feed")]
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<String>,
    user: Option<String>,
    pin: Option<String>,
    /// The host that may lie at an address that is not public.
    allow: Option<String>,
    #[serde(flatten)]
    pub(super) pulling: Pulling,
}

fn shown(node: &Node, feed: &Feed) -> Result<Shown> {
    let access = feed.access().cloned().unwrap_or_default();
    let (kind, collections) = match &feed.kind {
        FeedKind::Taxii { collections, .. } => ("taxii", collections.clone()),
        FeedKind::Misp { .. } | FeedKind::Folder { .. } => ("misp", Vec::new()),
    };
    Ok(Shown {
        name: feed.name.clone(),
        kind,
        url: feed.address(),
        collections,
        user: access.user,
        pin: access.pin,
        allow: access.allow,
        pulling: Pulling::of(node, &Origin::Feed(feed.name.clone()), &feed.terms)?,
    })
}

/// The feeds, by name.
pub(super) fn all(node: &Node) -> Result<Vec<Shown>> {
    node.feeds()?.iter().map(|feed| shown(node, feed)).collect()
}

pub(super) fn add_taxii(node: &Node, args: cli::AddTaxii, out: Output) -> Result<()> {
    let cli::AddTaxii { name, url, api_root, collection, from, way, terms } = args;
    let reach = peer::reach(way.allow_private);
    let access = access(url, way)?;
    let kind = FeedKind::Taxii { access, api_root, collections: collection, from };
    add(node, &Feed { name, kind, terms: changed(Terms::of_feed(), &terms) }, reach, out)
}

pub(super) fn add_misp(node: &Node, args: cli::AddFeed, out: Output) -> Result<()> {
    let cli::AddFeed { name, place, way, terms } = args;
    let reach = peer::reach(way.allow_private);
    let kind = if place.contains("://") {
        // People copy the address of the manifest.
        let url = place.trim_end_matches("manifest.json").to_owned();
        FeedKind::Misp { access: access(url, way)? }
    } else {
        let path =
            Path::new(&place).canonicalize().context(format!("cannot find the folder {place}"))?;
        FeedKind::Folder { path }
    };
    add(node, &Feed { name, kind, terms: changed(Terms::of_feed(), &terms) }, reach, out)
}

fn add(node: &Node, feed: &Feed, reach: node::Reach, out: Output) -> Result<()> {
    node.add_feed(feed.clone(), reach)?;
    out.one(&shown(node, feed)?, || {
        format!("from now on this node pulls from {}; try `entente peer pull {0}`", feed.name)
    })
}

fn access(url: String, way: cli::Way) -> Result<Access> {
    let cli::Way { user, password_stdin, roots, pin, .. } = way;
    let roots = match &roots {
        Some(path) => {
            std::fs::read_to_string(path).context(format!("cannot read {}", path.display()))?
        }
        None => String::new(),
    };
    let password = match &user {
        Some(_) if password_stdin || !std::io::stdin().is_terminal() => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        Some(_) => {
            return Err(Error::new(Kind::Usage, "the password is read from standard input")
                .hint("give it with --password-stdin, so that it stands in no history"));
        }
        None => None,
    };
    Ok(Access { url, allow: None, roots, pin, user, password })
}

/// The terms with what was given.
fn changed(before: Terms, args: &cli::Terms) -> Terms {
    let cli::Terms { every, types, most_answer, most_object, most_round, most_held } = args;
    Terms {
        every: every.unwrap_or(before.every),
        paused: before.paused,
        types: if types.is_empty() { before.types } else { types.clone() },
        most_answer: most_answer.unwrap_or(before.most_answer),
        most_object: most_object.unwrap_or(before.most_object),
        most_round: most_round.unwrap_or(before.most_round),
        most_held: match most_held {
            None => before.most_held,
            Some(0) => None,
            some => *some,
        },
    }
}

pub(super) fn set(node: &Node, args: &cli::SetPeer, out: Output) -> Result<()> {
    let origin = node.find_origin(&args.peer)?;
    let cli::SetPeer { terms, all_types, pause, resume, .. } = args;
    let terms = node.set_terms(&origin, |held| {
        *held = changed(held.clone(), terms);
        if *all_types {
            held.types = Vec::new();
        }
        held.paused = (held.paused || *pause) && !*resume;
    })?;
    let pulling = Pulling::of(node, &origin, &terms)?;
    out.one(&pulling, || {
        let mut text = String::new();
        pulling.text(&mut text);
        text
    })
}

pub(super) fn show(node: &Node, name: &str, out: Output) -> Result<()> {
    match node.find_origin(name)? {
        Origin::Feed(name) => {
            let feed = node.feed(&name)?;
            let feed = feed.ok_or_else(|| Error::new(Kind::NotFound, "it was removed"))?;
            let shown = shown(node, &feed)?;
            out.one(&shown, || {
                let mut text = format!("{}  ({} feed)\n", shown.name, shown.kind);
                let _ = writeln!(text, "{:15}  {}", "address", line(&shown.url));
                if !shown.collections.is_empty() {
                    let collections = line(&shown.collections.join(", "));
                    let _ = writeln!(text, "{:15}  {collections}", "collections");
                }
                shown.pulling.text(&mut text);
                text
            })
        }
        Origin::Node(state) => {
            let known = peer::known(node)?.into_iter().find(|peer| peer.profile.state == state);
            let known = known.ok_or_else(|| Error::new(Kind::NotFound, "it was removed"))?;
            out.one(&known, || known.text())
        }
    }
}

/// What a pull brought.
pub(super) fn pull(node: &Node, name: &str, out: Output) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let bar = spinner(&format!("pulling from {}", line(name)));
    let counts = runtime.block_on(node.pull_now(name, |counts| {
        bar.set_message(format!(
            "{} objects, {} new, {} MiB",
            counts.objects(),
            counts.admitted,
            counts.bytes >> 20
        ));
    }));
    bar.finish_and_clear();
    let counts = counts?;
    let status = node.pull_status(&node.find_origin(name)?)?;
    if status.capped {
        eprintln!("hint: that is the most of one round; pull again to go on");
    }
    out.one(&counts, || {
        let Counts { admitted, known, refused, passed_by, .. } = counts;
        format!("{admitted} new, {known} known, {refused} kept aside, {passed_by} passed by")
    })
}

pub(super) fn remove(node: &Node, args: &cli::RemovePeer, out: Output) -> Result<()> {
    let origin = node.find_origin(&args.peer)?;
    let Origin::Feed(name) = origin else {
        if args.forget {
            let text = "what a state released to us is its own: only the state recalls it";
            return Err(Error::new(Kind::Refused, text));
        }
        let removed = node.remove_peer(&args.peer)?;
        return out
            .one(&removed.profile, || format!("{} is no peer any more", removed.profile.name));
    };
    if args.forget && !args.yes {
        let held = node.held_of_feed(&name)?;
        eprintln!("{held} objects that {name} brought are erased.");
        ask::confirm("Erase them?", "if they are to be erased, give --yes")?;
    }
    let erased = node.remove_feed(&name, args.forget)?;
    let report = serde_json::json!({ "feed": name, "erased": erased });
    out.one(&report, || {
        if args.forget {
            format!("{name} is followed no more; {erased} objects were erased")
        } else {
            format!("{name} is followed no more; what it brought stays")
        }
    })
}
