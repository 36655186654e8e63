//! Who reads a page.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;
use node::{Actor, Node, Session, Standings};
use serde_json::Value;
use stix::Object;
use store::View;

use crate::fault::Fault;
use crate::guard::Asked;
use crate::shell::Shell;
use crate::texts::Texts;

/// A signed-in person at a page: the proof that a page needs before it reads anything.
#[derive(Clone)]
pub struct Reader {
    shell: Shell,
    node: Node,
    session: Session,
    texts: Texts,
    path: String,
    /// How the proofs with partners stand, when the page needs it.
    pub(crate) standings: Arc<OnceLock<Option<Standings>>>,
}

impl Reader {
    /// The node, on which this person acts.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What this person sees.
    pub fn view(&self) -> View {
        self.node().view(&self.session)
    }

    /// The texts in this person's language.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Now, in microseconds since 1970.
    pub fn now(&self) -> i64 {
        self.node().now()
    }

    /// Whether this person may write reports and notes.
    pub fn may_write(&self) -> bool {
        self.session.role.may_write()
    }

    /// Whether this person may let out what another proposes.
    pub fn may_approve(&self) -> bool {
        self.session.role.may_approve()
    }

    /// The page of the draft that a proposal comes from.
    pub(crate) fn draft_href(&self, proposal: &node::Proposal) -> Option<String> {
        self.shell.desks().iter().find_map(|desk| (desk.draft)(proposal))
    }

    /// Whether this person may call back what was let out.
    pub fn may_recall(&self) -> bool {
        self.session.role.may_recall()
    }

    /// Whether this person may call this object back: it is the own state's.
    pub fn may_recall_this(&self, seen: &store::Seen) -> bool {
        let own = release::Holder::State(self.node().profile().state.clone());
        self.may_recall() && seen.holder == own && node::can_be_recalled(seen.object.id())
    }

    /// Whether this person may let objects out of the node.
    pub fn may_release(&self) -> bool {
        self.session.role.may_release()
    }

    pub(crate) fn shell(&self) -> &Shell {
        &self.shell
    }

    /// Path and query of the page.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The page of an object: a desk's, or the plain one.
    pub fn href(&self, object: &Object) -> String {
        let mut desks = self.shell.desks().iter();
        desks
            .find_map(|desk| (desk.page)(object))
            .unwrap_or_else(|| format!("/objects/{}", object.id()))
    }
}

impl<S> FromRequestParts<S> for Reader
where
    S: Send + Sync,
    Shell: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let shell = Shell::from_ref(state);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let asked = parts.extensions.get::<Asked>().cloned();
        match asked {
            Some(Asked { session: Some(session), texts }) => {
                let node = shell.node().acting(Actor::person(&session));
                Ok(Self { shell, node, session, texts, path, standings: Arc::default() })
            }
            // A form that comes after the session's end cannot be sent again by a redirect.
            _ if parts.method != Method::GET => Err(Fault::SignIn { to: "/".to_owned() }),
            _ => Err(Fault::SignIn { to: path }),
        }
    }
}

/// What an object is called: its name, else the beginning of what it says, else its type. Foreign.
pub fn title_of(object: &Object) -> String {
    let value = object.value();
    let text =
        |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let said =
        ["name", "abstract", "value", "content", "opinion", "definition", "relationship_type"]
            .into_iter()
            .find_map(text);
    let said = said.unwrap_or_else(|| object.id().type_name());
    let mut title: String = said.chars().take(140).collect();
    if title.len() < said.len() {
        title.push('…');
    }
    title
}
