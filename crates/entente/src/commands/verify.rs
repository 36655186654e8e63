//! `entente verify`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use node::{Invitation, Node};
use serde::Serialize;
use stix::keys::{Keyring, Standing};
use stix::sign::{self, KeyId, PublicKey, Status};
use stix::{Id, Object};

use super::{files, sign as signing};
use crate::cli::Verify;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{Output, line};

#[derive(Serialize)]
struct Checked {
    file: String,
    /// The line on which it starts.
    line: u64,
    id: Option<String>,
    status: &'static str,
    /// The key that the signature names.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Whose key it is, where the node knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// How the key stands, where the node knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// The keys against which files are verified.
pub(super) struct Keys {
    given: Vec<PublicKey>,
    rings: Vec<Keyring>,
}

impl Keys {
    pub(super) fn of(dir: &Path, keys: &[String], peer_files: &[PathBuf]) -> Result<Self> {
        let mut given = Vec::new();
        for text in keys {
            let key = PublicKey::parse(text).map_err(|error| {
                Error::of(Kind::Invalid, &error).hint("`entente key show` prints a public key")
            })?;
            given.push(key);
        }
        for path in peer_files {
            let invitation: Invitation =
                serde_json::from_slice(&files::read(path)?).map_err(|error| {
                    Error::of(Kind::Invalid, &error)
                        .hint("this is no file that `entente peer invite` made")
                })?;
            let key = PublicKey::parse(&invitation.key);
            given.push(key.map_err(|error| Error::of(Kind::Invalid, &error))?);
        }
        let rings = if given.is_empty() && dir.join("node.json").exists() {
            Node::keyrings(&home::open(dir)?)?
        } else {
            Vec::new()
        };
        if given.is_empty() && rings.is_empty() {
            eprintln!("no keys to verify with: give --key, --peer-file, or the folder of a node");
        }
        Ok(Self { given, rings })
    }

    fn find(&self, id: &KeyId) -> Option<PublicKey> {
        let given = self.given.iter().find(|key| key.id() == *id);
        given.or_else(|| self.rings.iter().find_map(|ring| ring.key(id))).cloned()
    }

    /// The key of that name, if it was given, or is of this owner and may speak for it.
    pub(super) fn of_owner(&self, owner: &Id, id: &KeyId) -> Option<PublicKey> {
        let given = self.given.iter().find(|key| key.id() == *id);
        let held = || match self.standing(id)? {
            (held, standing) if held == owner && standing != Standing::Discarded => self.find(id),
            _ => None,
        };
        given.cloned().or_else(held)
    }

    /// Whose key it is, and how it stands.
    fn standing(&self, id: &KeyId) -> Option<(&Id, Standing)> {
        self.rings.iter().find_map(|ring| {
            let (_, standing) = ring.keys().find(|(key, _)| key.id() == *id)?;
            Some((ring.owner(), standing))
        })
    }
}

pub(crate) fn run(dir: &Path, args: &Verify, out: Output) -> Result<()> {
    let keys = Keys::of(dir, &args.key, &args.peer_file)?;
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut worst = 0;
    for file in &args.files {
        let name = file.display().to_string();
        files::each(file, |at, object| {
            let checked = check(&keys, &name, at, object);
            worst = worst.max(severity(&checked));
            *counts.entry(checked.status).or_default() += 1;
            out.one(&checked, || text(&checked))
        })?;
    }
    let counts: Vec<_> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    eprintln!("{}", if counts.is_empty() { "no objects".to_owned() } else { counts.join(", ") });
    match worst {
        0 => Ok(()),
        1 => Err(Error::new(Kind::Refused, "not all of it is signed by a key that counts")),
        _ => Err(Error::new(Kind::Invalid, "not all of it is what its owner signed")),
    }
}

/// One line: the status, the object, and where it stands.
fn text(one: &Checked) -> String {
    let what = one.id.as_ref().or(one.problem.as_ref()).map_or(String::new(), |what| line(what));
    let standing = match one.standing {
        Some(standing) if standing != "current" => format!(", its key is {standing}"),
        _ => String::new(),
    };
    format!("{:12} {what}{standing} ({}:{})", one.status, one.file, one.line)
}

/// 0 for what is as it should be, 1 for what nobody known vouches for, 2 for what is wrong.
fn severity(one: &Checked) -> u8 {
    match (one.status, one.standing) {
        ("good", None | Some("current" | "former")) | ("exempt", _) => 0,
        ("bad" | "invalid", _) => 2,
        _ => 1,
    }
}

fn check(keys: &Keys, file: &str, line: u64, object: Result<Object, String>) -> Checked {
    let mut checked = Checked {
        file: file.to_owned(),
        line,
        id: None,
        status: "invalid",
        key: None,
        owner: None,
        standing: None,
        problem: None,
    };
    match object {
        Err(problem) => checked.problem = Some(problem),
        Ok(object) => {
            checked.id = Some(object.id().to_string());
            checked.key = sign::signer(&object).map(|key| key.to_string());
            if signing::is_exempt(&object) {
                checked.status = "exempt";
                return checked;
            }
            let status = sign::status(&object, |id| keys.find(id));
            checked.status = status.as_str();
            if let Status::Good(key) = &status
                && let Some((owner, standing)) = keys.standing(key)
            {
                checked.owner = Some(owner.to_string());
                checked.standing = Some(word(standing));
            }
        }
    }
    checked
}

/// How a key stands, in one word.
pub(super) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Current => "current",
        Standing::Former => "former",
        Standing::Conflicting => "conflicting",
        Standing::Revoked { .. } => "revoked",
        Standing::Discarded => "discarded",
    }
}
