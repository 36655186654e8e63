//! What a stranger may take of the server before it knows him: how many connections, how long
//! silence, how many headers. And how slowly anybody may send or take what he asked for.
//!
//! When all connections are taken, the one that has gone longest without ever having been answered
//! makes room. So whoever opens many and says nothing shuts out himself, not those who were
//! answered before, nor those who come to ask.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::Server;
use axum_server::accept::Accept;
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::pace::Pace;

/// Connections at once, in all and from one address. A proxy on this machine speaks for many:
/// loopback addresses are not counted each.
const MOST: usize = 2_048;
const MOST_OF_ONE: usize = 256;
/// How long a request's head may take, and a connection stay silent between two requests.
const HEAD: Duration = Duration::from_secs(20);
/// How many headers a request may have, and how many bytes they may take.
const HEADERS: usize = 100;
const HEADERS_BYTES: usize = 64 << 10;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 32;
/// How many file descriptors are needed beside those of connections.
const FILES: u64 = 512;

/// The server with its bounds.
pub(crate) fn bounded<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, Doors<A>> {
    let http = server.http_builder();
    http.http1().max_headers(HEADERS).max_buf_size(HEADERS_BYTES).header_read_timeout(HEAD);
    http.http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEADERS_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD);
    server.first_request_timeout(HEAD).map(|inner| Doors { inner, book: Arc::default() })
}

/// Lets this process have as many files open as its connections need, as far as the machine allows
/// it.
pub(crate) fn raise_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let held = getrlimit(Resource::Nofile);
    let wanted = MOST as u64 + FILES;
    let Some(current) = held.current.filter(|current| *current < wanted) else { return };
    let raised = held.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let limit = Rlimit { current: Some(raised), maximum: held.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, current, "more connections may be asked for than can be held");
    }
}

/// Accepts connections as far as there is room.
#[derive(Clone, Debug)]
pub(crate) struct Doors<A> {
    inner: A,
    book: Arc<Book>,
}

impl<A, S> Accept<TcpStream, S> for Doors<A>
where
    A: Accept<TcpStream, S>,
    A::Future: Send + 'static,
{
    type Stream = Guest<A::Stream>;
    type Service = A::Service;
    type Future =
        Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send + 'static>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let entered = stream.peer_addr().and_then(|peer| {
            stream.set_nodelay(true)?;
            self.book.enter(peer.ip()).ok_or_else(shown_out)
        });
        let ticket = match entered {
            Ok(ticket) => ticket,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        let inner = self.inner.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = tokio::select! {
                accepted = inner => accepted?,
                () = ticket.shown_out() => return Err(shown_out()),
            };
            Ok((Guest { stream, ticket, pace: Pace::default() }, service))
        })
    }
}

fn shown_out() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "made room for others")
}

/// Who is in.
#[derive(Debug, Default)]
struct Book(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    inside: usize,
    of_one: HashMap<IpAddr, usize>,
    /// Those who were never answered, by the order in which they came.
    unanswered: BTreeMap<u64, Arc<State>>,
    next: u64,
}

#[derive(Debug, Default)]
struct State {
    is_out: AtomicBool,
    waker: AtomicWaker,
}

/// A place inside; it is free again when this is dropped.
#[derive(Debug)]
struct Ticket {
    book: Arc<Book>,
    state: Arc<State>,
    from: IpAddr,
    number: u64,
    is_answered: bool,
}

impl Book {
    fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Ticket> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = held.of_one.get(&from).copied().unwrap_or(0);
        if of_one >= MOST_OF_ONE && !from.is_loopback() {
            return None;
        }
        if held.inside >= MOST {
            // His place is free when he has gone; for that moment there is one too many.
            let (_, oldest) = held.unanswered.pop_first()?;
            oldest.is_out.store(true, Ordering::Release);
            oldest.waker.wake();
        }
        let number = held.next;
        held.next += 1;
        held.inside += 1;
        held.of_one.insert(from, of_one + 1);
        let state = Arc::<State>::default();
        held.unanswered.insert(number, state.clone());
        drop(held);
        Some(Ticket { book: self.clone(), state, from, number, is_answered: false })
    }
}

impl Ticket {
    fn is_out(&self) -> bool {
        self.state.is_out.load(Ordering::Acquire)
    }

    /// He is answered: from now on he makes room for nobody.
    fn answered(&mut self) {
        if !self.is_answered {
            self.is_answered = true;
            let mut held = self.book.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.unanswered.remove(&self.number);
        }
    }

    /// Waits until he has to make room.
    fn shown_out(&self) -> impl Future<Output = ()> {
        std::future::poll_fn(|cx| {
            self.state.waker.register(cx.waker());
            if self.is_out() { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut held = self.book.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.inside -= 1;
        held.unanswered.remove(&self.number);
        if let Some(count) = held.of_one.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                held.of_one.remove(&self.from);
            }
        }
    }
}

/// A connection with its place. One that takes what it asked for too slowly is broken off.
#[derive(Debug)]
pub(crate) struct Guest<S> {
    stream: S,
    ticket: Ticket,
    pace: Pace,
}

impl<S: AsyncRead + Unpin> AsyncRead for Guest<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() && !self.ticket.is_answered {
            self.ticket.state.waker.register(cx.waker());
            if self.ticket.is_out() {
                return Poll::Ready(Err(shown_out()));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> Guest<S> {
    /// Notes what came of writing.
    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.ticket.answered();
                self.pace.moved(bytes);
            }
            Poll::Pending if self.pace.is_too_slow(cx) => {
                let slow =
                    io::Error::new(io::ErrorKind::TimedOut, "the answer is taken too slowly");
                return Poll::Ready(Err(slow));
            }
            _ => {}
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guest<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_pending() {
            return self.wrote(cx, Poll::Pending).map_ok(|_| ());
        }
        // All is out: silence from now on is nobody's slowness.
        self.pace = Pace::default();
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: usize) -> IpAddr {
        let [.., third, last] = n.to_be_bytes();
        IpAddr::from([10, 0, third, last])
    }

    #[test]
    fn one_address_takes_its_share_and_gives_it_back() {
        let book = Arc::<Book>::default();
        let mut inside: Vec<_> =
            (0..MOST_OF_ONE).map(|_| book.enter(address(1)).expect("there is room")).collect();
        assert!(book.enter(address(1)).is_none());
        assert!(book.enter(address(2)).is_some());
        inside.pop();
        assert!(book.enter(address(1)).is_some());
        drop(inside);
        assert_eq!(book.0.lock().expect("nobody failed").inside, 0);
    }

    #[test]
    fn who_was_never_answered_makes_room_the_oldest_first() {
        let book = Arc::<Book>::default();
        let mut inside: Vec<_> =
            (0..MOST).map(|n| book.enter(address(n)).expect("there is room")).collect();
        inside[0].answered();
        let late = book.enter(address(60_000)).expect("somebody makes room");
        let out: Vec<_> = inside.iter().filter(|ticket| ticket.is_out()).collect();
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].number, 1);
        assert!(!late.is_out());
        inside.iter_mut().for_each(Ticket::answered);
        drop(late);
        let other = book.enter(address(60_001)).is_some();
        assert!(!other, "of those who were answered nobody makes room");
    }
}
