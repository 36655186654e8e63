//! When to end, and what a child process tells its parent.

use std::io::{Read, Write};

use tokio::signal::unix::{SignalKind, signal};

use tokio::sync::oneshot;

use super::Stage;

/// Waits for Ctrl-C or the request to terminate; as a child also for the end of standard input,
/// which closes when the parent ends, however it ends.
pub(crate) async fn end(child: bool) {
    let asked = async {
        match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
        }
    };
    let orphaned = async {
        if !child || input_closed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! { () = asked => {}, () = orphaned => {} }
}

/// A thread of its own, since a read of standard input cannot be given up.
fn input_closed() -> oneshot::Receiver<()> {
    let (tell, closed) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut buffer = [0; 64];
        while input.read(&mut buffer).is_ok_and(|read| read > 0) {}
        let _ = tell.send(());
    });
    closed
}

/// Tells the parent. That it no longer listens is no failure: then we end soon.
pub(crate) fn tell(stage: Stage) {
    let mut out = std::io::stdout().lock();
    if let Ok(line) = serde_json::to_string(&stage) {
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}
