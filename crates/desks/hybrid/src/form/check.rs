//! From what was typed to facts, with everything that must be mended.

use std::collections::BTreeSet;

use stix::marking::Tlp;
use stix::{Id, Timestamp};
use url::Url;

use super::{CLAIM, Checked, Form, Handling, Problem, SOURCE};
use crate::objects::{Affected, Claim, Facts, Occurred, Place, Source};
use crate::vocabulary::{Basis, Determination, Domain, Precision, Standing, Vocabulary, Word};

/// The values of the choice “how sure”: the middle of each band of the None/Low/Med/High scale
/// (STIX 2.1 appendix A).
pub(crate) const CONFIDENCES: [(&str, u8); 3] = [("high", 85), ("medium", 50), ("low", 15)];

/// The handling that no label says: nobody beyond the owner.
pub(crate) const NATIONAL: &str = "national";

struct Checking<'a> {
    form: &'a Form,
    problems: Vec<Problem>,
}

impl Form {
    /// Reads the form. `partners` are the states that may be ticked.
    pub(crate) fn check(&self, partners: &BTreeSet<Id>) -> Result<Checked, Vec<Problem>> {
        let mut checking = Checking { form: self, problems: Vec::new() };
        let facts = checking.facts();
        let handling = checking.handling(partners);
        let parts = checking.parts();
        if checking.problems.is_empty() {
            Ok(Checked { facts, handling, parts })
        } else {
            Err(checking.problems)
        }
    }
}

impl Checking<'_> {
    fn wrong(&mut self, field: impl Into<String>, key: &'static str) {
        self.problems.push(Problem { field: field.into(), key, missing: false });
    }

    fn missing(&mut self, field: impl Into<String>, key: &'static str) {
        self.problems.push(Problem { field: field.into(), key, missing: true });
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.form.get(name).to_owned()).filter(|text| !text.is_empty())
    }

    fn facts(&mut self) -> Facts {
        let name = self.form.get("title").to_owned();
        if name.is_empty() {
            self.missing("title", "form-title-missing");
        } else if name.chars().count() > 200 {
            self.wrong("title", "form-title-long");
        }
        let domain = Domain::parse(self.form.get("domain"));
        let chosen = self.form.get("confidence");
        let confidence =
            CONFIDENCES.iter().find(|(band, _)| *band == chosen).map(|(_, value)| *value);
        let basis = Basis::parse(self.form.get("basis")).unwrap_or(Basis::Own);
        let sources = self.sources();
        let url_is_wrong = self.problems.iter().any(|problem| problem.field.starts_with("url"));
        if sources.is_empty() && basis == Basis::OpenSource && !url_is_wrong {
            // An open-source report without a source would be a rumour.
            self.missing("source-0", "form-source-missing");
        }
        Facts {
            name,
            description: self.text("description"),
            lang: self
                .text("lang")
                .filter(|tag| stix::validate::fits(stix::spec::Form::Language, tag))
                .or(Some("en".to_owned())),
            confidence,
            sources,
            determination: Determination::parse(self.form.get("determination")).map(Word::Known),
            domain: domain.map(Word::Known),
            occurred: self.occurred(),
            place: self.place(),
            affected: self.affected(),
            claims: self.claims(),
            basis: Some(Word::Known(basis)),
            ..Facts::default()
        }
    }

    fn occurred(&mut self) -> Option<Occurred> {
        let [day, month, year] = ["day", "month", "year"].map(|name| self.form.get(name));
        if [day, month, year].iter().all(|part| part.is_empty()) {
            self.missing("year", "form-date-missing");
            return None;
        }
        match date(day, month, year) {
            Ok((start, precision)) => Some(Occurred {
                start,
                end: None,
                precision: precision.into(),
                note: self.text("date-note"),
            }),
            Err((field, key)) => {
                self.wrong(field, key);
                None
            }
        }
    }

    fn place(&mut self) -> Option<Place> {
        let name = self.form.get("place").to_owned();
        let latitude = self.degrees("latitude", 90.0);
        let longitude = self.degrees("longitude", 180.0);
        for (here, other) in [("latitude", "longitude"), ("longitude", "latitude")] {
            if self.form.get(here).is_empty() && !self.form.get(other).is_empty() {
                self.wrong(here, "form-both-degrees");
            }
        }
        if name.is_empty() {
            if latitude.is_some() {
                self.wrong("place", "form-place-named");
            }
            return None;
        }
        Some(Place { name, latitude, longitude })
    }

    fn degrees(&mut self, field: &'static str, most: f64) -> Option<f64> {
        let typed = self.form.get(field);
        if typed.is_empty() {
            return None;
        }
        let read = typed.replace(',', ".").parse::<f64>().ok();
        let read = read.filter(|degrees| degrees.abs() <= most);
        if read.is_none() {
            self.wrong(field, "form-degrees-wrong");
        }
        read
    }

    fn affected(&mut self) -> Vec<Affected> {
        let others = self.form.get("struck-others");
        let typed = others.split([',', ' ', ';']).filter(|code| !code.is_empty());
        let codes: Vec<String> =
            self.form.all("struck").chain(typed).map(str::to_uppercase).collect();
        let mut affected: Vec<Affected> = Vec::new();
        for code in codes {
            match node::states::identity(&code) {
                Some(_) if affected.iter().any(|held| held.code == code) => {}
                Some(state) => affected.push(Affected { state, code }),
                None => self.wrong("struck-others", "form-state-unknown"),
            }
        }
        affected
    }

    fn claims(&mut self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for at in 0..self.form.rows(&CLAIM) {
            let [text, actor, by, standing] = CLAIM.map(|name| self.form.nth(name, at).to_owned());
            if text.is_empty() && actor.is_empty() && by.is_empty() {
                continue;
            }
            if by.is_empty() {
                self.wrong(format!("by-{at}"), "form-claim-by");
            }
            if text.is_empty() {
                self.wrong(format!("claim-{at}"), "form-claim-text");
            }
            let standing = Standing::parse(&standing).unwrap_or(Standing::Claimed).into();
            let actor = Some(actor).filter(|actor| !actor.is_empty());
            claims.push(Claim { text, actor, by, standing, source: None });
        }
        claims
    }

    fn sources(&mut self) -> Vec<Source> {
        let mut sources = Vec::new();
        for at in 0..self.form.rows(&SOURCE) {
            let [name, url] = SOURCE.map(|name| self.form.nth(name, at).to_owned());
            if name.is_empty() && url.is_empty() {
                continue;
            }
            let parsed = Url::parse(&url).ok();
            let parsed = parsed.filter(|parsed| {
                let is_web = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
                is_web && stix::validate::fits(stix::spec::Form::Url, &url)
            });
            if !url.is_empty() && parsed.is_none() {
                self.wrong(format!("url-{at}"), "form-url-wrong");
            }
            let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
            let name =
                if name.is_empty() { host.trim_start_matches("www.").to_owned() } else { name };
            sources.push(Source {
                name,
                url: Some(url).filter(|url| !url.is_empty()),
                ..Source::default()
            });
        }
        sources
    }

    fn parts(&mut self) -> Vec<Id> {
        let mut parts = Vec::new();
        for typed in self.form.get("parts").split_whitespace() {
            match Id::parse(typed) {
                Ok(id) if parts.contains(&id) => {}
                Ok(id) => parts.push(id),
                Err(_) => self.wrong("parts", "form-part-unknown"),
            }
        }
        parts
    }

    fn handling(&mut self, partners: &BTreeSet<Id>) -> Handling {
        let chosen = self.form.get("handling");
        let tlp = Tlp::of_slug(chosen);
        if tlp.is_none() && !matches!(chosen, "" | NATIONAL) {
            self.wrong("handling-national", "form-handling-unknown");
        }
        let mut to = BTreeSet::new();
        for ticked in self.form.all("to") {
            match Id::parse(ticked).ok().filter(|state| partners.contains(state)) {
                Some(state) => {
                    to.insert(state);
                }
                None => self.wrong("to-0", "form-partner-unknown"),
            }
        }
        let groups = self.form.all("group").filter_map(|ticked| Id::parse(ticked).ok()).collect();
        let through = Id::parse(self.form.get("through")).ok();
        if through.as_ref().is_some_and(|relay| !partners.contains(relay)) {
            self.wrong("through", "form-partner-unknown");
        }
        if let Some(relay) = through.as_ref().filter(|_| !to.is_empty()) {
            // Whoever passes it on sees it.
            to.insert(relay.clone());
        }
        let goes = !to.is_empty() || matches!(tlp, Some(Tlp::Clear | Tlp::Green));
        if through.is_some()
            && (!goes || tlp == Some(Tlp::Red) || self.form.all("group").next().is_some())
        {
            self.wrong("through", "form-through-marking");
        }
        let mut readers: BTreeSet<String> = self.form.all("reader").map(str::to_owned).collect();
        if tlp != Some(Tlp::Red) {
            readers.clear();
        } else if readers.is_empty() {
            self.missing("reader-0", "form-red-readers");
        }
        Handling { tlp, to: Some(to).filter(|to| !to.is_empty()), groups, through, readers }
    }
}

/// The start of the period that was typed, and how exact it is; else the field and how to mend it.
fn date(
    day: &str,
    month: &str,
    year: &str,
) -> Result<(Timestamp, Precision), (&'static str, &'static str)> {
    let number = |text: &str| text.parse::<i16>().ok();
    let year = number(year)
        .filter(|year| (1900..=2200).contains(year))
        .ok_or(("year", "form-year-wrong"))?;
    let (month, day, precision) = match (month, day) {
        ("", "") => (1, 1, Precision::Year),
        ("", _) => return Err(("month", "form-month-needed")),
        (month, "") => (number(month).unwrap_or(0), 1, Precision::Month),
        (month, day) => (number(month).unwrap_or(0), number(day).unwrap_or(0), Precision::Day),
    };
    let small = |number: i16| i8::try_from(number).unwrap_or(0);
    if !(1..=12).contains(&month) {
        return Err(("month", "form-month-wrong"));
    }
    let date = jiff::civil::Date::new(year, small(month), small(day))
        .map_err(|_| ("day", "form-day-wrong"))?;
    let start = Timestamp::parse(&format!("{date}T00:00:00.000Z"))
        .map_err(|_| ("year", "form-year-wrong"))?;
    Ok((start, precision))
}
