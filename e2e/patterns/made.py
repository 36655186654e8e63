"""Patterns and observations at random, always the same: small stocks of names and values, so that
they meet."""

import base64
import random
from dataclasses import dataclass

SEED = 20_261_124


@dataclass
class Test:
    """An object path, an operator, a constant; `EXISTS` has none."""

    path: tuple
    operator: str
    constant: str = ''
    negated: bool = False
    object_type: str = 'x-a'

    def __str__(self):
        path = f'{self.object_type}:' + ''.join(step(one, at) for at, one in enumerate(self.path))
        no = 'NOT ' if self.negated else ''
        if self.operator == 'EXISTS':
            return f'{no}EXISTS {path}'
        return f'{path} {no}{self.operator} {self.constant}'

    def tests(self):
        return [self]


@dataclass
class Both:
    """Comparison expressions joined by AND or OR."""

    word: str
    parts: list

    def __str__(self):
        return f' {self.word} '.join(f'({one})' if isinstance(one, Both) else str(one) for one in self.parts)

    def tests(self):
        return [test for part in self.parts for test in part.tests()]


@dataclass
class Bracket:
    """An observation expression of one comparison."""

    inner: object

    def __str__(self):
        return f'[{self.inner}]'


@dataclass
class Join:
    """Observation expressions joined by AND, OR or FOLLOWEDBY."""

    word: str
    left: object
    right: object

    def __str__(self):
        return f'({self.left} {self.word} {self.right})'


@dataclass
class Qualified:
    """WITHIN with seconds, REPEATS with a number, START with two seconds of the day."""

    inner: object
    word: str
    numbers: tuple

    def __str__(self):
        first = self.numbers[0]
        if self.word == 'WITHIN':
            return f'({self.inner}) WITHIN {first} SECONDS'
        if self.word == 'REPEATS':
            return f'({self.inner}) REPEATS {first} TIMES'
        return f"({self.inner}) START t'{moment(first)}' STOP t'{moment(self.numbers[1])}'"


def step(one, at):
    if isinstance(one, int):
        return f'[{one}]'
    if one == '*':
        return '[*]'
    return ('.' if at else '') + one


def moment(second):
    return f'2026-01-01T00:00:{second:02d}Z'


def identifier(kind, number):
    return f'{kind}--00000000-0000-4000-8000-{number:012d}'


def quoted(text):
    return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


TEXTS = ['', 'a', 'ab', 'abc', 'Abc', 'b', 'ab\n', 'a\nb', '\u00e9', 'e\u0301', '1', 'true', '\u00ff', '\u20ac', "it's \\"]
# A pattern stands on one line.
LINES = [text for text in TEXTS if '\n' not in text]
NUMBERS = [0, 1, 2, -1, 5, 1.0, 1.5, -0.5, 2.25]
TIMES = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01.500Z', '2026-01-01T00:00:01.5Z', '2025-12-31T23:59:59Z']
NETWORKS = ['10.0.0.1', '10.1.0.1', '10.0.0.0/8', '10.1.2.0/24', '192.168.0.7/16']
LIKES = ['%', 'a%', '%b', '_', 'a_c', '%b%', 'ab', '\u00e9', '__', 'A%', '']
EXPRESSIONS = ['b', '^a', 'b$', '^a.*c$', '[ab]{2}', '^$', '(?i)ABC', 'a|\u00e9', 'x?', '^\u00e9$', '\\d', '^.$', "\\\\"]


class Maker:
    """Draws patterns and bundles."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def maybe(self, share):
        return self.dice.random() < share

    def scalar(self):
        dice = self.dice
        return dice.choice([dice.choice(TEXTS), dice.choice(NUMBERS), dice.choice([True, False]), None, dice.choice(TEXTS)])

    def constant(self):
        dice = self.dice
        kind = dice.randrange(8)
        if kind < 3:
            return quoted(dice.choice(LINES))
        if kind < 5:
            return str(dice.choice(NUMBERS))
        if kind == 5:
            return dice.choice(['true', 'false'])
        if kind == 6:
            return dice.choice(["h'61'", "h'6162'", "h'ff'", "b'YWI='", "b'/w=='"])
        return f"t'{dice.choice(TIMES)}'"

    # Comparisons.

    def path(self):
        dice = self.dice
        return dice.choice([
            ('n',), ('s',), ('s',), ('t',), ('d_hex',), ('d_bin',), ('l', 0), ('l', 1), ('l', '*'), ('l', '*'),
            ('o', 'p'), ('o', "'x-y'", 'q'), ('m', '*', 'k'), ('m', 1, 'k'), ('child_ref', 'p'), ('child_refs', '*', 'p'),
            ('child_refs', 0, 'p'), ('child_ref', 'child_ref', 'p'), ('nowhere',), ('child_ref',) if self.maybe(.2) else ('s',),
        ])

    def test(self):
        dice = self.dice
        negated = self.maybe(.2)
        path = self.path()
        kind = dice.randrange(20)
        if kind < 7:
            return Test(path, dice.choice(['=', '!=', '==', '<>']), self.constant(), negated)
        if kind < 11:
            constant = self.constant()
            while constant in ('true', 'false'):
                constant = self.constant()
            return Test(path, dice.choice(['<', '<=', '>', '>=']), constant, negated)
        if kind < 14:
            same = dice.choice([LINES, NUMBERS])
            some = [dice.choice(same) for _ in range(dice.randrange(4))]
            constants = [quoted(one) if isinstance(one, str) else str(one) for one in some]
            if self.maybe(.15):
                constants.append(self.constant())
            return Test(path, 'IN', f"({', '.join(constants)})", negated)
        if kind < 16:
            return Test(path, 'LIKE', quoted(dice.choice(LIKES)), negated)
        if kind < 18:
            return Test(path, 'MATCHES', quoted(dice.choice(EXPRESSIONS)), negated)
        if kind < 19:
            network = dice.choice([*NETWORKS, '0.0.0.0/0', '2001:db8::/32'])
            return Test(('ip',), dice.choice(['ISSUBSET', 'ISSUPERSET']), quoted(network), negated)
        return Test(path, 'EXISTS', '', negated)

    def comparison(self, depth=2):
        if depth == 0 or self.maybe(.7):
            return self.test()
        parts = [self.comparison(depth - 1) for _ in range(self.dice.choice([2, 2, 3]))]
        return Both(self.dice.choice(['AND', 'OR']), parts)

    def members(self):
        dice = self.dice
        members = {'s': dice.choice(TEXTS), 'n': self.scalar()}
        if self.maybe(.7):
            members['l'] = [self.scalar() for _ in range(dice.randrange(4))]
        if self.maybe(.5):
            members['t'] = dice.choice(TIMES) if self.maybe(.9) else self.scalar()
        if self.maybe(.5):
            members['d_hex'] = dice.choice(['61', '6162', 'ff', 'FF', '', 'c3a9']) if self.maybe(.9) else 'xyz'
            members['d_bin'] = base64.b64encode(dice.choice([b'a', b'ab', b'\xff', b''])).decode()
        if self.maybe(.5):
            members['o'] = {'p': self.scalar(), 'x-y': {'q': self.scalar()}}
        if self.maybe(.4):
            members['m'] = [{'k': self.scalar()} for _ in range(dice.randrange(3))]
        if self.maybe(.4):
            members['ip'] = dice.choice(NETWORKS) if self.maybe(.85) else dice.choice(['host', '2001:db8::7', 4, '10.0.0.0/0'])
        return members

    def single(self, number):
        """A bundle of one observation of one or two objects, with those that they refer to."""
        dice = self.dice
        others = [{'type': 'x-b', 'id': identifier('x-b', at), 'p': self.scalar()} for at in (1, 2, 3)]
        others[2]['child_ref'] = identifier('x-b', 1)
        objects = []
        for at in range(dice.choice([1, 1, 2])):
            one = {'type': 'x-a', 'id': identifier('x-a', at + 1), **self.members()}
            if self.maybe(.6):
                one['child_ref'] = identifier('x-b', dice.choice([1, 2, 3, 3, 4] if self.maybe(.2) else [1, 2, 3]))
                one['child_refs'] = [identifier('x-b', at) for at in dice.sample([1, 2, 3], dice.randrange(4))]
            objects.append(one)
        listed = others if self.maybe(.9) else others[:2]
        return bundle(number, [seen(number, 0, 0, 1, [*objects, *listed])], [*objects, *others])

    # Observations in time.

    def expression(self, size=4, depth=4):
        """An expression that binds at most `size` observations."""
        dice = self.dice
        if depth == 0 or self.maybe(.25):
            letters = dice.choice(['a', 'b', 'ab', 'c'])
            tests = [Test(('p',), '=', quoted(one)) for one in letters]
            return Bracket(tests[0] if len(tests) == 1 else Both('OR', tests))
        kind = dice.randrange(9)
        if kind < 5 and size > 1:
            word = ['AND', 'FOLLOWEDBY', 'OR', 'AND', 'FOLLOWEDBY'][kind]
            left = size if word == 'OR' else dice.randrange(1, size)
            right = size if word == 'OR' else size - left
            return Join(word, self.expression(left, depth - 1), self.expression(right, depth - 1))
        if kind < 7:
            return Qualified(self.expression(size, depth - 1), 'WITHIN', (dice.choice([1, 2, 3, 2.5]),))
        if kind == 7 and size > 1:
            times = dice.randrange(2, size + 1)
            return Qualified(self.expression(size // times, depth - 1), 'REPEATS', (times,))
        start = dice.randrange(6)
        return Qualified(self.expression(size, depth - 1), 'START', (start, start + dice.randrange(0, 5)))

    def stream(self, number):
        """A bundle of up to five observations of letters, within a few seconds."""
        dice = self.dice
        observed, objects = [], []
        for at in range(dice.randrange(1, 6)):
            first = dice.randrange(7)
            last = first if self.maybe(.7) else min(6, first + dice.randrange(3))
            letters = dice.choice(['a', 'b', 'ab', 'c'])
            mine = [{'type': 'x-a', 'id': identifier('x-a', 10 * at + n), 'p': one} for n, one in enumerate(letters)]
            objects += mine
            observed.append(seen(100 * number + at, first, last, 2 if self.maybe(.15) else 1, mine))
        return bundle(number, observed, objects)

    # Texts that may be patterns.

    def mutated(self, text):
        """A pattern with something taken out, put in, doubled or exchanged."""
        dice = self.dice
        pieces = [' ', '[', ']', '(', ')', "'", '.', ':', 'AND', 'OR', 'NOT', '=', '<', '1', "t'", '*', ',', '\\', '-', 'x', 'EXISTS', '//', 'é']
        for _ in range(dice.choice([1, 1, 2])):
            at = dice.randrange(len(text) + 1)
            to = min(len(text), at + dice.choice([1, 1, 2, 5]))
            kind = dice.randrange(4)
            if kind == 0:
                text = text[:at] + text[to:]
            elif kind == 1:
                text = text[:at] + dice.choice(pieces) + text[at:]
            elif kind == 2:
                text = text[:to] + text[at:]
            else:
                text = text[:at] + dice.choice(pieces) + text[to:]
        return text.replace('\n', ' ').strip()


def seen(number, first, last, times, objects):
    return {
        'type': 'observed-data',
        'spec_version': '2.1',
        'id': identifier('observed-data', number),
        'created': moment(0),
        'modified': moment(0),
        'first_observed': moment(first),
        'last_observed': moment(last),
        'number_observed': times,
        'object_refs': [one['id'] for one in objects],
    }


def bundle(number, observed, objects):
    return {'type': 'bundle', 'id': identifier('bundle', number), 'objects': [*observed, *objects]}


# What the random patterns seldom come upon, and what the two are known to read differently.
READ = [
    '[a:b = 1 AND c:d = 2]', '[a:b = 1 OR c:d = 2]', '[(a:b = 1 OR c:d = 2) AND a:c = 1]', '[a:b = 1] WITHIN 0 SECONDS',
    '[a:b = 1] REPEATS 0 TIMES', '[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS', '([a:b = 1]) WITHIN 5 SECONDS WITHIN 6 SECONDS',
    "[a:b = t'2026-02-30T00:00:00Z']", "[a:b = t'2026-13-01T00:00:00Z']", "[a:b ISSUBSET 'host']", "[a:b MATCHES '(?=a)']",
    "[a:b MATCHES '(']", "[file:hashes.MD5 = 'x']", "[file:hashes.'SHA-256' LIKE 'a%']", '/* c */ [a:b = 1]', '[a:b = 1] // c',
    '[a:b[-1] = 1]', '[a:b = 99999999999999999999]', '[a:b = 1e5]', "[a:b = h'']", "[a:b = b'']", "[a:b = b'ab==']", '[a:b IN ()]',
    "[a:b IN (1, 'a')]", '[a:b NOT = 1]', '[NOT a:b = 1]', '[NOT EXISTS a:b]', '[a:b EXISTS]', '[a:b = TRUE]', '[a:b > true]',
    '[a:b=1] REPEATS 2 TIMES WITHIN 5 SECONDS', "[a:b=1] START t'2026-01-01T00:00:00Z' STOP t'2025-01-01T00:00:00Z'",
    '[a-b:c-d = 1]', "[a-b:'c-d' = 1]", '[a:AND = 1]', "[a:'AND' = 1]", '[a:b=1]AND[a:b=2]', '[a:b=1AND a:c=2]', '[A:B=1]', '[_a:_b=1]',
    '[1a:b=1]', "[a:b='a\\x']", '[a:b=05]', '[a:b=+5]', '[a:b=.5]', '[a:b=1.]', '[a:b=-0]', '[a:b.*=1]', '[a:b[*][0]=1]', '[a:b[+1]=1]',
    "[a:b = 'x' OR]", '[]', '[a:b]', '[[a:b=1]]', '([a:b=1]', '[a:b=1])', '[a:b = 1 2]', '[a:b LIKE 5]', '[a:b = null]', '[a:b IN (1,)]',
    '(' * 70 + '[a:b=1]' + ')' * 70,
]
