//! Pulling from TAXII servers: a node's exactly, another's with all care.

use bytes::Bytes;
use stix::{Id, Timestamp};
use taxii::client::{Ask, Client, Error as ClientError};

use super::Round;
use super::walk::{Cure, Place, Step, Walk};
use crate::Node;
use crate::error::Error;
use crate::peer::Source;

/// How many records of a manifest are looked at to find an object at fault.
const RECORDS: u32 = 1_000;

/// What says where a walk stands, to be kept with a page.
trait Keeping {
    fn record(&self, place: &Place) -> Result<Option<store::Record>, Error>;
}

struct OfNode<'k> {
    node: &'k Node,
    state: &'k Id,
    source: &'k Source,
}

impl Keeping for OfNode<'_> {
    fn record(&self, place: &Place) -> Result<Option<store::Record>, Error> {
        self.node.cursor_record(self.state, self.source, place)
    }
}

struct OfFeed<'k> {
    node: &'k Node,
    key: String,
}

impl Keeping for OfFeed<'_> {
    fn record(&self, place: &Place) -> Result<Option<store::Record>, Error> {
        Ok(Some(self.node.place_shelf().record(&self.key, place)?))
    }
}

impl Node {
    /// Everything that a state's node released to us since the last time.
    pub(super) async fn pull_node(
        &self,
        state: &Id,
        source: &Source,
        client: &Client,
        collection: &str,
        round: &mut Round<'_>,
    ) -> Result<(), Error> {
        let (whom, from) = (state.clone(), source.clone());
        let at = self.aside(move |node| node.cursor(&whom, &from)).await?;
        let walk = Walk::begin(Place { at, ..Place::default() }, None, true);
        let keeping = OfNode { node: self, state, source };
        walk_through(client, collection, walk, &keeping, round).await
    }

    /// Everything that a server added to its collections since the last time.
    pub(super) async fn pull_taxii(
        &self,
        feed: &str,
        client: &Client,
        wanted: &[String],
        from: Option<&Timestamp>,
        round: &mut Round<'_>,
    ) -> Result<(), Error> {
        let offered = client.collections().await?;
        let fits = |name: &String, one: &taxii::client::Offered| {
            one.id == *name || one.alias.as_ref() == Some(name) || one.title == *name
        };
        for name in wanted {
            if !offered.iter().any(|one| one.can_read && fits(name, one)) {
                let reason = format!("the server offers us no collection “{name}” to read");
                return Err(Error::Feed { reason });
            }
        }
        let all = wanted.is_empty();
        let chosen = offered
            .iter()
            .filter(|one| one.can_read && (all || wanted.iter().any(|name| fits(name, one))));
        let mut failed = None;
        for collection in chosen {
            let key = format!("{feed}/{}", collection.id);
            let held = key.clone();
            let place = self.aside(move |node| Ok(node.place_shelf().get(&held)?)).await?;
            let walk = Walk::begin(place.unwrap_or_default(), from, false);
            let keeping = OfFeed { node: self, key };
            match walk_through(client, &collection.id, walk, &keeping, round).await {
                Ok(()) if round.capped => return Ok(()),
                Ok(()) => {}
                // What fails here alone holds up no other collection.
                Err(error) if is_of_collection(&error) => failed = failed.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

fn is_of_collection(error: &Error) -> bool {
    matches!(error, Error::Repeats)
        || matches!(error, Error::Client(error) if is_poison(error))
        || matches!(error, Error::Client(ClientError::Refused { .. }))
}

/// Whether an answer will be the same however often it is asked for, and a smaller one may not be.
fn is_poison(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::TooLarge { .. }
            | ClientError::TooMany { .. }
            | ClientError::Unreadable { .. }
            | ClientError::Refused { status: 413 | 500, .. }
    )
}

/// Whether a server may say so of a word that it does not know any more.
fn is_of_word(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { status: 400 | 404 | 410 | 416 | 422, .. })
}

async fn walk_through(
    client: &Client,
    collection: &str,
    mut walk: Walk,
    keeping: &(impl Keeping + Sync),
    round: &mut Round<'_>,
) -> Result<(), Error> {
    while round.may_go_on()? {
        let ask = walk.ask(&round.terms.types);
        let page = match client.ask(collection, &ask).await {
            Ok(page) => page,
            Err(error) if is_of_word(&error) && walk.lost() => {
                tracing::debug!(%error, "the server does not know its own word");
                continue;
            }
            Err(error) if is_poison(&error) => {
                match walk.poisoned() {
                    Cure::Smaller => {}
                    Cure::PassBy => {
                        let up_to = one_by_one(client, collection, &walk, round, error).await?;
                        walk.pass_by(up_to);
                        let record = keeping.record(walk.place())?;
                        round.take(Vec::new(), record.into_iter().collect()).await?;
                    }
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let before = walk.place().clone();
        let step = walk.got(&page);
        let moved = (*walk.place() != before).then(|| keeping.record(walk.place())).transpose()?;
        let tally = round.take(page.slices, moved.flatten().into_iter().collect()).await?;
        if tally.admitted > 0 {
            walk.brought();
        }
        match step {
            Step::More => {}
            Step::Stuck => return Err(Error::Repeats),
            Step::Done => {
                if walk.was_quiet() {
                    let record = keeping.record(walk.place())?;
                    round.take(Vec::new(), record.into_iter().collect()).await?;
                }
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Somewhere at the head of what is asked for is an object that the server cannot give: looks at
/// what stands there one by one, until it was met. Gives the moment up to which all was looked at.
async fn one_by_one(
    client: &Client,
    collection: &str,
    walk: &Walk,
    round: &mut Round<'_>,
    poison: ClientError,
) -> Result<Timestamp, Error> {
    let after = walk.suspect();
    let ask = Ask {
        after: after.clone(),
        types: round.terms.types.clone(),
        limit: RECORDS,
        ..Ask::default()
    };
    // If the manifest tells nothing either, nobody knows what to pass by.
    let Ok(records) = client.manifest(collection, &ask).await else { return Err(poison.into()) };
    let mut met: Option<Timestamp> = None;
    let mut good: Vec<Bytes> = Vec::new();
    for record in records {
        // All that share the moment of the one at fault are behind the place together with it.
        if met.as_ref().is_some_and(|met| record.date_added > *met) {
            break;
        }
        match client.object(collection, &record.id).await {
            Ok(object) => good.extend(object),
            Err(error) if is_poison(&error) => {
                round.pass_by(format!("{}: {error}", super::brief(&record.id)));
                met = Some(record.date_added);
            }
            Err(error) => return Err(error.into()),
        }
    }
    round.take(good, Vec::new()).await?;
    match met {
        // A place that does not move would bring us here again.
        Some(met) if after.is_none_or(|after| met > after) => Ok(met),
        _ => Err(poison.into()),
    }
}
