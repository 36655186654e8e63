"""OpenTAXII over SQLite with an empty collection, until it is killed. Arguments: folder, port, and
`mended`, if it is to give back what it was given: release 0.9.3 writes the type of each object into
its `spec_version`.
"""

import functools
import json
import os
import sys
import types

import yaml

folder, port = sys.argv[1], int(sys.argv[2])


def database(name):
    return {"db_connection": f"sqlite:///{folder}/{name}.db", "create_tables": True}


config = {
    "domain": f"127.0.0.1:{port}",
    "auth_api": {
        "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
        "parameters": {**database("auth"), "secret": "for tests on one machine, and no secret"},
    },
    "taxii1": None,
    "taxii2": {
        "title": "OpenTAXII",
        "max_content_length": 100 << 20,
        "public_discovery": True,
        "allow_custom_properties": True,
        "persistence_api": {
            "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
            "parameters": database("data"),
        },
    },
    "logging": {"opentaxii": "warning", "root": "warning"},
}
path = os.path.join(folder, "config.yml")
with open(path, "w") as file:
    yaml.safe_dump(config, file)
os.environ["OPENTAXII_CONFIG"] = path

from opentaxii.config import ServerConfig  # noqa: E402  reads the environment when it is made
from opentaxii.middleware import create_app  # noqa: E402
from opentaxii.server import TAXIIServer  # noqa: E402
from opentaxii.taxii2 import http  # noqa: E402

# Release 0.9.3 gives its own identifiers to `json.dumps` as UUIDs, which that refuses.
http.json = types.SimpleNamespace(dumps=functools.partial(json.dumps, default=str))
server = TAXIIServer(ServerConfig())
app = create_app(server)
with app.app_context():
    server.auth.api.create_account("peer", "word", True)
    store = server.servers.taxii2.persistence.api
    root = store.add_api_root(title="Root", description="", default=True, is_public=True)
    store.add_collection(api_root_id=root.id, title="Everything", is_public=True, is_public_write=True)
    if "mended" in sys.argv[3:]:
        get_objects = store.get_objects

        def mended(*args, **kwargs):
            objects, *rest = get_objects(*args, **kwargs)
            for one in objects:
                one.serialized_data = {**one.serialized_data, "spec_version": one.spec_version}
            return (objects, *rest)

        store.get_objects = mended
app.run(host="127.0.0.1", port=port)
