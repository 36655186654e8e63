//! Every route that the node answers.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use node::Node;
use web::{Options, Shell};

/// The binary's own routes; the rest are `taxii::server::ROUTES` and those of the shell and the
/// desks.
pub const ROUTES: &[(&str, &str)] = &[("GET", "/healthz"), ("GET", "/schemas/{name}")];

/// TAXII 2.1 for programs, pages for people.
pub fn all(node: &Node, options: Options) -> Router {
    let shell = Shell::new(node.clone(), desks(), options);
    let own =
        Router::new().route("/healthz", get(async || "ok\n")).route("/schemas/{name}", get(schema));
    own.merge(taxii::server::router(node.clone()))
        .merge(taxii::between::router(node.clone()))
        .merge(shell.router())
}

/// The JSON Schema of one of the program's own extensions: the same at every node, for everybody.
async fn schema(Path(name): Path<String>) -> Response {
    let found = name.strip_suffix(".json").and_then(stix::schema::own);
    let kind = [(CONTENT_TYPE, "application/schema+json")];
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |text| (kind, text).into_response())
}

/// The desks in the order of the rail. A new desk adds its line here and in `home::lists`.
fn desks() -> Vec<web::Desk> {
    vec![hybrid::desk()]
}
