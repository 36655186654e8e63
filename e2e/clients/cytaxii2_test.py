"""Cyware's Python client reads the demo's nodes and hands objects in.

Run by run.mjs, which starts the demo and says in DEMO where its nodes are.
"""

import json
import os
import unittest

import stix2
from cytaxii2 import cytaxii2

NODES = json.loads(os.environ["DEMO"])


def client(node, role, password=None):
    login = next(one for one in NODES[node]["accounts"] if one["role"] == role)
    return cytaxii2.cytaxii2(NODES[node]["taxii"], login["user"], password or login["password"])


def answer(found, status=200):
    if found["status_code"] != status:
        raise AssertionError(found)
    return found["response"]


def collection(of, read, write):
    found = answer(of.collection_request())["collections"]
    return next(one["id"] for one in found if (one["can_read"], one["can_write"]) == (read, write))


class Cyware(unittest.TestCase):
    def test_discovery_leads_to_collections(self):
        for node in NODES:
            one = client(node, "analyst")
            self.assertTrue(answer(one.discovery_request())["title"])
            self.assertIn("application/taxii+json;version=2.1", answer(one.root_discovery())["versions"])
            released = collection(one, True, False)
            self.assertEqual(answer(one.collection_data_request(released))["id"], released)

    def test_a_wrong_password_is_refused(self):
        answer(client("tirana", "analyst", "wrong-password").discovery_request(), 401)

    def test_page_by_page_gives_each_object_once(self):
        one = client("zagreb", "analyst")
        released = collection(one, True, False)
        whole = [each["id"] for each in answer(one.poll_request(released))["objects"]]
        seen, following = [], None
        while True:
            page = answer(one.poll_request(released, limit=7, next=following))
            seen += [each["id"] for each in page["objects"]]
            if not page["more"]:
                break
            following = page["next"]
        self.assertEqual(seen, whole)

    def test_filters(self):
        one = client("tirana", "analyst")
        released = collection(one, True, False)
        incidents = answer(one.poll_request(released, object_type="incident"))["objects"]
        self.assertEqual({each["type"] for each in incidents}, {"incident"})
        found = answer(one.poll_request(released, object_id=incidents[0]["id"]))["objects"]
        self.assertEqual(found, incidents[:1])
        self.assertEqual(answer(one.poll_request(released, added_after="2100-01-01T00:00:00.000000Z")), {})

    def test_what_is_handed_in_is_read_back(self):
        one = client("tirana", "administrator")
        workspace = collection(one, True, True)
        indicator = stix2.Indicator(name="Of Cyware", pattern="[domain-name:value = 'example.com']", pattern_type="stix")
        envelope = json.dumps({"objects": [json.loads(indicator.serialize())]})
        status = answer(one.inbox_request(workspace, envelope), 202)
        self.assertEqual((status["status"], status["success_count"]), ("complete", 1))
        self.assertEqual([each["id"] for each in answer(one.poll_request(workspace, object_id=indicator.id))["objects"]], [indicator.id])
        released = collection(one, True, False)
        answer(one.inbox_request(released, envelope), 403)


if __name__ == "__main__":
    unittest.main()
