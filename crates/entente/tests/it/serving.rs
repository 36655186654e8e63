//! The program as a process: its commands, and a node that it serves.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// `entente` on the node in this folder.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.arg("--dir").arg(dir);
    command
}

/// `entente serve`, until it is dropped: then it is killed as by `kill -9`.
pub(crate) struct Serving {
    child: Child,
    /// Where it listens, as it says itself.
    up: Value,
}

impl Serving {
    pub(crate) fn start(dir: &Path, listen: &str, more: &[&str]) -> Self {
        let mut child = command(dir)
            .args(["--json", "serve", "--listen", listen])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        Self { child, up: serde_json::from_str(&line).expect("where it listens") }
    }

    /// The address of its pages.
    pub(crate) fn web(&self) -> &str {
        self.up["web"].as_str().expect("an address")
    }

    /// The address of TAXII discovery.
    pub(crate) fn taxii(&self) -> &str {
        self.up["taxii"].as_str().expect("an address")
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
