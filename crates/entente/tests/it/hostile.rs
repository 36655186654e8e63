//! Strangers who mean ill: others are answered all the same, and memory stays bounded.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;

use crate::serving::{Serving, command};

const PASSWORD: &str = "a-password-for-the-test";
/// How much more memory than before strangers may make the node hold, in KiB.
const MOST_KIB: u64 = 200 << 10;

/// A served node with an account.
struct Served {
    serving: Serving,
    address: String,
}

impl Served {
    fn start(dir: &Path) -> Self {
        let run = |args: &[&str], input: &str| {
            let mut child = command(dir)
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("it starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            stdin.write_all(input.as_bytes()).expect("it reads");
            drop(stdin);
            assert!(child.wait().expect("it ends").success(), "entente {args:?}");
        };
        run(&["init", "--name", "Tirana", "--code", "AL"], "");
        let add = ["user", "add", "ana", "--role", "analyst", "--password-stdin"];
        run(&add, &format!("{PASSWORD}\n"));
        let serving = Serving::start(dir, "http://127.0.0.1:0", &[]);
        let web = serving.web();
        let address = web.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { serving, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("it can be set");
        stream.set_write_timeout(Some(Duration::from_mins(1))).expect("it can be set");
        stream
    }

    fn signed_in(&self) -> String {
        let pair = format!("ana:{PASSWORD}");
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        format!(
            "host: {}\r\naccept: application/taxii+json;version=2.1\r\n\
             content-type: application/taxii+json;version=2.1\r\nauthorization: Basic {pair}\r\n",
            self.address
        )
    }

    /// Somebody else asks, on a connection of his own.
    fn answers(&self) -> bool {
        let mut stream = self.connect();
        let request = format!("GET /taxii2/ HTTP/1.1\r\n{}\r\n", self.signed_in());
        stream.write_all(request.as_bytes()).is_ok() && status(&mut stream) == Some(200)
    }

    fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.serving.process());
        let text = fs::read_to_string(path).expect("the machine tells of its processes");
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the most");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

/// The status of an answer; `None` if the connection is closed without one.
fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).ok()?;
    std::str::from_utf8(begin.get(9..)?).ok()?.parse().ok()
}

/// So many files may be open in this test, if the machine allows it.
fn raise_files(wanted: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let held = getrlimit(Resource::Nofile);
    if held.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: held.maximum };
        setrlimit(Resource::Nofile, raised).expect("the machine allows some thousand open files");
    }
}

#[test]
fn strangers_take_neither_the_memory_nor_the_answers_of_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = Served::start(dir.path());
    assert!(served.answers());
    let before = served.memory();

    // More connections than there are places, and not one says what it wants.
    raise_files(4_000);
    let mut held = Vec::new();
    for number in 0..2_300 {
        let mut stream = served.connect();
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nx: y");
        held.push(stream);
        if number % 500 == 0 {
            assert!(served.answers());
        }
    }
    assert!(served.answers());
    drop(held);

    // Heads that are too much: told so, or shown the door while they are still being sent.
    let many = (0..10_000).fold(String::new(), |many, n| many + &format!("x-{n}: y\r\n"));
    let long = format!("x: {}\r\n", "y".repeat(2_000_000));
    for headers in [many, long] {
        let mut stream = served.connect();
        let request = format!("GET /taxii2/ HTTP/1.1\r\n{}{headers}\r\n", served.signed_in());
        let _ = stream.write_all(request.as_bytes());
        let told = status(&mut stream);
        assert!(matches!(told, None | Some(431)), "{told:?}");
    }

    // A body that is announced too large is refused before anything of it comes.
    let mut inbox = served.connect();
    let inbox_path = "/taxii2/api/collections/inbox/objects/";
    let begin = |length: &str| {
        format!("POST {inbox_path} HTTP/1.1\r\n{}{length}\r\n\r\n", served.signed_in())
    };
    inbox.write_all(begin("content-length: 10000000000").as_bytes()).expect("it listens");
    assert_eq!(status(&mut inbox), Some(413));

    // One that has no end is given up where it grows too large.
    let mut inbox = served.connect();
    inbox.write_all(begin("transfer-encoding: chunked").as_bytes()).expect("it listens");
    let chunk = [b"100000\r\n".as_slice(), vec![b' '; 0x10_0000].as_slice(), b"\r\n"].concat();
    let refused = (0..4_000).any(|_| inbox.write_all(&chunk).is_err());
    assert!(refused, "four gigabytes were taken");

    assert!(served.answers());
    let more = served.memory().saturating_sub(before);
    assert!(more < MOST_KIB, "{more} KiB more than before");
}
