"""Filters (section 3.4)."""

from kit import MUST, NOBODY, QUALITY, World, add, check, sets

FIRST, MIDDLE, LAST = World.VERSIONS
BASES = {"objects": lambda t: t.objects, "manifest": lambda t: t.manifest}


def ids(answer):
    return [one["id"] for one in answer.is_(200).json.get("objects", [])]


def versions(answer):
    return answer.is_(200).versions


for name, base in BASES.items():
    def by_id(t, base=base):
        sets(ids(t.get(f"{base(t)}?match[id]={t.world.single['id']}")), [t.world.single["id"]])

    def by_ids(t, base=base):
        some = [t.world.single["id"], t.world.campaign["id"], NOBODY]
        sets(ids(t.get(f"{base(t)}?match[id]={','.join(some)}")), some[:2])

    def by_absent(t, base=base):
        assert ids(t.get(f"{base(t)}?match[id]={NOBODY}")) == []

    def by_type(t, base=base):
        sets(ids(t.get(t.narrowed("match[type]=campaign", base=base(t)))), [t.world.campaign["id"]])

    def only_type(t, base=base):
        found = ids(t.get(f"{base(t)}?match[type]=malware&limit=50"))
        assert found and all(one.startswith("malware--") for one in found), found

    def by_types(t, base=base):
        expected = [t.world.campaign["id"], t.world.malware["id"]]
        sets(ids(t.get(t.narrowed("match[type]=campaign,malware", base=base(t)))), expected)

    def by_custom_type(t, base=base):
        assert ids(t.get(t.narrowed("match[type]=x-nothing-of-this", base=base(t)))) == []

    def anded(t, base=base):
        assert ids(t.get(t.narrowed("match[type]=campaign", ids=[t.world.single["id"]], base=base(t)))) == []

    def by_default(t, base=base):
        assert versions(t.get(t.narrowed(ids=[t.world.many], base=base(t)))) == [LAST]

    def spec(t, base=base):
        sets(ids(t.get(t.narrowed("match[spec_version]=2.1", base=base(t)))), t.world.ids)

    def specs(t, base=base):
        sets(ids(t.get(t.narrowed("match[spec_version]=2.0,2.1", base=base(t)))), t.world.ids)

    def other_spec(t, base=base):
        assert ids(t.get(t.narrowed("match[spec_version]=2.0", base=base(t)))) == []

    def after(t, base=base):
        added = [(one["date_added"], one["id"]) for one in t.get(t.narrowed(base=t.manifest)).json["objects"]]
        middle = added[len(added) // 2][0]
        expected = [id for moment, id in added if moment > middle]
        assert ids(t.get(t.narrowed(f"added_after={middle}", base=base(t)))) == expected

    def encoded(t, base=base):
        sets(ids(t.get(f"{base(t)}?match%5Bid%5D={t.world.single['id']}%2C{t.world.campaign['id']}")),
             [t.world.single["id"], t.world.campaign["id"]])

    for id, level, what, run in [
        ("id", MUST, "match[id] gives that object", by_id),
        ("ids", MUST, "match[id] with several gives each that is there", by_ids),
        ("id-absent", MUST, "match[id] of what is not there gives none, with 200", by_absent),
        ("type", MUST, "match[type] gives objects of that type", by_type),
        ("type-only", MUST, "match[type] gives none of any other type", only_type),
        ("types", MUST, "match[type] with several gives objects of each", by_types),
        ("type-unknown", QUALITY, "match[type] of a type that nobody defined gives none, with 200", by_custom_type),
        ("and", MUST, "Several match parameters must all fit", anded),
        ("default-version", MUST, "Without match[version] only the newest version is given", by_default),
        ("spec-version", MUST, "match[spec_version]=2.1 gives objects of STIX 2.1", spec),
        ("spec-versions", MUST, "match[spec_version] with several gives objects of each", specs),
        ("spec-version-other", MUST, "match[spec_version]=2.0 gives none of STIX 2.1", other_spec),
        ("added-after", MUST, "added_after gives what was added after that moment, not what was added at it", after),
        ("encoded", QUALITY, "Brackets and commas may be percent-encoded", encoded),
    ]:
        add(f"filter-{id}-{name}", "3.4.1", level, f"{name}: {what}", run)

# Which versions of the object of three.
CHOICES = {
    "last": [LAST], "first": [FIRST], "all": [FIRST, MIDDLE, LAST], "first,last": [FIRST, LAST], "last,first": [FIRST, LAST],
    MIDDLE: [MIDDLE], f"{FIRST},{LAST}": [FIRST, LAST], f"first,{MIDDLE}": [FIRST, MIDDLE], f"first,{MIDDLE},last": [FIRST, MIDDLE, LAST],
    "2001-01-01T00:00:00.000Z": [],
}
PLACES = {
    "objects": lambda t, choice: t.narrowed(f"match[version]={choice}", ids=[t.world.many]),
    "manifest": lambda t, choice: t.narrowed(f"match[version]={choice}", ids=[t.world.many], base=t.manifest),
    "object": lambda t, choice: t.one(t.world.many, f"?match[version]={choice}"),
}
for place, url in PLACES.items():
    for number, (choice, expected) in enumerate(CHOICES.items()):
        def chosen(t, url=url, choice=choice, expected=expected):
            answer = t.get(url(t, choice))
            if not expected and answer.status == 404:
                return
            sets(versions(answer), expected)

        add(f"version-{place}-{number + 1}", "3.4.1", MUST, f"{place}: match[version]={choice} gives {len(expected)} of three versions", chosen)


@check("version-single", "3.4.1", MUST, "An object of one version is its first, its last and all")
def single(t):
    for choice in ("first", "last", "all", "first,last"):
        assert t.get(t.narrowed(f"match[version]={choice}", ids=[t.world.single["id"]])).ids == [t.world.single["id"]], choice


@check("version-created", "3.4.1", MUST, "An object without modified is found by created")
def created(t):
    query = f"match[version]={t.world.definition['created']}"
    assert t.get(t.narrowed(query, ids=[t.world.definition["id"]])).ids == [t.world.definition["id"]]


@check("version-verbatim", "5.3.1", QUALITY, "A version stands in manifest and versions as it stands in the object")
def verbatim(t):
    entry = t.get(t.narrowed(ids=[t.world.single["id"]], base=t.manifest)).json["objects"][0]
    listed = t.get(t.one(t.world.single["id"], "versions/")).json["versions"]
    assert [entry["version"]] == listed == [t.world.single["modified"]], (entry["version"], listed)


@check("version-instant", "3.4.1", QUALITY, "A version is compared as a moment, whatever its digits")
def instant(t):
    assert t.get(t.narrowed("match[version]=2026-01-02T00:00:00Z", ids=[t.world.many])).versions == [MIDDLE]


@check("unknown-field", "3.4", QUALITY, "A match on a field that nobody defined is passed over, or refused with 400")
def field(t):
    t.get(t.narrowed("match[colour]=red")).is_(200, 400)


@check("unknown-parameter", "3.4", QUALITY, "A parameter that nobody defined is passed over, or refused with 400")
def parameter(t):
    t.get(t.narrowed("colour=red")).is_(200, 400)


@check("stix-types", "3.4.1", MUST, "No type of STIX 2.1 is an error in match[type]")
def types(t):
    names = (
        "attack-pattern campaign course-of-action grouping identity incident indicator infrastructure intrusion-set location malware "
        "malware-analysis note observed-data opinion report threat-actor tool vulnerability relationship sighting language-content "
        "marking-definition extension-definition artifact autonomous-system directory domain-name email-addr email-message file "
        "ipv4-addr ipv6-addr mac-addr mutex network-traffic process software url user-account windows-registry-key x509-certificate"
    ).split()
    for name in names:
        t.get(t.narrowed(f"match[type]={name}")).is_(200)


# What is malformed gives 400.

MALFORMED = {
    "limit-zero": "limit=0", "limit-negative": "limit=-1", "limit-text": "limit=ten", "limit-empty": "limit=", "limit-fraction": "limit=1.5",
    "limit-twice": "limit=1&limit=2",
    "added-after-text": "added_after=yesterday", "added-after-empty": "added_after=", "added-after-date": "added_after=2026-01-01",
    "added-after-no-zone": "added_after=2026-01-01T00:00:00.000000", "added-after-impossible": "added_after=2026-02-30T00:00:00.000000Z",
    "added-after-list": "added_after=2026-01-01T00:00:00.000000Z,2026-01-02T00:00:00.000000Z",
    "added-after-twice": "added_after=2026-01-01T00:00:00.000000Z&added_after=2026-01-02T00:00:00.000000Z",
    "version-text": "match[version]=newest", "version-empty": "match[version]=", "version-date": "match[version]=2026-01-01",
    "version-all-with-last": "match[version]=all,last", "version-all-with-moment": "match[version]=2026-01-01T00:00:00.000Z,all",
    "version-last-twice": "match[version]=last,last", "version-first-twice": "match[version]=first,last,first",
    "version-moment-twice": "match[version]=2026-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z",
    "version-field-twice": "match[version]=first&match[version]=last", "type-field-twice": "match[type]=malware&match[type]=tool",
    "id-field-twice": f"match[id]={NOBODY}&match[id]={NOBODY}", "spec-version-text": "match[spec_version]=two",
    "spec-version-field-twice": "match[spec_version]=2.0&match[spec_version]=2.1", "next-nonsense": "next=nonsense",
}
# The standard forbids a client these; that the server refuses them is what “malformed” says, taken strictly.
for name, query in MALFORMED.items():
    def malformed(t, query=query):
        t.get(f"{t.objects}?{query}").is_(400).is_taxii()

    level = QUALITY if name in ("limit-fraction", "added-after-date", "added-after-no-zone", "next-nonsense", "spec-version-text") else MUST
    add(f"malformed-{name}", "3.4", level, f"?{query} gives 400", malformed)

for name, query in {"limit": "limit=0", "added-after": "added_after=yesterday", "version": "match[version]=newest"}.items():
    for place, url in {
        "manifest": lambda t: t.manifest, "object": lambda t: t.one(t.world.many), "versions": lambda t: t.one(t.world.many, "versions/"),
    }.items():
        if place == "versions" and name == "version":
            continue

        def malformed_there(t, url=url, query=query):
            t.get(f"{url(t)}?{query}").is_(400)

        add(f"malformed-{name}-{place}", "3.4", MUST, f"{place}: ?{query} gives 400", malformed_there)
