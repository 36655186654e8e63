//! How slowly bytes may go: so many in every window of time.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Sleep;

const WINDOW: Duration = Duration::from_secs(20);
/// A thousand bytes a second: slower than any link on which an exchange can be meant.
const LEAST: usize = 20_000;

/// Watches what has to move. While nothing waits there is nothing to watch.
#[derive(Default)]
pub(super) struct Pace {
    /// When the window ends; it begins when somebody waits first.
    window: Option<Pin<Box<Sleep>>>,
    moved: usize,
}

impl fmt::Debug for Pace {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Pace").field("moved", &self.moved).finish_non_exhaustive()
    }
}

impl Pace {
    /// So many bytes went.
    pub(super) fn moved(&mut self, bytes: usize) {
        self.moved += bytes;
        if self.moved >= LEAST {
            *self = Self::default();
        }
    }

    /// Nothing can go now: whether that has been so for too long. Else the task is woken when it
    /// will have been.
    pub(super) fn is_too_slow(&mut self, cx: &mut Context<'_>) -> bool {
        let window = self.window.get_or_insert_with(|| Box::pin(tokio::time::sleep(WINDOW)));
        window.as_mut().poll(cx).is_ready()
    }
}

/// Breaks off requests whose bodies come too slowly.
pub(super) fn hurry(request: Request) -> std::future::Ready<Request> {
    std::future::ready(request.map(|body| {
        if body.is_end_stream() { body } else { Body::new(Hurried { body, pace: Pace::default() }) }
    }))
}

struct Hurried {
    body: Body,
    pace: Pace,
}

impl HttpBody for Hurried {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.pace.moved(frame.data_ref().map_or(0, Bytes::len));
            }
            Poll::Pending if self.pace.is_too_slow(cx) => {
                return Poll::Ready(Some(Err(axum::Error::new("the body comes too slowly"))));
            }
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for the end of the window in which nothing more moves.
    async fn breaks_off(pace: &mut Pace) {
        std::future::poll_fn(
            |cx| {
                if pace.is_too_slow(cx) { Poll::Ready(()) } else { Poll::Pending }
            },
        )
        .await;
    }

    #[tokio::test]
    async fn a_drop_now_and_then_is_not_enough() {
        let mut pace =
            Pace { window: Some(Box::pin(tokio::time::sleep(Duration::ZERO))), moved: 0 };
        pace.moved(LEAST - 1);
        breaks_off(&mut pace).await;
    }

    #[tokio::test]
    async fn what_goes_on_has_a_new_window() {
        let mut pace = Pace::default();
        std::future::poll_fn(|cx| Poll::Ready(pace.is_too_slow(cx))).await;
        assert!(pace.window.is_some());
        pace.moved(LEAST - 1);
        pace.moved(1);
        assert!(pace.window.is_none());
        assert_eq!(pace.moved, 0);
    }
}
