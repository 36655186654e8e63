//! Domain objects (section 4).

use super::vocabulary::{
    ATTACK_MOTIVATION, ATTACK_RESOURCE_LEVEL, GROUPING_CONTEXT, IDENTITY_CLASS,
    IMPLEMENTATION_LANGUAGE, INDICATOR_TYPE, INDUSTRY_SECTOR, INFRASTRUCTURE_TYPE,
    MALWARE_CAPABILITIES, MALWARE_RESULT, MALWARE_TYPE, OPINION, PATTERN_TYPE,
    PROCESSOR_ARCHITECTURE, REGION, REPORT_TYPE, THREAT_ACTOR_ROLE, THREAT_ACTOR_SOPHISTICATION,
    THREAT_ACTOR_TYPE, TOOL_TYPE,
};
use super::{
    Class, Form, Kind, Need, PHASES, Property, Rule, TEXT, TEXTS, TIME, Table, Target, opt, refers,
    req,
};

const fn sdo(
    name: &'static str,
    section: &'static str,
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Domain, properties, rules, contributing: &[] }
}

const SEEN: &[Rule] = &[Rule::NotBefore("last_seen", "first_seen")];
const OBJECTS: Kind = Kind::List(&Kind::Identifier(Target::Any));
const SOFTWARE: Kind = refers(&["software"]);
const MOTIVATION: Kind = Kind::Open(&ATTACK_MOTIVATION);

/// Domain objects.
pub static DOMAIN: &[Table] = &[
    sdo(
        "attack-pattern",
        "4.1",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("aliases", TEXTS),
            opt("kill_chain_phases", PHASES),
        ],
        &[],
    ),
    sdo(
        "campaign",
        "4.2",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("aliases", TEXTS),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
            opt("objective", TEXT),
        ],
        SEEN,
    ),
    sdo("course-of-action", "4.3", &[req("name", TEXT), opt("description", TEXT)], &[]),
    sdo(
        "grouping",
        "4.4",
        &[
            opt("name", TEXT),
            opt("description", TEXT),
            req("context", Kind::Open(&GROUPING_CONTEXT)),
            req("object_refs", OBJECTS),
        ],
        &[],
    ),
    sdo(
        "identity",
        "4.5",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("roles", TEXTS),
            opt("identity_class", Kind::Open(&IDENTITY_CLASS)),
            opt("sectors", Kind::List(&Kind::Open(&INDUSTRY_SECTOR))),
            opt("contact_information", TEXT),
        ],
        &[],
    ),
    sdo("incident", "4.6", &[req("name", TEXT), opt("description", TEXT)], &[]),
    sdo(
        "indicator",
        "4.7",
        &[
            opt("name", TEXT),
            opt("description", TEXT),
            opt("indicator_types", Kind::List(&Kind::Open(&INDICATOR_TYPE))),
            req("pattern", TEXT),
            req("pattern_type", Kind::Open(&PATTERN_TYPE)),
            opt("pattern_version", TEXT),
            req("valid_from", TIME),
            opt("valid_until", TIME),
            opt("kill_chain_phases", PHASES),
        ],
        &[
            Rule::After("valid_until", "valid_from"),
            Rule::Should("name"),
            Rule::Should("description"),
        ],
    ),
    sdo(
        "infrastructure",
        "4.8",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("infrastructure_types", Kind::List(&Kind::Open(&INFRASTRUCTURE_TYPE))),
            opt("aliases", TEXTS),
            opt("kill_chain_phases", PHASES),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
        ],
        SEEN,
    ),
    sdo(
        "intrusion-set",
        "4.9",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("aliases", TEXTS),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
            opt("goals", TEXTS),
            opt("resource_level", Kind::Open(&ATTACK_RESOURCE_LEVEL)),
            opt("primary_motivation", MOTIVATION),
            opt("secondary_motivations", Kind::List(&MOTIVATION)),
        ],
        SEEN,
    ),
    sdo(
        "location",
        "4.10",
        &[
            opt("name", TEXT),
            opt("description", TEXT),
            opt("latitude", Kind::Float(-90.0, 90.0)),
            opt("longitude", Kind::Float(-180.0, 180.0)),
            opt("precision", Kind::Float(f64::MIN, f64::MAX)),
            opt("region", Kind::Open(&REGION)),
            opt("country", Kind::Text(Form::Country)),
            opt("administrative_area", TEXT),
            opt("city", TEXT),
            opt("street_address", TEXT),
            opt("postal_code", TEXT),
        ],
        &[
            Rule::AnyGroup(&[&["region"], &["country"], &["latitude", "longitude"]]),
            Rule::Needs("latitude", &["longitude"]),
            Rule::Needs("longitude", &["latitude"]),
            Rule::Needs("precision", &["latitude", "longitude"]),
        ],
    ),
    sdo(
        "malware",
        "4.11",
        &[
            opt("name", TEXT),
            opt("description", TEXT),
            opt("malware_types", Kind::List(&Kind::Open(&MALWARE_TYPE))),
            req("is_family", Kind::Boolean),
            opt("aliases", TEXTS),
            opt("kill_chain_phases", PHASES),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
            opt("operating_system_refs", Kind::List(&SOFTWARE)),
            opt("architecture_execution_envs", Kind::List(&Kind::Open(&PROCESSOR_ARCHITECTURE))),
            opt("implementation_languages", Kind::List(&Kind::Open(&IMPLEMENTATION_LANGUAGE))),
            opt("capabilities", Kind::List(&Kind::Open(&MALWARE_CAPABILITIES))),
            opt("sample_refs", Kind::List(&refers(&["artifact", "file"]))),
        ],
        &[Rule::WhenNeeds("is_family", true, "name"), Rule::NotBefore("last_seen", "first_seen")],
    ),
    sdo(
        "malware-analysis",
        "4.12",
        &[
            req("product", Kind::Text(Form::Hyphenated)),
            opt("version", TEXT),
            opt("host_vm_ref", SOFTWARE),
            opt("operating_system_ref", SOFTWARE),
            opt("installed_software_refs", Kind::List(&SOFTWARE)),
            opt("configuration_version", TEXT),
            opt("modules", TEXTS),
            opt("analysis_engine_version", TEXT),
            opt("analysis_definition_version", TEXT),
            opt("submitted", TIME),
            opt("analysis_started", TIME),
            opt("analysis_ended", TIME),
            opt("result_name", TEXT),
            opt("result", Kind::Open(&MALWARE_RESULT)),
            opt(
                "analysis_sco_refs",
                Kind::List(&Kind::Identifier(Target::Classes(&[Class::Observable]))),
            ),
            opt("sample_ref", refers(&["artifact", "file", "network-traffic"])),
        ],
        &[Rule::AnyOf(&["result", "analysis_sco_refs"])],
    ),
    sdo(
        "note",
        "4.13",
        &[
            opt("abstract", TEXT),
            req("content", TEXT),
            opt("authors", TEXTS),
            req("object_refs", OBJECTS),
        ],
        &[],
    ),
    sdo(
        "observed-data",
        "4.14",
        &[
            req("first_observed", TIME),
            req("last_observed", TIME),
            req("number_observed", Kind::Integer(1, 999_999_999)),
            Property { name: "objects", need: Need::Deprecated, kind: Kind::Container },
            opt(
                "object_refs",
                Kind::List(&Kind::Identifier(Target::Classes(&[
                    Class::Observable,
                    Class::Relationship,
                ]))),
            ),
        ],
        &[
            Rule::NotBefore("last_observed", "first_observed"),
            Rule::OneOf(&["objects", "object_refs"]),
        ],
    ),
    sdo(
        "opinion",
        "4.15",
        &[
            opt("explanation", TEXT),
            opt("authors", TEXTS),
            req("opinion", Kind::Enum(&OPINION)),
            req("object_refs", OBJECTS),
        ],
        &[],
    ),
    sdo(
        "report",
        "4.16",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("report_types", Kind::List(&Kind::Open(&REPORT_TYPE))),
            req("published", TIME),
            req("object_refs", OBJECTS),
        ],
        &[],
    ),
    sdo(
        "threat-actor",
        "4.17",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("threat_actor_types", Kind::List(&Kind::Open(&THREAT_ACTOR_TYPE))),
            opt("aliases", TEXTS),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
            opt("roles", Kind::List(&Kind::Open(&THREAT_ACTOR_ROLE))),
            opt("goals", TEXTS),
            opt("sophistication", Kind::Open(&THREAT_ACTOR_SOPHISTICATION)),
            opt("resource_level", Kind::Open(&ATTACK_RESOURCE_LEVEL)),
            opt("primary_motivation", MOTIVATION),
            opt("secondary_motivations", Kind::List(&MOTIVATION)),
            opt("personal_motivations", Kind::List(&MOTIVATION)),
        ],
        SEEN,
    ),
    sdo(
        "tool",
        "4.18",
        &[
            req("name", TEXT),
            opt("description", TEXT),
            opt("tool_types", Kind::List(&Kind::Open(&TOOL_TYPE))),
            opt("aliases", TEXTS),
            opt("kill_chain_phases", PHASES),
            opt("tool_version", TEXT),
        ],
        &[],
    ),
    sdo("vulnerability", "4.19", &[req("name", TEXT), opt("description", TEXT)], &[]),
];
