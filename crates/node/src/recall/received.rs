//! Recalls as they come in: kept in mind, obeyed, answered.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use bytes::Bytes;
use release::Holder;
use serde::{Deserialize, Serialize};
use stix::marking::{Tlp, releasable_to};
use stix::recall::{RECEIPT_TYPE, Recall, Receipt, TYPE};
use stix::{Id, Object, Timestamp};
use store::{Admitted, Batch, Record};

use super::{RECALLS, RecalledByOther};
use crate::Node;
use crate::audit::{Act, Actor, Event};
use crate::error::Error;
use crate::judge::Judge;
use crate::key::Turn;
use crate::peer::Source;
use crate::session::Session;

/// A recall that is held, this state's or another's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) owner: Id,
    pub(crate) object: Id,
    /// When it was first held, in microseconds since 1970.
    pub(crate) at: i64,
    #[serde(default)]
    pub(crate) lifted: bool,
    /// When this node had erased what another's named, and signed for it.
    #[serde(default)]
    pub(crate) erased: Option<i64>,
    /// Whether the receipt was handed in, where its owner does not fetch it.
    #[serde(default)]
    pub(crate) handed: bool,
}

impl Node {
    /// Keeps recalls among what is about to be admitted in mind, in the same transaction; gives
    /// their texts.
    pub(crate) fn hear_recalls(
        &self,
        objects: &[Admitted],
        records: &mut Vec<Record>,
    ) -> Result<Vec<String>, Error> {
        let mut heard = Vec::new();
        for admitted in objects {
            let object = admitted.object();
            let Holder::State(state) = admitted.holder() else { continue };
            if object.id().type_name() == RECEIPT_TYPE && state != self.me() {
                if let Ok(receipt) = Receipt::read(object)
                    && self.everything().get(object.id())?.is_none()
                {
                    let event = Event::of(Actor::node(), Act::Receipt { from: state.clone() });
                    records.push(self.told(event.about([receipt.recall]))?);
                }
                continue;
            }
            if object.id().type_name() != TYPE {
                continue;
            }
            let Some(known) = Self::known_of(object, self.now()) else { continue };
            let recalls = self.recall_shelf();
            let held = recalls.get(object.id().as_str())?;
            if held.as_ref().is_none_or(|held| held.lifted != known.lifted) {
                let known = Known { at: held.map_or(known.at, |held| held.at), ..known };
                records.push(recalls.record(object.id().as_str(), &known)?);
                if known.owner != *self.me() && !known.lifted {
                    let versions = self.held_of(&known, object)?;
                    let act = Act::Erased { versions, owner: known.owner };
                    records.push(self.told(Event::of(Actor::node(), act).about([known.object]))?);
                }
                heard.push(object.text().to_owned());
            }
        }
        Ok(heard)
    }

    /// How many versions are held of what a recall names.
    fn held_of(&self, known: &Known, recall: &Object) -> Result<u64, Error> {
        let recall = Recall::read(recall)?;
        let owner = Holder::State(known.owner.clone());
        let held = self.everything().versions(&known.object)?.into_iter();
        let named =
            held.filter(|seen| seen.holder == owner && recall.versions.include(&seen.object));
        Ok(named.count() as u64)
    }

    /// Writes recalls into the file beside the database. They hold nothing of what they recall.
    pub(crate) fn note_recalls(&self, texts: &[String]) -> Result<(), Error> {
        if texts.is_empty() {
            return Ok(());
        }
        let path = self.dir().join(RECALLS);
        let io = |source| Error::Io { path: path.clone(), source };
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).append(true).mode(0o600).open(&path).map_err(io)?;
        let mut lines = String::new();
        for text in texts {
            // One object, one line: only white space can be a line break in valid JSON.
            lines.push_str(&text.replace(['\n', '\r'], " "));
            lines.push('\n');
        }
        file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
    }

    /// Before anything is served: what the file beside the database knows and the database does
    /// not, because it was put back from a backup, is obeyed again; and the other way round.
    pub(crate) fn replay_recalls(&self) -> Result<usize, Error> {
        let path = self.dir().join(RECALLS);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(Error::Io { path, source }),
        };
        let held = self.recall_shelf().list()?;
        let mut known: BTreeSet<(String, bool)> =
            held.iter().map(|(id, known)| (id.clone(), known.lifted)).collect();
        let mut written = BTreeSet::new();
        let mut missing = Vec::new();
        for line in text.lines() {
            // A line that was cut off by a crash is written again below.
            let Ok(object) = Object::parse(line.to_owned()) else { continue };
            let Ok(recall) = Recall::read(&object) else { continue };
            written.insert((object.id().to_string(), recall.lifted));
            if known.insert((object.id().to_string(), recall.lifted)) {
                missing.push((object, recall.owner));
            }
        }
        let mut unwritten = Vec::new();
        for (id, one) in &held {
            if !written.contains(&(id.clone(), one.lifted))
                && let Some(seen) = self.everything().get(&Id::parse(id)?)?
            {
                unwritten.push(seen.object.text().to_owned());
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            unwritten.insert(0, String::new());
        }
        self.note_recalls(&unwritten)?;
        if missing.is_empty() {
            return Ok(0);
        }
        let count = missing.len();
        let mut judge = Judge::begin(self)?;
        let judged = missing
            .into_iter()
            .map(|(object, owner)| judge.object(&object, &Holder::State(owner), false))
            .collect();
        self.keep(judge, judged, "recalls", Vec::new())?;
        tracing::warn!(count, "recalls from before the database was put back are obeyed again");
        Ok(count)
    }

    /// Signs for the recalls of others that are obeyed in full by now. Gives how many.
    pub fn answer_recalls(&self) -> Result<usize, Error> {
        let recalls = self.recall_shelf();
        let open: Vec<_> = recalls
            .list()?
            .into_iter()
            .filter(|(_, known)| {
                known.erased.is_none() && !known.lifted && known.owner != *self.me()
            })
            .collect();
        // In this order: what was recalled before it was looked is erased when it was looked.
        if open.is_empty() || !self.inner.store.is_swept()? {
            return Ok(0);
        }
        let _turn = Turn::to_sign(self.dir())?;
        let (mut objects, mut records) = (Vec::new(), Vec::new());
        for (name, known) in &open {
            let now = Timestamp::from_millis(self.stamp());
            let list = releasable_to(&[known.owner.clone()].into(), &BTreeSet::new());
            let markings = [Tlp::AmberStrict.definition_id(), list.id().clone()];
            let receipt =
                Receipt { by: self.me().clone(), recall: Id::parse(name)?, erased: now.clone() };
            let written = receipt.unsigned(&self.new_id(RECEIPT_TYPE)?, &now, &markings);
            let signed = self.sign_as(written, &now, None)?;
            let verified = stix::sign::verify(signed, &self.public_key())?;
            objects.push(Admitted::definition(list, self.me().clone()));
            objects.push(Admitted::owned(verified, self.me().clone()));
            let answered = Known { erased: Some(now.micros()), ..known.clone() };
            records.push(recalls.record(name, &answered)?);
        }
        self.inner.store.append(Batch { objects, records })?;
        Ok(open.len())
    }

    /// Hands receipts in at the owners that do not fetch them: those that were not invited here.
    /// What cannot be delivered now is tried again.
    pub async fn hand_in_receipts(&self) {
        let waiting = self.aside(Self::receipts_to_hand_in).await.unwrap_or_default();
        for (source, recall, objects) in waiting {
            match self.hand_in(&source, &objects).await {
                Ok(()) => {
                    let handed = self.aside(move |node| {
                        let change = |known: Option<Known>| {
                            known.map(|known| Known { handed: true, ..known })
                        };
                        Ok(node.recall_shelf().update(recall.as_str(), change).map(|_| ())?)
                    });
                    if let Err(error) = handed.await {
                        tracing::error!(%error, "cannot note that a receipt was handed in");
                    }
                }
                Err(error) => tracing::debug!(%error, "a receipt could not be handed in"),
            }
        }
    }

    async fn hand_in(&self, source: &Source, objects: &[Bytes]) -> Result<(), Error> {
        let client = self.client(source)?;
        let inbox = client.collections().await?;
        let inbox = inbox.into_iter().find(|one| one.can_write && !one.can_read);
        let inbox = inbox
            .ok_or_else(|| Error::Invitation { reason: "the peer offers no inbox".to_owned() })?;
        client.post(&inbox.id, objects).await?;
        Ok(())
    }

    /// Signed receipts with their marking definitions, and where to hand them in.
    fn receipts_to_hand_in(&self) -> Result<Vec<(Source, Id, Vec<Bytes>)>, Error> {
        let view = self.everything();
        let mut found = Vec::new();
        for (name, known) in self.recall_shelf().list()? {
            if known.erased.is_none() || known.handed || known.owner == *self.me() {
                continue;
            }
            let Some(peer) = self.peer(&known.owner)? else { continue };
            let (Some(source), None) = (peer.source, peer.account) else { continue };
            let recall = Id::parse(&name)?;
            let own = Holder::State(self.me().clone());
            let all = view.referring_to(&recall)?.into_iter();
            let receipt = all
                .map(|seen| (seen.holder, seen.object))
                .find(|(holder, object)| *holder == own && object.id().type_name() == RECEIPT_TYPE);
            let Some((_, receipt)) = receipt else { continue };
            let mut objects = Vec::new();
            for marking in &receipt.header().marking_refs {
                if !crate::is_builtin(marking)
                    && let Some(definition) = view.get(marking)?
                {
                    objects.push(definition.object.bytes().clone());
                }
            }
            objects.push(receipt.bytes().clone());
            found.push((source, recall, objects));
        }
        Ok(found)
    }

    /// Other states' recalls that this node obeyed, the last first. For the people whom their
    /// markings name.
    pub fn recalls_by_others(&self, session: &Session) -> Result<Vec<RecalledByOther>, Error> {
        let view = self.view(session);
        let mut found = Vec::new();
        for (name, known) in self.recall_shelf().list()? {
            if known.owner == *self.me() || known.lifted {
                continue;
            }
            let recall = Id::parse(&name)?;
            let Some(seen) = view.get(&recall)? else { continue };
            let Ok(said) = Recall::read(&seen.object) else { continue };
            found.push(RecalledByOther {
                recall,
                owner: known.owner,
                object: known.object,
                effective: said.effective.micros(),
                reason: said.reason,
                erased: known.erased,
            });
        }
        found.sort_by_key(|one| (std::cmp::Reverse(one.effective), one.recall.clone()));
        Ok(found)
    }
}
