//! Keeps the demo's nodes up until Ctrl-C, and takes one down and up when asked.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};

use super::child::{Plan, Running};
use super::control::{self, Answer, Request};
use crate::error::{Context, Result};
use crate::serve::Stage;

const READY: Duration = Duration::from_mins(2);

/// The nodes of the demo, each up or down.
pub(crate) struct Supervisor {
    nodes: Vec<(Plan, Option<Running>)>,
    control: UnixListener,
}

impl Supervisor {
    /// Starts all nodes and waits until each has pulled from the others.
    pub(crate) async fn start(dir: &Path, plans: Vec<Plan>) -> Result<Self> {
        let socket = control::path(dir)?;
        // Nobody answers on it (the caller has looked), so it is left over.
        let _ = std::fs::remove_file(&socket);
        let control = UnixListener::bind(&socket)
            .context(format!("cannot listen on {}", socket.display()))?;
        let mut supervisor = Self { nodes: Vec::new(), control };
        for plan in plans {
            let running = plan.start()?;
            supervisor.nodes.push((plan, Some(running)));
        }
        for (plan, running) in &mut supervisor.nodes {
            if let Some(running) = running {
                plan.wait(running, Stage::Synced, READY).await?;
            }
        }
        Ok(supervisor)
    }

    /// Serves requests until it is told to end, then ends every node.
    pub(crate) async fn run(mut self) -> Result<()> {
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for the end")?;
        let mut look = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                _ = look.tick() => self.report_ended(),
                Ok((stream, _)) = self.control.accept() => {
                    // One at a time: a start waits for its node, and nothing else is to be done.
                    let _ = tokio::time::timeout(READY, self.serve(stream)).await;
                }
            }
        }
        let ends = self
            .nodes
            .into_iter()
            .filter_map(|(_, running)| running)
            .map(|running| tokio::spawn(running.stop()));
        for end in ends.collect::<Vec<_>>() {
            let _ = end.await;
        }
        Ok(())
    }

    fn report_ended(&mut self) {
        for (plan, running) in &mut self.nodes {
            if running.as_mut().is_some_and(Running::has_ended) {
                *running = None;
                eprintln!(
                    "{} has ended by itself; see {}",
                    plan.name,
                    plan.dir.join("log.txt").display()
                );
                eprintln!("hint: start it again with `entente demo start {}`", plan.name);
            }
        }
    }

    async fn serve(&mut self, stream: UnixStream) -> Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let request: Request = serde_json::from_str(&line)?;
        let mut answer = serde_json::to_vec(&self.act(&request).await)?;
        answer.push(b'\n');
        Ok(stream.get_mut().write_all(&answer).await?)
    }

    async fn act(&mut self, request: &Request) -> Answer {
        let (Request::Stop(name) | Request::Start(name)) = request;
        let Some((plan, running)) =
            self.nodes.iter_mut().find(|(plan, _)| plan.name == name.to_lowercase())
        else {
            return Answer::NoNode {
                known: self.nodes.iter().map(|(plan, _)| plan.name.clone()).collect(),
            };
        };
        match request {
            Request::Stop(_) => {
                if let Some(running) = running.take() {
                    running.stop().await;
                }
                Answer::Done
            }
            Request::Start(_) if running.is_some() => Answer::Done,
            Request::Start(_) => match plan.start() {
                Ok(mut started) => match plan.wait(&mut started, Stage::Listening, READY).await {
                    Ok(()) => {
                        *running = Some(started);
                        Answer::Done
                    }
                    Err(error) => Answer::Failed(error.to_string()),
                },
                Err(error) => Answer::Failed(error.to_string()),
            },
        }
    }
}
