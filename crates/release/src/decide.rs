//! The decision.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stix::Id;
use stix::marking::Tlp;

use crate::policy::{Holder, Policy, Term};
use crate::viewer::{Place, Pseudonym, Viewer};

/// Why somebody sees an object, or does not. Pages turn it into a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Yes: the viewer reads for the state that owns it.
    Own,
    /// Yes: TLP:CLEAR, for everybody.
    Everybody,
    /// Yes: TLP:GREEN, and the viewer belongs to the community of peers.
    Community,
    /// Yes: a `releasable-to` list names the viewer's state.
    Listed,
    /// Yes: the marking names this person.
    Named,
    /// Yes: the viewer's state is a member of the group.
    Member,
    /// Yes: it lies in a workspace at this node that the viewer may read.
    Workspace,
    /// Yes: it came by a feed that this node follows, and the viewer is one of its people.
    Feed,
    /// Yes: the viewer administers the node that holds it.
    Administrator,
    /// Yes: the same at every node, tells nothing.
    Structural,
    /// No: not marked for anybody beyond its owner.
    NationalOnly,
    /// No: the `releasable-to` list does not name the viewer's state.
    NotListed,
    /// No: the viewer's state is no member of the group.
    NotMember,
    /// No: only TLP:CLEAR is for the public.
    NotPublic,
    /// No: TLP:RED, and the marking does not name this person.
    NotNamed,
    /// No: a marking that this node does not understand.
    UnknownMarking,
    /// No: it is another state's, and this node or its marking does not pass it on.
    NotRelayed,
    /// No: it lies in somebody else's workspace.
    NotYourWorkspace,
}

/// What [`decide`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the viewer sees the object, all of it.
    pub allowed: bool,
    /// Why. For a yes, by the object's own marking.
    pub reason: Reason,
    /// Whether the answer came from an object on which this one's visibility depends. To be
    /// told to the owner only: to anybody else it would betray that object.
    pub by_bound: bool,
}

/// Whether `viewer`, reading at `place`, sees an object with this `policy`.
///
/// DESIGN section 5: the table of TLP labels without and with `releasable-to`; several lists
/// intersect; an unknown marking closes the object; a recipient passes AMBER on to nobody. Every
/// term must say yes.
pub fn decide(policy: &Policy, viewer: &Viewer, place: &Place) -> Decision {
    let own = match policy.own() {
        None => Ok(Reason::Structural),
        Some(term) => may_see(term, viewer, place),
    };
    match own {
        Err(reason) => Decision { allowed: false, reason, by_bound: false },
        Ok(yes) => {
            match policy.bounds().find_map(|term| binds(policy.own(), term, viewer, place).err()) {
                Some(reason) => Decision { allowed: false, reason, by_bound: true },
                None => Decision { allowed: true, reason: yes, by_bound: false },
            }
        }
    }
}

/// Whether every partner of its owner may see an object, and every node that relays passes it on:
/// the decision for a state of which nobody has heard.
pub fn travels(policy: &Policy) -> bool {
    const NOBODY: &str = "identity--00000000-0000-0000-0000-000000000000";
    let owner = policy.own().and_then(|own| match &own.holder {
        Holder::State(owner) => Some(owner.clone()),
        _ => None,
    });
    match (owner, Id::parse(NOBODY)) {
        (Some(owner), Ok(nobody)) => {
            decide(policy, &Viewer::Node(nobody), &Place::of(owner)).allowed
        }
        _ => false,
    }
}

type Answer = Result<Reason, Reason>;

fn may_see(term: &Term, viewer: &Viewer, place: &Place) -> Answer {
    match &term.holder {
        Holder::Builtin => Ok(Reason::Structural),
        Holder::Account(account) => in_workspace(term, Some(account), viewer, place),
        // What a feed brings is read as in a workspace that nobody fills, and goes no further.
        Holder::Feed(_) => match in_workspace(term, None, viewer, place) {
            Ok(Reason::Workspace) => Ok(Reason::Feed),
            answer => answer,
        },
        Holder::State(owner) => {
            passed_on(term, owner, viewer, place)?;
            of_state(term, owner, viewer, place)
        }
    }
}

/// What something on which the object depends allows. Nothing of another state's is handed on by
/// showing the object, so that its marking alone counts, not whose node this is: an answer reaches
/// the owner of what it answers. What the object's own state holds back, above all a newer version,
/// binds in full.
fn binds(own: Option<&Term>, term: &Term, viewer: &Viewer, place: &Place) -> Answer {
    match &term.holder {
        Holder::State(owner) if own.is_some_and(|own| own.holder != term.holder) => {
            of_state(term, owner, viewer, place)
        }
        _ => may_see(term, viewer, place),
    }
}

/// A workspace is read by the account that fills it and by the node's own people; what they could
/// not read under a marking of their own state, only the account and the administrator read.
fn in_workspace(term: &Term, holder: Option<&str>, viewer: &Viewer, place: &Place) -> Answer {
    let confined = term.closed || term.is_personal();
    match viewer {
        Viewer::Account(account) if Some(account.as_str()) == holder => Ok(Reason::Workspace),
        Viewer::Person { state, account, admin } if *state == place.state => {
            if Some(account.as_str()) == holder || !confined {
                Ok(Reason::Workspace)
            } else if *admin {
                Ok(Reason::Administrator)
            } else {
                Err(Reason::NotYourWorkspace)
            }
        }
        _ => Err(Reason::NotYourWorkspace),
    }
}

/// A node serves other nodes its own state's objects. Another state's it passes on only if it
/// relays, and only what is marked TLP:CLEAR or TLP:GREEN and for itself too: of what came to it
/// astray, no recall would tell it.
fn passed_on(term: &Term, owner: &Id, viewer: &Viewer, place: &Place) -> Result<(), Reason> {
    match (place.pseudonyms.get(owner), viewer) {
        // Found here by anybody else, it would tell who speaks.
        (Some(Pseudonym::Ours { by }), Viewer::Node(node)) if node == by => return Ok(()),
        (Some(Pseudonym::Ours { .. }), Viewer::Person { state, .. }) if *state == place.state => {
            return Ok(());
        }
        (Some(Pseudonym::Ours { .. }), _) => return Err(Reason::NotRelayed),
        (Some(Pseudonym::Vouched), _) => return Ok(()),
        (None, _) => {}
    }
    let Viewer::Node(_) = viewer else { return Ok(()) };
    let may_travel = matches!(term.tlp, Some(Tlp::Clear | Tlp::Green))
        && term.groups.is_empty()
        && term.to.as_ref().is_none_or(|list| list.contains(&place.state));
    if *owner == place.state || (place.relay && may_travel) {
        Ok(())
    } else {
        Err(Reason::NotRelayed)
    }
}

fn of_state(term: &Term, owner: &Id, viewer: &Viewer, place: &Place) -> Answer {
    match by_marking(term, owner, viewer, place) {
        Err(_) if viewer.keeps(place) => Ok(Reason::Administrator),
        answer => answer,
    }
}

fn by_marking(term: &Term, owner: &Id, viewer: &Viewer, place: &Place) -> Answer {
    let speaks_as = match place.pseudonyms.get(owner) {
        Some(Pseudonym::Ours { .. }) => &place.state,
        _ => owner,
    };
    let reads_for_owner = viewer.state() == Some(speaks_as);
    if term.closed || (term.is_personal() && term.persons.is_none()) {
        return match viewer {
            _ if reads_for_owner && term.closed => Ok(Reason::Own),
            Viewer::Person { state, admin: true, .. } if *state == place.state => {
                Ok(Reason::Administrator)
            }
            _ if term.closed => Err(Reason::UnknownMarking),
            _ => Err(Reason::NotNamed),
        };
    }
    let by_state =
        if reads_for_owner { Ok(Reason::Own) } else { beyond_owner(term, owner, viewer, place) };
    if term.is_personal() { by_state.and(named(term, viewer)) } else { by_state }
}

/// The table of DESIGN section 5 for everybody but the owner's own people.
fn beyond_owner(term: &Term, owner: &Id, viewer: &Viewer, place: &Place) -> Answer {
    if !term.groups.is_empty() {
        member(&term.groups, owner, viewer, place)?;
    }
    if let Some(list) = &term.to {
        return match viewer.state() {
            Some(state) if list.contains(state) => Ok(Reason::Listed),
            _ => Err(Reason::NotListed),
        };
    }
    match (term.tlp, viewer.state()) {
        // A group says who; the label then says how to handle it.
        _ if !term.groups.is_empty() => Ok(Reason::Member),
        (Some(Tlp::Clear), _) => Ok(Reason::Everybody),
        (Some(Tlp::Green), Some(_)) => Ok(Reason::Community),
        (Some(Tlp::Green), None) => Err(Reason::NotPublic),
        _ => Err(Reason::NationalOnly),
    }
}

/// The owner alone keeps the roster. Whoever received the object was a member, and reads it as
/// "my state, no onward passing".
fn member(groups: &BTreeSet<Id>, owner: &Id, viewer: &Viewer, place: &Place) -> Answer {
    let Some(state) = viewer.state() else { return Err(Reason::NotMember) };
    let is_member = if place.state == *owner {
        groups
            .iter()
            .all(|group| place.rosters.get(group).is_some_and(|members| members.contains(state)))
    } else {
        *state == place.state
    };
    if is_member { Ok(Reason::Member) } else { Err(Reason::NotMember) }
}

/// TLP:RED: a person must be named; a node may carry it if it houses a named person.
fn named(term: &Term, viewer: &Viewer) -> Answer {
    let persons = term.persons.iter().flatten();
    let found = match viewer {
        Viewer::Person { state, account, .. } => {
            let name = Viewer::person_name(account, state);
            persons.into_iter().any(|person| *person == name)
        }
        Viewer::Node(state) => {
            let suffix = format!("@{state}");
            persons.into_iter().any(|person| person.ends_with(&suffix))
        }
        Viewer::Public | Viewer::Account(_) => false,
    };
    if found { Ok(Reason::Named) } else { Err(Reason::NotNamed) }
}
