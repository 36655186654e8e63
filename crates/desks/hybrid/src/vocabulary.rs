//! The desk's lists of words.
//!
//! A word from a list that this version does not know is kept as it came ([`Word::Foreign`]): a
//! partner with a newer list must not lose its word here, and a page can still show it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A closed list of words with a stable spelling.
pub trait Vocabulary: Copy + Eq + Sized + 'static {
    /// Every word, in the order in which a form offers them.
    const ALL: &'static [Self];

    /// The spelling in an object, a URL and a text key.
    fn slug(self) -> &'static str;

    /// The word with this spelling.
    fn parse(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.slug() == slug)
    }
}

/// A word of a list, or one that this version does not know, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// A word of the list.
    Known(T),
    /// Another spelling. It is foreign text: escape it before showing it.
    Foreign(String),
}

impl<T: Vocabulary> Word<T> {
    /// Reads a spelling. Never fails.
    pub fn of(slug: &str) -> Self {
        T::parse(slug).map_or_else(|| Self::Foreign(slug.to_owned()), Self::Known)
    }

    /// The word, if this version knows it.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Foreign(_) => None,
        }
    }

    /// The spelling as it stands in the object.
    pub fn slug(&self) -> &str {
        match self {
            Self::Known(word) => word.slug(),
            Self::Foreign(slug) => slug,
        }
    }
}

impl<T: Vocabulary> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: Vocabulary> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&String::deserialize(deserializer)?))
    }
}

/// Declares an enum, its spellings and its order in one place.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $word:ident = $slug:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* $word,)+
        }

        impl Vocabulary for $name {
            const ALL: &'static [Self] = &[$(Self::$word,)+];

            fn slug(self) -> &'static str {
                match self {
                    $(Self::$word => $slug,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.slug())
            }
        }
    };
}

words! {
    /// What an incident is about, in the analyst's plain words. One per report.
    Domain {
        /// Intrusion, wiping, ransomware, denial of service.
        Cyber = "cyber",
        /// False bomb reports, single or in waves.
        BombThreat = "bomb_threat",
        /// Intimidation, barricades, pressure.
        Coercion = "coercion",
        /// Violence with weapons.
        ArmedAttack = "armed_attack",
        /// Spying, or its suspicion.
        Espionage = "espionage",
        /// Training or paying others to act.
        ProxyTraining = "proxy_training",
        /// Disinformation, staged acts, influence on opinion.
        Information = "information",
        /// Aircraft, drones, missiles.
        Airspace = "airspace",
        /// Acts at or across a line between territories.
        Border = "border",
        /// Damage to infrastructure.
        Sabotage = "sabotage",
        /// Supply of gas, oil, power.
        Energy = "energy",
    }
}

words! {
    /// The 13 domains of "The Landscape of Hybrid Threats" (JRC and Hybrid CoE 2021, JRC123305).
    LandscapeDomain {
        /// Infrastructure.
        Infrastructure = "infrastructure",
        /// Cyber.
        Cyber = "cyber",
        /// Space.
        Space = "space",
        /// Economy.
        Economy = "economy",
        /// Military/Defence.
        MilitaryDefence = "military-defence",
        /// Culture.
        Culture = "culture",
        /// Social/Societal.
        SocialSocietal = "social-societal",
        /// Public Administration.
        PublicAdministration = "public-administration",
        /// Legal.
        Legal = "legal",
        /// Intelligence.
        Intelligence = "intelligence",
        /// Diplomacy.
        Diplomacy = "diplomacy",
        /// Political.
        Political = "political",
        /// Information.
        Information = "information",
    }
}

words! {
    /// The phase of a hybrid operation in the same model. An assessment of the reporter, hence
    /// optional.
    Phase {
        /// Interference and influence, long preparation.
        Priming = "priming",
        /// Visible operations that can still be denied.
        Destabilisation = "destabilisation",
        /// Open use or threat of force.
        Coercion = "coercion",
    }
}

words! {
    /// How exactly the time of an incident is known. `year` to `minute` mean what
    /// `timestamp-fidelity-enum` of the OASIS incident suite means: the time lies within the period
    /// that starts with the given instant.
    Precision {
        /// Within the minute.
        Minute = "minute",
        /// Within the hour.
        Hour = "hour",
        /// Within the day.
        Day = "day",
        /// Within the month.
        Month = "month",
        /// Within the year.
        Year = "year",
        /// Near the instant; the note says how near and why.
        Approximate = "approximate",
    }
}

words! {
    /// What became of a claim in public. It says who stands where, never who is right.
    Standing {
        /// The speaker says it of himself (a group that claims an attack), or as his own position.
        Claimed = "claimed",
        /// The speaker says it of another.
        Alleged = "alleged",
        /// The speaker confirms what others said.
        Confirmed = "confirmed",
        /// The speaker denies what others said.
        Denied = "denied",
        /// The speaker doubts it, or says that it cannot be known yet.
        Disputed = "disputed",
    }
}

words! {
    /// What a report rests on.
    Basis {
        /// Public sources only.
        OpenSource = "open-source",
        /// The reporter's own knowledge, alone or beside public sources.
        Own = "own",
    }
}

words! {
    /// `incident-determination-enum` of the OASIS incident suite, section 5.5.
    Determination {
        /// Not yet confirmed.
        Suspected = "suspected",
        /// At least some harm or a breach of rules is established.
        Confirmed = "confirmed",
        /// Stopped by measures taken beforehand.
        Blocked = "blocked",
        /// Failed, though not through a defence.
        FailedAttempt = "failed-attempt",
        /// A false alert.
        FalsePositive = "false-positive",
    }
}

words! {
    /// `incident-investigation-ov` of the OASIS incident suite, section 4.6: the work of those who
    /// were hit.
    InvestigationStatus {
        /// No work known to have begun.
        New = "new",
        /// Work is under way.
        Open = "open",
        /// Work is concluded.
        Closed = "closed",
    }
}

/// The values of `event-type-ov` (OASIS incident suite, section 4.4) that this desk writes as
/// `incident_types`. That list is about computers; what it has no word for is [`UNSPECIFIED`].
pub const INCIDENT_TYPES: &[&str] = &[
    "compromised-system",
    "data-exfiltration",
    "deletion-information",
    "denial-of-service",
    "destruction",
    "disruption-data-transmission",
    "email-flooding",
    "equipment-loss",
    "equipment-theft",
    "exploit",
    "known-malware",
    "modification-information",
    "packet-flood",
    "ransomware",
    "spam",
    "theft-access-credentials",
    "unauthorized-access-information",
    "unauthorized-access-system",
    "unauthorized-release",
    "unattributed",
    "undetermined",
    "vandalism",
    "wiretapping",
    UNSPECIFIED,
];

/// `event-type-ov` for what the list does not name.
pub const UNSPECIFIED: &str = "unspecified";

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings_are_unique<T: Vocabulary + fmt::Debug>() {
        for &word in T::ALL {
            assert_eq!(T::parse(word.slug()), Some(word));
        }
        let mut slugs: Vec<_> = T::ALL.iter().map(|word| word.slug()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), T::ALL.len());
    }

    #[test]
    fn every_word_reads_back() {
        spellings_are_unique::<Domain>();
        spellings_are_unique::<LandscapeDomain>();
        spellings_are_unique::<Phase>();
        spellings_are_unique::<Precision>();
        spellings_are_unique::<Standing>();
        spellings_are_unique::<Basis>();
        spellings_are_unique::<Determination>();
        spellings_are_unique::<InvestigationStatus>();
        assert_eq!(LandscapeDomain::ALL.len(), 13);
    }

    #[test]
    fn an_unknown_word_is_kept() {
        let word: Word<Domain> = serde_json::from_str("\"weather\"").unwrap();
        assert_eq!(word.known(), None);
        assert_eq!(serde_json::to_string(&word).unwrap(), "\"weather\"");
    }
}
