"""Adding objects, and what became of them (sections 4.3, 5.5)."""

import json
import uuid

from kit import MOMENT, MUST, QUALITY, SHOULD, Skip, World, add, address, campaign, check, fresh, indicator, moment, same


@check("add-accepted", "5.5", MUST, "What is taken is answered with 202 and a status")
def accepted(t):
    t.post(t.objects, [indicator()]).is_(202).is_taxii().json


@check("status-required", "4.3.1", MUST, "A status has id, status and the four counts, of the right types")
def required(t):
    found = t.post(t.objects, [indicator()]).is_(202).json
    assert uuid.UUID(found["id"]).version == 4, found["id"]
    assert found["status"] in ("complete", "pending"), found["status"]
    for name in ("total_count", "success_count", "failure_count", "pending_count"):
        assert type(found[name]) is int and found[name] >= 0, (name, found.get(name))


@check("status-total", "4.3.1", MUST, "total_count is the number of objects in the envelope")
def total(t):
    found = t.put(indicator(), indicator(), campaign())
    assert found["total_count"] == 3, found


@check("status-sum", "4.3.1", MUST, "The counts of successes, failures and pending add up")
def adds_up(t):
    bad = {"type": "indicator", "id": fresh("indicator")}
    answer = t.post(t.objects, [indicator(), bad])
    if answer.status == 422:
        raise Skip("the server refuses the whole envelope")
    found = answer.is_(202).json
    assert found["total_count"] == found["success_count"] + found["failure_count"] + found["pending_count"], found


@check("status-lists", "4.3.1", MUST, "The lists of a status, where they are, have as many entries as is counted")
def lists(t):
    found = t.put(indicator(), campaign())
    for name, count in (("successes", "success_count"), ("failures", "failure_count"), ("pendings", "pending_count")):
        if name in found:
            assert len(found[name]) == found[count] > 0, (name, found)


@check("status-details", "4.3.1", MUST, "Each entry has the object's id and its version")
def details(t):
    one = indicator()
    found = t.put(one)
    for entry in found.get("successes", []):
        assert (entry["id"], moment(entry["version"])) == (one["id"], one["modified"]), entry


@check("status-details-created", "4.3.1", MUST, "Of an object without modified the version is created")
def details_created(t):
    one = {
        "type": "marking-definition", "spec_version": "2.1", "id": fresh("marking-definition"), "created": "2026-02-03T00:00:00.000Z",
        "definition_type": "statement", "definition": {"statement": "x"},
    }
    found = t.put(one)
    for entry in found.get("successes", []):
        assert moment(entry["version"]) == one["created"], entry


@check("status-request-timestamp", "4.3.1", MUST, "request_timestamp is a timestamp with six digits")
def timestamp(t):
    found = t.post(t.objects, [indicator()]).is_(202).json
    if "request_timestamp" in found:
        assert MOMENT.match(found["request_timestamp"]), found["request_timestamp"]


@check("status-asked", "4.3", MUST, "The status can be asked for by its id")
def asked(t):
    posted = t.put(indicator())
    found = t.get(f"{t.root}status/{posted['id']}/").is_(200).is_taxii().json
    assert found["id"] == posted["id"] and found["total_count"] == posted["total_count"], found


@check("status-stays", "4.3", SHOULD, "It can be asked for again after it is complete")
def stays(t):
    posted = t.put(indicator())
    for _ in range(3):
        assert t.get(f"{t.root}status/{posted['id']}/").is_(200).json["status"] == "complete"


@check("status-complete", "4.3.1", MUST, "A complete status has nothing pending")
def complete(t):
    found = t.put(indicator())
    if found["status"] == "complete":
        assert found["pending_count"] == 0, found


@check("add-reads-back", "5.5", QUALITY, "What was written is read back at once")
def back(t):
    one = indicator()
    t.take(one)
    assert t.get(t.one(one["id"])).ids == [one["id"]]


RAW = {
    "unknown-properties": '"x_of_ours":{"b":1,"a":[true,false]}',
    "numbers": '"x_number":1.50,"x_other":1E2,"confidence":85',
    "text": '"description":"caf\\u00e9 \\u2028 \\ud83d\\ude00 \\/"',
    "order": '"zz_last":"1","aa_first":"2"',
}
for name, text in RAW.items():
    def raw(t, text=text):
        head = indicator()
        body = json.dumps(head)[:-1] + f", {text}}}"
        t.post(t.objects, f'{{"objects": [{body}]}}').is_(202)
        found = t.get(t.one(head["id"])).objects[0]
        same(json.loads(body), found)

    def bytes_(t, text=text):
        head = indicator()
        body = json.dumps(head)[:-1] + f",  {text}}}"
        t.post(t.objects, f'{{"objects": [{body}]}}').is_(202)
        assert body.encode() in t.get(t.one(head["id"])).is_(200).body, "the bytes are others"

    add(f"add-same-{name}", "5.5", QUALITY, f"An object with {name.replace('-', ' ')} is read back the same", raw)
    add(f"add-bytes-{name}", "5.5", QUALITY, f"An object with {name.replace('-', ' ')} is read back byte for byte", bytes_)


@check("add-older-version", "5.5", QUALITY, "An older version is taken after a newer one, and the newer one stays the newest")
def older(t):
    assert t.get(t.one(t.world.many)).versions == [World.VERSIONS[-1]]
    assert t.get(t.one(t.world.many, f"?match[version]={World.VERSIONS[0]}")).versions == [World.VERSIONS[0]]


@check("add-duplicate", "5.5", MUST, "An exact duplicate is no failure")
def duplicate(t):
    one = indicator()
    t.take(one)
    found = t.put(one)
    assert found["failure_count"] == 0, found


@check("add-duplicate-once", "5.5", QUALITY, "It is held once")
def once(t):
    one = indicator()
    t.take(one)
    t.put(one)
    assert len(t.get(t.one(one["id"], "?match[version]=all")).objects) == 1


@check("add-twice-in-one", "5.5", MUST, "The same object twice in one envelope is no failure")
def twice(t):
    one = indicator()
    found = t.put(one, one)
    assert found["failure_count"] == 0, found


@check("add-kinds", "3.7", MUST, "Domain objects, relationships, observables and markings are taken")
def kinds(t):
    world = t.world
    wanted = {one["id"] for one in (world.single, world.campaign, world.link, world.definition, world.fact)}
    missing = wanted - set(t.get(t.narrowed(ids=sorted(wanted))).ids)
    assert not missing, missing


@check("add-fact", "3.7", MUST, "An observable, which has no version, is found")
def fact(t):
    one = address()
    t.put(one)
    assert t.get(t.one(one["id"])).ids == [one["id"]]


@check("add-custom-type", "5.5", QUALITY, "An object of a type of its own is taken or refused for itself")
def custom(t):
    one = campaign(type="x-suite-thing")
    one["id"] = fresh("x-suite-thing")
    t.post(t.objects, [one]).is_(202, 422)


@check("add-unknown-property", "7.1.1", MUST, "An envelope with a property that nobody knows is taken, or refused with 422")
def property_(t):
    t.post(t.objects, json.dumps({"objects": [indicator()], "x_suite_more": {"a": 1}})).is_(202, 422)


@check("add-large", "4.2.1", MUST, "A body smaller than max_content_length is not refused as too large")
def large(t):
    size = min(t.max_content_length - 1_000, 3 << 20)
    one = indicator()
    # Many objects, so that no limit upon one of them is met.
    body, parts = json.dumps(one), []
    while sum(map(len, parts)) + len(body) + 1_000 < size:
        parts.append(json.dumps(indicator(description="x" * 20_000)) + ",")
    answer = t.post(t.objects, '{"objects":[' + "".join(parts) + body + "]}")
    assert answer.status != 413, answer.status
    answer.is_(202)


@check("add-too-large", "5.5", MUST, "A body larger than max_content_length gives 413")
def too_large(t):
    most = t.max_content_length
    if most > 64 << 20:
        raise Skip("the limit is too high to be tried")
    answer = t.post(t.objects, json.dumps({"objects": [indicator()]}).ljust(most + 1_000))
    answer.is_(413)


@check("add-too-large-media-type", "5.5", MUST, "The 413 carries the TAXII media type")
def too_large_media(t):
    most = t.max_content_length
    if most > 64 << 20:
        raise Skip("the limit is too high to be tried")
    answer = t.post(t.objects, json.dumps({"objects": [indicator()]}).ljust(most + 1_000))
    if answer.status == 413:
        answer.is_taxii()


BROKEN = {
    "no-json": "no JSON", "empty": "", "list": "[]", "number": "5", "no-utf-8": b'{"objects":[{"type":"\xff"}]}',
    "objects-is-text": '{"objects":"x"}', "objects-is-object": '{"objects":{}}', "half": '{"objects":[', "bundle": json.dumps(
        {"type": "bundle", "id": "bundle--6ba7b810-9dad-41d1-80b4-00c04fd430c8", "spec_version": "2.0"}),
}
for name, body in BROKEN.items():
    def broken(t, body=body):
        t.post(t.objects, body).is_(400, 422).is_taxii()

    level = QUALITY if name == "bundle" else MUST
    add(f"body-{name}", "5.5", level, f"A body that is no envelope ({name.replace('-', ' ')}) gives 400 or 422", broken)


@check("add-stix-2.0", "5.5", QUALITY, "An object of STIX 2.0 is taken as it is, or refused, and is no failure of the server's")
def old(t):
    one = {
        "type": "campaign", "id": fresh("campaign"), "name": "Of old", "created": "2017-01-01T00:00:00.000Z",
        "modified": "2017-01-01T00:00:00.000Z",
    }
    answer = t.post(t.objects, [one]).is_(202, 422)
    if answer.status == 202 and answer.json["success_count"]:
        assert t.get(t.narrowed("match[spec_version]=2.0", ids=[one["id"]])).ids == [one["id"]]
        assert t.get(t.narrowed("match[spec_version]=2.1", ids=[one["id"]])).objects == []


@check("add-many", "5.5", QUALITY, "A thousand objects at once are taken and found")
def thousand(t):
    objects = [indicator(name=f"{n} of a thousand") for n in range(1_000)]
    found = t.put(*objects)
    assert found["success_count"] == 1_000, {key: value for key, value in found.items() if key.endswith("count")}
    assert t.get(t.one(objects[777]["id"])).ids == [objects[777]["id"]]


@check("add-empty", "5.5", QUALITY, "An envelope without objects is no failure of the server's")
def empty(t):
    t.post(t.objects, "{}").is_(202, 400, 422)
