//! Feeds: servers that are nobody's node, well behaved and not.

use node::{
    Access, Counts, Error, Feed, FeedKind, Origin, Reach, Role, Status, Terms, TroubleKind, Viewer,
};
use release::Holder;
use stix::sign::SecretKey;

use crate::foreign::{Broken, Foreign, Held, Script, moment, script};
use crate::made::*;

fn origin() -> Origin {
    Origin::Feed("foreign".to_owned())
}

fn status(made: &Made) -> Status {
    made.node.pull_status(&origin()).unwrap()
}

/// Unsigned campaign `n`, added so many seconds into 2026.
fn held(n: usize, second: i64) -> Held {
    let text = serde_json::to_string(&unsigned(n, &format!("campaign {n}"), 0)).unwrap();
    (moment(second).micros(), id(n).to_string(), text)
}

async fn pull(made: &Made) -> Result<Counts, Error> {
    made.node.pull_now("foreign", |_| {}).await
}

/// How many of the first `n` campaigns the node's people see.
fn seen(made: &Made, n: usize) -> usize {
    (0..n).filter(|n| made.seen(&id(*n)).is_some()).count()
}

#[test]
fn what_nobody_signed_is_the_feeds_and_what_an_owner_signed_is_the_owners() {
    run(async {
        let made = made(0);
        let key = SecretKey::from_seed([1; 32]);
        made.pins(1, &key);
        let signed = version(2, "signed", 0, &key);
        let imposter = serde_json::to_string(&unsigned(2, "imposter", 3_600)).unwrap();
        let mut in_our_name = unsigned(3, "in our name", 0);
        in_our_name.insert("created_by_ref".to_owned(), serde_json::json!(state(0)));
        let forged = version(4, "before", 0, &key).text().replace("before", "after");
        let ip = r#"{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.3"}"#;
        let at = moment(1).micros();
        let all = vec![
            held(1, 1),
            (at, id(2).to_string(), signed.text().to_owned()),
            (at, id(2).to_string(), imposter),
            (at, id(3).to_string(), serde_json::to_string(&in_our_name).unwrap()),
            (at, id(4).to_string(), forged),
            (at, "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd".to_owned(), ip.to_owned()),
            (at, String::new(), "{\"a\":1}".to_owned()),
        ];
        let foreign = Foreign::serve(script(all)).await;
        foreign.followed_by(&made, Terms::of_feed());
        let counts = pull(&made).await.unwrap();
        assert_eq!((counts.admitted, counts.refused), (4, 3), "{counts:?}");

        let duty = Viewer::Person { state: state(0), account: "duty".to_owned(), admin: false };
        let get = |viewer: &Viewer, n| made.node.view_of(viewer.clone()).get(&id(n)).unwrap();
        let fed = get(&duty, 1).unwrap();
        assert_eq!(fed.holder, Holder::Feed("foreign".to_owned()));
        assert!(!fed.signed && fed.policy.badge().owner.is_none());
        // The owner's version is the object, whatever a feed says later under the same id.
        let owned = get(&duty, 2).unwrap();
        assert_eq!((&owned.object, owned.holder), (&signed, Holder::State(state(1))));
        let versions = made.node.view_of(duty.clone()).versions(&id(2)).unwrap();
        assert_eq!(versions.len(), 1, "a feed’s object is no version of an owner’s");
        assert!(get(&duty, 3).is_none() && get(&duty, 4).is_none());
        // Marked TLP:CLEAR, and passed on to nobody all the same.
        for viewer in [Viewer::Public, Viewer::Node(state(1)), Viewer::Account("foreign".into())] {
            assert!(get(&viewer, 1).is_none(), "{viewer:?}");
        }

        let administrator = made.person(Role::Administrator);
        let aside = made.node.quarantined(&administrator, &everything()).unwrap();
        assert!(aside.iter().all(|kept| kept.from == "feed:foreign"), "{aside:?}");
        let counts = pull(&made).await.unwrap();
        assert_eq!((counts.admitted, counts.known), (0, 4), "asked for again, and known");
    });
}

#[test]
fn a_walk_that_was_broken_off_goes_on_where_it_was() {
    run(async {
        let made = made(0);
        // All were added at one moment, as by a server that gives one to each envelope.
        let all = (0..250).map(|n| held(n, 1)).collect();
        let foreign = Foreign::serve(Script { most: 100, ..script(all) }).await;
        foreign.followed_by(&made, Terms { most_round: 150, ..Terms::of_feed() });
        pull(&made).await.unwrap();
        assert!(status(&made).capped, "it is said that there is more");
        assert_eq!(seen(&made, 250), 200);
        let made = made.restarted();
        pull(&made).await.unwrap();
        assert_eq!(seen(&made, 250), 250);
        assert!(!status(&made).capped);
        let asked = foreign.asked();
        assert_eq!(asked.len(), 3, "{asked:?}");
        assert!(asked[2].contains("next=200"), "{asked:?}");
        made.node.set_terms(&origin(), |terms| terms.most_round = 1_000).unwrap();
        // What is added at the same moment later is not lost, and in time not asked for any more.
        foreign.change(|script| script.objects.push(held(250, 1)));
        pull(&made).await.unwrap();
        assert_eq!(seen(&made, 251), 251);
        for _ in 0..6 {
            pull(&made).await.unwrap();
        }
        assert_eq!(status(&made).last.objects(), 251, "the last rounds were empty");
        assert!(
            foreign.asked().last().unwrap().contains("added_after=2026-01-01T00%3A00%3A01.000000Z")
        );
    });
}

#[test]
fn a_server_without_words_or_dates_gives_everything_all_the_same() {
    run(async {
        for (words, dates) in [(true, false), (false, true)] {
            let made = made(0);
            let all = (0..60).map(|n| held(n, i64::try_from(n / 3).unwrap())).collect();
            let foreign = Foreign::serve(Script { most: 7, words, dates, ..script(all) }).await;
            foreign.followed_by(&made, Terms::of_feed());
            for _ in 0..2 {
                pull(&made).await.unwrap();
                assert_eq!(seen(&made, 60), 60, "words {words}, dates {dates}");
            }
        }
    });
}

#[test]
fn an_object_that_breaks_its_page_is_passed_by_with_the_reason() {
    run(async {
        for (broken, words) in
            [(Broken::Garbage, true), (Broken::Fault, true), (Broken::Fault, false)]
        {
            let made = made(0);
            let all = (0..40).map(|n| held(n, i64::try_from(n).unwrap())).collect();
            let poison = vec![id(11).to_string(), id(12).to_string(), id(39).to_string()];
            let foreign = Foreign::serve(Script { poison, broken, words, ..script(all) }).await;
            foreign.followed_by(&made, Terms::of_feed());
            let counts = pull(&made).await.unwrap();
            assert_eq!((counts.admitted, counts.passed_by), (37, 3), "{broken:?}, {words}");
            let remarks = status(&made).remarks;
            assert!(remarks.iter().any(|one| one.contains(id(12).as_str())), "{remarks:?}");
            // It is not met again.
            let before = foreign.asked().len();
            pull(&made).await.unwrap();
            assert!(foreign.asked().len() <= before + 2);
            assert_eq!(status(&made).total.passed_by, 3);
        }
    });
}

#[test]
fn what_is_too_large_or_not_asked_for_is_left_out() {
    run(async {
        let made = made(0);
        let mut large = unsigned(1, "large", 0);
        large.insert("description".to_owned(), "x".repeat(5_000).into());
        let large = (moment(1).micros(), id(1).to_string(), serde_json::to_string(&large).unwrap());
        let note = r#"{"type":"x-note","spec_version":"2.1","id":"x-note--00000000-0000-4000-8000-000000000001"}"#;
        let note = (moment(1).micros(), "x-note--1".to_owned(), note.to_owned());
        let foreign = Foreign::serve(script(vec![held(0, 1), large, note])).await;
        let types = vec!["campaign".to_owned(), "indicator".to_owned()];
        foreign.followed_by(&made, Terms { most_object: 2_000, types, ..Terms::of_feed() });
        let counts = pull(&made).await.unwrap();
        assert_eq!((counts.admitted, counts.refused, counts.passed_by), (1, 0, 1));
        assert!(foreign.asked()[0].contains("match%5Btype%5D=campaign%2Cindicator"));
        assert!(status(&made).remarks[0].contains("at most 2000"), "{:?}", status(&made).remarks);

        // A page larger than is taken is asked for in pieces.
        let terms = |terms: &mut Terms| {
            terms.most_answer = 2_000;
            terms.types = Vec::new();
        };
        made.node.set_terms(&origin(), terms).unwrap();
        foreign.change(|script| script.objects.extend((2..12).map(|n| held(n, 2))));
        let counts = pull(&made).await.unwrap();
        assert_eq!(seen(&made, 12), 11, "{counts:?}");
    });
}

#[test]
fn as_much_is_held_as_is_allowed_and_that_is_said() {
    run(async {
        let made = made(0);
        let all = (0..30).map(|n| held(n, 1)).collect();
        let foreign = Foreign::serve(Script { most: 10, ..script(all) }).await;
        foreign.followed_by(&made, Terms { most_held: Some(15), ..Terms::of_feed() });
        assert!(matches!(pull(&made).await, Err(Error::Full { most: 15 })));
        assert_eq!(seen(&made, 30), 20, "the page under way is kept whole");
        assert_eq!(status(&made).trouble.unwrap().kind, TroubleKind::Full);
        let asked = foreign.asked().len();
        assert!(pull(&made).await.is_err());
        assert_eq!(foreign.asked().len(), asked, "nobody is asked in vain");
        made.node.set_terms(&origin(), |terms| terms.most_held = None).unwrap();
        pull(&made).await.unwrap();
        assert_eq!(seen(&made, 30), 30);
        assert_eq!(status(&made).trouble, None);
    });
}

#[test]
fn a_server_that_wants_to_be_left_alone_is_even_after_a_restart() {
    run(async {
        let made = made(0);
        let foreign = Foreign::serve(script(vec![held(1, 1)])).await;
        foreign.followed_by(&made, Terms::of_feed());
        foreign.change(|script| script.instead = Some((429, "retry-after", "7200")));
        assert!(pull(&made).await.is_err());
        let after = status(&made);
        assert_eq!(after.trouble.as_ref().unwrap().kind, TroubleKind::Busy);
        assert!(after.next.unwrap() >= BEGIN + 7_200 * SECOND);
        let made = made.restarted();
        assert_eq!(status(&made).next, after.next);
        foreign.change(|script| script.instead = None);
        let asked = foreign.asked().len();
        let following = made.node.start_sync();
        // Another feed is pulled meanwhile; this one only when somebody wants it now.
        let other = Feed { name: "other".to_owned(), ..foreign.feed() };
        made.node.add_feed(other, Reach::Anywhere).unwrap();
        let other = Origin::Feed("other".to_owned());
        until(|| made.node.pull_status(&other).unwrap().succeeded.is_some()).await;
        assert_eq!(foreign.asked().len(), asked + 1);
        made.node.pull_soon(&origin());
        until(|| status(&made).succeeded.is_some()).await;
        assert_eq!(status(&made).failures, 0);
        following.abort();
    });
}

#[test]
fn failures_are_counted_and_what_is_paused_is_not_asked() {
    run(async {
        let made = made(0);
        let foreign = Foreign::serve(script(vec![held(1, 1)])).await;
        foreign.followed_by(&made, Terms { paused: true, ..Terms::of_feed() });
        foreign.change(|script| script.instead = Some((403, "x-none", "")));
        for failures in 1..=3 {
            assert!(pull(&made).await.is_err());
            assert_eq!(status(&made).failures, failures);
        }
        let made = made.restarted();
        assert_eq!(status(&made).failures, 3);
        assert_eq!(status(&made).trouble.unwrap().kind, TroubleKind::Refused);
        foreign.change(|script| script.instead = None);
        let asked = foreign.asked().len();
        let following = made.node.start_sync();
        made.node.set_terms(&origin(), |terms| terms.every = 60_000).unwrap();
        assert_eq!(foreign.asked().len(), asked);
        made.node.set_terms(&origin(), |terms| terms.paused = false).unwrap();
        until(|| made.says(1).is_some()).await;
        following.abort();
    });
}

#[test]
fn nobody_is_asked_who_was_not_allowed() {
    run(async {
        let made = made(0);
        let foreign = Foreign::serve(script(vec![held(1, 1)])).await;
        let add = |feed: Feed, reach| made.node.add_feed(feed, reach);
        assert!(matches!(add(foreign.feed(), Reach::Public), Err(Error::NotPublic { .. })));
        // A name that leads here is found out when it is asked.
        let port = foreign.url.split(':').nth(2).unwrap().split('/').next().unwrap();
        let named = |url: String| {
            let access = Access { url, pin: Some("0".repeat(64)), ..Access::default() };
            Feed { kind: FeedKind::Misp { access }, ..foreign.feed() }
        };
        assert!(add(named(format!("https://localhost:{port}/")), Reach::Public).is_err());
        // Nor is it led elsewhere.
        foreign.followed_by(&made, Terms::of_feed());
        let elsewhere = Foreign::serve(script(vec![held(1, 1)])).await;
        let to: &'static str = Box::leak(elsewhere.url.clone().into_boxed_str());
        foreign.change(|script| script.instead = Some((302, "location", to)));
        assert!(pull(&made).await.is_err());
        assert_eq!(status(&made).trouble.unwrap().kind, TroubleKind::Elsewhere);
        assert!(elsewhere.asked().is_empty());
        assert_eq!(made.says(1), None);
    });
}

#[test]
fn a_feed_ends_with_or_without_what_it_brought() {
    run(async {
        let made = made(0);
        let foreign = Foreign::serve(script((0..5).map(|n| held(n, 1)).collect())).await;
        for forget in [false, true] {
            foreign.followed_by(&made, Terms::of_feed());
            assert!(made.node.add_feed(foreign.feed(), Reach::Anywhere).is_err(), "one of a name");
            pull(&made).await.unwrap();
            assert_eq!(made.node.held_of_feed("foreign").unwrap(), 5);
            let erased = made.node.remove_feed("foreign", forget).unwrap();
            assert_eq!((erased, seen(&made, 5)), if forget { (5, 0) } else { (0, 5) });
            assert!(matches!(pull(&made).await, Err(Error::NoPeer { .. })));
            assert_eq!(status(&made), Status::default());
        }
        assert!(made.node.remove_feed("foreign", true).is_err());
    });
}

const EVENT: &str = "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b0";

/// A MISP event with one domain, last changed so many seconds into 2026.
fn event(n: usize, domain: &str, second: i64) -> serde_json::Value {
    let at = (BEGIN / SECOND + second).to_string();
    serde_json::json!({ "Event": {
        "uuid": format!("{EVENT}{n}"), "info": format!("event {n}"), "date": "2026-01-01",
        "timestamp": at, "published": false, "threat_level_id": "2", "analysis": "0",
        "Orgc": { "name": "CSIRT", "uuid": "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7bff" },
        "Attribute": [{
            "uuid": format!("6e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b0{n}"), "type": "domain",
            "category": "Network activity", "value": domain, "to_ids": true, "timestamp": at,
        }],
    }})
}

/// Writes a feed with these events; those without an event stand in the manifest only.
fn publish(dir: &std::path::Path, events: &[(usize, i64, Option<String>)]) {
    let entries = events.iter().map(|(n, second, text)| {
        let name = format!("{EVENT}{n}");
        if let Some(text) = text {
            std::fs::write(dir.join(format!("{name}.json")), text).unwrap();
        }
        (name, serde_json::json!({ "timestamp": (BEGIN / SECOND + second).to_string() }))
    });
    let manifest: serde_json::Map<_, _> = entries.collect();
    std::fs::write(dir.join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

fn text(value: &serde_json::Value) -> String {
    value.to_string()
}

/// The names of the groupings that the node's people see: one for each event.
fn events(made: &Made) -> Vec<String> {
    let kind = store::CollectionKind::Feed { name: "foreign".to_owned() };
    let collection = made.node.store().collection(&kind).unwrap().key;
    let viewer = Viewer::Person { state: state(0), account: "duty".to_owned(), admin: false };
    let query = store::PageQuery {
        types: vec!["grouping".to_owned()],
        ..store::PageQuery::of(collection, 100)
    };
    let page = made.node.view_of(viewer).page(&query).unwrap();
    let name = |bytes: &[u8]| {
        let object: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        object["name"].as_str().unwrap().to_owned()
    };
    let mut names: Vec<_> = page.items.iter().map(|item| name(&item.bytes)).collect();
    names.sort();
    names
}

/// A folder of files, as a web server gives it.
async fn shop(dir: &std::path::Path) -> String {
    let dir = dir.to_owned();
    let answer = move |request: axum::extract::Request| {
        let path = dir.join(request.uri().path().trim_start_matches("/feed/"));
        async move { std::fs::read(path).map_err(|_| axum::http::StatusCode::NOT_FOUND) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/feed", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[test]
fn a_misp_feed_is_followed_by_its_manifest() {
    run(async {
        for over_the_network in [false, true] {
            let made = made(0);
            let dir = tempfile::tempdir().unwrap();
            let broken = Some("{\"Event\": nonsense".to_owned());
            let first = event(1, "one.example", 1);
            publish(dir.path(), &[(1, 1, Some(text(&first))), (2, 2, broken), (3, 3, None)]);
            let kind = if over_the_network {
                let url = shop(dir.path()).await;
                FeedKind::Misp { access: Access { url, ..Access::default() } }
            } else {
                FeedKind::Folder { path: dir.path().to_owned() }
            };
            let feed = Feed { name: "foreign".to_owned(), kind, terms: Terms::of_feed() };
            made.node.add_feed(feed, Reach::Anywhere).unwrap();
            let counts = pull(&made).await.unwrap();
            assert_eq!((counts.refused, counts.passed_by), (0, 2), "{:?}", status(&made));
            assert_eq!(events(&made), ["event 1"]);

            // What did not change is not fetched again; what was missing or is mended is.
            let mut changed = event(2, "two.example", 5);
            changed["Event"]["info"] = "event 2, mended".into();
            publish(
                dir.path(),
                &[
                    (1, 1, Some("now broken".to_owned())),
                    (2, 5, Some(text(&changed))),
                    (3, 3, Some(text(&event(3, "three.example", 3)))),
                ],
            );
            let made = made.restarted();
            let counts = pull(&made).await.unwrap();
            assert_eq!((counts.refused, counts.passed_by), (0, 0), "{:?}", status(&made));
            assert_eq!(events(&made), ["event 1", "event 2, mended", "event 3"]);
            assert_eq!(pull(&made).await.unwrap(), Counts::default());

            std::fs::write(dir.path().join("manifest.json"), "[]").unwrap();
            assert!(pull(&made).await.is_err());
            assert_eq!(status(&made).trouble.unwrap().kind, TroubleKind::Unreadable);
        }
    });
}
