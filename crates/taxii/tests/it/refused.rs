//! What is refused, with which status, and that no request makes the server fail.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use proptest::prelude::*;
use stix::marking::Tlp;

use crate::made::*;

const TAXII: &str = "application/taxii+json;version=2.1";

/// Every refusal is an error resource with its status as text.
fn is_error(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), TAXII);
    let message = answer.json();
    assert_eq!(message["http_status"], status.to_string());
    assert!(message["title"].as_str().is_some_and(|title| !title.is_empty()));
}

#[test]
fn nothing_is_said_to_strangers() {
    run(async {
        let server = made();
        for path in [
            "/taxii2/",
            "/taxii2/api/",
            "/taxii2/api/collections/",
            "/taxii2/nothing",
            "/taxii2/api/collections/x/objects/",
        ] {
            for authorization in [
                None,
                Some(basic("partner", "wrong")),
                Some(basic("nobody", "word")),
                Some("Bearer x".to_owned()),
                Some("Basic é".to_owned()),
            ] {
                let mut request = Request::builder().uri(path).header(header::ACCEPT, TAXII);
                if let Some(value) = authorization {
                    request = request.header(header::AUTHORIZATION, value.as_bytes());
                }
                let answer = server.ask(request.body(Body::empty()).unwrap()).await;
                is_error(&answer, 401);
                assert!(answer.header("www-authenticate").starts_with("Basic realm="), "{path}");
            }
        }
        is_error(&server.get("broken", "/taxii2/").await, 500);
        let failed = server.get("broken", "/taxii2/").await;
        assert!(
            !String::from_utf8_lossy(&failed.body).contains("disk"),
            "the log is told, not the outside"
        );
    });
}

#[test]
fn only_taxii_is_spoken() {
    run(async {
        let server = made();
        let ask = async |accept: Option<&str>| {
            let mut request = Request::builder()
                .uri("/taxii2/")
                .header(header::AUTHORIZATION, basic("partner", "word"));
            if let Some(accept) = accept {
                request = request.header(header::ACCEPT, accept);
            }
            server.ask(request.body(Body::empty()).unwrap()).await
        };
        for good in [
            None,
            Some("*/*"),
            Some("application/taxii+json"),
            Some("Application/TAXII+json ; version=\"2.1\""),
        ] {
            assert_eq!(ask(good).await.status, StatusCode::OK, "{good:?}");
        }
        for bad in ["application/json", "application/taxii+json;version=2.0", "text/html"] {
            is_error(&ask(Some(bad)).await, 406);
        }
    });
}

#[test]
fn paths_and_methods_that_are_not_there() {
    run(async {
        let server = made();
        for path in [
            "/taxii2/nothing/",
            "collections/nothing/",
            "collections/00000000-0000-4000-8000-000000000000/objects/",
            "status/nothing/",
            "collections/released/objects/no-id/",
            "collections/released/objects/%FF/",
            &format!("collections/released/objects/{}/", id(7)),
        ] {
            is_error(&server.get("partner", path).await, 404);
        }
        for (method, path) in [
            (Method::PUT, "/taxii2/"),
            (Method::POST, "collections/"),
            (Method::DELETE, "collections/released/"),
        ] {
            is_error(&server.send("partner", method, path, "").await, 405);
        }
        is_error(
            &server.send("partner", Method::POST, "collections/released/objects/", "{}").await,
            403,
        );
        for rest in [
            "objects/",
            "manifest/",
            &format!("objects/{}/", id(1)),
            &format!("objects/{}/versions/", id(1)),
        ] {
            is_error(&server.get("partner", &format!("collections/inbox/{rest}")).await, 403);
        }
        for collection in ["released", "inbox"] {
            let path = format!("collections/{collection}/objects/{}/", id(1));
            is_error(&server.send("partner", Method::DELETE, &path, "").await, 403);
        }
    });
}

#[test]
fn queries_that_are_malformed() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        for query in [
            "limit=0",
            "limit=-1",
            "limit=ten",
            "limit=1&limit=2",
            "added_after=yesterday",
            "added_after=2026-01-01",
            "match[version]=all,last",
            "match[version]=last,last",
            "match[version]=new",
            "match[id]=x",
            "match[type]=,",
            "match[type]=a&match[type]=b",
            "match[spec_version]=x",
            "next=x",
        ] {
            for rest in ["objects/", "manifest/"] {
                is_error(
                    &server.get("partner", &format!("collections/released/{rest}?{query}")).await,
                    400,
                );
            }
        }
        // Unknown parameters are passed over (section 3.4).
        assert_eq!(server.released("partner", "?anything=else").await.names(), ["campaign 1"]);
        assert_eq!(
            server.released("partner", "?limit=99999999999999999999").await.names(),
            ["campaign 1"]
        );
    });
}

#[test]
fn bodies_that_are_not_taken() {
    run(async {
        let server = made();
        let path = "/taxii2/api/collections/workspace/objects/";
        let post = async |content: Option<&str>, body: Vec<u8>| {
            let mut request = Request::builder()
                .method("POST")
                .uri(path)
                .header(header::AUTHORIZATION, basic("tool", "word"));
            if let Some(content) = content {
                request = request.header(header::CONTENT_TYPE, content);
            }
            server.ask(request.body(Body::from(body)).unwrap()).await
        };
        for content in [
            None,
            Some("application/json"),
            Some("application/taxii+json;version=2.0"),
            Some("text/plain"),
        ] {
            is_error(&post(content, b"{}".to_vec()).await, 415);
        }
        for body in [
            "",
            "{",
            "[]",
            "5",
            "{}",
            "{\"objects\":[]}",
            "{\"objects\":{}}",
            "{\"objects\":[1",
            "{\"objects\":[1],\"objects\":[2]}",
        ] {
            is_error(&post(Some(TAXII), body.as_bytes().to_vec()).await, 422);
        }
        is_error(&post(Some(TAXII), b"{\"objects\":[\"\xff\"]}".to_vec()).await, 422);
        is_error(&post(Some(TAXII), vec![b' '; MOST + 1]).await, 413);
        let good = format!("{{\"objects\":[{}]}}", campaign(1, 0, None).object().text());
        let mut padded = good.into_bytes();
        padded.resize(MOST, b' ');
        assert_eq!(
            post(Some("application/taxii+json ; version=2.1"), padded).await.status,
            StatusCode::ACCEPTED
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No query, path or body makes the server fail.
    #[test]
    fn nothing_makes_it_fail(
        key in "[a-z_\\[\\]%]{0,16}|limit|next|added_after|match\\[(id|type|version|spec_version)\\]",
        value in "[ -~]{0,24}|[0-9TZ:.-]{0,28}|[A-Za-z0-9_-]{40,60}",
        object in "[ -~]{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        run(async move {
            let server = made();
            server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let query = format!("{}={}", encoded(&key), encoded(&value));
            for rest in ["objects/", "manifest/", &format!("objects/{}/", encoded(&object)), &format!("objects/{}/versions/", id(1))] {
                let answer = server.get("partner", &format!("collections/released/{rest}?{query}")).await;
                assert!(!answer.status.is_server_error(), "{rest}?{query}: {answer:?}");
            }
            let request = Request::builder().method("POST").uri("/taxii2/api/collections/workspace/objects/")
                .header(header::AUTHORIZATION, basic("tool", "word")).header(header::CONTENT_TYPE, TAXII);
            let mut envelope = b"{\"objects\":[".to_vec();
            envelope.extend_from_slice(&body);
            envelope.extend_from_slice(b"]}");
            let answer = server.ask(request.body(Body::from(envelope)).unwrap()).await;
            assert!(!answer.status.is_server_error(), "{answer:?}");
        });
    }
}
