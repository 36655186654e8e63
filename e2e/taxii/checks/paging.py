"""Pages (sections 3.4, 3.5)."""

import threading

from kit import FIRST, LAST, MUST, QUALITY, Skip, add, check, indicator, pages, sets

MANY = 23


def many(t):
    """Objects that were put in by one request, so that a server may give them one date."""

    def make():
        objects = [indicator(name=f"Of many, {n}") for n in range(MANY)]
        t.take(*objects)
        return [one["id"] for one in objects]

    return t.once("many", make)


BASES = {"objects": lambda t: t.objects, "manifest": lambda t: t.manifest}


def ids(found):
    return [one["id"] for page in found for one in page.json.get("objects", [])]


for name, base in BASES.items():
    def limited(t, base=base):
        url = t.narrowed(ids=many(t), base=base(t))
        for limit in (1, 5, MANY - 1):
            assert len(ids([t.get(f"{url}&limit={limit}").is_(200)])) <= limit

    def more(t, base=base):
        assert t.get(f"{t.narrowed(ids=many(t), base=base(t))}&limit=5").is_(200).json.get("more") is True

    def no_more(t, base=base):
        for limit in (MANY, MANY + 1, 1_000):
            found = t.get(f"{t.narrowed(ids=many(t), base=base(t))}&limit={limit}").is_(200).json
            assert len(found["objects"]) == MANY and found.get("more", False) is False, (limit, found.get("more"))

    def by_next(t, base=base):
        for limit in (1, 7, 10):
            found = ids(pages(t, t.narrowed(ids=many(t), base=base(t)), limit))
            sets(found, many(t))

    def by_added(t, base=base):
        found = ids(pages(t, t.narrowed(ids=many(t), base=base(t)), 7, by="added_after"))
        sets(found, many(t), "by added_after")

    def ordered(t, base=base):
        whole = ids([t.get(t.narrowed(ids=many(t), base=base(t)))])
        assert ids(pages(t, t.narrowed(ids=many(t), base=base(t)), 4)) == whole

    def with_type(t, base=base):
        url = t.narrowed("match[type]=indicator", ids=many(t), base=base(t))
        sets(ids(pages(t, url, 6)), many(t))

    def with_versions(t, base=base):
        url = t.narrowed("match[version]=all", ids=[t.world.many], base=base(t))
        assert len(ids(pages(t, url, 1))) == 3

    def repeated(t, base=base):
        url = f"{t.narrowed(ids=many(t), base=base(t))}&limit=5"
        following = t.get(url).json.get("next")
        if following is None:
            raise Skip("the server gives no next")
        one, other = t.get(f"{url}&next={following}").is_(200), t.get(f"{url}&next={following}").is_(200)
        assert one.body == other.body and ids([one]), "the second answer is another"

    def huge(t, base=base):
        assert len(ids([t.get(f"{t.narrowed(ids=many(t), base=base(t))}&limit=100000")])) == MANY

    for id, section, level, what, run in [
        ("limit", "3.4", MUST, "A page holds no more than limit", limited),
        ("more", "3.5", MUST, "more is true when there is more", more),
        ("no-more", "3.4", MUST, "What fits into the limit comes whole, and more is not true", no_more),
        ("by-next", "3.5", MUST, "By next each object comes once, none is lost", by_next),
        ("by-added-after", "3.5", QUALITY, "By added_after none is lost either, though all came in one request", by_added),
        ("order", "3.5", MUST, "The pages together are the whole, in its order", ordered),
        ("with-filter", "3.5", MUST, "next goes together with the filters", with_type),
        ("all-versions", "3.5", MUST, "The versions of an object are paged like objects", with_versions),
        ("again", "3.5", QUALITY, "A page can be asked for again: an answer may have been lost", repeated),
        ("limit-large", "3.4", MUST, "A limit above the server's own is no error", huge),
    ]:
        add(f"page-{id}-{name}", section, level, f"{name}: {what}", run)


@check("page-headers", "3.5", MUST, "X-TAXII-Date-Added-Last of a page is where the next one goes on")
def headers(t):
    url = t.narrowed(ids=many(t))
    one = t.get(f"{url}&limit=5").is_(200)
    other = t.get(f"{url}&limit=5&added_after={one.headers[LAST]}").is_(200)
    assert not set(one.ids) & set(other.ids), "objects come twice"
    assert other.headers[FIRST] > one.headers[LAST]


@check("page-limit-changes", "3.5", QUALITY, "The limit may change between pages")
def changes(t):
    url = t.narrowed(ids=many(t))
    first = t.get(f"{url}&limit=5").is_(200)
    if "next" not in first.json:
        raise Skip("the server gives no next")
    rest = t.get(f"{url}&limit=100&next={first.json['next']}")
    sets(first.ids + rest.ids, many(t))


@check("page-concurrent", "3.5", QUALITY, "While others write, each object comes once and those that were added are found behind")
def concurrent(t):
    before = many(t)
    stop = threading.Event()
    written = []

    def write():
        # A connection of its own.
        from kit import Target

        other = Target(t.url, *t.auth, ca=t.ca)
        while not stop.is_set() and len(written) < 60:
            one = indicator()
            if other.post(t.objects, [one]).status == 202:
                written.append(one["id"])

    anchor = t.get(t.narrowed(ids=before[:1], base=t.manifest)).headers[FIRST]
    worker = threading.Thread(target=write)
    worker.start()
    try:
        found = ids(pages(t, f"{t.objects}?added_after={anchor}", 5))
    finally:
        stop.set()
        worker.join()
    assert len(found) == len(set(found)), "an object came twice"
    rest = set(before[1:]) - set(found)
    assert not rest, f"{len(rest)} were lost"
    after = ids(pages(t, f"{t.objects}?added_after={anchor}", 100))
    assert set(written) <= set(after), "some that were added are not found"


@check("page-next-of-another-list", "3.5", QUALITY, "A next of one list in another gives 400, or what that list holds; no failure")
def another(t):
    following = t.get(f"{t.narrowed(ids=many(t))}&limit=5").json.get("next")
    if following is None:
        raise Skip("the server gives no next")
    t.get(f"{t.manifest}?limit=5&next={following}").is_(200, 400)
