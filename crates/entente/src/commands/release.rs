//! `entente release`

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

use node::{Node, PartnerPreview, Proposal, Proposing, Session, SignInError, Step};
use serde::Serialize;
use serde_json::{Map, Value};
use stix::Object;

use super::{ask, files};
use crate::cli::{Propose, Release, Who};
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::{Output, line};

pub(crate) fn run(dir: &Path, act: Release, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match act {
        Release::Policy { four_eyes, relay } => {
            if let Some(four_eyes) = four_eyes {
                node.set_four_eyes(four_eyes.into())?;
            }
            if let Some(relay) = relay {
                node.set_relay(relay)?;
            }
            let (held, relays) = (node.four_eyes()?, node.relays());
            let policy = serde_json::json!({ "four_eyes": held, "relay": relays });
            out.one(&policy, || {
                let passes =
                    if relays { "; passes on what others marked CLEAR or GREEN" } else { "" };
                format!("{}{passes}", held.slug())
            })
        }
        Release::List(who) => act_as(&node, &who, |session| list(&node, session, out)),
        Release::Show { id, who } => act_as(&node, &who, |session| show(&node, session, &id, out)),
        Release::Propose(args) => {
            act_as(&node, &args.who, |session| propose(&node, session, &args, out))
        }
        Release::Approve { id, yes, who } => {
            act_as(&node, &who, |session| approve(&node, session, &id, yes, out))
        }
        Release::Return { id, comment, who } => act_as(&node, &who, |session| {
            node.return_proposal(session, &id, &comment)?;
            told(&node, session, &id, out)
        }),
        Release::Withdraw { id, who } => act_as(&node, &who, |session| {
            node.withdraw_proposal(session, &id)?;
            told(&node, session, &id, out)
        }),
    }
}

/// Signs the person in for the time of one act. The desk asks who somebody is: two people at one
/// machine are two.
pub(crate) fn act_as(
    node: &Node,
    who: &Who,
    act: impl FnOnce(&Session) -> Result<()>,
) -> Result<()> {
    let password = password(who)?;
    let signed_in = node.sign_in(&who.user, &password, "entente").map_err(|error| match error {
        SignInError::Node(error) => error.into(),
        other => Error::of(Kind::Refused, &other),
    })?;
    let done = act(&signed_in.session);
    node.sign_out(&signed_in.token)?;
    done
}

fn password(who: &Who) -> Result<String> {
    if who.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(Kind::Usage, "the account’s password is needed")
            .hint("give it on standard input with --password-stdin"));
    }
    eprint!("Password of {}: ", line(&who.user));
    Ok(console::Term::stderr().read_secure_line()?)
}

/// A proposal as it is printed.
#[derive(Serialize)]
struct Told {
    id: String,
    title: String,
    by: String,
    at: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(flatten)]
    step: Step,
}

impl Told {
    fn of(proposal: &Proposal) -> Self {
        Self {
            id: proposal.id.clone(),
            title: proposal.title.clone(),
            by: proposal.by.account.clone(),
            at: stix::Timestamp::from_micros(proposal.at).to_string(),
            note: proposal.note.clone(),
            step: proposal.step.clone(),
        }
    }

    fn word(&self) -> String {
        match &self.step {
            Step::Proposed => "waits".to_owned(),
            Step::Returned { by, comment, .. } => {
                format!("returned by {}: {comment}", by.account)
            }
            Step::Withdrawn { .. } => "withdrawn".to_owned(),
            Step::Released { by, .. } => format!("released by {}", by.account),
        }
    }
}

fn list(node: &Node, session: &Session, out: Output) -> Result<()> {
    let told: Vec<_> = node.proposals(session)?.iter().map(Told::of).collect();
    let row = |one: &Told| {
        [one.id.clone(), one.at.clone(), one.by.clone(), one.title.clone(), one.word()]
    };
    out.list(&told, ["id", "proposed", "by", "what", "stands"], row, "nothing was proposed")
}

fn held(node: &Node, session: &Session, id: &str) -> Result<Proposal> {
    node.proposal(session, id)?.ok_or_else(|| node::Error::NoProposal.into())
}

fn told(node: &Node, session: &Session, id: &str, out: Output) -> Result<()> {
    let told = Told::of(&held(node, session, id)?);
    out.one(&told, || format!("{}  {}: {}\n", told.id, line(&told.title), line(&told.word())))
}

/// A proposal with what it would do.
#[derive(Serialize)]
struct Full {
    #[serde(flatten)]
    told: Told,
    objects: Vec<String>,
    views: Vec<PartnerPreview>,
}

impl Full {
    fn text(&self) -> String {
        let mut text =
            format!("{}\nproposed by {} {}\n", line(&self.told.title), self.told.by, self.told.at);
        if !self.told.note.is_empty() {
            let _ = writeln!(text, "note  {}", line(&self.told.note));
        }
        let _ = writeln!(text, "{}", line(&self.told.word()));
        for id in &self.objects {
            let _ = writeln!(text, "  {id}");
        }
        for view in &self.views {
            let name = view.partner.as_ref().map_or("the public", |partner| &partner.name);
            let sees = if view.decision.allowed { "will see" } else { "will not see" };
            let _ = writeln!(text, "{} {sees} it ({} objects)", line(name), view.sees.len());
            for one in &view.discloses {
                let _ = writeln!(
                    text,
                    "  {} names {} ({}), which it may not see",
                    one.within, one.names, one.path
                );
            }
        }
        text
    }
}

fn full(node: &Node, session: &Session, proposal: &Proposal) -> Result<(Full, String)> {
    let told = Told::of(proposal);
    let objects = proposal.release.ids().iter().map(ToString::to_string).collect();
    let (views, digest) = if proposal.is_waiting() {
        let preview = node.preview_proposal(session, proposal)?;
        (preview.views, preview.digest)
    } else {
        Default::default()
    };
    Ok((Full { told, objects, views }, digest))
}

fn show(node: &Node, session: &Session, id: &str, out: Output) -> Result<()> {
    let (full, _) = full(node, session, &held(node, session, id)?)?;
    out.one(&full, || full.text())
}

fn approve(node: &Node, session: &Session, id: &str, yes: bool, out: Output) -> Result<()> {
    let (full, shown) = full(node, session, &held(node, session, id)?)?;
    if !yes {
        eprint!("{}", full.text());
        ask::confirm(
            "Approve it and let it out?",
            "look with `entente release show`, then give --yes",
        )?;
    }
    node.approve(session, id, &shown)?;
    told(node, session, id, out)
}

fn propose(node: &Node, session: &Session, args: &Propose, out: Output) -> Result<()> {
    let mut release = node::Release::default();
    for object in objects(&files::read(&args.file)?)? {
        if object.get("type").is_some_and(|kind| kind == "marking-definition") {
            let definition = Object::parse(Value::Object(object).to_string());
            release.definitions.push(definition.map_err(|error| Error::of(Kind::Invalid, &error))?);
        } else {
            release.objects.push(unsigned(object));
        }
    }
    let proposal = node.propose(
        session,
        Proposing {
            kind: "file".to_owned(),
            title: args.title.clone(),
            note: args.note.clone(),
            release,
        },
    )?;
    told(node, session, &proposal.id, out)
}

/// The objects of a bundle, or the one object that the bytes are. They say nothing yet of who says
/// it and when, so they are no whole objects.
fn objects(bytes: &[u8]) -> Result<Vec<Map<String, Value>>> {
    let wrong = |reason: &str| Error::new(Kind::Invalid, format!("not STIX: {reason}"));
    let read: Value = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
    let all = match read {
        Value::Object(mut bundle) if bundle.get("type").is_some_and(|kind| kind == "bundle") => {
            match bundle.remove("objects") {
                Some(Value::Array(objects)) => objects,
                _ => return Err(wrong("a bundle without objects")),
            }
        }
        one => vec![one],
    };
    let object = |value| match value {
        Value::Object(object) => Ok(object),
        _ => Err(wrong("something that is no object")),
    };
    all.into_iter().map(object).collect()
}

/// What the object says, without who said it and when: the node sets that.
fn unsigned(mut object: Map<String, Value>) -> Map<String, Value> {
    for key in ["created_by_ref", "created", "modified"] {
        object.remove(key);
    }
    object
}
