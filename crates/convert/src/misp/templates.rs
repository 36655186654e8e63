//! MISP's object templates that STIX has a place for: which attribute goes where.
//!
//! A template that is not here becomes a custom object; an attribute that has no rule, or whose
//! value the place cannot hold, stays in the extension.

use stix::spec::vocabulary;

use super::types::Side;

/// Where a value stands, seen from the object's first observable or its domain object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// A text.
    Text(&'static [&'static str]),
    /// One of these texts.
    OneOf(&'static [&'static str], &'static [&'static str]),
    /// An integer.
    Integer(&'static [&'static str]),
    /// A number.
    Number(&'static [&'static str]),
    /// A flag.
    Flag(&'static [&'static str]),
    /// A timestamp.
    Time(&'static [&'static str]),
    /// One of several texts.
    Texts(&'static [&'static str]),
    /// A hash.
    Hash(&'static str),
    /// One of the protocols of traffic.
    Protocol,
    /// The object at the end of a reference.
    End(&'static str, End),
    /// One of the objects at the end of a list of references.
    Ends(&'static str, End),
    /// The content of a file, packed as MISP packs samples if so.
    Content(bool),
    /// A part of a message.
    Part,
    /// A property of the parent process.
    Parent(&'static str),
    /// A reference by URL.
    Url,
    /// A reference by identifier; the first is the name.
    Name,
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// An address, of whichever version.
    Address,
    /// A domain name.
    Domain,
    /// An e-mail address.
    Email,
    /// A file by name.
    File,
    /// A folder.
    Directory,
    /// A process by its number.
    Process,
}

/// An attribute of a template: its relation, its type, and where it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) relation: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) place: Place,
}

/// What a template becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// An observation whose first observable is of this type.
    Observed(&'static str),
    /// A domain object of this type.
    Domain(&'static str),
    /// An indicator in this language.
    Rule(&'static str),
}

/// A template.
#[derive(Debug)]
pub(crate) struct Template {
    /// Its names.
    pub(crate) names: &'static [&'static str],
    /// What it becomes.
    pub(crate) becomes: Becomes,
    /// Properties that it always has.
    pub(crate) fixed: &'static [(&'static str, &'static str)],
    /// Its attributes.
    pub(crate) rules: &'static [Rule],
    /// Sets of properties; the object can be if it has all of one of them.
    pub(crate) needs: &'static [&'static [&'static str]],
    /// Attributes that together make a name where there is none.
    pub(crate) joined: &'static [&'static str],
    /// Attributes that say how to reach somebody.
    pub(crate) contacts: &'static [&'static str],
    /// Whether the category is a phase of the kill chain.
    pub(crate) phased: bool,
}

/// The template of this name.
pub(crate) fn of(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.names.contains(&name))
}

const fn r(relation: &'static str, kind: &'static str, place: Place) -> Rule {
    Rule { relation, kind, place }
}

const fn observed(
    names: &'static [&'static str],
    sco: &'static str,
    needs: &'static [&'static [&'static str]],
    rules: &'static [Rule],
) -> Template {
    Template {
        names,
        becomes: Becomes::Observed(sco),
        fixed: &[],
        rules,
        needs,
        joined: &[],
        contacts: &[],
        phased: false,
    }
}

const fn account(
    names: &'static [&'static str],
    fixed: &'static [(&'static str, &'static str)],
    rules: &'static [Rule],
) -> Template {
    Template {
        names,
        becomes: Becomes::Observed("user-account"),
        fixed,
        rules,
        needs: &[&["account_type"]],
        joined: &[],
        contacts: &[],
        phased: false,
    }
}

const fn domain(
    names: &'static [&'static str],
    sdo: &'static str,
    fixed: &'static [(&'static str, &'static str)],
    needs: &'static [&'static [&'static str]],
    rules: &'static [Rule],
) -> Template {
    Template {
        names,
        becomes: Becomes::Domain(sdo),
        fixed,
        rules,
        needs,
        joined: &[],
        contacts: &[],
        phased: false,
    }
}

const fn phased(mut template: Template) -> Template {
    template.phased = true;
    template
}

const fn reached(
    mut template: Template,
    joined: &'static [&'static str],
    contacts: &'static [&'static str],
) -> Template {
    template.joined = joined;
    template.contacts = contacts;
    template
}

const fn rule(
    names: &'static [&'static str],
    language: &'static str,
    rules: &'static [Rule],
) -> Template {
    Template {
        names,
        becomes: Becomes::Rule(language),
        fixed: &[],
        rules,
        needs: &[&["pattern"]],
        joined: &[],
        contacts: &[],
        phased: true,
    }
}

use Place::{
    Content, End as To, Ends, Flag, Hash, Integer, Name, Number, OneOf, Parent, Part, Protocol,
    Text, Texts, Time, Url,
};

const NAMED: &[&[&str]] = &[&["name"]];
const FILE: &[&[&str]] = &[&["name"], &["hashes"]];
const TRAFFIC: &[&[&str]] = &[&["src_ref"], &["dst_ref"]];
const ANY: &[&[&str]] = &[&[]];
const PROCESS: &[&[&str]] = &[
    &["pid"],
    &["command_line"],
    &["cwd"],
    &["created_time"],
    &["is_hidden"],
    &["image_ref"],
    &["parent_ref"],
];
const ORGANISATION: &[(&str, &str)] = &[("identity_class", "organization")];
const INDIVIDUAL: &[(&str, &str)] = &[("identity_class", "individual")];
const PE: &str = "windows-pebinary-ext";
const HTTP: &str = "http-request-ext";
const SOCKET: &str = "socket-ext";
const UNIX: &str = "unix-account-ext";

const FAMILIES: &[&str] = vocabulary::NETWORK_SOCKET_ADDRESS_FAMILY.terms;
const SOCKETS: &[&str] = vocabulary::NETWORK_SOCKET_TYPE.terms;
const REGISTRY: &[&str] = vocabulary::WINDOWS_REGISTRY_DATATYPE.terms;
const SECTION: &[&str] = &["extensions", PE];

/// Where a file's PE header stands.
pub(crate) const PE_EXTENSION: &[&str] = SECTION;

const fn end(side: Side) -> &'static str {
    match side {
        Side::Src => "src_ref",
        Side::Dst => "dst_ref",
    }
}

/// Every template that STIX has a place for.
pub(crate) const TEMPLATES: &[Template] = &[
    observed(
        &["file"],
        "file",
        FILE,
        &[
            r("filename", "filename", Text(&["name"])),
            r("md5", "md5", Hash("MD5")),
            r("sha1", "sha1", Hash("SHA-1")),
            r("sha224", "sha224", Hash("SHA-224")),
            r("sha256", "sha256", Hash("SHA-256")),
            r("sha384", "sha384", Hash("SHA-384")),
            r("sha512", "sha512", Hash("SHA-512")),
            r("sha512/224", "sha512/224", Hash("SHA-512-224")),
            r("sha512/256", "sha512/256", Hash("SHA-512-256")),
            r("sha3-224", "sha3-224", Hash("SHA3-224")),
            r("sha3-256", "sha3-256", Hash("SHA3-256")),
            r("sha3-384", "sha3-384", Hash("SHA3-384")),
            r("sha3-512", "sha3-512", Hash("SHA3-512")),
            r("ssdeep", "ssdeep", Hash("SSDEEP")),
            r("tlsh", "tlsh", Hash("TLSH")),
            r("authentihash", "authentihash", Hash("AUTHENTIHASH")),
            r("imphash", "imphash", Hash("IMPHASH")),
            r("vhash", "vhash", Hash("VHASH")),
            r("size-in-bytes", "size-in-bytes", Integer(&["size"])),
            r("mimetype", "mime-type", Text(&["mime_type"])),
            r("mime-type", "mime-type", Text(&["mime_type"])),
            r("file-encoding", "text", Text(&["name_enc"])),
            r("access-time", "datetime", Time(&["atime"])),
            r("creation-time", "datetime", Time(&["ctime"])),
            r("modification-time", "datetime", Time(&["mtime"])),
            r("path", "text", To("parent_directory_ref", End::Directory)),
            r("malware-sample", "malware-sample", Content(true)),
            r("attachment", "attachment", Content(false)),
        ],
    ),
    observed(
        &["pe"],
        "file",
        &[&["name", "extensions"]],
        &[
            r("original-filename", "filename", Text(&["name"])),
            r("internal-filename", "filename", Text(&["name"])),
        ],
    ),
    observed(
        &["lnk"],
        "file",
        FILE,
        &[
            r("filename", "filename", Text(&["name"])),
            r("md5", "md5", Hash("MD5")),
            r("sha1", "sha1", Hash("SHA-1")),
            r("sha224", "sha224", Hash("SHA-224")),
            r("sha256", "sha256", Hash("SHA-256")),
            r("sha384", "sha384", Hash("SHA-384")),
            r("sha512", "sha512", Hash("SHA-512")),
            r("sha512/224", "sha512/224", Hash("SHA-512-224")),
            r("sha512/256", "sha512/256", Hash("SHA-512-256")),
            r("ssdeep", "ssdeep", Hash("SSDEEP")),
            r("tlsh", "tlsh", Hash("TLSH")),
            r("size-in-bytes", "size-in-bytes", Integer(&["size"])),
            r("lnk-access-time", "datetime", Time(&["atime"])),
            r("lnk-creation-time", "datetime", Time(&["ctime"])),
            r("lnk-modification-time", "datetime", Time(&["mtime"])),
            r("path", "text", To("parent_directory_ref", End::Directory)),
            r("fullpath", "text", To("parent_directory_ref", End::Directory)),
            r("malware-sample", "malware-sample", Content(true)),
        ],
    ),
    observed(
        &["hashlookup"],
        "file",
        FILE,
        &[
            r("FileName", "filename", Text(&["name"])),
            r("FileSize", "size-in-bytes", Integer(&["size"])),
            r("MD5", "md5", Hash("MD5")),
            r("SHA-1", "sha1", Hash("SHA-1")),
            r("SHA-256", "sha256", Hash("SHA-256")),
            r("SSDEEP", "ssdeep", Hash("SSDEEP")),
            r("TLSH", "tlsh", Hash("TLSH")),
        ],
    ),
    observed(
        &["image"],
        "file",
        FILE,
        &[
            r("filename", "filename", Text(&["name"])),
            r("attachment", "attachment", Content(false)),
        ],
    ),
    observed(
        &["artifact"],
        "artifact",
        &[&["payload_bin"], &["url", "hashes"]],
        &[
            r("md5", "md5", Hash("MD5")),
            r("sha1", "sha1", Hash("SHA-1")),
            r("sha256", "sha256", Hash("SHA-256")),
            r("sha3-256", "sha3-256", Hash("SHA3-256")),
            r("sha3-512", "sha3-512", Hash("SHA3-512")),
            r("sha512", "sha512", Hash("SHA-512")),
            r("ssdeep", "ssdeep", Hash("SSDEEP")),
            r("tlsh", "tlsh", Hash("TLSH")),
            r("mime_type", "mime-type", Text(&["mime_type"])),
            r("url", "url", Text(&["url"])),
            r("decryption_key", "text", Text(&["decryption_key"])),
            r(
                "encryption_algorithm",
                "text",
                OneOf(
                    &["encryption_algorithm"],
                    &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
                ),
            ),
            r("payload_bin", "attachment", Content(false)),
        ],
    ),
    observed(
        &["directory"],
        "directory",
        &[&["path"]],
        &[
            r("path", "text", Text(&["path"])),
            r("path-encoding", "text", Text(&["path_enc"])),
            r("access-time", "datetime", Time(&["atime"])),
            r("creation-time", "datetime", Time(&["ctime"])),
            r("modification-time", "datetime", Time(&["mtime"])),
        ],
    ),
    observed(&["url"], "url", &[&["value"]], &[r("url", "url", Text(&["value"]))]),
    observed(&["mutex"], "mutex", NAMED, &[r("name", "mutex", Text(&["name"]))]),
    observed(
        &["asn"],
        "autonomous-system",
        &[&["number"]],
        &[r("asn", "AS", Integer(&["number"])), r("description", "text", Text(&["name"]))],
    ),
    observed(&["android-app"], "software", NAMED, &[r("name", "text", Text(&["name"]))]),
    observed(
        &["cpe-asset"],
        "software",
        NAMED,
        &[
            r("cpe", "cpe", Text(&["cpe"])),
            r("language", "text", Texts(&["languages"])),
            r("product", "text", Text(&["name"])),
            r("vendor", "text", Text(&["vendor"])),
            r("version", "text", Text(&["version"])),
        ],
    ),
    observed(
        &["domain-ip", "domain|ip"],
        "domain-name",
        &[&["value"]],
        &[
            r("domain", "domain", Text(&["value"])),
            r("hostname", "hostname", Text(&["value"])),
            r("ip", "ip-dst", Ends("resolves_to_refs", End::Address)),
        ],
    ),
    observed(
        &["ip-port", "ip|port"],
        "network-traffic",
        TRAFFIC,
        &[
            r("ip-dst", "ip-dst", To(end(Side::Dst), End::Address)),
            r("ip", "ip-dst", To(end(Side::Dst), End::Address)),
            r("ip-src", "ip-src", To(end(Side::Src), End::Address)),
            r("hostname", "hostname", To(end(Side::Dst), End::Domain)),
            r("domain", "domain", To(end(Side::Dst), End::Domain)),
            r("dst-port", "port", Integer(&["dst_port"])),
            r("src-port", "port", Integer(&["src_port"])),
            r("first-seen", "datetime", Time(&["start"])),
            r("last-seen", "datetime", Time(&["end"])),
            r("protocol", "text", Protocol),
        ],
    ),
    observed(
        &["network-connection"],
        "network-traffic",
        TRAFFIC,
        &[
            r("ip-src", "ip-src", To(end(Side::Src), End::Address)),
            r("ip-dst", "ip-dst", To(end(Side::Dst), End::Address)),
            r("hostname-src", "hostname", To(end(Side::Src), End::Domain)),
            r("hostname-dst", "hostname", To(end(Side::Dst), End::Domain)),
            r("src-port", "port", Integer(&["src_port"])),
            r("dst-port", "port", Integer(&["dst_port"])),
            r("first-packet-seen", "datetime", Time(&["start"])),
            r("layer3-protocol", "text", Protocol),
            r("layer4-protocol", "text", Protocol),
            r("layer7-protocol", "text", Protocol),
        ],
    ),
    observed(
        &["network-socket"],
        "network-traffic",
        TRAFFIC,
        &[
            r("ip-src", "ip-src", To(end(Side::Src), End::Address)),
            r("ip-dst", "ip-dst", To(end(Side::Dst), End::Address)),
            r("hostname-src", "hostname", To(end(Side::Src), End::Domain)),
            r("hostname-dst", "hostname", To(end(Side::Dst), End::Domain)),
            r("src-port", "port", Integer(&["src_port"])),
            r("dst-port", "port", Integer(&["dst_port"])),
            r("protocol", "text", Protocol),
            r("address-family", "text", OneOf(&["extensions", SOCKET, "address_family"], FAMILIES)),
            r("socket-type", "text", OneOf(&["extensions", SOCKET, "socket_type"], SOCKETS)),
        ],
    ),
    observed(
        &["netflow"],
        "network-traffic",
        TRAFFIC,
        &[
            r("ip-src", "ip-src", To(end(Side::Src), End::Address)),
            r("ip-dst", "ip-dst", To(end(Side::Dst), End::Address)),
            r("src-port", "port", Integer(&["src_port"])),
            r("dst-port", "port", Integer(&["dst_port"])),
            r("byte-count", "counter", Integer(&["src_byte_count"])),
            r("packet-count", "counter", Integer(&["src_packets"])),
            r("first-packet-seen", "datetime", Time(&["start"])),
            r("last-packet-seen", "datetime", Time(&["end"])),
            r("protocol", "text", Protocol),
        ],
    ),
    observed(
        &["http-request"],
        "network-traffic",
        TRAFFIC,
        &[
            r("ip-src", "ip-src", To(end(Side::Src), End::Address)),
            r("ip-dst", "ip-dst", To(end(Side::Dst), End::Address)),
            r("host", "hostname", To(end(Side::Dst), End::Domain)),
            r("method", "http-method", Text(&["extensions", HTTP, "request_method"])),
            r("uri", "uri", Text(&["extensions", HTTP, "request_value"])),
            r("url", "url", Text(&["extensions", HTTP, "request_value"])),
            r(
                "content-type",
                "other",
                Texts(&["extensions", HTTP, "request_header", "Content-Type"]),
            ),
            r("cookie", "text", Texts(&["extensions", HTTP, "request_header", "Cookie"])),
            r("referer", "other", Texts(&["extensions", HTTP, "request_header", "Referer"])),
            r(
                "user-agent",
                "user-agent",
                Texts(&["extensions", HTTP, "request_header", "User-Agent"]),
            ),
        ],
    ),
    observed(
        &["email"],
        "email-message",
        ANY,
        &[
            r("from", "email-src", To("from_ref", End::Email)),
            r("to", "email-dst", Ends("to_refs", End::Email)),
            r("cc", "email-dst", Ends("cc_refs", End::Email)),
            r("bcc", "email-dst", Ends("bcc_refs", End::Email)),
            r("subject", "email-subject", Text(&["subject"])),
            r("message-id", "email-message-id", Text(&["message_id"])),
            r("send-date", "datetime", Time(&["date"])),
            r("reply-to", "email-reply-to", Texts(&["additional_header_fields", "Reply-To"])),
            r("x-mailer", "email-x-mailer", Texts(&["additional_header_fields", "X-Mailer"])),
            r("email-body", "email-body", Text(&["body"])),
            r("attachment", "email-attachment", Part),
            r("screenshot", "attachment", Part),
        ],
    ),
    observed(
        &["process"],
        "process",
        PROCESS,
        &[
            r("pid", "text", Integer(&["pid"])),
            r("command-line", "text", Text(&["command_line"])),
            r("current-directory", "text", Text(&["cwd"])),
            r("creation-time", "datetime", Time(&["created_time"])),
            r("hidden", "boolean", Flag(&["is_hidden"])),
            r("image", "filename", To("image_ref", End::File)),
            r("child-pid", "text", Ends("child_refs", End::Process)),
            r("parent-image", "filename", Parent("image_ref")),
            r("parent-pid", "text", Parent("pid")),
            r("parent-command-line", "text", Parent("command_line")),
        ],
    ),
    observed(
        &["registry-key"],
        "windows-registry-key",
        &[&["key"], &["values"]],
        &[
            r("key", "regkey", Text(&["key"])),
            r("last-modified", "datetime", Time(&["modified_time"])),
            r("name", "text", Text(&["values", "0", "name"])),
            r("data", "text", Text(&["values", "0", "data"])),
            r("data-type", "text", OneOf(&["values", "0", "data_type"], REGISTRY)),
        ],
    ),
    observed(
        &["registry-key-value"],
        "windows-registry-key",
        &[&["values"]],
        &[
            r("name", "text", Text(&["values", "0", "name"])),
            r("data", "text", Text(&["values", "0", "data"])),
            r("data-type", "text", OneOf(&["values", "0", "data_type"], REGISTRY)),
        ],
    ),
    observed(
        &["x509"],
        "x509-certificate",
        &[&["hashes"], &["serial_number"], &["issuer"], &["subject"]],
        &[
            r("x509-fingerprint-md5", "x509-fingerprint-md5", Hash("MD5")),
            r("x509-fingerprint-sha1", "x509-fingerprint-sha1", Hash("SHA-1")),
            r("x509-fingerprint-sha256", "x509-fingerprint-sha256", Hash("SHA-256")),
            r("self_signed", "boolean", Flag(&["is_self_signed"])),
            r("issuer", "text", Text(&["issuer"])),
            r("pubkey-info-algorithm", "text", Text(&["subject_public_key_algorithm"])),
            r("pubkey-info-exponent", "text", Integer(&["subject_public_key_exponent"])),
            r("pubkey-info-modulus", "text", Text(&["subject_public_key_modulus"])),
            r("serial-number", "text", Text(&["serial_number"])),
            r("signature_algorithm", "text", Text(&["signature_algorithm"])),
            r("subject", "text", Text(&["subject"])),
            r("version", "text", Text(&["version"])),
            r("validity-not-after", "datetime", Time(&["validity_not_after"])),
            r("validity-not-before", "datetime", Time(&["validity_not_before"])),
        ],
    ),
    account(
        &["facebook-account"],
        &[("account_type", "facebook")],
        &[
            r("account-id", "text", Text(&["user_id"])),
            r("account-name", "text", Text(&["account_login"])),
        ],
    ),
    account(
        &["github-user"],
        &[("account_type", "github")],
        &[
            r("id", "text", Text(&["user_id"])),
            r("user-fullname", "text", Text(&["display_name"])),
            r("username", "github-username", Text(&["account_login"])),
        ],
    ),
    account(
        &["gitlab-user"],
        &[("account_type", "gitlab")],
        &[
            r("id", "text", Text(&["user_id"])),
            r("name", "text", Text(&["display_name"])),
            r("username", "text", Text(&["account_login"])),
        ],
    ),
    account(
        &["parler-account"],
        &[("account_type", "parler")],
        &[
            r("account-id", "text", Text(&["user_id"])),
            r("account-name", "text", Text(&["account_login"])),
        ],
    ),
    account(
        &["reddit-account"],
        &[("account_type", "reddit")],
        &[
            r("account-id", "text", Text(&["user_id"])),
            r("account-name", "text", Text(&["account_login"])),
        ],
    ),
    account(
        &["telegram-account"],
        &[("account_type", "telegram")],
        &[r("id", "text", Text(&["user_id"])), r("username", "text", Text(&["account_login"]))],
    ),
    account(
        &["twitter-account"],
        &[("account_type", "twitter")],
        &[
            r("displayed-name", "text", Text(&["display_name"])),
            r("id", "text", Text(&["user_id"])),
            r("name", "text", Text(&["account_login"])),
        ],
    ),
    observed(
        &["credential"],
        "user-account",
        &[&["user_id"], &["credential"]],
        &[r("username", "text", Text(&["user_id"])), r("password", "text", Text(&["credential"]))],
    ),
    observed(
        &["user-account"],
        "user-account",
        &[&["user_id"], &["account_login"], &["display_name"], &["account_type"]],
        &[
            r("account-type", "text", Text(&["account_type"])),
            r("can_escalate_privs", "boolean", Flag(&["can_escalate_privs"])),
            r("disabled", "boolean", Flag(&["is_disabled"])),
            r("display-name", "text", Text(&["display_name"])),
            r("is_service_account", "boolean", Flag(&["is_service_account"])),
            r("password", "text", Text(&["credential"])),
            r("privileged", "boolean", Flag(&["is_privileged"])),
            r("user-id", "text", Text(&["user_id"])),
            r("username", "text", Text(&["account_login"])),
            r("created", "datetime", Time(&["account_created"])),
            r("expires", "datetime", Time(&["account_expires"])),
            r("first_login", "datetime", Time(&["account_first_login"])),
            r("last_login", "datetime", Time(&["account_last_login"])),
            r("password_last_changed", "datetime", Time(&["credential_last_changed"])),
            r("group", "text", Texts(&["extensions", UNIX, "groups"])),
            r("group-id", "text", Integer(&["extensions", UNIX, "gid"])),
            r("home_dir", "text", Text(&["extensions", UNIX, "home_dir"])),
            r("shell", "text", Text(&["extensions", UNIX, "shell"])),
        ],
    ),
    phased(domain(
        &["attack-pattern"],
        "attack-pattern",
        &[],
        NAMED,
        &[
            r("name", "text", Text(&["name"])),
            r("summary", "text", Text(&["description"])),
            r("references", "link", Url),
        ],
    )),
    domain(
        &["course-of-action"],
        "course-of-action",
        &[],
        NAMED,
        &[r("name", "text", Text(&["name"])), r("description", "text", Text(&["description"]))],
    ),
    domain(
        &["identity"],
        "identity",
        &[],
        NAMED,
        &[
            r("name", "text", Text(&["name"])),
            r("description", "text", Text(&["description"])),
            r("identity_class", "text", Text(&["identity_class"])),
            r("contact_information", "text", Text(&["contact_information"])),
            r("roles", "text", Texts(&["roles"])),
            r("sectors", "text", Texts(&["sectors"])),
        ],
    ),
    reached(
        domain(
            &["employee"],
            "identity",
            INDIVIDUAL,
            NAMED,
            &[
                r("full-name", "full-name", Text(&["name"])),
                r("text", "text", Text(&["description"])),
                r("employee-type", "text", Texts(&["roles"])),
            ],
        ),
        &["first-name", "last-name"],
        &["email-address"],
    ),
    reached(
        domain(
            &["person"],
            "identity",
            INDIVIDUAL,
            NAMED,
            &[
                r("full-name", "full-name", Text(&["name"])),
                r("text", "text", Text(&["description"])),
                r("role", "text", Texts(&["roles"])),
            ],
        ),
        &["first-name", "middle-name", "last-name"],
        &["address", "e-mail", "fax-number", "phone-number"],
    ),
    reached(
        domain(
            &["organization"],
            "identity",
            ORGANISATION,
            NAMED,
            &[
                r("name", "text", Text(&["name"])),
                r("description", "text", Text(&["description"])),
                r("role", "text", Texts(&["roles"])),
            ],
        ),
        &[],
        &["address", "e-mail", "fax-number", "phone-number"],
    ),
    reached(
        domain(
            &["legal-entity"],
            "identity",
            ORGANISATION,
            NAMED,
            &[
                r("name", "text", Text(&["name"])),
                r("text", "text", Text(&["description"])),
                r("business", "text", Texts(&["sectors"])),
            ],
        ),
        &[],
        &["phone-number", "website"],
    ),
    reached(
        domain(
            &["news-agency"],
            "identity",
            ORGANISATION,
            NAMED,
            &[r("name", "text", Text(&["name"]))],
        ),
        &[],
        &["address", "e-mail", "fax-number", "phone-number", "link"],
    ),
    domain(
        &["intrusion-set"],
        "intrusion-set",
        &[],
        NAMED,
        &[
            r("name", "text", Text(&["name"])),
            r("description", "text", Text(&["description"])),
            r("aliases", "text", Texts(&["aliases"])),
            r("goals", "text", Texts(&["goals"])),
            r("primary-motivation", "text", Text(&["primary_motivation"])),
            r("secondary-motivation", "text", Texts(&["secondary_motivations"])),
            r("resource_level", "text", Text(&["resource_level"])),
            r("first_seen", "datetime", Time(&["first_seen"])),
            r("last_seen", "datetime", Time(&["last_seen"])),
        ],
    ),
    domain(
        &["malware"],
        "malware",
        &[],
        ANY,
        &[
            r("name", "text", Text(&["name"])),
            r("description", "text", Text(&["description"])),
            r("alias", "text", Texts(&["aliases"])),
            r("architecture_execution_env", "text", Texts(&["architecture_execution_envs"])),
            r("capability", "text", Texts(&["capabilities"])),
            r("first_seen", "datetime", Time(&["first_seen"])),
            r("implementation_language", "text", Texts(&["implementation_languages"])),
            r("is_family", "boolean", Flag(&["is_family"])),
            r("last_seen", "datetime", Time(&["last_seen"])),
            r("malware_type", "text", Texts(&["malware_types"])),
        ],
    ),
    domain(
        &["malware-analysis"],
        "malware-analysis",
        &[],
        &[&["product", "result"]],
        &[
            r("analysis_definition_version", "text", Text(&["analysis_definition_version"])),
            r("analysis_engine_version", "text", Text(&["analysis_engine_version"])),
            r("configuration_version", "text", Text(&["configuration_version"])),
            r("end_time", "datetime", Time(&["analysis_ended"])),
            r("module", "text", Texts(&["modules"])),
            r("product", "text", Text(&["product"])),
            r("result", "text", Text(&["result"])),
            r("result_name", "text", Text(&["result_name"])),
            r("start_time", "datetime", Time(&["analysis_started"])),
            r("submitted_time", "datetime", Time(&["submitted"])),
            r("version", "text", Text(&["version"])),
        ],
    ),
    domain(
        &["vulnerability"],
        "vulnerability",
        &[],
        NAMED,
        &[
            r("id", "vulnerability", Name),
            r("description", "text", Text(&["description"])),
            r("summary", "text", Text(&["description"])),
            r("references", "link", Url),
        ],
    ),
    domain(
        &["geolocation"],
        "location",
        &[],
        &[&["country"], &["region"], &["latitude", "longitude"]],
        &[
            r("address", "text", Text(&["street_address"])),
            r("city", "text", Text(&["city"])),
            r("countrycode", "text", Text(&["country"])),
            r("latitude", "float", Number(&["latitude"])),
            r("longitude", "float", Number(&["longitude"])),
            r("region", "text", Text(&["region"])),
            r("text", "text", Text(&["description"])),
            r("zipcode", "text", Text(&["postal_code"])),
        ],
    ),
    phased(domain(
        &["script"],
        "tool",
        &[],
        NAMED,
        &[r("filename", "filename", Text(&["name"])), r("comment", "text", Text(&["description"]))],
    )),
    rule(
        &["sigma"],
        "sigma",
        &[
            r("sigma", "sigma", Text(&["pattern"])),
            r("sigma-rule-name", "text", Text(&["name"])),
            r("comment", "comment", Text(&["description"])),
            r("reference", "link", Url),
        ],
    ),
    rule(
        &["suricata"],
        "suricata",
        &[
            r("suricata", "suricata", Text(&["pattern"])),
            r("comment", "comment", Text(&["description"])),
            r("version", "text", Text(&["pattern_version"])),
            r("ref", "link", Url),
        ],
    ),
    rule(
        &["yara"],
        "yara",
        &[
            r("yara", "yara", Text(&["pattern"])),
            r("yara-rule-name", "text", Text(&["name"])),
            r("comment", "comment", Text(&["description"])),
            r("version", "text", Text(&["pattern_version"])),
        ],
    ),
    rule(
        &["nova-rule"],
        "nova",
        &[
            r("raw-rule", "text", Text(&["pattern"])),
            r("rule-name", "text", Text(&["name"])),
            r("description", "text", Text(&["description"])),
            r("reference", "link", Url),
        ],
    ),
    rule(
        &["owasp-crs-rule"],
        "crs",
        &[
            r("raw-rule", "text", Text(&["pattern"])),
            r("rule-id", "text", Text(&["name"])),
            r("message", "text", Text(&["description"])),
            r("reference", "link", Url),
        ],
    ),
    rule(
        &["wazuh-rule"],
        "wazuh",
        &[
            r("wazuh-rule", "text", Text(&["pattern"])),
            r("rule-id", "text", Text(&["name"])),
            r("comment", "comment", Text(&["description"])),
            r("version", "text", Text(&["pattern_version"])),
            r("reference", "link", Url),
        ],
    ),
    rule(
        &["stix2-pattern"],
        "stix",
        &[
            r("stix2-pattern", "stix2-pattern", Text(&["pattern"])),
            r("comment", "comment", Text(&["description"])),
        ],
    ),
];
