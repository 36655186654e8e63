//! Pages of a collection.

use stix::SpecVersion;
use stix::marking::Tlp;
use store::{PageQuery, Position};

use crate::made::*;

/// Campaigns for all, for the community and for us, in turn.
fn filled(count: usize) -> Made {
    let made = store();
    for n in 0..count {
        let marking = [Tlp::Clear, Tlp::Green, Tlp::Amber][n % 3];
        made.add(owned(0, campaign(n, 1, &tlp(marking))));
        made.clock.pass(1_000);
    }
    made
}

#[test]
fn pages_of_any_size_show_the_same_in_the_same_order() {
    let made = filled(40);
    let wanted: Vec<_> = (0..40).filter(|n| n % 3 < 2).map(|n| id("campaign", n)).collect();
    for limit in [1, 2, 3, 7, 26, 27, 28, 1_000] {
        let query = PageQuery::of(made.released(), limit);
        let found: Vec<_> =
            made.all(&node(1), &query).iter().map(|object| object.id().clone()).collect();
        assert_eq!(found, wanted, "pages of {limit}");
    }
}

#[test]
fn whether_more_follows_depends_on_what_the_viewer_sees() {
    let made = filled(3);
    let view = made.view(release::Viewer::Public);
    let page = view.page(&PageQuery::of(made.released(), 1)).unwrap();
    assert_eq!((page.items.len(), page.more), (1, false));
    assert_eq!(page.position, Some(Position(page.items[0].added)));
    let rest = PageQuery { position: page.position, ..PageQuery::of(made.released(), 1) };
    let rest = view.page(&rest).unwrap();
    assert_eq!((rest.items.len(), rest.more, rest.position), (0, false, None));
}

#[test]
fn filters_narrow() {
    let made = filled(9);
    made.add(domain("a.example.org", release::Holder::State(state(0)), &tlp(Tlp::Clear)));
    let query = PageQuery::of(made.released(), 4);
    let count = |query: PageQuery| made.all(&node(1), &query).len();
    assert_eq!(count(PageQuery { types: vec!["domain-name".into()], ..query.clone() }), 1);
    assert_eq!(count(PageQuery { types: vec!["tool".into()], ..query.clone() }), 0);
    assert_eq!(count(PageQuery { spec_versions: vec![SpecVersion::V20], ..query.clone() }), 0);
    assert_eq!(count(PageQuery { spec_versions: vec![SpecVersion::V21], ..query.clone() }), 7);
    let ids = vec![id("campaign", 0), id("campaign", 2), id("campaign", 77)];
    assert_eq!(count(PageQuery { ids, ..query.clone() }), 1);
    let page = made.view(node(1)).page(&query).unwrap();
    let after = Some(page.items[1].added);
    assert_eq!(count(PageQuery { added_after: after, ..query }), 5);
}

#[test]
fn a_brief_says_what_the_object_says() {
    let made = filled(1);
    made.add(domain("a.example.org", release::Holder::State(state(0)), &tlp(Tlp::Clear)));
    let briefs = made.view(node(1)).manifest(&PageQuery::of(made.released(), 9)).unwrap().items;
    assert_eq!(briefs[0].id, id("campaign", 0).as_str());
    assert_eq!(briefs[0].version.as_deref(), Some(moment(1).as_str()));
    assert_eq!(briefs[1].version, None);
    assert!(briefs.iter().all(|brief| brief.spec_version == SpecVersion::V21));
}

#[test]
fn who_sees_some_audiences_misses_nothing_whichever_process_writes() {
    let made = filled(12);
    let other = open(made.dir.path(), &made.clock, place());
    let seen = |store: &store::Store| {
        let mut query = PageQuery::of(made.released(), 7);
        let mut ids = Vec::new();
        loop {
            let page = store.view(node(1)).manifest(&query).unwrap();
            ids.extend(page.items.into_iter().map(|brief| brief.id));
            query.position = page.position;
            if !page.more {
                return ids;
            }
        }
    };
    for n in 12..60 {
        let marking = [Tlp::Clear, Tlp::Green, Tlp::Amber][n % 3];
        let writer = if n % 5 < 3 { &made.store } else { &other };
        writer.append(vec![owned(0, campaign(n, 1, &tlp(marking)))]).unwrap();
        made.clock.pass(1_000);
        let wanted = (0..=n).filter(|n| n % 3 < 2).map(|n| id("campaign", n));
        let wanted: Vec<_> = wanted.map(|id| id.as_str().to_owned()).collect();
        assert_eq!(seen(&made.store), wanted);
        assert_eq!(seen(&other), wanted);
    }
}
