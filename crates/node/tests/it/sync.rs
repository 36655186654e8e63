//! Two nodes over plain HTTP on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use node::{DeliveryState, Link, Reach, Role};
use stix::marking::Tlp;
use stix::sign::SecretKey;

use crate::made::*;

#[test]
fn what_one_releases_the_other_holds_once() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        a.node
            .release(
                &releaser,
                release(vec![campaign(1, "one", Some(Tlp::Clear)), campaign(2, "national", None)]),
            )
            .unwrap();
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(b.seen(&id(1)), a.seen(&id(1)), "byte for byte");
        assert_eq!(b.seen(&id(2)), None);

        // The next pull asks on from there, which is the receipt for what came before.
        b.node.pull_from("XA").await.unwrap();
        let delivery = || a.node.deliveries(&releaser, &id(1)).unwrap().remove(0).state;
        assert_eq!(delivery(), DeliveryState::Received);

        // After a restart it goes on where it was: nothing twice, nothing lost.
        let b = b.restarted();
        a.node.release(&releaser, release(vec![campaign(1, "two", Some(Tlp::Clear))])).unwrap();
        b.node.pull_from("City A").await.unwrap();
        assert_eq!(b.says(1).as_deref(), Some("two"));
        let versions = store::Versions::All;
        let view = b.node.view_of(node::Viewer::Public);
        let collection = b.node.store().collection(&store::CollectionKind::Released).unwrap();
        let all = store::PageQuery {
            ids: vec![id(1)],
            versions,
            ..store::PageQuery::of(collection.key, 100)
        };
        assert_eq!(view.page(&all).unwrap().items.len(), 2);
        assert!(b.node.store().alarms().unwrap().is_empty());
    });
}

#[test]
fn a_page_and_the_place_behind_it_are_one() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        // More than one page.
        let objects = (0..1_200).map(|n| campaign(n, "x", Some(Tlp::Green))).collect();
        a.node.release(&releaser, release(objects)).unwrap();
        // Broken off at any moment: what was acknowledged is held, and pulling goes on behind it.
        let puller = b.node.clone();
        let pulling = tokio::spawn(async move { puller.pull_from("XA").await });
        until(|| b.seen(&id(0)).is_some() || pulling.is_finished()).await;
        pulling.abort();
        let _ = pulling.await;
        b.node.pull_from("XA").await.unwrap();
        assert!((0..1_200).all(|n| b.seen(&id(n)).is_some()));
        serving.abort();
        assert!(b.node.pull_from("XA").await.is_err());
    });
}

#[test]
fn followers_keep_up_and_say_when_a_peer_is_gone() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let following = b.node.start_sync();
        let serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        a.node.release(&releaser, release(vec![campaign(1, "one", Some(Tlp::Clear))])).unwrap();
        until(|| b.says(1).is_some()).await;
        let link = || b.node.partners().unwrap().remove(0).link;
        until(|| matches!(link(), Link::Live { .. })).await;
        serving.abort();
        until(|| matches!(link(), Link::Gone { .. })).await;
        following.abort();
    });
}

/// A peer whose stream holds what cannot be admitted.
async fn poisoned(objects: Vec<String>) -> (String, Arc<AtomicUsize>) {
    const TAXII: &str = "application/taxii+json;version=2.1";
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let answer = move |request: axum::extract::Request| {
        let (objects, count) = (objects.clone(), count.clone());
        async move {
            let path = request.uri().path().to_owned();
            let is_later = request.uri().query().unwrap_or_default().contains("added_after");
            let body = match path.as_str() {
                "/taxii2/" => {
                    r#"{"title":"x","default":"/taxii2/api/","api_roots":["/taxii2/api/"]}"#
                        .to_owned()
                }
                "/taxii2/api/collections/" => {
                    r#"{"collections":[{"id":"c","title":"c","can_read":true,"can_write":false}]}"#
                        .to_owned()
                }
                _ if is_later => "{}".to_owned(),
                _ => {
                    count.fetch_add(1, Ordering::SeqCst);
                    format!("{{\"more\":false,\"objects\":[{}]}}", objects.join(","))
                }
            };
            (
                [
                    (header::CONTENT_TYPE, TAXII),
                    (
                        header::HeaderName::from_static("x-taxii-date-added-last"),
                        "2026-01-01T00:00:00.000001Z",
                    ),
                ],
                body,
            )
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

#[test]
fn what_cannot_be_admitted_holds_up_nothing() {
    run(async {
        let made = made(0);
        let key = SecretKey::from_seed([1; 32]);
        let good = version(1, "good", 0, &key);
        let plain = serde_json::to_string(&unsigned(2, "unsigned", 0)).unwrap();
        let forged = version(3, "before", 0, &key).text().replace("before", "after");
        let ahead = version(4, "ahead", 3 * 24 * 3_600, &key);
        let other = version(5, "of another", 0, &SecretKey::from_seed([9; 32]));
        let stream = [
            "5".to_owned(),
            "{\"a\":1,\"a\":2}".to_owned(),
            plain,
            forged,
            ahead.text().to_owned(),
            other.text().to_owned(),
            good.text().to_owned(),
        ];
        let (url, asked) = poisoned(stream.to_vec()).await;
        made.node.accept(invitation(1, 0, &key, &url), Reach::Anywhere).unwrap();
        made.node.pull_from("XB").await.unwrap();
        assert_eq!(made.seen(&id(1)), Some(good));
        for n in 2..=5 {
            assert_eq!(made.seen(&id(n)), None, "{n}");
        }
        let administrator = made.person(Role::Administrator);
        assert_eq!(made.node.quarantined(&administrator, &everything()).unwrap().len(), 6);
        made.node.pull_from("XB").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1, "and is asked for once");

        // The same peer with a new password keeps its place; another key begins anew.
        made.node
            .accept(
                node::Invitation { password: "new".to_owned(), ..invitation(1, 0, &key, &url) },
                Reach::Anywhere,
            )
            .unwrap();
        made.node.pull_from("XB").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        made.node
            .accept(invitation(1, 0, &SecretKey::from_seed([2; 32]), &url), Reach::Anywhere)
            .unwrap();
        made.node.pull_from("XB").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    });
}
