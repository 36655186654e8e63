"""Objects a CPU second through the programs of others: rate.py FILE of one object a line."""

import json
import sys
import time

import stix2
from stix2validator import ValidationOptions, validate_instance


def rate(items, work):
    work(items[0])
    before = time.process_time()
    for item in items:
        work(item)
    return len(items) / (time.process_time() - before)


def valid(options):
    def work(text):
        result = validate_instance(json.loads(text), options)
        if not result.is_valid:
            sys.exit(f'{result.errors}')
    return work


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        lines = file.read().splitlines()
    print(json.dumps({
        'stix2-validator': rate(lines, valid(ValidationOptions(version='2.1'))),
        'stix2-validator must only': rate(lines, valid(ValidationOptions(version='2.1', disabled='all'))),
        'stix2': rate(lines, lambda text: stix2.parse(text, version='2.1')),
        'json': rate(lines * 20, json.loads),
    }))


if __name__ == '__main__':
    main()
