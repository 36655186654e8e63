"""Valid values of every kind that tables.py names."""

import base64
import json
import uuid

from stix2.v21 import vocab

from tables import CONTRIBUTING, EXTENSIONS, SCOS, SDOS, rows

# The namespace of observables' identifiers (section 2.9).
NAMESPACE = uuid.UUID('00abedb4-aa42-466c-9c01-fed23315a9b7')
WORDS = ('harbour relay ledger amber quarry signal turnstile orchard ferry lantern kestrel gravel '
         'Ohrid naïve Šibenik 港口 “quoted” a\\b tab\there').split(' ')
HASHES = {'MD5': 32, 'SHA-1': 40, 'SHA-256': 64, 'SHA-512': 128, 'SHA3-256': 64, 'SHA3-512': 128}
TLP_GREEN_1 = 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da'
PATTERNS = [
    "[ipv4-addr:value = '198.51.100.{n}']",
    "[file:hashes.'SHA-256' = '{h}']",
    "[domain-name:value = 'host-{n}.example.org' OR url:value LIKE 'https://example.net/%']",
    "[email-message:subject MATCHES '^Invoice {n}$'] FOLLOWEDBY [process:name = 'p{n}.exe'] WITHIN 600 SECONDS",
    "([network-traffic:dst_port IN (80, 443, {n})] AND [ipv6-addr:value ISSUBSET '2001:db8::/32']) REPEATS 3 TIMES",
    "[file:size > {n} AND file:name NOT = 'a.txt'] START t'2024-01-01T00:00:00Z' STOP t'2024-06-01T00:00:00Z'",
    "[windows-registry-key:values[*].name = 'Run{n}' AND EXISTS windows-registry-key:key]",
    "[network-traffic:src_ref.value = '203.0.113.{n}' OR process:pid NOT IN (1, {n})]",
]
# Pairs of section 3.1 of the relationships of each object's table.
RELATIONSHIPS = [
    ('attack-pattern', 'targets', 'identity'), ('attack-pattern', 'uses', 'malware'),
    ('campaign', 'attributed-to', 'intrusion-set'), ('campaign', 'compromises', 'infrastructure'),
    ('course-of-action', 'mitigates', 'malware'), ('identity', 'located-at', 'location'),
    ('indicator', 'indicates', 'campaign'), ('indicator', 'based-on', 'observed-data'),
    ('infrastructure', 'communicates-with', 'ipv4-addr'), ('infrastructure', 'hosts', 'tool'),
    ('intrusion-set', 'originates-from', 'location'), ('intrusion-set', 'uses', 'malware'),
    ('malware', 'exploits', 'vulnerability'), ('malware', 'variant-of', 'malware'),
    ('malware-analysis', 'characterizes', 'malware'), ('threat-actor', 'impersonates', 'identity'),
    ('threat-actor', 'owns', 'infrastructure'), ('tool', 'targets', 'location'),
    ('domain-name', 'resolves-to', 'ipv4-addr'), ('ipv4-addr', 'belongs-to', 'autonomous-system'),
    ('grouping', 'related-to', 'report'), ('malware', 'derived-from', 'malware'),
    ('tool', 'duplicate-of', 'tool'),
]


def vocabulary(name):
    """The words of a vocabulary, as stix2 has them."""
    return getattr(vocab, name)


class Maker:
    def __init__(self, dice):
        self.dice = dice
        # When the object at hand was made: microseconds of 2024.
        self.created = 0

    def text(self):
        return ' '.join(self.dice.one(WORDS) for _ in range(self.dice.between(1, 4)))

    def name(self):
        return self.dice.one(WORDS[:11])

    def time(self, micros=None):
        micros = self.dice.below(300 * 86_400_000_000) if micros is None else micros
        day, rest = divmod(micros, 86_400_000_000)
        second, fraction = divmod(rest, 1_000_000)
        month, day = divmod(day, 28)
        digits = self.dice.one(['', '.%03d' % (fraction // 1000), '.%06d' % fraction])
        clock = f'{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}'
        return f'2024-{month + 1:02}-{day + 1:02}T{clock}{digits}Z'

    def common_time(self, micros):
        """`created` and `modified` have milliseconds at least (section 3.2)."""
        day, rest = divmod(micros, 86_400_000_000)
        second, fraction = divmod(rest, 1_000_000)
        month, day = divmod(day, 28)
        clock = f'{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}'
        digits = self.dice.one(['%03d' % (fraction // 1000), '%06d' % fraction])
        return f'2024-{month + 1:02}-{day + 1:02}T{clock}.{digits}Z'

    def id(self, types):
        name = self.dice.one(types)
        if name in SCOS and name != 'process' and self.dice.chance(50):
            return f'{name}--{uuid.uuid5(NAMESPACE, str(self.dice.number()))}'
        return f'{name}--{self.dice.uuid()}'

    def types(self, names):
        if names == 'any':
            return SDOS + SCOS + ['relationship', 'sighting']
        return {'sdo': SDOS, 'related': SDOS + SCOS, 'sco': SCOS, 'observed': SCOS + ['relationship']}.get(names) or names.split('|')

    def of(self, kind, so_far=None):
        """A valid value; `so_far` are the properties before it."""
        name, _, rest = kind.partition(':')
        if name in ('list', 'refs'):
            one = rest if name == 'list' else f'ref:{rest}'
            items = [self.of(one, so_far) for _ in range(self.dice.between(1, 3))]
            different = {json.dumps(item, sort_keys=True): item for item in items}
            return list(different.values())
        return getattr(self, 'make_' + name.replace('-', '_'))(rest, so_far or {})

    def fill(self, table, share):
        made = {}
        for name, optional, kind in rows(table):
            if optional and not self.dice.chance(share):
                continue
            made[name] = self.of(kind, made)
        return made

    def make_text(self, _, __):
        return self.text()

    def make_const(self, value, _):
        return value

    def make_bool(self, _, __):
        return self.dice.chance(50)

    def make_revoked(self, _, __):
        return self.dice.chance(20)

    def make_int(self, bounds, _):
        least, most = map(int, bounds.split(':')[:2])
        return self.dice.one([least, most, self.dice.between(least, most)])

    def make_float(self, bounds, _):
        least, most = map(float, bounds.split(':')[:2])
        return self.dice.one([least, most, round(least + (most - least) * self.dice.below(10_000) / 10_001, 4)])

    def make_time(self, _, __):
        return self.time()

    def make_time_after(self, other, so_far):
        """Equal or later; of the same precision, so that no reading of fractions matters."""
        before = so_far.get(other)
        return self.time() if before is None else self.dice.one([before, '2025' + before[4:]])

    def make_time_later(self, other, so_far):
        before = so_far.get(other)
        return self.time() if before is None else '2025' + before[4:]

    def make_ref(self, names, _):
        if names == 'marking-definition':
            return self.dice.one([TLP_GREEN_1, self.id(['marking-definition'])])
        return self.id(self.types(names))

    def make_vocab(self, name, _):
        return self.dice.one(vocabulary(name))

    make_enum = make_vocab

    def make_lang(self, _, __):
        return self.dice.one(['en', 'sq', 'hr', 'de', 'fr', 'mk', 'en-US', 'zh-Hant'])

    def make_country(self, _, __):
        return self.dice.one(['AL', 'HR', 'MK', 'US', 'DE'])

    def make_external(self, _, __):
        kind = self.dice.below(4)
        if kind == 0:
            return {'source_name': 'cve', 'external_id': f'CVE-2024-{self.dice.between(1000, 99999)}'}
        if kind == 1:
            return {'source_name': 'capec', 'external_id': f'CAPEC-{self.dice.between(1, 700)}'}
        made = {'source_name': self.name(), 'description': self.text()}
        if kind == 3:
            made['url'] = self.make_url('', {})
            made['hashes'] = {'SHA-256': self.dice.hex(64)}
        return made

    def make_killchain(self, _, __):
        phase = self.dice.one(['reconnaissance', 'delivery', 'command-and-control'])
        return {'kill_chain_name': self.dice.one(['lockheed-martin-cyber-kill-chain', 'own-chain']),
                'phase_name': phase}

    def make_hashes(self, _, __):
        names = self.dice.some(list(HASHES))
        made = {name: self.dice.hex(HASHES[name]) for name in names}
        if self.dice.chance(10):
            made['SSDEEP'] = '96:gS1BADkxtM3ykPCmzpDTjDi8E4r9zMQjTsIzpVBJKpDxJA:gS1mWtMTPCm9TjDi8jzMQ'
        return made

    def make_hex(self, _, __):
        return self.dice.hex(2 * self.dice.between(1, 6))

    def make_binary(self, _, __):
        return base64.b64encode(bytes.fromhex(self.dice.hex(2 * self.dice.between(1, 24)))).decode()

    def make_url(self, _, __):
        return f'https://host-{self.dice.below(900)}.example.org/{self.name().lower()}'

    def make_domain(self, _, __):
        return f'host-{self.dice.below(9000)}.example.com'

    def make_email(self, _, __):
        return f'p{self.dice.below(900)}@example.net'

    def make_ipv4(self, _, __):
        return f'198.51.100.{self.dice.below(256)}' + self.dice.one(['', '', '/32', '/24'])

    def make_ipv6(self, _, __):
        return f'2001:db8::{self.dice.below(65536):x}' + self.dice.one(['', '', '/128', '/64'])

    def make_mac(self, _, __):
        return ':'.join(self.dice.hex(2) for _ in range(6))

    def make_mime(self, _, __):
        return self.dice.one(['text/plain', 'application/pdf', 'image/png', 'application/zip'])

    def make_charset(self, _, __):
        return self.dice.one(['UTF-8', 'ISO-8859-1', 'windows-1252'])

    def make_protocol(self, _, __):
        return self.dice.one(['tcp', 'udp', 'http', 'ipv4', 'ipv6', 'icmp', 'https'])

    def make_product(self, _, __):
        return self.dice.one(['anonymized', 'own-scanner', 'sandbox'])

    def make_cpe(self, _, __):
        return f'cpe:2.3:a:example:word:{self.dice.below(90)}:*:*:*:*:*:*:*'

    def make_registry(self, _, __):
        return 'HKEY_LOCAL_MACHINE\\Software\\' + self.name()

    def make_registryvalue(self, _, __):
        return {'name': self.name(), 'data': self.text(), 'data_type': self.dice.one(vocabulary('WINDOWS_REGISTRY_DATATYPE'))}

    def make_part(self, _, __):
        made = {'content_type': 'text/plain; charset=utf-8', 'content_disposition': 'inline'}
        if self.dice.chance(50):
            made['body'] = self.text()
        else:
            made['body_raw_ref'] = self.id(['artifact', 'file'])
        return made

    def make_stream(self, _, __):
        return {'name': self.name(), 'hashes': self.make_hashes('', {}), 'size': self.dice.below(9000)}

    def make_pesection(self, _, __):
        return {'name': '.' + self.name(), 'size': self.dice.below(9000), 'entropy': self.dice.below(80) / 10,
                'hashes': self.make_hashes('', {})}

    def make_peheader(self, _, __):
        return {'magic_hex': '010b', 'size_of_code': self.dice.below(9000), 'image_base': 4194304,
                'checksum_hex': self.dice.hex(8), 'subsystem_hex': '03',
                'hashes': {'SHA-256': self.dice.hex(64)}}

    def make_environment(self, _, __):
        return {'path': '/usr/bin:/bin', 'lang': self.name()}

    def make_startup(self, _, __):
        return {'lpDesktop': 'winsta0', 'lpTitle': self.name(), 'dwFlags': self.dice.hex(8)}

    def make_second(self, _, __):
        return self.time()[:19] + 'Z'

    def make_headers(self, _, __):
        return {'Reply-To': ['p1@example.net', 'p2@example.net'], 'X-Mailer': [self.name()]}

    def make_httpheaders(self, _, __):
        return {'Accept-Encoding': ['gzip'], 'Host': [self.make_domain('', {})]}

    def make_sockopts(self, _, __):
        return {'SO_RCVTIMEO': self.dice.below(100), 'SO_REUSEADDR': 1}

    def make_ipfix(self, _, __):
        return {'minimumIpTotalLength': 32, 'destinationIPv4Address': '198.51.100.9'}

    def make_pdfinfo(self, _, __):
        return {'Title': self.text(), 'Author': self.name()}

    def make_exif(self, _, __):
        return {'Make': self.name(), 'XResolution': self.dice.below(4928)}

    def make_priority(self, _, __):
        return self.dice.one(['HIGH_PRIORITY_CLASS', 'NORMAL_PRIORITY_CLASS'])

    def make_x509v3(self, _, __):
        return {'basic_constraints': 'critical,CA:TRUE', 'key_usage': self.text(),
                'private_key_usage_period_not_before': self.time()}

    def make_version(self, _, __):
        return self.dice.one(['1.0.0', '2.11.3', '0.1.0-alpha.1'])

    def make_relationship(self, _, __):
        return 'exploits'

    def make_statement(self, _, __):
        return {'statement': self.text()}

    def make_contents(self, _, __):
        return {lang: {'name': self.text(), 'aliases': [self.text(), '']}
                for lang in self.dice.some(['de', 'hr', 'sq', 'fr'], 2)}

    def make_pattern(self, _, __):
        return self.dice.one(PATTERNS).replace('{n}', str(self.dice.between(2, 250))).replace('{h}', self.dice.hex(64))

    def extensions_of(self, name):
        """Some of the predefined extensions of a type."""
        own = [(key, table) for (owner, key), table in EXTENSIONS.items() if owner == name]
        return {key: self.fill(table, 60) for key, table in self.dice.some(own, 1)} if own else {}


def contributions(made):
    """What an observable's identifier is derived from: the properties of its type that it has."""
    found = {key: made[key] for key in CONTRIBUTING[made['type']].split() if key in made}
    if 'hashes' in found:
        # Of several hashes one counts, by this order (section 2.9).
        order = [name for name in ('MD5', 'SHA-1', 'SHA-256', 'SHA-512') if name in found['hashes']]
        name = order[0] if order else sorted(found['hashes'])[0]
        found['hashes'] = {name: found['hashes'][name]}
    return found


def canonical(value):
    """RFC 8785, as far as these objects need it: ASCII keys, no exponents."""
    value = json.loads(json.dumps(value), parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text))
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def identifier(made, dice):
    """The deterministic identifier of an observable, or a random one where there is none."""
    found = contributions(made)
    if not found:
        return f"{made['type']}--{dice.uuid()}"
    return f"{made['type']}--{uuid.uuid5(NAMESPACE, canonical(found))}"
