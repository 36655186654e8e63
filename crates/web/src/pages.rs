//! The shell's own pages.

mod account;
mod audit;
mod design;
mod groups;
mod lang;
mod live;
mod object;
mod overview;
mod partners;
mod peer;
mod pseudonyms;
mod quarantine;
mod recalls;
mod releases;
mod search;
mod sign_in;

pub(crate) use object::{Fact, facts};

use axum::Router;
use axum::routing::on;
use serde::Deserialize;

use crate::shell::{Shell, router_of};

/// What an act leaves in the address of the page after it, so that the page can say that it is done.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    done: String,
}

/// Every route of the shell: method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/account"),
    ("GET", "/assets/{*path}"),
    ("GET", "/audit"),
    ("GET", "/audit/extract"),
    ("GET", "/design"),
    ("GET", "/groups"),
    ("GET", "/live"),
    ("GET", "/objects/{id}"),
    ("GET", "/objects/{id}/raw"),
    ("GET", "/partners"),
    ("GET", "/partners/{id}"),
    ("GET", "/quarantine"),
    ("GET", "/quarantine/{number}"),
    ("GET", "/recalls"),
    ("GET", "/recalls/new"),
    ("GET", "/pseudonyms"),
    ("GET", "/releases"),
    ("GET", "/releases/{id}"),
    ("GET", "/search"),
    ("GET", "/sign-in"),
    ("POST", "/account/password"),
    ("POST", "/account/sessions/{id}/end"),
    ("POST", "/groups"),
    ("POST", "/groups/{id}"),
    ("POST", "/language"),
    ("POST", "/partners/{id}/interval"),
    ("POST", "/partners/{id}/pause"),
    ("POST", "/partners/{id}/pull"),
    ("POST", "/partners/{id}/remove"),
    ("POST", "/partners/{id}/resume"),
    ("POST", "/quarantine/discard"),
    ("POST", "/quarantine/{number}/judge"),
    ("POST", "/recalls"),
    ("POST", "/pseudonyms/{id}/avow"),
    ("POST", "/pseudonyms/{id}/vouch"),
    ("POST", "/releases/{id}/approve"),
    ("POST", "/releases/{id}/return"),
    ("POST", "/releases/{id}/withdraw"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
];

pub(crate) fn router(dev: bool) -> Router<Shell> {
    let served: Vec<_> = ROUTES
        .iter()
        .copied()
        // Assets are the same for everybody and pass no guard; the shell serves them.
        .filter(|(_, path)| *path != "/assets/{*path}" && (dev || *path != "/design"))
        .collect();
    router_of(&served, |filter, method, path| match (method, path) {
        ("GET", "/") => on(filter, overview::page),
        ("GET", "/account") => on(filter, account::page),
        ("GET", "/audit") => on(filter, audit::page),
        ("GET", "/audit/extract") => on(filter, audit::extract),
        ("GET", "/design") => on(filter, design::page),
        ("GET", "/groups") => on(filter, groups::page),
        ("GET", "/live") => on(filter, live::stream),
        ("GET", "/objects/{id}") => on(filter, object::page),
        ("GET", "/objects/{id}/raw") => on(filter, object::raw),
        ("GET", "/partners") => on(filter, partners::page),
        ("GET", "/partners/{id}") => on(filter, peer::page),
        ("GET", "/quarantine") => on(filter, quarantine::list),
        ("GET", "/quarantine/{number}") => on(filter, quarantine::one),
        ("GET", "/recalls") => on(filter, recalls::list),
        ("GET", "/recalls/new") => on(filter, recalls::plan),
        ("GET", "/pseudonyms") => on(filter, pseudonyms::page),
        ("GET", "/releases") => on(filter, releases::list),
        ("GET", "/releases/{id}") => on(filter, releases::one),
        ("GET", "/search") => on(filter, search::page),
        ("GET", "/sign-in") => on(filter, sign_in::page),
        ("POST", "/account/password") => on(filter, account::password),
        ("POST", "/account/sessions/{id}/end") => on(filter, account::end_session),
        ("POST", "/groups") => on(filter, groups::add),
        ("POST", "/groups/{id}") => on(filter, groups::set),
        ("POST", "/language") => on(filter, lang::pick),
        ("POST", "/partners/{id}/interval") => on(filter, peer::interval),
        ("POST", "/partners/{id}/pause") => on(filter, peer::pause),
        ("POST", "/partners/{id}/pull") => on(filter, peer::pull),
        ("POST", "/partners/{id}/remove") => on(filter, peer::remove),
        ("POST", "/partners/{id}/resume") => on(filter, peer::resume),
        ("POST", "/quarantine/discard") => on(filter, quarantine::discard),
        ("POST", "/quarantine/{number}/judge") => on(filter, quarantine::judge),
        ("POST", "/recalls") => on(filter, recalls::act),
        ("POST", "/pseudonyms/{id}/avow") => on(filter, pseudonyms::avow),
        ("POST", "/pseudonyms/{id}/vouch") => on(filter, pseudonyms::vouch),
        ("POST", "/releases/{id}/approve") => on(filter, releases::approve),
        ("POST", "/releases/{id}/return") => on(filter, releases::give_back),
        ("POST", "/releases/{id}/withdraw") => on(filter, releases::withdraw),
        ("POST", "/sign-in") => on(filter, sign_in::enter),
        ("POST", "/sign-out") => on(filter, sign_in::leave),
        (method, path) => unreachable!("{method} {path} has no handler"),
    })
}

/// A path of this node to go to, from what a form says: never another site's.
fn local(to: &str) -> &str {
    // Browsers leave tabs and line ends out of an address: `/<tab>/` would be another site.
    let fits = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains(|c: char| c == '\\' || c.is_control());
    if fits { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_table_has_a_handler() {
        let _ = router(true);
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local("/reports?domain=cyber"), "/reports?domain=cyber");
        for bad in [
            "https://example.org/",
            "//example.org",
            "/\\example.org",
            "/\t/example.org",
            "reports",
            "/a\r\nb",
        ] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
