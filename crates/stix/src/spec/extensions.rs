//! The predefined extensions of observables (sections 3.10 and 6).

use super::vocabulary::{
    NETWORK_SOCKET_ADDRESS_FAMILY, NETWORK_SOCKET_TYPE, WINDOWS_INTEGRITY_LEVEL,
    WINDOWS_PEBINARY_TYPE, WINDOWS_SERVICE_START_TYPE, WINDOWS_SERVICE_STATUS,
    WINDOWS_SERVICE_TYPE,
};
use super::{
    COUNT, Class, DICTIONARY, Form, INTEGER, Kind, Property, Rule, SCALAR_BY_KEY, TEXT, TEXTS,
    TEXTS_BY_KEY, TIME, Table, opt, refers, req,
};

/// A predefined extension, and the type that it extends.
#[derive(Debug)]
pub struct Extension {
    /// The type.
    pub of: &'static str,
    /// The extension's name, properties and rules.
    pub table: &'static Table,
}

const fn part(
    name: &'static str,
    section: &'static str,
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Custom, properties, rules, contributing: &[] }
}

const SOME: &[Rule] = &[Rule::NotEmpty];

static ARCHIVE: Table = part(
    "archive-ext",
    "6.7",
    &[req("contains_refs", Kind::List(&refers(&["directory", "file"]))), opt("comment", TEXT)],
    &[],
);

static NTFS: Table = part(
    "ntfs-ext",
    "6.7",
    &[opt("sid", TEXT), opt("alternate_data_streams", Kind::List(&Kind::Structure(&STREAM)))],
    SOME,
);

static STREAM: Table = part(
    "alternate-data-stream-type",
    "6.7",
    &[req("name", TEXT), opt("hashes", Kind::Hashes), opt("size", COUNT)],
    &[],
);

static PDF: Table = part(
    "pdf-ext",
    "6.7",
    &[
        opt("version", TEXT),
        opt("is_optimized", Kind::Boolean),
        opt("document_info_dict", DICTIONARY),
        opt("pdfid0", TEXT),
        opt("pdfid1", TEXT),
    ],
    SOME,
);

static RASTER_IMAGE: Table = part(
    "raster-image-ext",
    "6.7",
    &[
        opt("image_height", INTEGER),
        opt("image_width", INTEGER),
        opt("bits_per_pixel", INTEGER),
        opt("exif_tags", SCALAR_BY_KEY),
    ],
    SOME,
);

static WINDOWS_PEBINARY: Table = part(
    "windows-pebinary-ext",
    "6.7",
    &[
        req("pe_type", Kind::Open(&WINDOWS_PEBINARY_TYPE)),
        opt("imphash", TEXT),
        opt("machine_hex", Kind::Hex),
        opt("number_of_sections", COUNT),
        opt("time_date_stamp", TIME),
        opt("pointer_to_symbol_table_hex", Kind::Hex),
        opt("number_of_symbols", COUNT),
        opt("size_of_optional_header", COUNT),
        opt("characteristics_hex", Kind::Hex),
        opt("file_header_hashes", Kind::Hashes),
        opt("optional_header", Kind::Structure(&OPTIONAL_HEADER)),
        opt("sections", Kind::List(&Kind::Structure(&SECTION))),
    ],
    &[],
);

static OPTIONAL_HEADER: Table = part(
    "windows-pe-optional-header-type",
    "6.7",
    &[
        opt("magic_hex", Kind::Hex),
        opt("major_linker_version", INTEGER),
        opt("minor_linker_version", INTEGER),
        opt("size_of_code", COUNT),
        opt("size_of_initialized_data", COUNT),
        opt("size_of_uninitialized_data", COUNT),
        opt("address_of_entry_point", INTEGER),
        opt("base_of_code", INTEGER),
        opt("base_of_data", INTEGER),
        opt("image_base", INTEGER),
        opt("section_alignment", INTEGER),
        opt("file_alignment", INTEGER),
        opt("major_os_version", INTEGER),
        opt("minor_os_version", INTEGER),
        opt("major_image_version", INTEGER),
        opt("minor_image_version", INTEGER),
        opt("major_subsystem_version", INTEGER),
        opt("minor_subsystem_version", INTEGER),
        opt("win32_version_value_hex", Kind::Hex),
        opt("size_of_image", COUNT),
        opt("size_of_headers", COUNT),
        opt("checksum_hex", Kind::Hex),
        opt("subsystem_hex", Kind::Hex),
        opt("dll_characteristics_hex", Kind::Hex),
        opt("size_of_stack_reserve", COUNT),
        opt("size_of_stack_commit", COUNT),
        opt("size_of_heap_reserve", COUNT),
        opt("size_of_heap_commit", COUNT),
        opt("loader_flags_hex", Kind::Hex),
        opt("number_of_rva_and_sizes", INTEGER),
        opt("hashes", Kind::Hashes),
    ],
    SOME,
);

static SECTION: Table = part(
    "windows-pe-section-type",
    "6.7",
    &[
        req("name", TEXT),
        opt("size", COUNT),
        opt("entropy", Kind::Float(f64::MIN, f64::MAX)),
        opt("hashes", Kind::Hashes),
    ],
    &[],
);

static HTTP_REQUEST: Table = part(
    "http-request-ext",
    "6.12",
    &[
        req("request_method", TEXT),
        req("request_value", TEXT),
        opt("request_version", TEXT),
        opt("request_header", TEXTS_BY_KEY),
        opt("message_body_length", INTEGER),
        opt("message_body_data_ref", refers(&["artifact"])),
    ],
    &[],
);

static ICMP: Table = part(
    "icmp-ext",
    "6.12",
    &[req("icmp_type_hex", Kind::Hex), req("icmp_code_hex", Kind::Hex)],
    &[],
);

static SOCKET: Table = part(
    "socket-ext",
    "6.12",
    &[
        req("address_family", Kind::Enum(&NETWORK_SOCKET_ADDRESS_FAMILY)),
        opt("is_blocking", Kind::Boolean),
        opt("is_listening", Kind::Boolean),
        opt("options", Kind::Dictionary(&INTEGER)),
        opt("socket_type", Kind::Enum(&NETWORK_SOCKET_TYPE)),
        opt("socket_descriptor", COUNT),
        opt("socket_handle", INTEGER),
    ],
    &[],
);

static TCP: Table = part(
    "tcp-ext",
    "6.12",
    &[opt("src_flags_hex", Kind::Hex), opt("dst_flags_hex", Kind::Hex)],
    SOME,
);

static WINDOWS_PROCESS: Table = part(
    "windows-process-ext",
    "6.13",
    &[
        opt("aslr_enabled", Kind::Boolean),
        opt("dep_enabled", Kind::Boolean),
        opt("priority", Kind::Text(Form::Priority)),
        opt("owner_sid", TEXT),
        opt("window_title", TEXT),
        opt("startup_info", DICTIONARY),
        opt("integrity_level", Kind::Enum(&WINDOWS_INTEGRITY_LEVEL)),
    ],
    SOME,
);

static WINDOWS_SERVICE: Table = part(
    "windows-service-ext",
    "6.13",
    &[
        opt("service_name", TEXT),
        opt("descriptions", TEXTS),
        opt("display_name", TEXT),
        opt("group_name", TEXT),
        opt("start_type", Kind::Enum(&WINDOWS_SERVICE_START_TYPE)),
        opt("service_dll_refs", Kind::List(&refers(&["file"]))),
        opt("service_type", Kind::Enum(&WINDOWS_SERVICE_TYPE)),
        opt("service_status", Kind::Enum(&WINDOWS_SERVICE_STATUS)),
    ],
    SOME,
);

static UNIX_ACCOUNT: Table = part(
    "unix-account-ext",
    "6.16",
    &[opt("gid", INTEGER), opt("groups", TEXTS), opt("home_dir", TEXT), opt("shell", TEXT)],
    SOME,
);

const fn on(of: &'static str, table: &'static Table) -> Extension {
    Extension { of, table }
}

/// The predefined extensions.
pub static EXTENSIONS: &[Extension] = &[
    on("file", &ARCHIVE),
    on("file", &NTFS),
    on("file", &PDF),
    on("file", &RASTER_IMAGE),
    on("file", &WINDOWS_PEBINARY),
    on("network-traffic", &HTTP_REQUEST),
    on("network-traffic", &ICMP),
    on("network-traffic", &SOCKET),
    on("network-traffic", &TCP),
    on("process", &WINDOWS_PROCESS),
    on("process", &WINDOWS_SERVICE),
    on("user-account", &UNIX_ACCOUNT),
];
