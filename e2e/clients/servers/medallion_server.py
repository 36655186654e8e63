"""OASIS's own TAXII server with an empty collection, until it is killed. Arguments: folder, port."""

import json
import os
import sys

from medallion import application_instance, register_blueprints, set_config

folder, port = sys.argv[1], int(sys.argv[2])
root = f"http://127.0.0.1:{port}/root/"
collection = {
    "id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116",
    "title": "Everything",
    "can_read": True,
    "can_write": True,
    "media_types": ["application/stix+json;version=2.1"],
    "objects": [],
    "manifest": [],
}
data = {
    "/discovery": {"title": "medallion", "default": root, "api_roots": [root]},
    "root": {
        "information": {
            "title": "Root",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": 100 << 20,
        },
        "status": [],
        "collections": [collection],
    },
}
path = os.path.join(folder, "data.json")
with open(path, "w") as file:
    json.dump(data, file)
config = {
    "users": {"peer": "word"},
    "taxii": {"max_page_size": 200},
    "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": path},
}
for part in config:
    set_config(application_instance, part, config)
register_blueprints(application_instance)
application_instance.run(host="127.0.0.1", port=port)
