//! Every route that the node answers.

use axum::Router;
use axum::routing::get;
use node::Node;
use web::{Options, Shell};

/// The binary's own routes; the rest are `taxii::server::ROUTES` and those of the shell and the
/// desks.
pub const ROUTES: &[(&str, &str)] = &[("GET", "/healthz")];

/// TAXII 2.1 for programs, pages for people.
pub fn all(node: &Node, options: Options) -> Router {
    let shell = Shell::new(node.clone(), desks(), options);
    let own = ROUTES
        .iter()
        .fold(Router::new(), |router, (_, path)| router.route(path, get(async || "ok\n")));
    own.merge(taxii::server::router(node.clone())).merge(shell.router())
}

/// The desks in the order of the rail. A new desk adds its line here and in `home::lists`.
fn desks() -> Vec<web::Desk> {
    vec![hybrid::desk()]
}
