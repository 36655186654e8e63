//! Lists, search and references.

use serde_json::json;
use stix::marking::Tlp;
use store::{Cursor, Error, ListPage, ListQuery, Order};

use crate::made::*;

/// Campaigns with labels; every third is ours alone.
fn filled(count: usize) -> Made {
    let made = store();
    let batch: Vec<_> = (0..count)
        .map(|n| {
            let marking = if n % 3 == 2 { Tlp::Amber } else { Tlp::Green };
            let mut object = campaign(n, 1, &tlp(marking));
            let mut labels = vec![["sea", "air"][n % 2]];
            labels.extend((n % 4 == 0).then_some("quarter"));
            object.insert("labels".to_owned(), json!(labels));
            object.insert("objective".to_owned(), json!(["spy", "harm"][n % 5 / 4]));
            // Two by two they were first seen at one moment.
            object.insert("first_seen".to_owned(), json!(moment(n / 2)));
            owned(0, object)
        })
        .collect();
    made.store.append(batch).unwrap();
    made.settle();
    made
}

fn numbers(page: &ListPage) -> Vec<usize> {
    let of = |row: &store::Listed| {
        row.seen.object.id().as_str().rsplit('-').next().and_then(|n| n.parse().ok()).unwrap()
    };
    page.rows.iter().map(of).collect()
}

fn filters(filters: &[(&str, &str)]) -> Vec<(String, String)> {
    filters.iter().map(|(facet, value)| ((*facet).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_list_is_paged_in_both_directions() {
    let made = filled(40);
    let view = made.view(node(1));
    for order in [Order::Ascending, Order::Descending] {
        let mut wanted: Vec<_> = (0..40).filter(|n| n % 3 != 2).collect();
        if order == Order::Descending {
            wanted.reverse();
        }
        for limit in [1, 4, 7, 27, 100] {
            let mut query = ListQuery { order, limit, ..ListQuery::default() };
            let (mut there, mut pages) = (Vec::new(), Vec::new());
            loop {
                let page = view.list("campaigns", &query).unwrap();
                assert_eq!((page.total.number, page.total.exact), (27, true));
                there.extend(numbers(&page));
                pages.push(numbers(&page));
                // A cursor survives the way through an address.
                query.after = page.next.map(|next| next.to_string().parse().unwrap());
                if query.after.is_none() {
                    query.after = page.previous;
                    break;
                }
            }
            assert_eq!(there, wanted, "{order:?}, pages of {limit}");
            let mut back = vec![pages.pop().unwrap()];
            while query.after.is_some() {
                let page = view.list("campaigns", &query).unwrap();
                back.push(numbers(&page));
                assert!(page.next.is_some());
                query.after = page.previous;
            }
            let back: Vec<_> = back.into_iter().rev().flatten().collect();
            assert_eq!(back, wanted, "{order:?}, back in pages of {limit}");
        }
    }
}

#[test]
fn facets_intersect_and_their_values_are_alternatives() {
    let made = filled(60);
    let view = made.view(node(1));
    let seen = |n: &usize| n % 3 != 2;
    let count = |query: &ListQuery| {
        let page = view.list("campaigns", query).unwrap();
        assert_eq!((page.total.number, page.total.exact), (page.rows.len() as u64, true));
        page.rows.len()
    };
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    let with = |of: &[(&str, &str)]| ListQuery { filters: filters(of), ..query.clone() };
    let wanted = |fits: &dyn Fn(usize) -> bool| (0..60).filter(seen).filter(|n| fits(*n)).count();
    assert_eq!(count(&with(&[("label", "sea")])), wanted(&|n| n % 2 == 0));
    assert_eq!(count(&with(&[("label", "sea"), ("label", "quarter")])), wanted(&|n| n % 2 == 0));
    assert_eq!(
        count(&with(&[("label", "air"), ("label", "quarter")])),
        wanted(&|n| n % 2 == 1 || n % 4 == 0)
    );
    assert_eq!(
        count(&with(&[("label", "sea"), ("objective", "harm")])),
        wanted(&|n| n % 2 == 0 && n % 5 == 4)
    );
    assert_eq!(count(&with(&[("label", "land")])), 0);
    assert_eq!(count(&with(&[("label", "sea"), ("", "")])), 0);
    let (from, to) = (Some(moment(5).to_string()), Some(moment(8).to_string()));
    let between = ListQuery { from, to, ..query.clone() };
    assert_eq!(count(&between), wanted(&|n| (10..16).contains(&n)));

    let facets = |of: &[(&str, &str)]| view.facets("campaigns", "label", &with(of)).unwrap();
    let all = facets(&[("label", "sea")]);
    assert_eq!(all, facets(&[]));
    let sea = wanted(&|n| n % 2 == 0) as u64;
    assert!(all.contains(&("sea".to_owned(), sea)));
    let harm = facets(&[("objective", "harm")]);
    let quarter = wanted(&|n| n % 4 == 0 && n % 5 == 4) as u64;
    assert!(harm.contains(&("quarter".to_owned(), quarter)), "{harm:?}");
    assert!(harm.is_sorted_by(|one, other| one.1 >= other.1));
    assert!(matches!(view.list("weather", &query), Err(Error::NoList { .. })));
}

#[test]
fn lists_and_counts_follow_what_changes() {
    let made = filled(12);
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    let total = || {
        let page = made.view(node(1)).list("campaigns", &query).unwrap();
        assert_eq!(page.total.number, page.rows.len() as u64);
        page.rows.len()
    };
    assert_eq!(total(), 8);
    made.add(owned(0, campaign(0, 2, &tlp(Tlp::Amber))));
    // Before the projections have followed as well as after.
    assert_eq!(total(), 7);
    made.settle();
    assert_eq!(total(), 7);
    made.add(owned(0, campaign(2, 2, &tlp(Tlp::Clear))));
    made.settle();
    assert_eq!(total(), 8);
    made.store.rebuild_projections().unwrap();
    made.settle();
    assert_eq!(total(), 8);
}

#[test]
fn since_shows_what_became_visible_last() {
    let made = filled(6);
    let view = made.view(node(1));
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    let added: Vec<_> =
        view.list("campaigns", &query).unwrap().rows.iter().map(|row| row.seen.added).collect();
    let mut sorted = added.clone();
    sorted.sort_unstable();
    let page = view.since("campaigns", sorted[1], 1).unwrap();
    assert_eq!((page.rows[0].seen.added, page.total.number), (sorted[3], 2));
    made.add(owned(0, campaign(2, 2, &tlp(Tlp::Green))));
    made.settle();
    let page = view.since("campaigns", sorted[3], 9).unwrap();
    assert_eq!(numbers(&page), [2]);
}

#[test]
fn search_finds_words_newest_first_for_who_may_see_them() {
    let made = store();
    for n in 0..30 {
        let marking = if n % 3 == 2 { Tlp::Amber } else { [Tlp::Green, Tlp::Clear][n % 2] };
        let mut object = campaign(n, 1, &tlp(marking));
        object.insert("description".to_owned(), json!("Luka Durrës harbour"));
        made.add(owned(0, object));
        made.clock.pass(if n % 4 == 0 { 0 } else { 10 });
    }
    made.settle();
    let view = made.view(node(1));
    let wanted: Vec<_> = (0..30).rev().filter(|n| n % 3 != 2).collect();
    let (mut found, mut after, mut back) = (Vec::new(), None, None);
    loop {
        let page = view.search("durres harb", after.as_ref(), 3).unwrap();
        assert_eq!((page.total.number, page.total.exact), (20, true));
        found.extend(numbers(&page));
        after = page.next;
        if after.is_none() {
            back = page.previous.or(back);
            break;
        }
    }
    assert_eq!(found, wanted);
    let mut found = vec![*found.last().unwrap(), found[found.len() - 2]];
    while let Some(cursor) = back {
        let page = view.search("durres harb", Some(&cursor), 3).unwrap();
        found.extend(numbers(&page).into_iter().rev());
        back = page.previous;
    }
    found.reverse();
    found.dedup();
    assert_eq!(found.len(), wanted.len());
    let count = |text: &str| view.search(text, None, 9).unwrap().total.number;
    assert_eq!((count("harbour airport"), count("\"*"), count("campaign 17 ")), (0, 0, 0));
    assert_eq!(count("campaign 16 "), 1);
}

#[test]
fn a_cursor_that_was_not_handed_out_shows_no_more_than_any_other() {
    let made = filled(9);
    let view = made.view(node(1));
    for text in ["", "x", "+", "+a"] {
        assert!(matches!(text.parse::<Cursor>(), Err(Error::BadCursor)), "{text}");
    }
    // One that names a hidden object works as one that names an absent one.
    let page = |id: stix::Id| {
        let after = Some(format!("+{id}!{}", moment(1)).parse().unwrap());
        let query = ListQuery { limit: 100, after, ..ListQuery::default() };
        let page = view.list("campaigns", &query).unwrap();
        numbers(&page)
    };
    assert_eq!(page(id("campaign", 2)), page(id("campaign", 4_711)));
    assert!(view.search("campaign", Some(&"+a!b".parse().unwrap()), 9).is_err());
}

#[test]
fn references_are_followed_as_far_as_one_may_see() {
    let made = store();
    let green = tlp(Tlp::Green);
    let ends = [id("campaign", 1), id("campaign", 2), id("campaign", 3)];
    for n in 1..=3 {
        made.add(owned(0, campaign(n, 1, &tlp(if n == 3 { Tlp::Amber } else { Tlp::Green }))));
    }
    made.add(owned(0, relationship(1, 1, &ends[0], &ends[1], &green)));
    made.add(owned(0, relationship(2, 1, &ends[0], &ends[2], &green)));
    made.add(owned(0, relationship(3, 1, &ends[0], &ends[0], &green)));
    made.settle();
    let ids = |seen: Vec<store::Seen>| -> Vec<_> {
        seen.into_iter().map(|seen| seen.object.id().clone()).collect()
    };
    let referring = |viewer| ids(made.view(viewer).referring_to(&ends[0]).unwrap());
    assert_eq!(referring(node(1)), [id("relationship", 3), id("relationship", 1)]);
    assert_eq!(referring(person(0)).len(), 3);
    let from = |viewer, n| ids(made.view(viewer).refers_from(&id("relationship", n)).unwrap());
    assert_eq!(from(node(1), 1), ends[..2]);
    assert_eq!(from(node(1), 2), []);
    assert_eq!(from(person(0), 2), [ends[0].clone(), ends[2].clone()]);
}
