//! Reading: what a server says of itself, pages, filters, one object.

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use serde_json::json;
use stix::marking::Tlp;

use crate::made::*;

#[test]
fn a_server_says_what_it_is() {
    run(async {
        let server = made();
        let discovery = server.get("partner", "/taxii2/").await;
        assert_eq!(discovery.status, StatusCode::OK);
        assert_eq!(discovery.header("content-type"), "application/taxii+json;version=2.1");
        assert_eq!(discovery.header("cache-control"), "private, no-store");
        assert_eq!(
            discovery.json(),
            json!({ "title": "Test", "description": "A server", "default": "/taxii2/api/", "api_roots": ["/taxii2/api/"] })
        );
        let root = server.get("partner", "/taxii2/api/").await.json();
        assert_eq!(root["versions"], json!(["application/taxii+json;version=2.1"]));
        assert_eq!(root["max_content_length"], MOST);
        let collections = server.get("partner", "collections/").await.json();
        let collections = collections["collections"].as_array().unwrap();
        assert_eq!(collections.len(), 3);
        for one in collections {
            let (id, alias) = (one["id"].as_str().unwrap(), one["alias"].as_str().unwrap());
            for name in [id, alias, &id.to_uppercase()] {
                assert_eq!(
                    server.get("partner", &format!("collections/{name}/")).await.json(),
                    *one
                );
                // With and without the last slash.
                assert_eq!(
                    server.get("partner", &format!("collections/{name}")).await.json(),
                    *one
                );
            }
        }
    });
}

#[test]
fn pages_by_next_and_by_added_after_give_everything_once() {
    run(async {
        let server = made();
        let all: Vec<_> = (0..25).map(|n| campaign(n, 0, Some(Tlp::Clear))).collect();
        // One commit, one moment of the clock: still each object has its own `date_added`.
        server.host.store.append(all).unwrap();
        let expected: Vec<_> = (0..25).map(|n| format!("campaign {n}")).collect();
        assert_eq!(server.released("partner", "").await.names(), expected);

        for (limit, by_next) in [(1, true), (7, true), (25, true), (7, false), (1, false)] {
            let (mut seen, mut query) = (Vec::new(), format!("?limit={limit}"));
            loop {
                let page = server.released("partner", &query).await;
                assert_eq!(page.status, StatusCode::OK);
                // A lost answer can be asked for again.
                assert_eq!(page, server.released("partner", &query).await);
                seen.extend(page.names());
                let more = page.json()["more"].as_bool().unwrap();
                assert_eq!(more, page.next().is_some());
                if !more {
                    break;
                }
                assert_eq!(page.names().len(), limit);
                query = if by_next {
                    format!("?limit={limit}&next={}", page.next().unwrap())
                } else {
                    format!("?limit={limit}&added_after={}", page.header("x-taxii-date-added-last"))
                };
            }
            assert_eq!(seen, expected, "{limit} {by_next}");
        }
        let whole = server.released("partner", "").await;
        let manifest = server.get("partner", "collections/released/manifest/").await;
        let dates: Vec<_> = manifest.json()["objects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["date_added"].as_str().unwrap().to_owned())
            .collect();
        assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "unique and rising");
        assert_eq!(whole.header("x-taxii-date-added-first"), dates[0]);
        assert_eq!(whole.header("x-taxii-date-added-last"), dates[24]);
        let after_all = server.released("partner", &format!("?added_after={}", dates[24])).await;
        assert_eq!((after_all.status, after_all.json()), (StatusCode::OK, json!({})));
        // What came meanwhile follows the last page.
        server.host.store.append(vec![campaign(99, 0, Some(Tlp::Green))]).unwrap();
        let news = server.released("partner", &format!("?added_after={}", dates[24])).await;
        assert_eq!(news.names(), ["campaign 99"]);
    });
}

#[test]
fn bytes_go_out_as_they_came_in() {
    run(async {
        let server = made();
        let admitted = [campaign(1, 0, Some(Tlp::Clear)), campaign(2, 0, Some(Tlp::Clear))];
        server.host.store.append(admitted.to_vec()).unwrap();
        let text = |n: usize| admitted[n].object().text().to_owned();
        let page = server.released("partner", "").await;
        let whole = format!("{{\"more\":false,\"objects\":[{},{}]}}", text(0), text(1));
        assert_eq!(String::from_utf8(page.body.to_vec()).unwrap(), whole);
        let one = server.released("partner", &format!("{}/", id(2))).await;
        let whole = format!("{{\"more\":false,\"objects\":[{}]}}", text(1));
        assert_eq!(String::from_utf8(one.body.to_vec()).unwrap(), whole);
    });
}

#[test]
fn filters_choose() {
    run(async {
        let server = made();
        let store = &server.host.store;
        store
            .append(vec![campaign(1, 0, Some(Tlp::Clear)), campaign(2, 0, Some(Tlp::Clear))])
            .unwrap();
        store.append(vec![campaign(1, 1, Some(Tlp::Clear)), fact("example.com")]).unwrap();
        store.append(vec![campaign(1, 2, Some(Tlp::Clear))]).unwrap();
        let chosen = async |query: String| server.released("partner", &query).await.names();
        assert_eq!(chosen(String::new()).await, ["campaign 2", "example.com", "campaign 1"]);
        assert_eq!(chosen("?match[type]=domain-name".to_owned()).await, ["example.com"]);
        assert_eq!(
            chosen("?match%5Btype%5D=domain-name,campaign&limit=1".to_owned()).await,
            ["campaign 2"]
        );
        assert_eq!(chosen("?match[type]=tool".to_owned()).await.len(), 0);
        assert_eq!(chosen(format!("?match[id]={}", id(1))).await, ["campaign 1"]);
        assert_eq!(chosen(format!("?match[id]={},{}", id(1), id(2))).await.len(), 2);
        assert_eq!(chosen("?match[spec_version]=2.0".to_owned()).await.len(), 0);
        assert_eq!(chosen("?match[spec_version]=2.1,2.0".to_owned()).await.len(), 3);
        let versions = async |query: &str| {
            let path = format!("collections/released/objects/{}/{query}", id(1));
            let answer = server.get("partner", &path).await.json();
            let objects = answer["objects"].as_array().cloned().unwrap_or_default();
            objects
                .iter()
                .map(|one| one["modified"].as_str().unwrap()[17..19].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(versions("").await, ["02"]);
        assert_eq!(versions("?match[version]=last").await, ["02"]);
        assert_eq!(versions("?match[version]=first").await, ["00"]);
        assert_eq!(versions("?match[version]=all").await, ["00", "01", "02"]);
        assert_eq!(versions("?match[version]=first,last").await, ["00", "02"]);
        assert_eq!(versions("?match[version]=2026-01-01T00:00:01Z").await, ["01"]);
        assert_eq!(
            versions("?match[version]=2026-01-01T00:00:01.000000Z,last").await,
            ["01", "02"]
        );

        let listed = server
            .get("partner", &format!("collections/released/objects/{}/versions/", id(1)))
            .await;
        assert_eq!(
            listed.json()["versions"],
            json!([
                "2026-01-01T00:00:00.000Z",
                "2026-01-01T00:00:01.000Z",
                "2026-01-01T00:00:02.000Z"
            ])
        );
        let manifest = server
            .get(
                "partner",
                "collections/released/manifest/?match[type]=campaign&match[version]=all",
            )
            .await;
        let records = manifest.json()["objects"].as_array().cloned().unwrap();
        assert_eq!(records.len(), 4);
        assert!(records.iter().all(|one| one["media_type"] == "application/stix+json;version=2.1"));
        // A fact has no version: the moment at which it was added stands for one.
        let facts = server
            .get("partner", "collections/released/manifest/?match[type]=domain-name")
            .await
            .json();
        assert_eq!(facts["objects"][0]["version"], facts["objects"][0]["date_added"]);
    });
}

#[test]
fn head_answers_as_get_without_a_body() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        let head = server.send("partner", Method::HEAD, "collections/released/objects/", "").await;
        let get = server.released("partner", "").await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        assert_eq!(head.header("x-taxii-date-added-last"), get.header("x-taxii-date-added-last"));
    });
}

#[test]
fn the_host_is_told_what_a_reader_holds_once_per_request() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        server.released("partner", "").await;
        server.released("partner", "?added_after=2026-01-01T00:00:00.000007Z").await;
        // With a filter a reader says nothing of what he holds; nor by what he may not read.
        server.released("partner", "?match[type]=campaign&added_after=2026-01-01T00:00:00Z").await;
        server
            .get("partner", "collections/released/manifest/?added_after=2026-01-01T00:00:00Z")
            .await;
        let told = server.host.told.lock().unwrap().clone();
        assert_eq!(
            told.iter().filter(|what| what.contains("asked")).collect::<Vec<_>>(),
            ["partner asked 7"]
        );
        assert_eq!(server.host.verified.load(Ordering::SeqCst), 4, "asked once per request");
    });
}
