//! `entente init`

use std::path::Path;

use node::{Actor, Node, Profile};
use serde::Serialize;
use stix::Id;
use store::Random;

use crate::cli::Init;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::Output;

#[derive(Serialize)]
struct Made<'a> {
    node: &'a Profile,
    fingerprint: String,
}

pub(crate) fn run(dir: &Path, args: Init, out: Output) -> Result<()> {
    let state = match args.state_id {
        Some(id) => {
            Id::parse(&id).ok().filter(|id| id.type_name() == "identity").ok_or_else(|| {
                Error::new(Kind::Invalid, format!("“{id}” is no identity’s id"))
                    .hint("it looks like identity--UUID")
            })?
        }
        None => new_identity()?,
    };
    let profile = home::profile(args.name, &args.code, args.state_name, state)?;
    let node = Node::init(dir, profile, home::options())?.acting(Actor::command());
    node.set_four_eyes(args.four_eyes.into())?;
    let made = Made { node: node.profile(), fingerprint: node.public_key().fingerprint() };
    out.one(&made, || {
        format!(
            "{} for {} is ready in {}\nidentity     {}\nfingerprint  {}\n\nNext: entente --dir {} user add NAME --role analyst\n",
            made.node.name,
            made.node.state_name,
            dir.display(),
            made.node.state,
            made.fingerprint,
            dir.display(),
        )
    })
}

fn new_identity() -> Result<Id> {
    let mut bytes = [0; 16];
    store::SystemRandom.fill(&mut bytes);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Id::from_parts("identity", uuid).map_err(|error| Error::of(Kind::Failed, &error))
}
