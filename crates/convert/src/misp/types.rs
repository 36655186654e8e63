//! The types of MISP attributes: what MISP says of each, and the shape that it takes in STIX.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Where it comes from.
    Src,
    /// Where it goes.
    Dst,
}

impl Side {
    /// As the properties' names begin.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Src => "src",
            Self::Dst => "dst",
        }
    }
}

/// A value that STIX can look for but not hold: an indicator if it is for detection, else custom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// The method of an HTTP request.
    Method,
    /// A port.
    Port,
    /// A file's size.
    Size,
    /// The user agent of an HTTP request.
    Agent,
}

/// What becomes of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A file by one hash.
    Hash(&'static str),
    /// A file by name and one hash: `name|hash`.
    NamedHash(&'static str),
    /// Traffic from or to an address.
    Address(Side),
    /// Traffic from or to an address and port: `address|port`.
    AddressPort(Side),
    /// A domain name.
    Domain,
    /// A domain name and the address that it resolves to: `domain|address`.
    DomainAddress,
    /// Traffic to a host and port: `host|port`.
    HostPort,
    /// An e-mail address.
    Email,
    /// A message from an address.
    EmailFrom,
    /// A message to an address.
    EmailTo,
    /// A message by one of its texts.
    EmailText(&'static str),
    /// A message by one further header.
    EmailHeader(&'static str),
    /// A message by its `Received` lines.
    EmailReceived,
    /// A message by the name of what is attached.
    EmailAttachment,
    /// A file by name.
    Filename,
    /// A URL.
    Url,
    /// A registry key.
    Key,
    /// A registry key and a value's data: `key|data`.
    KeyData,
    /// An autonomous system.
    AutonomousSystem,
    /// A hardware address.
    Mac,
    /// A mutex.
    Mutex,
    /// An account of this service.
    Account(&'static str),
    /// A certificate by its fingerprint.
    Certificate(&'static str),
    /// A file with its content.
    Attachment,
    /// A harmful file with its content in an encrypted archive: `name|MD5`.
    Sample,
    /// A vulnerability.
    Vulnerability,
    /// A campaign.
    Campaign,
    /// A detection rule in a language of its own.
    Rule(&'static str),
    /// Something that only a pattern can say.
    PatternOnly(Only),
    /// STIX has no place for it.
    Custom,
}

/// What MISP says of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    /// Its name.
    pub(crate) name: &'static str,
    /// The category that it stands in unless told otherwise.
    pub(crate) category: &'static str,
    /// Whether it is for detection unless told otherwise.
    pub(crate) to_ids: bool,
    /// What becomes of it.
    pub(crate) shape: Shape,
}

/// What MISP says of this type; `None` for one that it does not know.
pub(crate) fn of(name: &str) -> Option<&'static Type> {
    static BY_NAME: LazyLock<HashMap<&str, &Type>> =
        LazyLock::new(|| TYPES.iter().map(|row| (row.name, row)).collect());
    BY_NAME.get(name).copied()
}

const fn row(name: &'static str, category: &'static str, to_ids: bool, shape: Shape) -> Type {
    Type { name, category, to_ids, shape }
}

use Shape::{
    Account, Address, AddressPort, Attachment, AutonomousSystem, Campaign, Certificate, Custom,
    Domain, DomainAddress, Email, EmailAttachment, EmailFrom, EmailHeader, EmailReceived,
    EmailText, EmailTo, Filename, Hash, HostPort, Key, KeyData, Mac, Mutex, NamedHash, PatternOnly,
    Rule, Sample, Url, Vulnerability,
};
const YES: bool = true;
const NO: bool = false;

/// Every type that MISP knows, with the defaults of its `describeTypes`.
pub(crate) const TYPES: &[Type] = &[
    row("AS", "Network activity", NO, AutonomousSystem),
    row("aba-rtn", "Financial fraud", YES, Custom),
    row("anonymised", "Other", NO, Custom),
    row("attachment", "External analysis", NO, Attachment),
    row("authentihash", "Payload delivery", YES, Hash("AUTHENTIHASH")),
    row("azure-application-id", "Payload delivery", YES, Custom),
    row("bank-account-nr", "Financial fraud", YES, Custom),
    row("bic", "Financial fraud", YES, Custom),
    row("bin", "Financial fraud", YES, Custom),
    row("boolean", "Other", NO, Custom),
    row("bro", "Network activity", YES, Custom),
    row("btc", "Financial fraud", YES, Custom),
    row("campaign-id", "Attribution", NO, Custom),
    row("campaign-name", "Attribution", NO, Campaign),
    row("cc-number", "Financial fraud", YES, Custom),
    row("cdhash", "Payload delivery", YES, Hash("CDHASH")),
    row("chrome-extension-id", "Payload delivery", YES, Custom),
    row("comment", "Other", NO, Custom),
    row("community-id", "Network activity", YES, Custom),
    row("cookie", "Network activity", NO, Custom),
    row("cortex", "External analysis", NO, Custom),
    row("counter", "Other", NO, Custom),
    row("country-of-residence", "Person", NO, Custom),
    row("cpe", "External analysis", NO, Custom),
    row("dash", "Financial fraud", YES, Custom),
    row("date-of-birth", "Person", NO, Custom),
    row("datetime", "Other", NO, Custom),
    row("dkim", "Network activity", NO, Custom),
    row("dkim-signature", "Network activity", NO, Custom),
    row("dns-soa-email", "Attribution", NO, Custom),
    row("dom-hash", "Network activity", YES, Custom),
    row("domain", "Network activity", YES, Domain),
    row("domain|ip", "Network activity", YES, DomainAddress),
    row("edge-extension-id", "Payload delivery", YES, Custom),
    row("email", "Social network", YES, Email),
    row("email-attachment", "Payload delivery", YES, EmailAttachment),
    row("email-body", "Payload delivery", NO, EmailText("body")),
    row("email-dst", "Network activity", YES, EmailTo),
    row("email-dst-display-name", "Payload delivery", NO, Custom),
    row("email-header", "Payload delivery", NO, EmailReceived),
    row("email-message-id", "Payload delivery", NO, EmailText("message_id")),
    row("email-mime-boundary", "Payload delivery", NO, Custom),
    row("email-reply-to", "Payload delivery", NO, EmailHeader("Reply-To")),
    row("email-src", "Payload delivery", YES, EmailFrom),
    row("email-src-display-name", "Payload delivery", NO, Custom),
    row("email-subject", "Payload delivery", NO, EmailText("subject")),
    row("email-thread-index", "Payload delivery", NO, Custom),
    row("email-x-mailer", "Payload delivery", NO, EmailHeader("X-Mailer")),
    row("eppn", "Network activity", YES, Custom),
    row("favicon-mmh3", "Network activity", YES, Custom),
    row("filename", "Payload delivery", YES, Filename),
    row("filename-pattern", "Payload installation", YES, Custom),
    row("filename|authentihash", "Payload delivery", YES, NamedHash("AUTHENTIHASH")),
    row("filename|impfuzzy", "Payload delivery", YES, NamedHash("IMPFUZZY")),
    row("filename|imphash", "Payload delivery", YES, NamedHash("IMPHASH")),
    row("filename|md5", "Payload delivery", YES, NamedHash("MD5")),
    row("filename|pehash", "Payload delivery", YES, NamedHash("PEHASH")),
    row("filename|sha1", "Payload delivery", YES, NamedHash("SHA-1")),
    row("filename|sha224", "Payload delivery", YES, NamedHash("SHA-224")),
    row("filename|sha256", "Payload delivery", YES, NamedHash("SHA-256")),
    row("filename|sha3-224", "Payload delivery", YES, NamedHash("SHA3-224")),
    row("filename|sha3-256", "Payload delivery", YES, NamedHash("SHA3-256")),
    row("filename|sha3-384", "Payload delivery", YES, NamedHash("SHA3-384")),
    row("filename|sha3-512", "Payload delivery", YES, NamedHash("SHA3-512")),
    row("filename|sha384", "Payload delivery", YES, NamedHash("SHA-384")),
    row("filename|sha512", "Payload delivery", YES, NamedHash("SHA-512")),
    row("filename|sha512/224", "Payload delivery", YES, NamedHash("SHA-512-224")),
    row("filename|sha512/256", "Payload delivery", YES, NamedHash("SHA-512-256")),
    row("filename|ssdeep", "Payload delivery", YES, NamedHash("SSDEEP")),
    row("filename|tlsh", "Payload delivery", YES, NamedHash("TLSH")),
    row("filename|vhash", "Payload delivery", YES, NamedHash("VHASH")),
    row("first-name", "Person", NO, Custom),
    row("float", "Other", NO, Custom),
    row("frequent-flyer-number", "Person", NO, Custom),
    row("full-name", "Person", NO, Custom),
    row("gender", "Person", NO, Custom),
    row("gene", "Artifacts dropped", NO, Custom),
    row("git-commit-id", "Internal reference", NO, Custom),
    row("github-organisation", "Social network", NO, Custom),
    row("github-repository", "Social network", NO, Custom),
    row("github-username", "Social network", NO, Account("github")),
    row("hassh-md5", "Network activity", YES, Custom),
    row("hasshserver-md5", "Network activity", YES, Custom),
    row("hex", "Other", NO, Custom),
    row("hostname", "Network activity", YES, Domain),
    row("hostname|port", "Network activity", YES, HostPort),
    row("http-method", "Network activity", NO, PatternOnly(Only::Method)),
    row("iban", "Financial fraud", YES, Custom),
    row("identity-card-number", "Person", NO, Custom),
    row("impfuzzy", "Payload delivery", YES, Hash("IMPFUZZY")),
    row("imphash", "Payload delivery", YES, Hash("IMPHASH")),
    row("integer", "Other", NO, Custom),
    row("ip-dst", "Network activity", YES, Address(Side::Dst)),
    row("ip-dst|port", "Network activity", YES, AddressPort(Side::Dst)),
    row("ip-src", "Network activity", YES, Address(Side::Src)),
    row("ip-src|port", "Network activity", YES, AddressPort(Side::Src)),
    row("issue-date-of-the-visa", "Person", NO, Custom),
    row("ja3-fingerprint-md5", "Network activity", YES, Custom),
    row("jabber-id", "Social network", NO, Custom),
    row("jarm-fingerprint", "Network activity", YES, Custom),
    row("kusto-query", "Artifacts dropped", NO, Custom),
    row("last-name", "Person", NO, Custom),
    row("link", "External analysis", NO, Url),
    row("mac-address", "Network activity", NO, Mac),
    row("mac-eui-64", "Network activity", NO, Custom),
    row("malware-sample", "Payload delivery", YES, Sample),
    row("malware-type", "Payload delivery", NO, Custom),
    row("md5", "Payload delivery", YES, Hash("MD5")),
    row("middle-name", "Person", NO, Custom),
    row("mime-type", "Artifacts dropped", NO, Custom),
    row("mobile-application-id", "Payload delivery", YES, Custom),
    row("mutex", "Artifacts dropped", YES, Mutex),
    row("named pipe", "Artifacts dropped", NO, Custom),
    row("nationality", "Person", NO, Custom),
    row("onion-address", "Network activity", YES, Custom),
    row("other", "Other", NO, Custom),
    row("passenger-name-record-locator-number", "Person", NO, Custom),
    row("passport-country", "Person", NO, Custom),
    row("passport-expiration", "Person", NO, Custom),
    row("passport-number", "Person", NO, Custom),
    row("pattern-in-file", "Payload installation", YES, Custom),
    row("pattern-in-memory", "Payload installation", YES, Custom),
    row("pattern-in-traffic", "Network activity", YES, Custom),
    row("payment-details", "Person", NO, Custom),
    row("pdb", "Artifacts dropped", NO, Custom),
    row("pehash", "Payload delivery", YES, Hash("PEHASH")),
    row("pgp-private-key", "Person", NO, Custom),
    row("pgp-public-key", "Person", NO, Custom),
    row("phone-number", "Person", NO, Custom),
    row("place-of-birth", "Person", NO, Custom),
    row("place-port-of-clearance", "Person", NO, Custom),
    row("place-port-of-onward-foreign-destination", "Person", NO, Custom),
    row("place-port-of-original-embarkation", "Person", NO, Custom),
    row("port", "Network activity", NO, PatternOnly(Only::Port)),
    row("primary-residence", "Person", NO, Custom),
    row("process-state", "Artifacts dropped", NO, Custom),
    row("prtn", "Financial fraud", YES, Custom),
    row("redress-number", "Person", NO, Custom),
    row("regkey", "Persistence mechanism", YES, Key),
    row("regkey|value", "Persistence mechanism", YES, KeyData),
    row("sha1", "Payload delivery", YES, Hash("SHA-1")),
    row("sha224", "Payload delivery", YES, Hash("SHA-224")),
    row("sha256", "Payload delivery", YES, Hash("SHA-256")),
    row("sha3-224", "Payload delivery", YES, Hash("SHA3-224")),
    row("sha3-256", "Payload delivery", YES, Hash("SHA3-256")),
    row("sha3-384", "Payload delivery", YES, Hash("SHA3-384")),
    row("sha3-512", "Payload delivery", YES, Hash("SHA3-512")),
    row("sha384", "Payload delivery", YES, Hash("SHA-384")),
    row("sha512", "Payload delivery", YES, Hash("SHA-512")),
    row("sha512/224", "Payload delivery", YES, Hash("SHA-512-224")),
    row("sha512/256", "Payload delivery", YES, Hash("SHA-512-256")),
    row("sigma", "Payload installation", YES, Rule("sigma")),
    row("size-in-bytes", "Other", NO, PatternOnly(Only::Size)),
    row("snort", "Network activity", YES, Rule("snort")),
    row("special-service-request", "Person", NO, Custom),
    row("ssdeep", "Payload delivery", YES, Hash("SSDEEP")),
    row("ssh-fingerprint", "Network activity", NO, Custom),
    row("stix2-pattern", "Payload installation", YES, Custom),
    row("suricata", "Network activity", YES, Rule("suricata")),
    row("target-email", "Targeting data", NO, Custom),
    row("target-external", "Targeting data", NO, Custom),
    row("target-location", "Targeting data", NO, Custom),
    row("target-machine", "Targeting data", NO, Custom),
    row("target-org", "Targeting data", NO, Custom),
    row("target-user", "Targeting data", NO, Custom),
    row("telfhash", "Payload delivery", YES, Hash("TELFHASH")),
    row("text", "Other", NO, Custom),
    row("threat-actor", "Attribution", NO, Custom),
    row("tlsh", "Payload delivery", YES, Hash("TLSH")),
    row("travel-details", "Person", NO, Custom),
    row("twitter-id", "Social network", NO, Custom),
    row("uri", "Network activity", YES, Url),
    row("url", "Network activity", YES, Url),
    row("user-agent", "Network activity", NO, PatternOnly(Only::Agent)),
    row("uuid", "Other", NO, Custom),
    row("vhash", "Payload delivery", YES, Hash("VHASH")),
    row("visa-number", "Person", NO, Custom),
    row("vulnerability", "External analysis", NO, Vulnerability),
    row("weakness", "External analysis", NO, Custom),
    row("whois-creation-date", "Attribution", NO, Custom),
    row("whois-registrant-email", "Attribution", NO, Custom),
    row("whois-registrant-name", "Attribution", NO, Custom),
    row("whois-registrant-org", "Attribution", NO, Custom),
    row("whois-registrant-phone", "Attribution", NO, Custom),
    row("whois-registrar", "Attribution", NO, Custom),
    row("windows-scheduled-task", "Artifacts dropped", NO, Custom),
    row("windows-service-displayname", "Artifacts dropped", NO, Custom),
    row("windows-service-name", "Artifacts dropped", NO, Custom),
    row("x509-fingerprint-md5", "Network activity", YES, Certificate("MD5")),
    row("x509-fingerprint-sha1", "Network activity", YES, Certificate("SHA-1")),
    row("x509-fingerprint-sha256", "Network activity", YES, Certificate("SHA-256")),
    row("xmr", "Financial fraud", YES, Custom),
    row("yara", "Payload installation", YES, Rule("yara")),
    row("zeek", "Network activity", YES, Custom),
];
