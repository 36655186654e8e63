//! `entente group`

use std::path::Path;

use node::{Group as Held, Node, Roster, Session};

use super::release::act_as;
use crate::cli::Group;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{Output, line};

pub(crate) fn run(dir: &Path, act: Group, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match act {
        Group::List => {
            let row = |group: &Held| {
                let members: Vec<_> = group.members.iter().map(|one| code(&node, one)).collect();
                [group.name.clone(), members.join(", "), group.id.to_string()]
            };
            out.list(&node.groups()?, ["name", "members", "id"], row, "no groups")
        }
        Group::Add { name, who } => act_as(&node, &who, |session| {
            let group = node.add_group(session, &name)?;
            out.one(&group, || format!("{}  {}\n", group.id, line(&group.name)))
        }),
        Group::Join { group, partner, who } => {
            act_as(&node, &who, |session| change(&node, session, &group, &partner, true, out))
        }
        Group::Leave { group, partner, who } => {
            act_as(&node, &who, |session| change(&node, session, &group, &partner, false, out))
        }
    }
}

fn change(
    node: &Node,
    session: &Session,
    group: &str,
    partner: &str,
    joins: bool,
    out: Output,
) -> Result<()> {
    let is_it = |held: &Held| held.name == group || held.id.as_str() == group;
    let found = node.groups()?.into_iter().find(is_it);
    let held = found.ok_or_else(|| {
        Error::new(Kind::NotFound, format!("there is no group “{group}”"))
            .hint("`entente group list` tells the groups")
    })?;
    let state = node.find_peer(partner)?.profile.state;
    let mut members = held.members.clone();
    if joins {
        members.insert(state);
    } else {
        members.remove(&state);
    }
    let roster = Roster { group: held.id.clone(), members };
    match node.set_members(session, &roster) {
        Err(node::Error::NeedsSecond) => {
            let proposal = node.propose_roster(session, roster, String::new())?;
            let told = serde_json::json!({ "proposed": proposal.id });
            out.one(&told, || format!("proposed as {}: a second person decides\n", proposal.id))
        }
        other => {
            other?;
            let held = node.group(&held.id)?.ok_or(node::Error::NoGroup)?;
            out.one(&held, || format!("{}: {} members\n", line(&held.name), held.members.len()))
        }
    }
}

fn code(node: &Node, state: &stix::Id) -> String {
    match node.owner_profile(state) {
        Ok(Some(profile)) => line(&profile.code),
        _ => state.to_string(),
    }
}
