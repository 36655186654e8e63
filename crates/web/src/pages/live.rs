//! Live hints: this reader has gained something. Not what, not how much.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use node::{Live, Node};

use crate::cookie;
use crate::fault::blocking;
use crate::guard::session_cookie;
use crate::reader::Reader;

/// How often an idle line says that it is still there.
const ALIVE: Duration = Duration::from_secs(20);

/// Hints for as long as the session goes on: whoever signed out, or was signed out, learns nothing
/// more, not even that there is something.
pub(super) async fn stream(
    reader: Reader,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let node = reader.node().clone();
    let name = session_cookie(&node, reader.shell().options().secure);
    let token = cookie::get(&headers, &name).unwrap_or_default().to_owned();
    let line = Line { live: node.live(reader.session()), node, token };
    Sse::new(unfold(line, |mut line| async move {
        let event = line.next().await?;
        Some((Ok(event), line))
    }))
}

/// An open line to a browser.
struct Line {
    live: Live,
    node: Node,
    token: String,
}

impl Line {
    async fn next(&mut self) -> Option<Event> {
        let event = match tokio::time::timeout(ALIVE, self.live.changed()).await {
            Ok(true) => Event::default().event("gained").data("something"),
            Ok(false) => return None,
            Err(_) => Event::default().comment("still here"),
        };
        let (node, token) = (self.node.clone(), self.token.clone());
        let goes_on = blocking(move || Ok(node.is_signed_in(&token)?)).await;
        goes_on.unwrap_or(false).then_some(event)
    }
}
