//! Drafts: nobody else's, and never in the log.

use node::{Error, Role};
use serde_json::json;

use crate::made::*;

#[test]
fn a_draft_is_its_writers_alone() {
    let made = made(0);
    let (writer, other) = (made.person(Role::Analyst), made.person(Role::Releaser));
    let draft = made.node.start_draft(&writer, "form", json!({ "a": 1 }), None).unwrap();
    made.clock.pass(SECOND);
    let kept = made.node.keep_draft(&writer, &draft.id, json!({ "a": 2 })).unwrap();
    assert_eq!((kept.changed, &kept.form), (BEGIN + SECOND, &json!({ "a": 2 })));
    assert_eq!(made.node.drafts(&writer, "form").unwrap().len(), 1);
    assert!(made.node.drafts(&writer, "another form").unwrap().is_empty());

    assert!(made.node.draft(&other, &draft.id).unwrap().is_none());
    assert!(made.node.drafts(&other, "form").unwrap().is_empty());
    assert!(matches!(made.node.keep_draft(&other, &draft.id, json!({})), Err(Error::NoDraft)));
    assert!(matches!(made.node.delete_draft(&other, &draft.id), Err(Error::NoDraft)));
    let administrator = made.person(Role::Administrator);
    assert!(matches!(
        made.node.start_draft(&administrator, "form", json!({}), None),
        Err(Error::NotAllowed)
    ));

    made.node.delete_draft(&writer, &draft.id).unwrap();
    assert!(made.node.draft(&writer, &draft.id).unwrap().is_none());
    assert_eq!(made.node.restore_draft(&writer).unwrap().id, draft.id);
    assert!(matches!(made.node.restore_draft(&writer), Err(Error::NoDraft)));
    assert!(made.node.draft(&writer, &draft.id).unwrap().is_some());
}

#[test]
fn a_draft_ends_with_its_release_and_not_with_a_failed_one() {
    let made = made(0);
    let (analyst, writer) = (made.person(Role::Administrator), made.person(Role::Releaser));
    let draft = made.node.start_draft(&writer, "form", json!({}), None).unwrap();
    let with_draft = |object| node::Release {
        objects: vec![object],
        draft: Some(draft.id.clone()),
        ..node::Release::default()
    };
    assert!(made.node.release(&analyst, with_draft(campaign(1, "x", None))).is_err());
    assert!(made.node.draft(&writer, &draft.id).unwrap().is_some());
    made.node.release(&writer, with_draft(campaign(1, "x", None))).unwrap();
    assert!(made.node.draft(&writer, &draft.id).unwrap().is_none());
}
