"""Media types and versions (sections 1.6.8, 3.1)."""

from kit import MUST, QUALITY, SHOULD, TAXII, NOBODY, add, check, indicator, media

# Where an Accept header is tried: each endpoint has its own code in many servers.
ENDPOINTS = {
    "discovery": lambda t: t.url,
    "api-root": lambda t: t.root,
    "collections": lambda t: t.root + "collections/",
    "collection": lambda t: t.in_(t.rw, ""),
    "manifest": lambda t: t.narrowed(base=t.manifest),
    "objects": lambda t: t.narrowed(),
    "object": lambda t: t.one(t.world.many),
    "versions": lambda t: t.one(t.world.many, "versions/"),
}

for name, url in ENDPOINTS.items():
    def answers(t, url=url):
        t.get(url(t)).is_(200).is_taxii()

    def no_version(t, url=url):
        t.get(url(t), accept="application/taxii+json").is_(200).is_taxii()

    def other_type(t, url=url):
        answer = t.get(url(t), accept="text/html")
        answer.is_(200, 406)
        if answer.status == 200:
            answer.is_taxii()

    def other_version(t, url=url):
        t.get(url(t), accept="application/taxii+json;version=2.0").is_(200, 406)

    add(f"accept-{name}", "3.1", MUST, f"{name}: asked for in TAXII 2.1 it is answered, with media type and version", answers)
    add(f"accept-no-version-{name}", "1.6.8.2", MUST, f"{name}: without a version in Accept it is answered, not 406", no_version)
    add(f"accept-other-type-{name}", "3.1", MUST, f"{name}: text/html in Accept gives TAXII or 406", other_type)
    add(f"accept-other-version-{name}", "3.1", MUST, f"{name}: another version in Accept gives TAXII or 406", other_version)

FINE = {
    "space": "application/taxii+json; version=2.1",
    "spaces": "application/taxii+json ; version=2.1",
    "quoted": 'application/taxii+json;version="2.1"',
    "case": "Application/TAXII+JSON;Version=2.1",
    "among-others": "text/html, application/taxii+json;version=2.1",
    "quality": "application/taxii+json;version=2.1;q=0.5",
    "quality-among-others": "text/html;q=0.9, application/taxii+json;version=2.1;q=0.8",
    "with-stix": "application/taxii+json;version=2.1,application/stix+json;version=2.1",
    "without-spaces": "text/html,application/taxii+json;version=2.1,*/*;q=0.1",
    "other-version-too": "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
}
for name, accept in FINE.items():
    def is_fine(t, accept=accept):
        t.get(t.url, accept=accept).is_(200).is_taxii()

    add(f"accept-form-{name}", "3.1", MUST, f"Accept: {accept} is answered, not 406", is_fine)

for name, accept in {"any": "*/*", "any-application": "application/*"}.items():
    def any_fine(t, accept=accept):
        t.get(t.url, accept=accept).is_(200).is_taxii()

    add(f"accept-range-{name}", "1.6.8", QUALITY, f"Accept: {accept} lets the server answer in TAXII", any_fine)


@check("accept-quality-nothing", "1.6.8", QUALITY, "Accept: application/taxii+json;version=2.1;q=0 refuses TAXII: 406")
def nothing(t):
    t.get(t.url, accept="application/taxii+json;version=2.1;q=0").is_(406)


@check("accept-missing", "3.1", QUALITY, "A request without Accept gives TAXII or 406, no failure")
def missing(t):
    t.get(t.url, accept=None).is_(200, 406)


@check("accept-other-is-refused", "3.1", QUALITY, "A media type that is not TAXII's is refused with 406")
def refused(t):
    t.get(t.url, accept="application/json").is_(406)


@check("error-406-media-type", "4.1", MUST, "A 406 carries the TAXII media type")
def error_media(t):
    answer = t.get(t.url, accept="text/html")
    if answer.status == 406:
        answer.is_taxii()


@check("accept-manifest-with-stix", "5.3", MUST, "The manifest may be asked for with TAXII and STIX in Accept")
def manifest_both(t):
    t.get(t.narrowed(base=t.manifest), accept="application/taxii+json;version=2.1,application/stix+json;version=2.1").is_(200)


@check("versions-highest", "3.1", SHOULD, "Without a version in Accept the answer is of the highest version of the server")
def highest(t):
    answer = t.get(t.url, accept="application/taxii+json").is_(200)
    assert media(answer.headers["content-type"])[1].get("version") == "2.1"


KINDS = {
    "space": "application/taxii+json; version=2.1",
    "spaces": "application/taxii+json ; version=2.1",
    "quoted": 'application/taxii+json;version="2.1"',
    "case": "Application/TAXII+JSON;version=2.1",
    "no-version": "application/taxii+json",
    "charset": "application/taxii+json;version=2.1;charset=utf-8",
}
for name, kind in KINDS.items():
    def takes(t, kind=kind):
        t.post(t.objects, [indicator()], kind=kind).is_(202)

    add(f"content-type-{name}", "3.1", MUST, f"Content-Type: {kind} is taken, not 415", takes)

for name, kind in {
    "json": "application/json", "stix": "application/stix+json;version=2.1", "other-version": "application/taxii+json;version=2.0",
}.items():
    def other(t, kind=kind):
        t.post(t.objects, [indicator()], kind=kind).is_(202, 415)

    add(f"content-type-other-{name}", "3.1", MUST, f"Content-Type: {kind} is taken or refused with 415", other)


@check("content-type-other-is-refused", "5.5", QUALITY, "A body of another media type is refused with 415")
def other_refused(t):
    t.post(t.objects, [indicator()], kind="text/plain").is_(415)


@check("content-type-missing", "3.1", QUALITY, "A body without Content-Type is refused with 415")
def no_kind(t):
    t.post(t.objects, [indicator()], kind=None).is_(415)


@check("error-415-media-type", "5.5", MUST, "A 415 carries the TAXII media type")
def error_415(t):
    answer = t.post(t.objects, [indicator()], kind="text/plain")
    if answer.status == 415:
        answer.is_taxii()


@check("post-accept-other", "3.1", MUST, "Adding with another type in Accept is answered in TAXII or 406")
def post_accept(t):
    t.post(t.objects, [indicator()], accept="text/html").is_(202, 406)


@check("delete-accept-other", "5.7", MUST, "Deleting with another type in Accept is answered in TAXII, 404 or 406")
def delete_accept(t):
    t.ask("DELETE", t.one(NOBODY), accept="text/html").is_(404, 406)


@check("user-agent-missing", "8.2.1", SHOULD, "A request without User-Agent is not refused for that")
def no_agent(t):
    t.get(t.url, headers={"User-Agent": None}).is_(200)


assert TAXII
