//! The log of object versions, its indexes, and the view of a viewer.
//!
//! A [`Store`] is one SQLite database in a node's folder. What enters it is [`Admitted`]; what
//! leaves it leaves through a [`View`], made for somebody. One writer thread commits groups of
//! appends and acknowledges when they are durable. An object's audience is an interned policy
//! expression; a viewer's page merges the streams of the audiences that say yes. References,
//! lists and full text are projections in a second file, which follow the log and can be dropped.
//!
//! Nothing else in the program knows SQL.

mod added;
mod admitted;
mod aside;
mod audience;
mod backup;
mod clock;
mod collection;
mod error;
mod feed;
mod intern;
mod lists;
mod pool;
mod projection;
mod proof;
mod row;
mod schema;
mod secret;
mod shared;
mod shelf;
mod store;
pub mod trail;
mod view;
mod writer;

pub use admitted::{Admitted, Batch, Outcome, Seq};
pub use aside::{Aside, AsideQuery, Kept, Share};
pub use clock::{Clock, Random, SystemClock, SystemRandom};
pub use collection::{CollectionInfo, CollectionKey, CollectionKind};
pub use error::Error;
pub use feed::Feed;
pub use lists::{ListRow, ListSpec};
pub use proof::{Proven, Scope};
pub use shelf::{Held, Record, Shelf};
pub use store::{Alarm, Health, Lag, Options, Store};
pub use view::brief::Brief;
pub use view::list::{Count, Cursor, ListPage, ListQuery, Listed, Order};
pub use view::page::{Item, Manifest, Page, PageQuery, Position, Versions, Which};
pub use view::{MOST_REFERENCES, Met, Seen, View, Watch};
