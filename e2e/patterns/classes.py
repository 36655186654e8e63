"""Why the two may differ. Each class has its row in docs/stix/agreement-patterns.md, with the
specification's word on it; a difference that is in none fails the test."""

import ipaddress
import re


def values(test, one, bundle, listed):
    """What a path leads to in an object."""
    by_id = {other['id']: other for other in bundle['objects']}
    found, refers = [one], False
    for step in test.path:
        key = step.strip("'") if isinstance(step, str) else step
        after = []
        for value in found:
            if refers and isinstance(value, str) and step != '*' and isinstance(step, str):
                value = by_id.get(value) if value in listed else None
            if step == '*':
                after += value if isinstance(value, list) else []
            elif isinstance(step, int):
                after += [value[step]] if isinstance(value, list) and step < len(value) else []
            elif isinstance(value, dict) and key in value:
                after.append(value[key])
        if isinstance(step, str) and step != '*':
            refers = key.endswith(('_ref', '_refs'))
        found = after
    return found


def kind(value):
    return 'number' if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def constant_kind(text):
    if text[:1] == "'":
        return 'str'
    if text in ('true', 'false'):
        return 'bool'
    return {'h': 'bytes', 'b': 'bytes', 't': 'time'}.get(text[:1], 'number')


def of_test(test, one, bundle, listed, raised):
    """The class of a difference about a test, or nothing."""
    found = values(test, one, bundle, listed)
    last = [step for step in test.path if isinstance(step, str) and step != '*'][-1]
    encoded = last.endswith(('_hex', '_bin'))
    if test.operator == 'EXISTS':
        return 'exists'
    if last.endswith(('_ref', '_refs')):
        return 'a path that ends in a reference'
    if raised == 'Nonhomogenous set':
        return 'sets of several types' if test.operator == 'IN' else None
    if raised == 'Invalid timestamp':
        return 'texts that are no times' if "t'" in test.constant else None
    if raised in ('Invalid IPv4 address', 'Invalid CIDR subnet'):
        return 'addresses' if test.operator in ('ISSUBSET', 'ISSUPERSET') else None
    if raised == 'bytes':
        return 'texts that are no bytes' if encoded else None
    if test.operator in ('ISSUBSET', 'ISSUPERSET') and any(isinstance(value, str) and not is_plain(value) for value in found):
        return 'addresses'
    if test.negated and test.operator in ('<', '<=', '>', '>='):
        wanted = {'time': 'str'}.get(constant_kind(test.constant), constant_kind(test.constant))
        if any(kind(value) != wanted for value in found) or encoded:
            return 'NOT before an order'
    if test.operator == 'LIKE' and encoded:
        return 'LIKE with bytes'
    if test.operator == 'LIKE' and any(isinstance(value, str) and '\n' in value for value in found):
        return 'LIKE over line breaks'
    if test.operator == 'IN' and (encoded or re.search(r"\b(true|false)\b|\b[hb]'", test.constant) or any(isinstance(value, bool) for value in found)):
        return 'IN across types'
    return None


def is_plain(text):
    try:
        return '/' not in text or int(text.split('/')[1]) > 0 and bool(ipaddress.IPv4Interface(text))
    except ValueError:
        return False


def of_comparison(comparison, bundle, raised):
    """The class of a difference about a bundle of one observation."""
    listed = bundle['objects'][0]['object_refs']
    objects = [one for one in bundle['objects'] if one['type'] == 'x-a']
    for test in comparison.tests():
        for one in objects:
            found = of_test(test, one, bundle, listed, raised)
            if found:
                return found
    return None


def of_reading(text, ours, theirs):
    """The class of a difference about a text that may be a pattern. `ours` and `theirs` are the
    errors, or nothing."""
    if ours and not theirs:
        for words, name in [
            ('(STIX 2.1 section 9.5)', 'AND across types'),
            ('takes a positive number of seconds', 'nothing within no time'),
            ('the number of repeats is at least 1', 'nothing within no time'),
            ('an observation expression has one', 'a qualifier twice'),
            ('is no timestamp', 'days that do not exist'),
            ('expected an IPv4 or IPv6', 'operands that are no addresses'),
            ('no regular expression', 'regular expressions'),
            ('regular expressions run in linear time', 'regular expressions'),
            ('has at most 64 bits', 'limits'),
            ('nested more than', 'limits'),
        ]:
            if words in ours:
                return name
    if theirs and not ours:
        if 'is not a valid' in theirs and 'hash' in theirs:
            return 'hashes'
        if 'missing square brackets' in theirs and not text.startswith(('[', '(')):
            return 'comments first'
    return None


NAMES = [
    'exists', 'a path that ends in a reference', 'sets of several types', 'texts that are no times',
    'addresses', 'texts that are no bytes', 'NOT before an order', 'LIKE with bytes', 'LIKE over line breaks', 'IN across types',
    'one moment', 'AND across types', 'nothing within no time', 'a qualifier twice', 'days that do not exist',
    'operands that are no addresses', 'regular expressions', 'limits', 'hashes', 'comments first',
]
