//! Full text: the audience before the words.

use rusqlite::OptionalExtension;

use super::count::MOST_CHECKED;
use super::list::{Count, Cursor, ListPage, Listed};
use super::merge::{Fetch, Merge};
use super::reading::Reading;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::projection::search::{document, query, seq_of};
use crate::projection::{ALL, date_key};

impl Reading<'_> {
    /// A page of what has the words, received last first.
    pub(super) fn search(
        &self,
        text: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<ListPage, Error> {
        const UP: &str = "SELECT rowid FROM p.search
             WHERE search MATCH ?1 AND rowid > ?2 AND rowid < ?3 ORDER BY rowid LIMIT ?4";
        const DOWN: &str = "SELECT rowid FROM p.search
             WHERE search MATCH ?1 AND rowid > ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4";
        let ascending = after.is_some_and(|cursor| cursor.backwards);
        let start = after.map(|cursor| self.place_of(cursor)).transpose()?;
        let audiences = self.searched()?;
        let Some(words) = query(text).filter(|_| !audiences.is_empty()) else {
            let total = Count { number: 0, exact: true };
            return Ok(ListPage::of(Vec::new(), false, after, total));
        };
        let sql = if ascending { UP } else { DOWN };
        let mut statement = self.db.prepare_cached(sql).doing("searching")?;
        let fetch = |Fetch { stream, after, limit }: Fetch<'_, i64>| {
            let Some(audience) = audiences.get(stream) else { return Ok(Vec::new()) };
            let from = after.copied().or(start);
            let (mut low, mut high) = (document(*audience, 0), document(audience + 1, 0));
            match from {
                Some(seq) if ascending => low = document(*audience, seq),
                Some(seq) => high = document(*audience, seq),
                None => {}
            }
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement
                .query_map((&words, low, high, limit), |row| Ok((seq_of(row.get(0)?), ())))
                .and_then(Iterator::collect)
                .doing("searching")
        };
        let bounds = audiences.iter().map(|_| None).collect();
        let mut merge = Merge::new(bounds, ascending, limit.saturating_add(1), fetch)?;
        let (mut rows, mut more) = (Vec::new(), false);
        while let Some((seq, ())) = merge.next()? {
            let Some(shown) = self.confirmed(seq)? else { continue };
            let Some(seen) = self.look(&shown)? else { continue };
            if rows.len() == limit {
                more = true;
                break;
            }
            self.meet(&shown.version);
            let sort = date_key(seen.received);
            rows.push(Listed { seen, sort });
        }
        let total = self.count_found(&words, &audiences)?;
        Ok(ListPage::of(rows, more, after, total))
    }

    /// The audiences that say yes and have something to be searched.
    fn searched(&self) -> Result<Vec<Number>, Error> {
        let Some(all) = self.term("", ALL, "")? else { return Ok(Vec::new()) };
        Ok(self.tally(all)?.into_iter().map(|(audience, _)| audience).collect())
    }

    /// How many documents that the viewer may see have the words.
    fn count_found(&self, words: &str, audiences: &[Number]) -> Result<Count, Error> {
        const SQL: &str = "SELECT rowid FROM p.search
             WHERE search MATCH ?1 AND rowid > ?2 AND rowid < ?3 ORDER BY rowid";
        let mut statement = self.db.prepare_cached(SQL).doing("counting what was found")?;
        let mut number = 0;
        for audience in audiences {
            let within = (words, document(*audience, 0), document(audience + 1, 0));
            let mut rows = statement.query(within).doing("counting what was found")?;
            while let Some(row) = rows.next().doing("counting what was found")? {
                let document = row.get(0).doing("counting what was found")?;
                if self.confirmed(seq_of(document))?.is_none() {
                    continue;
                }
                if number == MOST_CHECKED {
                    return Ok(Count { number, exact: false });
                }
                number += 1;
            }
        }
        Ok(Count { number, exact: true })
    }

    /// The sequence from which a page goes on, exclusive. What was received in one commit has one
    /// time; within it the object named counts, if it still stands there.
    fn place_of(&self, cursor: &Cursor) -> Result<i64, Error> {
        let received: i64 = cursor.sort.parse().map_err(|_| Error::BadCursor)?;
        let chosen = self.chosen(&cursor.id)?;
        if let Some(shown) = chosen.filter(|shown| shown.version.received == received) {
            return Ok(shown.version.seq);
        }
        // Rather some rows twice than one passed over.
        if cursor.backwards {
            Ok(self.last_received(received.saturating_sub(1))?)
        } else {
            Ok(self.last_received(received)? + 1)
        }
    }

    /// The greatest sequence received at or before a moment, by halving: both grow together.
    fn last_received(&self, moment: i64) -> Result<i64, Error> {
        const AT: &str =
            "SELECT seq, received FROM version WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1";
        let mut statement = self.db.prepare_cached(AT).doing("looking for a place")?;
        let mut at = |seq: i64| {
            let found = statement
                .query_row([seq], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
            found.optional().doing("looking for a place")
        };
        // No version up to `low` was received later; every one above `high` was.
        let mut low = 0;
        let mut high = at(i64::MAX)?.map_or(0, |(seq, _)| seq);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            match at(middle)? {
                Some((seq, received)) if received > moment => high = (seq - 1).max(low),
                _ => low = middle,
            }
        }
        Ok(low)
    }
}
