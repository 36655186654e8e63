//! What surrounds every page.

use node::{Link, Partner, Role};
use release::Badge;

use crate::assets;
use crate::mark::{Mark, Named};
use crate::reader::Reader;
use crate::texts::{Lang, Text, Texts};

/// What surrounds a page: everything that `frame.html` needs.
pub struct Frame {
    /// The reader's texts.
    pub texts: Texts,
    /// The page's title: foreign text where it is an object's.
    pub title: String,
    /// The way to the page.
    pub crumbs: Vec<Crumb>,
    /// The strictest marking that the page holds; national by default, since pages hold drafts,
    /// names of people and what others released.
    pub mark: Mark,
    /// The node's state.
    pub home: Named,
    /// What people call the node.
    pub node: String,
    /// How many partners answer, and how many there are.
    pub partners: (usize, usize),
    /// The person, as others read it.
    pub display: String,
    /// The token of the session's forms.
    pub csrf: String,
    /// The rail: groups of entries.
    pub rail: Vec<Vec<Entry>>,
    /// Now, in microseconds since 1970.
    pub now: i64,
    /// Path and query of the page.
    pub path: String,
    /// What just happened, to be said once.
    pub toast: Option<String>,
    /// Whether the page shows an exercise.
    pub exercise: bool,
    /// Whether the page needs the map.
    pub map: bool,
}

/// A step on the way to the page.
pub struct Crumb {
    /// What it is called.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

/// An entry of the rail.
pub struct Entry {
    /// What it is called.
    pub text: String,
    /// Where it leads.
    pub href: &'static str,
    /// The keys that go there.
    pub shortcut: &'static str,
    /// Whether the page is this one.
    pub current: bool,
    /// How much there waits for the reader.
    pub count: usize,
    /// Entries below it.
    pub below: Vec<Entry>,
}

impl Reader {
    /// The frame of a page with this title.
    #[expect(clippy::needless_pass_by_value, reason = "it is a text that was just made")]
    pub fn frame(&self, title: impl ToString) -> Frame {
        let profile = self.node().profile();
        let partners = self.node().partners().unwrap_or_default();
        let live = partners.iter().filter(|partner| is_live(partner)).count();
        let home = self.named(&profile.state);
        let mark = Mark {
            owner: Some(home.clone()),
            label: crate::Label::National,
            to: None,
            groups: Vec::new(),
            exercise: false,
        };
        Frame {
            texts: self.texts().clone(),
            title: title.to_string(),
            crumbs: Vec::new(),
            mark,
            home,
            node: profile.name.clone(),
            partners: (live, partners.len()),
            display: self.session().display.clone(),
            csrf: self.session().csrf.clone(),
            rail: rail(self),
            now: self.now(),
            path: self.path().to_owned(),
            toast: None,
            exercise: false,
            map: false,
        }
    }
}

pub(crate) fn is_live(partner: &Partner) -> bool {
    matches!(partner.link, Link::Live { .. })
}

fn rail(reader: &Reader) -> Vec<Vec<Entry>> {
    let entry = |text: String, href, shortcut| Entry {
        text,
        href,
        shortcut,
        current: false,
        count: 0,
        below: Vec::new(),
    };
    let say = |key: &str| reader.texts().say(key).to_string();
    let mut desks = vec![entry(say("nav-overview"), "/", "g o")];
    for desk in reader.shell().desks() {
        let mut items = desk.nav.iter().map(|item| entry(say(item.key), item.href, item.shortcut));
        if let Some(mut first) = items.next() {
            first.below = items.collect();
            desks.push(first);
        }
    }
    let mut releases = entry(say("nav-releases"), "/releases", "g l");
    releases.count = reader.node().waiting_for(reader.session()).unwrap_or_default();
    releases.below.push(entry(say("nav-recalls"), "/recalls", "g e"));
    desks.push(releases);
    let mut partners = entry(say("nav-partners"), "/partners", "g n");
    if reader.session().role == Role::Administrator {
        partners.below.push(entry(say("nav-aside"), "/quarantine", "g q"));
    }
    let mut node = vec![
        partners,
        entry(say("nav-groups"), "/groups", "g g"),
        entry(say("nav-account"), "/account", "g a"),
    ];
    if reader.session().role == Role::Administrator {
        node.push(entry(say("nav-audit"), "/audit", "g u"));
    }
    let mut rail = vec![desks, node];
    if reader.shell().options().dev {
        rail.push(vec![entry(say("nav-design"), "/design", "g c")]);
    }
    rail
}

impl Frame {
    /// The entry of the rail where the page stands.
    #[must_use]
    pub fn at(mut self, href: &str) -> Self {
        for entry in self.rail.iter_mut().flatten() {
            let below = entry.below.iter_mut().find(|below| below.href == href);
            match below {
                Some(below) => below.current = true,
                None => entry.current = entry.href == href,
            }
        }
        self
    }

    /// A step on the way to the page.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "it is a text that was just made")]
    pub fn under(mut self, text: impl ToString, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { text: text.to_string(), href: href.into() });
        self
    }

    /// The markings of what the page shows: it is labelled with the strictest. Without any it
    /// stays national, for it still tells what this node does.
    #[must_use]
    pub fn holds<'a>(
        mut self,
        reader: &Reader,
        badges: impl IntoIterator<Item = &'a Badge>,
    ) -> Self {
        if let Some(strictest) = badges.into_iter().max() {
            self.exercise = strictest.exercise;
            self.mark = reader.mark(strictest);
        }
        self
    }

    /// What just happened, to be said once.
    #[must_use]
    pub fn saying(mut self, toast: Option<String>) -> Self {
        self.toast = toast;
        self
    }

    /// The page needs the map's script.
    #[must_use]
    pub fn with_map(mut self) -> Self {
        self.map = true;
        self
    }

    /// The text with this key.
    pub fn say<'a>(&'a self, key: &str) -> Text<'a> {
        self.texts.say(key)
    }

    /// Foreign text made safe to show.
    pub fn foreign(&self, text: &str) -> String {
        crate::foreign(text)
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// All languages.
    pub fn langs(&self) -> [Lang; 3] {
        Lang::ALL
    }

    /// Whether the page speaks this language.
    pub fn is_lang(&self, lang: &Lang) -> bool {
        self.texts.lang() == *lang
    }

    /// A moment, UTC, as tables show it.
    pub fn moment(&self, micros: &i64) -> String {
        self.texts.moment(*micros)
    }

    /// The first column of a timeline: the time of a moment today, else its day.
    pub fn when(&self, micros: &i64) -> String {
        self.texts.when(*micros, self.now)
    }

    /// A moment for `datetime` attributes.
    pub fn machine(&self, micros: &i64) -> String {
        crate::texts::machine(*micros)
    }

    /// The state of the links to the partners, as a class of the style sheet.
    pub fn partners_class(&self) -> &'static str {
        match self.partners {
            (_, 0) => "wait",
            (live, all) if live == all => "live",
            (0, _) => "gone",
            _ => "late",
        }
    }
}
