//! Every word that a page shows, in the reader's language.
//!
//! Texts are Fluent messages, one file per room and language: the shell's are in
//! `locales/{en,sq,hr}/shell.ftl`, a desk brings its own ([`Locale`]). A key begins with the name
//! of the desk that brings it. English stands in for what a language lacks; a test sees to it that
//! none lacks anything ([`check`]).

mod arg;
pub mod check;
mod dates;

pub use dates::{civil, machine};

use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use arg::Arg;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Albanian.
    Sq,
    /// Croatian.
    Hr,
}

impl Lang {
    /// All, in the order in which a reader chooses.
    pub const ALL: [Self; 3] = [Self::En, Self::Sq, Self::Hr];

    /// The code for `lang` attributes.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Sq => "sq",
            Self::Hr => "hr",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Sq => "Shqip",
            Self::Hr => "Hrvatski",
        }
    }

    /// The language with this code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The best of an `Accept-Language` header, by its weights; English otherwise. Bosnian,
    /// Serbian and Montenegrin readers read Croatian more easily than English.
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::En, 0.0_f32);
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q="));
            let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            let lang = match tag.split('-').next().unwrap_or_default() {
                "en" => Self::En,
                "sq" => Self::Sq,
                "hr" | "bs" | "sr" | "cnr" | "sh" => Self::Hr,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// One room's texts in all languages: the text of its Fluent files.
#[derive(Clone, Copy, Debug)]
pub struct Locale {
    /// English.
    pub en: &'static str,
    /// Albanian.
    pub sq: &'static str,
    /// Croatian.
    pub hr: &'static str,
}

/// The shell's own texts.
pub const SHELL: Locale = Locale {
    en: include_str!("../locales/en/shell.ftl"),
    sq: include_str!("../locales/sq/shell.ftl"),
    hr: include_str!("../locales/hr/shell.ftl"),
};

impl Locale {
    fn of(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Sq => self.sq,
            Lang::Hr => self.hr,
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The texts of all rooms in one language. Cheap to clone.
#[derive(Clone)]
pub struct Texts {
    lang: Lang,
    bundles: Arc<[Bundle; 3]>,
}

impl Texts {
    /// The texts of these rooms, in English. A message that cannot be read is left out.
    pub fn new(locales: &[Locale]) -> Self {
        let bundles = Lang::ALL.map(|lang| {
            let id: LanguageIdentifier = lang.code().parse().unwrap_or_default();
            let mut bundle = Bundle::new_concurrent(vec![id]);
            // All three languages run left to right, and foreign text in arguments is escaped.
            bundle.set_use_isolating(false);
            for locale in locales {
                let resource = FluentResource::try_new(locale.of(lang).to_owned());
                bundle.add_resource_overriding(resource.unwrap_or_else(|(readable, _)| readable));
            }
            bundle
        });
        Self { lang: Lang::En, bundles: Arc::new(bundles) }
    }

    /// The same texts in another language.
    #[must_use]
    pub fn within(&self, lang: Lang) -> Self {
        Self { lang, bundles: self.bundles.clone() }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The text with this key.
    pub fn say<'a>(&'a self, key: &str) -> Text<'a> {
        Text { texts: self, key: key.to_owned(), args: FluentArgs::new() }
    }

    /// The text whose key is made of a fixed beginning and a word of a list: `of("domain-", slug)`.
    /// A word without a text is shown as it is.
    pub fn of<'a>(&'a self, beginning: &str, word: &str) -> Text<'a> {
        self.say(&format!("{beginning}{}", word.replace('_', "-")))
    }

    /// Whether there is a text with this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle(Lang::En).has_message(key)
    }

    /// The name of a state from the reviewed table, else the given name.
    pub fn state(&self, code: &str, otherwise: &str) -> String {
        node::states::by_code(code).map_or_else(
            || crate::foreign(otherwise),
            |state| state.name(self.lang.code()).to_owned(),
        )
    }

    fn bundle(&self, lang: Lang) -> &Bundle {
        let [en, sq, hr] = &*self.bundles;
        match lang {
            Lang::En => en,
            Lang::Sq => sq,
            Lang::Hr => hr,
        }
    }

    fn find(&self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        [self.lang, Lang::En].into_iter().find_map(|lang| {
            let bundle = self.bundle(lang);
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(args), &mut errors);
            for error in errors {
                tracing::warn!(key, lang = lang.code(), %error, "a text is not as it should be");
            }
            Some(text.into_owned())
        })
    }
}

/// A text about to be shown. `Display` gives the words; templates escape them.
pub struct Text<'a> {
    texts: &'a Texts,
    key: String,
    args: FluentArgs<'a>,
}

impl Text<'_> {
    /// Gives the text a number or a name. Names are foreign text: they are escaped.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Arg) -> Self {
        self.args.set(name, value.into_value());
        self
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.texts.find(&self.key, &self.args) {
            return f.write_str(&text);
        }
        tracing::warn!(key = self.key, "there is no such text");
        f.write_str(&crate::foreign(&self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_is_weighed() {
        assert_eq!(Lang::accepted(""), Lang::En);
        assert_eq!(Lang::accepted("de-DE,de;q=0.9"), Lang::En);
        assert_eq!(Lang::accepted("en;q=0.5, sq-XK;q=0.8"), Lang::Sq);
        assert_eq!(Lang::accepted("bs,en;q=0.9"), Lang::Hr);
        assert_eq!(Lang::accepted("sq;q=nonsense,hr;q=0.1"), Lang::Hr);
    }

    #[test]
    fn a_missing_text_shows_its_key_and_a_missing_language_english() {
        let texts = Texts::new(&[Locale { en: "a = { $n } x", sq: "", hr: "a = { $n } y" }]);
        assert_eq!(texts.within(Lang::Sq).say("a").with("n", 2).to_string(), "2 x");
        assert_eq!(texts.within(Lang::Hr).say("a").with("n", 2).to_string(), "2 y");
        assert_eq!(texts.say("b-c").to_string(), "b-c");
    }

    #[test]
    fn arguments_are_foreign_text() {
        let texts = Texts::new(&[Locale { en: "a = { $name }", sq: "", hr: "" }]);
        assert_eq!(texts.say("a").with("name", "x\u{202e}y").to_string(), "x\\u{202E}y");
    }
}
