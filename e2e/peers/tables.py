"""The property tables of STIX 2.1, told a second time, by hand and apart from those of the program.

One line a property: its name, `?` when it is optional, and its kind. The kinds are made in
values.py. `|` separates the types that a reference may name.
"""

ANY = 'any'
SCOS = ('artifact autonomous-system directory domain-name email-addr email-message file ipv4-addr '
        'ipv6-addr mac-addr mutex network-traffic process software url user-account '
        'windows-registry-key x509-certificate').split()
SDOS = ('attack-pattern campaign course-of-action grouping identity incident indicator '
        'infrastructure intrusion-set location malware malware-analysis note observed-data opinion '
        'report threat-actor tool vulnerability').split()

# Sections 3.2: what every domain object, relationship and meta object may have.
COMMON = '''
created_by_ref? ref:identity
revoked? revoked
labels? list:text
confidence? int:0:100
lang? lang
external_references? list:external
object_marking_refs? refs:marking-definition
'''

# The same for cyber-observable objects.
COMMON_SCO = '''
spec_version? const:2.1
object_marking_refs? refs:marking-definition
defanged? bool
'''

SEEN = '''
first_seen? time
last_seen? time-after:first_seen
'''

OBJECTS = {
    # Section 4.
    'attack-pattern': '''
name text
description? text
aliases? list:text
kill_chain_phases? list:killchain
''',
    'campaign': '''
name text
description? text
aliases? list:text
objective? text
''' + SEEN,
    'course-of-action': '''
name text
description? text
''',
    'grouping': '''
name? text
description? text
context vocab:GROUPING_CONTEXT
object_refs refs:any
''',
    'identity': '''
name text
description? text
roles? list:text
identity_class? vocab:IDENTITY_CLASS
sectors? list:vocab:INDUSTRY_SECTOR
contact_information? text
''',
    'incident': '''
name text
description? text
''',
    'indicator': '''
name? text
description? text
indicator_types? list:vocab:INDICATOR_TYPE
pattern pattern
pattern_type const:stix
pattern_version? const:2.1
valid_from time
valid_until? time-later:valid_from
kill_chain_phases? list:killchain
''',
    'infrastructure': '''
name text
description? text
infrastructure_types? list:vocab:INFRASTRUCTURE_TYPE
aliases? list:text
kill_chain_phases? list:killchain
''' + SEEN,
    'intrusion-set': '''
name text
description? text
aliases? list:text
goals? list:text
resource_level? vocab:ATTACK_RESOURCE_LEVEL
primary_motivation? vocab:ATTACK_MOTIVATION
secondary_motivations? list:vocab:ATTACK_MOTIVATION
''' + SEEN,
    'location': '''
name? text
description? text
latitude? float:-90:90
longitude? float:-180:180
precision? float:0:100000:free
region? vocab:REGION
country? country
administrative_area? text
city? text
street_address? text
postal_code? text
''',
    'malware': '''
name? text
description? text
malware_types? list:vocab:MALWARE_TYPE
is_family bool
aliases? list:text
kill_chain_phases? list:killchain
operating_system_refs? refs:software
architecture_execution_envs? list:vocab:PROCESSOR_ARCHITECTURE
implementation_languages? list:vocab:IMPLEMENTATION_LANGUAGE
capabilities? list:vocab:MALWARE_CAPABILITIES
sample_refs? refs:artifact|file
''' + SEEN,
    'malware-analysis': '''
product product
version? text
host_vm_ref? ref:software
operating_system_ref? ref:software
installed_software_refs? refs:software
configuration_version? text
modules? list:text
analysis_engine_version? text
analysis_definition_version? text
submitted? time
analysis_started? time
analysis_ended? time-after:analysis_started
result_name? text
result? vocab:MALWARE_RESULT
analysis_sco_refs? refs:sco
sample_ref? ref:artifact|file|network-traffic
''',
    'note': '''
abstract? text
content text
authors? list:text
object_refs refs:any
''',
    'observed-data': '''
first_observed time
last_observed time-after:first_observed
number_observed int:1:999999999
object_refs? refs:observed
''',
    'opinion': '''
explanation? text
authors? list:text
opinion enum:OPINION
object_refs refs:any
''',
    'report': '''
name text
description? text
report_types? list:vocab:REPORT_TYPE
published time
object_refs refs:any
''',
    'threat-actor': '''
name text
description? text
threat_actor_types? list:vocab:THREAT_ACTOR_TYPE
aliases? list:text
roles? list:vocab:THREAT_ACTOR_ROLE
goals? list:text
sophistication? vocab:THREAT_ACTOR_SOPHISTICATION
resource_level? vocab:ATTACK_RESOURCE_LEVEL
primary_motivation? vocab:ATTACK_MOTIVATION
secondary_motivations? list:vocab:ATTACK_MOTIVATION
personal_motivations? list:vocab:ATTACK_MOTIVATION
''' + SEEN,
    'tool': '''
name text
description? text
tool_types? list:vocab:TOOL_TYPE
aliases? list:text
kill_chain_phases? list:killchain
tool_version? text
''',
    'vulnerability': '''
name text
description? text
''',
    # Section 5.
    'relationship': '''
relationship_type relationship
description? text
source_ref ref:related
target_ref ref:related
start_time? time
stop_time? time-later:start_time
''',
    'sighting': '''
description? text
first_seen? time
last_seen? time-after:first_seen
count? int:0:999999999
sighting_of_ref ref:sdo
observed_data_refs? refs:observed-data
where_sighted_refs? refs:identity|location
summary? bool
''',
    # Section 7.
    'language-content': '''
object_ref ref:any
object_modified? time
contents contents
''',
    'marking-definition': '''
name? text
definition_type const:statement
definition statement
''',
    'extension-definition': '''
name text
description? text
schema text
version version
extension_types list:enum:EXTENSION_TYPE
''',
    # Section 6.
    'artifact': '''
mime_type? mime
payload_bin? binary
url? url
hashes? hashes
encryption_algorithm? enum:ENCRYPTION_ALGORITHM
decryption_key? text
''',
    'autonomous-system': '''
number int:0:4294967295:free
name? text
rir? text
''',
    'directory': '''
path text
path_enc? charset
ctime? time
mtime? time
atime? time
contains_refs? refs:file|directory
''',
    'domain-name': '''
value domain
resolves_to_refs? refs:ipv4-addr|ipv6-addr|domain-name
''',
    'email-addr': '''
value email
display_name? text
belongs_to_ref? ref:user-account
''',
    'email-message': '''
is_multipart bool
date? time
content_type? mime
from_ref? ref:email-addr
sender_ref? ref:email-addr
to_refs? refs:email-addr
cc_refs? refs:email-addr
bcc_refs? refs:email-addr
message_id? text
subject? text
received_lines? list:text
additional_header_fields? headers
body? text
body_multipart? list:part
raw_email_ref? ref:artifact
''',
    'file': '''
hashes? hashes
size? int:0:9007199254740991
name? text
name_enc? charset
magic_number_hex? hex
mime_type? mime
ctime? time
mtime? time
atime? time
parent_directory_ref? ref:directory
contains_refs? refs:sco
content_ref? ref:artifact
''',
    'ipv4-addr': '''
value ipv4
resolves_to_refs? refs:mac-addr
belongs_to_refs? refs:autonomous-system
''',
    'ipv6-addr': '''
value ipv6
resolves_to_refs? refs:mac-addr
belongs_to_refs? refs:autonomous-system
''',
    'mac-addr': '''
value mac
''',
    'mutex': '''
name text
''',
    'network-traffic': '''
start? time
end? time-after:start
is_active? bool
src_ref? ref:ipv4-addr|ipv6-addr|mac-addr|domain-name
dst_ref? ref:ipv4-addr|ipv6-addr|mac-addr|domain-name
src_port? int:0:65535
dst_port? int:0:65535
protocols list:protocol
src_byte_count? int:0:100000000
dst_byte_count? int:0:100000000
src_packets? int:0:1000000
dst_packets? int:0:1000000
ipfix? ipfix
src_payload_ref? ref:artifact
dst_payload_ref? ref:artifact
encapsulates_refs? refs:network-traffic
encapsulated_by_ref? ref:network-traffic
''',
    'process': '''
is_hidden? bool
pid? int:0:65535:free
created_time? time
cwd? text
command_line? text
environment_variables? environment
opened_connection_refs? refs:network-traffic
creator_user_ref? ref:user-account
image_ref? ref:file
parent_ref? ref:process
child_refs? refs:process
''',
    'software': '''
name text
cpe? cpe
swid? text
languages? list:lang
vendor? text
version? text
''',
    'url': '''
value url
''',
    'user-account': '''
user_id? text
credential? text
account_login? text
account_type? vocab:ACCOUNT_TYPE
display_name? text
is_service_account? bool
is_privileged? bool
can_escalate_privs? bool
is_disabled? bool
account_created? time
account_expires? time
credential_last_changed? time
account_first_login? time
account_last_login? time
''',
    'windows-registry-key': '''
key? registry
values? list:registryvalue
modified_time? time
creator_user_ref? ref:user-account
number_of_subkeys? int:0:1000:free
''',
    'x509-certificate': '''
is_self_signed? bool
hashes? hashes
version? text
serial_number? text
signature_algorithm? text
issuer? text
validity_not_before? time
validity_not_after? time
subject? text
subject_public_key_algorithm? text
subject_public_key_modulus? text
subject_public_key_exponent? int:3:65537:free
x509_v3_extensions? x509v3
''',
}

# The extensions that the specification itself defines: (object, name) and their properties.
EXTENSIONS = {
    ('file', 'archive-ext'): '''
contains_refs refs:file|directory
comment? text
''',
    ('file', 'ntfs-ext'): '''
sid? text
alternate_data_streams? list:stream
''',
    ('file', 'pdf-ext'): '''
version? text
is_optimized? bool
document_info_dict? pdfinfo
pdfid0? text
pdfid1? text
''',
    ('file', 'raster-image-ext'): '''
image_height? int:0:10000:free
image_width? int:0:10000:free
bits_per_pixel? int:0:64:free
exif_tags? exif
''',
    ('file', 'windows-pebinary-ext'): '''
pe_type vocab:WINDOWS_PEBINARY_TYPE
imphash? text
machine_hex? hex
number_of_sections? int:0:90
time_date_stamp? second
pointer_to_symbol_table_hex? hex
number_of_symbols? int:0:90
size_of_optional_header? int:0:500
characteristics_hex? hex
file_header_hashes? hashes
optional_header? peheader
sections? list:pesection
''',
    ('network-traffic', 'http-request-ext'): '''
request_method text
request_value text
request_version? text
request_header? httpheaders
message_body_length? int:0:90000:free
message_body_data_ref? ref:artifact
''',
    ('network-traffic', 'icmp-ext'): '''
icmp_type_hex hex
icmp_code_hex hex
''',
    ('network-traffic', 'socket-ext'): '''
address_family enum:NETWORK_SOCKET_ADDRESS_FAMILY
is_blocking? bool
is_listening? bool
options? sockopts
socket_type? enum:NETWORK_SOCKET_TYPE
socket_descriptor? int:0:5000
socket_handle? int:0:5000:free
''',
    ('network-traffic', 'tcp-ext'): '''
src_flags_hex? hex
dst_flags_hex? hex
''',
    ('process', 'windows-process-ext'): '''
aslr_enabled? bool
dep_enabled? bool
priority? priority
owner_sid? text
window_title? text
startup_info? startup
integrity_level? enum:WINDOWS_INTEGRITY_LEVEL
''',
    ('process', 'windows-service-ext'): '''
service_name? text
descriptions? list:text
display_name? text
group_name? text
start_type? enum:WINDOWS_SERVICE_START_TYPE
service_dll_refs? refs:file
service_type? enum:WINDOWS_SERVICE_TYPE
service_status? enum:WINDOWS_SERVICE_STATUS
''',
    ('user-account', 'unix-account-ext'): '''
gid? int:0:65535:free
groups? list:text
home_dir? text
shell? text
''',
}

# What an observable's identifier is derived from (the tables of section 6).
CONTRIBUTING = {
    'artifact': 'hashes payload_bin', 'autonomous-system': 'number', 'directory': 'path',
    'domain-name': 'value', 'email-addr': 'value', 'email-message': 'from_ref subject body',
    'file': 'hashes name parent_directory_ref extensions', 'ipv4-addr': 'value',
    'ipv6-addr': 'value', 'mac-addr': 'value', 'mutex': 'name',
    'network-traffic': 'start end src_ref dst_ref src_port dst_port protocols extensions',
    'process': '', 'software': 'name cpe swid vendor version', 'url': 'value',
    'user-account': 'account_type user_id account_login', 'windows-registry-key': 'key values',
    'x509-certificate': 'hashes serial_number',
}


def rows(table):
    """The lines of a table as (name, optional, kind)."""
    for line in table.split('\n'):
        if line:
            name, kind = line.split(' ', 1)
            yield name.rstrip('?'), name.endswith('?'), kind
