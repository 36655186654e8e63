//! A small TCP proxy that behaves like a bad line: slow, late, and now and then cut.
//!
//! What TCP makes of a lost packet is a pause, and of too many a broken connection; what reorders
//! is one connection that overtakes another. So that is what it does: each piece waits a while,
//! some wait long, some connections break in the middle, and the next one may be quicker than the
//! one before.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::chance::Chance;

/// The largest piece passed on at once, in bytes.
const PIECE: usize = 16 << 10;

/// Passes connections on from `listen` to `to` until the process is ended. A bad line is bad by
/// the seed.
///
/// # Errors
/// When nothing can listen there.
pub fn run(listen: SocketAddr, to: SocketAddr, bad: bool, seed: u64) -> Result<()> {
    let listener =
        TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
    let mut chance = Chance::of(seed);
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        let line = Chance::of(chance.any());
        std::thread::spawn(move || {
            // Whoever asks learns that the line is broken by the broken line.
            let _ = pass(client, to, bad.then_some(line));
        });
    }
    Ok(())
}

fn pass(client: TcpStream, to: SocketAddr, mut line: Option<Chance>) -> std::io::Result<()> {
    if let Some(line) = &mut line {
        wait(line.within(0, 200));
    }
    let server = TcpStream::connect_timeout(&to, Duration::from_secs(5))?;
    let there = (client.try_clone()?, server.try_clone()?);
    let line_back = line.as_mut().map(|line| Chance::of(line.any()));
    let going = std::thread::spawn(move || pump(there.0, there.1, line));
    pump(server, client, line_back);
    let _ = going.join();
    Ok(())
}

/// Carries pieces one way until one side ends or the line breaks.
fn pump(mut from: TcpStream, mut to: TcpStream, mut line: Option<Chance>) {
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece).unwrap_or(0);
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        let mut end = bytes.len();
        if let Some(line) = &mut line {
            wait(line.within(0, 40));
            if line.percent(3) {
                wait(line.within(500, 3_000));
            }
            if line.percent(2) {
                // It breaks off in the midst of a piece.
                end = line.below(end);
            }
        }
        let is_cut = end < bytes.len();
        if to.write_all(bytes.get(..end).unwrap_or_default()).is_err() || is_cut {
            let _ = from.shutdown(Shutdown::Both);
            break;
        }
    }
    let _ = to.shutdown(if line.is_some() { Shutdown::Both } else { Shutdown::Write });
}

fn wait(millis: i64) {
    std::thread::sleep(Duration::from_millis(millis.unsigned_abs()));
}
