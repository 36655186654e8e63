//! `entente recall`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use node::{Answer, Answered, Consequence, Narrowing, Node, Plan, RecallAct, Session};
use stix::marking::Tlp;
use stix::{Id, Timestamp};

use super::ask;
use super::release::act_as;
use crate::cli::{CallBack, Parts, Recall, Recalls};
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{Output, line};

const FILES: &str = "What was exported to files, printed or backed up cannot be recalled.";

pub(crate) fn run(dir: &Path, args: Recall, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match (args.list, args.act) {
        (Some(Recalls::List(who)), _) => act_as(&node, &who, |session| list(&node, session, out)),
        (None, Some(args)) => {
            act_as(&node, &args.who, |session| call_back(&node, session, &args, out))
        }
        (None, None) => Err(Error::new(Kind::Usage, "say what to recall")
            .hint("entente recall ID --as USER, or entente recall list --as USER")),
    }
}

fn call_back(node: &Node, session: &Session, args: &CallBack, out: Output) -> Result<()> {
    let id = Id::parse(&args.id).map_err(node::Error::from)?;
    let act = act(node, session, &id, args)?;
    let plan = node.plan_recall(session, &id, &act)?;
    let parts = plan.parts.iter().filter(|part| match args.parts {
        Parts::None => false,
        Parts::Alone => part.alone,
        Parts::All => true,
    });
    let parts: Vec<Id> = parts.map(|part| part.id.clone()).collect();
    eprint!("{}", told(&plan, &act, &parts));
    if !args.yes {
        let question = match act {
            RecallAct::Recall => "Recall it now?",
            RecallAct::Narrow(_) => "Narrow it now?",
        };
        ask::confirm(question, "give --yes if that is what you want")?;
    }
    let done = node.recall(session, &id, &act, &parts, args.reason.as_deref())?;
    out.one(&done, || {
        let objects: Vec<_> = done.objects.iter().map(Id::as_str).collect();
        format!("called back: {}", objects.join(", "))
    })
}

fn act(node: &Node, session: &Session, id: &Id, args: &CallBack) -> Result<RecallAct> {
    if args.narrow_to.is_empty() {
        return Ok(RecallAct::Recall);
    }
    let mut to = BTreeSet::new();
    for code in args.narrow_to.iter().filter(|code| *code != "-") {
        to.insert(node.find_peer(code)?.profile.state);
    }
    let tlp = match args.tlp.as_deref() {
        Some(label) => {
            let slug = label.to_lowercase().replace("tlp:", "");
            Some(Tlp::of_slug(&slug).ok_or_else(|| {
                Error::new(Kind::Usage, format!("“{}” is no label", line(label)))
                    .hint("one of clear, green, amber, amber+strict, red")
            })?)
        }
        None => node.view(session).get(id)?.and_then(|seen| seen.policy.badge().level.tlp()),
    };
    Ok(RecallAct::Narrow(Narrowing { tlp, to }))
}

/// What will happen to whom, before it does.
fn told(plan: &Plan, act: &RecallAct, parts: &[Id]) -> String {
    let mut text = String::new();
    for one in &plan.partners {
        let what = match one.consequence {
            Consequence::Erases => "is told to erase it, and answers with a signed receipt",
            Consequence::Keeps => "goes on seeing it, and erases the versions before",
            Consequence::Nothing => "could never see it, and is told nothing",
        };
        let _ = writeln!(text, "{} {}: {what}", one.partner.code, line(&one.partner.name));
    }
    text += match act {
        RecallAct::Recall => "At this node it is erased too, for everybody.\n",
        RecallAct::Narrow(_) => "At this node it stays.\n",
    };
    for part in &plan.parts {
        let goes = if parts.contains(&part.id) { "goes with it" } else { "stays" };
        let _ = writeln!(text, "  {} ({}): {goes}", line(&part.title), part.id);
    }
    if plan.public {
        text += "It was for everybody: whoever copied it from the public collection cannot be reached.\n";
    }
    text + FILES + "\n"
}

fn list(node: &Node, session: &Session, out: Output) -> Result<()> {
    let recalls = node.recalls(session)?;
    let row = |one: &Answered| {
        let objects: Vec<_> = one.objects.iter().map(Id::as_str).collect();
        let answers = one.partners.iter().map(|(partner, answer)| match answer {
            Answer::Erased { at } => {
                format!("{} erased {}", partner.code, Timestamp::from_micros(*at))
            }
            Answer::Waiting { .. } => format!("{} not yet", partner.code),
        });
        [
            Timestamp::from_micros(one.effective).to_string(),
            objects.join(" "),
            answers.collect::<Vec<_>>().join(", "),
        ]
    };
    out.list(&recalls, ["since", "objects", "answers"], row, "nothing was called back")
}
