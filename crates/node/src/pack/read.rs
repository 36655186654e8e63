//! Reading packs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use pack::{Closing, Next, Opening, Reader};
use release::Holder;
use serde::Serialize;
use stix::keys::{Judgement, Keyring};
use stix::sign::KeyId;
use stix::{Id, Timestamp};
use store::{Batch, Record};

use super::LastPack;
use crate::admit::{Admission, Tally};
use crate::audit::Head;
use crate::error::Error;
use crate::judge::{Judge, Judged};
use crate::peer::{Cursor, Source};
use crate::{Act, Event, Node, Profile};

/// How many refused objects a report names.
const MOST_NAMED: usize = 100;

/// What reading a pack did.
#[derive(Clone, Debug, Serialize)]
pub struct PackRead {
    /// Its name: the hash of what is in it.
    pub pack: String,
    /// Whose it is.
    pub from: Profile,
    /// When it was written.
    pub at: Timestamp,
    /// What became of its objects.
    pub tally: Tally,
    /// How many were refused for which reason.
    pub reasons: BTreeMap<String, u64>,
    /// The first of those refused.
    pub refused: Vec<RefusedObject>,
    /// What is missing before this pack, if something is: from which moment of the writer's up to
    /// which.
    pub gap: Option<(Option<Timestamp>, Timestamp)>,
    /// Whether this pack was the last one read before, too.
    pub again: bool,
    /// Up to which moment of the writer's everything is held now.
    pub held_up_to: Option<Timestamp>,
    /// Up to which moment of ours the writer says that it holds everything.
    pub received: Option<Timestamp>,
    /// What is wrong with the head of the writer's audit trail, if something is.
    pub head: Option<String>,
}

/// An object of a pack that was kept aside.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedObject {
    /// Its place in the pack, from 1.
    pub number: u64,
    /// Its id, as far as it can be read.
    pub id: Option<String>,
    /// Why.
    pub reason: String,
}

/// What is added up while a pack is taken in.
#[derive(Default)]
struct Report {
    tally: Tally,
    reasons: BTreeMap<String, u64>,
    refused: Vec<RefusedObject>,
    objects: u64,
}

impl Node {
    /// Reads a partner's pack. The whole file is found to be the partner's, byte for byte, before
    /// the first object is judged; then each is admitted or kept aside as if it had been pulled.
    /// Reading it again, or after the program ended within, is harmless. `progress` hears how many
    /// objects are done.
    pub fn read_pack(&self, file: &Path, mut progress: impl FnMut(u64)) -> Result<PackRead, Error> {
        let io = |source| Error::Io { path: file.to_owned(), source };
        let mut input = File::open(file).map_err(io)?;
        let (opening, closing) = verify(&input)?;
        let state = opening.from.clone();
        let (peer, source) = self.known_writer(&opening, &closing)?;
        let last = self.packs_read().get(state.as_str())?;
        let held = self.cursor(&state, &source)?;
        let gap = match &opening.after {
            Some(after) if held.as_ref().is_none_or(|held| held < after) => {
                Some((held.clone(), after.clone()))
            }
            _ => None,
        };

        input.rewind().map_err(io)?;
        let mut reader = Reader::open(BufReader::new(input))?;
        let mut report = Report::default();
        let mut up_to = None;
        loop {
            match reader.next()? {
                Next::Chunk(chunk, packed) => {
                    let objects = packed.objects(&chunk)?;
                    // With a gap before it, what is to be pulled begins before the gap.
                    let at = (gap.is_none() && held.as_ref() < Some(&chunk.up_to))
                        .then(|| chunk.up_to.clone());
                    let cursor = at.map(|at| self.cursor_at(&state, &source, at)).transpose()?;
                    self.take_chunk(&state, objects, cursor, &mut report)?;
                    up_to = Some(chunk.up_to);
                    progress(report.objects);
                }
                // The file is the one that was verified.
                Next::End(end) if end == closing => break,
                Next::End(_) => return Err(Self::unpackable("the file changed while it was read")),
            }
        }
        self.end_reading(&opening, &closing, last.as_ref(), up_to, &report)?;
        let wrong = self.keep_witness(&opening)?;
        if let Some(received) = &opening.received {
            self.partner_asked(&state, received.up_to.micros());
        }
        Ok(PackRead {
            again: last.is_some_and(|last| last.pack == closing.sha256),
            pack: closing.sha256,
            from: peer,
            at: opening.at,
            tally: report.tally,
            reasons: report.reasons,
            refused: report.refused,
            gap,
            held_up_to: self.cursor(&state, &source)?,
            received: opening.received.map(|received| received.up_to),
            head: wrong,
        })
    }

    fn unpackable(reason: &str) -> Error {
        Error::Pack { reason: reason.to_owned() }
    }

    /// The peer who wrote a pack, if it is for this node and the peer's own key signed it.
    fn known_writer(
        &self,
        opening: &Opening,
        closing: &Closing,
    ) -> Result<(Profile, Source), Error> {
        if opening.to != *self.me() {
            return Err(Self::unpackable(&format!("it is for another state: {}", opening.to)));
        }
        let peer = self.peer(&opening.from)?;
        let Some((profile, source)) = peer.and_then(|peer| Some((peer.profile, peer.source?)))
        else {
            let reason = format!("it is from {}, whose key nobody here compared", opening.from);
            return Err(Self::unpackable(&reason));
        };
        let mut ring = self.keys_of(&opening.from)?;
        let key = KeyId::parse(&closing.key);
        let knows = |ring: &Option<Keyring>| {
            ring.as_ref().zip(key.as_ref()).is_some_and(|(ring, key)| ring.key(key).is_some())
        };
        if !knows(&ring) && !opening.keys.is_empty() {
            // Signed statements of the owner are admitted whoever brings them.
            let said = opening.keys.iter().map(|text| text.clone().into()).collect();
            self.take_chunk(&opening.from, said, None, &mut Report::default())?;
            ring = self.keys_of(&opening.from)?;
        }
        let signed = ring.as_ref().zip(key).map(|(ring, key)| self.judged(ring, &key, closing));
        match signed {
            Some(Ok(())) => Ok((profile, source)),
            Some(Err(reason)) => Err(Self::unpackable(&reason)),
            None => Err(Self::unpackable("it is not signed")),
        }
    }

    fn judged(&self, ring: &Keyring, key: &KeyId, closing: &Closing) -> Result<(), String> {
        let Some(public) = ring.key(key) else {
            return Err(format!("it is signed with the unknown key {key}"));
        };
        if !closing.is_by(public) {
            return Err("its signature is not good".to_owned());
        }
        match ring.judge(key, self.now()) {
            Judgement::Good => Ok(()),
            Judgement::Frozen => Err("its writer’s keys are in conflict".to_owned()),
            Judgement::Revoked | Judgement::Discarded | Judgement::Unknown => {
                Err(format!("the key {key} does not speak for its writer any more"))
            }
        }
    }

    fn cursor_at(&self, state: &Id, source: &Source, at: Timestamp) -> Result<Record, Error> {
        let cursor = Cursor { url: source.url.clone(), key: source.key.clone(), at };
        Ok(self.cursor_shelf().record(state.as_str(), &cursor)?)
    }

    /// Judges a chunk and keeps it, with the moment up to which it goes, in one transaction.
    fn take_chunk(
        &self,
        state: &Id,
        objects: Vec<bytes::Bytes>,
        cursor: Option<Record>,
        report: &mut Report,
    ) -> Result<(), Error> {
        let mut judge = Judge::begin(self)?;
        let holder = Holder::State(state.clone());
        let judged: Vec<_> = objects.into_iter().map(|bytes| judge.bytes(bytes, &holder)).collect();
        for one in &judged {
            report.note(one);
        }
        let Tally { admitted, known, refused } =
            self.keep(judge, judged, state.as_str(), cursor.into_iter().collect())?;
        report.tally.admitted += admitted;
        report.tally.known += known;
        report.tally.refused += refused;
        Ok(())
    }

    fn end_reading(
        &self,
        opening: &Opening,
        closing: &Closing,
        last: Option<&LastPack>,
        up_to: Option<Timestamp>,
        report: &Report,
    ) -> Result<(), Error> {
        let state = opening.from.as_str();
        let before = last.and_then(|last| last.up_to.clone());
        let pack = closing.sha256.clone();
        let read = LastPack {
            pack: pack.clone(),
            number: last.map_or(1, |last| last.number + 1),
            up_to: up_to.or_else(|| opening.after.clone()).max(before),
            at: self.now(),
        };
        let act = Act::PackRead { peer: opening.from.clone(), objects: report.objects, pack };
        let records =
            vec![self.packs_read().record(state, &read)?, self.told(Event::of(self.actor(), act))?];
        self.inner.store.append(Batch { objects: Vec::new(), records })?;
        Ok(())
    }

    /// Keeps the head of the writer's audit trail. Gives what is wrong with it.
    fn keep_witness(&self, opening: &Opening) -> Result<Option<String>, Error> {
        let Some(head) = &opening.head else { return Ok(None) };
        let Ok(head) = serde_json::from_value::<Head>(head.clone()) else {
            return Ok(Some("the head of its audit trail cannot be read".to_owned()));
        };
        let ring = self.keys_of(&opening.from)?;
        let key = KeyId::parse(&head.key).and_then(|id| ring.as_ref()?.key(&id).cloned());
        if head.state != opening.from || !key.is_some_and(|key| head.is_by(&key)) {
            return Ok(Some("the head of its audit trail is not well signed".to_owned()));
        }
        let mut wrong = None;
        self.witnessed().update(opening.from.as_str(), |held| {
            wrong = None;
            match held {
                Some(kept) if kept.size == head.size && kept.root != head.root => {
                    wrong = Some(format!("its audit trail has two contents of {} rows", head.size));
                    Some(kept)
                }
                // One that is older than what came before: packs can come in any order.
                Some(kept) if kept.size >= head.size => Some(kept),
                _ => Some(head.clone()),
            }
        })?;
        Ok(wrong)
    }

    /// The latest head of a peer's audit trail that came with its packs.
    pub fn audit_witness(&self, peer: &str) -> Result<Option<Head>, Error> {
        let peer = self.find_peer(peer)?;
        Ok(self.witnessed().get(peer.profile.state.as_str())?)
    }
}

impl Report {
    fn note(&mut self, judged: &Judged) {
        self.objects += 1;
        let Admission::Refused(refusal) = &judged.admission else { return };
        let code = refusal.code().to_owned();
        *self.reasons.entry(code).or_default() += 1;
        if self.refused.len() < MOST_NAMED {
            self.refused.push(RefusedObject {
                number: self.objects,
                id: crate::quarantine::id_in(&judged.bytes),
                reason: refusal.to_string(),
            });
        }
    }
}

/// Reads a file to its end: whether it is whole, and what its first and last lines say. Nothing is
/// decompressed.
fn verify(input: &File) -> Result<(Opening, Closing), Error> {
    let mut reader = Reader::open(BufReader::new(input))?;
    loop {
        if let Next::End(closing) = reader.next()? {
            return Ok((reader.opening, closing));
        }
    }
}
