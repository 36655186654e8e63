"""Valid objects of every type, and each with one thing wrong.

A case is {'label', 'expect', 'object'}: what was done to the object, and what the specification
says of the result: 'valid', 'invalid', or None where its words leave it open.
"""

import copy
import json

from dice import Dice
from tables import COMMON, COMMON_SCO, EXTENSIONS, OBJECTS, SCOS, SDOS, rows
from values import NAMESPACE, RELATIONSHIPS, TLP_GREEN_1, Maker, contributions, identifier

META = ('language-content', 'marking-definition', 'extension-definition')
OWN_EXTENSION = 'extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e'


def valid(maker, name):
    """A valid object of this type."""
    dice = maker.dice
    made = {'type': name}
    if name in SCOS:
        common = COMMON_SCO
    else:
        common = COMMON
        made['spec_version'] = '2.1'
        maker.created = dice.below(200 * 86_400_000_000)
        made['created'] = maker.common_time(maker.created)
        if name != 'marking-definition':
            later = maker.created + dice.one([0, 1_000, 86_400_000_000])
            # Both with the digits of the first, so that equal means equal.
            made['modified'] = made['created'] if later == maker.created else maker.common_time(later)
            if made['modified'][:-1].ljust(26, '0') < made['created'][:-1].ljust(26, '0'):
                made['modified'] = made['created']
    made.update(maker.fill(OBJECTS[name], dice.one([0, 30, 60, 100])))
    mend(maker, made)
    if name in SCOS:
        extensions = maker.extensions_of(name) if dice.chance(60) else {}
        extensions = {key: value for key, value in extensions.items() if value}
        if extensions:
            made['extensions'] = extensions
    made.update(maker.fill(common, dice.one([0, 10, 40])))
    if name == 'marking-definition':
        for absent in ('revoked', 'confidence', 'labels', 'lang'):
            made.pop(absent, None)
    if name == 'extension-definition':
        made.setdefault('created_by_ref', maker.id(['identity']))
        made.pop('confidence', None)
        made.pop('lang', None)
    if dice.chance(15):
        made['granular_markings'] = granular(maker, made)
    if dice.chance(10) and name not in META:
        made.setdefault('extensions', {})[OWN_EXTENSION] = {
            'extension_type': 'property-extension', 'rank': dice.below(9), 'note': maker.text()}
    # Of what is derived from the value all is there now.
    is_derived = name in SCOS and dice.chance(90)
    made['id'] = identifier(made, dice) if is_derived else f'{name}--{dice.uuid()}'
    order = ['type', 'spec_version', 'id']
    return {key: made[key] for key in order + [key for key in made if key not in order] if key in made}


def granular(maker, made):
    selectable = [key for key in made if key not in ('type', 'id', 'extensions')]
    selectors = maker.dice.some(selectable, 2)
    lists = [key for key in selectable if isinstance(made[key], list)]
    if lists:
        selectors.append(f'{lists[0]}.[0]')
    selectors = list(dict.fromkeys(selectors))
    if maker.dice.chance(30):
        return [{'selectors': selectors, 'lang': 'hr'}]
    return [{'selectors': selectors, 'marking_ref': TLP_GREEN_1}]


def mend(maker, made):
    """What the tables alone do not say: properties that need or exclude each other."""
    dice = maker.dice
    name = made['type']
    if name == 'location':
        if 'latitude' not in made or 'longitude' not in made:
            for key in ('latitude', 'longitude', 'precision'):
                made.pop(key, None)
        if not {'region', 'country', 'latitude'} & made.keys():
            made['country'] = 'AL'
    elif name == 'malware':
        if made['is_family']:
            made.setdefault('name', maker.text())
    elif name == 'malware-analysis':
        if not {'result', 'analysis_sco_refs'} & made.keys():
            made['result'] = 'benign'
    elif name == 'observed-data':
        made.setdefault('object_refs', maker.of('refs:observed'))
    elif name == 'relationship':
        source, kind, target = dice.one(RELATIONSHIPS)
        made['source_ref'], made['target_ref'] = maker.id([source]), maker.id([target])
        made['relationship_type'] = kind
    elif name == 'artifact':
        if 'payload_bin' in made:
            made.pop('url', None)
        elif 'url' in made:
            made.setdefault('hashes', {'SHA-256': dice.hex(64)})
        else:
            made['payload_bin'] = maker.of('binary')
        if 'decryption_key' in made:
            made.setdefault('encryption_algorithm', 'mime-type-indicated')
    elif name == 'email-message':
        if made['is_multipart']:
            made.pop('body', None)
            made.setdefault('body_multipart', maker.of('list:part'))
        else:
            made.pop('body_multipart', None)
    elif name == 'file':
        if not {'hashes', 'name'} & made.keys():
            made['name'] = maker.name()
    elif name == 'network-traffic':
        if not {'src_ref', 'dst_ref'} & made.keys():
            made['src_ref'] = maker.id(['ipv4-addr'])
        if 'end' in made:
            made['is_active'] = False
    elif name == 'process':
        if len(made) == 1:
            made['pid'] = dice.below(9999)
    elif name == 'user-account':
        if len(made) == 1:
            made['account_login'] = maker.name()
    elif name == 'windows-registry-key':
        if len(made) == 1:
            made['key'] = maker.of('registry')
    elif name == 'x509-certificate':
        if len(made) == 1:
            made['serial_number'] = dice.hex(12)
    elif name == 'extension-definition':
        made['extension_types'] = list(dict.fromkeys(made['extension_types']))
        if 'toplevel-property-extension' in made['extension_types']:
            made['extension_properties'] = ['rank', 'own_note']


# Values of the wrong sort, by kind; each with what is done.
TIMES = [('no zone', '2024-05-01T10:00:00.000'), ('offset', '2024-05-01T10:00:00.000+02:00'),
         ('month 13', '2024-13-01T10:00:00.000Z'), ('31 June', '2024-06-31T10:00:00.000Z'),
         ('hour 24', '2024-05-01T24:00:00.000Z'), ('minute 60', '2024-05-01T10:60:00.000Z'),
         ('space for T', '2024-05-01 10:00:00.000Z'), ('date only', '2024-05-01'),
         ('no digits after the point', '2024-05-01T10:00:00.Z'), ('seconds since 1970', 1714557600),
         ('two-digit year', '24-05-01T10:00:00.000Z'), ('29 February 2023', '2023-02-29T10:00:00.000Z')]
IDENTIFIERS = [('no UUID', lambda name, uuid: f'{name}--17'), ('one dash', lambda name, uuid: f'{name}-{uuid}'),
               ('short UUID', lambda name, uuid: f'{name}--{uuid[:-1]}'),
               ('UUID not in hex', lambda name, uuid: f'{name}--{uuid[:-1]}g'),
               ('UUID without dashes', lambda name, uuid: f"{name}--{uuid.replace('-', '')}"),
               ('UUID in braces', lambda name, uuid: f'{name}--{{{uuid}}}'),
               ('only the UUID', lambda name, uuid: uuid)]


def wrong_type(kind, value):
    """A value of another JSON type."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return 17
    if isinstance(value, list):
        return value[0] if kind.startswith('refs') or isinstance(value[0], str) else {}
    return [value]


def property_mutations(maker, kind, value, common_time=False):
    """(label, expectation, new value) of one property of this kind."""
    dice = maker.dice
    name, _, rest = kind.partition(':')
    yield 'wrong type', 'invalid', wrong_type(kind, value)
    yield 'null', 'invalid', None
    if name in ('list', 'refs'):
        yield 'empty list', 'invalid', []
        yield 'object for a list', 'invalid', {'0': value[0]}
        yield 'null in a list', 'invalid', value + [None]
        if name == 'list' and isinstance(value[0], str):
            yield 'number in a list', 'invalid', value + [7]
        yield 'item twice', 'valid', value + [value[0]]
        inner = rest if name == 'list' else f'ref:{rest}'
        for label, expect, item in property_mutations(maker, inner, value[0]):
            if label in ('wrong type', 'null'):
                continue
            yield f'in a list: {label}', expect, value[:-1] + [item]
    elif name == 'text':
        yield 'empty text', None, ''
        yield 'long text', 'valid', 'long ' * 2_000
    elif name.startswith('time') or common_time:
        label, text = dice.one(TIMES)
        yield f'time: {label}', 'invalid', text
        yield 'time: nine digits', 'valid', value[:-1] + '000Z' if '.' in value else value[:-1] + '.000000000Z'
        yield 'time: leap second', None, value[:11] + '23:59:60.000Z'
        yield 'time: small z', 'invalid', value[:-1] + 'z'
        yield 'time: small t', 'invalid', value.replace('T', 't')
    elif name == 'ref':
        label, spoil = dice.one(IDENTIFIERS)
        own, uuid = value.split('--')
        yield f'reference: {label}', 'invalid', spoil(own, uuid)
        wrong = [other for other in SDOS + SCOS + list(META) if other not in maker.types(rest)]
        if rest != 'any':
            yield 'reference to a type not allowed', 'invalid', f'{dice.one(wrong)}--{uuid}'
        yield 'reference: UUID in capitals', None, f'{own}--{uuid.upper()}'
        if rest == 'any':
            yield 'reference to a custom type', 'valid', f'x-example-thing--{uuid}'
    elif name == 'int':
        least, most = map(int, rest.split(':')[:2])
        yield 'below the least', None if rest.endswith('free') else 'invalid', least - 1
        yield 'fraction for an integer', 'invalid', 1.5
        yield 'integer beyond 2^53', 'invalid', 2**53 + 1
        yield 'true for an integer', 'invalid', True
    elif name == 'float':
        least, most = map(float, rest.split(':')[:2])
        expect = None if rest.endswith('free') else 'invalid'
        yield 'above the greatest', expect, most + 0.5
        yield 'below the least', expect, least - 0.5
        yield 'integer for a float', 'valid', int(least)
    elif name == 'bool':
        yield 'one for true', 'invalid', 1
    elif name == 'vocab':
        yield 'word outside an open vocabulary', 'valid', 'own-word'
    elif name == 'enum':
        yield 'word outside a closed vocabulary', 'invalid', 'own-word'
        yield 'word in capitals', 'invalid', value.upper() if value != value.upper() else value.lower()
    elif name == 'lang':
        yield 'language: not of RFC 5646', 'invalid', 'not a language'
        yield 'language: unknown subtag', None, 'zz'
    elif name == 'hashes':
        yield 'hashes: empty', 'invalid', {}
        yield 'hashes: too short', 'invalid', {'SHA-256': dice.hex(63)}
        yield 'hashes: MD5 as long as SHA-1', 'invalid', {'MD5': dice.hex(40)}
        yield 'hashes: not in hex', 'invalid', {'MD5': 'z' * 32}
        yield 'hashes: in capitals', 'valid', {'MD5': dice.hex(32).upper()}
        yield 'hashes: number', 'invalid', {'MD5': 12}
        yield 'hashes: name without dash', None, {'SHA256': dice.hex(64)}
        yield 'hashes: own name', None, {'OWN-HASH': dice.hex(30)}
        yield 'hashes: name with a space', 'invalid', {'SHA 256': dice.hex(64)}
    elif name == 'hex':
        yield 'hex: odd', 'invalid', 'abc'
        yield 'hex: not in hex', 'invalid', 'xyzt'
        yield 'hex: in capitals', None, 'AB'
    elif name == 'binary':
        yield 'binary: not base64', 'invalid', 'a*b'
        yield 'binary: without padding', 'invalid', 'YWI'
    elif name == 'url':
        yield 'URL: no URL', 'invalid', 'not a url'
        yield 'URL: without scheme', 'invalid', 'www.example.org/a'
    elif name == 'external':
        yield 'external: only a source', 'invalid', {'source_name': 'elsewhere'}
        yield 'external: no source', 'invalid', {'description': 'text'}
        yield 'external: CVE that is none', None, {'source_name': 'cve', 'external_id': 'CVE-24'}
        yield 'external: URL that is none', 'invalid', {'source_name': 'elsewhere', 'url': 'not a url'}
        yield 'external: URL without hashes', 'valid', {'source_name': 'elsewhere', 'url': 'https://example.org/a'}
        yield 'external: own property', None, {'source_name': 'elsewhere', 'external_id': '1', 'x_own': 'a'}
    elif name == 'killchain':
        yield 'kill chain: no phase', 'invalid', {'kill_chain_name': 'own-chain'}
        yield 'kill chain: no name', 'invalid', {'phase_name': 'delivery'}
        yield 'kill chain: capitals', 'valid', {'kill_chain_name': 'Own Chain', 'phase_name': 'Delivery'}
    elif name == 'pattern':
        yield 'pattern: not closed', 'invalid', "[ipv4-addr:value = '198.51.100.1'"
        yield 'pattern: no brackets', 'invalid', "ipv4-addr:value = '198.51.100.1'"
        yield 'pattern: no quotes', 'invalid', '[ipv4-addr:value = 198.51.100.1]'
        yield 'pattern: unknown qualifier', 'invalid', "[ipv4-addr:value = '198.51.100.1'] DURING 5 SECONDS"
        yield 'pattern: own type and property', 'valid', "[x-example-thing:own_value = 'a']"
        yield 'pattern: both types by AND', None, "[ipv4-addr:value = '198.51.100.1' AND process:pid = 1]"
        yield 'pattern: empty', 'invalid', ''
    elif name == 'ipv4':
        yield 'IPv4: part above 255', 'invalid', '198.51.300.1'
        yield 'IPv4: prefix above 32', 'invalid', '198.51.100.0/33'
        yield 'IPv4: a name', 'invalid', 'host.example.org'
    elif name == 'ipv6':
        yield 'IPv6: two gaps', 'invalid', '2001::db8::1'
        yield 'IPv6: prefix above 128', 'invalid', '2001:db8::/129'
    elif name == 'mac':
        yield 'MAC: capitals', 'invalid', 'AB:CD:EF:01:02:03'
        yield 'MAC: dashes', 'invalid', 'ab-cd-ef-01-02-03'
        yield 'MAC: short', 'invalid', 'ab:cd:ef:01:02'
    elif name == 'email':
        yield 'e-mail: no at', 'invalid', 'example.net'
        yield 'e-mail: with a name', 'invalid', 'A B <a@example.net>'
    elif name == 'domain':
        yield 'domain: with a space', 'invalid', 'host 1.example.org'
        yield 'domain: empty label', 'invalid', 'host..example.org'
    elif name == 'registry':
        yield 'registry: hive shortened', 'invalid', 'HKLM\\Software'
    elif name == 'version':
        yield 'version: two parts', 'valid', '1.0'
    elif name == 'cpe':
        yield 'CPE: version 2.2', 'invalid', 'cpe:/a:example:word:1'
        yield 'CPE: none', 'invalid', 'example word'
    elif name == 'mime':
        yield 'MIME: unknown', None, 'text/of-our-own'
        yield 'MIME: no type', None, 'plain'
    elif name == 'charset':
        yield 'charset: unknown', 'invalid', 'OUR-OWN-8'
    elif name == 'country':
        yield 'country: name', 'valid', 'Albania'
    elif name == 'product':
        yield 'product: capitals', 'valid', 'Own Scanner'
    elif name == 'protocol':
        yield 'protocol: capitals', 'valid', 'TCP'
        yield 'protocol: unknown', 'valid', 'own-protocol'
    elif name in ('environment', 'headers', 'httpheaders', 'ipfix', 'pdfinfo', 'exif', 'sockopts', 'x509v3', 'peheader'):
        yield 'dictionary: empty', 'invalid', {}
    if name in ('environment', 'headers', 'pdfinfo', 'exif'):
        first = value[next(iter(value))]
        yield 'dictionary: key with a space', 'invalid', {'own key': first}
        yield 'dictionary: key of 251 letters', 'invalid', {'k' * 251: first}
        yield 'dictionary: key of one letter', None, {'k': first}
    if name == 'registryvalue':
        yield 'registry value: none', 'invalid', {}
        yield 'registry value: unknown type', 'invalid', {'data_type': 'REG_OWN'}
    elif name == 'part':
        yield 'part: both bodies', None, {'body': 'a', 'body_raw_ref': maker.id(['artifact'])}
        yield 'part: no body', 'invalid', {'content_type': 'text/plain'}
        yield 'part: reference to a process', 'invalid', {'body_raw_ref': maker.id(['process'])}
    elif name == 'contents':
        yield 'contents: key is no language', 'invalid', {'not a language': {'name': 'x'}}
        yield 'contents: text for an object', 'invalid', {'de': 'x'}
        yield 'contents: empty', 'invalid', {}
        yield 'contents: number', None, {'de': {'name': 5}}
    elif name == 'statement':
        yield 'statement: none', 'invalid', {}
        yield 'statement: number', 'invalid', {'statement': 5}
    elif name == 'environment':
        yield 'dictionary: number for a text', 'invalid', {'path': 5}
    elif name == 'sockopts':
        yield 'socket options: text for a number', 'invalid', {'SO_DEBUG': 'a'}
        yield 'socket options: unknown name', None, {'OWN_OPTION': 1}
    elif name == 'ipfix':
        yield 'IPFIX: list for a value', 'invalid', {'octetDeltaCount': [1]}
    elif name == 'exif':
        yield 'EXIF: list for a value', 'invalid', {'Make': ['a']}
    elif name in ('headers', 'httpheaders'):
        yield 'headers: text for a list', None, {'Host': 'example.org'}
    elif name == 'stream':
        yield 'stream: no name', 'invalid', {'size': 1}
    elif name == 'pesection':
        yield 'section: no name', 'invalid', {'size': 1}
        yield 'section: entropy below 0', None, {'name': '.text', 'entropy': -1.0}


def whole_mutations(maker, made):
    """(label, expectation, new object) where more than one property matters."""
    dice = maker.dice
    name = made['type']
    observable = name in SCOS
    uuid = made['id'].split('--')[1]

    def with_(**changes):
        changed = copy.deepcopy(made)
        changed.update(changes)
        return changed

    def without(*keys):
        return {key: value for key, value in made.items() if key not in keys}

    yield 'id: of another type', 'invalid', with_(id=f"{'tool' if name != 'tool' else 'malware'}--{uuid}")
    label, spoil = dice.one(IDENTIFIERS)
    yield f'id: {label}', 'invalid', with_(id=spoil(name, uuid))
    yield 'id: missing', 'invalid', without('id')
    yield 'id: UUID in capitals', None, with_(id=f'{name}--{uuid.upper()}')
    if not observable:
        yield 'id: UUID version 1', 'valid', with_(id=f'{name}--7a1c9f6e-8b3d-11ee-b9d1-0242ac120002')
        yield 'spec_version: missing', None, without('spec_version')
        yield 'created: missing', 'invalid', without('created')
        yield 'created: without milliseconds', 'invalid', with_(created='2024-01-01T00:00:00Z', **({} if name == 'marking-definition' else {'modified': '2024-01-01T00:00:00.000Z'}))
        if name != 'marking-definition':
            yield 'modified: missing', 'invalid', without('modified')
            yield 'modified before created', 'invalid', with_(created='2024-02-01T00:00:00.000Z', modified='2024-01-31T23:59:59.999Z')
    else:
        if name != 'process' and contributions(made):
            yield 'id: deterministic of another value', 'valid', with_(id=f'{name}--{NAMESPACE}'.replace('-aa42-466c-', '-aa42-566c-'))
        yield 'observable with created', None, with_(created='2024-01-01T00:00:00.000Z')
        yield 'observable with created_by_ref', None, with_(created_by_ref=maker.id(['identity']))
        yield 'defanged: text', 'invalid', with_(defanged='yes')
    yield 'spec_version: 2.2', 'invalid', with_(spec_version='2.2')
    yield 'spec_version: number', 'invalid', with_(spec_version=2.1)
    yield 'type: in capitals', 'invalid', with_(type=name.upper(), id=f'{name.upper()}--{uuid}')
    yield 'own property: x_', None, with_(x_example_rank=5)
    yield 'own property: without x_', None, with_(example_rank=5)
    yield 'own property: capitals', 'invalid', with_(**{'exampleRank': 5})
    yield 'own property: dash', 'invalid', with_(**{'example-rank': 5})
    yield 'own property: begins with a digit', 'invalid', with_(**{'1example': 5})
    yield 'own property: two letters', 'invalid', with_(xy=5)
    yield 'own property: 251 letters', 'invalid', with_(**{'x' * 251: 5})
    yield 'own property: empty list', 'invalid', with_(x_example_list=[])
    yield 'own property: null', 'invalid', with_(x_example_none=None)
    yield 'marking: of another type', 'invalid', with_(object_marking_refs=[maker.id(['identity'])])
    yield 'marking: twice', None, with_(object_marking_refs=[TLP_GREEN_1, TLP_GREEN_1])
    good = {'marking_ref': TLP_GREEN_1, 'selectors': ['type']}
    if name == 'marking-definition':
        yield 'marking: of itself', 'invalid', with_(object_marking_refs=[made['id']])
        yield 'granular: of itself', 'invalid', with_(granular_markings=[{'marking_ref': made['id'], 'selectors': ['name']}], name='a')
    for label, expect, part in [
        ('granular: nothing selected', 'invalid', dict(good, selectors=['no_such_property'])),
        ('granular: beyond a list', 'invalid', dict(good, selectors=['object_marking_refs.[7]'])),
        ('granular: index without brackets', 'invalid', dict(good, selectors=['object_marking_refs.0'])),
        ('granular: no selectors', 'invalid', {'marking_ref': TLP_GREEN_1}),
        ('granular: empty selectors', 'invalid', dict(good, selectors=[])),
        ('granular: empty selector', 'invalid', dict(good, selectors=[''])),
        ('granular: marking and language', 'invalid', dict(good, lang='de')),
        ('granular: neither marking nor language', 'invalid', {'selectors': ['type']}),
        ('granular: marking is an identity', 'invalid', dict(good, marking_ref=maker.id(['identity']))),
        ('granular: language that is none', 'invalid', {'lang': 'not a language', 'selectors': ['type']}),
        ('granular: selects the type', 'valid', good),
        ('granular: text', 'invalid', 'type'),
    ]:
        yield label, expect, with_(granular_markings=[part], object_marking_refs=[TLP_GREEN_1])
    yield 'granular: empty list', 'invalid', with_(granular_markings=[])
    if name not in META:
        yield 'extension: empty extensions', 'invalid', with_(extensions={})
        yield 'extension: empty body', 'invalid', with_(extensions={OWN_EXTENSION: {}})
        yield 'extension: body is a text', 'invalid', with_(extensions={OWN_EXTENSION: 'a'})
        yield 'extension: unknown kind', 'invalid', with_(extensions={OWN_EXTENSION: {'extension_type': 'own-extension'}})
        yield 'extension: top-level properties', 'valid', with_(extensions={OWN_EXTENSION: {'extension_type': 'toplevel-property-extension'}}, rank_own=5)
        yield 'extension: bad identifier', 'invalid', with_(extensions={'extension-definition--17': {'extension_type': 'property-extension'}})
    if not observable and name not in META:
        yield 'confidence: 101', 'invalid', with_(confidence=101)
        yield 'confidence: -1', 'invalid', with_(confidence=-1)
        yield 'external: empty list', 'invalid', with_(external_references=[])
        yield 'revoked: text', 'invalid', with_(revoked='true')
        yield 'labels: text', 'invalid', with_(labels='one')
    yield from own_mutations(maker, made, with_, without)


def own_mutations(maker, made, with_, without):
    """What the specification says of single types in words."""
    name = made['type']
    if name in ('campaign', 'infrastructure', 'intrusion-set', 'malware', 'threat-actor', 'sighting'):
        yield 'last_seen before first_seen', 'invalid', with_(first_seen='2024-02-01T00:00:00Z', last_seen='2024-01-01T00:00:00Z')
        yield 'last_seen equal to first_seen', 'valid', with_(first_seen='2024-02-01T00:00:00Z', last_seen='2024-02-01T00:00:00.000Z')
    if name == 'indicator':
        yield 'valid_until equal to valid_from', 'invalid', with_(valid_until=made['valid_from'])
        yield 'valid_until before valid_from', 'invalid', with_(valid_until='2020-01-01T00:00:00Z')
        yield 'pattern of another language', 'valid', with_(pattern_type='snort', pattern='alert tcp any any -> any any', **({'pattern_version': '3.1'} if 'pattern_version' in made else {}))
        yield 'pattern_type: own word', 'valid', with_(pattern_type='own-language', pattern='anything')
    elif name == 'relationship':
        yield 'stop_time before start_time', 'invalid', with_(start_time='2024-02-01T00:00:00Z', stop_time='2024-01-01T00:00:00Z')
        yield 'stop_time equal to start_time', 'invalid', with_(start_time='2024-02-01T00:00:00Z', stop_time='2024-02-01T00:00:00Z')
        yield 'relationship_type: own word', 'valid', with_(relationship_type='own-word')
        yield 'relationship_type: underscore', 'invalid', with_(relationship_type='own_word')
        yield 'relationship_type: capitals', 'invalid', with_(relationship_type='Uses')
        yield 'relationship to a relationship', 'invalid', with_(target_ref=maker.id(['relationship']))
        yield 'relationship to a bundle', 'invalid', with_(target_ref=maker.id(['bundle']))
        yield 'relationship to a marking', 'invalid', with_(target_ref=TLP_GREEN_1)
        yield 'relationship of types that do not fit', 'valid', with_(relationship_type='exploits', source_ref=maker.id(['note']), target_ref=maker.id(['mutex']))
    elif name == 'sighting':
        yield 'sighting: of an observable', 'invalid', with_(sighting_of_ref=maker.id(['ipv4-addr']))
        yield 'sighting: count above the greatest', 'invalid', with_(count=1_000_000_000)
    elif name == 'observed-data':
        yield 'last_observed before first_observed', 'invalid', with_(first_observed='2024-02-01T00:00:00Z', last_observed='2024-01-01T00:00:00Z')
        yield 'observed: neither objects nor references', 'invalid', without('object_refs')
        yield 'observed: both objects and references', 'invalid', with_(objects={'0': {'type': 'mutex', 'name': 'a', 'id': maker.id(['mutex'])}})
        changed = without('object_refs')
        changed['objects'] = {'0': {'type': 'mutex', 'id': maker.id(['mutex']), 'name': 'a'}}
        changed.pop('granular_markings', None)
        yield 'observed: objects inside', 'valid', changed
        changed = copy.deepcopy(changed)
        del changed['objects']['0']['name']
        yield 'observed: object inside without name', 'invalid', changed
        yield 'observed: zero times', 'invalid', with_(number_observed=0)
        yield 'observed: above the greatest', 'invalid', with_(number_observed=1_000_000_000)
    elif name == 'location':
        bare = without('region', 'country', 'latitude', 'longitude', 'precision', 'granular_markings')
        yield 'location: nowhere', 'invalid', bare
        yield 'location: latitude without longitude', 'invalid', dict(bare, latitude=41.3, country='AL')
        yield 'location: precision without place', 'invalid', dict(bare, precision=10.0, country='AL')
        yield 'location: latitude 91', 'invalid', dict(bare, latitude=91.0, longitude=0.0)
        yield 'location: longitude -181', 'invalid', dict(bare, latitude=1.0, longitude=-181.0)
    elif name == 'malware':
        changed = without('name', 'granular_markings')
        changed['is_family'] = True
        yield 'malware: family without name', 'invalid', changed
    elif name == 'malware-analysis':
        yield 'analysis: neither result nor observables', 'invalid', without('result', 'analysis_sco_refs', 'granular_markings')
        yield 'analysis: ended before started', None, with_(analysis_started='2024-02-01T00:00:00Z', analysis_ended='2024-01-01T00:00:00Z')
    elif name == 'artifact':
        bare = without('payload_bin', 'url', 'hashes', 'granular_markings')
        yield 'artifact: neither payload nor URL', 'invalid', bare
        yield 'artifact: payload and URL', 'invalid', dict(bare, payload_bin='YWJj', url='https://example.org/a', hashes={'MD5': 'a' * 32})
        yield 'artifact: URL without hashes', 'invalid', dict(bare, url='https://example.org/a')
        yield 'artifact: key without algorithm', 'invalid', dict({key: value for key, value in bare.items() if key != 'encryption_algorithm'}, payload_bin='YWJj', decryption_key='a')
    elif name == 'email-message':
        yield 'e-mail: parts in a simple message', 'invalid', dict(without('body'), is_multipart=False, body_multipart=[{'body': 'a'}])
        yield 'e-mail: body in a multipart message', 'invalid', dict(without('body_multipart', 'granular_markings'), is_multipart=True, body='a')
    elif name == 'file':
        yield 'file: neither hashes nor name', 'invalid', without('hashes', 'name', 'granular_markings')
        yield 'file: size below 0', 'invalid', with_(size=-1)
        for key in ('ntfs-ext', 'pdf-ext', 'raster-image-ext'):
            yield f'{key}: nothing', 'invalid', with_(extensions={key: {}})
        yield 'archive-ext: nothing', 'invalid', with_(extensions={'archive-ext': {}})
        yield 'extension of another type', None, with_(extensions={'tcp-ext': {'src_flags_hex': 'ab'}})
        yield 'extension of an old custom kind', None, with_(extensions={'x-example-com-own-ext': {'rank': 5}})
        yield 'windows-pebinary-ext: optional header is empty', 'invalid', with_(extensions={'windows-pebinary-ext': {'pe_type': 'exe', 'optional_header': {}}})
    elif name == 'network-traffic':
        yield 'traffic: no end', 'invalid', without('src_ref', 'dst_ref', 'granular_markings')
        yield 'traffic: ended and active', 'invalid', with_(start='2024-01-01T00:00:00Z', end='2024-01-02T00:00:00Z', is_active=True)
        yield 'traffic: end before start', 'invalid', with_(start='2024-02-01T00:00:00Z', end='2024-01-02T00:00:00Z', is_active=False)
        yield 'traffic: port 65536', 'invalid', with_(dst_port=65536)
        yield 'tcp-ext: nothing', 'invalid', with_(extensions={'tcp-ext': {}})
        yield 'socket-ext: descriptor below 0', 'invalid', with_(extensions={'socket-ext': {'address_family': 'AF_INET', 'socket_descriptor': -1}})
        yield 'traffic: protocols missing', 'invalid', without('protocols', 'granular_markings')
    elif name in ('process', 'user-account', 'windows-registry-key', 'x509-certificate'):
        common = ('type', 'id', 'spec_version')
        yield f'{name}: nothing', 'invalid', {key: value for key, value in made.items() if key in common}
        if name == 'process':
            yield 'process: UUID version 5', 'invalid', with_(id='process--00abedb4-aa42-566c-9c01-fed23315a9b7')
            yield 'windows-process-ext: nothing', 'invalid', with_(extensions={'windows-process-ext': {}})
            yield 'windows-service-ext: nothing', 'invalid', with_(extensions={'windows-service-ext': {}})
            yield 'process: priority without _CLASS', 'valid', with_(extensions={'windows-process-ext': {'priority': 'HIGH'}})
        else:
            bare = {'type': name, 'id': 'x'}
            if name == 'user-account':
                bare['display_name'] = 'a'
            elif name == 'windows-registry-key':
                bare['number_of_subkeys'] = 1
            else:
                bare['issuer'] = 'a'
            yield 'id: version 5 without contributing property', 'invalid', dict(bare, id=f'{name}--00abedb4-aa42-566c-9c01-fed23315a9b7')
    elif name == 'extension-definition':
        yield 'definition: no author', 'invalid', without('created_by_ref', 'granular_markings')
        yield 'definition: properties of its own without naming them', 'valid', dict(without('extension_properties', 'granular_markings'), extension_types=['toplevel-property-extension'])
        yield 'definition: empty list of properties', 'invalid', with_(extension_properties=[])
    elif name == 'marking-definition':
        yield 'marking: type without definition', 'invalid', without('definition', 'granular_markings')
        yield 'marking: definition without type', 'invalid', without('definition_type', 'granular_markings')
        yield 'marking: neither definition nor extension', 'invalid', without('definition', 'definition_type', 'granular_markings')
        yield 'marking: own definition type', None, with_(definition_type='own-kind', definition={'own': 'a'})
        yield 'marking: own TLP', 'invalid', with_(definition_type='tlp', definition={'tlp': 'green'})
        yield 'marking: with modified', None, with_(modified=made['created'])
    elif name == 'language-content':
        yield 'language of a language', None, with_(object_ref=maker.id(['language-content']))


TLP = [('white', '613f2e26-407d-48c7-9eca-b8e91df99dc9'), ('green', '34098fce-860f-48ae-8e50-ebd3cc5e41da'),
       ('amber', 'f88d31f6-486f-44da-b317-01333bde0b82'), ('red', '5e57c739-391a-4eb3-b6be-7d15ca92d5ed')]


def special(maker):
    """Objects that no table makes."""
    for colour, uuid in TLP:
        made = {'type': 'marking-definition', 'spec_version': '2.1', 'id': f'marking-definition--{uuid}',
                'created': '2017-01-20T00:00:00.000Z', 'name': f'TLP:{colour.upper()}',
                'definition_type': 'tlp', 'definition': {'tlp': colour}}
        yield 'TLP 1', 'valid', made
        yield 'TLP 1: other time', None, dict(made, created='2018-01-20T00:00:00.000Z')
    base = {'spec_version': '2.1', 'created': '2024-01-01T00:00:00.000Z', 'modified': '2024-01-01T00:00:00.000Z'}
    for number in range(12):
        uuid = maker.dice.uuid()
        thing = dict({'type': 'x-example-thing', 'id': f'x-example-thing--{uuid}'}, **base, rank=number)
        yield 'own type', None, thing
        kind = {OWN_EXTENSION: {'extension_type': 'new-sdo'}}
        yield 'own type by extension', 'valid', dict(thing, type='example-thing', id=f'example-thing--{uuid}', extensions=kind)
        sco = {'type': 'example-fact', 'spec_version': '2.1', 'id': f'example-fact--{uuid}', 'value': 'a'}
        yield 'own observable by extension', 'valid', dict(sco, extensions={OWN_EXTENSION: {'extension_type': 'new-sco'}})
        if number < 3:
            yield 'own type: one letter', 'invalid', dict(thing, type='x', id=f'x--{uuid}')
            yield 'own type: underscore', 'invalid', dict(thing, type='x_thing', id=f'x_thing--{uuid}')
            yield 'own type: 251 letters', 'invalid', dict(thing, type='x' * 251, id=f"{'x' * 251}--{uuid}")
            yield 'own type: two dashes', 'invalid', dict(thing, type='x--thing', id=f'x--thing--{uuid}')
            marking = {'type': 'marking-definition', 'spec_version': '2.1', 'id': f'marking-definition--{uuid}',
                       'created': '2024-01-01T00:00:00.000Z',
                       'extensions': {OWN_EXTENSION: {'extension_type': 'property-extension', 'level': 'a'}}}
            yield 'marking by extension', 'valid', marking


def generate(seed=2026, rounds=24):
    """All cases, always the same."""
    dice = Dice(seed)
    maker = Maker(dice)
    cases = []

    def add(label, expect, made, kind):
        cases.append({'label': label, 'expect': expect, 'kind': kind, 'object': made})

    for name in OBJECTS:
        for _ in range(rounds):
            add('unchanged', 'valid', valid(maker, name), name)
    for label, expect, made in special(maker):
        add(label, expect, made, made['type'])
    for name in OBJECTS:
        seen = {}
        # Every whole mutation once a type, every mutation of a property for one property a type.
        full = valid(maker, name)
        for label, expect, made in whole_mutations(maker, full):
            add(label, expect, made, name)
        for round_ in range(6):
            full = valid(maker, name)
            table = OBJECTS[name] + (COMMON_SCO if name in SCOS else COMMON)
            for key, optional, kind in rows(table):
                if key not in full:
                    continue
                full_without_parts = {k: v for k, v in full.items() if k != 'granular_markings'}
                if not optional and (name, key) not in seen:
                    seen[name, key] = True
                    missing = {k: v for k, v in full_without_parts.items() if k != key}
                    add(f'missing: {key}', 'invalid', missing, name)
                for label, expect, value in property_mutations(maker, kind, full[key]):
                    if (label, kind) in seen:
                        continue
                    seen[label, kind] = True
                    add(label, expect, dict(full_without_parts, **{key: value}), name)
        if name in ('campaign', 'note', 'relationship'):
            for key in ('created', 'modified'):
                for label, expect, value in property_mutations(maker, 'time', full[key], True):
                    add(label, expect, dict(full, **{key: value}), name)
    for (name, extension), table in EXTENSIONS.items():
        seen = set()
        for round_ in range(6):
            full = valid(maker, name)
            full.pop('granular_markings', None)
            body = maker.fill(table, 80)
            if not body:
                continue
            for key, optional, kind in rows(table):
                if key not in body:
                    continue
                if not optional and key not in seen:
                    seen.add(key)
                    rest = {k: v for k, v in body.items() if k != key}
                    add(f'{extension}: missing {key}', 'invalid', dict(full, extensions={extension: rest}), name)
                for label, expect, value in property_mutations(maker, kind, body[key]):
                    if (label, kind) in seen:
                        continue
                    seen.add((label, kind))
                    add(f'{extension}: {label}', expect, dict(full, extensions={extension: dict(body, **{key: value})}), name)
    return cases


if __name__ == '__main__':
    for case in generate():
        print(json.dumps(case, ensure_ascii=False))
