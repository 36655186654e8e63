//! Writing packs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use pack::{Opening, Received, Writer};
use serde::Serialize;
use stix::Timestamp;
use store::{Batch, CollectionKind, PageQuery};

use super::LastPack;
use crate::error::Error;
use crate::key::Turn;
use crate::{Act, Event, Node, Profile, Viewer};

/// How many objects are read at once.
const PAGE: usize = 100;

/// From where on a pack goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackFrom {
    /// What came since the last pack, or since what the partner pulled if that is later.
    Last,
    /// What the partner has not said yet that it holds: again what is in packs that it may have
    /// lost.
    Received,
    /// What came after a moment.
    After(Timestamp),
    /// Everything.
    Beginning,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct PackWritten {
    /// Its number among the packs for this partner.
    pub number: u64,
    /// Its name: the hash of what is in it.
    pub pack: String,
    /// For whom it is.
    pub to: Profile,
    /// How many objects it holds.
    pub objects: u64,
    /// After which moment what is in it became visible to the partner.
    pub after: Option<Timestamp>,
    /// Up to which moment it goes.
    pub up_to: Option<Timestamp>,
    /// How many bytes the file has.
    pub bytes: u64,
}

impl Node {
    /// Writes a pack for a partner to a new file: what it may see, in the bytes in which it would
    /// pull it. `progress` hears how many objects are written.
    ///
    /// The file appears under its name when it is whole. What is in it is not encrypted.
    pub fn write_pack(
        &self,
        peer: &str,
        from: &PackFrom,
        file: &Path,
        mut progress: impl FnMut(u64),
    ) -> Result<PackWritten, Error> {
        let to = self.find_peer(peer)?.profile;
        let state = to.state.as_str();
        let before = self.packs_written().get(state)?;
        let received = Some(self.received_up_to(&to.state)?).filter(|at| *at > 0);
        let received = received.map(Timestamp::from_micros);
        let after = match from {
            PackFrom::Last => before.as_ref().and_then(|last| last.up_to.clone()).max(received),
            PackFrom::Received => received,
            PackFrom::After(moment) => Some(moment.clone()),
            PackFrom::Beginning => None,
        };
        let read = self.packs_read().get(state)?;
        let opening = Opening {
            entente_pack: 1,
            from: self.me().clone(),
            to: to.state.clone(),
            at: Timestamp::from_micros(self.now()),
            after: after.clone(),
            before: before.as_ref().map(|last| last.pack.clone()),
            received: read.and_then(|last| Some(Received { pack: last.pack, up_to: last.up_to? })),
            keys: self.own_statements()?,
            head: self.audit_head()?.and_then(|head| serde_json::to_value(head).ok()),
        };
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { path: path.clone(), source }
        };
        if file.exists() {
            return Err(io(file)(std::io::ErrorKind::AlreadyExists.into()));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let partial = file.with_file_name(format!("{name}.partial"));
        let opened =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(&partial);
        let mut out = BufWriter::new(opened.map_err(io(&partial))?);
        let written = self.fill(&opening, &mut out, &mut progress).and_then(|filled| {
            let whole = out.into_inner().map_err(|error| io(&partial)(error.into_error()))?;
            whole.sync_all().map_err(io(&partial))?;
            let bytes = whole.metadata().map_err(io(&partial))?.len();
            std::fs::rename(&partial, file).map_err(io(file))?;
            Ok((filled, bytes))
        });
        let (Filled { pack, objects, up_to }, bytes) = match written {
            Ok(written) => written,
            Err(error) => {
                let _ = std::fs::remove_file(&partial);
                return Err(error);
            }
        };
        let number = before.as_ref().map_or(1, |last| last.number + 1);
        let up_to = up_to.or_else(|| after.clone());
        let last = LastPack { pack: pack.clone(), number, up_to: up_to.clone(), at: self.now() };
        let act = Act::PackWritten { peer: to.state.clone(), objects, pack: pack.clone() };
        let records = vec![
            self.packs_written().record(state, &last)?,
            self.told(Event::of(self.actor(), act))?,
        ];
        self.inner.store.append(Batch { objects: Vec::new(), records })?;
        if let Some(up_to) = &up_to {
            self.partner_served(&to.state, up_to.micros());
        }
        Ok(PackWritten { number, pack, to, objects, after, up_to, bytes })
    }

    fn fill(
        &self,
        opening: &Opening,
        out: &mut impl Write,
        progress: &mut impl FnMut(u64),
    ) -> Result<Filled, Error> {
        let writing = |source| Error::Io { path: "the pack".into(), source };
        let mut writer = Writer::begin(out, opening).map_err(writing)?;
        let collection = self.inner.store.collection(&CollectionKind::Released)?.key;
        // What leaves by a pack is told as one row, not page by page.
        let view = self.inner.store.view(Viewer::Node(opening.to.clone()));
        let mut query = PageQuery {
            added_after: opening.after.as_ref().map(Timestamp::micros),
            ..PageQuery::of(collection, PAGE)
        };
        let (mut objects, mut up_to) = (0, None);
        loop {
            let page = view.page(&query)?;
            for item in &page.items {
                let since = Timestamp::from_micros(item.added);
                writer.object(&item.bytes, since.clone()).map_err(writing)?;
                objects += 1;
                up_to = Some(since);
            }
            progress(objects);
            query.position = page.position;
            if !page.more || page.position.is_none() {
                break;
            }
        }
        let _turn = Turn::to_sign(self.dir())?;
        let pack = writer.end(&self.inner.key.current()).map_err(writing)?;
        Ok(Filled { pack, objects, up_to })
    }
}

/// What went into a pack.
struct Filled {
    pack: String,
    objects: u64,
    up_to: Option<Timestamp>,
}
