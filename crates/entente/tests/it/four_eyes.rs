//! `entente release`: one proposes, another lets out.

use std::io::Write;
use std::process::Stdio;

use crate::serving::command;

struct Home(tempfile::TempDir);

impl Home {
    /// What a command prints, with this on its standard input; else its exit code.
    fn run(&self, args: &[&str], said: &str) -> Result<String, i32> {
        let mut command = command(&self.0.path().join("node"));
        command.args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("the program runs");
        let mut stdin = running.stdin.take().expect("a pipe");
        // One that wants to hear nothing may have ended already.
        let _ = stdin.write_all(said.as_bytes());
        drop(stdin);
        let done = running.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        if done.status.success() { Ok(text) } else { Err(done.status.code().unwrap_or(-1)) }
    }

    fn act(&self, args: &[&str], user: &str) -> Result<String, i32> {
        let args = [&["--json", "release"], args, &["--as", user, "--password-stdin"]].concat();
        self.run(&args, &format!("a password of {user}\n"))
    }
}

#[test]
fn what_one_proposes_another_lets_out() {
    let home = Home(tempfile::tempdir().expect("a folder"));
    home.run(&["init", "--name", "Tirana", "--code", "AL"], "").expect("a node");
    assert_eq!(home.run(&["release", "policy"], "").as_deref(), Ok("beyond-state\n"));
    for (name, role) in [("ana", "analyst"), ("ben", "releaser")] {
        let password = format!("a password of {name}\n");
        home.run(&["user", "add", name, "--role", role, "--password-stdin"], &password)
            .expect("an account");
    }
    let file = home.0.path().join("campaign.json");
    let green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    let id = "campaign--00000000-0000-4000-8000-000000000001";
    let campaign = format!(
        r#"{{"type":"campaign","spec_version":"2.1","id":"{id}","name":"Letters","object_marking_refs":["{green}"]}}"#
    );
    std::fs::write(&file, campaign).expect("a file");
    let path = file.to_str().expect("a path");
    let told = home.act(&["propose", path, "--title", "Letters"], "ana").expect("it is proposed");
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let proposal = told["id"].as_str().expect("an id");

    let shown = home.act(&["show", proposal], "ben").expect("a releaser sees it");
    assert!(shown.contains(id), "{shown}");
    assert!(home.act(&["approve", proposal, "--yes"], "ana").is_err(), "not who proposed it");
    assert!(home.run(&["show", id], "").is_err(), "nothing left yet");
    home.act(&["approve", proposal, "--yes"], "ben").expect("the second person lets it out");
    home.run(&["show", id], "").expect("it is out");
    let list = home.act(&["list"], "ana").expect("a list");
    assert!(list.contains(r#""is":"released""#), "{list}");
}
