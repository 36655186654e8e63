//! The client against medallion, the TAXII server of OASIS, in the Python environment of `e2e`.
//! `cargo xtask test` runs it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use stix::{Id, Object, Timestamp};
use taxii::client::{Ask, Client, Config, Credentials, Error};

struct Medallion {
    child: Child,
    client: Client,
    _dir: tempfile::TempDir,
}

impl Drop for Medallion {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Medallion {
    async fn start() -> Self {
        let e2e: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        let dir = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(e2e.join(".venv/bin/python"))
            .arg(e2e.join("clients/servers/medallion_server.py"))
            .arg(dir.path())
            .arg(port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Python environment is set up");
        let client = Client::new(Config {
            url: format!("http://127.0.0.1:{port}/taxii2/"),
            credentials: Some(Credentials { user: "peer".to_owned(), password: "word".to_owned() }),
            allow: Some("127.0.0.1".to_owned()),
            ..Config::default()
        });
        let client = client.unwrap();
        for _ in 0..600 {
            if client.discovery().await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Self { child, client, _dir: dir }
    }
}

fn id(n: usize) -> Id {
    Id::parse(&format!("campaign--00000000-0000-4000-8000-{n:012}")).unwrap()
}

/// A version of the campaign `n`.
fn text(n: usize, second: usize) -> Bytes {
    let value = serde_json::json!({
        "type": "campaign", "spec_version": "2.1", "id": id(n), "name": format!("campaign {n}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": format!("2026-01-01T00:00:{second:02}.000Z"),
    });
    Bytes::from(value.to_string())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Medallion::start().await;
        let client = &server.client;
        let collection = client.collections().await.unwrap().remove(0).id;
        let objects: Vec<_> = (1..=5).map(|n| text(n, 0)).chain([text(1, 2), text(1, 1)]).collect();
        for object in &objects {
            // One by one: it gives all of one request the same date.
            let status = client.post(&collection, std::slice::from_ref(object)).await.unwrap();
            let status = client.settled(status, Duration::from_mins(1)).await.unwrap();
            assert_eq!((status.success_count, status.failure_count), (1, 0));
            assert_eq!(client.status(&status.id).await.unwrap(), status);
        }
        let names = |slices: &[Bytes]| -> Vec<(Id, String)> {
            let read = |slice: &Bytes| {
                let object = Object::parse(slice.clone()).unwrap();
                (object.id().clone(), object.version().unwrap().to_string())
            };
            slices.iter().map(read).collect()
        };
        // By `next`, and by the moment of the last one.
        let newest = Ask { limit: 2, ..Ask::default() };
        let (mut by_next, mut by_moment) = (Vec::new(), Vec::new());
        let mut ask = newest.clone();
        loop {
            let page = client.ask(&collection, &ask).await.unwrap();
            by_next.extend(names(&page.slices));
            let Some(next) = page.next else { break };
            ask.next = Some(next);
        }
        let mut ask = newest;
        loop {
            let page = client.ask(&collection, &ask).await.unwrap();
            by_moment.extend(names(&page.slices));
            if !page.more {
                break;
            }
            ask.after = Some(page.last.expect("it says when the last one was added"));
        }
        assert_eq!(by_next.len(), 5);
        assert_eq!(by_next, by_moment);
        // The manifest says it, too, where a server leaves out the headers.
        let records =
            client.manifest(&collection, &Ask { limit: 10, ..Ask::default() }).await.unwrap();
        let added: Vec<&Timestamp> = records.iter().map(|record| &record.date_added).collect();
        assert!(added.is_sorted() && added.len() == 5);

        let of_one = |versions: &str| Ask {
            ids: vec![id(1)],
            versions: versions.to_owned(),
            limit: 10,
            ..Ask::default()
        };
        let mut found = Vec::new();
        for versions in ["first", "last", "all", "first,last", "2026-01-01T00:00:01.000Z"] {
            let page = client.ask(&collection, &of_one(versions)).await.unwrap();
            found.push(page.slices.len());
        }
        assert_eq!(found, [1, 1, 3, 2, 1]);
        let types = Ask { types: vec!["indicator".to_owned()], limit: 10, ..Ask::default() };
        assert!(client.ask(&collection, &types).await.unwrap().slices.is_empty());

        assert_eq!(client.versions(&collection, &id(1)).await.unwrap().len(), 3);
        client.delete(&collection, &id(1), Some("2026-01-01T00:00:01.000Z")).await.unwrap();
        assert_eq!(client.versions(&collection, &id(1)).await.unwrap().len(), 2);
        client.delete(&collection, &id(2), None).await.unwrap();
        let gone = client.object(&collection, id(2).as_str()).await;
        assert!(matches!(gone, Err(Error::Refused { status: 404, .. })), "{gone:?}");
    });
    println!("test result: ok. 1 passed; 0 failed");
}
