"""Deleting (section 5.7)."""

from kit import MUST, NOBODY, QUALITY, World, check, indicator, sets


def three(t):
    one = indicator()
    objects = [{**one, "modified": moment} for moment in World.VERSIONS]
    t.take(*objects)
    return one["id"]


@check("delete", "5.7", MUST, "An object is deleted with 200")
def delete(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)


@check("delete-content-type", "5.7", MUST, "The 200 carries the TAXII media type")
def content_type(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200).is_taxii()


@check("delete-then-404", "5.7", MUST, "Afterwards the object gives 404")
def gone(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    t.get(t.one(one["id"])).is_(404)


@check("delete-then-versions-404", "5.7", QUALITY, "So do its versions")
def versions_gone(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    t.get(t.one(one["id"], "versions/")).is_(404)


@check("delete-then-lists", "5.7", MUST, "Neither objects nor manifest give it any more")
def lists(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    for base in (t.objects, t.manifest):
        assert t.get(t.narrowed("match[version]=all", ids=[one["id"]], base=base)).is_(200).json.get("objects", []) == []


@check("delete-all-versions", "5.7", QUALITY, "Without match[version] all versions are deleted")
def all_versions(t):
    id = three(t)
    t.ask("DELETE", t.one(id)).is_(200)
    t.get(t.one(id, "?match[version]=all")).is_(404)


@check("delete-version", "5.7", MUST, "With match[version] that version is deleted, the others stay")
def version(t):
    id = three(t)
    t.ask("DELETE", t.one(id, f"?match[version]={World.VERSIONS[1]}")).is_(200)
    sets(t.get(t.one(id, "versions/")).listed, [World.VERSIONS[0], World.VERSIONS[2]])


@check("delete-version-404", "5.7", MUST, "The deleted version gives 404")
def version_gone(t):
    id = three(t)
    t.ask("DELETE", t.one(id, f"?match[version]={World.VERSIONS[1]}")).is_(200)
    t.get(t.one(id, f"?match[version]={World.VERSIONS[1]}")).is_(404)


@check("delete-last", "5.7", MUST, "match[version]=last deletes the newest; the one before it is the newest then")
def last(t):
    id = three(t)
    t.ask("DELETE", t.one(id, "?match[version]=last")).is_(200)
    assert t.get(t.one(id)).versions == [World.VERSIONS[1]]


@check("delete-first", "5.7", MUST, "match[version]=first deletes the oldest")
def first(t):
    id = three(t)
    t.ask("DELETE", t.one(id, "?match[version]=first")).is_(200)
    sets(t.get(t.one(id, "versions/")).listed, World.VERSIONS[1:])


@check("delete-version-absent", "5.7", MUST, "A version that is not there gives 404, and nothing is deleted")
def version_absent(t):
    id = three(t)
    t.ask("DELETE", t.one(id, "?match[version]=2001-01-01T00:00:00.000Z")).is_(404)
    assert len(t.get(t.one(id, "versions/")).listed) == 3


@check("delete-spec-version", "5.7", MUST, "match[spec_version] that does not fit deletes nothing")
def spec(t):
    id = three(t)
    t.ask("DELETE", t.one(id, "?match[spec_version]=2.0"))
    t.get(t.one(id)).is_(200)


@check("delete-unknown", "5.7", MUST, "An object that is not there gives 404")
def unknown(t):
    t.ask("DELETE", t.one(NOBODY)).is_(404).is_taxii()


@check("delete-again", "5.7", MUST, "Deleted again, it gives 404")
def again(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    t.ask("DELETE", t.one(one["id"])).is_(404)


@check("delete-malformed", "5.7", MUST, "A malformed match[version] gives 400, and nothing is deleted")
def malformed(t):
    id = three(t)
    t.ask("DELETE", t.one(id, "?match[version]=newest")).is_(400)
    t.get(t.one(id)).is_(200)


@check("delete-others-stay", "5.7", QUALITY, "Nothing else is deleted with it")
def others(t):
    one, other = indicator(), indicator()
    t.take(one, other)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    assert t.get(t.one(other["id"])).ids == [other["id"]]


@check("delete-comes-again", "5.7", QUALITY, "What was deleted may be added again")
def comes_again(t):
    one = indicator()
    t.take(one)
    t.ask("DELETE", t.one(one["id"])).is_(200)
    t.take(one)
    assert t.get(t.one(one["id"])).ids == [one["id"]]
