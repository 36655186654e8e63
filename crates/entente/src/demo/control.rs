//! The socket by which `entente demo stop` and `start` talk to the running demo.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Kind, Result};

/// A Unix socket's path has at most 107 bytes.
const LONGEST_PATH: usize = 107;

/// What the running demo is asked for. One JSON line each way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Request {
    Stop(String),
    Start(String),
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Done,
    NoNode { known: Vec<String> },
    Failed(String),
}

/// Where the socket of the demo in `dir` lies.
pub(crate) fn path(dir: &Path) -> Result<PathBuf> {
    let path = dir.join("control.sock");
    if path.as_os_str().len() > LONGEST_PATH {
        let text = format!("the path of the demo's folder is too long: {}", dir.display());
        return Err(Error::new(Kind::Invalid, text)
            .hint("choose a folder with a shorter path, or a relative one"));
    }
    Ok(path)
}

/// Whether a demo is running in `dir`.
pub(crate) fn is_running(dir: &Path) -> Result<bool> {
    Ok(UnixStream::connect(path(dir)?).is_ok())
}

/// Asks the demo that runs in `dir`.
pub(crate) fn ask(dir: &Path, request: &Request) -> Result<()> {
    let path = path(dir)?;
    let Ok(mut stream) = UnixStream::connect(&path) else {
        let text = format!("no demo is running in {}", dir.display());
        return Err(
            Error::new(Kind::NotFound, text).hint("start one with `entente demo --dir DIR`")
        );
    };
    let lost = "the running demo did not answer";
    stream.set_read_timeout(Some(Duration::from_mins(2))).context(lost)?;
    writeln!(stream, "{}", serde_json::to_string(request)?).context(lost)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).context(lost)?;
    match serde_json::from_str(&line).context(lost)? {
        Answer::Done => Ok(()),
        Answer::NoNode { known } => {
            let (Request::Stop(name) | Request::Start(name)) = request;
            Err(Error::new(Kind::NotFound, format!("the demo has no node “{name}”"))
                .hint(format!("its nodes are {}", known.join(", "))))
        }
        Answer::Failed(text) => Err(Error::new(Kind::Failed, text)),
    }
}
