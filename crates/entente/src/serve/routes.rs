//! Every route that the node answers.

use axum::Router;
use axum::routing::get;
use node::Node;

/// The binary's own routes; the rest are `taxii::server::ROUTES` and those of the shell and the desks.
pub const ROUTES: &[(&str, &str)] = &[("GET", "/healthz")];

/// TAXII 2.1 for programs, pages for people; with `dev`, also the page of all components.
pub fn all(node: &Node, _dev: bool) -> Router {
    Router::new().route("/healthz", get(async || "ok\n")).merge(taxii::server::router(node.clone()))
}
