//! One node of the demo as a child process, which ends with its parent.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;

use crate::error::{Context, Error, Kind, Result};
use crate::serve::Stage;

/// How long a child may take to end by itself.
const GRACE: Duration = Duration::from_secs(8);

/// How to run a node.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The node's short name: `tirana`.
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    /// `https://127.0.0.1:7441`
    pub(crate) address: String,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// A node that runs.
pub(crate) struct Running {
    child: Child,
    // The child ends when this closes: by us, or by the system when we die.
    lifeline: ChildStdin,
    stage: watch::Receiver<Stage>,
}

impl Plan {
    fn log(&self) -> PathBuf {
        self.dir.join("log.txt")
    }

    /// Starts the node.
    pub(crate) fn start(&self) -> Result<Running> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .context(format!("cannot write {}", self.log().display()))?;
        let mut child = Command::new(program)
            .arg("--dir")
            .arg(&self.dir)
            .args(["serve", "--child", "--dev", "--listen", &self.address])
            .arg("--tls-cert")
            .arg(&self.cert)
            .arg("--tls-key")
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            // Ctrl-C on the terminal is for us: we end the children in turn.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a node")?;
        let (Some(lifeline), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::new(Kind::Failed, "cannot talk to a node that was started"));
        };
        let (tell, stage) = watch::channel(Stage::Starting);
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Ok(stage) = serde_json::from_str(&line) {
                    tell.send_replace(stage);
                }
            }
            tell.send_replace(Stage::Ended);
        });
        Ok(Running { child, lifeline, stage })
    }

    /// Waits until the node has come as far as `stage`.
    pub(crate) async fn wait(
        &self,
        running: &mut Running,
        stage: Stage,
        most: Duration,
    ) -> Result<()> {
        let reached = running.stage.wait_for(|now| *now >= stage);
        let now = match tokio::time::timeout(most, reached).await {
            Ok(Ok(now)) => *now,
            Ok(Err(_)) => Stage::Ended,
            Err(_) => {
                let text = format!("{} is not ready after {} s", self.name, most.as_secs());
                return Err(Error::new(Kind::Failed, text).hint(self.see_log()));
            }
        };
        if now == Stage::Ended {
            let text = format!("{} ended as soon as it was started", self.name);
            return Err(Error::new(Kind::Failed, text).hint(self.see_log()));
        }
        Ok(())
    }

    fn see_log(&self) -> String {
        format!("what it said is in {}", self.log().display())
    }
}

impl Running {
    /// Ends the node and waits until it has ended.
    pub(crate) async fn stop(self) {
        let Self { mut child, lifeline, .. } = self;
        drop(lifeline);
        if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
            // Nothing is lost by this: what was acknowledged is durable.
            let _ = child.kill().await;
        }
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}
