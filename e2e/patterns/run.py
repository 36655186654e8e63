"""Patterns as we read and match them beside stix2-patterns and stix2-matcher.

    run.py PROGRAM          fails on a difference that is in no class, or whose class has no row in
                            docs/stix/agreement-patterns.md
    run.py PROGRAM --show CLASS   shows cases of a class
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import classes
import oracle
from made import READ, SEED, Maker
from stix2matcher.matcher import Pattern
from stix2patterns.validator import run_validator

DOCUMENT = Path(__file__).parents[2] / 'docs/stix/agreement-patterns.md'


def ours(program, patterns, bundles):
    """Our answers: for each bundle, for each pattern."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / 'patterns').write_text(''.join(f'{one}\n' for one in patterns), encoding='utf-8')
        lines = (json.dumps(one, ensure_ascii=False) for one in bundles)
        (folder / 'bundles').write_text(''.join(f'{one}\n' for one in lines), encoding='utf-8')
        command = [program, 'match', '--patterns', folder / 'patterns', '--observations', folder / 'bundles', '--each', '--json']
        done = subprocess.run(command, capture_output=True, text=True, check=False, encoding='utf-8')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(patterns) * len(bundles):
        sys.exit(f'{program} gave {len(answers)} answers: {done.stderr}')
    for answer, pattern in zip(answers, patterns * len(bundles)):
        assert answer['pattern'] == pattern, (answer, pattern)
    size = len(patterns)
    return [answers[at * size:(at + 1) * size] for at in range(len(bundles))]


class Theirs:
    """stix2-matcher's answer, or what it raises."""

    def __init__(self, text):
        self.pattern = Pattern(text, stix_version='2.1')

    def match(self, bundle):
        try:
            return bool(self.pattern.match([bundle])), None
        except Exception as error:  # whatever it raises is its answer
            text = str(error)
            for known in ('Nonhomogenous set', 'Invalid timestamp', 'Invalid IPv4 address', 'Invalid CIDR subnet'):
                if text.startswith(known):
                    return None, known
            if type(error).__name__ in ('Error', 'UnicodeDecodeError'):
                return None, 'bytes'
            return None, f'{type(error).__name__}: {text}'


class Report:
    def __init__(self):
        self.agreed = Counter()
        self.differ = Counter()
        self.examples = defaultdict(list)
        self.unlisted = []

    def agree(self, what):
        self.agreed[what] += 1

    def difference(self, name, *case):
        if name is None:
            self.unlisted.append(case)
        else:
            self.differ[name] += 1
            self.examples[name].append(case)


def comparisons(program, report):
    """One observation, one comparison expression."""
    maker = Maker(SEED)
    trees = [maker.comparison() for _ in range(500)]
    bundles = [maker.single(number) for number in range(12)]
    texts = [f'[{tree}]' for tree in trees]
    answers = ours(program, texts, bundles)
    for at, (tree, text) in enumerate(zip(trees, texts)):
        theirs = Theirs(text)
        for bundle, row in zip(bundles, answers):
            answer = row[at]
            verdict, raised = theirs.match(bundle)
            if 'error' not in answer and answer['matched'] == verdict:
                report.agree('matched' if verdict else 'not matched')
            else:
                report.difference(classes.of_comparison(tree, bundle, raised), text, bundle, answer, verdict or raised)


def streams(program, report):
    """Several observations in time: the two matchers, and trying everything."""
    maker = Maker(SEED + 1)
    trees = [maker.expression() for _ in range(400)]
    bundles = [maker.stream(number) for number in range(12)]
    texts = [str(tree) for tree in trees]
    answers = ours(program, texts, bundles)
    judged = {}

    def holds(bracket, bundle, at):
        key = (str(bracket), bundle['id'], at)
        if key not in judged:
            one = [*bundle['objects'][at:at + 1], *(other for other in bundle['objects'] if other['type'] != 'observed-data')]
            judged[key] = Theirs(str(bracket)).match({**bundle, 'objects': one})[0]
        return judged[key]

    for at, (tree, text) in enumerate(zip(trees, texts)):
        theirs = Theirs(text)
        for bundle, row in zip(bundles, answers):
            answer = row[at]
            verdict, raised = theirs.match(bundle)
            seen = [one for one in bundle['objects'] if one['type'] == 'observed-data']
            events = [
                {'first': int(one['first_observed'][17:19]), 'last': int(one['last_observed'][17:19]), 'number': one['number_observed']}
                for one in seen
            ]
            plain = oracle.matches(tree, events, lambda bracket, at, bundle=bundle: holds(bracket, bundle, at))
            if answer.get('matched') != plain:
                report.difference(None, text, bundle, answer, f'trying everything: {plain}')
            elif answer['matched'] == verdict:
                report.agree('matched in time' if verdict else 'not matched in time')
                if verdict:
                    named = [one for one in bundle['objects'] if one['type'] != 'observed-data' or one['id'] in answer['by']]
                    if theirs.match({**bundle, 'objects': named})[0] is not True:
                        report.difference(None, text, bundle, answer, 'what is named does not match by itself')
            else:
                spans = any(event['first'] != event['last'] for event in events)
                name = 'one moment' if verdict and spans else None
                report.difference(name, text, bundle, answer, verdict or raised)


def readings(program, report):
    """Texts that may be patterns."""
    maker = Maker(SEED + 2)
    good = [f'[{maker.comparison()}]' for _ in range(600)] + [str(maker.expression()) for _ in range(400)]
    good = [one for one in good if '\n' not in one]
    texts = READ + good + [maker.mutated(one) for one in good + good]
    texts = [one for one in dict.fromkeys(texts) if one and not one.startswith('#') and one.isprintable()]
    answers = ours(program, texts, [maker.single(1)])[0]
    for text, answer in zip(texts, answers):
        try:
            errors = run_validator(text, '2.1')
        except Exception as error:  # it falls over some texts
            errors = [f'{type(error).__name__}: {error}']
        theirs = '\n'.join(errors)
        mine = answer.get('error')
        if bool(mine) == bool(theirs):
            report.agree('refused' if mine else 'read')
        else:
            report.difference(classes.of_reading(text, mine, theirs), text, mine, theirs)


def main():
    program = Path(sys.argv[1]).resolve()
    report = Report()
    for part in (comparisons, streams, readings):
        part(program, report)
    if '--show' in sys.argv:
        for case in report.examples[sys.argv[sys.argv.index('--show') + 1]][:10]:
            print(*case, sep='\n', end='\n\n')
    document = DOCUMENT.read_text(encoding='utf-8')
    missing = [name for name in classes.NAMES if f'| {name} |' not in document]
    for name in missing:
        print(f'FAILED {name} has no row in {DOCUMENT.name}')
    for case in report.unlisted[:10]:
        print('FAILED in no class:', *case, sep='\n', end='\n\n')
    for name, count in sorted(report.agreed.items()):
        print(f'agreed, {name}: {count}')
    for name, count in sorted(report.differ.items()):
        print(f'differ, {name}: {count}')
    passed = sum(report.agreed.values()) + sum(report.differ.values())
    failed = len(report.unlisted) + len(missing)
    print(f'test result: {"FAILED" if failed else "ok"}. {passed} passed; {failed} failed')
    sys.exit(1 if failed else 0)


main()
