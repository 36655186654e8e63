//! A dishonest node in the middle: X releases, M relays, Y sees X's objects through M alone. What M
//! does to them is found out, and shown.

use std::sync::Arc;

use node::{Doubt, Refusal, Role, Session, Viewer};
use stix::marking::Tlp;
use stix::sign::SecretKey;

use crate::made::*;

/// X is 0, M is 1, Y is 2.
struct Three {
    clock: Arc<HandClock>,
    x: Made,
    m: Made,
    y: Made,
    releaser: Session,
    /// What M does to what it serves to Y.
    tamper: Tamper,
    serving: Vec<tokio::task::JoinHandle<()>>,
}

impl Three {
    async fn new() -> Self {
        let clock = clock();
        let (x, m, y) = (made_with(0, &clock), made_with(1, &clock), made_with(2, &clock));
        m.node.set_relay(true).unwrap();
        let mut serving = vec![connect(&x, &m).await];
        let (url, tamper, serves) = serve_tampered(&m.node).await;
        serving.push(serves);
        let invitation = m.node.invite(profile(2), &url, "").unwrap();
        y.node.accept(invitation, node::Reach::Anywhere).unwrap();
        // Y compared X's key, and cannot reach X.
        let dead = "http://127.0.0.1:9/taxii2/";
        let key = x.node.public_key().to_string();
        let invitation = node::Invitation { key, ..invitation_of(0, 2, dead) };
        y.node.accept(invitation, node::Reach::Anywhere).unwrap();
        let releaser = x.person(Role::Releaser);
        Self { clock, x, m, y, releaser, tamper, serving }
    }

    fn releases(&self, n: usize, name: &str, tlp: Tlp) {
        self.clock.pass(SECOND);
        self.x.node.release(&self.releaser, release(vec![campaign(n, name, Some(tlp))])).unwrap();
        self.clock.pass(SECOND);
    }

    /// Everything goes one hop further, proofs too.
    async fn go_round(&self) {
        self.m.node.prove("XA").await.unwrap();
        self.clock.pass(SECOND);
        self.y.node.prove("XB").await.unwrap();
        self.clock.pass(SECOND);
    }

    /// What Y knows by X's own word.
    fn carried(&self) -> Option<node::Carried> {
        let carried = self.y.node.carried().unwrap();
        carried.into_iter().find(|one| one.signed.statement.owner == state(0))
    }

    fn doubt(&self, n: usize) -> Option<Doubt> {
        let viewer = Viewer::Person { state: state(2), account: "duty".to_owned(), admin: false };
        let seen = self.y.node.view_of(viewer).get(&id(n)).unwrap().expect("it is seen");
        self.y.node.standings().unwrap().doubt(&seen)
    }

    fn is_wrong(&self) -> bool {
        self.carried().expect("X's word came").is_wrong(self.y.node.now())
    }
}

impl Drop for Three {
    fn drop(&mut self) {
        self.serving.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[test]
fn an_honest_middle_is_confirmed_by_the_owners_word() {
    run(async {
        let three = Three::new().await;
        three.releases(1, "one", Tlp::Green);
        three.releases(2, "not to be passed on", Tlp::Amber);
        three.y.node.pull_from("XB").await.unwrap();
        three.go_round().await;
        assert!(three.m.node.last_proof(&state(0)).unwrap().unwrap().is_equal());
        assert_eq!(three.y.says(1).as_deref(), Some("one"));
        assert_eq!(three.doubt(1), None);
        assert!(!three.is_wrong());
        three.clock.pass(HOUR);
        three.go_round().await;
        assert!(!three.is_wrong());
    });
}

#[test]
fn what_the_middle_alters_is_refused_and_kept_aside() {
    run(async {
        let three = Three::new().await;
        three.releases(1, "before", Tlp::Green);
        three.tamper.replace("before", "after!");
        three.go_round().await;
        assert_eq!(three.y.says(1), None);
        let administrator = three.y.person(Role::Administrator);
        let aside = three.y.node.quarantined(&administrator, &everything()).unwrap();
        let kept = aside.iter().find(|kept| kept.id.as_deref() == Some(id(1).as_str())).unwrap();
        assert_eq!(kept.refusal, Refusal::BadSignature);
        // And it is missing, by X's own word.
        three.clock.pass(HOUR);
        three.go_round().await;
        assert!(three.is_wrong());
    });
}

#[test]
fn what_the_middle_withholds_is_missed() {
    run(async {
        let three = Three::new().await;
        three.releases(1, "one", Tlp::Green);
        three.releases(2, "two", Tlp::Green);
        three.tamper.leave_out(&[id(2)]);
        three.go_round().await;
        assert_eq!(three.y.says(2), None);
        let carried = three.carried().unwrap();
        assert_eq!(carried.signed.statement.summary.count, carried.held + 1);
        // It may be on its way; later it is not any more.
        assert!(!three.is_wrong());
        three.clock.pass(HOUR);
        three.go_round().await;
        assert!(three.is_wrong());
        assert_eq!(three.doubt(1), Some(Doubt::NotConfirmed { since: None }));
        // When it gives it out again, that is found out, too.
        three.tamper.leave_out(&[]);
        three.clock.pass(24 * HOUR);
        three.go_round().await;
        assert!(!three.is_wrong());
        assert_eq!(three.doubt(1), None);
    });
}

#[test]
fn an_owners_word_that_is_withheld_leaves_its_objects_unconfirmed() {
    run(async {
        let three = Three::new().await;
        three.releases(1, "one", Tlp::Green);
        three.tamper.silence_statements();
        three.go_round().await;
        assert_eq!(three.y.says(1).as_deref(), Some("one"));
        assert_eq!(three.doubt(1), Some(Doubt::NotConfirmed { since: None }));
    });
}

#[test]
fn an_older_wider_version_that_the_middle_replays_is_found_out() {
    run(async {
        let three = Three::new().await;
        three.releases(1, "wide", Tlp::Green);
        three.releases(2, "stays", Tlp::Green);
        three.go_round().await;
        let wide = three.y.seen(&id(1)).unwrap();
        // X narrows it and calls it back; M goes on showing what it had.
        three.tamper.withhold_recalls();
        three.tamper.add(wide.text());
        three.releases(1, "narrow", Tlp::Amber);
        three.go_round().await;
        three.clock.pass(HOUR);
        three.go_round().await;
        assert_eq!(three.y.seen(&id(1)), Some(wide.clone()));
        assert!(three.is_wrong(), "X's word does not have it any more");
        assert_eq!(three.doubt(1), Some(Doubt::NotConfirmed { since: None }));

        // A Y that reaches X hears of it from X itself.
        let (url, serving) = serve(&three.x.node).await;
        let invitation = three.x.node.invite(profile(2), &url, "").unwrap();
        three.y.node.accept(invitation, node::Reach::Anywhere).unwrap();
        let proof = three.y.node.prove("XA").await.unwrap();
        // X's own recall comes now, too: what was called back is erased.
        assert!(proof.is_equal(), "{proof:?}");
        assert_eq!(three.y.seen(&id(1)), None);

        // Back to all: who has the newer version does not fall back to one that is replayed.
        three.releases(1, "wide again", Tlp::Green);
        assert!(three.y.node.prove("XA").await.unwrap().is_equal());
        assert_eq!(three.y.says(1).as_deref(), Some("wide again"));
        three.releases(3, "so that there is something to pull", Tlp::Green);
        three.go_round().await;
        assert_eq!(three.y.says(1).as_deref(), Some("wide again"));
        serving.abort();
    });
}

#[test]
fn a_version_that_is_back_dated_or_ahead_never_counts() {
    run(async {
        let three = Three::new().await;
        let key = SecretKey::from_seed([9; 32]);
        // M's own objects: it can sign them as it likes.
        let (url, tamper, serving) = serve_tampered(&three.m.node).await;
        let invitation = three.m.node.invite(profile(2), &url, "").unwrap();
        let forged = node::Invitation { key: key.public().to_string(), ..invitation };
        three.y.node.accept(forged, node::Reach::Anywhere).unwrap();
        tamper.add(version(5, "first", 100, &key).text());
        three.y.node.pull_from("XB").await.unwrap();
        assert_eq!(three.y.says(5).as_deref(), Some("first"));
        // Back-dated: stored, and never the newest.
        tamper.add(version(5, "back-dated", 50, &key).text());
        three.releases(1, "so that there is something to pull", Tlp::Green);
        three.m.node.pull_from("XA").await.unwrap();
        three.y.node.pull_from("XB").await.unwrap();
        assert_eq!(three.y.says(5).as_deref(), Some("first"));
        // Two things as one version: an alarm.
        assert_eq!(three.y.node.store().alarms().unwrap().len(), 0);
        tamper.add(version(5, "second", 100, &key).text());
        three.releases(2, "so that there is something to pull", Tlp::Green);
        three.m.node.pull_from("XA").await.unwrap();
        three.y.node.pull_from("XB").await.unwrap();
        assert_eq!(three.y.node.store().alarms().unwrap().len(), 1);
        // Far ahead: kept aside until its time has come.
        tamper.add(version(6, "ahead", 3 * 24 * 3_600, &key).text());
        three.releases(3, "so that there is something to pull", Tlp::Green);
        three.m.node.pull_from("XA").await.unwrap();
        three.y.node.pull_from("XB").await.unwrap();
        assert_eq!(three.y.says(6), None);
        let administrator = three.y.person(Role::Administrator);
        let aside = three.y.node.quarantined(&administrator, &everything()).unwrap();
        assert!(aside.iter().any(|kept| matches!(kept.refusal, Refusal::Ahead { .. })));
        serving.abort();
    });
}
