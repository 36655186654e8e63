//! The shell: what all pages share, and the desks that stand in it.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{MethodFilter, MethodRouter};
use node::Node;
use stix::Object;

use crate::fault::Fault;
use crate::overview::Overview;
use crate::reader::Reader;
use crate::texts::{Locale, SHELL, Texts};
use crate::{assets, guard, pages};

/// What a desk brings to the shell.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Its name: the beginning of its texts' keys.
    pub name: &'static str,
    /// Its texts.
    pub locale: Locale,
    /// Its entries in the rail; the first one is the desk itself.
    pub nav: &'static [NavItem],
    /// Its routes, made with [`router_of`].
    pub routes: fn() -> Router<Shell>,
    /// The page of an object, if it is this desk's.
    pub page: fn(&Object) -> Option<String>,
    /// The page of a draft that was proposed, if it is this desk's.
    pub draft: fn(&node::Proposal) -> Option<String>,
    /// What it has for the overview.
    pub overview: fn(&Reader) -> Result<Overview, Fault>,
}

/// An entry of the rail.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// The key of its text.
    pub key: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// The keys that go there, such as `g r`.
    pub shortcut: &'static str,
}

/// How the node is served.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether `/design` is served.
    pub dev: bool,
    /// Whether people reach the node over https, so that cookies can be confined to it.
    pub secure: bool,
}

/// The shell. Cheap to clone.
#[derive(Clone)]
pub struct Shell {
    inner: Arc<Inner>,
}

struct Inner {
    node: Node,
    desks: Vec<Desk>,
    texts: Texts,
    options: Options,
}

impl Shell {
    /// The shell over a node, with these desks.
    pub fn new(node: Node, desks: Vec<Desk>, options: Options) -> Self {
        let locales: Vec<_> =
            std::iter::once(SHELL).chain(desks.iter().map(|desk| desk.locale)).collect();
        let texts = Texts::new(&locales);
        Self { inner: Arc::new(Inner { node, desks, texts, options }) }
    }

    /// All pages: the shell's and the desks', behind the guard that every request passes.
    pub fn router(&self) -> Router {
        let shell = pages::router(self.options().dev);
        let desks =
            self.inner.desks.iter().fold(shell, |router, desk| router.merge((desk.routes)()));
        desks
            .fallback(|| async { Fault::NotFound })
            .layer(axum::middleware::from_fn_with_state(self.clone(), guard::pass))
            .merge(assets())
            .with_state(self.clone())
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(crate) fn desks(&self) -> &[Desk] {
        &self.inner.desks
    }

    pub(crate) fn texts(&self) -> &Texts {
        &self.inner.texts
    }

    pub(crate) fn options(&self) -> Options {
        self.inner.options
    }
}

impl FromRef<Shell> for Node {
    fn from_ref(shell: &Shell) -> Self {
        shell.node().clone()
    }
}

/// Assets are the same for everybody, so they alone may be compressed: beside a secret, what an
/// attacker adds to a page would tell by its length what else is in it.
fn assets() -> Router<Shell> {
    Router::new()
        .route("/assets/{*path}", axum::routing::get(assets::serve))
        .layer(tower_http::compression::CompressionLayer::new())
}

/// A router of exactly the routes in `table`: `handler` gives the handler of each.
///
/// # Panics
/// If `handler` knows a route of the table not, or a method is none that pages use; a test of each
/// table makes the router.
pub fn router_of(
    table: &[(&'static str, &'static str)],
    handler: impl Fn(MethodFilter, &str, &str) -> MethodRouter<Shell>,
) -> Router<Shell> {
    table.iter().fold(Router::new(), |router, (method, path)| {
        let filter = match *method {
            "GET" => MethodFilter::GET,
            "POST" => MethodFilter::POST,
            other => panic!("pages do not use {other}"),
        };
        router.route(path, handler(filter, method, path))
    })
}
