"""OASIS's own Python client reads the demo's nodes, as different accounts.

Run by run.mjs, which starts the demo and says in DEMO where its nodes are.
"""

import json
import os
import unittest

import requests
import stix2
from taxii2client.v21 import Server, as_pages

NODES = json.loads(os.environ["DEMO"])
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
# What goes with any object that refers to it, and what carries no marking by its nature.
STRUCTURAL = {"marking-definition", "extension-definition", "identity"}


def account(node, role):
    return next(one for one in NODES[node]["accounts"] if one["role"] == role)


def released(node, role):
    """The collection of what the node released, as this account finds it."""
    login = account(node, role)
    server = Server(NODES[node]["taxii"], user=login["user"], password=login["password"])
    readable = [one for one in server.default.collections if one.can_read and not one.can_write]
    return readable[0]


def pages(collection, size, **filters):
    return [page.get("objects", []) for page in as_pages(collection.get_objects, per_request=size, **filters)]


def version(thing):
    return thing["id"], thing.get("modified", thing.get("created", ""))


class Reading(unittest.TestCase):
    def test_discovery_leads_to_collections(self):
        for node in NODES:
            login = account(node, "analyst")
            server = Server(NODES[node]["taxii"], user=login["user"], password=login["password"])
            self.assertTrue(server.title)
            self.assertEqual(len(server.api_roots), 1)
            self.assertTrue(server.default.collections)

    def test_wrong_passwords_are_refused(self):
        server = Server(NODES["tirana"]["taxii"], user="analyst", password="wrong-password")
        with self.assertRaises(requests.HTTPError) as caught:
            server.refresh()
        self.assertEqual(caught.exception.response.status_code, 401)

    def test_page_by_page_gives_each_object_once(self):
        for node in NODES:
            collection = released(node, "analyst")
            small = [version(one) for page in pages(collection, 7) for one in page]
            large = [version(one) for page in pages(collection, 1000) for one in page]
            self.assertGreater(len(large), 12)
            self.assertEqual(len(small), len(set(small)), "an object came twice")
            self.assertEqual(small, large)

    def test_pages_are_full(self):
        sizes = [len(page) for page in pages(released("zagreb", "analyst"), 10)]
        self.assertTrue(all(size == 10 for size in sizes[:-1]), sizes)

    def test_every_object_is_stix(self):
        for page in pages(released("pristina", "analyst"), 100):
            for one in page:
                stix2.parse(one, allow_custom=True)

    def test_an_outside_tool_reads_the_public_part_only(self):
        everything = {version(one) for page in pages(released("tirana", "analyst"), 100) for one in page}
        public = [one for page in pages(released("tirana", "tool"), 100) for one in page]
        self.assertTrue(public)
        self.assertLess({version(one) for one in public}, everything)
        for one in public:
            if one["type"] not in STRUCTURAL:
                self.assertIn(CLEAR, one.get("object_marking_refs", []), one["id"])

    def test_filters(self):
        collection = released("tirana", "analyst")
        incidents = [one for page in pages(collection, 5, type="incident") for one in page]
        self.assertGreaterEqual(len(incidents), 12)
        self.assertEqual({one["type"] for one in incidents}, {"incident"})
        one = incidents[0]
        found = collection.get_object(one["id"])["objects"]
        self.assertEqual([version(each) for each in found], [version(one)])

    def test_manifest_matches_objects(self):
        collection = released("zagreb", "analyst")
        entries = [one for page in as_pages(collection.get_manifest, per_request=20) for one in page.get("objects", [])]
        listed = sorted((entry["id"], entry["version"]) for entry in entries)
        objects = [one for page in pages(collection, 100) for one in page]
        self.assertEqual([entry for entry, _ in listed], sorted(one["id"] for one in objects))
        self.assertEqual([entry["date_added"] for entry in entries], sorted(entry["date_added"] for entry in entries))

    def test_added_after_gives_the_rest(self):
        collection = released("pristina", "analyst")
        entries = [one for page in as_pages(collection.get_manifest, per_request=1000) for one in page["objects"]]
        middle = entries[len(entries) // 2]["date_added"]
        rest = [one for page in pages(collection, 9, added_after=middle) for one in page]
        expected = [entry["id"] for entry in entries if entry["date_added"] > middle]
        self.assertEqual([one["id"] for one in rest], expected)


class Writing(unittest.TestCase):
    def test_a_workspace_takes_and_gives_back(self):
        login = account("tirana", "tool")
        server = Server(NODES["tirana"]["taxii"], user=login["user"], password=login["password"])
        workspace = next(one for one in server.default.collections if one.can_read and one.can_write)
        indicator = stix2.Indicator(name="From a tool", pattern="[domain-name:value = 'example.org']", pattern_type="stix")
        status = workspace.add_objects({"objects": [json.loads(indicator.serialize())]})
        self.assertEqual((status.status, status.success_count, status.failure_count), ("complete", 1, 0))
        found = workspace.get_object(indicator.id)["objects"]
        self.assertEqual([one["id"] for one in found], [indicator.id])
        # What a tool brings is its own: partners never see it.
        for page in pages(released("zagreb", "analyst"), 1000):
            self.assertNotIn(indicator.id, [one["id"] for one in page])


if __name__ == "__main__":
    unittest.main()
