//! `entente serve`: the node with its doors open.

mod clients;
mod doors;
mod listen;
mod pace;
mod parent;
pub mod routes;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::middleware::{map_request, map_request_with_state};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use node::{Actor, Link, Node, Profile};
use serde::{Deserialize, Serialize};

use crate::cli::Serve;
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::Output;
use clients::Clients;
use listen::Address;

/// How long open requests may go on when the node ends.
const GRACE: Duration = Duration::from_secs(2);

/// How far a node has come; a child process tells its parent on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    Starting,
    /// It answers.
    Listening,
    /// It answers, has pulled from every peer once, and its projections are up to date.
    Synced,
    Ended,
}

/// Opens the node and serves it until it is told to end.
pub(crate) fn run(dir: &Path, args: &Serve, out: Output) -> Result<()> {
    log();
    let address = Address::parse(&args.listen)?;
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(listen::tls(cert, key, &Clients::of(args))?),
        _ if address.is_tls => {
            return Err(Error::new(Kind::Usage, "https needs a certificate").hint(
                "give --tls-cert and --tls-key, or listen on http://127.0.0.1:PORT behind a proxy",
            ));
        }
        _ => None,
    };
    let public_is_https = args.public.as_ref().is_some_and(|public| public.starts_with("https://"));
    let options = web::Options { dev: args.dev, secure: address.is_tls || public_is_https };
    let node = home::open(dir)?.acting(Actor::node());
    let listener = address.bind()?;
    doors::raise_files();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let result = runtime.block_on(async {
        let handle = Handle::new();
        let sync = node.start_sync();
        let proofs = node.start_proofs();
        tokio::spawn(end(handle.clone(), args.child));
        let public = args.public.clone();
        let told = Told { is_tls: address.is_tls, public, child: args.child, out };
        tokio::spawn(tell(node.clone(), handle.clone(), told));
        let public = clients::public(args.public.as_deref());
        let routes = routes::all(&node, options)
            .layer(map_request_with_state(public, clients::met))
            .layer(map_request(pace::hurry));
        let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
        let served = if let Some(config) = tls.filter(|_| address.is_tls) {
            let config = RustlsConfig::from_config(config);
            let server = axum_server::from_tcp_rustls(listener, config);
            let server = server.context("cannot listen")?.handle(handle);
            doors::bounded(server).serve(routes).await
        } else {
            let server = axum_server::from_tcp(listener);
            let server = server.context("cannot listen")?.handle(handle);
            doors::bounded(server).serve(routes).await
        };
        sync.abort();
        proofs.abort();
        served.context("the server failed")
    });
    runtime.shutdown_timeout(GRACE);
    tracing::info!("ended");
    result
}

/// Waits for a reason to end, then lets open requests go on for a moment.
async fn end(handle: Handle<SocketAddr>, child: bool) {
    parent::end(child).await;
    handle.graceful_shutdown(Some(GRACE));
}

/// Where the node can be reached, and who wants to know.
struct Told {
    is_tls: bool,
    public: Option<String>,
    child: bool,
    out: Output,
}

/// What `--json` prints when the node answers.
#[derive(Serialize)]
struct Up {
    node: String,
    state: String,
    web: String,
    taxii: String,
}

/// Tells how far the node has come: a person or a script where it listens, a parent how far it is.
async fn tell(node: Node, handle: Handle<SocketAddr>, told: Told) {
    let Some(socket) = handle.listening().await else { return };
    if !told.child {
        let scheme = if told.is_tls { "https" } else { "http" };
        let at = told.public.unwrap_or_else(|| format!("{scheme}://{socket}"));
        let at = at.trim_end_matches('/');
        let Profile { name, code, state_name, .. } = node.profile().clone();
        let text = format!("{name} ({state_name}) is at {at}/; end with Ctrl-C");
        let (web, taxii) = (format!("{at}/"), format!("{at}/taxii2/"));
        let up = Up { node: name, state: code, web, taxii };
        // That nobody reads it any more is no reason to end.
        let _ = told.out.one(&up, || text);
        return;
    }
    parent::tell(Stage::Listening);
    loop {
        let partners = node.partners().unwrap_or_default();
        let pulled = partners
            .iter()
            .all(|partner| matches!(partner.link, Link::Live { .. } | Link::NoSource));
        if pulled && node.store().lag().is_none() {
            return parent::tell(Stage::Synced);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Events go to standard error; `ENTENTE_LOG` picks which (`info`, `debug`, `taxii=trace`).
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ENTENTE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,node=info,entente=info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // In a file, colours would be noise.
        .with_ansi(std::io::stderr().is_terminal());
    // A second subscriber in one process would be a test's; the first stays.
    let _ = subscriber.try_init();
}
