"""Other formats, held against other people's code and data.

STIX 2.0 objects made with OASIS's library are lifted, and the same library, as STIX 2.1, must accept
each of them and derive the same identifiers. The lists of MISP's warninglists go in as lists of
indicators: every line must come out or be named.

Run with the program to ask as the first argument.
"""

import datetime
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import pymispwarninglists
import stix2
import stix2.v20 as v20
from stix2patterns.validator import run_validator

PROGRAM = sys.argv.pop(1)
NUMBER = 900
WHEN = "2017-02-01T10:00:00.123Z"
WORDS = "alpha bravo charlie delta echo foxtrot golf hotel".split()
FILES = Path(pymispwarninglists.__file__).parent / "data/misp-warninglists/lists"


def convert(text, *args):
    """What `entente convert` makes of a text, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        file, report = Path(folder) / "in", Path(folder) / "report"
        file.write_bytes(text.encode())
        command = [PROGRAM, "--json", "convert", *args, "--report", str(report), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stderr}")
        return done.stdout, [json.loads(line) for line in report.read_text().splitlines()]


class Maker:
    """Objects of STIX 2.0, the same for the same seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def uuid(self):
        bits = self.dice.getrandbits(128)
        bits = bits & ~(0xF << 76) | 4 << 76
        bits = bits & ~(0x3 << 62) | 0x2 << 62
        text = f"{bits:032x}"
        return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])

    def some(self, of, most=3):
        return self.dice.sample(of, self.dice.randint(1, min(most, len(of))))

    def word(self):
        return self.dice.choice(WORDS)

    def hexes(self, digits):
        return f"{self.dice.getrandbits(digits * 4):0{digits}x}"

    def maybe(self, properties):
        return {key: value() for key, value in properties.items() if self.dice.random() < 0.6}

    def common(self, name):
        more = self.maybe({
            "labels": lambda: self.some(WORDS),
            "external_references": lambda: [v20.ExternalReference(
                source_name=self.word(), url="https://example.org/" + self.word(),
                hashes={"SHA-256": self.hexes(64)})],
            "object_marking_refs": lambda: [self.dice.choice([v20.TLP_GREEN.id, v20.TLP_AMBER.id])],
        })
        return {"id": f"{name}--{self.uuid()}", "created": WHEN, "modified": WHEN, **more}

    def domain(self):
        ov = v20.vocab
        kinds = {
            v20.AttackPattern: {"name": self.word},
            v20.Campaign: {"name": self.word, "objective": self.word, "first_seen": lambda: WHEN},
            v20.CourseOfAction: {"name": self.word},
            v20.Identity: {"name": self.word, "identity_class": lambda: "organization",
                           "sectors": lambda: self.some(ov.INDUSTRY_SECTOR)},
            v20.Indicator: {"pattern": self.pattern, "valid_from": lambda: WHEN,
                            "labels": lambda: self.some(ov.INDICATOR_LABEL + WORDS)},
            v20.IntrusionSet: {"name": self.word, "goals": lambda: self.some(WORDS)},
            v20.Malware: {"name": self.word, "labels": lambda: self.some(ov.MALWARE_LABEL + WORDS)},
            v20.Report: {"name": self.word, "published": lambda: WHEN,
                         "labels": lambda: self.some(ov.REPORT_LABEL + WORDS),
                         "object_refs": lambda: [f"malware--{self.uuid()}"]},
            v20.ThreatActor: {"name": self.word, "roles": lambda: self.some(ov.THREAT_ACTOR_ROLE),
                              "labels": lambda: self.some(ov.THREAT_ACTOR_LABEL + WORDS)},
            v20.Tool: {"name": self.word, "labels": lambda: self.some(ov.TOOL_LABEL + WORDS)},
            v20.Vulnerability: {"name": self.word},
            v20.Relationship: {"relationship_type": lambda: "related-to",
                               "source_ref": lambda: f"malware--{self.uuid()}",
                               "target_ref": lambda: f"tool--{self.uuid()}"},
            v20.Sighting: {"sighting_of_ref": lambda: f"malware--{self.uuid()}", "count": lambda: 3},
        }
        kind = self.dice.choice(list(kinds))
        own = {key: value() for key, value in kinds[kind].items()}
        return kind(**{**self.common(kind._type), **own})

    def pattern(self):
        return self.dice.choice([
            "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
            "[process:binary_ref.name = 'a.exe' AND process:created > t'2016-01-01T00:00:00Z']",
            "[windows-registry-key:modified = t'2016-01-01T00:00:00Z'] WITHIN 5 SECONDS",
            "[url:value = 'a'] START t'2016-01-01T00:00:00.000Z' STOP t'2017-01-01T00:00:00.000Z'",
            "[file:parent_directory_ref.created = t'2016-01-01T00:00:00Z']",
        ])

    def hashes(self):
        return {"MD5": self.hexes(32), **self.maybe({
            "SHA-1": lambda: self.hexes(40), "SHA-256": lambda: self.hexes(64),
            "ssdeep": lambda: "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"})}

    def observed(self):
        """An observation of several objects that refer to each other, each type sometimes."""
        seen = {
            "0": {"type": "ipv4-addr", "value": f"198.51.100.{self.dice.randint(0, 255)}"},
            "1": {"type": "domain-name", "value": f"{self.word()}.example", "resolves_to_refs": ["0"]},
            "2": {"type": "directory", "path": "C:\\" + self.word(), **self.maybe({
                "created": lambda: WHEN, "modified": lambda: WHEN, "accessed": lambda: WHEN})},
            "3": {"type": "file", "name": self.word() + ".exe", "hashes": self.hashes(),
                  "parent_directory_ref": "2", **self.maybe({
                      "created": lambda: WHEN, "accessed": lambda: WHEN, "size": lambda: 7,
                      "extensions": lambda: {"ntfs-ext": {"sid": "1234567"}}})},
            "4": {"type": "network-traffic", "src_ref": "0", "dst_ref": "1", "protocols": ["ipv4", "tcp"],
                  "dst_port": self.dice.randint(1, 65535)},
            "5": {"type": "network-traffic", "src_ref": "0", "protocols": ["ipv4"],
                  "encapsulates_refs": ["4"]},
            "6": {"type": "process", "pid": self.dice.randint(1, 9999), "binary_ref": "3",
                  **self.maybe({"created": lambda: WHEN, "command_line": self.word})},
            "7": {"type": "email-addr", "value": f"{self.word()}@example.org", "display_name": "A"},
            "8": {"type": "email-message", "is_multipart": False, "from_ref": "7",
                  "to_refs": ["7"], "subject": self.word()},
            "9": {"type": "user-account", "user_id": self.hexes(4),
                  **self.maybe({"password_last_changed": lambda: WHEN})},
            "10": {"type": "windows-registry-key", "key": "hkey_local_machine\\" + self.word(),
                   **self.maybe({"modified": lambda: WHEN, "values": lambda: [
                       {"name": "a", "data": "b", "data_type": "REG_SZ"}]})},
            "11": {"type": "mutex", "name": self.word()},
            "12": {"type": "url", "value": f"https://{self.word()}.example/{self.hexes(4)}"},
            "13": {"type": "autonomous-system", "number": self.dice.randint(1, 65000)},
            "14": {"type": "mac-addr", "value": "d2:fb:49:24:37:18"},
            "15": {"type": "software", "name": self.word(), "version": "1"},
            "16": {"type": "x509-certificate", "serial_number": self.hexes(16), "hashes": self.hashes()},
            "17": {"type": "artifact", "mime_type": "image/jpeg", "payload_bin": "aGVsbG8gd29ybGQ="},
        }
        chosen = set(self.some(list(seen), 6))
        # What is referred to comes along.
        while True:
            text = [ref for key in chosen for name, value in seen[key].items()
                    if name.endswith(("_ref", "_refs"))
                    for ref in ([value] if isinstance(value, str) else value)]
            if chosen.issuperset(text):
                break
            chosen.update(text)
        objects = {key: seen[key] for key in seen if key in chosen}
        return v20.ObservedData(**self.common("observed-data"), first_observed=WHEN,
                                last_observed=WHEN, number_observed=2, objects=objects)


class Lifting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        maker = Maker(20)
        cls.made = [maker.observed() if at % 3 == 0 else maker.domain() for at in range(NUMBER)]
        cls.made += [v20.TLP_GREEN, v20.TLP_AMBER]
        bundle = v20.Bundle(objects=cls.made, allow_custom=True)
        out, cls.report = convert(bundle.serialize(), "--from", "stix20", "--to", "stix")
        cls.lifted = json.loads(out)["objects"]

    def test_the_library_accepts_every_object(self):
        self.assertGreaterEqual(len(self.lifted), 1_500)
        for one in self.lifted:
            with self.subTest(one["id"]):
                self.assertEqual(one["spec_version"], "2.1")
                stix2.parse(one, version="2.1")

    def test_what_is_lifted_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "lifted.jsonl"
            file.write_text("".join(json.dumps(one) + "\n" for one in self.lifted))
            done = subprocess.run([PROGRAM, "--json", "validate", str(file)], capture_output=True, text=True)
            findings = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([one for one in findings if one.get("level") == "must"][:3], [])

    def test_what_2_1_dropped_is_kept_as_the_author_s_own(self):
        file = {"type": "file", "name": "a", "is_encrypted": True, "encryption_algorithm": "rc4",
                "decryption_key": "k", "hashes": {"MD6": "0" * 32},
                "extensions": {"archive-ext": {"contains_refs": ["1"], "version": "5"}}}
        process = {"type": "process", "pid": 4, "name": "b", "arguments": ["-x"]}
        seen = v20.ObservedData(
            first_observed=WHEN, last_observed=WHEN, number_observed=1,
            objects={"0": file, "1": {"type": "file", "name": "c"}, "2": process})
        out, report = convert(seen.serialize(), "--to", "stix")
        kept = {line["pointer"].split("/")[-1] for line in report if line["fate"] == "kept"}
        self.assertEqual(kept, {"is_encrypted", "encryption_algorithm", "decryption_key", "version", "name", "arguments"})
        for one in json.loads(out)["objects"]:
            stix2.parse(one, version="2.1", allow_custom=True)

    def test_identifiers_and_times_are_as_they_were(self):
        lifted = {one["id"]: one for one in self.lifted}
        for one in self.made:
            one = json.loads(one.serialize())
            now = lifted[one["id"]]
            for key in ("created", "modified", "created_by_ref", "name", "object_marking_refs"):
                self.assertEqual(now.get(key), one.get(key), one["id"])

    def test_the_library_derives_the_same_identifiers(self):
        checked = 0
        for one in self.lifted:
            kind = stix2.registry.class_for_type(one["type"], "2.1", "observables")
            if kind is None or one["type"] == "process":
                continue
            bare = {key: value for key, value in one.items() if key not in ("id", "spec_version")}
            self.assertEqual(str(kind(**bare).id), one["id"])
            checked += 1
        self.assertGreater(checked, NUMBER / 2)

    def test_labels_are_nowhere_lost(self):
        lifted = {one["id"]: one for one in self.lifted}
        for one in self.made:
            one = json.loads(one.serialize())
            now = lifted[one["id"]]
            kind = one["type"].replace("-", "_") + "_types"
            words = now.get("labels", []) + now.get(kind, [])
            self.assertEqual(sorted(words), sorted(one.get("labels", [])), one["id"])

    def test_nothing_was_lost(self):
        self.assertEqual([line for line in self.report if line["fate"] == "lost"], [])

    def test_patterns_are_of_stix_2_1(self):
        patterns = {one["pattern"] for one in self.lifted if one["type"] == "indicator"}
        self.assertGreaterEqual(len(patterns), 4)
        for pattern in patterns:
            self.assertEqual(run_validator(pattern, stix_version="2.1"), [], pattern)
            self.assertNotIn("binary_ref", pattern)


class Warninglists(unittest.TestCase):
    def read(self, name):
        lines = json.loads((FILES / name / "list.json").read_text())["list"]
        made = "2026-03-01T10:00:00.000Z"
        out, report = convert("\n".join(lines), "--from", "ioc", "--to", "stix", "--created", made)
        return lines, json.loads(out).get("objects", []), report

    def test_every_line_comes_out_or_is_named(self):
        read = 0
        for folder in sorted(FILES.iterdir()):
            # The largest lists say nothing that the others do not.
            if (folder / "list.json").stat().st_size > 120_000:
                continue
            with self.subTest(folder.name):
                lines, objects, report = self.read(folder.name)
                named = {loss["pointer"] for loss in report}
                used = [line for line in lines if line.strip()]
                self.assertGreaterEqual(len(objects) + len(named), len(used), report[:3])
                self.assertLessEqual(len(objects), len(used))
                read += len(objects)
        self.assertGreater(read, 5_000)

    def test_lists_of_networks_and_names_are_understood_whole(self):
        for name in ("akamai", "cloudflare", "rfc5735", "public-dns-v6", "alexa", "parking-domain"):
            with self.subTest(name):
                lines, objects, report = self.read(name)
                same = [loss for loss in report if "says the same" in loss["why"]]
                self.assertEqual(len(objects) + len(same), len(lines), report[:3])
                for one in objects[:25]:
                    stix2.parse(one, version="2.1")
                    self.assertEqual(run_validator(one["pattern"], stix_version="2.1"), [])


if __name__ == "__main__":
    unittest.main()
