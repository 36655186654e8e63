//! What can go wrong with another server, and what to do about it.

use super::guard::NotPublic;

/// Why a server could not be asked, or not be understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none, or not one that may be asked.
    #[error("“{url}” cannot be asked: {reason}")]
    Address {
        /// The address.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The host lies in this network or on this machine, and nobody allowed that.
    #[error("{host} lies at {address}, which is not a public address")]
    NotPublic {
        /// The host.
        host: String,
        /// Where it lies.
        address: std::net::IpAddr,
    },
    /// The certificates to trust cannot be used.
    #[error("the certificates to trust cannot be used: {reason}")]
    Roots {
        /// Why not.
        reason: String,
    },
    /// Our own certificate, or its key, cannot be used.
    #[error("our own certificate cannot be used: {reason}")]
    Identity {
        /// Why not.
        reason: String,
    },
    /// No connection, or it broke off.
    #[error("no connection to {host}: {reason}")]
    Connection {
        /// The host.
        host: String,
        /// What failed.
        reason: String,
    },
    /// The server is not who it should be, or does not speak our TLS.
    #[error("the connection to {host} is not safe: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What TLS said.
        reason: String,
    },
    /// The server did not answer in time.
    #[error("{host} does not answer")]
    Timeout {
        /// The host.
        host: String,
    },
    /// Name or password is wrong.
    #[error("{host} does not accept our name and password")]
    SignIn {
        /// The host.
        host: String,
    },
    /// The server refused.
    #[error("{host} answered {status}: {title}")]
    Refused {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What its error resource says; without control characters, at most 300 characters.
        title: String,
    },
    /// The server asks us to come back later.
    #[error("{host} answered {status}: it is busy")]
    Busy {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// In how many seconds it wants to be asked again, if it says.
        after: Option<u64>,
    },
    /// The server sends us elsewhere. Our password is for this server alone.
    #[error("{host} sends us to another address")]
    Elsewhere {
        /// The host.
        host: String,
        /// Where to; without control characters, at most 300 characters.
        to: String,
    },
    /// The answer is larger than is taken.
    #[error("{host} answered with more than {most} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The most that is taken, in bytes.
        most: usize,
    },
    /// The answer holds more objects than are taken.
    #[error("{host} answered with {found} objects where at most {most} are taken")]
    TooMany {
        /// The host.
        host: String,
        /// How many it sent.
        found: usize,
        /// How many are taken.
        most: usize,
    },
    /// The answer says that it is TAXII 2.1, and cannot be read.
    #[error("{host} gave an answer that cannot be read: {reason}")]
    Unreadable {
        /// The host.
        host: String,
        /// What was wrong.
        reason: String,
    },
    /// The answer is no TAXII 2.1.
    #[error("{host} does not speak TAXII 2.1: {reason}")]
    NotTaxii {
        /// The host.
        host: String,
        /// What was wrong.
        reason: String,
    },
}

impl Error {
    /// What to do about it, in one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Address { .. } => "Give the address of TAXII discovery: https://…/taxii2/.",
            Self::NotPublic { .. } => {
                "If that is meant, allow this host by its name; if not, somebody gave a wrong address."
            }
            Self::Identity { .. } => "Give a certificate and its private key, in PEM.",
            Self::Roots { .. } => {
                "Give the server’s certificate, or that of its authority, in PEM."
            }
            Self::Connection { .. } | Self::Timeout { .. } => {
                "Is the server up, and does a firewall let us through?"
            }
            Self::Tls { .. } => {
                "Its certificate may have been renewed: ask its administrator for a new invitation, and compare by voice."
            }
            Self::SignIn { .. } => "Ask the server’s administrator for a new invitation.",
            Self::Refused { status: 403 | 404, .. } => {
                "Ask the server’s administrator what this account may see."
            }
            Self::Refused { status: 413, .. } => "Hand in fewer objects at once.",
            Self::Refused { .. } => "Its administrator’s log says more.",
            Self::Busy { .. } => "It is asked again when it wants to be.",
            Self::Elsewhere { .. } => "If its address has changed, ask for a new invitation.",
            Self::TooLarge { .. } | Self::TooMany { .. } => "Ask for fewer objects at once.",
            Self::Unreadable { .. } => "Its administrator’s log may say more.",
            Self::NotTaxii { .. } => "Is this the address of TAXII 2.1, ending in /taxii2/?",
        }
    }
}

/// What a foreign server wrote, fit to be shown: no control characters, not too long.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// What happened, from what the HTTP library says.
pub(super) fn broken(host: &str, error: &reqwest::Error) -> Error {
    let host = host.to_owned();
    if error.is_timeout() {
        return Error::Timeout { host };
    }
    let mut reason = error.to_string();
    let mut is_tls = false;
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(refused) = unwrapped(inner).downcast_ref::<NotPublic>() {
            return Error::NotPublic { host, address: refused.address };
        }
        // The innermost cause says what happened.
        reason = inner.to_string();
        is_tls |= is_of_tls(inner);
        cause = inner.source();
    }
    if is_tls { Error::Tls { host, reason } } else { Error::Connection { host, reason } }
}

fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    unwrapped(error).is::<rustls::Error>()
}

/// What stands in an error of input or output, however often it was wrapped.
fn unwrapped<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> &'e (dyn std::error::Error + 'static) {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match inner {
        Some(inner) => unwrapped(inner),
        None => error,
    }
}
