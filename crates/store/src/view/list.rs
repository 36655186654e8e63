//! Pages of lists and of search.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::error::Error;

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
