//! Accounts, credentials and sessions.

use std::os::unix::fs::PermissionsExt;

use node::{Error, NewAccount, Node, Role, SignInError};

use crate::made::*;

#[test]
fn secrets_are_for_the_nodes_own_account_on_the_machine() {
    let made = made(0);
    let rights =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&made.folder().join("signing.key")), 0o600);
    assert_eq!(rights(&made.folder()), 0o700);
    let key = made.node.public_key();
    let again = Node::init(
        &made.folder(),
        profile(0),
        node::Options {
            clock: made.clock.clone(),
            random: std::sync::Arc::new(store::SystemRandom),
            network: node::Network::Machine,
            lists: Vec::new(),
        },
    );
    assert!(matches!(again, Err(Error::AlreadyANode { .. })));
    assert_eq!(made.restarted().node.public_key(), key, "a key is never overwritten");
}

#[test]
fn sessions_are_listed_and_ended() {
    let made = made(0);
    made.account("duty", Role::Analyst);
    let sign_in = |agent: &str| made.node.sign_in("duty", PASSWORD, agent).ok().unwrap();
    let first = sign_in("first\u{7}");
    made.clock.pass(SECOND);
    let second = sign_in("second");
    assert_eq!(second.session.last_visit, BEGIN);
    let listed = made.node.sessions(&second.session).unwrap();
    let agents: Vec<_> = listed.iter().map(|one| (one.agent.as_str(), one.current)).collect();
    assert_eq!(agents, [("second", true), ("first", false)]);
    assert!(!format!("{listed:?}").contains(&second.token), "the secret is kept nowhere");

    made.node.end_session(&second.session, &first.session.id).unwrap();
    assert!(made.node.session(&first.token).unwrap().is_none());
    assert!(made.node.session(&second.token).unwrap().is_some());
    made.node.sign_out(&second.token).unwrap();
    assert!(made.node.session(&second.token).unwrap().is_none());

    // Nobody ends another's.
    let third = sign_in("third");
    let other = made.person(Role::Releaser);
    made.node.end_session(&other, &third.session.id).unwrap();
    assert!(made.node.session(&third.token).unwrap().is_some());
    made.clock.pass(12 * HOUR);
    assert!(made.node.session(&third.token).unwrap().is_none(), "it ends by itself");
    assert!(made.node.session("junk").unwrap().is_none());
}

#[test]
fn a_session_outlives_a_restart_and_not_a_new_password() {
    let made = made(0);
    made.account("duty", Role::Analyst);
    let signed_in = made.node.sign_in("duty", PASSWORD, "x").ok().unwrap();
    let made = made.restarted();
    assert!(made.node.session(&signed_in.token).unwrap().is_some());
    made.node.set_password("duty", "another password").unwrap();
    assert!(made.node.session(&signed_in.token).unwrap().is_none());
    assert!(matches!(made.node.sign_in("duty", PASSWORD, "x"), Err(SignInError::Wrong)));
    assert!(made.node.sign_in("duty", "another password", "x").is_ok());
    made.node.remove_account("duty").unwrap();
    assert!(matches!(made.node.sign_in("duty", "another password", "x"), Err(SignInError::Wrong)));
}

#[test]
fn guessing_gets_slow_for_guessers() {
    let made = made(0);
    made.account("duty", Role::Analyst);
    assert!(made.node.verify("duty", PASSWORD).is_ok());
    for _ in 0..6 {
        assert!(matches!(made.node.verify("duty", "wrong password"), Err(SignInError::Wrong)));
    }
    assert!(matches!(
        made.node.verify("duty", "wrong password"),
        Err(SignInError::Wait { seconds: 1 })
    ));
    // Whoever was in stays in; another name is another's.
    assert!(made.node.verify("duty", PASSWORD).is_ok());
    made.clock.pass(SECOND);
    assert!(matches!(made.node.verify("duty", "wrong password"), Err(SignInError::Wrong)));
    assert!(matches!(
        made.node.verify("duty", "wrong password"),
        Err(SignInError::Wait { seconds: 2 })
    ));
    // A name that is nobody's waits alike.
    for _ in 0..6 {
        assert!(matches!(made.node.verify("nobody", "wrong password"), Err(SignInError::Wrong)));
    }
    assert!(matches!(made.node.verify("nobody", "wrong password"), Err(SignInError::Wait { .. })));
}

#[test]
fn accounts_have_one_name_and_a_real_password() {
    let made = made(0);
    let add = |name: &str, password: &str| {
        made.node.add_account(NewAccount {
            name: name.to_owned(),
            display: String::new(),
            role: Role::Tool,
            password: password.to_owned(),
        })
    };
    assert!(matches!(add("feed", "short"), Err(Error::ShortPassword { .. })));
    for bad in ["", "x", "Feed", "a b", "a/b", "é1"] {
        assert!(matches!(add(bad, PASSWORD), Err(Error::BadAccountName { .. })), "{bad}");
    }
    add("feed", PASSWORD).unwrap();
    assert!(matches!(add("feed", "another password"), Err(Error::AccountExists { .. })));
    assert!(made.node.verify("feed", PASSWORD).is_ok(), "the first stays as it was");
    // A tool signs in by TAXII only.
    assert!(matches!(made.node.sign_in("feed", PASSWORD, "x"), Err(SignInError::Wrong)));
    assert!(matches!(made.node.set_password("nobody", PASSWORD), Err(Error::NoAccount { .. })));
}

#[test]
fn invitations_are_for_one_state_and_for_a_while() {
    let (made, key) = (made(0), stix::sign::SecretKey::from_seed([1; 32]));
    let accept = |change: &dyn Fn(&mut node::Invitation)| {
        let mut given = invitation(1, 0, &key, "http://127.0.0.1:9/taxii2/");
        change(&mut given);
        made.node.accept(given, node::Reach::Anywhere)
    };
    assert!(accept(&|given| given.to = state(2)).is_err(), "for another");
    assert!(accept(&|given| given.from = profile(0)).is_err(), "in our own name");
    assert!(accept(&|given| given.key = "x".to_owned()).is_err());
    assert!(accept(&|given| given.expires = stix::Timestamp::from_micros(BEGIN - 1)).is_err());
    assert!(made.node.peers().unwrap().is_empty());
    accept(&|_| {}).unwrap();
    assert_eq!(made.node.partners().unwrap()[0].fingerprint, Some(key.public().fingerprint()));

    assert!(made.node.invite(profile(0), "http://127.0.0.1:9/taxii2/", "").is_err());
    let first = made.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let second = made.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    assert!(made.node.verify(&first.user, &first.password).is_err(), "a new one replaces the old");
    assert!(made.node.verify(&second.user, &second.password).is_ok());
    // Another state that claims the same code does not get the first one's account.
    let namesake = node::Profile { state: state(7), ..profile(1) };
    assert!(made.node.invite(namesake, "http://127.0.0.1:9/taxii2/", "").is_err());
    assert!(made.node.verify(&second.user, &second.password).is_ok());
    made.node.remove_peer("XB").unwrap();
    assert!(made.node.verify(&second.user, &second.password).is_err());
    assert!(made.node.peers().unwrap().is_empty());
}
