//! DESIGN section 5 stated a second time, naively: enumerate who reads for whom, go through the
//! table row by row. Shares no code with the crate; tests elsewhere include this file too.

use std::collections::BTreeSet;

/// A marking, as the owner chose it. States and accounts are small numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Clear,
    Green,
    Amber,
    AmberStrict,
    Red,
    /// Releasable to these states; with TLP:RED to these persons (account, state) of theirs.
    To(BTreeSet<usize>, BTreeSet<(usize, usize)>),
    Statement,
    /// A definition nobody here holds.
    Unknown,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Public,
    Tool,
    Node(usize),
    Person { account: usize, state: usize, admin: bool },
}

/// Whether `asker`, at the node of `place`, sees an object of `owner` with these marks.
pub(crate) fn sees(owner: usize, marks: &[Mark], asker: Asker, place: usize, relay: bool) -> bool {
    sees_in_groups(owner, marks, &[], asker, place, relay)
}

/// The same for an object that is also marked for groups, each with the members that its owner
/// knows.
pub(crate) fn sees_in_groups(
    owner: usize,
    marks: &[Mark],
    groups: &[BTreeSet<usize>],
    asker: Asker,
    place: usize,
    relay: bool,
) -> bool {
    let has = |mark: &Mark| marks.contains(mark);
    // A node that did not enter it does not hand it to another node …
    if matches!(asker, Asker::Node(_)) && place != owner {
        let strict = has(&Mark::Amber) || has(&Mark::AmberStrict) || has(&Mark::Red);
        let open = has(&Mark::Clear) || has(&Mark::Green);
        // … unless it relays, and then only what is marked CLEAR or GREEN and nothing stricter,
        // and never what is for a group (that is “my state, no onward passing”) or for others alone.
        let is_for_others =
            |mark: &Mark| matches!(mark, Mark::To(states, _) if !states.contains(&place));
        if !relay || strict || !open || !groups.is_empty() || marks.iter().any(is_for_others) {
            return false;
        }
    }
    allows(owner, marks, groups, asker, place)
}

/// What the marking alone allows, whoever hands it on: so it binds what depends on the object.
pub(crate) fn allows(
    owner: usize,
    marks: &[Mark],
    groups: &[BTreeSet<usize>],
    asker: Asker,
    place: usize,
) -> bool {
    let state = match asker {
        Asker::Node(state) | Asker::Person { state, .. } => Some(state),
        Asker::Public | Asker::Tool => None,
    };
    let own = state == Some(owner);
    let administers = matches!(asker, Asker::Person { state, admin: true, .. } if state == place);
    let has = |mark: &Mark| marks.contains(mark);
    let lists: Vec<_> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::To(states, persons) => Some((states, persons)),
            _ => None,
        })
        .collect();
    let in_all_lists =
        state.is_some_and(|state| lists.iter().all(|(states, _)| states.contains(&state)));

    // The owner serves the members of all groups; elsewhere who reads for the node is one.
    let is_member = state.is_some_and(|state| {
        if place == owner {
            groups.iter().all(|group| group.contains(&state))
        } else {
            state == place
        }
    });
    if has(&Mark::Unknown) {
        return own || administers;
    }
    if has(&Mark::Red) {
        let naming: Vec<_> = lists
            .iter()
            .map(|(_, persons)| persons)
            .filter(|persons| !persons.is_empty())
            .collect();
        if naming.is_empty() {
            return administers;
        }
        let named = |who: (usize, usize)| naming.iter().all(|persons| persons.contains(&who));
        let reaches = own
            || match (groups.is_empty(), lists.is_empty()) {
                (true, true) => false,
                (true, false) => in_all_lists,
                (false, true) => is_member,
                (false, false) => is_member && in_all_lists,
            };
        return reaches
            && match asker {
                Asker::Person { account, state, .. } => named((account, state)),
                Asker::Node(state) => (0..ACCOUNTS).any(|account| named((account, state))),
                Asker::Public | Asker::Tool => false,
            };
    }
    if own {
        return true;
    }
    if !groups.is_empty() {
        return is_member && in_all_lists;
    }
    if !lists.is_empty() {
        return in_all_lists;
    }
    if has(&Mark::Amber) || has(&Mark::AmberStrict) {
        return false;
    }
    if has(&Mark::Green) {
        return state.is_some();
    }
    has(&Mark::Clear)
}

/// How many accounts a node has in these tests.
pub(crate) const ACCOUNTS: usize = 3;
