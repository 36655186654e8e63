//! The page of the audit trail.

use crate::world::{World, home, report};

#[tokio::test]
async fn the_administrator_reads_who_did_what_and_nobody_else_does() {
    let world = World::new();
    let mut duty = world.signed_in("duty").await;
    for path in ["/audit", "/audit/extract"] {
        assert_eq!(duty.get(path).await.status, 403, "{path}");
    }
    assert!(!duty.get("/").await.body.contains("href=\"/audit\""));

    let mut admin = world.signed_in("admin").await;
    let page = admin.get("/audit").await;
    for inside in ["Added an account", "Signed in", "<td class=\"nw\">duty</td>", "the node itself"]
    {
        assert!(page.body.contains(inside), "{inside}: {}", page.body);
    }
    let page = admin.get("/audit?kind=signed-in&by=duty").await;
    let rows = page.body.matches("<td class=\"nw\">duty</td>").count();
    assert_eq!(rows, 1, "{}", page.body);
    assert!(!page.body.contains("<td>Added an account"));
    let none = admin.get("/audit?by=nobody").await;
    assert!(none.body.contains("No such rows") && none.body.contains("All filters off"));
}

#[tokio::test]
async fn a_long_trail_is_paged_in_both_directions() {
    let world = World::new();
    for n in 0..230 {
        let act = node::Act::Setting { name: format!("setting-{n}"), value: "x".to_owned() };
        let event = node::Event::of(node::Actor::command(), act);
        world.node.audit(event).expect("it is told");
    }
    let mut admin = world.signed_in("admin").await;
    let first = admin.get("/audit?kind=setting").await;
    assert!(first.body.contains("setting-229") && !first.body.contains("setting-129 "));
    let below = |body: &str, name: &str| {
        let at = body.find(&format!("{name}=")).expect("a neighbour");
        let rest = &body[at + name.len() + 1..];
        rest.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let second =
        admin.get(&format!("/audit?kind=setting&below={}", below(&first.body, "below"))).await;
    assert!(second.body.contains("setting-129 ") && !second.body.contains("setting-229"));
    let back =
        admin.get(&format!("/audit?kind=setting&above={}", below(&second.body, "above"))).await;
    assert!(back.body.contains("setting-229") && back.body.contains("setting-130 "));
}

#[tokio::test]
async fn an_extract_names_who_took_it_and_what_a_row_is_about_is_shown_only_to_who_sees_it() {
    let world = World::new();
    world.open_report(1, &home(), "A harbour closed");
    let hidden = world.hidden_report(2, "A sentinel");
    for n in [1, 2] {
        let id = stix::Id::parse(&report(n)).expect("an id");
        let act = node::Act::Recalled { objects: 1 };
        let event = node::Event::of(node::Actor::command(), act).about([id]);
        world.node.audit(event).expect("it is told");
    }
    let mut admin = world.signed_in("admin").await;
    let page = admin.get("/audit?kind=recalled").await;
    assert!(page.body.contains("A harbour closed"), "{}", page.body);
    assert!(page.body.contains("one object that you do not see"), "{}", page.body);
    assert!(!page.body.contains("sentinel") && !page.body.contains(hidden.id().as_str()));

    let extract = admin.get("/audit/extract?kind=recalled").await;
    assert_eq!(extract.body.matches("\"kind\":\"recalled\"").count(), 2, "{}", extract.body);
    assert!(!extract.body.contains(&report(1)), "rows name no object");
    let page = admin.get("/audit?kind=extracted").await;
    assert!(page.body.contains("<td class=\"nw\">admin</td>"), "{}", page.body);
}
