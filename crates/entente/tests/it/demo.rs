//! `entente demo`: three nodes that end with their parent, and are there again next time.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A running demo, killed when dropped.
struct Demo {
    child: Child,
    nodes: Vec<Value>,
}

impl Demo {
    fn start(dir: &Path, base: u16, more: &[&str]) -> Self {
        let mut child = entente(dir)
            .args(["demo", "--json", "--port-base", &base.to_string()])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let line = |line: std::io::Result<String>| {
            serde_json::from_str(&line.expect("text")).expect("a JSON line")
        };
        let nodes = out.lines().take(3).map(line).collect();
        Self { child, nodes }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn entente(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.arg("--dir").arg(dir);
    command
}

fn objects(node: &Path) -> u64 {
    let out = entente(node).args(["status", "--json"]).output().expect("it runs").stdout;
    let status: Value = serde_json::from_slice(&out).expect("JSON");
    status["objects"].as_u64().expect("a number")
}

/// Three free ports in a row, and the one before them.
fn free_ports() -> u16 {
    (20_000..60_000)
        .step_by(7)
        .skip(usize::try_from(std::process::id() % 4_000).expect("a small number"))
        .find(|base| (1..=3).all(|n| is_free(base + n)))
        .expect("free ports")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn wait_free(port: u16) {
    let freed = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is_free(port)
    });
    assert!(freed, "port {port} stays taken");
}

#[test]
fn three_nodes_come_up_end_with_their_parent_and_keep_what_they_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("demo");
    let base = free_ports();
    let demo = Demo::start(&dir, base, &[]);

    // Each line says all that an outside tool needs.
    let names: Vec<_> = demo.nodes.iter().map(|node| node["node"].as_str()).collect();
    assert_eq!(names, [Some("tirana"), Some("zagreb"), Some("pristina")]);
    let states: Vec<_> = demo.nodes.iter().map(|node| node["state"].as_str()).collect();
    assert_eq!(states, [Some("AL"), Some("HR"), Some("XK")]);
    for (node, port) in demo.nodes.iter().zip(base + 1..) {
        assert_eq!(node["web"], format!("https://127.0.0.1:{port}/"));
        assert_eq!(node["taxii"], format!("https://127.0.0.1:{port}/taxii2/"));
        let accounts = node["accounts"].as_array().expect("accounts");
        let roles: Vec<_> = accounts.iter().map(|account| account["role"].as_str()).collect();
        assert_eq!(roles, [Some("analyst"), Some("releaser"), Some("administrator")]);
        assert!(accounts.iter().all(|account| account["password"].is_string()));
    }
    assert!(dir.join("authority/root.pem").exists());
    // Ready means: each has pulled what the others released.
    let held = objects(&dir.join("tirana"));
    assert!(held > 120, "{held} objects");

    let act = |what: &str, node: &str| {
        entente(&dir).args(["demo", what, node]).output().expect("it runs").status.code()
    };
    assert_eq!(act("stop", "zagreb"), Some(0));
    assert!(is_free(base + 2), "Zagreb is down");
    assert_eq!(act("start", "Zagreb"), Some(0));
    assert!(!is_free(base + 2), "Zagreb is up");
    assert_eq!(act("stop", "rome"), Some(4));
    let second = entente(&dir).args(["demo"]).output().expect("it runs");
    assert_eq!(second.status.code(), Some(5), "one demo in a folder");

    // The parent is killed; nobody tells the children, and they end all the same.
    drop(demo);
    (1..=3).for_each(|n| wait_free(base + n));
    let key = |dir: &Path| std::fs::read(dir.join("tirana/signing.key")).expect("a key");
    let first = key(&dir);

    let again = Demo::start(&dir, base, &[]);
    assert_eq!(objects(&dir.join("tirana")), held, "nothing lost, nothing twice");
    assert_eq!(key(&dir), first);
    drop(again);
    (1..=3).for_each(|n| wait_free(base + n));

    let reset = Demo::start(&dir, base, &["--reset"]);
    assert_eq!(objects(&dir.join("tirana")), held);
    assert_ne!(key(&dir), first, "a fresh start has fresh keys");
    drop(reset);
}
