//! Live hints: this reader has gained something. Not what, not how much.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::reader::Reader;

/// How often an idle line says that it is still there.
const ALIVE: Duration = Duration::from_secs(20);

pub(super) async fn stream(reader: Reader) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let live = reader.node().live(reader.session());
    let hints = unfold(live, |mut live| async move {
        let gained = live.changed().await;
        gained.then(|| (Ok(Event::default().event("gained").data("something")), live))
    });
    Sse::new(hints).keep_alive(KeepAlive::new().interval(ALIVE))
}
