//! Hidden and absent look the same.

use axum::http::{Method, StatusCode};
use stix::marking::Tlp;

use crate::made::*;

#[test]
fn hidden_is_absent_byte_for_byte() {
    run(async {
        let (server, empty) = (made(), made());
        let hidden = vec![
            campaign(1, 0, None),
            campaign(1, 1, Some(Tlp::Amber)),
            campaign(2, 0, Some(Tlp::Red)),
        ];
        server.host.store.append(hidden).unwrap();
        let shown = vec![campaign(3, 0, Some(Tlp::Clear))];
        for path in [
            format!("collections/released/objects/{}/", id(1)),
            format!("collections/released/objects/{}/?match[version]=all", id(1)),
            format!("collections/released/objects/{}/versions/", id(1)),
            format!("collections/released/objects/?match[id]={},{}", id(1), id(2)),
            "collections/released/objects/".to_owned(),
            "collections/released/manifest/".to_owned(),
            "collections/released/objects/?limit=1".to_owned(),
        ] {
            for user in ["partner", "tool"] {
                let (hidden, absent) =
                    (server.get(user, &path).await, empty.get(user, &path).await);
                assert_eq!(hidden, absent, "{user} {path}");
                for method in [Method::DELETE, Method::PUT, Method::POST, Method::HEAD] {
                    let hidden = server.send(user, method.clone(), &path, "{}").await;
                    assert_eq!(
                        hidden,
                        empty.send(user, method, &path, "{}").await,
                        "{user} {path}"
                    );
                }
            }
        }
        // One who may see them does.
        assert_eq!(
            server.get("own", &format!("collections/released/objects/{}/", id(1))).await.status,
            StatusCode::OK
        );

        // Beside what is shown they leave no gap in `more`, and none in what is counted.
        server.host.store.append(shown).unwrap();
        let page = server.released("partner", "?limit=1").await;
        assert_eq!((page.names(), page.next()), (vec!["campaign 3".to_owned()], None));
    });
}

#[test]
fn what_an_older_version_showed_goes_with_the_newest() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        let path = format!("{}/?match[version]=all", id(1));
        assert_eq!(server.released("partner", &path).await.names().len(), 1);
        server.host.store.append(vec![campaign(1, 1, None)]).unwrap();
        assert_eq!(server.released("partner", &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.released("partner", "").await.names().len(), 0);
    });
}

#[test]
fn a_place_is_its_readers_alone() {
    run(async {
        let server = made();
        server
            .host
            .store
            .append((0..4).map(|n| campaign(n, 0, Some(Tlp::Clear))).collect::<Vec<_>>())
            .unwrap();
        let next = server.released("partner", "?limit=2").await.next().unwrap();
        assert!(
            next.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        );
        let ok = server.released("partner", &format!("?limit=2&next={next}")).await;
        assert_eq!(ok.names(), ["campaign 2", "campaign 3"]);
        for (user, path) in [
            ("tool", format!("collections/released/objects/?limit=2&next={next}")),
            ("partner", format!("collections/workspace/objects/?limit=2&next={next}")),
            ("partner", format!("collections/released/manifest/?limit=2&next={next}")),
            ("partner", format!("collections/released/objects/?match[type]=campaign&next={next}")),
            ("partner", format!("collections/released/objects/?next={}x", &next[1..])),
            ("partner", "collections/released/objects/?next=1".to_owned()),
            ("partner", "collections/released/objects/?next=".to_owned()),
        ] {
            assert_eq!(
                server.get(user, &path).await.status,
                StatusCode::BAD_REQUEST,
                "{user} {path}"
            );
        }
    });
}

#[test]
fn nobody_sees_anothers_workspace() {
    run(async {
        let server = made();
        let body =
            format!("{{\"objects\":[{}]}}", campaign(1, 0, Some(Tlp::Clear)).object().text());
        let posted =
            server.send("tool", Method::POST, "collections/workspace/objects/", &body).await;
        assert_eq!(posted.status, StatusCode::ACCEPTED);
        let at = server
            .host
            .store
            .collection(&store::CollectionKind::Workspace { account: "tool".to_owned() })
            .unwrap()
            .id;
        let mine = server.get("tool", &format!("collections/{at}/objects/")).await;
        assert_eq!(mine.names(), ["campaign 1"]);
        let strange = "00000000-0000-4000-8000-00000000dead";
        for rest in ["", "objects/", "manifest/", &format!("objects/{}/", id(1))] {
            let anothers = server.get("other", &format!("collections/{at}/{rest}")).await;
            let absent = server.get("other", &format!("collections/{strange}/{rest}")).await;
            assert_eq!(anothers, absent);
            assert_eq!(anothers.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(server.get("other", "collections/workspace/objects/").await.names().len(), 0);
        assert_eq!(server.released("other", "").await.names().len(), 0);
    });
}
