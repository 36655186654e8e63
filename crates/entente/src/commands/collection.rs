//! `entente collection`

use std::path::Path;

use node::{CollectionInfo, Rights};
use serde::Serialize;

use crate::cli::Collection;
use crate::error::Result;
use crate::home;
use crate::output::Output;

/// What was done.
#[derive(Serialize)]
struct Done {
    collection: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Rights>,
}

pub(crate) fn run(dir: &Path, act: Collection, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let done = |collection| Done { collection, id: None, account: None, rights: None };
    match act {
        Collection::Add(args) => {
            let title = args.title.as_ref().unwrap_or(&args.name);
            let id = node.add_collection(&args.name, title, &args.description)?.to_string();
            let added = Done { id: Some(id.clone()), ..done(args.name.clone()) };
            out.one(&added, || format!("{} {id}\n", args.name))
        }
        Collection::List => {
            let row = |one: &CollectionInfo| {
                let grant =
                    |(account, rights): (&String, &Rights)| format!("{account}: {}", word(*rights));
                let grants: Vec<_> = one.grants.iter().map(grant).collect();
                [one.name.clone(), one.id.to_string(), one.title.clone(), grants.join(", ")]
            };
            out.list(&node.collection_list()?, ["name", "id", "title", "granted"], row, "")
        }
        Collection::Grant(args) => {
            let rights = Rights { read: args.read, write: args.write };
            node.grant(&args.collection, &args.account, Some(rights))?;
            let granted = Done {
                account: Some(args.account.clone()),
                rights: Some(rights),
                ..done(args.collection.clone())
            };
            out.one(&granted, || {
                format!("{} in {}: {}\n", args.account, args.collection, word(rights))
            })
        }
        Collection::Revoke { collection, account } => {
            node.grant(&collection, &account, None)?;
            let revoked = Done { account: Some(account.clone()), ..done(collection.clone()) };
            out.one(&revoked, || format!("{account} in {collection}: as everybody\n"))
        }
        Collection::Remove { name } => {
            node.remove_collection(&name)?;
            out.one(&done(name.clone()), || format!("{name} is removed\n"))
        }
    }
}

fn word(rights: Rights) -> &'static str {
    match (rights.read, rights.write) {
        (true, true) => "read and write",
        (true, false) => "read",
        (false, true) => "write",
        (false, false) => "does not see it",
    }
}
