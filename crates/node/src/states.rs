//! The reviewed table of states: codes, names in the program's three languages, and reference
//! identities.
//!
//! A reference identity lets an object name a state as affected or concerned. It is not that
//! state's node, it signs nothing, and no state speaks through it. Names and codes serve to tell
//! places apart; they take no position on the status of any territory.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use stix::{Id, Object, extension, id::ENTENTE_NAMESPACE};

/// A state in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// ISO 3166-1 alpha-2; for Kosovo `XK`, which ISO leaves to users and which the EU and others
    /// use.
    pub code: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Name in Albanian.
    pub sq: &'static str,
    /// Name in Croatian.
    pub hr: &'static str,
}

const fn state(code: &'static str, en: &'static str, sq: &'static str, hr: &'static str) -> State {
    State { code, en, sq, hr }
}

/// The table: the three partners first, then by code. It holds the members of NATO and the EU, the
/// neighbours of both, and whoever reports name.
pub const STATES: &[State] = &[
    state("AL", "Albania", "Shqipëria", "Albanija"),
    state("HR", "Croatia", "Kroacia", "Hrvatska"),
    state("XK", "Kosovo", "Kosova", "Kosovo"),
    state("AD", "Andorra", "Andorra", "Andora"),
    state("AM", "Armenia", "Armenia", "Armenija"),
    state("AT", "Austria", "Austria", "Austrija"),
    state("AU", "Australia", "Australia", "Australija"),
    state("AZ", "Azerbaijan", "Azerbajxhani", "Azerbajdžan"),
    state("BA", "Bosnia and Herzegovina", "Bosnja dhe Hercegovina", "Bosna i Hercegovina"),
    state("BE", "Belgium", "Belgjika", "Belgija"),
    state("BG", "Bulgaria", "Bullgaria", "Bugarska"),
    state("BY", "Belarus", "Bjellorusia", "Bjelarus"),
    state("CA", "Canada", "Kanadaja", "Kanada"),
    state("CH", "Switzerland", "Zvicra", "Švicarska"),
    state("CN", "China", "Kina", "Kina"),
    state("CY", "Cyprus", "Qiproja", "Cipar"),
    state("CZ", "Czechia", "Çekia", "Češka"),
    state("DE", "Germany", "Gjermania", "Njemačka"),
    state("DK", "Denmark", "Danimarka", "Danska"),
    state("EE", "Estonia", "Estonia", "Estonija"),
    state("ES", "Spain", "Spanja", "Španjolska"),
    state("FI", "Finland", "Finlanda", "Finska"),
    state("FR", "France", "Franca", "Francuska"),
    state("GB", "United Kingdom", "Mbretëria e Bashkuar", "Ujedinjena Kraljevina"),
    state("GE", "Georgia", "Gjeorgjia", "Gruzija"),
    state("GR", "Greece", "Greqia", "Grčka"),
    state("HU", "Hungary", "Hungaria", "Mađarska"),
    state("IE", "Ireland", "Irlanda", "Irska"),
    state("IL", "Israel", "Izraeli", "Izrael"),
    state("IR", "Iran", "Irani", "Iran"),
    state("IS", "Iceland", "Islanda", "Island"),
    state("IT", "Italy", "Italia", "Italija"),
    state("JP", "Japan", "Japonia", "Japan"),
    state("KR", "South Korea", "Koreja e Jugut", "Južna Koreja"),
    state("LI", "Liechtenstein", "Lihtenshtajni", "Lihtenštajn"),
    state("LT", "Lithuania", "Lituania", "Litva"),
    state("LU", "Luxembourg", "Luksemburgu", "Luksemburg"),
    state("LV", "Latvia", "Letonia", "Latvija"),
    state("MC", "Monaco", "Monako", "Monako"),
    state("MD", "Moldova", "Moldavia", "Moldova"),
    state("ME", "Montenegro", "Mali i Zi", "Crna Gora"),
    state("MK", "North Macedonia", "Maqedonia e Veriut", "Sjeverna Makedonija"),
    state("MT", "Malta", "Malta", "Malta"),
    state("NL", "Netherlands", "Holanda", "Nizozemska"),
    state("NO", "Norway", "Norvegjia", "Norveška"),
    state("NZ", "New Zealand", "Zelanda e Re", "Novi Zeland"),
    state("PL", "Poland", "Polonia", "Poljska"),
    state("PT", "Portugal", "Portugalia", "Portugal"),
    state("RO", "Romania", "Rumania", "Rumunjska"),
    state("RS", "Serbia", "Serbia", "Srbija"),
    state("RU", "Russia", "Rusia", "Rusija"),
    state("SE", "Sweden", "Suedia", "Švedska"),
    state("SI", "Slovenia", "Sllovenia", "Slovenija"),
    state("SK", "Slovakia", "Sllovakia", "Slovačka"),
    state("SM", "San Marino", "San Marino", "San Marino"),
    state("TR", "Türkiye", "Turqia", "Turska"),
    state("UA", "Ukraine", "Ukraina", "Ukrajina"),
    state("US", "United States", "Shtetet e Bashkuara", "Sjedinjene Američke Države"),
    state("VA", "Holy See", "Selia e Shenjtë", "Sveta Stolica"),
];

/// Every reference identity with its state.
static IDENTITIES: LazyLock<BTreeMap<Id, &'static State>> = LazyLock::new(|| {
    STATES.iter().filter_map(|state| Some((identity_of(state.code)?, state))).collect()
});

impl State {
    /// Its name in a language of the program (`en`, `sq`, `hr`; regional forms count); English
    /// otherwise.
    pub fn name(&self, lang: &str) -> &'static str {
        match lang.get(..2) {
            Some("sq") => self.sq,
            Some("hr") => self.hr,
            _ => self.en,
        }
    }
}

/// The state with this code, in capitals.
pub fn by_code(code: &str) -> Option<&'static State> {
    STATES.iter().find(|state| state.code == code)
}

/// The state of this reference identity.
pub fn by_identity(identity: &Id) -> Option<&'static State> {
    IDENTITIES.get(identity).copied()
}

/// The reference identity of the state with this code: the UUIDv5 of `state:CODE`, the same at
/// every node.
pub fn identity(code: &str) -> Option<Id> {
    by_code(code).and_then(|state| identity_of(state.code))
}

fn identity_of(code: &str) -> Option<Id> {
    Id::named("identity", ENTENTE_NAMESPACE, &format!("state:{code}")).ok()
}

#[derive(Serialize)]
struct Identity<'a> {
    r#type: &'static str,
    spec_version: &'static str,
    id: &'a Id,
    created_by_ref: &'a Id,
    created: &'static str,
    modified: &'static str,
    name: &'static str,
    description: &'static str,
    #[serde(rename = "identity_class")]
    class: &'static str,
    external_references: [Code; 1],
}

#[derive(Serialize)]
struct Code {
    source_name: &'static str,
    external_id: &'static str,
}

/// The list that a code is from. `XK` is one that ISO leaves to users to assign.
fn code_list(code: &str) -> &'static str {
    if code == "XK" { "ISO 3166-1, user-assigned" } else { "ISO 3166-1" }
}

/// The reference identities as objects: built in, structural, the same bytes at every node.
pub fn definitions() -> Vec<Object> {
    let objects = IDENTITIES.iter().filter_map(|(id, state)| {
        let identity = Identity {
            r#type: "identity",
            spec_version: "2.1",
            id,
            created_by_ref: &extension::AUTHORITY,
            created: extension::CREATED,
            modified: extension::CREATED,
            name: state.en,
            description: "Reference identity, for naming this state as affected or concerned. It \
                          is not a node and states nothing. Naming takes no position on status.",
            class: "organization",
            external_references: [Code {
                source_name: code_list(state.code),
                external_id: state.code,
            }],
        };
        Object::parse(serde_json::to_vec(&identity).ok()?).ok()
    });
    objects.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_identities_are_unique() {
        assert_eq!(IDENTITIES.len(), STATES.len());
        let codes: std::collections::BTreeSet<_> = STATES.iter().map(|state| state.code).collect();
        assert_eq!(codes.len(), STATES.len());
    }

    #[test]
    fn every_state_has_its_object() {
        let definitions = definitions();
        assert_eq!(definitions.len(), STATES.len());
        for object in definitions {
            assert!(by_identity(object.id()).is_some());
            assert_eq!(object.header().created_by_ref.as_ref(), Some(&*extension::AUTHORITY));
        }
    }

    #[test]
    fn names_follow_the_language() {
        let kosovo = by_code("XK").unwrap();
        assert_eq!(
            (kosovo.name("en-GB"), kosovo.name("sq"), kosovo.name("hr")),
            ("Kosovo", "Kosova", "Kosovo")
        );
        assert_eq!(by_identity(&identity("XK").unwrap()), Some(kosovo));
        assert_eq!(identity("ZZ"), None);
    }
}
