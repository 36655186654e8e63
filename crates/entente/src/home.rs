//! The folder of a node, opened with the real clock and real randomness.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use node::{Actor, Node, Options, Profile, Role, Viewer};
use stix::Id;

use crate::error::{Error, Kind, Result};

/// What every node of this program is made of.
pub fn options() -> Options {
    Options {
        clock: Arc::new(store::SystemClock),
        random: Arc::new(store::SystemRandom),
        network: node::Network::Machine,
        lists: lists(),
    }
}

/// The lists that the desks keep. A new desk adds its line here and in `serve::routes`.
fn lists() -> Vec<store::ListSpec> {
    hybrid::lists()
}

/// The folder that `--dir` names, or the current one.
pub(crate) fn dir(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| PathBuf::from("."))
}

/// Opens the node in a folder.
pub(crate) fn open(dir: &Path) -> Result<Node> {
    Ok(Node::open(dir, options())?.acting(Actor::command()))
}

/// Who reads, as `--as` names it: nobody given is the administrator of this node.
pub(crate) fn viewer(node: &Node, who: Option<&str>) -> Result<Viewer> {
    let home = node.profile().state.clone();
    let person = |account: &str, admin| Viewer::Person {
        state: home.clone(),
        account: account.to_owned(),
        admin,
    };
    let Some(who) = who else { return Ok(person("", true)) };
    if who == "public" {
        return Ok(Viewer::Public);
    }
    if let Ok(peer) = node.find_peer(who) {
        return Ok(Viewer::Node(peer.profile.state));
    }
    let account = node.account_list()?.into_iter().find(|account| account.name == who);
    match account.map(|account| account.role) {
        Some(Role::Tool) => Ok(Viewer::Account(who.to_owned())),
        Some(role) if role.is_person() => Ok(person(who, role == Role::Administrator)),
        _ => Err(Error::new(Kind::NotFound, format!("nobody here is called “{who}”"))
            .hint("give `public`, a partner’s code, or an account’s name; `entente user list` and `entente peer list` tell them")),
    }
}

/// The profile of a state's node from what a person typed.
pub(crate) fn profile(
    name: String,
    code: &str,
    state_name: Option<String>,
    state: Id,
) -> Result<Profile> {
    let code = code.to_uppercase();
    let fits = (2..=8).contains(&code.len())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !fits {
        return Err(Error::new(
            Kind::Invalid,
            format!("“{code}” cannot be a code: 2 to 8 letters or digits"),
        ));
    }
    let known = node::states::by_code(&code).map(|state| state.en.to_owned());
    let Some(state_name) = state_name.or(known) else {
        return Err(Error::new(Kind::Invalid, format!("no state has the code {code}"))
            .hint("give its name with --state-name"));
    };
    Ok(Profile { name, code, state_name, state })
}

impl From<node::Error> for Error {
    fn from(error: node::Error) -> Self {
        use node::Error as E;
        let (kind, hint) = match &error {
            E::AlreadyANode { .. } => (Kind::Refused, Some("choose another folder with --dir")),
            E::NoNode { .. } => (
                Kind::NotFound,
                Some("name its folder with --dir, or make one with `entente init`"),
            ),
            E::NoAccount { .. } => (Kind::NotFound, Some("`entente user list` tells the accounts")),
            E::NoCollection { .. } => {
                (Kind::NotFound, Some("`entente collection list` tells the collections"))
            }
            E::CertificateTaken { .. } => {
                (Kind::Refused, Some("`entente user unbind` loosens the other account first"))
            }
            E::NotPublic { .. } => (
                Kind::Refused,
                Some("if this host is meant, and the way to it is yours, give --allow-private"),
            ),
            E::NoGroup => (Kind::NotFound, Some("`entente group list` tells the groups")),
            E::NoProposal => (Kind::NotFound, Some("`entente release list` tells the proposals")),
            E::NoPeer { .. } => (Kind::NotFound, Some("`entente peer list` tells the peers")),
            E::AccountExists { .. }
            | E::Key { .. }
            | E::NeedsSecond
            | E::NotAllowed
            | E::OwnProposal
            | E::Pack { .. }
            | E::Stale
            | E::Unreleasable { .. } => (Kind::Refused, None),
            E::BadAccountName { .. }
            | E::BadCollectionName { .. }
            | E::BadGroupName { .. }
            | E::CollectionExists { .. }
            | E::ShortPassword { .. }
            | E::Invitation { .. }
            | E::Malformed { .. }
            | E::BadPack(_)
            | E::Stix(_) => (Kind::Invalid, None),
            E::Client(error) => (Kind::NotReached, Some(error.hint())),
            _ => (Kind::Failed, None),
        };
        let failure = Self::of(kind, &error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::from(node::Error::from(error))
    }
}
