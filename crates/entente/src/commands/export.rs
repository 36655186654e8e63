//! `entente export`

use std::fs;
use std::path::Path;

use node::Viewer;
use stix::{Id, Object};
use store::{CollectionKind, PageQuery, Random};

use crate::cli::Export;
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::{self, spinner};

const PAGE: usize = 1_000;

pub(crate) fn run(dir: &Path, args: &Export) -> Result<()> {
    let node = home::open(dir)?;
    let viewer = home::viewer(&node, args.viewer.as_deref())?;
    let collection = node.store().collection(&CollectionKind::Released)?;
    let whose = match &viewer {
        Viewer::Public => "the public",
        Viewer::Node(_) => "that partner",
        _ => "that account",
    };
    let view = node.view_of(viewer);
    let wait = spinner("exporting");
    let mut objects = Vec::new();
    let mut query = PageQuery::of(collection.key, PAGE);
    loop {
        let page = view.page(&query)?;
        for item in page.items {
            let object =
                Object::parse(item.bytes).context("the store holds an object that is no STIX")?;
            objects.push(object);
        }
        wait.set_message(format!("{} objects", objects.len()));
        if !page.more || page.position.is_none() {
            break;
        }
        query.position = page.position;
    }
    wait.finish_and_clear();
    let mut bytes = stix::bundle::write(&bundle_id()?, &objects);
    bytes.push(b'\n');
    match &args.output {
        Some(path) => fs::write(path, bytes).context(format!("cannot write {}", path.display()))?,
        None => output::raw(&bytes)?,
    }
    eprintln!("{} objects, as {whose} may see them", objects.len());
    Ok(())
}

fn bundle_id() -> Result<Id> {
    let mut bytes = [0; 16];
    store::SystemRandom.fill(&mut bytes);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Id::from_parts("bundle", uuid).map_err(|error| Error::of(Kind::Failed, &error))
}
