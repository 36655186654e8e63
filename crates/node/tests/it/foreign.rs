//! A TAXII server that is nobody's node, with the habits of those in the field.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use node::{Access, Feed, FeedKind, Reach, Terms};
use stix::Timestamp;

use crate::made::{BEGIN, Made, SECOND};

const TAXII: &str = "application/taxii+json;version=2.1";

/// An object of the server: when it was added, its id, its bytes.
pub(crate) type Held = (i64, String, String);

/// What the server has, and what it does wrong.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) objects: Vec<Held>,
    /// Pages that hold one of these ids are broken.
    pub(crate) poison: Vec<String>,
    /// How broken pages are answered.
    pub(crate) broken: Broken,
    /// It gives no more at once.
    pub(crate) most: usize,
    /// It says when objects were added.
    pub(crate) dates: bool,
    /// It says where it goes on.
    pub(crate) words: bool,
    /// Instead of any page of objects: status, header, value.
    pub(crate) instead: Option<(u16, &'static str, &'static str)>,
    /// What was asked: the queries for objects, in their order.
    pub(crate) asked: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Broken {
    /// By bytes that are no JSON.
    #[default]
    Garbage,
    /// By a fault of the server.
    Fault,
}

#[derive(Clone)]
pub(crate) struct Foreign {
    script: Arc<Mutex<Script>>,
    pub(crate) url: String,
}

impl Foreign {
    pub(crate) async fn serve(script: Script) -> Self {
        let script = Arc::new(Mutex::new(script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { script, url }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }

    /// The server as a feed.
    pub(crate) fn feed(&self) -> Feed {
        let access = Access { url: self.url.clone(), ..Access::default() };
        let kind = FeedKind::Taxii { access, api_root: None, collections: Vec::new(), from: None };
        Feed { name: "foreign".to_owned(), kind, terms: Terms::of_feed() }
    }

    /// A node that follows it.
    pub(crate) fn followed_by(&self, made: &Made, terms: Terms) {
        made.node.add_feed(Feed { terms, ..self.feed() }, Reach::Anywhere).unwrap();
    }
}

pub(crate) fn script(objects: Vec<Held>) -> Script {
    Script { objects, most: 1_000, dates: true, words: true, ..Script::default() }
}

/// A moment so many seconds into 2026.
pub(crate) fn moment(second: i64) -> Timestamp {
    Timestamp::from_micros(BEGIN + second * SECOND)
}

fn taxii(body: String) -> Response {
    ([(header::CONTENT_TYPE, TAXII)], body).into_response()
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    let path = request.uri().path().to_owned();
    match path.strip_prefix("/taxii2/").unwrap_or_default() {
        "" => taxii(r#"{"title":"x","api_roots":["/taxii2/root/"]}"#.to_owned()),
        "root/collections/" => taxii(
            r#"{"collections":[{"id":"c","title":"All of it","can_read":true,"can_write":false},
                {"id":"d","title":"In","can_read":false,"can_write":true}]}"#
                .to_owned(),
        ),
        "root/collections/c/objects/" => {
            let query = request.uri().query().unwrap_or_default().to_owned();
            script.asked.push(query.clone());
            objects(&script, &query)
        }
        "root/collections/c/manifest/" => manifest(&script, &request),
        other => match other.strip_prefix("root/collections/c/objects/") {
            Some(id) => object(&script, id.trim_end_matches('/')),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

/// The value of a parameter.
fn value(query: &str, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn asked(script: &Script, query: &str) -> Vec<Held> {
    let after = value(query, "added_after").map(|text| Timestamp::parse(&text).unwrap().micros());
    let types = value(query, "match[type]");
    let fits = |id: &str| {
        types.as_ref().is_none_or(|types| types.split(',').any(|one| id.starts_with(one)))
    };
    let mut found: Vec<_> = script
        .objects
        .iter()
        .filter(|(at, id, _)| after.is_none_or(|after| *at > after) && fits(id))
        .cloned()
        .collect();
    found.sort_by_key(|(at, ..)| *at);
    found
}

fn objects(script: &Script, query: &str) -> Response {
    if let Some((status, name, value)) = script.instead {
        let status = StatusCode::from_u16(status).unwrap();
        return (status, [(name, value)], "{}").into_response();
    }
    let found = asked(script, query);
    let skip = value(query, "next").map_or(0, |next| next.parse().unwrap());
    let limit: usize = value(query, "limit").map_or(script.most, |limit| limit.parse().unwrap());
    let page: Vec<_> = found.iter().skip(skip).take(limit.min(script.most)).collect();
    let more = found.len() > skip + page.len();
    if page.iter().any(|(_, id, _)| script.poison.contains(id)) {
        return broken(script.broken);
    }
    let texts: Vec<_> = page.iter().map(|(_, _, text)| text.as_str()).collect();
    let next = if more && script.words {
        format!(",\"next\":\"{}\"", skip + page.len())
    } else {
        String::new()
    };
    let objects = texts.join(",");
    let mut answer = taxii(format!("{{\"more\":{more},\"objects\":[{objects}]{next}}}"));
    if script.dates
        && let Some((last, ..)) = page.last()
    {
        let last = Timestamp::from_micros(*last).to_string().parse().unwrap();
        answer.headers_mut().insert("x-taxii-date-added-last", last);
    }
    answer
}

fn broken(how: Broken) -> Response {
    match how {
        Broken::Garbage => taxii("{\"objects\":[{\"id\": nonsense".to_owned()),
        Broken::Fault => (StatusCode::INTERNAL_SERVER_ERROR, Body::empty()).into_response(),
    }
}

fn manifest(script: &Script, request: &Request) -> Response {
    let found = asked(script, request.uri().query().unwrap_or_default());
    let records: Vec<_> = found
        .iter()
        .map(|(at, id, _)| {
            let at = Timestamp::from_micros(*at);
            format!(r#"{{"id":"{id}","date_added":"{at}","version":"{at}"}}"#)
        })
        .collect();
    taxii(format!("{{\"objects\":[{}]}}", records.join(",")))
}

fn object(script: &Script, id: &str) -> Response {
    if script.poison.iter().any(|one| one == id) {
        return broken(script.broken);
    }
    match script.objects.iter().find(|(_, held, _)| held == id) {
        Some((_, _, text)) => taxii(format!("{{\"objects\":[{text}]}}")),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
