//! The standard's resources, as the server writes and the client reads them. Properties that
//! nobody here knows are passed over (section 7.1.1).

use serde::{Deserialize, Serialize};
use stix::Timestamp;

use crate::host::Receipt;

/// What a server says of itself (section 4.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Its name, for people.
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to turn to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The API root to use if there is no reason for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The addresses of its API roots: whole, or paths on the same server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_roots: Vec<String>,
}

/// What an API root says of itself (section 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRoot {
    /// Its name, for people.
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The media types of the versions of TAXII that it speaks.
    pub versions: Vec<String>,
    /// The largest body that it takes, in bytes.
    pub max_content_length: u64,
}

/// The collections of an API root (section 5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// The collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Offered>,
}

/// A collection as it is offered to the one who asks (section 5.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its identifier.
    pub id: String,
    /// Its name, for people.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another name by which it can be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether the one who asks may read it.
    pub can_read: bool,
    /// Whether the one who asks may write it.
    pub can_write: bool,
    /// The media types of the objects that it may hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
}

/// What became of objects that were handed in (section 4.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Names this status; for asking again.
    pub id: String,
    /// `complete` or `pending`.
    pub status: String,
    /// When the objects were handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_timestamp: Option<Timestamp>,
    /// How many were handed in.
    pub total_count: usize,
    /// How many were taken.
    pub success_count: usize,
    /// Those taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successes: Vec<Detail>,
    /// How many were not.
    pub failure_count: usize,
    /// Those that were not, with the reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Detail>,
    /// How many wait.
    pub pending_count: usize,
    /// Those that wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pendings: Vec<Detail>,
}

impl Status {
    /// Nothing is known yet of so many objects.
    pub(crate) fn pending(id: String, asked: Timestamp, total: usize) -> Self {
        let status = Self::complete(id, asked, Vec::new(), Vec::new());
        Self { status: "pending".to_owned(), total_count: total, pending_count: total, ..status }
    }

    /// What became of each object: taken, or why not.
    pub(crate) fn complete(
        id: String,
        asked: Timestamp,
        objects: Vec<Detail>,
        receipts: Vec<Receipt>,
    ) -> Self {
        let (mut successes, mut failures) = (Vec::with_capacity(objects.len()), Vec::new());
        for (detail, receipt) in objects.into_iter().zip(receipts) {
            match receipt {
                Ok(()) => successes.push(detail),
                Err(message) => failures.push(Detail { message: Some(message), ..detail }),
            }
        }
        Self {
            id,
            status: "complete".to_owned(),
            request_timestamp: Some(asked),
            total_count: successes.len() + failures.len(),
            success_count: successes.len(),
            successes,
            failure_count: failures.len(),
            failures,
            pending_count: 0,
            pendings: Vec::new(),
        }
    }

    /// Whether it will not change any more.
    pub fn is_complete(&self) -> bool {
        self.status == "complete"
    }
}

/// What became of one object (section 4.3.1, `status-details`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The object's id.
    pub id: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Why it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a collection holds (section 5.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Whether there is more behind it.
    #[serde(default)]
    pub more: bool,
    /// A record for each version of an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ManifestRecord>,
}

/// What a manifest says of a version of an object (section 5.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// The object's id.
    pub id: String,
    /// When it became visible in the collection to the one who asks.
    pub date_added: Timestamp,
    /// Its version.
    pub version: String,
    /// What it can be had as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

/// The versions of an object (section 5.8.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Them, the one added first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

/// Why a request was not answered (section 3.6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// What went wrong, for people.
    pub title: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The HTTP status, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<String>,
}
