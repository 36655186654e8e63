//! Packs: what two nodes exchange without a line.

use std::path::{Path, PathBuf};

use node::pack::{PackFrom, PackRead, PackWritten};
use node::{DeliveryState, Error, Reach, Role, Session};
use stix::marking::Tlp;

use crate::made::*;

/// Two nodes that know each other's keys and reach each other by stick alone.
struct Apart {
    from: Made,
    to: Made,
    person: Session,
    stick: tempfile::TempDir,
}

fn apart() -> Apart {
    let clock = clock();
    let (from, to) = (made_with(1, &clock), made_with(2, &clock));
    let nowhere = "http://127.0.0.1:9/taxii2/";
    let for_to = from.node.invite(profile(2), nowhere, "").unwrap();
    to.node.accept(for_to, Reach::Anywhere).unwrap();
    let for_from = to.node.invite(profile(1), nowhere, "").unwrap();
    from.node.accept(for_from, Reach::Anywhere).unwrap();
    let person = from.person(Role::Releaser);
    Apart { from, to, person, stick: tempfile::tempdir().unwrap() }
}

impl Apart {
    fn says(&self, n: usize, name: &str) {
        self.from.clock.pass(SECOND);
        let campaign = campaign(n, name, Some(Tlp::Green));
        self.from.node.release(&self.person, release(vec![campaign])).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.stick.path().join(name)
    }

    fn write(&self, name: &str, from: &PackFrom) -> PackWritten {
        self.from.node.write_pack("XC", from, &self.path(name), |_| {}).unwrap()
    }

    fn read(&self, name: &str) -> Result<PackRead, Error> {
        self.to.node.read_pack(&self.path(name), |_| {})
    }
}

#[test]
fn what_is_released_travels_by_stick_and_each_pack_goes_on_where_the_last_one_ended() {
    let apart = apart();
    apart.says(1, "first");
    let first = apart.write("1", &PackFrom::Last);
    let read = apart.read("1").unwrap();
    assert_eq!(apart.to.says(1).as_deref(), Some("first"));
    let objects = (read.tally.admitted + read.tally.known) as u64;
    assert_eq!((read.pack, objects, read.tally.refused), (first.pack, first.objects, 0));
    assert!(read.gap.is_none() && !read.again);

    apart.says(2, "second");
    let second = apart.write("2", &PackFrom::Last);
    assert_eq!((second.objects, second.number), (1, 2));
    let read = apart.read("2").unwrap();
    assert_eq!((read.tally.admitted, read.held_up_to), (1, second.up_to));
    assert_eq!(apart.write("3", &PackFrom::Last).objects, 0);

    let again = apart.read("2").unwrap();
    assert!(again.again);
    assert_eq!((again.tally.admitted, again.tally.known), (0, 1));
}

#[test]
fn what_a_partner_may_not_see_is_in_no_pack() {
    let apart = apart();
    let sentinel = "sentinel-that-stays-here";
    apart.from.node.release(&apart.person, release(vec![campaign(9, sentinel, None)])).unwrap();
    apart.says(1, "open");
    apart.write("1", &PackFrom::Beginning);
    apart.read("1").unwrap();
    assert_eq!(apart.to.says(9), None);
    assert_eq!(apart.to.says(1).as_deref(), Some("open"));
}

#[test]
fn a_pack_that_was_lost_is_noticed_and_can_be_made_good() {
    let apart = apart();
    apart.says(1, "first");
    apart.write("1", &PackFrom::Last);
    apart.read("1").unwrap();
    apart.says(2, "lost");
    let lost = apart.write("lost", &PackFrom::Last);
    apart.says(3, "third");
    apart.write("3", &PackFrom::Last);
    let read = apart.read("3").unwrap();
    assert_eq!(apart.to.says(3).as_deref(), Some("third"), "it is taken all the same");
    assert_eq!(read.gap, Some((read.held_up_to.clone(), lost.up_to.unwrap())));

    // Nobody has said yet that anything arrived.
    apart.write("again", &PackFrom::Received);
    let read = apart.read("again").unwrap();
    assert!(read.gap.is_none());
    assert_eq!(apart.to.says(2).as_deref(), Some("lost"));
    apart.says(4, "fourth");
    apart.write("4", &PackFrom::Last);
    assert!(apart.read("4").unwrap().gap.is_none());
}

#[test]
fn the_next_pack_the_other_way_says_what_arrived() {
    let apart = apart();
    apart.says(1, "first");
    let first = apart.write("1", &PackFrom::Last);
    let delivery = || {
        let all = apart.from.node.deliveries(&apart.person, &id(1)).unwrap();
        all.into_iter().map(|one| one.state).collect::<Vec<_>>()
    };
    assert_eq!(delivery(), [DeliveryState::Sent]);
    apart.read("1").unwrap();
    apart.to.node.write_pack("XB", &PackFrom::Last, &apart.path("back"), |_| {}).unwrap();
    let read = apart.from.node.read_pack(&apart.path("back"), |_| {}).unwrap();
    assert_eq!(read.received, first.up_to);
    assert_eq!(delivery(), [DeliveryState::Received]);
    assert_eq!(apart.write("none", &PackFrom::Received).objects, 0);
    // The head of the other's audit trail came along, for whoever wants to hold it against it.
    let kept = apart.from.node.audit_witness("XC").unwrap().unwrap();
    assert!(apart.to.node.verify_audit(&[kept], |_, _| {}).unwrap().is_good());
}

#[test]
fn a_damaged_pack_says_where_and_nothing_of_it_is_taken() {
    let apart = apart();
    for n in 1..=20 {
        apart.says(n, "whole");
    }
    apart.write("whole", &PackFrom::Last);
    let whole = std::fs::read(apart.path("whole")).unwrap();
    let offset = |bytes: &[u8]| {
        std::fs::write(apart.path("damaged"), bytes).unwrap();
        match apart.read("damaged") {
            Err(Error::BadPack(bad)) => Some(bad.offset),
            Err(Error::Pack { .. }) => None,
            other => panic!("it was read: {other:?}"),
        }
    };
    for length in (0..whole.len()).step_by(7) {
        let at = offset(&whole[..length]).expect("it is cut off");
        assert!(at <= length as u64, "cut off at {length}, told of {at}");
    }
    for at in (0..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        offset(&damaged);
    }
    let mut longer = whole.clone();
    longer.push(b'\n');
    assert_eq!(offset(&longer), Some(whole.len() as u64));
    assert_eq!(apart.to.says(1), None, "nothing was taken");
    assert_eq!(apart.read("whole").unwrap().tally.refused, 0);
}

#[test]
fn a_pack_is_only_for_whom_it_is_meant_and_only_of_whom_one_knows() {
    let apart = apart();
    apart.says(1, "first");
    apart.write("1", &PackFrom::Last);
    let third = made_with(3, &apart.from.clock);
    let refused = |made: &Made| match made.node.read_pack(&apart.path("1"), |_| {}) {
        Err(Error::Pack { reason }) => reason,
        other => panic!("it was read: {other:?}"),
    };
    assert!(refused(&third).contains("for another state"));
    let own = apart.from.node.read_pack(&apart.path("1"), |_| {});
    assert!(matches!(own, Err(Error::Pack { .. })), "one’s own is for another state, too");
    apart.to.node.remove_peer("XB").unwrap();
    assert!(refused(&apart.to).contains("whose key nobody here compared"));
}

#[test]
fn a_pack_signed_by_another_key_is_refused() {
    let apart = apart();
    apart.says(1, "first");
    let impostor = made_as(1, 4, &apart.from.clock);
    let nowhere = "http://127.0.0.1:9/taxii2/";
    let invitation = apart.to.node.invite(profile(1), nowhere, "").unwrap();
    impostor.node.accept(invitation, Reach::Anywhere).unwrap();
    let file = apart.path("false");
    impostor.node.rotate_key(false).unwrap();
    impostor.node.write_pack("XC", &PackFrom::Beginning, &file, |_| {}).unwrap();
    let read = apart.read("false");
    assert!(
        matches!(&read, Err(Error::Pack { reason }) if reason.contains("unknown key")),
        "{read:?}"
    );
}

#[test]
fn the_writers_key_can_be_rotated_between_packs() {
    let apart = apart();
    apart.says(1, "first");
    apart.write("1", &PackFrom::Last);
    apart.read("1").unwrap();
    apart.from.node.rotate_key(false).unwrap();
    apart.says(2, "second");
    apart.write("2", &PackFrom::Last);
    // The statement that names the new key is inside the pack that the new key signs.
    let read = apart.read("2");
    assert!(read.is_ok(), "{read:?}");
    assert_eq!(apart.to.says(2).as_deref(), Some("second"));
}

#[test]
fn an_existing_file_is_never_overwritten_and_a_half_written_one_has_another_name() {
    let apart = apart();
    apart.says(1, "first");
    std::fs::write(apart.path("there"), "mine").unwrap();
    let written = apart.from.node.write_pack("XC", &PackFrom::Last, &apart.path("there"), |_| {});
    assert!(matches!(written, Err(Error::Io { .. })));
    assert_eq!(std::fs::read_to_string(apart.path("there")).unwrap(), "mine");
    let names = |dir: &Path| std::fs::read_dir(dir).unwrap().count();
    assert_eq!(names(apart.stick.path()), 1);
    assert_eq!(apart.write("new", &PackFrom::Last).number, 1, "nothing was counted as written");
}
