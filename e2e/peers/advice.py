"""What should hold: our findings and the warnings of stix2-validator, by kind of advice."""

import re
from collections import defaultdict

# Each kind with our rules and stix2-validator's codes.
KINDS = {
    'advice-custom': ('custom-property custom-type custom-extension custom-marking', '101 102 201 401'),
    'advice-uuid': ('uuid-version', '103'),
    'advice-form': ('term-form form-expected', '111 121 143 149 271 272 273 274 275 276 277'),
    'advice-vocabulary': ('open-vocabulary', '211 212 213 214 215 216 218 219 220 221 222 223 225 226 227 228 230 231 243 244 245'),
    'advice-hash-name': ('hash-name', '150 241'),
    'advice-relationship': ('relationship', '202'),
    'advice-expected': ('expected', '301 303 305 306'),
    'advice-reference-hashes': ('reference-hashes', '302'),
    'advice-deprecated': ('deprecated', '304'),
    'advice-keys': ('key-case container-key', '141 142'),
    'advice-derived-id': ('deterministic-id', ''),
    'advice-common': ('unused-common', ''),
}
RULES = {rule: kind for kind, (rules, _) in KINDS.items() for rule in rules.split()}
CODES = {code: kind for kind, (_, codes) in KINDS.items() for code in codes.split()}


def both(case, found):
    """The kinds of our advice and of theirs on an object that both hold valid, or None."""
    theirs = case['verdicts']['stix2-validator']
    if not theirs['valid'] or any(one['level'] == 'must' for one in found):
        return None
    ours = {RULES.get(one['rule'], one['rule']) for one in found if one['level'] == 'should'}
    codes = [re.match(r'\{(\d+)\}', text) for text in theirs['warnings']]
    return ours, {CODES.get(code[1], code[0]) if code else 'without a code' for code in codes}


def compare(cases, findings):
    """How often each kind is given by both, only by us, only by them; and what is of no kind."""
    counts = defaultdict(lambda: [0, 0, 0])
    unknown = set()
    for case, found in zip(cases, findings):
        given = both(case, found)
        if given is None:
            continue
        ours, theirs = given
        unknown |= (ours | theirs) - KINDS.keys()
        for kind in ours | theirs:
            counts[kind][0 if kind in ours & theirs else 1 if kind in ours else 2] += 1
    return {kind: counts[kind] for kind in KINDS if kind in counts}, unknown


def examples(cases, findings, kind):
    """A few objects on which one gives this advice and the other does not."""
    shown = []
    for case, found in zip(cases, findings):
        given = both(case, found)
        if given and (kind in given[0]) != (kind in given[1]):
            mine = [f"{one['rule']} {one['pointer']}: {one['message']}" for one in found if RULES.get(one['rule']) == kind]
            theirs = [text for text in case['verdicts']['stix2-validator']['warnings']
                      if CODES.get(text[1:4]) == kind]
            shown.append(('only ours' if mine else 'only theirs', case, str((mine or theirs)[:1])))
    return shown[::max(1, len(shown) // 8)][:8]
