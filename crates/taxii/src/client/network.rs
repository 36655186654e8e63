//! The network beneath a client.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

/// What carries requests: as the clock and randomness are, an argument.
#[derive(Clone, Default)]
pub enum Network {
    /// This machine's.
    #[default]
    Machine,
    /// Another, such as one that a test takes apart at will. Who is at the other end is its to say:
    /// neither certificates nor addresses are looked at.
    Given(Arc<dyn Carrier>),
}

/// A network other than this machine's.
pub trait Carrier: Send + Sync {
    /// Takes a request to where its address says, and brings the answer.
    fn carry(&self, request: reqwest::Request) -> BoxFuture<'static, Carried>;
}

/// An answer, or why there is none.
pub type Carried = Result<reqwest::Response, Box<dyn Error + Send + Sync>>;

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Machine => "Machine",
            Self::Given(_) => "Given",
        })
    }
}
