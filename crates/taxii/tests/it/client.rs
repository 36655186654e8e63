//! The client against the server, over plain HTTP on this machine.

use stix::marking::Tlp;
use taxii::client::{Client, Config, Credentials, Error};

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
    Client::new(Config { url: url.to_owned(), credentials, ..Config::default() }).unwrap()
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
