//! Nodes that hold many objects, for a partner who may see one in a hundred of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Map, Value, json};
use stix::sign::{SecretKey, verify};
use stix::{Id, Object, Timestamp};
use store::{Admitted, Store};
use uuid::Uuid;

use super::Size;
use crate::served::Entente;
use crate::{import, made};

pub(super) const PASSWORD: &str = "a-password-for-measuring";
/// Objects for the partner and one of so many others, and for one of these others alone.
const AUDIENCES: usize = 300;
/// One object in a hundred is for the partner.
const ONE_IN: usize = 100;
const BATCH: usize = 1_000;

/// A node's folder with what was put into it.
pub(super) struct Filled {
    pub(super) entente: Entente,
    pub(super) dir: PathBuf,
    pub(super) key: SecretKey,
    pub(super) owner: Id,
    /// Somebody of the node's own state: sees everything.
    pub(super) all: Login,
    /// The partner: sees one in a hundred.
    pub(super) few: Login,
    /// The JSON of everything put in, in bytes.
    pub(super) json: u64,
    /// The database without and with what lists, references and search need.
    pub(super) database: u64,
    pub(super) projections: u64,
}

#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// Makes a node and fills it through the store as an import does: each object signed, and its
/// signature verified once.
pub(super) fn node(root: &Path, place: &Path, size: Size) -> Result<Filled> {
    let dir = place.join(format!("node-{}", size.objects));
    let entente = Entente::at(root, dir.clone());
    let (owner, partner) = (made::state("Owner")?, made::state("Partner")?);
    let state = |name, code, id: &'static str| {
        ["--name", name, "--code", code, "--state-name", name, "--state-id", id]
    };
    // The ids live as long as the program: there are two.
    let leak = |id: &Id| -> &'static str { Box::leak(id.as_str().to_owned().into_boxed_str()) };
    entente.run(&[&["init"][..], &state("Owner", "OW", leak(&owner))].concat(), "")?;
    let add = ["user", "add", "analyst", "--role", "analyst", "--password-stdin"];
    entente.run(&add, &format!("{PASSWORD}\n"))?;
    let invite = ["peer", "invite", "--url", "https://127.0.0.1:1/"];
    let invite = [&invite[..], &state("Partner", "PA", leak(&partner))].concat();
    let invitation: Value = serde_json::from_str(&entente.run(&invite, "")?)?;
    let text = |name: &str| invitation[name].as_str().unwrap_or_default().to_owned();
    let all = Login { user: "analyst".to_owned(), password: PASSWORD.to_owned() };
    let few = Login { user: text("user"), password: text("password") };

    let key = node::load_key(&dir.join("signing.key"))?;
    println!("filling a node with {} objects of {} audiences …", size.objects, 2 * AUDIENCES);
    let store = import::open(&dir, &owner, hybrid::lists())?;
    let json = fill(&store, &owner, &partner, &key, size.objects)?;
    ensure!(store.wait_caught_up(Duration::from_mins(10)), "the projections did not catch up");
    drop(store);
    let size_of = |name: &str| std::fs::metadata(dir.join(name)).map(|file| file.len());
    let (database, projections) = (size_of("entente.db")?, size_of("projections.db")?);
    Ok(Filled { entente, dir, key, owner, all, few, json, database, projections })
}

/// Two threads make and verify, one writes. Gives the bytes of all.
fn fill(store: &Store, owner: &Id, partner: &Id, key: &SecretKey, objects: usize) -> Result<u64> {
    let others: Vec<_> =
        (0..AUDIENCES).map(|at| made::state(&format!("Other {at}"))).collect::<Result<_>>()?;
    let list = |states: &[&Id]| -> Object {
        let states: BTreeSet<_> = states.iter().map(|state| (*state).clone()).collect();
        stix::marking::releasable_to(&states, &BTreeSet::new())
    };
    let without: Vec<_> = others.iter().map(|other| list(&[other])).collect();
    let with: Vec<_> = others.iter().map(|other| list(&[other, partner])).collect();
    let definitions = without.iter().chain(&with).cloned();
    let definitions = definitions.map(|list| Admitted::definition(list, owner.clone()));
    store.append(definitions.collect::<Vec<_>>())?;
    let marking = |number: usize| {
        let lists = if number.is_multiple_of(ONE_IN) { &with } else { &without };
        lists[(number / ONE_IN + number) % AUDIENCES].id().clone()
    };
    let batch = |first: usize| -> Result<Vec<Admitted>> {
        (first..(first + BATCH).min(objects))
            .map(|number| {
                let object = object(number, "fill", owner, &[marking(number)])?;
                let object = stix::sign::sign(object, key)?;
                Ok(Admitted::owned(verify(object, &key.public())?, owner.clone()))
            })
            .collect()
    };
    let mut bytes = 0;
    std::thread::scope(|scope| {
        // The batches go in in their order, as the numbers go.
        let lanes: Vec<_> = (0..2)
            .map(|lane| {
                let (send, receive) = sync_channel(2);
                let batch = &batch;
                scope.spawn(move || {
                    let mine = (0..objects).step_by(BATCH).skip(lane).step_by(2);
                    mine.map(batch).try_for_each(|made| send.send(made)).ok()
                });
                receive
            })
            .collect();
        for number in 0..objects.div_ceil(BATCH) {
            let made = lanes[number % 2].recv().map_err(|_| anyhow!("nobody makes objects"))??;
            bytes += made.iter().map(|one| one.object().bytes().len() as u64).sum::<u64>();
            store.append(made)?;
        }
        anyhow::Ok(())
    })?;
    Ok(bytes)
}

/// What share of the objects is of which type, in thousandths.
const TYPES: [(&str, usize); 5] =
    [("indicator", 600), ("malware", 200), ("attack-pattern", 150), ("campaign", 40), ("tool", 10)];

/// The object of this number, unsigned, about 1,000 bytes.
pub(super) fn object(
    number: usize,
    series: &str,
    owner: &Id,
    markings: &[Id],
) -> Result<Map<String, Value>> {
    const WORDS: [&str; 10] = [
        "port", "election", "cable", "border", "grid", "airspace", "ministry", "channel", "drone",
        "archive",
    ];
    // Spread over the audiences, which go by the number itself.
    let mut at = ((number * 2_654_435_761) >> 7) % 1_000;
    let of = TYPES.iter().find(|(_, share)| {
        let is_it = at < *share;
        at = at.wrapping_sub(*share);
        is_it
    });
    let name = of.context("the shares are a thousand")?.0;
    let id = Id::named(name, Uuid::NAMESPACE_OID, &format!("exchange:{series}:{number}"))?;
    let moment = Timestamp::from_millis(1_767_225_600_000 + i64::try_from(number)? * 1_000);
    let words = if name == "indicator" { 46 } else { 60 };
    // Filler that differs from object to object and yet compresses like prose.
    let description: Vec<_> =
        (0..words).map(|at| WORDS[(number / (at + 1) + at * 7) % WORDS.len()]).collect();
    let mut object = json!({
        "type": name,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": owner,
        "created": moment,
        "modified": moment,
        "name": format!("Host {number} seen in a campaign"),
        "description": description.join(" "),
    });
    let more = match name {
        "indicator" => json!({
            "pattern": format!("[domain-name:value = 'host-{number}.example.org']"),
            "pattern_type": "stix",
            "valid_from": moment,
        }),
        "malware" => json!({ "is_family": false }),
        _ => json!({}),
    };
    let object = object.as_object_mut().context("an object")?;
    object.extend(more.as_object().context("an object")?.clone());
    if !markings.is_empty() {
        object.insert("object_marking_refs".to_owned(), json!(markings));
    }
    Ok(std::mem::take(object))
}

/// Asks the machine to forget what it holds in memory of a node's files, so that the next reader
/// reads the disk.
pub(super) fn forget(dir: &Path) -> Result<()> {
    for name in ["entente.db", "projections.db"] {
        let file = File::open(dir.join(name))?;
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    }
    Ok(())
}
