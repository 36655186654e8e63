"""The classes of disagreement, each with its row in docs/stix/agreement.md.

A class says which peer it is about, who refuses the object (`we` or `they`), and a pattern that
the refusal must match: for us `rule: message`, for a peer its own message.
"""

import re
from collections import namedtuple

Class = namedtuple('Class', 'name peers refuses pattern')

VALIDATOR = ('stix2-validator',)
LIBRARY = ('stix2', 'stix2 (lax)')
STRICT = ('stix2',)
EVERY = VALIDATOR + LIBRARY

CLASSES = [Class(name, peers, refuses, re.compile(pattern, re.S)) for name, peers, refuses, pattern in [
    # stix2-validator refuses.
    ('granular-lang', VALIDATOR, 'they', r"granular_markings\[\d+\]: 'marking_ref' is a required property"),
    ('language-list', VALIDATOR, 'they', r"is not a valid RFC 5646 language code|contains an invalid language code|languages\[\d+\]: '.*' does not match '\^\(\[a-z\]"),
    ('header-lists', VALIDATOR, 'they', r'additional_header_fields\.\S+: \[.*is not valid under any'),
    ('cve-anywhere', VALIDATOR, 'they', r'If the external reference is a CVE'),
    ('leap-second', VALIDATOR, 'they', r'second must be in 0\.\.59'),
    ('nine-digits', VALIDATOR, 'they', r'must be later than or equal to'),
    ('registry-modified', VALIDATOR, 'they', r"^\{'type': 'windows-registry-key'.*is not valid under any"),
    ('media-types', VALIDATOR, 'they', r'IANA registered MIME Type|^mime_type: .* does not match'),
    ('mime-part', VALIDATOR, 'they', r"^Since 'is_multipart' is true"),
    ('language-of-language', VALIDATOR, 'they', r'^object_ref: .* should not be valid under'),
    ('exif-names', VALIDATOR, 'they', r'exif_tags: .* does not match any of the regexes'),
    ('socket-options', VALIDATOR, 'they', r'socket-ext\.options: .* does not match any of the regexes'),
    # stix2 refuses.
    ('language-content-lang', LIBRARY, 'they', r'Unexpected properties for LanguageContent: \(lang\)'),
    ('custom-strict', STRICT, 'they', r"^ExtraPropertiesError|^ParseError: Can't parse unknown object type|Unexpected properties for|^CustomContentError|is not one of the valid types|Can't parse unknown extension|custom content|Unknown extension|custom hash algorithm"),
    ('definition-types', LIBRARY, 'they', r'definition_type must be a valid marking type'),
    ('option-keys', LIBRARY, 'they', r'Incorrect options key'),
    ('negative-precision', LIBRARY, 'they', r"'precision': minimum value"),
    ('times-in-library', LIBRARY, 'they', r'must be a datetime object, date object'),
    ('selects-false', LIBRARY, 'they', r'^InvalidSelectorError'),
    # We refuse.
    ('uuid-case', EVERY, 'we', r'^identifier: “[a-z0-9-]+--[0-9A-F-]{36}” is no identifier'),
    ('identifier-form', EVERY, 'we', r'^identifier: '),
    ('reference-type', EVERY, 'we', r'^reference: '),
    ('granular-either', VALIDATOR, 'we', r'^one-of: lang and marking_ref exclude'),
    ('names', EVERY, 'we', r'^name: '),
    ('large-integers', EVERY, 'we', r'^json: an integer beyond'),
    ('patterns', EVERY, 'we', r'^pattern: '),
    ('negative', EVERY, 'we', r'^range: .* is negative'),
    ('range', LIBRARY, 'we', r'^range: '),
    ('null', EVERY, 'we', r'^null: '),
    ('empty', EVERY, 'we', r'^empty: '),
    ('precision', EVERY, 'we', r'^precision: '),
    ('required', EVERY, 'we', r'^required: '),
    ('dictionary-values', VALIDATOR, 'we', r'^kind: '),
    ('converts', LIBRARY, 'we', r'^kind: '),
    ('forms', LIBRARY, 'we', r'^form: |^external-id: '),
    ('terms', LIBRARY, 'we', r'^enum: '),
    ('order', LIBRARY, 'we', r'^order: '),
    ('letters-of-time', LIBRARY, 'we', r'^timestamp: '),
    ('random-uuid', LIBRARY, 'we', r'^uuid-random: '),
    ('circular', LIBRARY, 'we', r'^circular: '),
    ('together', LIBRARY, 'we', r'^(needs|not-with|one-of): '),
    ('selectors', LIBRARY, 'we', r'^selector: '),
]]


def of(peer, refuses, messages):
    """The class of each message, None where there is none."""
    found = []
    for message in messages:
        fits = [one for one in CLASSES if peer in one.peers and one.refuses == refuses and one.pattern.search(message)]
        found.append(fits[0] if fits else None)
    return found
