"""Objects, manifests and versions as they are read (sections 3.2, 3.3, 3.7, 5.3, 5.4, 5.6, 5.8)."""

from kit import FIRST, LAST, MOMENT, MUST, NOBODY, QUALITY, Skip, World, add, check, moment, same, sets

LISTS = {
    "manifest": ("5.3", lambda t: t.narrowed(base=t.manifest)),
    "objects": ("5.4", lambda t: t.narrowed()),
    "object": ("5.6", lambda t: t.one(t.world.many)),
    "versions": ("5.8", lambda t: t.one(t.world.many, "versions/")),
}
for name, (section, url) in LISTS.items():
    def headers(t, url=url):
        answer = t.get(url(t)).is_(200)
        for header in (FIRST, LAST):
            assert MOMENT.match(answer.headers.get(header, "")), f"{header}: {answer.headers.get(header)}"
        assert answer.headers[FIRST] <= answer.headers[LAST]

    def empty(t, url=url):
        mark = "&" if "?" in url(t) else "?"
        answer = t.get(f"{url(t)}{mark}added_after=2100-01-01T00:00:00.000000Z")
        # An object of which nothing was added since may be one that is not there.
        answer.is_(200, 404)
        if answer.status == 200:
            for header in (FIRST, LAST):
                assert MOMENT.match(answer.headers.get(header, "")), f"{header}: {answer.headers.get(header)}"

    def nothing(t, url=url):
        mark = "&" if "?" in url(t) else "?"
        answer = t.get(f"{url(t)}{mark}added_after=2100-01-01T00:00:00.000000Z")
        if answer.status == 200:
            found = answer.json
            assert "objects" not in found and "versions" not in found, found
            assert found.get("more", False) is False, found

    add(f"date-added-{name}", "3.2", MUST, f"{name}: X-TAXII-Date-Added-First and -Last, with six digits", headers)
    add(f"date-added-empty-{name}", "3.2", MUST, f"{name}: both headers also where nothing is found", empty)
    add(f"empty-{name}", section, MUST, f"{name}: where nothing is found the list is left out", nothing)


@check("date-added-match", "3.2", MUST, "They are the date_added of the first and the last entry of the manifest")
def match(t):
    answer = t.get(t.narrowed(base=t.manifest)).is_(200)
    added = [one["date_added"] for one in answer.json["objects"]]
    assert (answer.headers[FIRST], answer.headers[LAST]) == (added[0], added[-1]), (added, dict(answer.headers))


@check("date-added-match-objects", "3.2", MUST, "Those of objects are those of the same manifest")
def match_objects(t):
    one, other = t.get(t.narrowed()), t.get(t.narrowed(base=t.manifest))
    assert (one.headers[FIRST], one.headers[LAST]) == (other.headers[FIRST], other.headers[LAST])


@check("objects-sorted", "3.3", MUST, "Objects come in the order in which they were added")
def objects_sorted(t):
    ids = t.get(t.narrowed()).ids
    added = {one["id"]: one["date_added"] for one in t.get(t.narrowed(base=t.manifest)).json["objects"]}
    moments = [added[id] for id in ids]
    assert moments == sorted(moments), moments


@check("manifest-sorted", "3.3", MUST, "A manifest comes in the order of date_added")
def manifest_sorted(t):
    added = [one["date_added"] for one in t.get(t.narrowed("match[version]=all", base=t.manifest)).json["objects"]]
    assert added == sorted(added), added


@check("oldest-first", "3.4", MUST, "Without added_after the oldest objects come first")
def oldest(t):
    whole = t.get(t.narrowed()).ids
    assert t.get(t.narrowed("limit=2")).ids == whole[:2]


@check("envelope-form", "3.7", MUST, "An envelope has more, next and objects, and nothing else")
def envelope(t):
    found = t.get(t.narrowed()).is_(200).json
    assert set(found) <= {"more", "next", "objects"}, set(found)
    assert type(found.get("more", False)) is bool, found["more"]


@check("objects-are-stix", "3.7", MUST, "Every object has type and id, which fit each other")
def stix(t):
    for one in t.get(t.narrowed()).objects:
        assert one["id"].startswith(one["type"] + "--"), one["id"]


@check("objects-complete", "5.4", MUST, "Every object that was put in is found")
def complete(t):
    sets(t.get(t.narrowed()).ids, t.world.ids)


@check("objects-same", "5.4", QUALITY, "Objects are the same as they were put in: nothing is added, changed or taken away")
def unchanged(t):
    found = {one["id"]: one for one in t.get(t.narrowed()).objects}
    for one in t.world.newest:
        same(one, found[one["id"]])


@check("manifest-form", "5.3.1", MUST, "A manifest entry has id, date_added and version")
def manifest(t):
    for one in t.get(t.narrowed(base=t.manifest)).is_(200).json["objects"]:
        assert isinstance(one["id"], str) and isinstance(one["version"], str), one
        assert MOMENT.match(one["date_added"]), one["date_added"]


@check("manifest-complete", "5.3", MUST, "The manifest names the same objects as the envelope")
def manifest_complete(t):
    sets([one["id"] for one in t.get(t.narrowed(base=t.manifest)).json["objects"]], t.get(t.narrowed()).ids)


@check("manifest-version-modified", "5.3.1", MUST, "version of an entry is the object's modified")
def modified(t):
    found = {one["id"]: one["version"] for one in t.get(t.narrowed(base=t.manifest)).json["objects"]}
    assert moment(found[t.world.single["id"]]) == t.world.single["modified"], found


@check("manifest-version-created", "5.3.1", MUST, "Of an object without modified it is created")
def created(t):
    found = {one["id"]: one["version"] for one in t.get(t.narrowed(base=t.manifest)).json["objects"]}
    found = found.get(t.world.definition["id"])
    assert found and moment(found) == t.world.definition["created"], found


@check("manifest-version-of-facts", "5.3.1", QUALITY, "Of an object without either it is the same at each look")
def facts(t):
    looks = []
    for _ in range(2):
        found = {one["id"]: one["version"] for one in t.get(t.narrowed(base=t.manifest)).json["objects"]}
        looks.append(found.get(t.world.fact["id"]))
    assert looks[0] and looks[0] == looks[1], looks


@check("manifest-media-type", "5.3.1", MUST, "media_type of an entry is one of the collection's")
def media_type(t):
    kinds = t.find(True, True).get("media_types", ["application/stix+json"])
    for one in t.get(t.narrowed(base=t.manifest)).json["objects"]:
        if "media_type" in one:
            assert one["media_type"] in kinds or one["media_type"].split(";")[0] in kinds, (one, kinds)


@check("manifest-per-version", "5.3.1", MUST, "Each version of an object has an entry of its own")
def per_version(t):
    found = t.get(t.narrowed("match[version]=all", ids=[t.world.many], base=t.manifest)).json["objects"]
    sets([moment(one["version"]) for one in found], World.VERSIONS)


@check("date-added-unique", "3.5", QUALITY, "Each entry has a date_added of its own, so that paging by it loses nothing")
def unique(t):
    added = [one["date_added"] for one in t.get(t.narrowed("match[version]=all", base=t.manifest)).json["objects"]]
    assert len(added) == len(set(added)), added


@check("object-found", "5.6", MUST, "An object is found by its id, in an envelope")
def found(t):
    answer = t.get(t.one(t.world.single["id"])).is_(200).is_taxii()
    assert answer.ids == [t.world.single["id"]]


@check("object-newest", "5.6", MUST, "Without match[version] its newest version is given")
def newest(t):
    assert t.get(t.one(t.world.many)).versions == [World.VERSIONS[-1]]


@check("object-unknown", "5.6", MUST, "An object that is not there gives 404")
def unknown(t):
    t.get(t.one(NOBODY)).is_(404).is_taxii()


@check("object-nonsense", "5.6", QUALITY, "What is no identifier gives 400 or 404")
def nonsense(t):
    for text in ("nothing", "%20", "indicator--", "..%2f..%2fetc", "%F0%9F%92%A5"):
        t.get(t.one(text)).is_(400, 404)


@check("versions-form", "5.8.1", MUST, "versions is a list of texts")
def versions_form(t):
    found = t.get(t.one(t.world.many, "versions/")).is_(200).is_taxii().json
    assert set(found) <= {"more", "next", "versions"}, set(found)
    assert all(isinstance(one, str) for one in found["versions"]), found


@check("versions-all", "5.8", MUST, "Every version is listed")
def versions_all(t):
    sets(t.get(t.one(t.world.many, "versions/")).listed, World.VERSIONS)


@check("versions-created", "5.8", MUST, "Of an object without modified, created is listed")
def versions_created(t):
    assert t.get(t.one(t.world.definition["id"], "versions/")).listed == [t.world.definition["created"]]


@check("versions-unknown", "5.8", MUST, "Versions of an object that is not there give 404")
def versions_unknown(t):
    t.get(t.one(NOBODY, "versions/")).is_(404).is_taxii()


@check("versions-limit", "5.8", MUST, "versions takes limit")
def versions_limit(t):
    found = t.get(t.one(t.world.many, "versions/?limit=2")).is_(200).json
    assert len(found["versions"]) <= 2 and found["more"] is True, found


@check("versions-pages", "5.8", MUST, "All versions are found page by page")
def versions_pages(t):
    from kit import pages

    seen = [one for page in pages(t, t.one(t.world.many, "versions/"), 1) for one in page.listed]
    sets(seen, World.VERSIONS)


@check("versions-spec-version", "5.8", MUST, "versions takes match[spec_version]")
def versions_spec(t):
    sets(t.get(t.one(t.world.many, "versions/?match[spec_version]=2.1")).listed, World.VERSIONS)
    answer = t.get(t.one(t.world.many, "versions/?match[spec_version]=2.0")).is_(200, 404)
    assert answer.status == 404 or not answer.json.get("versions"), answer.json


@check("read-again", "5.4", QUALITY, "Read twice, the answer is the same")
def again(t):
    assert t.get(t.narrowed()).body == t.get(t.narrowed()).body


@check("read-only-has-something", "5.4", QUALITY, "The collection that can only be read holds something")
def something(t):
    try:
        read_only = t.ro
    except Skip:
        raise
    assert t.get(t.in_(read_only)).objects
