"""What a check is, how a server is asked, and what is put into it."""

import json
import re
import ssl
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import SKIP_HEADER

TAXII = "application/taxii+json;version=2.1"
MUST, SHOULD, QUALITY = "MUST", "SHOULD", "QUALITY"
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
FIRST, LAST = "x-taxii-date-added-first", "x-taxii-date-added-last"
# Never held anywhere.
NOBODY = "indicator--00000000-0000-4000-8000-00000000dead"


class Skip(Exception):
    """The server offers nothing to try this on."""


@dataclass(frozen=True)
class Check:
    id: str
    section: str
    level: str
    what: str
    run: object = field(compare=False)


CHECKS = []


def check(id, section, level, what):
    """Registers a function of a `Target` that raises if the statement does not hold."""

    def register(run):
        add(id, section, level, what, run)
        return run

    return register


def add(id, section, level, what, run):
    assert all(held.id != id for held in CHECKS), f"two checks are called {id}"
    CHECKS.append(Check(id, section, level, what, run))


def media(text):
    """A media type's name and parameters."""
    name, *parameters = (text or "").split(";")
    pairs = (one.split("=", 1) for one in parameters if "=" in one)
    return name.strip().lower(), {key.strip().lower(): value.strip().strip('"') for key, value in pairs}


def moment(text):
    """A timestamp with three digits, if it has no more that count: how many a server writes is its own."""
    head, _, fraction = text.rstrip("Z").partition(".")
    return f"{head}.{fraction.rstrip('0').ljust(3, '0')}Z"


class Answer:
    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content

    @property
    def json(self):
        try:
            value = json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise AssertionError(f"no JSON: {error}: {self.body[:200]!r}") from None
        assert isinstance(value, dict), f"no JSON object: {self.body[:200]!r}"
        return value

    def is_(self, *statuses):
        assert self.status in statuses, f"{self.status} instead of {' or '.join(map(str, statuses))}: {self.body[:200]!r}"
        return self

    def is_taxii(self):
        name, parameters = media(self.headers.get("content-type"))
        assert (name, parameters.get("version")) == ("application/taxii+json", "2.1"), self.headers.get("content-type")
        return self

    def is_error(self, *statuses):
        return self.is_(*statuses)

    @property
    def objects(self):
        return self.is_(200).json.get("objects", [])

    @property
    def ids(self):
        return [one["id"] for one in self.objects]

    @property
    def versions(self):
        return [moment(one.get("version", one.get("modified", one.get("created")))) for one in self.objects]

    @property
    def listed(self):
        """What a list of versions holds."""
        return [moment(one) for one in self.is_(200).json.get("versions", [])]


class Adapter(HTTPAdapter):
    def __init__(self, **tls):
        self.tls = tls
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, **self.tls)


class Target:
    """The server under test, as one account sees it."""

    def __init__(self, url, user, password, ca=None, invisible=None):
        self.url = url if url.endswith("/") else url + "/"
        self.auth = (user, password)
        self.ca = ca
        self.invisible = invisible
        self.session = requests.Session()
        self.session.verify = ca or True
        self.session.trust_env = False
        self.kept = {}

    # Asking.

    def ask(self, method, url, accept=TAXII, auth=..., headers=None, body=None, kind=None):
        """One request. `None` leaves a header out; the URL goes out as it is written."""
        auth = self.auth if auth is ... else auth
        given = {"Accept": accept, "Content-Type": kind, "Accept-Encoding": "identity", **(headers or {})}
        silent = [name for name, value in given.items() if value is None]
        request = requests.Request(method, url, auth=auth, data=body)
        prepared = self.session.prepare_request(request)
        prepared.url = url
        for name in silent:
            prepared.headers.pop(name, None)
        prepared.headers.update({name: value for name, value in given.items() if value is not None})
        prepared.headers.setdefault("User-Agent", "taxii-suite")
        if "User-Agent" in silent:
            prepared.headers["User-Agent"] = SKIP_HEADER
        settings = self.session.merge_environment_settings(url, {}, False, None, None)
        return Answer(self.session.send(prepared, timeout=120, allow_redirects=False, **settings))

    def get(self, url, **more):
        return self.ask("GET", url, **more)

    def post(self, url, objects, **more):
        body = objects if isinstance(objects, (bytes, str)) else json.dumps({"objects": objects})
        body = body.encode() if isinstance(body, str) else body
        return self.ask("POST", url, body=body, **{"kind": TAXII, **more})

    # Where things are.

    def once(self, name, make):
        if name not in self.kept:
            try:
                self.kept[name] = (True, make())
            except Exception as error:
                self.kept[name] = (False, error)
        fine, value = self.kept[name]
        if not fine:
            raise value
        return value

    @property
    def root(self):
        def find():
            found = self.get(self.url).is_(200).json
            root = urljoin(self.url, found.get("default") or found["api_roots"][0])
            return root if root.endswith("/") else root + "/"

        return self.once("root", find)

    @property
    def collections(self):
        return self.once("collections", lambda: self.get(self.root + "collections/").is_(200).json.get("collections", []))

    def find(self, read, write):
        for one in self.collections:
            if (one["can_read"], one["can_write"]) == (read, write):
                return one
        raise Skip(f"no collection with can_read {read} and can_write {write}")

    @property
    def rw(self):
        return self.find(True, True)["id"]

    @property
    def ro(self):
        return self.find(True, False)["id"]

    @property
    def wo(self):
        return self.find(False, True)["id"]

    @property
    def hidden(self):
        if not self.invisible:
            raise Skip("no collection is named that is invisible to the account")
        return self.invisible

    @property
    def max_content_length(self):
        return self.get(self.root).is_(200).json["max_content_length"]

    def in_(self, collection, rest="objects/"):
        return f"{self.root}collections/{collection}/{rest}"

    @property
    def objects(self):
        return self.in_(self.rw)

    @property
    def manifest(self):
        return self.in_(self.rw, "manifest/")

    def one(self, id, query=""):
        return self.in_(self.rw, f"objects/{id}/{query}")

    # What is put in.

    def put(self, *objects, collection=None):
        """Hands in and waits until it is settled."""
        status = self.post(self.in_(collection or self.rw), list(objects)).is_(202).json
        end = time.monotonic() + 60
        while status["status"] == "pending" and time.monotonic() < end:
            time.sleep(0.1)
            status = self.get(f"{self.root}status/{status['id']}/").is_(200).json
        return status

    def take(self, *objects):
        status = self.put(*objects)
        assert status["success_count"] == len(objects), f"not all were taken: {json.dumps(status)[:500]}"
        return status

    @property
    def world(self):
        """Objects of several types and versions, put in once."""
        return self.once("world", lambda: World(self))

    def narrowed(self, query="", ids=None, base=None):
        """Only what this run put in."""
        more = f"&{query}" if query else ""
        return f"{base or self.objects}?match[id]={','.join(ids or self.world.ids)}{more}"


def fresh(name):
    return f"{name}--{uuid.uuid4()}"


def indicator(id=None, modified="2026-01-01T00:00:00.000Z", **more):
    return {
        "type": "indicator", "spec_version": "2.1", "id": id or fresh("indicator"),
        "created": "2026-01-01T00:00:00.000Z", "modified": modified, "name": "A name",
        "indicator_types": ["malicious-activity"], "pattern": "[domain-name:value = 'example.org']",
        "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z", **more,
    }


def campaign(**more):
    return {
        "type": "campaign", "spec_version": "2.1", "id": fresh("campaign"), "name": "A campaign",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", **more,
    }


def address(number=None):
    number = number or uuid.uuid4().int % 65_536
    value = f"198.51.{number // 256}.{number % 256}"
    namespace = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
    name = json.dumps({"value": value}, separators=(",", ":"))
    return {"type": "ipv4-addr", "spec_version": "2.1", "id": f"ipv4-addr--{uuid.uuid5(namespace, name)}", "value": value}


class World:
    VERSIONS = ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"]

    def __init__(self, target):
        first, middle, last = self.VERSIONS
        self.many = fresh("indicator")
        self.of_many = {moment: indicator(self.many, moment, name=f"As of {moment}") for moment in self.VERSIONS}
        self.single = indicator()
        self.campaign = campaign()
        self.malware = {
            "type": "malware", "spec_version": "2.1", "id": fresh("malware"), "name": "A malware", "is_family": False,
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        }
        self.link = {
            "type": "relationship", "spec_version": "2.1", "id": fresh("relationship"), "relationship_type": "indicates",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "source_ref": self.single["id"], "target_ref": self.campaign["id"],
        }
        self.definition = {
            "type": "marking-definition", "spec_version": "2.1", "id": fresh("marking-definition"),
            "created": "2026-01-05T00:00:00.000Z", "definition_type": "statement", "definition": {"statement": "For tests"},
        }
        self.fact = address()
        # Older versions after newer ones, each in a request of its own.
        for one in (self.of_many[last], self.of_many[first], self.of_many[middle]):
            target.take(one)
        target.take(self.single, self.campaign, self.malware)
        self.newest = [self.of_many[last], self.single, self.campaign, self.malware]
        # What a server does not take fails the checks on it, and no others.
        for one in (self.link, self.definition, self.fact):
            try:
                target.take(one)
                self.newest.append(one)
            except AssertionError:
                pass
        self.ids = [one["id"] for one in self.newest]
        self.middle = middle


def same(one, other):
    assert json.loads(json.dumps(one)) == other, f"{other} instead of {one}"


def sets(found, expected, what="found"):
    found, expected = sorted(found), sorted(expected)
    assert found == expected, f"{what} {found} instead of {expected}"


def pages(target, url, limit, by="next"):
    """All pages of a list, by `next` or by `added_after`."""
    mark = "&" if "?" in url else "?"
    following, found = "", []
    while True:
        answer = target.get(f"{url}{mark}limit={limit}{following}").is_(200)
        found.append(answer)
        assert len(found) < 1_000, "the pages have no end"
        if not answer.json.get("more"):
            return found
        if by == "next":
            if "next" not in answer.json:
                raise Skip("the server gives no next")
            following = f"&next={quote(answer.json['next'], safe='')}"
        else:
            following = f"&added_after={answer.headers[LAST]}"


def tls_context(minimum, maximum, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version, context.maximum_version = minimum, maximum
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def where(url):
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
