//! Handing in and taking away.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::made::*;

const OBJECTS: &str = "collections/workspace/objects/";

#[test]
fn one_bad_object_holds_up_no_other() {
    run(async {
        let server = made();
        let (first, second) = (campaign(1, 0, None), campaign(2, 0, None));
        let body = format!(
            "{{\"objects\":[ {},{{\"type\":\"campaign\",\"id\":\"{}\"}},5,{{\"a\":1,\"a\":2}} ,{}]}}",
            first.object().text(),
            id(3),
            second.object().text()
        );
        let posted = server.send("tool", Method::POST, OBJECTS, &body).await;
        assert_eq!(posted.status, StatusCode::ACCEPTED);
        let status = posted.json();
        assert_eq!(
            (
                &status["status"],
                &status["total_count"],
                &status["success_count"],
                &status["failure_count"],
                &status["pending_count"]
            ),
            (&json!("complete"), &json!(5), &json!(2), &json!(3), &json!(0))
        );
        assert_eq!(
            status["successes"][0],
            json!({ "id": id(1), "version": "2026-01-01T00:00:00.000Z" })
        );
        assert_eq!(status["failures"][0]["id"], json!(id(3)));
        assert!(status["failures"][0]["message"].as_str().unwrap().contains("/objects/1/created"));
        assert!(status["failures"][2]["message"].as_str().unwrap().contains("/objects/3/a"));
        assert_eq!(status["failures"][1]["id"], "unknown");

        // The status can be read again, by the one who handed in and nobody else.
        let path = format!("status/{}/", status["id"].as_str().unwrap());
        assert_eq!(server.get("tool", &path).await.json(), status);
        assert_eq!(server.get("other", &path).await, server.get("other", "status/x/").await);

        let held = server.get("tool", OBJECTS).await;
        let whole = format!(
            "{{\"more\":false,\"objects\":[{},{}]}}",
            first.object().text(),
            second.object().text()
        );
        assert_eq!(String::from_utf8(held.body.to_vec()).unwrap(), whole, "byte for byte");
        // The same again is no failure, and is held once.
        let again = server.send("tool", Method::POST, OBJECTS, &body).await.json();
        assert_eq!(again["success_count"], 2);
        assert_eq!(server.get("tool", OBJECTS).await.names().len(), 2);
    });
}

#[test]
fn what_is_stix_2_0_stays_so() {
    run(async {
        let server = made();
        let old = r#"{"type": "observed-data","id":"observed-data--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","first_observed":"2017-01-01T00:00:00Z","last_observed":"2017-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"file","name":"a", "is_encrypted":true}}}"#;
        let body = format!("{{\"objects\":[{old}]}}");
        let posted = server.send("tool", Method::POST, OBJECTS, &body).await;
        assert_eq!(posted.json()["success_count"], 1);
        // Nothing is made STIX 2.1 on the way in or out: it is its owner's text.
        let path = format!("{OBJECTS}?match[spec_version]=2.0");
        for path in [OBJECTS, path.as_str()] {
            let held = server.get("tool", path).await;
            let whole = format!("{{\"more\":false,\"objects\":[{old}]}}");
            assert_eq!(String::from_utf8(held.body.to_vec()).unwrap(), whole);
        }
        let path = format!("{OBJECTS}?match[spec_version]=2.1");
        assert_eq!(server.get("tool", &path).await.names().len(), 0);
    });
}

#[test]
fn the_inbox_is_written_and_never_read() {
    run(async {
        let server = made();
        let body = format!("{{\"objects\":[{}]}}", campaign(1, 0, None).object().text());
        let posted =
            server.send("partner", Method::POST, "collections/inbox/objects/", &body).await;
        assert_eq!(
            (posted.status, posted.json()["success_count"].clone()),
            (StatusCode::ACCEPTED, json!(1))
        );
        assert_eq!(
            server.get("partner", "collections/inbox/objects/").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(server.released("partner", "").await.names().len(), 0);
    });
}

#[test]
fn an_object_is_taken_away_whole() {
    run(async {
        let server = made();
        let text = |admitted: store::Admitted| admitted.object().text().to_owned();
        let body = format!(
            "{{\"objects\":[{},{}]}}",
            text(campaign(1, 0, None)),
            text(campaign(1, 1, None))
        );
        server.send("tool", Method::POST, OBJECTS, &body).await;
        let path = format!("{OBJECTS}{}/", id(1));
        assert_eq!(
            server.get("tool", &format!("{path}?match[version]=all")).await.names().len(),
            2
        );
        assert_eq!(
            server.send("other", Method::DELETE, &path, "").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            server
                .send(
                    "tool",
                    Method::DELETE,
                    &format!("{path}?match[version]=2020-01-01T00:00:00Z"),
                    ""
                )
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(server.send("tool", Method::DELETE, &path, "").await.status, StatusCode::OK);
        assert_eq!(
            server.send("tool", Method::DELETE, &path, "").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(server.get("tool", &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.get("tool", OBJECTS).await.json(), json!({}));
        // And may come again.
        server.send("tool", Method::POST, OBJECTS, &body).await;
        assert_eq!(server.get("tool", &path).await.names().len(), 1);
    });
}
