"""What is no STIX (section 5.5). The last checks: some servers cannot be read any more after them."""

from kit import QUALITY, add, campaign, check, fresh, indicator, sets


def settled(t, *objects):
    answer = t.post(t.objects, list(objects))
    if answer.status in (400, 422):
        return None
    return t.put(*objects) if answer.is_(202).json["status"] == "pending" else answer.json


BAD = {
    "no-type": lambda: {key: value for key, value in indicator().items() if key != "type"},
    "no-id": lambda: {key: value for key, value in indicator().items() if key != "id"},
    "id-of-another-type": lambda: indicator(id=fresh("malware")),
    "id-nonsense": lambda: indicator(id="indicator--nonsense"),
    "bad-timestamp": lambda: indicator(modified="yesterday"),
    "no-created": lambda: {key: value for key, value in campaign().items() if key != "created"},
    "no-pattern": lambda: {key: value for key, value in indicator().items() if key != "pattern"},
    "number": lambda: 5,
    "text": lambda: "indicator",
}
for name, make in BAD.items():
    def refused(t, make=make):
        bad = make()
        found = settled(t, bad)
        if found is not None:
            assert (found["success_count"], found["failure_count"]) == (0, 1), found

    def reads_on(t, make=make):
        good, bad = indicator(), make()
        answer = t.post(t.objects, [bad, good])
        assert answer.status < 500, answer.status
        t.get(t.narrowed(ids=[good["id"]])).is_(200)
        t.get(t.objects + "?limit=5").is_(200)
        t.get(t.manifest + "?limit=5").is_(200)

    add(f"object-{name}", "5.5", QUALITY, f"What is no STIX object ({name.replace('-', ' ')}) is a failure, not a success", refused)
    add(f"object-{name}-harmless", "5.5", QUALITY, f"The collection can be read on after it ({name.replace('-', ' ')})", reads_on)


@check("add-partly", "4.3.1", QUALITY, "One bad object holds up no other: it is a failure with a message, the rest is taken")
def partly(t):
    good, other, bad = indicator(), campaign(), indicator(modified="yesterday")
    answer = t.post(t.objects, [good, bad, other]).is_(202)
    found = answer.json
    assert (found["success_count"], found["failure_count"]) == (2, 1), found
    assert found["failures"][0]["id"] == bad["id"] and found["failures"][0].get("message"), found["failures"]
    sets(t.get(t.narrowed(ids=[good["id"], other["id"], bad["id"]])).ids, [good["id"], other["id"]])
