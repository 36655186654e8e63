//! What is acknowledged is on the disk: the system's own calls say so.

use std::collections::HashMap;
use std::process::Command;

use crate::writing::{Told, start};

const BATCHES: usize = 20;

/// One call of the system. A write counts from its beginning, a sync from its return.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Wrote,
    Synced,
    Acknowledged,
}

#[test]
fn the_log_is_synced_before_the_acknowledgement_is_written() {
    if Command::new("strace").arg("--version").output().is_err() {
        println!("skipped: strace is not installed; `cargo xtask setup --tests` installs it");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let by = [
        "strace",
        "-f",
        "-y",
        "-s",
        "64",
        "-e",
        "trace=fdatasync,fsync,write,pwrite64",
        "-o",
        trace.to_str().unwrap(),
    ];
    let acknowledged = Told::by(start(&by, dir.path(), 1, BATCHES)).all().len();
    let trace = std::fs::read_to_string(&trace).unwrap();
    let calls = read(&trace);
    let told = calls.iter().filter(|call| **call == Call::Acknowledged).count();
    assert_eq!((acknowledged, told), (BATCHES, BATCHES), "every acknowledgement is in the trace");
    let (mut wrote, mut synced) = (false, false);
    for call in calls {
        match call {
            Call::Wrote => (wrote, synced) = (true, false),
            Call::Synced => synced = true,
            Call::Acknowledged => {
                assert!(wrote, "something was written for it");
                assert!(synced, "an acknowledgement before the disk had it");
                (wrote, synced) = (false, false);
            }
        }
    }
}

/// Writes to the log, syncs of it that succeeded, acknowledgements. A sync stands in two lines where
/// other threads' calls were noted between its beginning and its return.
fn read(trace: &str) -> Vec<Call> {
    let mut begun: HashMap<&str, bool> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.trim_start().split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        let of_log = call.contains("entente.db-wal>");
        let succeeded = call.ends_with("= 0");
        let is_sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        let synced = if is_sync && call.contains("<unfinished") {
            begun.insert(thread, of_log);
            false
        } else if call.contains("sync resumed>") {
            begun.remove(thread) == Some(true) && succeeded
        } else {
            is_sync && of_log && succeeded
        };
        if synced {
            calls.push(Call::Synced);
        } else if call.starts_with("pwrite64(") && of_log {
            calls.push(Call::Wrote);
        } else if call.starts_with("write(1<") && call.contains("\"stored ") {
            calls.push(Call::Acknowledged);
        }
    }
    calls
}
