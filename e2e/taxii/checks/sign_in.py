"""Authentication and authorization (sections 1.6.9, 5, 8.2.2)."""

from kit import MUST, NOBODY, QUALITY, SHOULD, Skip, add, check, indicator

PRIVATE = {
    "collections": ("5.1", lambda t: ("GET", t.root + "collections/")),
    "collection": ("5.2", lambda t: ("GET", t.in_(t.rw, ""))),
    "manifest": ("5.3", lambda t: ("GET", t.manifest)),
    "objects": ("5.4", lambda t: ("GET", t.objects)),
    "add": ("5.5", lambda t: ("POST", t.objects)),
    "object": ("5.6", lambda t: ("GET", t.one(NOBODY))),
    "delete": ("5.7", lambda t: ("DELETE", t.one(NOBODY))),
    "versions": ("5.8", lambda t: ("GET", t.one(NOBODY, "versions/"))),
    "status": ("4.3", lambda t: ("GET", f"{t.root}status/00000000-0000-4000-8000-000000000001/")),
}


def asked(t, place, auth, **more):
    method, url = place(t)
    if method == "POST":
        return t.post(url, [indicator()], auth=auth, **more)
    return t.ask(method, url, auth=auth, **more)


for name, (section, place) in PRIVATE.items():
    def nobody(t, place=place):
        asked(t, place, None).is_(401, 404)

    def wrong(t, place=place):
        asked(t, place, (t.auth[0], "wrong password")).is_(401, 404)

    add(f"nobody-{name}", section, MUST, f"{name}: without credentials 401 or 404", nobody)
    add(f"wrong-password-{name}", section, MUST, f"{name}: with a wrong password 401 or 404", wrong)


@check("challenge", "1.6.9", MUST, "A 401 carries WWW-Authenticate")
def challenge(t):
    answer = asked(t, PRIVATE["collections"][1], None)
    if answer.status != 401:
        raise Skip("the server answers 404")
    assert answer.headers.get("www-authenticate"), "it does not"


@check("challenge-wrong-password", "1.6.9", MUST, "A 401 for a wrong password carries WWW-Authenticate")
def challenge_wrong(t):
    answer = asked(t, PRIVATE["collections"][1], (t.auth[0], "wrong password"))
    if answer.status != 401:
        raise Skip("the server answers 404")
    assert answer.headers.get("www-authenticate"), "it does not"


@check("challenge-basic", "8.2.2", SHOULD, "HTTP Basic is among the challenges")
def basic(t):
    answer = asked(t, PRIVATE["collections"][1], None)
    if answer.status != 401:
        raise Skip("the server answers 404")
    assert "basic" in answer.headers.get("www-authenticate", "").lower(), answer.headers.get("www-authenticate")


@check("error-401-media-type", "5.1", MUST, "A 401 carries the TAXII media type")
def error_media(t):
    asked(t, PRIVATE["collections"][1], None).is_(401, 404).is_taxii()


@check("basic-signs-in", "8.2.2", SHOULD, "HTTP Basic signs in")
def signs_in(t):
    t.get(t.root + "collections/").is_(200)


for name, value in {"bearer": "Bearer nothing", "no-base64": "Basic %%%", "no-colon": "Basic ZHV0eQ==", "empty": "Basic "}.items():
    def malformed(t, value=value):
        t.get(t.root + "collections/", auth=None, headers={"Authorization": value}).is_(400, 401, 404)

    add(f"authorization-{name}", "1.6.9", QUALITY, f"Authorization: {value.strip()} is no failure of the server's", malformed)


@check("scheme-case", "1.6.9", QUALITY, "The scheme's name is read in any case, as RFC 7235 says")
def case(t):
    import base64

    encoded = base64.b64encode(":".join(t.auth).encode()).decode()
    t.get(t.root + "collections/", auth=None, headers={"Authorization": f"basic {encoded}"}).is_(200)


# What may be done in a collection.

READS = {"manifest": ("5.3", "manifest/"), "objects": ("5.4", "objects/"), "object": ("5.6", f"objects/{NOBODY}/"), "versions": ("5.8", f"objects/{NOBODY}/versions/")}
for name, (section, rest) in READS.items():
    def unreadable(t, rest=rest):
        t.get(t.in_(t.wo, rest)).is_(403, 404).is_taxii()

    def invisible(t, rest=rest):
        t.get(t.in_(t.hidden, rest)).is_(403, 404)

    add(f"write-only-{name}", section, MUST, f"{name}: of a collection with can_read false 403 or 404", unreadable)
    add(f"invisible-{name}", section, MUST, f"{name}: of a collection that is not the account's 403 or 404", invisible)


@check("read-only-add", "5.5", MUST, "Adding to a collection with can_write false gives 403 or 404")
def unwritable(t):
    t.post(t.in_(t.ro), [indicator()]).is_(403, 404).is_taxii()


@check("invisible-add", "5.5", MUST, "Adding to a collection that is not the account's gives 403 or 404")
def invisible_add(t):
    t.post(t.in_(t.hidden), [indicator()]).is_(403, 404)


@check("invisible-collection", "5.2", MUST, "A collection that is not the account's gives 403 or 404")
def invisible_collection(t):
    t.get(t.in_(t.hidden, "")).is_(403, 404)


@check("invisible-is-absent", "5.2", QUALITY, "It is answered to the byte like one that does not exist")
def absent(t):
    one = t.get(t.in_(t.hidden, ""))
    other = t.get(t.in_("00000000-0000-4000-8000-00000000dead", ""))
    assert one.status == other.status == 404, (one.status, other.status)
    assert one.body.replace(t.hidden.encode(), b"") == other.body.replace(b"00000000-0000-4000-8000-00000000dead", b"")


@check("invisible-not-listed", "5.1", QUALITY, "It is not among the collections")
def not_listed(t):
    assert t.hidden not in [one["id"] for one in t.collections]


@check("read-only-reads", "5.2.1", MUST, "A collection with can_read true can be read")
def read_only(t):
    t.get(t.in_(t.ro)).is_(200).is_taxii()
    t.get(t.in_(t.ro, "manifest/")).is_(200).is_taxii()


@check("write-only-takes", "5.2.1", MUST, "A collection with can_write true can be written")
def write_only(t):
    status = t.put(indicator(), collection=t.wo)
    assert status["total_count"] == 1, status


@check("write-only-collection", "5.2", MUST, "A collection that can only be written can be looked at")
def look(t):
    found = t.get(t.in_(t.wo, "")).is_(200).json
    assert (found["can_read"], found["can_write"]) == (False, True), found


@check("delete-read-only", "5.7", MUST, "Deleting where can_read is true and can_write false gives 403")
def delete_read_only(t):
    t.ask("DELETE", t.in_(t.ro, f"objects/{NOBODY}/")).is_(403).is_taxii()


@check("delete-write-only", "5.7", MUST, "Deleting where can_read is false and can_write true gives 403")
def delete_write_only(t):
    t.ask("DELETE", t.in_(t.wo, f"objects/{NOBODY}/")).is_(403).is_taxii()


@check("delete-invisible", "5.7", MUST, "Deleting where both are false gives 404")
def delete_invisible(t):
    t.ask("DELETE", t.in_(t.hidden, f"objects/{NOBODY}/")).is_(404)
