"""Transport and what HTTP offers besides (sections 1.6.6, 8.2.2; RFC 9110)."""

import gzip
import json
import socket
import ssl

from kit import MUST, QUALITY, SHOULD, TAXII, Skip, add, check, indicator, tls_context, where


def handshake(t, minimum, maximum, ciphers=None):
    scheme, host, port = where(t.url)
    if scheme != "https":
        raise Skip("it is tested over plain HTTP")
    with socket.create_connection((host, port), timeout=20) as plain:
        with tls_context(minimum, maximum, ciphers).wrap_socket(plain) as secure:
            return secure.version(), secure.cipher()


@check("tls", "8.2.2", MUST, "It is reached over HTTPS")
def https(t):
    if where(t.url)[0] != "https":
        raise Skip("it is tested over plain HTTP")
    t.get(t.url).is_(200)


@check("tls-1.2", "8.2.2", MUST, "TLS 1.2 is accepted")
def tls_12(t):
    assert handshake(t, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"


@check("tls-1.3", "8.2.2", SHOULD, "TLS 1.3 is accepted")
def tls_13(t):
    assert handshake(t, ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"


@check("tls-weak", "8.2.2", SHOULD, "In TLS 1.2 no cipher suite without forward secrecy and authenticated encryption is accepted")
def weak(t):
    try:
        _, cipher = handshake(t, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, "AES128-SHA:AES256-SHA:AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    except ssl.SSLError:
        return
    raise AssertionError(f"{cipher} is accepted")


@check("tls-old", "8.2.2", QUALITY, "TLS below 1.2 is not accepted")
def old(t):
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version, _ = handshake(t, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, "DEFAULT:@SECLEVEL=0")
    except (ssl.SSLError, ConnectionError, ValueError):
        return
    raise AssertionError(f"{version} is accepted")


HEADS = {
    "discovery": lambda t: t.url, "collections": lambda t: t.root + "collections/", "objects": lambda t: t.narrowed(),
    "object": lambda t: t.one(t.world.many), "manifest": lambda t: t.narrowed(base=t.manifest),
}
for name, url in HEADS.items():
    def head(t, url=url):
        one, other = t.ask("HEAD", url(t)), t.get(url(t))
        one.is_(200).is_taxii()
        assert one.body == b"", "it has a body"
        for header in ("x-taxii-date-added-first", "x-taxii-date-added-last"):
            assert one.headers.get(header) == other.headers.get(header), header

    add(f"head-{name}", "3.1", QUALITY, f"{name}: HEAD is answered like GET, without a body", head)

for name, url in HEADS.items():
    def conditional(t, url=url):
        tag = t.get(url(t)).is_(200).headers.get("etag")
        assert tag, "it has no entity tag"
        answer = t.get(url(t), headers={"If-None-Match": tag}).is_(304)
        assert answer.body == b""

    add(f"conditional-{name}", "3.1", QUALITY, f"{name}: If-None-Match with its entity tag gives 304", conditional)


@check("conditional-changed", "3.1", QUALITY, "When something was added, the entity tag is another")
def changed(t):
    tag = t.get(t.objects).is_(200).headers.get("etag")
    assert tag, "it has no entity tag"
    one = indicator()
    t.take(one)
    try:
        url = f"{t.objects}?match[id]={one['id']}"
        tag = t.get(url).headers["etag"]
        t.take({**one, "modified": "2026-05-05T00:00:00.000Z"})
        t.get(url, headers={"If-None-Match": tag}).is_(200)
    finally:
        t.ask("DELETE", t.one(one["id"]))


@check("packed-answer", "3.1", QUALITY, "Accept-Encoding: gzip gives a packed answer that is the same")
def packed(t):
    plain = t.get(t.narrowed())
    # The library unpacks it.
    answer = t.get(t.narrowed(), headers={"Accept-Encoding": "gzip"}).is_(200)
    assert answer.headers.get("content-encoding") == "gzip", "it is not packed"
    assert answer.body == plain.body


@check("packed-vary", "3.1", QUALITY, "Vary then names Accept-Encoding")
def vary(t):
    answer = t.get(t.narrowed(), headers={"Accept-Encoding": "gzip"}).is_(200)
    assert "accept-encoding" in answer.headers.get("vary", "").lower(), answer.headers.get("vary")


@check("packed-body", "5.5", QUALITY, "A body packed by gzip is taken")
def packed_body(t):
    one = indicator()
    body = gzip.compress(json.dumps({"objects": [one]}).encode())
    t.post(t.objects, body, headers={"Content-Encoding": "gzip"}).is_(202)
    assert t.get(t.one(one["id"])).ids == [one["id"]]


@check("packed-bomb", "5.5", QUALITY, "A small body that unpacks beyond max_content_length gives 413, or is not unpacked: 400 or 415")
def bomb(t):
    most = t.max_content_length
    if most > 128 << 20:
        raise Skip("the limit is too high to be tried")
    body = gzip.compress(b'{"objects":[' + b" " * (most + 1_000))
    t.post(t.objects, body, headers={"Content-Encoding": "gzip"}).is_(413, 415, 400, 422)


@check("packed-unknown", "5.5", QUALITY, "A body packed in an unknown way gives 415")
def unknown(t):
    t.post(t.objects, b"x", headers={"Content-Encoding": "nothing-known"}).is_(415)


@check("cache-private", "1.6.9", QUALITY, "What an account reads is not for shared caches")
def private(t):
    said = t.get(t.narrowed()).headers.get("cache-control", "")
    assert "private" in said or "no-store" in said, said


@check("content-length", "3.1", QUALITY, "The length of an answer is said and right, or it comes in chunks")
def length(t):
    answer = t.get(t.narrowed())
    if "content-length" in answer.headers:
        assert int(answer.headers["content-length"]) == len(answer.body)


@check("utf-8", "1.6.7", MUST, "Answers are JSON in UTF-8")
def utf_8(t):
    one = indicator(name="café — 東京 😀")
    t.take(one)
    assert t.get(t.one(one["id"])).objects[0]["name"] == one["name"]


@check("json-one-of-each", "1.6.7", QUALITY, "No key stands twice in an answer")
def keys(t):
    def pairs(found):
        names = [name for name, _ in found]
        assert len(names) == len(set(names)), names
        return dict(found)

    for url in (t.url, t.root, t.root + "collections/", t.narrowed(), t.narrowed(base=t.manifest)):
        json.loads(t.get(url).body, object_pairs_hook=pairs)


@check("long-query", "3.4", QUALITY, "A long list of identifiers is answered, or refused as too long")
def long(t):
    ids = ",".join(f"indicator--00000000-0000-4000-8000-{n:012x}" for n in range(150))
    t.get(f"{t.objects}?match[id]={ids}").is_(200, 400, 414, 431)


assert TAXII
