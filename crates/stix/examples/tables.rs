//! Writes docs/stix from the specification's tables, or with `--check` tells what differs.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use stix::spec::{
    self, COMMON, Class, EXTENSIONS, Form, Kind, Need, Rule, Table, Target, Use, VERBS,
};
use stix::spec::{EXTERNAL_REFERENCE, GRANULAR_MARKING, KILL_CHAIN_PHASE, vocabulary};
use stix::validate::{Level, RULES};

const HEAD: &str =
    "<!-- Written by `cargo xtask docs` from the tables in crates/stix. Change it there. -->\n\n";

fn main() -> ExitCode {
    let check = std::env::args().any(|arg| arg == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stix");
    let mut same = true;
    for (name, text) in
        [("objects.md", objects()), ("vocabularies.md", vocabularies()), ("rules.md", rules())]
    {
        let path = root.join(name);
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        if held == text {
            continue;
        }
        same = false;
        if check {
            eprintln!("docs/stix/{name} is not what the tables say\nhint: run `cargo xtask docs`");
        } else if let Err(error) = std::fs::write(&path, text) {
            eprintln!("cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    if check && !same { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn objects() -> String {
    let mut out = format!(
        "{HEAD}# Objects of STIX 2.1\n\nWhat `entente validate` checks, type by type. Section \
         numbers are those of the OASIS Standard. **Bold**: required. The identifier of an \
         observable follows from the properties marked ◆ (section 2.9).\n\n## Common properties \
         (section 3.2)\n\n| property | value | domain | relationship | observable | extension | \
         language | marking |\n|---|---|---|---|---|---|---|---|\n"
    );
    let mark = |used: Use| match used {
        Use::Required => "**required**",
        Use::Optional => "optional",
        Use::None => "–",
    };
    for row in COMMON {
        let uses = [
            row.domain,
            row.relationship,
            row.observable,
            row.extension,
            row.language,
            row.marking,
        ];
        let uses: Vec<_> = uses.into_iter().map(mark).collect();
        let _ = writeln!(out, "| `{}` | {} | {} |", row.name, value(&row.kind), uses.join(" | "));
    }
    for (title, classes) in [
        ("Domain objects (section 4)", &[Class::Domain][..]),
        ("Relationship objects (section 5)", &[Class::Relationship]),
        ("Cyber-observable objects (section 6)", &[Class::Observable]),
        ("Meta objects (section 7)", &[Class::Language, Class::Marking, Class::Extension]),
    ] {
        let _ = writeln!(out, "\n## {title}");
        for table in spec::tables().filter(|table| classes.contains(&table.class)) {
            section(&mut out, table, "");
            for extension in EXTENSIONS.iter().filter(|extension| extension.of == table.name) {
                section(&mut out, extension.table, "#");
            }
        }
    }
    out.push_str("\n## Structures\n");
    for table in structures() {
        section(&mut out, table, "");
    }
    out.push_str(
        "\n## Suggested relationships\n\nAny two objects: `derived-from`, `duplicate-of`, \
         `related-to` (section 3.7). Others are allowed, and told at the level *should*.\n\n\
         | from | relationship | to |\n|---|---|---|\n",
    );
    for (from, verb, to) in VERBS {
        let _ = writeln!(out, "| {from} | `{verb}` | {} |", to.join(", "));
    }
    out
}

/// The structures that tables lead to, each once.
fn structures() -> Vec<&'static Table> {
    fn walk(kind: &'static Kind, found: &mut Vec<&'static Table>) {
        match kind {
            Kind::Structure(table) if !found.iter().any(|held| held.name == table.name) => {
                found.push(table);
                table.properties.iter().for_each(|property| walk(&property.kind, found));
            }
            Kind::List(of) | Kind::Dictionary(of) => walk(of, found),
            _ => {}
        }
    }
    let mut found: Vec<&Table> = vec![&EXTERNAL_REFERENCE, &KILL_CHAIN_PHASE, &GRANULAR_MARKING];
    let tables = spec::tables().chain(EXTENSIONS.iter().map(|extension| extension.table));
    for table in tables {
        table.properties.iter().for_each(|property| walk(&property.kind, &mut found));
    }
    found
}

fn section(out: &mut String, table: &Table, deeper: &str) {
    let _ = writeln!(out, "\n###{deeper} {} ({})\n", table.name, table.section);
    if !table.properties.is_empty() {
        out.push_str("| property | value |\n|---|---|\n");
    }
    for property in table.properties {
        let name = match property.need {
            Need::Required => format!("**`{}`**", property.name),
            Need::Optional => format!("`{}`", property.name),
            Need::Deprecated => format!("`{}` (deprecated)", property.name),
        };
        let mark = if table.contributing.contains(&property.name) { " ◆" } else { "" };
        let _ = writeln!(out, "| {name}{mark} | {} |", value(&property.kind));
    }
    if !table.rules.is_empty() {
        out.push('\n');
    }
    for rule in table.rules {
        let _ = writeln!(out, "- {}", sentence(rule));
    }
}

fn code(names: &[&str], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::NotBefore(later, earlier) => format!("`{later}` is not before `{earlier}`."),
        Rule::After(later, earlier) => format!("`{later}` is after `{earlier}`."),
        Rule::AnyOf(names) => format!("At least one of {}.", code(names, ", ")),
        Rule::OneOf(names) => format!("Exactly one of {}.", code(names, ", ")),
        Rule::NotEmpty => "At least one of these properties, or an extension.".to_owned(),
        Rule::Needs(name, needs) => format!("`{name}` only with {}.", code(needs, ", ")),
        Rule::WhenNeeds(name, value, need) => {
            format!("`{need}` is required when `{name}` is {value}.")
        }
        Rule::WhenNot(name, value, not) => format!("No `{not}` when `{name}` is {value}."),
        Rule::AnyGroup(groups) => {
            let groups: Vec<_> = groups.iter().map(|group| code(group, " with ")).collect();
            format!("At least one of: {}.", groups.join("; "))
        }
        Rule::Should(name) => format!("Should have `{name}`."),
    }
}

fn value(kind: &Kind) -> String {
    const LIMIT: i64 = (1 << 53) - 1;
    match kind {
        Kind::Any => "anything but null".to_owned(),
        Kind::Binary => "base64".to_owned(),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Scalar => "integer or string".to_owned(),
        Kind::Dictionary(Kind::Any) => "dictionary".to_owned(),
        Kind::Dictionary(of) => format!("dictionary of {}", value(of)),
        Kind::Enum(terms) => format!("one of [{}](vocabularies.md#{})", terms.name, terms.name),
        Kind::Open(terms) => {
            format!("should be of [{}](vocabularies.md#{})", terms.name, terms.name)
        }
        Kind::Float(f64::MIN, _) => "number".to_owned(),
        Kind::Float(least, most) => format!("number from {least} to {most}"),
        Kind::Hashes => "hashes by algorithm".to_owned(),
        Kind::Hex => "hexadecimal digits, in pairs".to_owned(),
        Kind::Identifier(target) => format!("identifier{}", whose(*target)),
        Kind::Integer(least, LIMIT) if *least == -LIMIT => "whole number".to_owned(),
        Kind::Integer(least, LIMIT) => format!("whole number from {least}"),
        Kind::Integer(least, most) => format!("whole number from {least} to {most}"),
        Kind::List(Kind::Identifier(target)) => format!("list of identifiers{}", whose(*target)),
        Kind::List(Kind::Text(Form::Free)) => "list of texts".to_owned(),
        Kind::List(of) => format!("list of {}", value(of)),
        Kind::Container => "observables by key".to_owned(),
        Kind::Text(form) => text(*form),
        Kind::Timestamp(0) => "timestamp".to_owned(),
        Kind::Timestamp(digits) => format!("timestamp, {digits} digits after the point or more"),
        Kind::Structure(table) => {
            format!("[{}](#{}-{})", table.name, table.name, table.section.replace('.', ""))
        }
        Kind::Extensions => "extensions by name".to_owned(),
    }
}

fn whose(target: Target) -> String {
    match target {
        Target::Any => String::new(),
        Target::Types(types) => format!(" of {}", code(types, ", ")),
        Target::Classes(classes) => {
            let names: Vec<_> = classes
                .iter()
                .map(|class| match class {
                    Class::Domain => "a domain object",
                    Class::Relationship => "a relationship or sighting",
                    Class::Observable => "an observable",
                    _ => "an object",
                })
                .collect();
            format!(" of {}", names.join(" or "))
        }
    }
}

fn text(form: Form) -> String {
    match form {
        Form::Free => "text",
        Form::Language => "language tag (RFC 5646)",
        Form::TypeName => "name of a type",
        Form::PropertyName => "name of a property",
        Form::Hyphenated => "text; should be in lower case with hyphens",
        Form::Verb => "name of a relationship",
        Form::Exactly(text) => return format!("`{text}`"),
        Form::Ipv4 => "IPv4 address or network",
        Form::Ipv6 => "IPv6 address or network",
        Form::Mac => "MAC address, lower case with colons",
        Form::Domain => "domain name",
        Form::Email => "e-mail address",
        Form::Url => "URL",
        Form::MediaType => "text; should be a media type",
        Form::Charset => "character set",
        Form::Cpe => "CPE 2.3 name",
        Form::Country => "text; should be an ISO 3166-1 alpha-2 code",
        Form::RegistryKey => "registry key with its hive written out",
        Form::Protocol => "text; should be a protocol in lower case",
        Form::Priority => "text; should end in `_CLASS`",
        Form::Selector => "selector",
    }
    .to_owned()
}

fn vocabularies() -> String {
    let mut out = format!(
        "{HEAD}# Vocabularies of STIX 2.1 (section 10)\n\nA term should be of an open one (`-ov`), \
         and must be of a closed one (`-enum`).\n"
    );
    for vocabulary in vocabulary::ALL {
        let terms = code(vocabulary.terms, ", ");
        let _ =
            writeln!(out, "\n## {}\n\nSection {}. {terms}", vocabulary.name, vocabulary.section);
    }
    out
}

fn rules() -> String {
    let mut out = format!(
        "{HEAD}# Rules of `entente validate`\n\nThe `rule` of a finding. Its `section` is that of \
         the property concerned; for an extension it is the extension’s identifier.\n\n\
         | rule | level | what holds |\n|---|---|---|\n"
    );
    for rule in RULES {
        let level = match rule.level {
            Level::Must => "**must**",
            Level::Should => "should",
            Level::Extension => "extension",
        };
        let _ = writeln!(out, "| `{}` | {level} | {} |", rule.name, rule.meaning);
    }
    out
}
