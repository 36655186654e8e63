"""MISP events through `entente convert` and through misp-stix, side by side.

    misp.py PROGRAM [SEED]

Made events of every type that MISP knows and of every object template that its packages hold,
events tagged with the clusters of real galaxies, and a feed of warning lists. Checked are:

- which STIX objects become of each event, by type and number, and the identifiers of identities,
  reports and observations; every disagreement must be listed in docs/stix/misp.md;
- that each event comes back from our STIX equal, and that a feed that we write is read by PyMISP;
- that misp-stix reads our attributes out of STIX, and we its.
"""

import copy
import hashlib
import json
import logging
import random
import re
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

import pymisp
import pymispgalaxies
import pymispwarninglists
import stix2
from misp_stix_converter import InternalSTIX2toMISPParser, MISPtoSTIX21Parser
from pymisp import MISPEvent

ROOT = Path(__file__).parents[2]
LISTED = ROOT / 'docs/stix/misp.md'
DATA = Path(pymisp.__file__).parent / 'data'
TYPES = json.loads((DATA / 'describeTypes.json').read_text())['result']
GALAXIES = Path(pymispgalaxies.__file__).parent / 'data/misp-galaxy'

chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)


def new_uuid():
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def digest(length):
    return ''.join(chance.choice('0123456789abcdef') for _ in range(length))


LENGTHS = {'md5': 32, 'sha1': 40, 'sha224': 56, 'sha256': 64, 'sha384': 96, 'sha512': 128, 'sha512/224': 56,
           'sha512/256': 64, 'sha3-224': 56, 'sha3-256': 64, 'sha3-384': 96, 'sha3-512': 128, 'authentihash': 64,
           'imphash': 32, 'pehash': 40, 'cdhash': 40, 'telfhash': 70, 'vhash': 40, 'git-commit-id': 40,
           'ja3-fingerprint-md5': 32, 'jarm-fingerprint': 62, 'hassh-md5': 32, 'hasshserver-md5': 32, 'dom-hash': 32, 'hex': 8}


def value_of(kind):
    """A value of the type that PyMISP takes."""
    number = chance.randrange(1, 250)
    if kind in LENGTHS:
        return digest(LENGTHS[kind])
    if kind == 'ssdeep':
        return f'96:{digest(20)}:{digest(12)}'
    if kind == 'impfuzzy':
        return f'3:{digest(20)}:{digest(12)}'
    if kind == 'tlsh':
        return digest(70)
    if kind in ('eppn', 'target-email', 'whois-registrant-email', 'dns-soa-email', 'jabber-id'):
        return f'd{number}@example.com'
    if kind.startswith('filename|'):
        return f'file{number}.exe|{value_of(kind[9:])}'
    if kind.startswith('x509-fingerprint-'):
        return value_of(kind[17:])
    simple = {
        'malware-sample': lambda: f'bad{number}.exe|{digest(32)}',
        'ip-src': lambda: f'198.51.100.{number}', 'ip-dst': lambda: f'2001:db8::{number:x}',
        'ip-src|port': lambda: f'198.51.100.{number}|{number}', 'ip-dst|port': lambda: f'198.51.100.{number}|443',
        'domain|ip': lambda: f'd{number}.example.com|198.51.100.{number}',
        'hostname|port': lambda: f'h{number}.example.com|8080',
        'domain': lambda: f'd{number}.example.com', 'hostname': lambda: f'h{number}.example.com',
        'url': lambda: f'https://example.com/{number}', 'uri': lambda: f'/path/{number}', 'link': lambda: f'https://example.org/{number}',
        'email': lambda: f'a{number}@example.com', 'email-src': lambda: f'b{number}@example.com',
        'email-dst': lambda: f'c{number}@example.com', 'mac-address': lambda: f'00:00:5e:00:53:{number:02x}',
        'AS': lambda: str(64496 + number), 'port': lambda: str(number), 'size-in-bytes': lambda: str(number * 100),
        'regkey': lambda: f'HKEY_LOCAL_MACHINE\\Software\\It{number}',
        'regkey|value': lambda: f'HKEY_LOCAL_MACHINE\\Software|data{number}',
        'vulnerability': lambda: f'CVE-2024-{1000 + number}', 'datetime': lambda: '2024-03-04T05:06:07.000000+0000',
        'boolean': lambda: '1', 'float': lambda: f'{number}.5', 'integer': lambda: str(number), 'counter': lambda: str(number),
        'http-method': lambda: 'POST', 'ssh-fingerprint': lambda: ':'.join(digest(2) for _ in range(16)),
        'weakness': lambda: f'CWE-{number}', 'btc': lambda: '1BoatSLRHtKNngkdXEeobR76b53LETtpyT', 'dash': lambda: 'X' + digest(30),
        'xmr': lambda: '4' + digest(90), 'bank-account-nr': lambda: digest(0) + str(10_000_000 + number), 'aba-rtn': lambda: '021000021',
        'mac-eui-64': lambda: '00:00:5e:ff:fe:00:53:01', 'edge-extension-id': lambda: 'a' * 32, 'chrome-extension-id': lambda: 'a' * 32,
        'cortex': lambda: '{}', 'onion-address': lambda: 'expyuzz4wqqyqhjn.onion', 'stix2-pattern': lambda: "[domain-name:value = 'example.com']",
        'uuid': new_uuid, 'cpe': lambda: f'cpe:2.3:a:vendor:product:{number}:*:*:*:*:*:*:*',
    }
    return simple[kind]() if kind in simple else f'{kind} {number}'


def attribute(kind, to_ids=None, **more):
    default = TYPES['sane_defaults'][kind]
    made = {'uuid': new_uuid(), 'type': kind, 'category': default['default_category'], 'value': value_of(kind),
            'to_ids': bool(default['to_ids']) if to_ids is None else to_ids, 'timestamp': '1700000000',
            'comment': '', 'distribution': '5', 'deleted': False, 'disable_correlation': False}
    if kind in ('attachment', 'malware-sample'):
        made['data'] = 'aGVsbG8='
    made.update(more)
    return made


def event(**parts):
    made = {'uuid': new_uuid(), 'info': 'An event', 'date': '2023-11-14', 'timestamp': '1700000000', 'published': True,
            'publish_timestamp': '1700000100', 'threat_level_id': '2', 'analysis': '1', 'distribution': '1',
            'Orgc': {'name': 'A CSIRT', 'uuid': new_uuid()}}
    made.update(parts)
    return {'Event': made}


def templates():
    for path in sorted((DATA / 'misp-objects/objects').glob('*/definition.json')):
        yield json.loads(path.read_text(encoding='utf-8'))


def misp_object(template, to_ids):
    """An object with each attribute that its template names, once."""
    made = []
    for relation, described in sorted(template['attributes'].items()):
        kind = described['misp-attribute']
        more = {'object_relation': relation}
        if described.get('values_list'):
            more['value'] = described['values_list'][0]
        elif described.get('sane_default'):
            more['value'] = described['sane_default'][0]
        if kind not in TYPES['sane_defaults']:
            continue
        one = attribute(kind, to_ids and TYPES['sane_defaults'][kind]['to_ids'] == 1, **more)
        if kind == 'text' and relation in ('size-in-bytes', 'pid', 'parent-pid', 'child-pid', 'number-sections'):
            one['value'] = '17'
        if relation in ('latitude', 'longitude'):
            one['value'] = '12.5'
        made.append(one)
    return {'uuid': new_uuid(), 'name': template['name'], 'meta-category': template['meta-category'],
            'description': template['description'], 'template_uuid': template['uuid'],
            'template_version': str(template['version']), 'timestamp': '1700000000', 'comment': '', 'deleted': False,
            'distribution': '5', 'Attribute': made, 'ObjectReference': []}


def clusters():
    """Of every galaxy some clusters, as an event has them."""
    for path in sorted((GALAXIES / 'clusters').glob('*.json')):
        held = json.loads(path.read_text(encoding='utf-8'))
        shape = json.loads((GALAXIES / 'galaxies' / path.name).read_text(encoding='utf-8'))
        chosen = [one for one in held['values'] if one.get('uuid') and one.get('value')][:3]
        if not chosen:
            continue
        galaxy = {key: shape[key] for key in ('uuid', 'name', 'type', 'description') if key in shape}
        galaxy['GalaxyCluster'] = [
            {'uuid': one['uuid'], 'type': held['type'], 'value': one['value'], 'description': one.get('description', ''),
             'tag_name': f'misp-galaxy:{held["type"]}="{one["value"]}"', 'meta': lists(one.get('meta', {}))}
            for one in chosen]
        yield galaxy


def lists(meta):
    return {key: value if isinstance(value, list) else [str(value)] for key, value in meta.items()}


def cases():
    """Each with a name by which disagreements are listed."""
    for kind in TYPES['types']:
        for to_ids in (False, True):
            yield f'attribute {kind}', event(Attribute=[attribute(kind, to_ids)])
    for template in templates():
        for to_ids in (False, True):
            yield f'object {template["name"]}', event(Object=[misp_object(template, to_ids)])
    for galaxy in clusters():
        yield f'galaxy {galaxy["type"]}', event(Galaxy=[galaxy])
        yield f'galaxy {galaxy["type"]}', event(Attribute=[attribute('domain', Galaxy=[copy.deepcopy(galaxy)])])
    marked = [{'name': name} for name in ('tlp:white', 'tlp:amber', 'tlp:amber+strict', 'misp:confidence-level="unconfident"', 'free')]
    for tag in marked:
        yield 'tags', event(Attribute=[attribute('domain', Tag=[tag])], Tag=[tag])
    seen = {'uuid': new_uuid(), 'date_sighting': '1700000001', 'source': 'a sensor',
            'Organisation': {'uuid': new_uuid(), 'name': 'Another'}}
    for kind in '012':
        yield f'sighting {kind}', event(Attribute=[attribute('domain', True, Sighting=[{**seen, 'type': kind}])])
    said = {'uuid': new_uuid(), 'authors': 'somebody', 'created': '2024-01-02 03:04:05', 'modified': '2024-01-02 03:04:05'}
    yield 'note', event(Attribute=[attribute('domain', Note=[{**said, 'note': 'A note', 'language': 'en'}])])
    yield 'opinion', event(Attribute=[attribute('domain', Opinion=[{**said, 'opinion': 70, 'comment': 'Yes'}])])
    told = attribute('domain')
    yield 'report', event(Attribute=[told], EventReport=[
        {'uuid': new_uuid(), 'name': 'Told', 'content': f'See @[attribute]({told["uuid"]})', 'timestamp': '1700000000'}])
    one, two = (misp_object(next(t for t in templates() if t['name'] == name), False) for name in ('url', 'mutex'))
    one['ObjectReference'] = [{'uuid': new_uuid(), 'object_uuid': one['uuid'], 'referenced_uuid': two['uuid'],
                               'relationship_type': 'related-to', 'timestamp': '1700000000'}]
    yield 'reference', event(Object=[one, two])
    yield 'unpublished', event(published=False, Attribute=[attribute('domain')])
    yield 'empty', event()
    yield 'real', event(Attribute=[attribute(kind) for kind in TYPES['types'] * 2])


def theirs(made):
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(copy.deepcopy(made))
    return json.loads(parser.bundle.serialize())['objects']


def kept(objects):
    """Types and numbers, and the identifiers that both should give."""
    ours = {'extension-definition'}
    types = Counter(one['type'] for one in objects if one['type'] not in ours and one.get('name') != 'Entente')
    named = {one['id'] for one in objects
             if one['type'] in ('identity', 'report', 'grouping', 'observed-data', 'indicator', 'x-misp-object',
                                'x-misp-attribute', 'vulnerability', 'malware', 'threat-actor') and one.get('name') != 'Entente'}
    return types, named


def convert(program, made, directory):
    """All events in one run; the bundles apart by running once for each is too slow."""
    source, target, back = (directory / name for name in ('in.json', 'out.json', 'back.json'))
    source.write_text(json.dumps({'response': made}))
    with target.open('w') as out:
        subprocess.run([program, 'convert', '--to', 'stix', source], check=True, stdout=out, stderr=subprocess.DEVNULL)
    with back.open('w') as out:
        subprocess.run([program, 'convert', '--to', 'misp', target], check=True, stdout=out, stderr=subprocess.DEVNULL)
    held = json.loads(back.read_text())
    return json.loads(target.read_text())['objects'], held.get('response', [held])


def difference(name, ours, others):
    types, named = kept(ours)
    their_types, their_named = kept(others)
    gone, more = their_types - types, types - their_types
    lines = []
    if gone or more:
        tell = lambda counted: ' '.join(f'{number}×{kind}' for kind, number in sorted(counted.items()))
        lines.append(f'{name}: -{tell(gone)} +{tell(more)}')
    elif named != their_named:
        lines.append(f'{name}: other identifiers: {sorted(their_named - named)[:2]}')
    return lines


def listed():
    """The disagreements of the document: `case` in a table's first cell, with * for any text."""
    names = re.findall(r'^\| `([^`]+)` \|', LISTED.read_text(encoding='utf-8').partition('## Where misp-stix')[2], re.M)
    names = [name.replace('\\|', '|') for name in names]
    return {name: re.compile('.*'.join(re.escape(part) for part in name.split('*'))) for name in names}


def feed(program, directory):
    """Warning lists as a MISP feed, to STIX, and to a feed again that PyMISP reads."""
    held = Path(pymispwarninglists.__file__).parent / 'data/misp-warninglists/lists'
    source, stix, target = directory / 'feed', directory / 'feed.json', directory / 'written'
    source.mkdir()
    manifest = {}
    for path in sorted(held.glob('*/list.json'))[:40]:
        warning = json.loads(path.read_text(encoding='utf-8'))
        kind = {'cidr': 'ip-dst', 'hostname': 'domain'}.get(warning['type'], 'text')
        made = event(info=warning['name'], Attribute=[
            attribute(kind, False, value=one) for one in warning['list'][:200] if one])
        key = made['Event']['uuid']
        manifest[key] = {'info': warning['name'], 'timestamp': 1700000000}
        (source / f'{key}.json').write_text(json.dumps(made))
    (source / 'manifest.json').write_text(json.dumps(manifest))
    with stix.open('w') as out:
        subprocess.run([program, 'convert', '--to', 'stix', source], check=True, stdout=out, stderr=subprocess.DEVNULL)
    subprocess.run([program, 'convert', '--to', 'misp', stix, '--feed', target], check=True, stderr=subprocess.DEVNULL)
    written = json.loads((target / 'manifest.json').read_text())
    assert written.keys() == manifest.keys(), 'every event of the feed is in the feed that we write'
    hashes = set((target / 'hashes.csv').read_text().split())
    for key in manifest:
        one = json.loads((target / f'{key}.json').read_text())
        assert one == json.loads((source / f'{key}.json').read_text()), key
        read = MISPEvent()
        read.load_file(target / f'{key}.json')
        assert read.manifest[key]['info'] == written[key]['info']
        assert read.manifest[key]['timestamp'] == written[key]['timestamp']
        for each in one['Event']['Attribute']:
            assert f'{hashlib.md5(each["value"].encode()).hexdigest()},{key}' in hashes, each
    return len(manifest)


# Types of one value in one observable: what both programs read the same out of the other's STIX.
CROSSING = ('md5', 'sha256', 'domain', 'url', 'ip-src', 'ip-dst', 'filename', 'filename|sha1', 'email-src', 'mutex',
            'regkey', 'mac-address', 'ip-dst|port', 'vulnerability', 'btc', 'text')


def cross(program, directory):
    """Our STIX read by misp-stix, and its STIX read by us: type, category, value, to_ids."""
    made = event(Attribute=[attribute(kind, to_ids) for kind in CROSSING for to_ids in (False, True)])
    keys = ('type', 'category', 'value', 'to_ids')
    facts = lambda one: {one['uuid']: tuple(one[key] for key in keys)}
    wanted = {}
    for one in made['Event']['Attribute']:
        wanted.update(facts(one))

    source, target = directory / 'cross.json', directory / 'crossed.json'
    source.write_text(json.dumps(made))
    with target.open('w') as out:
        subprocess.run([program, 'convert', '--to', 'stix', source], check=True, stdout=out, stderr=subprocess.DEVNULL)
    bundle = json.loads(target.read_text())
    for one in bundle['objects']:
        # Its reader knows what it wrote itself by this.
        if 'misp:tool="Entente"' in one.get('labels', []):
            one['labels'] = ['Threat-Report', 'misp:tool="MISP-STIX-Converter"']
    parser = InternalSTIX2toMISPParser()
    parser.load_stix_bundle(stix2.parse(bundle, allow_custom=True))
    parser.parse_stix_bundle()
    read = {}
    for one in parser.misp_event.attributes:
        read.update(facts(one))
    # What STIX has no property for is custom: there to_ids is in our extension alone.
    custom = {one['uuid'] for one in made['Event']['Attribute'] if one['type'] in ('btc', 'text', 'vulnerability')}
    for key, fact in wanted.items():
        assert key in read and (read[key] == fact or key in custom and read[key][:3] == fact[:3]), (fact, read.get(key))

    source.write_text(json.dumps({'type': 'bundle', 'id': 'bundle--' + new_uuid(), 'objects': theirs(made)}))
    with target.open('w') as out:
        subprocess.run([program, 'convert', '--to', 'misp', source], check=True, stdout=out, stderr=subprocess.DEVNULL)
    ours = {}
    for one in json.loads(target.read_text())['Event']['Attribute']:
        ours.update(facts(one))
    for key, fact in wanted.items():
        assert key in ours and (ours[key] == fact or key in custom and ours[key][:3] == fact[:3]), (fact, ours.get(key))
    return 2 * len(wanted)


def main():
    logging.disable(logging.CRITICAL)
    program = sys.argv[1]
    made = list(cases())
    known, used, unlisted = listed(), set(), Counter()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        objects, back = convert(program, [one for _, one in made], directory)
        assert back == [one for _, one in made], 'every event comes back equal'
        by_id = {one['id']: one for one in objects}
        for case, one in made:
            container = by_id.get('report--' + one['Event']['uuid']) or by_id['grouping--' + one['Event']['uuid']]
            ids = [container['id'], container['created_by_ref'], *container['object_refs']]
            ids += [mark for ref in ids if ref in by_id for mark in by_id[ref].get('object_marking_refs', [])]
            ids += [by_id[ref]['created_by_ref'] for ref in ids if by_id.get(ref, {}).get('created_by_ref')]
            ids += [who for ref in ids if ref in by_id for who in by_id[ref].get('where_sighted_refs', [])]
            ours = [by_id[ref] for ref in dict.fromkeys(ids) if ref in by_id]
            try:
                others = theirs(one)
            except Exception:
                others = []
                case = f'{case}: misp-stix fails'
            for line in difference(case, ours, others):
                match = next((name for name, held in known.items() if held.fullmatch(line)), None)
                used.add(match)
                if match is None:
                    unlisted[line] += 1
        crossed = cross(program, directory)
        fed = feed(program, directory)
    for line, number in sorted(unlisted.items()):
        print(f'not listed: {line} ({number})')
    stale = sorted(name for name in known if name not in used)
    for name in stale:
        print(f'listed, and no more so: {name}')
    print(f'{len(made)} events came back equal, {fed} files of a feed were read by PyMISP, {crossed} attributes crossed')
    print(f'{len(used - {None})} disagreements are listed, {len(unlisted)} are not')
    failed = len(unlisted) + len(stale)
    print(f'test result: {"FAILED" if failed else "ok"}. {len(made) + fed + crossed} passed; {failed} failed')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
