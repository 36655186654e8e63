//! What a command says when it fails: a sentence, its causes, a hint, and an exit code by kind.

use std::fmt::Display;
use std::process::ExitCode;

use serde_json::json;
use web::foreign;

/// What kind of failure it is. The number is the exit code; 2 is clap's, for wrong usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody reads our output any more: nothing to say.
    Closed = 0,
    Failed = 1,
    Usage = 2,
    Invalid = 3,
    NotFound = 4,
    Refused = 5,
    NotReached = 6,
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind as u8)
    }
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    text: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error {
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), causes: Vec::new(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error of another library, with its chain of causes.
    pub(crate) fn of(kind: Kind, error: &dyn std::error::Error) -> Self {
        let mut failure = Self::new(kind, error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Many libraries repeat the cause in their own sentence.
            if !failure.text.contains(&text) {
                failure.causes.push(text);
            }
            source = cause.source();
        }
        failure
    }

    /// Writes it to standard error, for people or as a JSON line.
    pub(crate) fn print(&self, json: bool) {
        if self.kind == Kind::Closed {
            return;
        }
        if json {
            let Self { kind, text, causes, hint } = self;
            eprintln!(
                "{}",
                json!({"error": text, "causes": causes, "hint": hint, "code": *kind as u8})
            );
            return;
        }
        // What a library says may quote what others wrote.
        eprintln!("error: {}", foreign(&self.text));
        for cause in &self.causes {
            eprintln!("  because: {}", foreign(cause));
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", foreign(hint));
        }
    }
}

/// Puts a sentence before what a library said.
pub(crate) trait Context<T> {
    fn context(self, text: impl Display) -> Result<T>;
}

impl<T, E: std::error::Error> Context<T> for std::result::Result<T, E> {
    fn context(self, text: impl Display) -> Result<T> {
        self.map_err(|error| {
            let mut failure = Error::of(Kind::Failed, &error);
            failure.causes.insert(0, std::mem::take(&mut failure.text));
            failure.text = text.to_string();
            failure
        })
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let closed = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self::of(if closed { Kind::Closed } else { Kind::Failed }, &error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        if let Some(kind) = error.io_error_kind() {
            return std::io::Error::from(kind).into();
        }
        Self::of(Kind::Invalid, &error)
    }
}
