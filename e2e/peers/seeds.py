"""Writes the seeds of the fuzz targets from the generator: seeds.py FOLDER."""

import json
import sys
from pathlib import Path

from cases import generate

NUMBERS = ['0', '-0', '1', '-1', '0.5', '1e3', '1E-7', '1e21', '123456789012345', '9007199254740991',
           '4.50', '2e-3', '0.000001', '1e-6', '333333333.33333329', '5e-324', '1.7976931348623157e308']
STRINGS = ['"a"', r'"\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"\/"', r'"\ud83d\ude00"', '"é€😀"', r'"\b\f\n\r\t"',
           r'"\u007f"', r'"\u2028"', '""']
LISTS = [
    '[{"b":1,"a":[2,{"d":0,"c":null}]}]', '{"\\r":1,"1":2,"\\u0080":3,"ö":4,"€":5,"\\ud83d\\ude00":6,"דּ":7}',
    '{ "z" : [ ] , "a" : { } }', '{"a":{"c":{},"b":[[],[[]]]}}', '{"10":1,"1":2,"9":3}',
]


def main():
    folder = Path(sys.argv[1])
    cases = generate()
    text = lambda made: json.dumps(made, ensure_ascii=False, separators=(',', ':'))
    # A changed object for each kind of change, and a valid one of each type.
    firsts = {}
    for case in cases:
        label = case['label'].split(': ')[-1]
        key = case['kind'] if label == 'unchanged' else label
        if len(text(case['object'])) < 3_000:
            firsts.setdefault(key, case['object'])
    write(folder / 'validate', [text(made) for made in firsts.values()])
    valid = [text(case['object']) for case in cases if case['label'] == 'unchanged']
    groups = [valid[start:start + 3] for start in range(0, 240, 8)]
    shapes = [
        lambda items: '{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[' + ','.join(items) + ']}',
        lambda items: '[' + ',\n'.join(items) + ']',
        lambda items: '\n'.join(items) + '\n',
        lambda items: '{"objects":[' + ','.join(items) + '],"type":"bundle"}\n{"type":"bundle"}',
        lambda items: '[' + items[0],
        lambda items: ' '.join(items)[:-7],
    ]
    # The first byte is how much comes at a time.
    write(folder / 'bundles', [chr(33 + number) + shapes[number % len(shapes)](items) for number, items in enumerate(groups)])
    simple = NUMBERS + STRINGS + LISTS
    write(folder / 'canonical', [f'[{one}]' for one in simple] + [f'{{"b":{one},"a":{one}}}' for one in simple] + valid[::60])


def write(folder, texts):
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f'{number:03}').write_text(text, encoding='utf-8')
    print(f'{len(texts)} in {folder}')


if __name__ == '__main__':
    main()
