//! Vocabularies (section 10): what a property's value should be (`-ov`) or must be (`-enum`).

/// A vocabulary.
#[derive(Debug)]
pub struct Vocabulary {
    /// Its name.
    pub name: &'static str,
    /// The section that defines it.
    pub section: &'static str,
    /// Whether other terms may be used.
    pub is_open: bool,
    /// Its terms, in the specification's order.
    pub terms: &'static [&'static str],
}

const fn open(
    name: &'static str,
    section: &'static str,
    terms: &'static [&'static str],
) -> Vocabulary {
    Vocabulary { name, section, is_open: true, terms }
}

const fn closed(
    name: &'static str,
    section: &'static str,
    terms: &'static [&'static str],
) -> Vocabulary {
    Vocabulary { name, section, is_open: false, terms }
}

/// All of them, in the specification's order.
pub static ALL: &[&Vocabulary] = &[
    &ACCOUNT_TYPE,
    &ATTACK_MOTIVATION,
    &ATTACK_RESOURCE_LEVEL,
    &ENCRYPTION_ALGORITHM,
    &EXTENSION_TYPE,
    &GROUPING_CONTEXT,
    &HASHING_ALGORITHM,
    &IDENTITY_CLASS,
    &IMPLEMENTATION_LANGUAGE,
    &INDICATOR_TYPE,
    &INDUSTRY_SECTOR,
    &INFRASTRUCTURE_TYPE,
    &MALWARE_RESULT,
    &MALWARE_CAPABILITIES,
    &MALWARE_TYPE,
    &NETWORK_SOCKET_ADDRESS_FAMILY,
    &NETWORK_SOCKET_TYPE,
    &OPINION,
    &PATTERN_TYPE,
    &PROCESSOR_ARCHITECTURE,
    &REGION,
    &REPORT_TYPE,
    &THREAT_ACTOR_TYPE,
    &THREAT_ACTOR_ROLE,
    &THREAT_ACTOR_SOPHISTICATION,
    &TOOL_TYPE,
    &WINDOWS_INTEGRITY_LEVEL,
    &WINDOWS_PEBINARY_TYPE,
    &WINDOWS_REGISTRY_DATATYPE,
    &WINDOWS_SERVICE_START_TYPE,
    &WINDOWS_SERVICE_TYPE,
    &WINDOWS_SERVICE_STATUS,
];

/// The terms of `account-type-ov`.
pub static ACCOUNT_TYPE: Vocabulary = open(
    "account-type-ov",
    "10.1",
    &[
        "facebook",
        "ldap",
        "nis",
        "openid",
        "radius",
        "skype",
        "tacacs",
        "twitter",
        "unix",
        "windows-local",
        "windows-domain",
    ],
);

/// The terms of `attack-motivation-ov`.
pub static ATTACK_MOTIVATION: Vocabulary = open(
    "attack-motivation-ov",
    "10.2",
    &[
        "accidental",
        "coercion",
        "dominance",
        "ideology",
        "notoriety",
        "organizational-gain",
        "personal-gain",
        "personal-satisfaction",
        "revenge",
        "unpredictable",
    ],
);

/// The terms of `attack-resource-level-ov`.
pub static ATTACK_RESOURCE_LEVEL: Vocabulary = open(
    "attack-resource-level-ov",
    "10.3",
    &["individual", "club", "contest", "team", "organization", "government"],
);

/// The terms of `encryption-algorithm-enum`.
pub static ENCRYPTION_ALGORITHM: Vocabulary = closed(
    "encryption-algorithm-enum",
    "10.4",
    &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
);

/// The terms of `extension-type-enum`.
pub static EXTENSION_TYPE: Vocabulary = closed(
    "extension-type-enum",
    "10.5",
    &["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"],
);

/// The terms of `grouping-context-ov`.
pub static GROUPING_CONTEXT: Vocabulary = open(
    "grouping-context-ov",
    "10.6",
    &["suspicious-activity", "malware-analysis", "unspecified"],
);

/// The terms of `hash-algorithm-ov`.
pub static HASHING_ALGORITHM: Vocabulary = open(
    "hash-algorithm-ov",
    "10.7",
    &["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"],
);

/// The terms of `identity-class-ov`.
pub static IDENTITY_CLASS: Vocabulary = open(
    "identity-class-ov",
    "10.8",
    &["individual", "group", "system", "organization", "class", "unknown"],
);

/// The terms of `implementation-language-ov`.
pub static IMPLEMENTATION_LANGUAGE: Vocabulary = open(
    "implementation-language-ov",
    "10.9",
    &[
        "applescript",
        "bash",
        "c",
        "c++",
        "c#",
        "go",
        "java",
        "javascript",
        "lua",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "python",
        "ruby",
        "scala",
        "swift",
        "typescript",
        "visual-basic",
        "x86-32",
        "x86-64",
    ],
);

/// The terms of `indicator-type-ov`.
pub static INDICATOR_TYPE: Vocabulary = open(
    "indicator-type-ov",
    "10.10",
    &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
);

/// The terms of `industry-sector-ov`.
pub static INDUSTRY_SECTOR: Vocabulary = open(
    "industry-sector-ov",
    "10.11",
    &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-national",
        "government-regional",
        "government-local",
        "government-public-services",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
);

/// The terms of `infrastructure-type-ov`.
pub static INFRASTRUCTURE_TYPE: Vocabulary = open(
    "infrastructure-type-ov",
    "10.12",
    &[
        "amplification",
        "anonymization",
        "botnet",
        "command-and-control",
        "control-system",
        "exfiltration",
        "firewall",
        "hosting-malware",
        "hosting-target-lists",
        "phishing",
        "reconnaissance",
        "routers-switches",
        "staging",
        "workstation",
        "unknown",
    ],
);

/// The terms of `malware-result-ov`.
pub static MALWARE_RESULT: Vocabulary =
    open("malware-result-ov", "10.13", &["malicious", "suspicious", "benign", "unknown"]);

/// The terms of `malware-capabilities-ov`.
pub static MALWARE_CAPABILITIES: Vocabulary = open(
    "malware-capabilities-ov",
    "10.14",
    &[
        "accesses-remote-machines",
        "anti-debugging",
        "anti-disassembly",
        "anti-emulation",
        "anti-memory-forensics",
        "anti-sandbox",
        "anti-vm",
        "captures-input-peripherals",
        "captures-output-peripherals",
        "captures-system-state-data",
        "cleans-traces-of-infection",
        "commits-fraud",
        "communicates-with-c2",
        "compromises-data-availability",
        "compromises-data-integrity",
        "compromises-system-availability",
        "controls-local-machine",
        "degrades-security-software",
        "degrades-system-updates",
        "determines-c2-server",
        "emails-spam",
        "escalates-privileges",
        "evades-av",
        "exfiltrates-data",
        "fingerprints-host",
        "hides-artifacts",
        "hides-executing-code",
        "infects-files",
        "infects-remote-machines",
        "installs-other-components",
        "persists-after-system-reboot",
        "prevents-artifact-access",
        "prevents-artifact-deletion",
        "probes-network-environment",
        "self-modifies",
        "steals-authentication-credentials",
        "violates-system-operational-integrity",
    ],
);

/// The terms of `malware-type-ov`.
pub static MALWARE_TYPE: Vocabulary = open(
    "malware-type-ov",
    "10.15",
    &[
        "adware",
        "backdoor",
        "bot",
        "bootkit",
        "ddos",
        "downloader",
        "dropper",
        "exploit-kit",
        "keylogger",
        "ransomware",
        "remote-access-trojan",
        "resource-exploitation",
        "rogue-security-software",
        "rootkit",
        "screen-capture",
        "spyware",
        "trojan",
        "unknown",
        "virus",
        "webshell",
        "wiper",
        "worm",
    ],
);

/// The terms of `network-socket-address-family-enum`.
pub static NETWORK_SOCKET_ADDRESS_FAMILY: Vocabulary = closed(
    "network-socket-address-family-enum",
    "10.16",
    &[
        "AF_UNSPEC",
        "AF_INET",
        "AF_IPX",
        "AF_APPLETALK",
        "AF_NETBIOS",
        "AF_INET6",
        "AF_IRDA",
        "AF_BTH",
    ],
);

/// The terms of `network-socket-type-enum`.
pub static NETWORK_SOCKET_TYPE: Vocabulary = closed(
    "network-socket-type-enum",
    "10.17",
    &["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"],
);

/// The terms of `opinion-enum`.
pub static OPINION: Vocabulary = closed(
    "opinion-enum",
    "10.18",
    &["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"],
);

/// The terms of `pattern-type-ov`.
pub static PATTERN_TYPE: Vocabulary =
    open("pattern-type-ov", "10.19", &["stix", "pcre", "sigma", "snort", "suricata", "yara"]);

/// The terms of `processor-architecture-ov`.
pub static PROCESSOR_ARCHITECTURE: Vocabulary = open(
    "processor-architecture-ov",
    "10.20",
    &["alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64"],
);

/// The terms of `region-ov`.
pub static REGION: Vocabulary = open(
    "region-ov",
    "10.21",
    &[
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "latin-america-caribbean",
        "south-america",
        "caribbean",
        "central-america",
        "northern-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "antarctica",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
    ],
);

/// The terms of `report-type-ov`.
pub static REPORT_TYPE: Vocabulary = open(
    "report-type-ov",
    "10.22",
    &[
        "attack-pattern",
        "campaign",
        "identity",
        "indicator",
        "intrusion-set",
        "malware",
        "observed-data",
        "threat-actor",
        "threat-report",
        "tool",
        "vulnerability",
    ],
);

/// The terms of `threat-actor-type-ov`.
pub static THREAT_ACTOR_TYPE: Vocabulary = open(
    "threat-actor-type-ov",
    "10.23",
    &[
        "activist",
        "competitor",
        "crime-syndicate",
        "criminal",
        "hacker",
        "insider-accidental",
        "insider-disgruntled",
        "nation-state",
        "sensationalist",
        "spy",
        "terrorist",
        "unknown",
    ],
);

/// The terms of `threat-actor-role-ov`.
pub static THREAT_ACTOR_ROLE: Vocabulary = open(
    "threat-actor-role-ov",
    "10.24",
    &[
        "agent",
        "director",
        "independent",
        "infrastructure-architect",
        "infrastructure-operator",
        "malware-author",
        "sponsor",
    ],
);

/// The terms of `threat-actor-sophistication-ov`.
pub static THREAT_ACTOR_SOPHISTICATION: Vocabulary = open(
    "threat-actor-sophistication-ov",
    "10.25",
    &["none", "minimal", "intermediate", "advanced", "expert", "innovator", "strategic"],
);

/// The terms of `tool-type-ov`.
pub static TOOL_TYPE: Vocabulary = open(
    "tool-type-ov",
    "10.26",
    &[
        "denial-of-service",
        "exploitation",
        "information-gathering",
        "network-capture",
        "credential-exploitation",
        "remote-access",
        "vulnerability-scanning",
        "unknown",
    ],
);

/// The terms of `windows-integrity-level-enum`.
pub static WINDOWS_INTEGRITY_LEVEL: Vocabulary =
    closed("windows-integrity-level-enum", "10.27", &["low", "medium", "high", "system"]);

/// The terms of `windows-pebinary-type-ov`.
pub static WINDOWS_PEBINARY_TYPE: Vocabulary =
    open("windows-pebinary-type-ov", "10.28", &["dll", "exe", "sys"]);

/// The terms of `windows-registry-datatype-enum`.
pub static WINDOWS_REGISTRY_DATATYPE: Vocabulary = closed(
    "windows-registry-datatype-enum",
    "10.29",
    &[
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_DWORD_LITTLE_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTION",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
        "REG_INVALID_TYPE",
    ],
);

/// The terms of `windows-service-start-type-enum`.
pub static WINDOWS_SERVICE_START_TYPE: Vocabulary = closed(
    "windows-service-start-type-enum",
    "10.30",
    &[
        "SERVICE_AUTO_START",
        "SERVICE_BOOT_START",
        "SERVICE_DEMAND_START",
        "SERVICE_DISABLED",
        "SERVICE_SYSTEM_ALERT",
    ],
);

/// The terms of `windows-service-type-enum`.
pub static WINDOWS_SERVICE_TYPE: Vocabulary = closed(
    "windows-service-type-enum",
    "10.31",
    &[
        "SERVICE_KERNEL_DRIVER",
        "SERVICE_FILE_SYSTEM_DRIVER",
        "SERVICE_WIN32_OWN_PROCESS",
        "SERVICE_WIN32_SHARE_PROCESS",
    ],
);

/// The terms of `windows-service-status-enum`.
pub static WINDOWS_SERVICE_STATUS: Vocabulary = closed(
    "windows-service-status-enum",
    "10.32",
    &[
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
        "SERVICE_RUNNING",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_STOPPED",
    ],
);
