"""A node that pulls from a foreign TAXII server: medallion, of which one POST gives all its objects
one moment of being added, and which knows its word for the next page once.
"""

import json
import tempfile
import unittest
import uuid
from pathlib import Path

from signatures_test import Foreign, Serving, entente, until

MOMENT = "2026-01-02T03:04:05.000Z"


def indicator(n):
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid.uuid5(uuid.NAMESPACE_DNS, str(n))}",
        "created": MOMENT, "modified": MOMENT, "name": f"indicator {n}", "pattern_type": "stix",
        "pattern": f"[domain-name:value = 'n{n}.example']", "valid_from": MOMENT,
    }


class Feeds(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.node = Path(self.folder.name) / "node"
        entente("init", "--name", "Tirana", "--code", "AL", dir=self.node)
        self.server = Foreign("medallion_server.py")
        self.addCleanup(self.server.close)
        add = ["peer", "add-taxii", "medallion", self.server.url, "--user", "peer", "--password-stdin"]
        refused = entente(*add, dir=self.node, text="word\n", fails=True)
        self.assertEqual(refused.returncode, 5, "it lies on this machine, and nobody allowed that")
        entente(*add, "--allow-private", dir=self.node, text="word\n")

    def held(self):
        lines = entente("--json", "search", "indicator", "--limit", "5000", dir=self.node).stdout.splitlines()
        return {json.loads(line)["id"] for line in lines}

    def pull(self):
        return json.loads(entente("--json", "peer", "pull", "medallion", dir=self.node).stdout)

    def test_more_objects_than_a_page_holds(self):
        first = [indicator(n) for n in range(260)]
        self.server.post(first)
        # The server gives 200 at once; a round ends after one page, and the next one goes on.
        entente("peer", "set", "medallion", "--most-round", "150", dir=self.node)
        rounds = 0
        while self.held() != {one["id"] for one in first}:
            self.pull()
            rounds += 1
            self.assertLess(rounds, 20, "it gets on")
        entente("peer", "set", "medallion", "--most-round", "100000", dir=self.node)
        more = [indicator(n) for n in range(2_000, 2_040)]
        self.server.post(more)
        brought = self.pull()
        self.assertEqual((brought["admitted"], brought["refused"]), (40, 0), brought)
        public = entente("--json", "search", "indicator", "--as", "public", dir=self.node).stdout
        self.assertEqual(public, "", "what nobody signed is passed on to nobody")

    def test_a_running_node_follows_by_itself(self):
        entente("peer", "set", "medallion", "--every", "1s", dir=self.node)
        serving = Serving(self.node)
        self.addCleanup(serving.close)
        self.server.post([indicator(1)])
        until("the node holds it", lambda: self.held() == {indicator(1)["id"]})
        shown = json.loads(entente("--json", "peer", "show", "medallion", dir=self.node).stdout)
        self.assertIsNone(shown["trouble"])


if __name__ == "__main__":
    unittest.main()
