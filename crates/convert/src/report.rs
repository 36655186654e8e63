//! What a conversion could not carry over, place by place.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use stix::Pointer;

/// What became of the content of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is there, said in another way.
    Changed,
    /// It is there in a form that only this program reads back.
    Kept,
    /// It is gone.
    Lost,
}

/// One place of the input whose content the result does not carry as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// Where in the input: a JSON pointer, or what the format has in its place.
    #[serde(serialize_with = "pointer")]
    pub pointer: Pointer,
    /// What became of it.
    pub fate: Fate,
    /// What stands there, in a few words of the format.
    pub what: Cow<'static, str>,
    /// Why it could not be carried over.
    pub why: Cow<'static, str>,
}

fn pointer<S: serde::Serializer>(pointer: &Pointer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(pointer.as_str())
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fate = match self.fate {
            Fate::Changed => "changed",
            Fate::Kept => "kept",
            Fate::Lost => "lost",
        };
        write!(f, "{fate}: {}: {}: {}", self.pointer, self.what, self.why)
    }
}

/// Every loss of one conversion, in the order of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    losses: Vec<Loss>,
}

impl Report {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a loss.
    pub fn push(&mut self, loss: Loss) {
        self.losses.push(loss);
    }

    /// Notes what is gone.
    pub fn lost(
        &mut self,
        pointer: Pointer,
        what: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(Loss { pointer, fate: Fate::Lost, what: what.into(), why: why.into() });
    }

    /// Notes what is carried in a form that only this program reads back.
    pub fn kept(
        &mut self,
        pointer: Pointer,
        what: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(Loss { pointer, fate: Fate::Kept, what: what.into(), why: why.into() });
    }

    /// Notes what is said in another way.
    pub fn changed(
        &mut self,
        pointer: Pointer,
        what: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(Loss { pointer, fate: Fate::Changed, what: what.into(), why: why.into() });
    }

    /// The losses.
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// How many places met this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.losses.iter().filter(|loss| loss.fate == fate).count()
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// Takes the losses of another report in.
    pub fn absorb(&mut self, other: Self) {
        self.losses.extend(other.losses);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_reads_as_a_line_and_as_json() {
        let mut report = Report::new();
        let place = Pointer::root().join("Event").join("threat_level_id");
        report.kept(place, "threat level 1", "STIX has no threat level");
        let loss = &report.losses()[0];
        assert_eq!(
            loss.to_string(),
            "kept: /Event/threat_level_id: threat level 1: STIX has no threat level"
        );
        assert_eq!(
            serde_json::to_string(loss).unwrap(),
            r#"{"pointer":"/Event/threat_level_id","fate":"kept","what":"threat level 1","why":"STIX has no threat level"}"#
        );
        assert_eq!((report.count(Fate::Kept), report.count(Fate::Lost)), (1, 0));
    }
}
