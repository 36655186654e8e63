//! A partner that was away for long catches up: 200,000 objects gathered by groupings, two nodes as
//! they are served, in how much memory on both sides. The one that catches up is killed in the
//! middle and goes on.
//!
//! `CATCHUP_OBJECTS` sets another number, for development; `ENTENTE` another program than the
//! optimised one.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use stix::Id;
use stix::marking::Tlp;
use uuid::Uuid;

use crate::report::{Bar, Report};
use crate::served::{Entente, free_port};
use crate::{made, measure};

const OBJECTS: usize = 200_000;
/// References of one grouping.
const GATHERED: usize = 5_000;
/// The bar of memory, in MiB.
const MOST: f64 = 150.0;

pub(crate) fn run(root: &Path, place: &Path, report: &mut Report) -> Result<()> {
    let asked = std::env::var("CATCHUP_OBJECTS").ok().and_then(|text| text.parse().ok());
    let objects: usize = asked.unwrap_or(OBJECTS);
    let (owner, partner) = (made::state("Owner")?, made::state("Partner")?);
    let giver = Entente::at(root, place.join("giver"));
    let taker = Entente::at(root, place.join("taker"));
    giver.run(&naming("init", "Owner", "OW", &owner), "")?;
    taker.run(&naming("init", "Partner", "PA", &partner), "")?;

    let listen = format!("http://127.0.0.1:{}", free_port()?);
    let mut invite = vec!["peer", "invite", "--url", &listen];
    let named = naming("", "Partner", "PA", &partner);
    invite.extend(&named[1..]);
    let invitation = giver.run(&invite, "")?;
    let told: Value = serde_json::from_str(&invitation)?;
    let key = stix::sign::PublicKey::parse(told["key"].as_str().context("it names a key")?)?;
    let fingerprint = key.fingerprint();
    taker.run(
        &["peer", "add", "-", "--fingerprint", &fingerprint, "--allow-private"],
        &invitation,
    )?;

    let all = objects + objects.div_ceil(GATHERED);
    println!("filling a node with {all} objects …");
    let file = place.join("bundle.json");
    write_bundle(&file, &owner, objects)?;
    giver.run(&["import", "--adopt", &file.display().to_string()], "")?;
    fs::remove_file(&file)?;

    let (serving, _) = giver.serve(&listen, None)?;
    let (_, before) = holds(&giver)?;
    let start = measure::now();
    let mut most: f64 = 0.0;
    let mut kills = 0;
    // Killed at a third and at two thirds.
    for share in [before / 3, 2 * before / 3] {
        let (mut pulling, _) = taker.serve(&format!("http://127.0.0.1:{}", free_port()?), None)?;
        while holds(&taker)?.1 < share {
            std::thread::sleep(Duration::from_millis(500));
        }
        most = most.max(pulling.most_memory()?);
        pulling.kill()?;
        kills += 1;
    }
    let (pulling, _) = taker.serve(&format!("http://127.0.0.1:{}", free_port()?), None)?;
    // The taker has an identity of its own besides.
    while holds(&taker)?.1 <= before {
        std::thread::sleep(Duration::from_millis(500));
    }
    let took = start.elapsed().as_secs_f64();
    let proof: Value = serde_json::from_str(&taker.run(&["peer", "prove", "OW", "--json"], "")?)?;
    ensure!(proof["equal"] == true, "both sides hold the same: {proof}");
    let (held, versions) = holds(&taker)?;
    ensure!(held == versions, "{held} objects in {versions} versions: something came twice");

    most = most.max(pulling.most_memory()?);
    let figure = |what: &str| format!("catching up {all} objects, killed {kills} times: {what}");
    report.row(&figure("time"), took, "s", Bar::None);
    report.row(&figure("objects a second"), all as f64 / took, "/s", Bar::None);
    report.row(&figure("memory of who gives"), serving.most_memory()?, "MiB", Bar::Most(MOST));
    report.row(&figure("memory of who takes"), most, "MiB", Bar::Most(MOST));
    let questions = proof["questions"].as_f64().unwrap_or(f64::NAN);
    report.row(&figure("questions of the proof"), questions, "", Bar::None);
    Ok(())
}

/// The arguments that name a node.
fn naming<'a>(act: &'a str, name: &'a str, code: &'a str, state: &'a Id) -> Vec<&'a str> {
    vec![act, "--name", name, "--code", code, "--state-name", name, "--state-id", state.as_str()]
}

/// How many objects and versions a node holds.
fn holds(node: &Entente) -> Result<(u64, u64)> {
    let status: Value = serde_json::from_str(&node.run(&["status", "--json"], "")?)?;
    let number = |name: &str| status[name].as_u64().context("status tells numbers");
    Ok((number("objects")?, number("versions")?))
}

fn write_bundle(path: &Path, owner: &Id, objects: usize) -> Result<()> {
    let key = stix::sign::SecretKey::from_seed([7; 32]);
    let green = Tlp::Green.definition_id();
    let mut file = BufWriter::new(fs::File::create(path)?);
    let head =
        json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000"}).to_string();
    write!(file, "{},\"objects\":[", head.trim_end_matches('}'))?;
    let mut gathered: Vec<Id> = Vec::new();
    for number in 0..objects {
        let mut object =
            made::indicator(number, owner, &key, std::slice::from_ref(&green))?.value();
        // The node signs it with its own key.
        object.remove("extensions");
        gathered.push(serde_json::from_value(object["id"].clone())?);
        write!(file, "{}{}", if number == 0 { "" } else { "," }, Value::Object(object))?;
        if gathered.len() == GATHERED || number + 1 == objects {
            let name = format!("bench:grouping:{number}");
            let grouping = json!({
                "type": "grouping", "spec_version": "2.1",
                "id": Id::named("grouping", Uuid::NAMESPACE_OID, &name)?,
                "created_by_ref": owner, "context": "suspicious-activity",
                "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
                "object_refs": std::mem::take(&mut gathered), "object_marking_refs": [green],
            });
            write!(file, ",{grouping}")?;
        }
    }
    write!(file, "]}}")?;
    Ok(file.flush()?)
}
