"""Generates objects, asks everybody, and compares at must level and at should level.

    run.py PROGRAM            fails when a disagreement is in no class, a class is without its row in
                              docs/stix/agreement.md, or the figures there are not those of today
    run.py PROGRAM --write    writes the figures into the document
    run.py PROGRAM --show CLASS   shows cases of a class
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import advice
import classes
from cases import generate
from judges import all_judges

DOCUMENT = Path(__file__).parents[2] / 'docs/stix/agreement.md'


def ours(program, cases):
    """The findings of each case: one process, one object a line."""
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl', encoding='utf-8') as file:
        for case in cases:
            file.write(json.dumps(case['object'], ensure_ascii=False) + '\n')
        file.flush()
        done = subprocess.run([program, 'validate', file.name, '--json'], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if not lines or 'summary' not in lines[-1]:
        sys.exit(f'{program} gave no summary: {done.stderr}')
    found = defaultdict(list)
    for line in lines[:-1]:
        found[line['line'] - 1].append(line)
    return [found[number] for number in range(len(cases))], lines[-1]['summary']


def compare(cases, findings, judges):
    """What everybody says of each case: disagreements by class, and what no class explains."""
    counts = Counter()
    agreed = {judge.name: Counter() for judge in judges}
    unlisted = []
    examples = defaultdict(list)
    for case, found in zip(cases, findings):
        musts = [f"{one['rule']}: {one['message']}" for one in found if one['level'] == 'must']
        if case['expect'] and (case['expect'] == 'valid') == bool(musts):
            unlisted.append(('the generator', case, musts or ['(we accept it)']))
        # It derives identifiers by itself; an object as it was made has the right one.
        if case['label'] == 'unchanged' and any(one['rule'] == 'deterministic-id' for one in found):
            unlisted.append(('the generator', case, ['(we derive another identifier)']))
        for judge in judges:
            verdict = case['verdicts'][judge.name]
            if verdict['valid'] == (not musts):
                agreed[judge.name]['valid' if verdict['valid'] else 'invalid'] += 1
                continue
            refuses = 'we' if musts else 'they'
            messages = musts or verdict['errors']
            kinds = classes.of(judge.name, refuses, messages)
            for message, kind in zip(messages, kinds):
                if kind is None:
                    unlisted.append((judge.name, case, [message]))
                elif len(examples[kind.name]) < 5:
                    examples[kind.name].append((judge.name, case, message))
            for name in {kind.name for kind in kinds if kind}:
                counts[name, judge.name] += 1
    return counts, agreed, unlisted, examples


def figures(cases, counts, agreed, judges, should):
    """The generated part of the document."""
    expected = Counter(case['expect'] for case in cases)
    kinds = len({case['kind'] for case in cases})
    labels = len({case['label'] for case in cases})
    lines = [
        f'{len(cases)} objects of {kinds} types, {labels} ways to change them. The specification’s words make '
        f"{expected['valid']} valid, {expected['invalid']} invalid, and leave {expected[None]} open; ours is "
        'its verdict on all of the former two.', '',
        '| peer | both valid | both invalid | we differ |', '|---|---:|---:|---:|',
    ]
    for judge in judges:
        both = agreed[judge.name]
        rest = len(cases) - both['valid'] - both['invalid']
        lines.append(f"| {judge.title} | {both['valid']} | {both['invalid']} | {rest} |")
    lines += ['', 'How often each class below occurs (an object may be in several):', '',
              '| class | ' + ' | '.join(judge.title for judge in judges) + ' |', '|---|' + '---:|' * len(judges)]
    used = {name for name, _ in counts}
    for one in classes.CLASSES:
        if one.name in used:
            cells = ' | '.join(str(counts[one.name, judge.name] or '') for judge in judges)
            lines.append(f'| {one.name} | {cells} |')
    lines += ['', 'What should hold, by kind of advice, on the objects that both hold valid:', '',
              '| advice | both | only ours | only stix2-validator |', '|---|---:|---:|---:|']
    for name, (both, only_ours, only_theirs) in should.items():
        lines.append(f'| {name} | {both} | {only_ours} | {only_theirs} |')
    return '\n'.join(lines)


def main():
    program = sys.argv[1]
    cases = generate()
    findings, _ = ours(program, cases)
    judges = all_judges()
    for case in cases:
        case['verdicts'] = {judge.name: judge.judge(case['object']) for judge in judges}
    counts, agreed, unlisted, examples = compare(cases, findings, judges)
    should, unknown = advice.compare(cases, findings)
    if sys.argv[2:3] == ['--show']:
        shown = examples[sys.argv[3]] if sys.argv[3] in examples else advice.examples(cases, findings, sys.argv[3])
        for peer, case, message in shown:
            print(f"{peer}: {case['label']}: {message}\n   {json.dumps(case['object'])[:600]}")
        return

    text = DOCUMENT.read_text(encoding='utf-8')
    rows = set(re.findall(r'^\| `([a-z0-9-]+)` \|', text, re.M))
    used = {name for name, _ in counts} | set(should)
    now = figures(cases, counts, agreed, judges, should)
    begin, end = '<!-- figures -->\n', '\n<!-- end of figures -->'
    before, rest = text.split(begin)
    held, after = rest.split(end)
    problems = [f"{peer} disagrees without a class: {case['label']} of {case['kind']}: {message[:300]}\n   {json.dumps(case['object'])[:500]}"
                for peer, case, messages in unlisted for message in messages]
    problems += [f'advice of no class: {message}' for message in sorted(unknown)]
    problems += [f'{name} has no row in {DOCUMENT.name}' for name in sorted(used - rows)]
    problems += [f'{name} has a row in {DOCUMENT.name} and no case' for name in sorted(rows - used)]
    if '--write' in sys.argv:
        DOCUMENT.write_text(before + begin + now + end + after, encoding='utf-8')
    elif held != now:
        problems.append(f'the figures in {DOCUMENT.name} are of another day: write them with --write')
    for problem in problems[:60]:
        print(problem)
    differ = sum(len(cases) - sum(both.values()) for both in agreed.values())
    print(f'{len(cases)} objects, {len(judges)} peers, {differ} disagreements in {len({name for name, _ in counts})} classes, '
          f'{len(unlisted)} unexplained')
    print(f'test result: {"FAILED" if problems else "ok"}. {len(cases)} passed; {len(problems)} failed')
    sys.exit(1 if problems else 0)


if __name__ == '__main__':
    main()
