//! The desk's pages.

mod draft;
mod export;
mod filter;
mod list;
mod map;
mod news;
mod notes;
mod report;
mod row;
mod strip;
mod words;

use axum::routing::on;
use web::texts::Locale;
use web::{Desk, NavItem, Shell, router_of};

/// Every route of the desk: method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/reports"),
    ("GET", "/reports/drafts/{id}"),
    ("GET", "/reports/export.csv"),
    ("GET", "/reports/export.json"),
    ("GET", "/reports/new"),
    ("GET", "/reports/similar"),
    ("GET", "/reports/{id}"),
    ("GET", "/reports/{id}/versions/{version}"),
    ("POST", "/reports"),
    ("POST", "/reports/drafts/undo"),
    ("POST", "/reports/drafts/{id}"),
    ("POST", "/reports/drafts/{id}/delete"),
    ("POST", "/reports/drafts/{id}/propose"),
    ("POST", "/reports/drafts/{id}/remedy"),
    ("POST", "/reports/drafts/{id}/release"),
    ("POST", "/reports/{id}/extract"),
    ("POST", "/reports/{id}/notes"),
    ("POST", "/reports/{id}/revise"),
];

const NAV: &[NavItem] = &[
    NavItem { key: "hybrid-nav", href: "/reports", shortcut: "g h" },
    NavItem { key: "hybrid-nav-reports", href: "/reports", shortcut: "g r" },
    NavItem { key: "hybrid-nav-new", href: "/reports/new", shortcut: "c" },
];

/// The desk's texts.
const LOCALE: Locale = Locale {
    en: include_str!("../locales/en/hybrid.ftl"),
    sq: include_str!("../locales/sq/hybrid.ftl"),
    hr: include_str!("../locales/hr/hybrid.ftl"),
};

/// The desk as the shell takes it.
pub fn desk() -> Desk {
    Desk {
        name: "hybrid",
        locale: LOCALE,
        nav: NAV,
        routes,
        page: report::href,
        draft: draft::href,
        overview: news::overview,
    }
}

fn routes() -> axum::Router<Shell> {
    router_of(ROUTES, |filter, method, path| match (method, path) {
        ("GET", "/reports") => on(filter, list::page),
        ("GET", "/reports/drafts/{id}") => on(filter, draft::page),
        ("GET", "/reports/export.csv") => on(filter, export::csv),
        ("GET", "/reports/export.json") => on(filter, export::bundle),
        ("GET", "/reports/new") => on(filter, draft::new),
        ("GET", "/reports/similar") => on(filter, draft::similar),
        ("GET", "/reports/{id}") => on(filter, report::page),
        ("GET", "/reports/{id}/versions/{version}") => on(filter, report::version),
        ("POST", "/reports") => on(filter, draft::start),
        ("POST", "/reports/drafts/undo") => on(filter, draft::undo),
        ("POST", "/reports/drafts/{id}") => on(filter, draft::keep),
        ("POST", "/reports/drafts/{id}/delete") => on(filter, draft::delete),
        ("POST", "/reports/drafts/{id}/propose") => on(filter, draft::propose),
        ("POST", "/reports/drafts/{id}/remedy") => on(filter, draft::remedy),
        ("POST", "/reports/drafts/{id}/release") => on(filter, draft::release),
        ("POST", "/reports/{id}/extract") => on(filter, draft::extract),
        ("POST", "/reports/{id}/notes") => on(filter, notes::send),
        ("POST", "/reports/{id}/revise") => on(filter, draft::revise),
        (method, path) => unreachable!("{method} {path} has no handler"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_table_has_a_handler() {
        let _ = routes();
    }

    #[test]
    fn no_text_is_missing_or_left_over() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut sources = Vec::new();
        let mut folders =
            vec![std::path::PathBuf::from(folder), std::path::PathBuf::from(templates)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    sources.push(std::fs::read_to_string(path).expect("a text"));
                }
            }
        }
        let findings = web::texts::check::check(&LOCALE, &[web::texts::SHELL], &sources);
        assert!(findings.is_empty(), "{findings:#?}");
    }
}
