//! The client against the server, over plain HTTP on this machine.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use stix::marking::Tlp;
use taxii::client::{Ask, Carried, Carrier, Client, Config, Credentials, Error, Network};
use tower::ServiceExt;

use crate::made::*;

async fn listen(server: &Made) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = server.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/taxii2/")
}

fn client(url: &str, user: &str, password: &str) -> Client {
    let credentials = Some(Credentials { user: user.to_owned(), password: password.to_owned() });
    let allow = Some("127.0.0.1".to_owned());
    Client::new(Config { url: url.to_owned(), allow, credentials, ..Config::default() }).unwrap()
}

#[test]
fn a_client_pulls_what_it_may_see_and_hands_in() {
    run(async {
        let server = made();
        let objects: Vec<_> = (0..5).map(|n| campaign(n, 0, Some(Tlp::Clear))).collect();
        let texts: Vec<_> = objects.iter().map(|one| one.object().text().to_owned()).collect();
        server.host.store.append(objects).unwrap();
        server.host.store.append(vec![campaign(9, 0, None)]).unwrap();
        let url = listen(&server).await;
        let client = client(&url, "partner", "word");
        let collections = client.collections().await.unwrap();
        let released = collections.iter().find(|one| one.can_read && !one.can_write).unwrap();
        let (mut pulled, mut cursor) = (Vec::new(), None);
        loop {
            let page = client.pull(&released.id, cursor.as_ref(), 2).await.unwrap();
            pulled
                .extend(page.slices.iter().map(|slice| String::from_utf8(slice.to_vec()).unwrap()));
            cursor = page.last.or(cursor);
            if !page.more {
                break;
            }
        }
        assert_eq!(pulled, texts);
        assert!(client.pull(&released.id, cursor.as_ref(), 2).await.unwrap().slices.is_empty());

        let inbox = collections.iter().find(|one| !one.can_read).unwrap();
        let status =
            client.post(&inbox.id, &[campaign(7, 0, None).object().bytes().clone()]).await.unwrap();
        assert_eq!((status.success_count, status.failure_count), (1, 0));
        assert_eq!(client.status(&status.id).await.unwrap(), status);
        assert!(matches!(
            client.post(&released.id, &[]).await,
            Err(Error::Refused { status: 403, .. })
        ));
    });
}

#[test]
fn a_wrong_password_is_said() {
    run(async {
        let server = made();
        let url = listen(&server).await;
        let refused = client(&url, "partner", "wrong").collections().await;
        assert!(matches!(refused, Err(Error::SignIn { .. })), "{refused:?}");
    });
}

/// Hands requests to a server's routes, without any network.
struct Straight(axum::Router);

impl Carrier for Straight {
    fn carry(&self, request: reqwest::Request) -> BoxFuture<'static, Carried> {
        let router = self.0.clone();
        Box::pin(async move {
            let request: axum::http::Request<reqwest::Body> = request.try_into()?;
            let answer = router.oneshot(request.map(axum::body::Body::new)).await?;
            let stream =
                |body: axum::body::Body| reqwest::Body::wrap_stream(body.into_data_stream());
            Ok(answer.map(stream).into())
        })
    }
}

#[test]
fn another_network_can_be_given() {
    run(async {
        let server = made();
        server.host.store.append(vec![campaign(1, 0, Some(Tlp::Clear))]).unwrap();
        let credentials =
            Some(Credentials { user: "partner".to_owned(), password: "word".to_owned() });
        let client = Client::new(Config {
            url: "https://node.example/taxii2/".to_owned(),
            credentials,
            network: Network::Given(Arc::new(Straight(server.router.clone()))),
            ..Config::default()
        });
        let client = client.unwrap();
        let released = client.collections().await.unwrap().remove(0);
        assert_eq!(client.pull(&released.id, None, 2).await.unwrap().slices.len(), 1);
    });
}

#[test]
fn a_client_waits_filters_and_takes_away() {
    run(async {
        let server = made();
        server.host.patience.store(0, std::sync::atomic::Ordering::SeqCst);
        let url = listen(&server).await;
        let client = client(&url, "tool", "word");
        let workspace = client
            .collections()
            .await
            .unwrap()
            .into_iter()
            .find(|one| one.can_read && one.can_write);
        let workspace = workspace.unwrap().id;
        let bytes = |n, second| campaign(n, second, None).object().bytes().clone();
        let posted = [bytes(1, 2), bytes(1, 0), bytes(1, 1), bytes(2, 0)];
        let status = client.post(&workspace, &posted).await.unwrap();
        let status = client.settled(status, std::time::Duration::from_mins(10)).await.unwrap();
        assert!(status.is_complete());
        assert_eq!(status.success_count, 4);

        let pulled = async |ask: Ask| {
            let ask = Ask { limit: 10, ..ask };
            client.ask(&workspace, &ask).await.unwrap().slices
        };
        let of_one = |versions: &str| Ask {
            ids: vec![id(1)],
            versions: versions.to_owned(),
            ..Ask::default()
        };
        assert_eq!(pulled(of_one("")).await, [bytes(1, 2)]);
        assert_eq!(pulled(of_one("first")).await, [bytes(1, 0)]);
        assert_eq!(pulled(of_one("all")).await.len(), 3);
        let old = Ask { spec_versions: vec![stix::SpecVersion::V20], ..Ask::default() };
        assert!(pulled(old).await.is_empty());

        client.delete(&workspace, &id(1), Some("last")).await.unwrap();
        let left = client.versions(&workspace, &id(1)).await.unwrap();
        assert_eq!(left, ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z"]);
        client.delete(&workspace, &id(1), None).await.unwrap();
        let gone = client.versions(&workspace, &id(1)).await;
        assert!(matches!(gone, Err(Error::Refused { status: 404, .. })), "{gone:?}");
        assert_eq!(pulled(Ask::default()).await, [bytes(2, 0)]);
    });
}
