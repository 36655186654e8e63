//! Who refers to whom, as far as the viewer may see.

use stix::{Id, Object};

use super::merge::{Fetch, Merge};
use super::reading::Reading;
use super::{MOST_REFERENCES, Seen};
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::projection::refs;

impl Reading<'_> {
    /// What an object refers to, each once.
    pub(super) fn referred(&self, object: &Object) -> Result<Vec<Seen>, Error> {
        let mut ids: Vec<Id> = Vec::new();
        for (path, id) in stix::refs::of(object) {
            if refs::is_kept(&path) && !ids.contains(&id) {
                ids.push(id);
            }
        }
        let mut found = Vec::new();
        for id in ids {
            if let Some(shown) = self.chosen(id.as_str())? {
                found.extend(self.seen(&shown)?);
            }
        }
        Ok(found)
    }

    /// What refers to an object, newest first.
    pub(super) fn referring(&self, target: &Id) -> Result<Vec<Seen>, Error> {
        // By several properties one object may refer to another: each once.
        const SQL: &str = "SELECT DISTINCT source FROM p.reference
             WHERE target = ?1 AND audience = ?2 AND source < ?3
             ORDER BY source DESC LIMIT ?4";
        let audiences = self.audiences_referring(target)?;
        let mut statement = self.db.prepare_cached(SQL).doing("reading references")?;
        let fetch = |Fetch { stream, after, limit }: Fetch<'_, i64>| {
            let before = after.copied().unwrap_or(i64::MAX);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement
                .query_map((target.as_str(), audiences.get(stream), before, limit), |row| {
                    Ok((row.get(0)?, ()))
                })
                .and_then(Iterator::collect)
                .doing("reading references")
        };
        let bounds = audiences.iter().map(|_| None).collect();
        let mut merge = Merge::new(bounds, false, MOST_REFERENCES, fetch)?;
        let mut found = Vec::new();
        while let Some((seq, ())) = merge.next()? {
            if let Some(shown) = self.confirmed(seq)? {
                found.extend(self.seen(&shown)?);
            }
            if found.len() == MOST_REFERENCES {
                break;
            }
        }
        Ok(found)
    }

    /// The audiences that say yes and have something that refers to an object, by skipping from
    /// one to the next.
    fn audiences_referring(&self, target: &Id) -> Result<Vec<Number>, Error> {
        const SQL: &str = "SELECT min(audience) FROM p.reference
             WHERE target = ?1 AND audience > ?2";
        let mut statement = self.db.prepare_cached(SQL).doing("reading references")?;
        let mut found = Vec::new();
        let mut at: Number = 0;
        loop {
            let next: Option<Number> = statement
                .query_row((target.as_str(), at), |row| row.get(0))
                .doing("reading references")?;
            let Some(audience) = next else { return Ok(found) };
            if self.visible.has(audience) {
                found.push(audience);
            }
            at = audience;
        }
    }
}
