"""What the server says of itself, and the form of its resources (sections 2, 3.6, 3.8, 4, 5.1, 5.2)."""

import uuid
from urllib.parse import urljoin

from kit import MUST, NOBODY, QUALITY, SHOULD, TAXII, Skip, add, check

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


def discovery(t):
    return t.get(t.url).is_(200).json


def text(value, name):
    assert isinstance(value, str) and value, f"{name}: {value!r} is no text"


@check("discovery-place", "8.2.1", MUST, "Discovery is at /taxii2/ of the server")
def place(t):
    t.get(urljoin(t.url, "/taxii2/")).is_(200).is_taxii()


@check("discovery-title", "4.1.1", MUST, "discovery has a title")
def discovery_title(t):
    text(discovery(t).get("title"), "title")


@check("discovery-types", "4.1.1", MUST, "description, contact and default of discovery are texts")
def discovery_types(t):
    for name in ("description", "contact", "default"):
        if name in (found := discovery(t)):
            assert isinstance(found[name], str), found[name]


@check("discovery-default", "4.1.1", MUST, "The default API root is among api_roots")
def default(t):
    found = discovery(t)
    if "default" not in found:
        raise Skip("there is no default")
    assert found["default"] in found["api_roots"], found


@check("discovery-api-roots", "8.2.1", MUST, "There is an API root")
def api_roots(t):
    roots = discovery(t).get("api_roots")
    assert isinstance(roots, list) and roots, roots


@check("discovery-api-root-urls", "4.1.1", MUST, "API roots are HTTPS addresses, or relative ones that begin with one slash, without a query")
def urls(t):
    own = t.url.split(":", 1)[0]
    for root in discovery(t).get("api_roots", []):
        # A server that is tested over plain HTTP names itself so.
        whole = root.startswith("https://") or (own == "http" and root.startswith("http://"))
        assert whole or (root.startswith("/") and not root.startswith("//")), root
        assert "?" not in root, root


@check("discovery-custom-properties", "7.1.1", MUST, "Properties that the standard does not know have names of a–z, 0–9 and _")
def custom(t):
    for found in (discovery(t), t.get(t.root).json, *t.collections):
        for name in found:
            assert 3 <= len(name) <= 250 or name == "id", name
            assert all(c.islower() or c.isdigit() or c == "_" for c in name), name


@check("api-root-required", "4.2.1", MUST, "An API root has title, versions and max_content_length")
def required(t):
    found = t.get(t.root).is_(200).json
    text(found.get("title"), "title")
    assert isinstance(found.get("versions"), list) and found["versions"], found
    assert "max_content_length" in found, found


@check("api-root-versions", "4.2.1", MUST, f"versions names {TAXII}")
def versions(t):
    assert TAXII in t.get(t.root).json["versions"]


@check("api-root-versions-are-media-types", "4.2.1", MUST, "versions are media types of TAXII with a version")
def version_types(t):
    for one in t.get(t.root).json["versions"]:
        assert one.startswith("application/") and "taxii+json" in one and "version=" in one, one


@check("api-root-max-content-length", "4.2.1", MUST, "max_content_length is a whole number above zero")
def most(t):
    found = t.max_content_length
    assert type(found) is int and 0 < found < 2**53, found


@check("api-root-unknown", "4.2", MUST, "An API root that is not there gives 404")
def no_root(t):
    t.get(urljoin(t.url, "/taxii2-nothing-of-this-name/")).is_(401, 404)


# Collections.

@check("collections-form", "5.1.1", MUST, "collections is a list that is not empty, or is left out")
def collections(t):
    found = t.get(t.root + "collections/").is_(200).json
    if "collections" in found:
        assert isinstance(found["collections"], list) and found["collections"], found


@check("collections-order", "3.3", MUST, "The collections come in the same order each time")
def order(t):
    ids = [[one["id"] for one in t.get(t.root + "collections/").json["collections"]] for _ in range(4)]
    assert all(one == ids[0] for one in ids), ids


@check("collection-required", "5.2.1", MUST, "A collection has id, title, can_read and can_write of the right types")
def collection(t):
    for one in t.collections:
        text(one.get("title"), "title")
        assert type(one.get("can_read")) is bool and type(one.get("can_write")) is bool, one


@check("collection-id", "5.2.1", MUST, "A collection's id is a UUID of version 4")
def collection_id(t):
    for one in t.collections:
        assert uuid.UUID(one["id"]).version == 4, one["id"]


@check("collection-optional", "5.2.1", MUST, "description and alias are texts, media_types a list of texts that is not empty")
def optional(t):
    for one in t.collections:
        for name in ("description", "alias"):
            assert isinstance(one.get(name, ""), str), one
        if "media_types" in one:
            assert one["media_types"] and all(isinstance(kind, str) for kind in one["media_types"]), one


@check("collection-same", "5.2", MUST, "A collection asked for alone is the same as in the list")
def alone(t):
    for one in t.collections:
        found = t.get(t.in_(one["id"], "")).is_(200).is_taxii().json
        assert found == one, (found, one)


@check("collection-alias-unique", "5.2.1", MUST, "Aliases are unique in an API root")
def alias_unique(t):
    aliases = [one["alias"] for one in t.collections if "alias" in one]
    assert len(aliases) == len(set(aliases)), aliases


@check("collection-alias", "5.2.1", QUALITY, "A collection is found by its alias, too")
def alias(t):
    named = [one for one in t.collections if "alias" in one]
    if not named:
        raise Skip("no collection has an alias")
    for one in named:
        assert t.get(t.in_(one["alias"], "")).is_(200).json["id"] == one["id"]


@check("collection-alias-objects", "5.2.1", QUALITY, "Objects are read under the alias as under the id")
def alias_objects(t):
    named = [one for one in t.collections if "alias" in one and one["can_read"]]
    if not named:
        raise Skip("no collection has an alias")
    one, query = named[0], "objects/?limit=5"
    assert t.get(t.in_(one["alias"], query)).objects == t.get(t.in_(one["id"], query)).objects


for name, rest in {"collection": "", "manifest": "manifest/", "objects": "objects/", "object": f"objects/{NOBODY}/", "versions": f"objects/{NOBODY}/versions/"}.items():
    def unknown(t, rest=rest):
        t.get(t.in_(UNKNOWN, rest)).is_(404).is_taxii()

    add(f"unknown-collection-{name}", "5.2", MUST, f"{name}: of a collection that is not there 404 in TAXII", unknown)


@check("unknown-collection-add", "5.5", MUST, "Adding to a collection that is not there gives 404")
def unknown_add(t):
    t.post(t.in_(UNKNOWN), []).is_(404)


# Errors.

ERRORS = {
    "404": lambda t: t.get(t.in_(UNKNOWN, "")),
    "400": lambda t: t.get(t.objects + "?limit=0"),
    "401": lambda t: t.get(t.root + "collections/", auth=None),
    "406": lambda t: t.get(t.url, accept="text/html"),
    "415": lambda t: t.post(t.objects, [], kind="text/plain"),
    "422": lambda t: t.post(t.objects, "no JSON"),
}
for status, cause in ERRORS.items():
    def has_message(t, cause=cause):
        answer = cause(t)
        assert answer.status >= 400, answer.status
        if not answer.body:
            return
        found = answer.is_taxii().json
        text(found.get("title"), "title")
        for name in ("description", "error_id", "error_code", "http_status", "external_details"):
            assert isinstance(found.get(name, ""), str), f"{name}: {found[name]!r}"
        assert isinstance(found.get("details", {}), dict), found

    def agrees(t, cause=cause):
        answer = cause(t)
        found = answer.json.get("http_status")
        assert found is None or found == str(answer.status), (found, answer.status)

    def says(t, cause=cause):
        assert cause(t).json.get("title"), "it has no title"

    add(f"error-{status}-form", "3.6.1", MUST, f"What a {status} carries, if anything, is an error message with a title", has_message)
    add(f"error-{status}-http-status", "3.6.1", MUST, f"http_status of a {status} is the status as text", agrees)
    add(f"error-{status}-says", "3.6", QUALITY, f"A {status} says what is wrong", says)


@check("method-unknown", "3.6", QUALITY, "A method that an endpoint does not know gives 405 with Allow, in TAXII")
def method(t):
    answer = t.ask("PUT", t.objects, body=b"{}", kind=TAXII).is_(405).is_taxii()
    assert "GET" in answer.headers.get("allow", ""), answer.headers.get("allow")


@check("status-unknown", "4.3", MUST, "A status that is not there gives 404")
def status(t):
    t.get(f"{t.root}status/{UNKNOWN}/").is_(404).is_taxii()


@check("slash-missing", "3.1", QUALITY, "A path without its last slash is no failure of the server's")
def slash(t):
    t.get(t.root + "collections").is_(200, 301, 302, 307, 308, 404)


@check("discovery-anywhere", "4.1", SHOULD, "A client that starts at discovery comes to the collections")
def way(t):
    t.get(t.root + "collections/").is_(200).is_taxii()
