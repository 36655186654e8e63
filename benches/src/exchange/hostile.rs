//! Strangers who mean ill: what they make a node hold in memory, and what others notice of it.
//! Memory is that of the node's process; the others are a client that asks for a page again and
//! again, on one connection and on a new one each time.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use super::filled::Filled;
use super::http::Target;
use super::{Served, Size, collection};
use crate::measure::{now, quantile};
use crate::report::{Bar, Report};

/// How much more memory than before strangers may make a node hold.
const MOST_MIB: f64 = 200.0;

type Attack = fn(&Place, Duration) -> Result<Told>;

/// Where to attack.
struct Place {
    address: SocketAddr,
    inbox: String,
    /// The header with which a good client signs in.
    authorization: String,
}

/// What an attack says of itself: in words, and how many of its requests were answered as they
/// should.
struct Told {
    what: String,
    sent: usize,
    refused: usize,
}

pub(super) fn run(node: &Filled, size: Size, report: &mut Report) -> Result<()> {
    let attacks: [(&str, Attack); 8] = [
        ("heads that come a byte now and then", slow_heads),
        ("bodies that come a byte now and then", slow_bodies),
        ("bodies announced with ten gigabytes", announced),
        ("bodies without an end", endless),
        ("a bomb of a gigabyte in gzip", bombs),
        ("ten thousand headers", many_headers),
        ("a header of ten megabytes", large_header),
        ("silent connections", silent),
    ];
    for (name, attack) in attacks {
        let (served, _) = Served::start(node, None, None)?;
        let target = served.of(&node.all);
        let mut connection = target.connect()?;
        let inbox = format!("{}objects/", collection(&mut connection, false, true)?);
        let objects = format!("{}objects/?limit=100", collection(&mut connection, true, false)?);
        connection.get(&objects)?;
        let before = served.server.memory()?;
        let place = Place {
            address: target.address(),
            inbox,
            authorization: target.authorization().to_owned(),
        };
        let over = AtomicBool::new(false);
        let (told, times) = std::thread::scope(|scope| {
            let others = scope.spawn(|| others(&target, &objects, &over));
            let told = attack(&place, size.seconds(20).max(Duration::from_secs(4)));
            over.store(true, Ordering::Relaxed);
            let times = others.join().map_err(|_| anyhow!("the others failed"))?;
            anyhow::Ok((told?, times?))
        })?;
        let name = format!("hostile: {name} ({}, {})", told.sent, told.what);
        let refused = told.refused as f64 / told.sent.max(1) as f64 * 100.0;
        report.row(&format!("{name}: turned away"), refused, "%", Bar::Least(100.0));
        let more = (served.server.most_memory()? - before).max(0.0);
        report.row(&format!("{name}: most memory more"), more, "MiB", Bar::Most(MOST_MIB));
        let failed = times.iter().filter(|time| time.is_infinite()).count();
        report.row(&format!("{name}: others not answered"), failed as f64, "", Bar::Most(0.0));
        let p99 = quantile(times, 0.99);
        report.row(&format!("{name}: others, p99"), p99, "ms", Bar::None);
    }
    Ok(())
}

/// Milliseconds of each request; one that fails takes for ever.
fn others(target: &Target, path: &str, over: &AtomicBool) -> Result<Vec<f64>> {
    let mut kept = target.connect()?;
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let start = now();
        let old = kept.get(path).is_ok();
        let fresh = target.connect().and_then(|mut one| one.get(path).map(|_| ())).is_ok();
        let took = start.elapsed().as_secs_f64() * 1e3 / 2.0;
        times.push(if old && fresh { took } else { f64::INFINITY });
        if !old {
            kept = target.connect()?;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    ensure!(!times.is_empty(), "the others never asked");
    Ok(times)
}

impl Place {
    fn connect(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(stream)
    }

    fn head(&self, more: &str) -> String {
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\naccept: application/taxii+json;version=2.1\r\n\
             content-type: application/taxii+json;version=2.1\r\n{}{more}\r\n",
            self.inbox, self.address, self.authorization
        )
    }

    /// The status of the answer; nothing if the connection is closed without one.
    fn status(stream: &mut TcpStream) -> Option<u16> {
        let mut begin = [0; 12];
        std::io::Read::read_exact(stream, &mut begin).ok()?;
        std::str::from_utf8(begin.get(9..)?).ok()?.parse().ok()
    }
}

/// Opens connections, sends each the same beginning, and then to all a byte a second, as long as
/// they last. Gives how many of them the server closed.
fn drip(place: &Place, count: usize, begin: &[u8], byte: &[u8], long: Duration) -> Result<usize> {
    let mut open = Vec::new();
    for _ in 0..count {
        let Ok(mut stream) = place.connect() else { break };
        stream.write_all(begin)?;
        open.push(stream);
    }
    let (opened, start) = (open.len(), now());
    while start.elapsed() < long && !open.is_empty() {
        std::thread::sleep(Duration::from_secs(1));
        open.retain_mut(|stream| stream.write_all(byte).is_ok() && !is_closed(stream));
    }
    Ok(count - opened + (opened - open.len()))
}

/// Whether the other side has nothing more to say.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut one = [0; 1];
    if stream.set_nonblocking(true).is_err() {
        return true;
    }
    let peeked = stream.peek(&mut one);
    let _ = stream.set_nonblocking(false);
    match peeked {
        // Closed, or an answer: it was told off.
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

/// Longer than a head or a body may take.
fn patience(long: Duration) -> Duration {
    long + Duration::from_secs(25)
}

fn slow_heads(place: &Place, long: Duration) -> Result<Told> {
    let sent = 3_000;
    let begin = b"GET /taxii2/ HTTP/1.1\r\nhost: localhost\r\nx: ";
    let refused = drip(place, sent, begin, b"x", patience(long))?;
    Ok(Told { what: "on as many connections".to_owned(), sent, refused })
}

fn slow_bodies(place: &Place, long: Duration) -> Result<Told> {
    let sent = 300;
    let begin = place.head("content-length: 10000000\r\n") + "{\"objects\":[";
    let refused = drip(place, sent, begin.as_bytes(), b" ", patience(long))?;
    Ok(Told { what: "by one who may write".to_owned(), sent, refused })
}

fn announced(place: &Place, _: Duration) -> Result<Told> {
    each(place, 50, "by one who may write", |stream| {
        stream.write_all(place.head("content-length: 10000000000\r\n").as_bytes())?;
        Ok(is_refusal(Place::status(stream)))
    })
}

fn endless(place: &Place, _: Duration) -> Result<Told> {
    each(place, 8, "a few at once, by one who may write", |stream| {
        stream.write_all(place.head("transfer-encoding: chunked\r\n").as_bytes())?;
        let chunk = [b"10000\r\n".as_slice(), vec![b' '; 0x1_0000].as_slice(), b"\r\n"].concat();
        for _ in 0..4_000 {
            if is_closed(stream) || stream.write_all(&chunk).is_err() {
                break;
            }
        }
        let status = Place::status(stream);
        Ok(status.is_none() || is_refusal(status))
    })
}

fn bombs(place: &Place, _: Duration) -> Result<Told> {
    let bomb = gzip(1 << 30)?;
    each(place, 8, "a few at once, by one who may write", |stream| {
        let more = format!("content-encoding: gzip\r\ncontent-length: {}\r\n", bomb.len());
        stream.write_all(place.head(&more).as_bytes())?;
        let _ = stream.write_all(&bomb);
        Ok(is_refusal(Place::status(stream)))
    })
}

/// Too large, or too much at once.
fn is_refusal(status: Option<u16>) -> bool {
    matches!(status, Some(413 | 503))
}

fn many_headers(place: &Place, _: Duration) -> Result<Told> {
    each(place, 200, "each", |stream| {
        stream.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost: localhost\r\n")?;
        let lines = (0..10_000).fold(String::new(), |lines, n| lines + &format!("x-{n}: y\r\n"));
        let _ = stream.write_all(lines.as_bytes()).and_then(|()| stream.write_all(b"\r\n"));
        Ok(Place::status(stream).is_none_or(|status| status == 431))
    })
}

fn large_header(place: &Place, _: Duration) -> Result<Told> {
    each(place, 200, "each", |stream| {
        stream.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost: localhost\r\nx: ")?;
        let piece = vec![b'y'; 100_000];
        for _ in 0..100 {
            if stream.write_all(&piece).is_err() {
                break;
            }
        }
        Ok(Place::status(stream).is_none_or(|status| status == 431))
    })
}

fn silent(place: &Place, long: Duration) -> Result<Told> {
    let sent = 3_000;
    let refused = drip(place, sent, b"", b"", patience(long))?;
    Ok(Told { what: "on as many connections".to_owned(), sent, refused })
}

/// Does the same on so many connections, eight at once; counts those that came out well.
fn each(
    place: &Place,
    sent: usize,
    what: &str,
    act: impl Fn(&mut TcpStream) -> Result<bool> + Sync,
) -> Result<Told> {
    const AT_ONCE: usize = 8;
    let refused = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..AT_ONCE)
            .map(|lane| {
                let act = &act;
                scope.spawn(move || -> Result<usize> {
                    let mut well = 0;
                    for _ in (lane..sent).step_by(AT_ONCE) {
                        let mut stream = place.connect()?;
                        // Broken off in the middle is turned away, too.
                        well += usize::from(act(&mut stream).unwrap_or(true));
                        let _ = stream.shutdown(Shutdown::Both);
                    }
                    Ok(well)
                })
            })
            .collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().map_err(|_| anyhow!("an attacker failed"))?)
            .sum::<Result<usize>>()
    })?;
    Ok(Told { what: what.to_owned(), sent, refused })
}

/// So many zeros, packed by a program that every machine has.
fn gzip(size: u64) -> Result<Vec<u8>> {
    let out = std::process::Command::new("sh")
        .args(["-c", &format!("head --bytes={size} /dev/zero | gzip --fast")])
        .output()
        .context("cannot run gzip")?;
    ensure!(out.status.success(), "gzip failed");
    Ok(out.stdout)
}
