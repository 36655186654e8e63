//! Every component, on one page. Development nodes only.

use askama::Template;
use axum::response::Response;
use release::{Badge, Level};

use super::partners::Row;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::overview::News;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "design.html")]
struct Page {
    frame: Frame,
    marks: Vec<Mark>,
    news: Vec<News>,
    partners: Vec<Row>,
    next: Option<String>,
    none: Option<String>,
    wrong: Option<&'static str>,
}

const LEVELS: [Level; 7] = [
    Level::Clear,
    Level::Green,
    Level::Amber,
    Level::AmberStrict,
    Level::Red,
    Level::National,
    Level::Closed,
];

pub(super) async fn page(reader: Reader) -> Result<Response, Fault> {
    blocking(move || {
        let home = reader.node().profile().state.clone();
        let badge = |level, to, exercise| Badge {
            level,
            owner: Some(home.clone()),
            to,
            groups: std::collections::BTreeSet::new(),
            exercise,
        };
        let listed = Some([home.clone()].into());
        let marks: Vec<Mark> = LEVELS
            .into_iter()
            .map(|level| badge(level, None, false))
            .chain([badge(Level::Amber, listed, false), badge(Level::Green, None, true)])
            .map(|badge| reader.mark(&badge))
            .collect();
        let news = marks.iter().take(2).enumerate().map(|(at, mark)| News {
            at: reader.now() - 3_600_000_000,
            kind: format!("Version {}", at + 1),
            title: "Ransomware disrupts Split Airport".to_owned(),
            href: "/design".to_owned(),
            sub: "Split (Kaštela) · second source added".to_owned(),
            mark: mark.clone(),
            fresh: at == 0,
        });
        let partner = |class, tone, word: &str| Row {
            href: "/partners".to_owned(),
            named: reader.named(&home),
            node: "Zagreb".to_owned(),
            class,
            tone,
            word: reader.texts().say(word).to_string(),
            detail: reader.texts().say("partner-pulled").with("when", "3 s").to_string(),
            at: crate::texts::machine(reader.now()),
            took: String::new(),
            fingerprint: String::new(),
            url: String::new(),
            invited: true,
        };
        let partners = vec![
            partner("live", "good", "partner-live"),
            partner("gone", "bad", "partner-gone"),
            partner("wait", "", "partner-waiting"),
        ];
        let news = news.collect();
        let next = Some("/design?after=x".to_owned());
        let frame = reader.frame(reader.texts().say("nav-design")).at("/design");
        render(&Page {
            frame,
            marks,
            news,
            partners,
            next,
            none: None,
            wrong: Some("Say who makes the claim"),
        })
    })
    .await
}
