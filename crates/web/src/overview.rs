//! What the overview shows. The desks bring it, the shell lays it out.

use crate::mark::{Mark, Named};

/// What a desk has for the overview.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Figures on top.
    pub tiles: Vec<Tile>,
    /// What is new, by owner; where nothing is, what came last.
    pub news: Vec<NewsGroup>,
    /// Whether the news came before the reader's last visit.
    pub is_old: bool,
    /// What waits for the reader.
    pub due: Vec<Due>,
    /// What partners have received of ours, newest first.
    pub received: Vec<News>,
    /// The one act that the overview offers on top: text and address.
    pub act: Option<(String, &'static str)>,
}

/// A figure.
#[derive(Clone, Debug)]
pub struct Tile {
    /// The figure.
    pub number: String,
    /// What it counts.
    pub what: String,
    /// Where that is listed.
    pub href: String,
}

/// What is new from one owner.
#[derive(Clone, Debug)]
pub struct NewsGroup {
    /// The owner.
    pub owner: Named,
    /// What is new, newest first.
    pub rows: Vec<News>,
}

/// Something that happened to an object.
#[derive(Clone, Debug)]
pub struct News {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What happened: “New”, “Version 2”.
    pub kind: String,
    /// The object's title: foreign text.
    pub title: String,
    /// Its page.
    pub href: String,
    /// More about it: foreign text.
    pub sub: String,
    /// Its marking.
    pub mark: Mark,
    /// Whether the reader has not seen it yet.
    pub fresh: bool,
}

/// Something that waits for the reader.
#[derive(Clone, Debug)]
pub struct Due {
    /// By when, or in which state.
    pub when: String,
    /// What it is: foreign text.
    pub title: String,
    /// Where it is done.
    pub href: String,
    /// More about it.
    pub sub: String,
}

impl Overview {
    /// Joins what another desk has.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        // News of one desk are news, whatever another has.
        self.is_old =
            (self.is_old || self.news.is_empty()) && (other.is_old || other.news.is_empty());
        self.tiles.extend(other.tiles);
        self.due.extend(other.due);
        self.received.extend(other.received);
        for group in other.news {
            match self.news.iter_mut().find(|held| held.owner == group.owner) {
                Some(held) => held.rows.extend(group.rows),
                None => self.news.push(group),
            }
        }
        self.act = self.act.or(other.act);
        self
    }
}
