//! What the proofs with partners leave in doubt about their objects.

use node::{Differs, Doubt, Standings};
use store::Seen;

use crate::Reader;

impl Reader {
    /// What may be doubted about an object, in a few words; nothing about one's own, and about what
    /// its owner confirmed.
    pub fn doubt(&self, seen: &Seen) -> Option<String> {
        let standings = self.standings()?;
        let texts = self.texts();
        Some(match standings.doubt(seen)? {
            Doubt::NotConfirmed { since: Some(since) } => {
                texts.say("doubt-since").with("when", texts.moment(since)).to_string()
            }
            Doubt::NotConfirmed { since: None } => texts.say("doubt-never").to_string(),
            Doubt::Differs { kind, .. } => self.differs(kind),
        })
    }

    /// How an object differs from its owner's, in a few words.
    pub(crate) fn differs(&self, kind: Differs) -> String {
        let key = match kind {
            Differs::Missing => "doubt-missing",
            Differs::KeptAside => "doubt-kept-aside",
            Differs::Older => "doubt-older",
            Differs::NotReleased => "doubt-not-released",
            Differs::Unlike => "doubt-unlike",
        };
        self.texts().say(key).to_string()
    }

    /// Read once for a page, however many objects it shows.
    fn standings(&self) -> Option<&Standings> {
        let read = || match self.node().standings() {
            Ok(standings) => Some(standings),
            Err(error) => {
                tracing::error!(%error, "cannot read how the proofs stand");
                None
            }
        };
        self.standings.get_or_init(read).as_ref()
    }
}
