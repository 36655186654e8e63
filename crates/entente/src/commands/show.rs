//! `entente show`

use std::fmt::Write;
use std::path::Path;

use node::{Node, Viewer};
use release::{Badge, Level, Reason};
use serde::Serialize;
use serde_json::value::RawValue;
use stix::{Id, Object};

use crate::cli::Show;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{self, Output};

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a Id,
    marking: Marking,
    /// Why the viewer sees it: a code.
    reason: Reason,
    /// Who else does: partners by code, and `public`. Only for what this node's own state owns,
    /// and only told to its own people.
    #[serde(skip_serializing_if = "Option::is_none")]
    also: Option<Vec<String>>,
    signed: bool,
    /// Versions that the viewer may see, newest first.
    versions: Vec<String>,
    object: &'a RawValue,
}

/// A marking as text.
#[derive(Clone, Serialize)]
pub(super) struct Marking {
    /// The owner's code; nothing for what no state answers for.
    owner: Option<String>,
    label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    releasable_to: Option<Vec<String>>,
    exercise: bool,
}

impl Marking {
    pub(super) fn of(node: &Node, badge: &Badge) -> Self {
        let label = match badge.level {
            Level::National => "NATIONAL ONLY",
            Level::Closed => "MARKING UNKNOWN",
            other => other.tlp().map_or("", |tlp| tlp.label()),
        };
        let to =
            badge.to.as_ref().map(|states| states.iter().map(|state| code(node, state)).collect());
        let owner = badge.owner.as_ref().map(|owner| code(node, owner));
        Self { owner, label, releasable_to: to, exercise: badge.exercise }
    }

    /// `AL NATIONAL ONLY, REL TO XK`
    pub(super) fn text(&self) -> String {
        let exercise = if self.exercise { "EXERCISE " } else { "" };
        let owner = self.owner.as_deref().unwrap_or("–");
        let label = match &self.releasable_to {
            // With a list, "national only" is no longer the case.
            Some(_) if self.label == "NATIONAL ONLY" => "",
            _ => self.label,
        };
        let to = self.releasable_to.as_ref().map(|states| format!(" REL TO {}", states.join(", ")));
        format!("{exercise}{owner} {label}{}", to.unwrap_or_default()).replace("  ", " ")
    }
}

/// The code of a state that this node knows, else its identity.
fn code(node: &Node, state: &Id) -> String {
    match node.owner_profile(state) {
        Ok(Some(profile)) => profile.code,
        _ => node::states::by_identity(state)
            .map_or_else(|| state.to_string(), |known| known.code.to_owned()),
    }
}

/// What a person calls an object; foreign text, so without control characters.
pub(super) fn title(object: &Object) -> String {
    let value = object.value();
    let text = ["name", "value", "abstract", "description", "content"]
        .iter()
        .find_map(|key| value.get(*key)?.as_str())
        .unwrap_or_else(|| object.id().type_name())
        .to_owned();
    text.chars().map(|c| if is_hostile(c) { '\u{fffd}' } else { c }).take(80).collect()
}

/// Characters that move the cursor or turn the direction of the text around them.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) fn run(dir: &Path, args: &Show, out: Output) -> Result<()> {
    let id = Id::parse(&args.id).map_err(|error| Error::of(Kind::Invalid, &error))?;
    let node = home::open(dir)?;
    let viewer = home::viewer(&node, args.viewer.as_deref())?;
    let at_home = matches!(viewer, Viewer::Person { .. });
    let view = node.view_of(viewer);
    let Some(seen) = view.get(&id)? else {
        return Err(Error::new(Kind::NotFound, format!("there is no {id}"))
            .hint("what somebody may not see looks the same as what is not there; choose the viewer with --as"));
    };
    if args.raw {
        return output::raw(seen.object.bytes());
    }
    let versions = view.versions(&id)?;
    let badge = seen.policy.badge();
    let own = badge.owner.as_ref() == Some(&node.profile().state);
    let shown = Shown {
        id: seen.object.id(),
        marking: Marking::of(&node, &badge),
        reason: seen.reason,
        also: if own && at_home { Some(others(&node, &id)?) } else { None },
        signed: seen.signed,
        versions: versions
            .iter()
            .filter_map(|one| one.object.version().map(ToString::to_string))
            .collect(),
        object: serde_json::from_str(seen.object.text())?,
    };
    out.one(&shown, || text(&shown, &seen.object))
}

/// Which partners see it, and whether everybody does.
fn others(node: &Node, id: &Id) -> Result<Vec<String>> {
    let mut others = Vec::new();
    for peer in node.peers()? {
        if node.view_of(Viewer::Node(peer.profile.state)).get(id)?.is_some() {
            others.push(peer.profile.code);
        }
    }
    if node.view_of(Viewer::Public).get(id)?.is_some() {
        others.push("public".to_owned());
    }
    Ok(others)
}

/// Why somebody sees an object. The other reasons are those for not seeing it.
fn because(reason: Reason) -> &'static str {
    match reason {
        Reason::Own => "because it is the viewer’s own state’s",
        Reason::Everybody => "because TLP:CLEAR is for everybody",
        Reason::Community => "because TLP:GREEN is for all partners",
        Reason::Listed => "because it is released to the viewer’s state",
        Reason::Named => "because the marking names the viewer",
        Reason::Member => "because the viewer’s state is a member of the group",
        Reason::Workspace => "because it lies in a workspace that the viewer may read",
        Reason::Administrator => "because the viewer administers this node",
        Reason::Structural => "because it is the same at every node",
        _ => "",
    }
}

fn text(shown: &Shown, object: &Object) -> String {
    let mut text = String::new();
    let signed = if shown.signed { "by its owner" } else { "no" };
    let _ = writeln!(text, "{}", title(object));
    let _ = writeln!(text, "id        {}", shown.id);
    let _ = writeln!(text, "marking   {}", shown.marking.text());
    let _ = writeln!(text, "seen      {}", because(shown.reason));
    if let Some(also) = &shown.also {
        let also = if also.is_empty() { "nobody".to_owned() } else { also.join(", ") };
        let _ = writeln!(text, "also by   {also}");
    }
    let _ = writeln!(text, "signed    {signed}");
    for (at, version) in shown.versions.iter().enumerate() {
        let _ = writeln!(text, "{}  {version}", if at == 0 { "versions" } else { "        " });
    }
    let pretty = serde_json::to_string_pretty(&object.value()).unwrap_or_default();
    let _ = writeln!(text, "\n{pretty}");
    text
}
