"""The meaning of observation expressions in the plainest words: every choice of branches,
observations and moments is tried. Leaves are judged by the other matcher."""

from itertools import product

from made import Bracket, Join


def choices(expression, events, holds):
    """All ways to satisfy an expression: sets of (observation, half second)."""
    if isinstance(expression, Bracket):
        return [
            ((at, half),)
            for at, event in enumerate(events)
            if holds(expression, at)
            for half in range(2 * event['first'], 2 * event['last'] + 1)
        ]
    if isinstance(expression, Join):
        left = choices(expression.left, events, holds)
        right = choices(expression.right, events, holds)
        if expression.word == 'OR':
            return left + right
        fits = (lambda a, b: max(t for _, t in a) <= min(t for _, t in b)) if expression.word == 'FOLLOWEDBY' else lambda a, b: True
        return list({tuple(sorted(a + b)) for a, b in product(left, right) if fits(a, b) and distinct(a + b, events)})
    inner = choices(expression.inner, events, holds)
    if expression.word == 'WITHIN':
        return [one for one in inner if max(t for _, t in one) - min(t for _, t in one) <= 2 * expression.numbers[0]]
    if expression.word == 'START':
        start, stop = expression.numbers
        return [one for one in inner if all(2 * start <= t < 2 * stop for _, t in one)]
    found = {()}
    for _ in range(expression.numbers[0]):
        found = {tuple(sorted(a + b)) for a, b in product(found, inner) if distinct(a + b, events)}
    return list(found)


def distinct(choice, events):
    """No observation is bound more often than it was made."""
    bound = [at for at, _ in choice]
    return all(bound.count(at) <= events[at]['number'] for at in set(bound))


def matches(expression, events, holds):
    return bool(choices(expression, events, holds))
