//! The three nodes of the demo before they start: identities, accounts, reports, peers.

use std::fs;
use std::path::{Path, PathBuf};

use node::{FourEyes, NewAccount, Node, Profile, Reach, Rights, Role};
use serde::{Deserialize, Serialize};
use stix::Id;

use super::child::Plan;
use crate::commands::files;
use crate::error::{Context, Error, Kind, Result};
use crate::home;

/// An account that every node of the demo has.
pub(crate) struct DemoAccount {
    pub(crate) name: &'static str,
    display: &'static str,
    role: Role,
}

pub(crate) const ACCOUNTS: [DemoAccount; 3] = [
    DemoAccount { name: "analyst", display: "Duty analyst", role: Role::Analyst },
    DemoAccount { name: "releaser", display: "Releasing officer", role: Role::Releaser },
    DemoAccount { name: "administrator", display: "Administrator", role: Role::Administrator },
];

/// A collection that accounts of the demo share.
struct SharedCollection {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    grants: &'static [(&'static str, Rights)],
}

/// Together with what every account has, the administrator finds collections of each kind: one to
/// read and write (its workspace), one to read (what is released), two to write (the inbox and
/// `tips`), and one that does not exist for it (`watchlist`).
const SHARED: [SharedCollection; 2] = [
    SharedCollection {
        name: "tips",
        title: "Tips",
        description: "Hints for the duty analyst; whoever writes them does not read them",
        grants: &[
            ("administrator", Rights { read: false, write: true }),
            ("analyst", Rights { read: true, write: false }),
        ],
    },
    SharedCollection {
        name: "watchlist",
        title: "Watch list",
        description: "What the analysts of this node watch together",
        grants: &[
            ("analyst", Rights { read: true, write: true }),
            ("releaser", Rights { read: true, write: true }),
        ],
    },
];

/// A collection as `--json` prints it.
#[derive(Clone, Serialize)]
pub(crate) struct Listed {
    pub(crate) alias: String,
    pub(crate) id: String,
    /// Whether the administrator reads it, and writes it.
    pub(crate) read: bool,
    pub(crate) write: bool,
}

/// The administrator's collections, and those of the others, which do not exist for it.
pub(crate) fn collections(dir: &Path) -> Result<Vec<Listed>> {
    let node = home::open(dir)?;
    let failed = |error: taxii::HostError| Error::new(Kind::Failed, error.to_string());
    let administrator =
        taxii::Account { name: "administrator".to_owned(), viewer: node::Viewer::Public };
    let own = taxii::Host::collections(&node, &administrator).map_err(failed)?;
    let mut listed: Vec<_> = own
        .into_iter()
        .map(|one| Listed {
            alias: one.alias.unwrap_or_default(),
            id: one.id.to_string(),
            read: one.can_read,
            write: one.can_write,
        })
        .collect();
    for one in node.collection_list()? {
        let id = one.id.to_string();
        if !listed.iter().any(|own| own.id == id) {
            listed.push(Listed { alias: one.name, id, read: false, write: false });
        }
    }
    Ok(listed)
}

/// A demo's password protects nothing: it is printed, and the nodes listen on loopback only.
pub(crate) fn password(account: &str, city: &str) -> String {
    format!("{account}-{city}")
}

/// A node of the demo.
pub(crate) struct City {
    /// `tirana`
    pub(crate) name: String,
    pub(crate) profile: Profile,
    /// The bundle that it starts with.
    bundle: &'static [u8],
}

const NODES: &str = include_str!("../../../../samples/sources/nodes.json");
const BUNDLES: [(&str, &[u8]); 3] = [
    ("tirana", include_bytes!("../../../../samples/bundles/tirana.json")),
    ("zagreb", include_bytes!("../../../../samples/bundles/zagreb.json")),
    ("pristina", include_bytes!("../../../../samples/bundles/pristina.json")),
];

/// The file of the sample nodes.
#[derive(Deserialize)]
struct SampleNodes {
    nodes: Vec<SampleNode>,
}

#[derive(Deserialize)]
struct SampleNode {
    code: String,
    slug: String,
    name: String,
    state: String,
    identity: Id,
}

/// The nodes with their constant identities.
pub(crate) fn cities() -> Result<Vec<City>> {
    let samples: SampleNodes = serde_json::from_str(NODES)?;
    let city = |sample: SampleNode| {
        let (_, bundle) = BUNDLES.iter().find(|(city, _)| *city == sample.slug)?;
        let SampleNode { code, slug, name, state: state_name, identity: state } = sample;
        Some(City { name: slug, profile: Profile { name, code, state_name, state }, bundle })
    };
    Ok(samples.nodes.into_iter().filter_map(city).collect())
}

/// Where a node lies until it is whole.
pub(crate) fn unfinished(dir: &Path) -> PathBuf {
    dir.with_extension("unfinished")
}

/// Makes a node with its accounts and reports, unless it is there.
pub(crate) fn node(city: &City, dir: &Path) -> Result<()> {
    if dir.exists() {
        return Ok(());
    }
    let draft = unfinished(dir);
    if draft.exists() {
        fs::remove_dir_all(&draft).context(format!("cannot remove {}", draft.display()))?;
    }
    let node = Node::init(&draft, city.profile.clone(), home::options())?;
    for account in &ACCOUNTS {
        node.add_account(NewAccount {
            name: account.name.to_owned(),
            display: account.display.to_owned(),
            role: account.role,
            password: password(account.name, &city.name),
        })?;
    }
    // So that both ways out can be seen: named partners by one person, the community by two.
    node.set_four_eyes(FourEyes::Community)?;
    for collection in &SHARED {
        node.add_collection(collection.name, collection.title, collection.description)?;
        for (account, rights) in collection.grants {
            node.grant(collection.name, account, Some(*rights))?;
        }
    }
    let broken = |error: stix::Error| Error::of(Kind::Invalid, &error);
    let objects: Result<Vec<_>, _> =
        files::objects(city.bundle.into()).map_err(broken)?.into_iter().collect();
    let tally = node.import(objects.map_err(broken)?, true, "demo")?;
    if tally.refused > 0 {
        let text =
            format!("{} of {}'s objects were not admitted", tally.refused, city.profile.name);
        return Err(Error::new(Kind::Failed, text));
    }
    drop(node);
    fs::rename(&draft, dir).context(format!("cannot make {}", dir.display()))
}

/// Makes every node a peer of every other, unless it is one at that address already.
pub(crate) fn peers(plans: &[Plan], root: &str) -> Result<()> {
    let nodes: Vec<Node> = plans.iter().map(|plan| home::open(&plan.dir)).collect::<Result<_>>()?;
    for (host, plan) in nodes.iter().zip(plans) {
        let url = format!("{}/taxii2/", plan.address);
        for guest in &nodes {
            let (host_state, guest_state) = (&host.profile().state, &guest.profile().state);
            if host_state == guest_state {
                continue;
            }
            let invited =
                host.partners()?.iter().any(|one| one.profile.state == *guest_state && one.invited);
            let follows = guest.peers()?.iter().any(|one| {
                let from = one.source.as_ref();
                one.profile.state == *host_state
                    && from.is_some_and(|from| from.url == url && from.allow.is_some())
            });
            if !(invited && follows) {
                let invitation = host.invite(guest.profile().clone(), &url, root)?;
                // The nodes of the demo all lie on this machine.
                guest.accept(invitation, Reach::Anywhere)?;
            }
        }
    }
    Ok(())
}
