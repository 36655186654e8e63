//! What is kept aside: for the administrator to look at, to judge again, to throw away.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use stix::keys::Judgement;
use stix::sign::KeyId;
use stix::{Object, Timestamp};
use store::{Aside, AsideQuery, Kept, Record, Share};

use crate::Node;
use crate::account::Role;
use crate::admit::{Admission, Refusal};
use crate::audit::{Act, Actor, Event};
use crate::error::Error;
use crate::judge::{AHEAD, Judge};
use crate::session::Session;

/// How many objects are kept aside of one source, and how many bytes. Whoever floods a node fills
/// his own share; then what was kept first goes first, and how much went is told.
const MOST_ASIDE: (u64, u64) = (10_000, 64 << 20);
/// How many are looked at together.
const STEP: usize = 500;

/// An object kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Its number: what is kept later has a greater one.
    pub number: i64,
    /// From whom it came: a peer's state, or an account.
    pub from: String,
    /// Its id, as far as it could be read.
    pub id: Option<String>,
    /// Why it was not admitted.
    pub refusal: Refusal,
    /// When it first came, in microseconds since 1970.
    pub at: i64,
    /// The bytes as they came.
    #[serde(skip)]
    pub bytes: Bytes,
}

/// Which of what is kept aside to give.
#[derive(Clone, Debug, Default)]
pub struct QuarantineQuery {
    /// Only from this source.
    pub from: Option<String>,
    /// Only for the reason of this code.
    pub code: Option<String>,
    /// Only what was kept before the one with this number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// How much is kept aside.
#[derive(Clone, Debug, Default)]
pub struct QuarantineSize {
    /// Of each source, by source.
    pub sources: Vec<Share>,
    /// For each reason, by its code.
    pub codes: Vec<(String, u64)>,
}

impl Node {
    /// What is kept aside, the last first. For administrators.
    pub fn quarantined(
        &self,
        session: &Session,
        query: &QuarantineQuery,
    ) -> Result<Vec<Quarantined>, Error> {
        may_look(session)?;
        let QuarantineQuery { from, code, before, limit } = query.clone();
        let query = AsideQuery { source: from, code, before, limit };
        let kept = self.inner.store.aside(&query)?;
        Ok(kept.into_iter().map(Quarantined::of).collect())
    }

    /// What is kept aside under this number. For administrators.
    pub fn quarantined_one(
        &self,
        session: &Session,
        number: i64,
    ) -> Result<Option<Quarantined>, Error> {
        may_look(session)?;
        Ok(self.inner.store.aside_one(number)?.map(Quarantined::of))
    }

    /// How much is kept aside. For administrators.
    pub fn quarantine_size(&self, session: &Session) -> Result<QuarantineSize, Error> {
        may_look(session)?;
        let sources = self.inner.store.aside_shares()?;
        Ok(QuarantineSize { sources, codes: self.inner.store.aside_codes()? })
    }

    /// Judges again what is kept aside under this number: `None` when it was admitted, or was held
    /// already; else why it stays where it is. For administrators.
    pub fn judge_again(&self, session: &Session, number: i64) -> Result<Option<Refusal>, Error> {
        let kept = self.quarantined_one(session, number)?.ok_or(Error::NotKept)?;
        let mut judge = Judge::begin(self)?;
        let (mut objects, mut records) = (Vec::new(), Vec::new());
        let refusal = again(&mut judge, kept, &mut objects, &mut records)?;
        let learned = judge.has_learned();
        records.extend(judge.into_records()?);
        self.append(objects, records)?;
        if learned {
            self.admit_waiting()?;
        }
        Ok(refusal)
    }

    /// Throws away what is kept aside under these numbers; its bytes are erased. For
    /// administrators.
    pub fn discard(&self, session: &Session, numbers: &[i64]) -> Result<(), Error> {
        may_look(session)?;
        let mut records: Vec<_> =
            numbers.iter().map(|number| Record::drop_aside(*number)).collect();
        let told = Act::Discarded { objects: numbers.len() as u64 };
        records.push(self.told(Event::of(Actor::person(session), told))?);
        self.append(Vec::new(), records).map(|_| ())
    }

    /// Judges again what waits for a key, for a decision or for its time; gives how many objects
    /// were admitted. They become visible now, whenever they came.
    pub fn admit_waiting(&self) -> Result<usize, Error> {
        let mut admitted = 0;
        loop {
            let (more, learned) = self.judge_waiting()?;
            admitted += more;
            // A key that became known may make another one known.
            if !learned {
                return Ok(admitted);
            }
        }
    }

    /// Keeps nothing of this source aside any more.
    pub(crate) fn forget_aside(&self, from: &str) -> Result<(), Error> {
        let source = Some(from.to_owned());
        let query = AsideQuery { source, limit: STEP, ..AsideQuery::default() };
        loop {
            let page = self.inner.store.aside(&query)?;
            if page.is_empty() {
                return Ok(());
            }
            let records = page.iter().map(|kept| Record::drop_aside(kept.number)).collect();
            self.append(Vec::new(), records)?;
        }
    }

    fn judge_waiting(&self) -> Result<(usize, bool), Error> {
        let mut judge = Judge::begin(self)?;
        let mut waiting = self.due(&judge)?;
        waiting.sort_by_key(|kept| kept.at);
        let (mut objects, mut records) = (Vec::new(), Vec::new());
        for kept in waiting {
            again(&mut judge, kept, &mut objects, &mut records)?;
        }
        let (admitted, learned) = (objects.len(), judge.has_learned());
        if !records.is_empty() || learned {
            records.extend(judge.into_records()?);
            self.append(objects, records)?;
        }
        Ok((admitted, learned))
    }

    /// What may be admitted now, for all that can be told without reading it.
    fn due(&self, judge: &Judge<'_>) -> Result<Vec<Quarantined>, Error> {
        let mut due = Vec::new();
        for code in Refusal::WAITING {
            let code = Some(code.to_owned());
            let mut query = AsideQuery { code, limit: STEP, ..AsideQuery::default() };
            loop {
                let page = self.inner.store.aside(&query)?;
                query.before = page.last().map(|kept| kept.number);
                let is_last = page.len() < STEP;
                let kept = page.into_iter().map(Quarantined::of);
                due.extend(kept.filter(|kept| kept.is_due(judge, self.now())));
                if is_last {
                    break;
                }
            }
        }
        Ok(due)
    }
}

/// Judges what is kept aside; what changes goes into `objects` and `records`.
fn again(
    judge: &mut Judge<'_>,
    kept: Quarantined,
    objects: &mut Vec<store::Admitted>,
    records: &mut Vec<Record>,
) -> Result<Option<Refusal>, Error> {
    let Ok(object) = Object::parse(kept.bytes.clone()) else { return Ok(Some(kept.refusal)) };
    let holder = judge.holder(&kept.from);
    match judge.again(&object, &holder, kept.at) {
        Admission::Admitted(object) => objects.push(object),
        Admission::Known | Admission::Held(_) => {}
        Admission::Refused(refusal) => {
            if refusal != kept.refusal {
                let reason = refusal.written()?;
                records.push(Record::aside_again(kept.number, refusal.code().to_owned(), reason));
            }
            return Ok(Some(refusal));
        }
    }
    records.push(Record::drop_aside(kept.number));
    Ok(None)
}

/// The record that keeps something aside.
pub(crate) fn aside(from: &str, refusal: &Refusal, at: i64, bytes: Bytes) -> Result<Record, Error> {
    let aside = Aside {
        source: from.to_owned(),
        id: id_in(&bytes),
        code: refusal.code().to_owned(),
        reason: refusal.written()?,
        at,
        bytes,
    };
    Ok(Record::keep_aside(aside, MOST_ASIDE.0, MOST_ASIDE.1))
}

fn may_look(session: &Session) -> Result<(), Error> {
    if session.role == Role::Administrator { Ok(()) } else { Err(Error::NotAllowed) }
}

impl Refusal {
    /// Those that may be no reason any more later.
    const WAITING: [&str; 4] = ["ahead", "unknown-key", "frozen", "discarded-key"];

    /// The reason in one word, to choose by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Unsigned => "unsigned",
            Self::UnknownKey { .. } => "unknown-key",
            Self::RevokedKey { .. } => "revoked-key",
            Self::Frozen { .. } => "frozen",
            Self::DiscardedKey { .. } => "discarded-key",
            Self::FalseCreator { .. } => "false-creator",
            Self::Statement { .. } => "statement",
            Self::BadSignature => "bad-signature",
            Self::Ahead { .. } => "ahead",
            Self::FalseDefinition { .. } => "false-definition",
        }
    }

    fn written(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Written { reason: error.to_string() })
    }
}

impl Quarantined {
    fn of(kept: Kept) -> Self {
        let Kept { number, aside } = kept;
        let Aside { source, id, code, reason, at, bytes } = aside;
        // A reason of a later program is told by its word.
        let refusal = serde_json::from_str(&reason).unwrap_or(Refusal::Invalid { problem: code });
        Self { number, from: source, id, refusal, at, bytes }
    }

    /// The bytes as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    fn is_due(&self, judge: &Judge<'_>, now: i64) -> bool {
        let judged = |key: &str| {
            let key = KeyId::parse(key)?;
            Some(judge.rings.holding(&key)?.judge(&key, self.at))
        };
        match &self.refusal {
            Refusal::Ahead { version } => {
                Timestamp::parse(version).is_ok_and(|version| version.micros() <= now + AHEAD)
            }
            // A statement may also be connected by the successor, whom the reason does not name.
            Refusal::UnknownKey { key } => {
                let prefix = format!("{}--", stix::keys::TYPE);
                judged(key).is_some() || self.id.as_ref().is_some_and(|id| id.starts_with(&prefix))
            }
            Refusal::Frozen { key } => judged(key) != Some(Judgement::Frozen),
            Refusal::DiscardedKey { key } => judged(key) != Some(Judgement::Discarded),
            _ => false,
        }
    }
}

/// The id of something that may not even be an object, for the list of what is kept aside.
pub(crate) fn id_in(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_slice::<Named>(bytes).ok().map(|named| named.id.chars().take(120).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_as_reasons_are_written() {
        let key = || "k".to_owned();
        let all = [
            Refusal::Invalid { problem: key() },
            Refusal::Unsigned,
            Refusal::UnknownKey { key: key() },
            Refusal::RevokedKey { key: key() },
            Refusal::Frozen { key: key() },
            Refusal::DiscardedKey { key: key() },
            Refusal::FalseCreator { named: key() },
            Refusal::Statement { problem: key() },
            Refusal::BadSignature,
            Refusal::Ahead { version: key() },
            Refusal::FalseDefinition { problem: key() },
        ];
        for refusal in all {
            let written: serde_json::Value =
                serde_json::from_str(&refusal.written().unwrap()).unwrap();
            assert_eq!(written["code"], refusal.code());
        }
    }
}
