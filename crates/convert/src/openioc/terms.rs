//! The search terms of OpenIOC, and what STIX calls the same.

/// What a term’s content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, compared in OpenIOC without regard to case.
    Text,
    /// A hash in hexadecimal.
    Hash,
    /// A number.
    Number,
    /// A time.
    Time,
    /// `true` or `false`.
    Flag,
    /// An address or network of either version.
    Address,
    /// A protocol’s name, in lower case.
    Protocol,
    /// An ending of a file’s name.
    Ending,
    /// A folder and a name in one; the path leads to the file.
    FullPath,
    /// A registry key without its hive.
    KeyWithoutHive,
}

/// A term: its name, the object path that asks the same, what the content is. For [`Kind::FullPath`]
/// the path ends before `name`.
pub(super) type Term = (&'static str, &'static str, Kind);

use Kind::{Address, Ending, Flag, FullPath, Hash, KeyWithoutHive, Number, Protocol, Text, Time};

/// The terms that have a counterpart in STIX 2.1.
pub(super) const TERMS: &[Term] = &[
    ("ArpEntryItem/IPv4Address", "ipv4-addr:value", Address),
    ("ArpEntryItem/IPv6Address", "ipv6-addr:value", Address),
    ("ArpEntryItem/PhysicalAddress", "mac-addr:value", Hash),
    ("CookieHistoryItem/HostName", "domain-name:value", Text),
    ("DnsEntryItem/Host", "domain-name:value", Text),
    ("DnsEntryItem/RecordName", "domain-name:value", Text),
    ("DnsEntryItem/RecordData/Host", "domain-name:value", Text),
    ("DnsEntryItem/RecordData/IPv4Address", "ipv4-addr:value", Address),
    ("DnsEntryItem/RecordData/IPv6Address", "ipv6-addr:value", Address),
    ("DriverItem/DriverName", "file:name", Text),
    ("DriverItem/Md5sum", "file:hashes.MD5", Hash),
    ("DriverItem/Sha1sum", "file:hashes.'SHA-1'", Hash),
    ("DriverItem/Sha256sum", "file:hashes.'SHA-256'", Hash),
    ("Email/Attachment/Name", "email-message:body_multipart[*].body_raw_ref.name", Text),
    ("Email/Attachment/Md5sum", "email-message:body_multipart[*].body_raw_ref.hashes.MD5", Hash),
    ("Email/Attachment/MIMEType", "email-message:body_multipart[*].content_type", Text),
    ("Email/Attachment/SizeInBytes", "email-message:body_multipart[*].body_raw_ref.size", Number),
    ("Email/BCC", "email-message:bcc_refs[*].value", Text),
    ("Email/Body", "email-message:body", Text),
    ("Email/CC", "email-message:cc_refs[*].value", Text),
    ("Email/Date", "email-message:date", Time),
    ("Email/From", "email-message:from_ref.value", Text),
    ("Email/MIMEType", "email-message:content_type", Text),
    ("Email/Received", "email-message:received_lines[*]", Text),
    ("Email/ReplyTo", "email-message:additional_header_fields.'Reply-To'", Text),
    ("Email/Subject", "email-message:subject", Text),
    ("Email/To", "email-message:to_refs[*].value", Text),
    ("FileDownloadHistoryItem/FileName", "file:name", Text),
    ("FileDownloadHistoryItem/SourceURL", "url:value", Text),
    ("FileDownloadHistoryItem/TargetDirectory", "file:parent_directory_ref.path", Text),
    ("FileItem/Accessed", "file:atime", Time),
    ("FileItem/Created", "file:ctime", Time),
    ("FileItem/FileExtension", "file:name", Ending),
    ("FileItem/FileName", "file:name", Text),
    ("FileItem/FilePath", "file:parent_directory_ref.path", Text),
    ("FileItem/FullPath", "file:", FullPath),
    ("FileItem/Md5sum", "file:hashes.MD5", Hash),
    ("FileItem/Modified", "file:mtime", Time),
    ("FileItem/PEInfo/PETimeStamp", "file:extensions.'windows-pebinary-ext'.time_date_stamp", Time),
    (
        "FileItem/PEInfo/BaseAddress",
        "file:extensions.'windows-pebinary-ext'.optional_header.image_base",
        Number,
    ),
    (
        "FileItem/PEInfo/Sections/NumberOfSections",
        "file:extensions.'windows-pebinary-ext'.number_of_sections",
        Number,
    ),
    (
        "FileItem/PEInfo/Sections/Section/Entropy/AverageValue",
        "file:extensions.'windows-pebinary-ext'.sections[*].entropy",
        Number,
    ),
    (
        "FileItem/PEInfo/Sections/Section/Name",
        "file:extensions.'windows-pebinary-ext'.sections[*].name",
        Text,
    ),
    (
        "FileItem/PEInfo/Sections/Section/SizeInBytes",
        "file:extensions.'windows-pebinary-ext'.sections[*].size",
        Number,
    ),
    ("FileItem/Sha1sum", "file:hashes.'SHA-1'", Hash),
    ("FileItem/Sha256sum", "file:hashes.'SHA-256'", Hash),
    ("FileItem/Sha512sum", "file:hashes.'SHA-512'", Hash),
    ("FileItem/SizeInBytes", "file:size", Number),
    (
        "FileItem/StreamList/Stream/Md5sum",
        "file:extensions.'ntfs-ext'.alternate_data_streams[*].hashes.MD5",
        Hash,
    ),
    (
        "FileItem/StreamList/Stream/Name",
        "file:extensions.'ntfs-ext'.alternate_data_streams[*].name",
        Text,
    ),
    (
        "FileItem/StreamList/Stream/SizeInBytes",
        "file:extensions.'ntfs-ext'.alternate_data_streams[*].size",
        Number,
    ),
    ("FormHistoryItem/HostName", "domain-name:value", Text),
    ("ModuleItem/ModuleName", "file:name", Text),
    ("Network/DNS", "domain-name:value", Text),
    (
        "Network/HTTP_Referr",
        "network-traffic:extensions.'http-request-ext'.request_header.Referer",
        Text,
    ),
    ("Network/URI", "url:value", Text),
    (
        "Network/UserAgent",
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
        Text,
    ),
    ("PersistenceItem/FilePath", "file:", FullPath),
    ("PersistenceItem/Md5sum", "file:hashes.MD5", Hash),
    ("PersistenceItem/RegPath", "windows-registry-key:key", Text),
    ("PersistenceItem/ServiceName", "process:extensions.'windows-service-ext'.service_name", Text),
    ("PortItem/CreationTime", "network-traffic:start", Time),
    ("PortItem/localIP", "network-traffic:src_ref.value", Address),
    ("PortItem/localPort", "network-traffic:src_port", Number),
    ("PortItem/protocol", "network-traffic:protocols[*]", Protocol),
    ("PortItem/remoteIP", "network-traffic:dst_ref.value", Address),
    ("PortItem/remotePort", "network-traffic:dst_port", Number),
    ("PrefetchItem/ApplicationFileName", "file:name", Text),
    ("ProcessItem/arguments", "process:command_line", Text),
    ("ProcessItem/hidden", "process:is_hidden", Flag),
    ("ProcessItem/name", "process:image_ref.name", Text),
    ("ProcessItem/parentpid", "process:parent_ref.pid", Number),
    ("ProcessItem/path", "process:image_ref.parent_directory_ref.path", Text),
    ("ProcessItem/pid", "process:pid", Number),
    (
        "ProcessItem/PortList/PortItem/localIP",
        "process:opened_connection_refs[*].src_ref.value",
        Address,
    ),
    (
        "ProcessItem/PortList/PortItem/localPort",
        "process:opened_connection_refs[*].src_port",
        Number,
    ),
    (
        "ProcessItem/PortList/PortItem/protocol",
        "process:opened_connection_refs[*].protocols[*]",
        Protocol,
    ),
    (
        "ProcessItem/PortList/PortItem/remoteIP",
        "process:opened_connection_refs[*].dst_ref.value",
        Address,
    ),
    (
        "ProcessItem/PortList/PortItem/remotePort",
        "process:opened_connection_refs[*].dst_port",
        Number,
    ),
    ("ProcessItem/SecurityID", "process:extensions.'windows-process-ext'.owner_sid", Text),
    ("ProcessItem/startTime", "process:created_time", Time),
    ("ProcessItem/Username", "process:creator_user_ref.account_login", Text),
    ("RegistryItem/KeyPath", "windows-registry-key:key", KeyWithoutHive),
    ("RegistryItem/Modified", "windows-registry-key:modified_time", Time),
    ("RegistryItem/NumSubKeys", "windows-registry-key:number_of_subkeys", Number),
    ("RegistryItem/Path", "windows-registry-key:key", Text),
    ("RegistryItem/Text", "windows-registry-key:values[*].data", Text),
    ("RegistryItem/Type", "windows-registry-key:values[*].data_type", Text),
    ("RegistryItem/Username", "windows-registry-key:creator_user_ref.account_login", Text),
    ("RegistryItem/Value", "windows-registry-key:values[*].data", Text),
    ("RegistryItem/ValueName", "windows-registry-key:values[*].name", Text),
    ("ServiceItem/arguments", "process:command_line", Text),
    ("ServiceItem/description", "process:extensions.'windows-service-ext'.descriptions[*]", Text),
    ("ServiceItem/descriptiveName", "process:extensions.'windows-service-ext'.display_name", Text),
    ("ServiceItem/mode", "process:extensions.'windows-service-ext'.start_type", Text),
    ("ServiceItem/name", "process:extensions.'windows-service-ext'.service_name", Text),
    ("ServiceItem/path", "process:image_ref.", FullPath),
    ("ServiceItem/pathmd5sum", "process:image_ref.hashes.MD5", Hash),
    ("ServiceItem/pathsha1sum", "process:image_ref.hashes.'SHA-1'", Hash),
    ("ServiceItem/pathsha256sum", "process:image_ref.hashes.'SHA-256'", Hash),
    ("ServiceItem/pid", "process:pid", Number),
    (
        "ServiceItem/serviceDLL",
        "process:extensions.'windows-service-ext'.service_dll_refs[*].",
        FullPath,
    ),
    (
        "ServiceItem/serviceDLLmd5sum",
        "process:extensions.'windows-service-ext'.service_dll_refs[*].hashes.MD5",
        Hash,
    ),
    ("ServiceItem/startedAs", "process:creator_user_ref.account_login", Text),
    ("ServiceItem/status", "process:extensions.'windows-service-ext'.service_status", Text),
    ("ServiceItem/type", "process:extensions.'windows-service-ext'.service_type", Text),
    ("UrlHistoryItem/HostName", "domain-name:value", Text),
    ("UrlHistoryItem/URL", "url:value", Text),
    ("UserItem/disabled", "user-account:is_disabled", Flag),
    ("UserItem/fullname", "user-account:display_name", Text),
    ("UserItem/LastLogin", "user-account:account_last_login", Time),
    ("UserItem/SecurityID", "user-account:user_id", Text),
    ("UserItem/Username", "user-account:account_login", Text),
];

/// The term of this name; names differ in case between tools.
pub(super) fn of(search: &str) -> Option<&'static Term> {
    TERMS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(search.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_one_of_the_grammar() {
        for (name, path, kind) in TERMS {
            let path = if *kind == FullPath { format!("{path}name") } else { (*path).to_owned() };
            let pattern = format!("[{path} = 'x']");
            assert!(stix::pattern::Pattern::parse(&pattern).is_ok(), "{name}: {pattern}");
        }
    }

    #[test]
    fn names_are_unique() {
        for (at, (name, ..)) in TERMS.iter().enumerate() {
            let first = TERMS.iter().position(|(other, ..)| other.eq_ignore_ascii_case(name));
            assert_eq!(first, Some(at), "{name}");
        }
    }
}
