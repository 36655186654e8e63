"""Random numbers that are the same in every version of Python."""

MASK = (1 << 64) - 1


class Dice:
    """SplitMix64: small, and all that is asked here is variety."""

    def __init__(self, seed):
        self.state = seed & MASK

    def number(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def below(self, limit):
        return self.number() % limit

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def one(self, items):
        return items[self.below(len(items))]

    def some(self, items, most=3):
        """Between one and `most` different items."""
        rest = list(items)
        picked = []
        for _ in range(min(self.between(1, most), len(rest))):
            picked.append(rest.pop(self.below(len(rest))))
        return picked

    def hex(self, length):
        text = ''
        while len(text) < length:
            text += f'{self.number():016x}'
        return text[:length]

    def uuid(self):
        """Version 4."""
        text = self.hex(32)
        variant = self.one('89ab')
        return f'{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}'
