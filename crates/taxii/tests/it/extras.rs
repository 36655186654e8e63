//! What HTTP offers beside the resources: packed bodies, conditions, certificates; and waiting.

use std::io::Write;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;
use stix::marking::Tlp;
use taxii::ClientCertificate;

use crate::made::*;

const TAXII: &str = "application/taxii+json;version=2.1";
const OBJECTS: &str = "collections/workspace/objects/";

fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/taxii2/api/{path}"))
        .header(header::ACCEPT, TAXII)
        .header(header::AUTHORIZATION, basic("tool", "word"))
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(plain).unwrap();
    gzip.finish().unwrap()
}

fn envelope(n: usize) -> String {
    format!("{{\"objects\":[{}]}}", campaign(n, 0, None).object().text())
}

async fn post(server: &Made, coding: &str, body: Vec<u8>) -> Answer {
    let request = request(Method::POST, OBJECTS)
        .header(header::CONTENT_TYPE, TAXII)
        .header(header::CONTENT_ENCODING, coding);
    server.ask(request.body(Body::from(body)).unwrap()).await
}

#[test]
fn a_packed_body_is_taken_and_a_bomb_is_not() {
    run(async {
        let server = made();
        let posted = post(&server, "gzip", gzip(envelope(1).as_bytes())).await;
        assert_eq!(
            (posted.status, posted.json()["success_count"].clone()),
            (StatusCode::ACCEPTED, json!(1))
        );
        let plain = post(&server, "identity", envelope(2).into_bytes()).await;
        assert_eq!(plain.status, StatusCode::ACCEPTED);

        let bomb = gzip(&vec![b' '; MOST * 100]);
        assert!(bomb.len() < MOST);
        assert_eq!(post(&server, "gzip", bomb).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let broken = post(&server, "gzip", envelope(3).into_bytes()).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST);
        for unknown in ["deflate", "gzip, gzip", "compress"] {
            let refused = post(&server, unknown, envelope(3).into_bytes()).await;
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{unknown}");
            assert_eq!(refused.header("accept-encoding"), "gzip, br, zstd");
        }
        assert_eq!(server.get("tool", OBJECTS).await.names().len(), 2);
    });
}

#[test]
fn answers_are_packed_as_the_client_can_unpack_them() {
    run(async {
        let server = made();
        server
            .host
            .store
            .append((0..9).map(|n| campaign(n, 0, Some(Tlp::Clear))).collect::<Vec<_>>())
            .unwrap();
        let path = "collections/released/objects/";
        let plain = server.get("tool", path).await;
        assert_eq!(plain.header("content-encoding"), "");
        for coding in ["gzip", "br", "zstd"] {
            let asked = request(Method::GET, path).header(header::ACCEPT_ENCODING, coding);
            let answer = server.ask(asked.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.header("content-encoding"), coding);
            assert!(answer.header("vary").contains("accept-encoding"));
            assert_eq!(answer.header("etag"), plain.header("etag"));
            let unpacked = match coding {
                "gzip" => {
                    let mut out = Vec::new();
                    std::io::copy(&mut flate2::read::GzDecoder::new(&answer.body[..]), &mut out)
                        .unwrap();
                    out
                }
                "br" => {
                    let mut out = Vec::new();
                    std::io::copy(
                        &mut brotli::Decompressor::new(&answer.body[..], 4_096),
                        &mut out,
                    )
                    .unwrap();
                    out
                }
                _ => zstd::decode_all(&answer.body[..]).unwrap(),
            };
            assert_eq!(unpacked, plain.body, "{coding}");
        }
    });
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        for path in [
            "",
            "collections/",
            "collections/released/",
            "collections/released/objects/",
            "collections/released/manifest/",
            "collections/released/objects/?limit=1",
            &format!("collections/released/objects/{}/", id(1)),
            &format!("collections/released/objects/{}/versions/", id(1)),
        ] {
            let first = server.get("tool", path).await;
            let tag = first.header("etag").to_owned();
            assert!(tag.starts_with("W/\""), "{path}: {tag}");
            for method in [Method::GET, Method::HEAD] {
                let asked = request(method, path).header(header::IF_NONE_MATCH, &tag);
                let again = server.ask(asked.body(Body::empty()).unwrap()).await;
                assert_eq!(
                    (again.status, again.body.len()),
                    (StatusCode::NOT_MODIFIED, 0),
                    "{path}"
                );
                assert_eq!(again.header("etag"), tag);
            }
            let asked = request(Method::GET, path).header(header::IF_NONE_MATCH, "\"other\"");
            assert_eq!(server.ask(asked.body(Body::empty()).unwrap()).await.body, first.body);
            // Another's tag is another, even of the same answer.
            assert_ne!(server.get("other", path).await.header("etag"), tag, "{path}");
        }
        // What the reader may not see changes nothing for him; what he may see does.
        let path = "collections/released/objects/";
        let tag = |answer: Answer| answer.header("etag").to_owned();
        let before = tag(server.get("tool", path).await);
        server.host.store.append(vec![campaign(2, 0, Some(Tlp::Red))]).unwrap();
        assert_eq!(tag(server.get("tool", path).await), before);
        server.host.store.append(vec![campaign(3, 0, Some(Tlp::Clear))]).unwrap();
        assert_ne!(tag(server.get("tool", path).await), before);
    });
}

#[test]
fn a_certificate_signs_in() {
    run(async {
        let server = made();
        let ask = |shown| {
            let mut request = Request::builder()
                .uri("/taxii2/")
                .header(header::ACCEPT, TAXII)
                .body(Body::empty())
                .unwrap();
            request.extensions_mut().insert(ClientCertificate(shown));
            server.ask(request)
        };
        assert_eq!(ask(Some(certificate())).await.status, StatusCode::OK);
        assert_eq!(
            ask(Some(taxii::Fingerprint::of(b"another"))).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(ask(None).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn what_takes_long_is_pending_and_then_complete() {
    run(async {
        let server = made();
        server.host.patience.store(0, Ordering::SeqCst);
        let door = server.host.door.clone();
        // Held by another thread, as a lock must not be held over an await.
        let (open, opened) = std::sync::mpsc::channel::<()>();
        let (held, is_held) = std::sync::mpsc::channel();
        let keeper = std::thread::spawn(move || {
            let guard = door.lock().unwrap();
            held.send(()).unwrap();
            let _ = opened.recv();
            drop(guard);
        });
        is_held.recv().unwrap();
        let mut posted = server.send("tool", Method::POST, OBJECTS, &envelope(1)).await;
        assert_eq!(posted.status, StatusCode::ACCEPTED);
        let first = posted.json();
        assert_eq!(
            (
                &first["status"],
                &first["total_count"],
                &first["pending_count"],
                &first["success_count"]
            ),
            (&json!("pending"), &json!(1), &json!(1), &json!(0))
        );
        let path = format!("status/{}/", first["id"].as_str().unwrap());
        assert_eq!(server.get("tool", &path).await.json(), first);
        assert_eq!(server.get("other", &path).await.status, StatusCode::NOT_FOUND);
        open.send(()).unwrap();
        keeper.join().unwrap();
        while posted.json()["status"] == "pending" {
            tokio::task::yield_now().await;
            posted = server.get("tool", &path).await;
        }
        let done = posted.json();
        assert_eq!(
            (&done["id"], &done["success_count"], &done["pending_count"]),
            (&first["id"], &json!(1), &json!(0))
        );
        assert_eq!(done["request_timestamp"], first["request_timestamp"]);
    });
}

#[test]
fn a_status_outlives_the_server() {
    run(async {
        let server = made();
        let posted = server.send("tool", Method::POST, OBJECTS, &envelope(1)).await.json();
        let path = format!("status/{}/", posted["id"].as_str().unwrap());
        let mut later = server;
        later.router = taxii::server::router(later.host.clone());
        assert_eq!(later.get("tool", &path).await.json(), posted);
        assert_eq!(later.get("other", &path).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_version_is_taken_away_alone() {
    run(async {
        let server = made();
        for second in [2, 0, 1] {
            let body = format!("{{\"objects\":[{}]}}", campaign(1, second, None).object().text());
            server.send("tool", Method::POST, OBJECTS, &body).await;
        }
        let path = format!("{OBJECTS}{}/", id(1));
        let versions = || async {
            let answer = server.get("tool", &format!("{path}versions/")).await;
            answer.json()["versions"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(versions().await, 3);
        let exact = format!("{path}?match[version]=2026-01-01T00:00:02.000Z");
        assert_eq!(server.send("tool", Method::DELETE, &exact, "").await.status, StatusCode::OK);
        assert_eq!(server.get("tool", &exact).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            server.get("tool", &path).await.json()["objects"][0]["modified"],
            "2026-01-01T00:00:01.000Z"
        );
        let first = format!("{path}?match[version]=first");
        assert_eq!(server.send("tool", Method::DELETE, &first, "").await.status, StatusCode::OK);
        assert_eq!(versions().await, 1);
        for none in [
            "?match[spec_version]=2.0",
            "?match[type]=indicator",
            "?match[version]=2001-01-01T00:00:00Z",
        ] {
            let answer = server.send("tool", Method::DELETE, &format!("{path}{none}"), "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{none}");
        }
        assert_eq!(server.send("tool", Method::DELETE, &path, "").await.status, StatusCode::OK);
        assert_eq!(server.get("tool", &path).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_method_that_is_not_known_is_told_which_are() {
    run(async {
        let server = made();
        let answer = server.send("tool", Method::PUT, "collections/released/objects/", "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        for method in ["GET", "HEAD", "POST"] {
            assert!(answer.header("allow").contains(method), "{}", answer.header("allow"));
        }
    });
}
