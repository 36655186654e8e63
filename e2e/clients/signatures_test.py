"""Signatures over nodes, two foreign TAXII servers and the stix2 library; and the published
vectors, checked by other people's code.

What the program `entente` says of an object (`entente verify`) is asked after each station. Content
that is unchanged, in whatever bytes, is good; content to which somebody adds something is bad.
"""

import base64
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import requests
import rfc8785
import stix2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from taxii2client.v21 import ApiRoot, as_pages

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENTENTE = ROOT / "target/debug/entente"
SIGNATURE = "extension-definition--ed39c744-114c-5e29-b18d-9a15837c6c29"


def entente(*args, dir=None, text=None, fails=False):
    command = [str(ENTENTE), *(["--dir", str(dir)] if dir else []), *map(str, args)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    if not fails and done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr}")
    return done


def until(what, holds, seconds=90):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain until {what}")
        time.sleep(0.2)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Foreign:
    """A foreign TAXII server, until it is closed."""

    def __init__(self, script, *more):
        self.folder = tempfile.TemporaryDirectory()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/taxii2/"
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "servers" / script), self.folder.name, str(port), *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(f"{script} answers", self.answers)
        # A server may name its API root relative to itself, which taxii2-client does not follow.
        found = requests.get(self.url, auth=("peer", "word"), headers={"Accept": "application/taxii+json;version=2.1"})
        root = requests.compat.urljoin(self.url, found.json()["default"])
        self.collection = ApiRoot(root, user="peer", password="word").collections[0]

    def answers(self):
        try:
            return requests.get(self.url, auth=("peer", "word"), timeout=5).status_code < 500
        except requests.ConnectionError:
            return False

    def post(self, objects):
        for at in range(0, len(objects), 50):
            status = self.collection.add_objects({"objects": objects[at : at + 50]}, timeout=60)
            if status.failure_count:
                raise AssertionError(status.failures)

    def fetch(self):
        pages = as_pages(self.collection.get_objects, per_request=100)
        return [one for page in pages for one in page.get("objects", [])]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class Serving:
    """A node that pulls, until it is closed."""

    def __init__(self, dir):
        self.process = subprocess.Popen(
            [str(ENTENTE), "--dir", str(dir), "serve", "--listen", "http://127.0.0.1:0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self):
        self.process.terminate()
        self.process.wait()


class Stations(unittest.TestCase):
    """One state's reports, exported as the public may see them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.base = Path(cls.folder.name)
        nodes = json.loads((ROOT / "samples/sources/nodes.json").read_text())["nodes"]
        cls.state = next(node["identity"] for node in nodes if node["slug"] == "tirana")
        cls.owner = cls.base / "owner"
        entente("init", "--name", "Tirana", "--code", "AL", "--state-id", cls.state, dir=cls.owner)
        entente("import", "--adopt", ROOT / "samples/bundles/tirana.json", dir=cls.owner)
        cls.first_key = cls.current()["key"]
        entente("key", "rotate", "--yes", dir=cls.owner)
        cls.key = cls.current()["key"]
        cls.extra = cls.base / "extra.json"
        cls.extra.write_text(json.dumps(unusual(cls.state)))
        entente("import", "--adopt", cls.extra, dir=cls.owner)
        exported = json.loads(entente("export", "--as", "public", dir=cls.owner).stdout)["objects"]
        # What the owner signed: facts and definitions go by themselves, and OpenTAXII takes
        # nothing without `modified`.
        cls.signed = [one for one in exported if SIGNATURE in one.get("extensions", {})]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def current(cls):
        lines = entente("--json", "key", "show", dir=cls.owner).stdout.splitlines()
        return next(key for key in map(json.loads, lines) if key["standing"] == "current")

    def statuses(self, texts):
        """What the program says of these texts, each an object."""
        file = self.base / "verified.json"
        body = ",".join(texts)
        file.write_text(f'{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{body}]}}')
        done = entente("--json", "verify", file, "--key", self.key, "--key", self.first_key, fails=True)
        return [json.loads(line)["status"] for line in done.stdout.splitlines()]

    def assert_all(self, status, texts):
        found = self.statuses(texts)
        self.assertEqual(len(found), len(texts))
        wrong = [text for text, one in zip(texts, found) if one != status]
        self.assertFalse(wrong, f"{len(wrong)} of {len(texts)} are not {status}")

    def pulling(self, name, code, server):
        """A node of another state that pulls from a foreign server. Gives its folder."""
        dir = self.base / name
        made = json.loads(entente("--json", "init", "--name", name, "--code", code, dir=dir).stdout)
        invitation = self.base / f"{name}.json"
        owner = {"name": "Tirana", "code": "AL", "state_name": "Albania", "state": self.state}
        invitation.write_text(json.dumps({
            "entente_invitation": 1, "from": owner, "to": made["node"]["state"], "url": server.url, "key": self.key,
            "roots": "", "user": "peer", "password": "word", "expires": "2100-01-01T00:00:00Z",
        }))
        told = json.loads(entente("--json", "key", "show", dir=self.owner).stdout.splitlines()[0])
        entente("peer", "add", invitation, "--fingerprint", told["fingerprint"], "--allow-private", dir=dir)
        serving = Serving(dir)
        self.addCleanup(serving.close)
        return dir

    def held(self, dir):
        """What a node holds of the owner's."""
        exported = json.loads(entente("export", dir=dir).stdout)["objects"]
        return [one for one in exported if one.get("created_by_ref") == self.state]

    def test_the_owner_and_pythons_json(self):
        self.assertGreater(len(self.signed), 20)
        self.assert_all("good", [json.dumps(one) for one in self.signed])
        self.assert_all("good", [json.dumps(one, indent=3, sort_keys=True, ensure_ascii=False) for one in self.signed])
        backwards = [dict(reversed(list(one.items()))) for one in self.signed]
        self.assert_all("good", [json.dumps(one) for one in backwards])

    def test_two_foreign_servers_and_two_nodes_between(self):
        medallion = Foreign("medallion_server.py")
        self.addCleanup(medallion.close)
        medallion.post(self.signed)
        fetched = medallion.fetch()
        self.assertEqual({one["id"] for one in fetched}, {one["id"] for one in self.signed})
        self.assert_all("good", [json.dumps(one) for one in fetched])

        zagreb = self.pulling("Zagreb", "HR", medallion)
        until("Zagreb holds everything", lambda: len(self.held(zagreb)) >= len(self.signed))
        held = self.held(zagreb)
        self.assertEqual({one["id"] for one in held}, {one["id"] for one in self.signed})

        opentaxii = Foreign("opentaxii_server.py", "mended")
        self.addCleanup(opentaxii.close)
        opentaxii.post(held)
        fetched = opentaxii.fetch()
        self.assertEqual({one["id"] for one in fetched}, {one["id"] for one in self.signed})
        self.assert_all("good", [json.dumps(one) for one in fetched])

        pristina = self.pulling("Pristina", "XK", opentaxii)
        until("Pristina holds everything", lambda: len(self.held(pristina)) >= len(self.signed))
        file = self.base / "arrived.json"
        entente("export", "-o", file, dir=pristina)
        lines = entente("--json", "verify", file, dir=pristina).stdout.splitlines()
        ours = [line for line in map(json.loads, lines) if line.get("owner") == self.state]
        self.assertEqual(len(ours), len(self.signed), "still its owner’s, over both keys")
        self.assertEqual({line["status"] for line in ours}, {"good"})
        self.assertEqual({line["standing"] for line in ours}, {"current", "former"})

    def test_servers_that_change_something_are_found_out(self):
        """Somebody who sees to it that all objects have all common properties."""
        medallion = Foreign("medallion_server.py")
        self.addCleanup(medallion.close)
        # By the current key: the word that makes the former one known is changed too.
        good = next(one for one in self.signed if one["type"] == "campaign")
        others = [one for one in self.signed if one is not good]
        medallion.post([good, *({**one, "revoked": False} for one in others)])
        self.assertEqual(sorted(self.statuses([json.dumps(one) for one in medallion.fetch()])).count("good"), 1)
        node = self.pulling("Skopje", "MK", medallion)
        until("Skopje holds what is good", lambda: self.held(node))
        self.assertEqual([one["id"] for one in self.held(node)], [good["id"]])

    def test_opentaxii_as_released_is_found_out(self):
        """It takes everything and gives back other objects: nothing of it is admitted."""
        opentaxii = Foreign("opentaxii_server.py")
        self.addCleanup(opentaxii.close)
        opentaxii.post(self.signed)
        fetched = opentaxii.fetch()
        self.assertEqual({one["id"] for one in fetched}, {one["id"] for one in self.signed})
        self.assertTrue(all(one["spec_version"] == one["type"] for one in fetched), "mended: say so in the documents")
        self.assertFalse({"good", "unknown-key"} & set(self.statuses([json.dumps(one) for one in fetched])))
        node = self.pulling("Podgorica", "ME", opentaxii)

        def has_read_on():
            peer = json.loads(entente("--json", "peer", "list", dir=node).stdout)
            return peer["held_up_to"] is not None

        until("Podgorica has read all of it", has_read_on)
        self.assertEqual(self.held(node), [])

    def test_the_stix2_library(self):
        parsed = [stix2.parse(one, allow_custom=True) for one in self.signed]
        texts = [one.serialize(pretty=True) if hasattr(one, "serialize") else json.dumps(one) for one in parsed]
        kept = [json.loads(text) == one for text, one in zip(texts, self.signed)]
        statuses = self.statuses(texts)
        for text, same, status in zip(texts, kept, statuses):
            # The library writes anew; where it changes nothing but the bytes, the signature holds.
            self.assertEqual(status, "good" if same else "bad", text)
        self.assertGreater(statuses.count("good"), len(statuses) * 2 // 3)
        with_defaults = [
            one.serialize(include_optional_defaults=True)
            for one in parsed
            if hasattr(one, "serialize") and "revoked" not in one.serialize()
        ]
        changed = [text for text in with_defaults if '"revoked": false' in text]
        self.assertTrue(changed)
        self.assert_all("bad", changed)


def unusual(state):
    """What a careless program would change."""
    clear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
    common = {"spec_version": "2.1", "created_by_ref": state, "object_marking_refs": [clear]}
    campaign = {
        **common,
        "type": "campaign",
        "id": "campaign--00000000-0000-4000-8000-000000000001",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": "Zürich, Zu\u0308rich, \U0001f600, \u2028, \"\\/",
        "description": "\t\u0001 \u202e",
        "aliases": ["b", "a"],
        "confidence": 85,
    }
    location = {
        **common,
        "type": "location",
        "id": "location--00000000-0000-4000-8000-000000000001",
        "created": "2026-01-01T00:00:00.123Z",
        "modified": "2026-01-01T00:00:00.123Z",
        "latitude": 41.327_5,
        "longitude": 19.8187,
        "precision": 0.5,
    }
    return {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000002", "objects": [campaign, location]}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Vectors(unittest.TestCase):
    """The published vectors, by `rfc8785` and `cryptography`."""

    def load(self, name):
        return json.loads((ROOT / "docs/stix/vectors" / name).read_text())

    def test_canonical_forms(self):
        vectors = self.load("canonical.json")
        for case in vectors["documents"]:
            with self.subTest(case["name"]):
                value = floats(json.loads(case["input"]))
                self.assertEqual(rfc8785.dumps(value).decode(), case["canonical"])
        for case in vectors["numbers"]:
            import struct

            number = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]
            self.assertEqual(rfc8785.dumps(number).decode(), case["canonical"])

    def test_signatures(self):
        vectors = self.load("signatures.json")
        keys = {}
        for key in vectors["keys"]:
            secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed_hex"]))
            raw = secret.public_key().public_bytes_raw()
            self.assertEqual(encoded(raw), key["public_key"])
            self.assertEqual(hashlib.sha256(raw).hexdigest()[:32], key["key"])
            keys[key["key"]] = secret
        for case in vectors["cases"]:
            with self.subTest(case["name"]):
                value = json.loads(case["input"])
                body = value.get("extensions", {}).pop(vectors["extension"], None)
                if "extensions" in value and not value["extensions"]:
                    del value["extensions"]
                message = rfc8785.dumps(floats(value))
                self.assertEqual(message.decode(), case["message"])
                if case["status"] == "good":
                    self.assertEqual(encoded(keys[body["key"]].sign(message)), body["value"])

    def test_ed25519(self):
        for case in self.load("ed25519.json")["signatures"]:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public_key"]))
            signature, message = bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])
            if case["valid"]:
                key.verify(signature, message)
            elif "small order" not in case["name"]:
                # What strict verification refuses besides, others may accept.
                with self.assertRaises(InvalidSignature):
                    key.verify(signature, message)

    def test_proofs_of_succession(self):
        vectors = self.load("keys.json")
        for name, text in vectors["statements"].items():
            value = json.loads(text)
            if value["statement"] != "rotation":
                continue
            message = rfc8785.dumps({
                "entente_key_proof": 1,
                "owner": value["created_by_ref"],
                "signer_key": value["signer_key"],
                "successor_key": value["successor_key"],
            })
            successor = Ed25519PublicKey.from_public_bytes(decoded(value["successor_key"]))
            successor.verify(decoded(value["successor_proof"]), message)


def floats(value):
    """Python keeps integers exact; JSON in the RFC knows binary64 only."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, list):
        return [floats(one) for one in value]
    return {key: floats(one) for key, one in value.items()}


if __name__ == "__main__":
    unittest.main()
