//! Importing 100,000 objects, beside a bare bulk insert of the same bytes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use rusqlite::Connection;
use stix::Object;
use stix::marking::Tlp;
use stix::sign::{SecretKey, verify};
use store::{Admitted, ListSpec, Store, SystemClock, SystemRandom};

use crate::made;
use crate::measure::{median, time};
use crate::report::{Bar, Report};

const OBJECTS: usize = 100_000;
const BATCH: usize = 1_000;
const ROUNDS: usize = 3;

pub(crate) fn run(place: &Path, report: &mut Report) -> Result<()> {
    let key = SecretKey::from_seed([7; 32]);
    let owner = made::state("Owner")?;
    let green = [Tlp::Green.definition_id()];
    println!("making {OBJECTS} signed objects …");
    let objects: Vec<Object> = (0..OBJECTS)
        .map(|number| made::indicator(number, &owner, &key, &green))
        .collect::<Result<_>>()?;
    let size = objects.iter().map(|object| object.bytes().len()).sum::<usize>() / OBJECTS;

    let (mut bare, mut full, mut whole, mut behind, mut follow) =
        (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        bare.push(rate(insert(&place.join(format!("bare-{round}.db")), &objects)?));

        let admitted: Vec<Admitted> = objects
            .iter()
            .map(|object| {
                Ok(Admitted::owned(verify(object.clone(), &key.public())?, owner.clone()))
            })
            .collect::<Result<_>>()?;
        let dir = place.join(format!("store-{round}"));
        let store = open(&dir, &owner, Vec::new())?;
        let (took, lag) = time(|| append(&store, admitted));
        full.push(rate(took));
        behind.push(lag? as f64);
        let (took, done) = time(|| store.wait_caught_up(Duration::from_mins(10)));
        ensure!(done, "the projections did not catch up");
        follow.push(took.as_secs_f64());

        let dir = place.join(format!("whole-{round}"));
        let store = open(&dir, &owner, Vec::new())?;
        let texts: Vec<_> = objects.iter().map(|object| object.bytes().clone()).collect();
        let (took, done) = time(|| -> Result<()> {
            for batch in texts.chunks(BATCH) {
                let admitted = batch
                    .iter()
                    .map(|text| {
                        Ok(Admitted::owned(
                            verify(Object::parse(text.clone())?, &key.public())?,
                            owner.clone(),
                        ))
                    })
                    .collect::<Result<Vec<_>>>()?;
                store.append(admitted)?;
            }
            Ok(())
        });
        done?;
        whole.push(rate(took));
    }
    let (bare, full) = (median(bare), median(full));
    report.row("size of an object", size as f64, "bytes", Bar::None);
    report.row("bare SQLite bulk insert, batches of 1,000", bare, "objects/s", Bar::None);
    report.row("import, commit path with its indexes", full, "objects/s", Bar::None);
    report.row("import, of the bare insert", full / bare * 100.0, "%", Bar::Least(25.0));
    report.row(
        "import with parsing and one verification each",
        median(whole),
        "objects/s",
        Bar::None,
    );
    report.row("projections behind when the import ends", median(behind), "objects", Bar::None);
    report.row("projections caught up after", median(follow), "s", Bar::None);
    Ok(())
}

fn rate(took: Duration) -> f64 {
    OBJECTS as f64 / took.as_secs_f64()
}

pub(crate) fn open(dir: &Path, owner: &stix::Id, lists: Vec<ListSpec>) -> Result<Store> {
    std::fs::create_dir_all(dir)?;
    let options = store::Options {
        place: release::Place::of(owner.clone()),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        lists,
        readers: 4,
    };
    Ok(Store::open(dir, options)?)
}

/// Gives how far the projections are behind at the end.
fn append(store: &Store, admitted: Vec<Admitted>) -> Result<u64> {
    let mut rest = admitted.into_iter().peekable();
    while rest.peek().is_some() {
        store.append(rest.by_ref().take(BATCH).collect::<Vec<_>>())?;
    }
    Ok(store.lag().sequences)
}

/// The same bytes into a table of nothing but bytes, as durable.
fn insert(path: &Path, objects: &[Object]) -> Result<Duration> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)", [])?;
    let (took, done) = time(|| -> Result<()> {
        for batch in objects.chunks(BATCH) {
            let transaction = connection.transaction()?;
            {
                let mut statement =
                    transaction.prepare_cached("INSERT INTO log (bytes) VALUES (?1)")?;
                for object in batch {
                    statement.execute([object.bytes().as_ref()])?;
                }
            }
            transaction.commit()?;
        }
        Ok(())
    });
    done?;
    Ok(took)
}
