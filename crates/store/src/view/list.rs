//! Pages of lists and of search.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Seen;
use super::count::{Among, Range};
use super::reading::Reading;
use crate::error::Error;
use crate::projection::{ADDED, ALL, date_key};

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// From the greatest sort key down: newest first, for lists that sort by time.
    #[default]
    Descending,
    /// From the least sort key up.
    Ascending,
}

/// What to read of a list.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// (facet, value): values of one facet are alternatives, different facets must all fit.
    pub filters: Vec<(String, String)>,
    /// Only rows whose sort key is this or greater.
    pub from: Option<String>,
    /// Only rows whose sort key is less than this.
    pub to: Option<String>,
    /// Which way the list runs.
    pub order: Order,
    /// Where to go on: [`ListPage::next`] or [`ListPage::previous`] of another page.
    pub after: Option<Cursor>,
    /// How many rows at most.
    pub limit: usize,
}

/// A place in a list, for an address. Carries nothing that the page beside it does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(crate) sort: String,
    pub(crate) id: String,
    pub(crate) backwards: bool,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.backwards { '-' } else { '+' };
        write!(f, "{way}{}!{}", self.id, self.sort)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (backwards, rest) = match text.split_at_checked(1) {
            Some(("-", rest)) => (true, rest),
            Some(("+", rest)) => (false, rest),
            _ => return Err(Error::BadCursor),
        };
        let (id, sort) = rest.split_once('!').ok_or(Error::BadCursor)?;
        Ok(Self { sort: sort.to_owned(), id: id.to_owned(), backwards })
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The rows, in the list's order.
    pub rows: Vec<Listed>,
    /// The page behind it, if there is one.
    pub next: Option<Cursor>,
    /// The page before it, if there is one.
    pub previous: Option<Cursor>,
    /// How many rows the viewer may see in all pages together.
    pub total: Count,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The object.
    pub seen: Seen,
    /// Where it stands.
    pub sort: String,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many were counted.
    pub number: u64,
    /// False when counting was broken off because it took too long: there are more.
    pub exact: bool,
}

impl Cursor {
    fn at(row: &Listed, backwards: bool) -> Self {
        let id = row.seen.object.id().as_str().to_owned();
        Self { sort: row.sort.clone(), id, backwards }
    }
}

impl ListPage {
    /// A page of `rows`, in the order in which they were read from `after` on.
    pub(super) fn of(
        mut rows: Vec<Listed>,
        more: bool,
        after: Option<&Cursor>,
        total: Count,
    ) -> Self {
        let backwards = after.is_some_and(|cursor| cursor.backwards);
        if backwards {
            rows.reverse();
        }
        let first = rows.first().map(|row| Cursor::at(row, true));
        let last = rows.last().map(|row| Cursor::at(row, false));
        // From an empty page one comes back to where one came from.
        let back = || after.map(|cursor| Cursor { backwards: !cursor.backwards, ..cursor.clone() });
        let (next, previous) = if backwards {
            (last.or_else(back), first.filter(|_| more))
        } else {
            let previous = after.and_then(|_| first.or_else(back));
            (last.filter(|_| more), previous)
        };
        Self { rows, next, previous, total }
    }
}

impl Reading<'_> {
    pub(super) fn list(&self, list: &str, query: &ListQuery) -> Result<ListPage, Error> {
        let backwards = query.after.as_ref().is_some_and(|cursor| cursor.backwards);
        let ascending = (query.order == Order::Ascending) != backwards;
        let Some(among) = self.among(list, &query.filters)? else {
            let total = Count { number: 0, exact: true };
            return Ok(ListPage::of(Vec::new(), false, query.after.as_ref(), total));
        };
        let mut range = Range::of(query);
        let total = self.count(&among, &range)?;
        if let Some(cursor) = &query.after {
            // A cursor whose object is gone, hidden or elsewhere now: rather some rows twice than
            // one passed over.
            let at = self.chosen(&cursor.id)?.map(|shown| shown.version.seq);
            let before_all = if ascending { i64::MIN } else { i64::MAX };
            range.after = Some((cursor.sort.clone(), at.unwrap_or(before_all)));
        }
        let (rows, more) = self.rows(&among, &range, ascending, query.limit)?;
        Ok(ListPage::of(rows, more, query.after.as_ref(), total))
    }

    pub(super) fn since(&self, list: &str, added: i64, limit: usize) -> Result<ListPage, Error> {
        let term = self.term(list, ADDED, "")?;
        let among = term.map_or(Ok(None), |term| self.among_terms(vec![term]).map(Some))?;
        let Some(among) = among else {
            let total = Count { number: 0, exact: true };
            return Ok(ListPage { rows: Vec::new(), next: None, previous: None, total });
        };
        let from = date_key(added.saturating_add(1).max(0));
        let range = Range { from: Some(from), ..Range::default() };
        let (rows, _) = self.rows(&among, &range, false, limit)?;
        let total = self.count(&among, &range)?;
        Ok(ListPage { rows, next: None, previous: None, total })
    }

    /// Up to `limit` rows that the viewer may see, and whether there are more.
    fn rows(
        &self,
        among: &Among,
        range: &Range,
        ascending: bool,
        limit: usize,
    ) -> Result<(Vec<Listed>, bool), Error> {
        let (mut rows, mut more) = (Vec::new(), false);
        self.walk(among, range, ascending, limit.saturating_add(1), |sort, seq, _| {
            let Some(shown) = self.confirmed(seq)? else { return Ok(ControlFlow::Continue(())) };
            let Some(seen) = self.look(&shown)? else { return Ok(ControlFlow::Continue(())) };
            if rows.len() == limit {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            self.meet(&shown.version);
            rows.push(Listed { seen, sort: sort.to_owned() });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((rows, more))
    }

    /// How many objects have each value of `facet`.
    pub(super) fn facets(
        &self,
        list: &str,
        facet: &str,
        query: &ListQuery,
    ) -> Result<Vec<(String, u64)>, Error> {
        if facet == ALL || facet.starts_with('+') {
            return Ok(Vec::new());
        }
        let filters: Vec<_> =
            query.filters.iter().filter(|(other, _)| other != facet).cloned().collect();
        let mut found = self.count_values(list, facet, &filters, &Range::of(query))?;
        found.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok(found)
    }
}
