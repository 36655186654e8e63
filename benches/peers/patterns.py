"""Measures stix2-patterns and stix2-matcher on the patterns and observations of the benchmark."""

import json
import sys
import time

from stix2matcher.matcher import Pattern

LONG = 1.0


def rate(each, work):
    """How many per second of CPU time, where each call does so many."""
    calls, start = 0, time.process_time()
    while time.process_time() - start < LONG:
        work()
        calls += 1
    return calls * each / (time.process_time() - start)


def main():
    asked = json.load(sys.stdin)
    texts = asked['texts']
    found = {'read': {'all': rate(len(texts), lambda: [Pattern(text, stix_version='2.1') for text in texts])}}
    bundles = asked['bundles'][:20]
    found['single'] = {}
    for name, family in asked['single'].items():
        patterns = [Pattern(text, stix_version='2.1') for text in family]
        work = lambda patterns=patterns: [one.match([bundle]) for one in patterns for bundle in bundles]
        found['single'][name] = rate(len(patterns) * len(bundles), work)
    found['time'] = {}
    for name, family in asked['time'].items():
        patterns = [Pattern(text, stix_version='2.1') for text in family]
        work = lambda patterns=patterns: [one.match([asked['together']]) for one in patterns]
        found['time'][name] = rate(len(patterns) * len(asked['bundles']), work)
    json.dump(found, sys.stdout)


main()
