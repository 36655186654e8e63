//! From which breadth on a release needs a second person.

use release::Breadth;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::{Act, Event, Node};

const SHELF: &str = "setting";
const KEY: &str = "four-eyes";

/// From which breadth on a release needs a second person, who holds the releaser role and is somebody
/// else than who proposed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FourEyes {
    /// Whoever may write may release. A node that never chose keeps this.
    #[default]
    Never,
    /// What everybody may read.
    Public,
    /// What the community of partners may read, and beyond.
    Community,
    /// What goes beyond the own state at all.
    BeyondState,
    /// Everything, what stays at the node too.
    Always,
}

impl FourEyes {
    /// All, from the loosest to the strictest.
    pub const ALL: [Self; 5] =
        [Self::Never, Self::Public, Self::Community, Self::BeyondState, Self::Always];

    /// Whether what goes so far needs a second person.
    pub fn asks(self, breadth: Breadth) -> bool {
        match self {
            Self::Never => false,
            Self::Public => breadth >= Breadth::Public,
            Self::Community => breadth >= Breadth::Community,
            Self::BeyondState => breadth >= Breadth::Named,
            Self::Always => true,
        }
    }

    /// As settings and texts spell it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Public => "public",
            Self::Community => "community",
            Self::BeyondState => "beyond-state",
            Self::Always => "always",
        }
    }
}

impl Node {
    /// From which breadth on a release needs a second person here.
    pub fn four_eyes(&self) -> Result<FourEyes, Error> {
        Ok(self.setting().get(KEY)?.unwrap_or_default())
    }

    /// Sets from which reach on a release needs a second person. For whoever administers the
    /// machine: who holds its folder holds its key.
    pub fn set_four_eyes(&self, four_eyes: FourEyes) -> Result<(), Error> {
        let act = Act::Setting { name: KEY.to_owned(), value: four_eyes.slug().to_owned() };
        let told = self.told(Event::of(self.actor(), act))?;
        self.setting().update_with(KEY, |_| Some(four_eyes), &[told])?;
        Ok(())
    }

    fn setting(&self) -> store::Shelf<FourEyes> {
        self.inner.store.shelf(SHELF)
    }
}
