"""Serves objects by another TAXII server: medallion or OpenTAXII, on a port of this machine.

taxii_servers.py SERVER PORT FILE DIR: FILE holds one object a line; DIR is for what the server keeps.
Tells "listening" on standard output when it is ready. The objects are put where the server reads
them, not handed in: OpenTAXII would take minutes, medallion hours.
"""

import datetime
import json
import os
import sys
import uuid

from werkzeug.serving import WSGIRequestHandler, make_server

USER, PASSWORD = "analyst", "a-password-for-measuring"


def lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def dates():
    """A date for each object, a millisecond after the one before."""
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    while True:
        moment += datetime.timedelta(milliseconds=1)
        yield moment


def medallion(path, directory):
    from medallion import application_instance, register_blueprints, set_config

    text = "%Y-%m-%dT%H:%M:%S.%fZ"
    objects, manifest = [], []
    for each, date in zip(lines(path), dates()):
        date = date.strftime(text)
        objects.append(each)
        manifest.append(
            {
                "date_added": date,
                "id": each["id"],
                "media_type": "application/stix+json;version=2.1",
                "version": each["modified"],
            }
        )
    collection = {
        "id": str(uuid.uuid4()),
        "title": "Measured",
        "can_read": True,
        "can_write": False,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": objects,
        "manifest": manifest,
        "responses": [],
    }
    information = {
        "title": "Measured",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 104857600,
    }
    data = os.path.join(directory, "data.json")
    with open(data, "w", encoding="utf-8") as file:
        json.dump(
            {
                "/discovery": {"title": "Measured", "api_roots": ["trustgroup1"], "default": "trustgroup1"},
                "trustgroup1": {"information": information, "status": [], "collections": [collection]},
            },
            file,
        )
    configuration = {
        "users": {USER: PASSWORD},
        "taxii": {"max_page_size": 10000},
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": data,
        },
    }
    for part in ("users", "taxii", "backend"):
        set_config(application_instance, part, configuration)
    register_blueprints(application_instance)
    return application_instance, f"/trustgroup1/collections/{collection['id']}/"


def opentaxii(path, directory):
    from opentaxii.config import ServerConfig
    from opentaxii.middleware import create_app
    from opentaxii.persistence.sqldb import taxii2models as models
    from opentaxii.server import TAXIIServer

    def database(name):
        return "sqlite:///" + os.path.join(directory, name)

    persistence = {
        "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
        "parameters": {"db_connection": database("data.db"), "create_tables": True},
    }
    server = TAXIIServer(
        ServerConfig(
            extra_configs=[
                {
                    "domain": "localhost",
                    "auth_api": {
                        "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
                        "parameters": {
                            "db_connection": database("auth.db"),
                            "create_tables": True,
                            "secret": "measured",
                        },
                    },
                    "taxii1": None,
                    "taxii2": {
                        "title": "Measured",
                        "contact": "nobody@example.org",
                        "max_content_length": 104857600,
                        "allow_custom_properties": True,
                        "persistence_api": persistence,
                    },
                    "logging": {"opentaxii": "error", "root": "error"},
                }
            ]
        )
    )
    app = create_app(server)
    with app.app_context():
        server.auth.api.create_account(USER, PASSWORD, is_admin=True)
        api = server.servers.taxii2.persistence.api
        root = api.add_api_root(title="Measured", default=True, is_public=True)
        collection = api.add_collection(
            api_root_id=root.id, title="Measured", description="", alias=None,
            is_public=True, is_public_write=True,
        )
        rows = []
        for each, date in zip(lines(path), dates()):
            version = datetime.datetime.strptime(each["modified"], "%Y-%m-%dT%H:%M:%S.%f%z")
            kept = {
                key: value for key, value in each.items() if key not in ("type", "spec_version", "id")
            }
            rows.append(
                {
                    "pk": uuid.uuid4(),
                    "id": each["id"],
                    "collection_id": collection.id,
                    "type": each["type"],
                    "spec_version": "2.1",
                    "date_added": date,
                    "version": version,
                    "serialized_data": kept,
                }
            )
            if len(rows) == 5000:
                api.db.session.bulk_insert_mappings(models.STIXObject, rows)
                rows = []
        api.db.session.bulk_insert_mappings(models.STIXObject, rows)
        api.db.session.commit()
        api.db.session.remove()
    return app, f"/taxii2/{root.id}/collections/{collection.id}/"


def main():
    server, port, path, directory = sys.argv[1:]
    app, collection = {"medallion": medallion, "opentaxii": opentaxii}[server](path, directory)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    WSGIRequestHandler.log_request = lambda *_: None
    served = make_server("127.0.0.1", int(port), app, threaded=True)
    print(f"listening {collection}", flush=True)
    served.serve_forever()


if __name__ == "__main__":
    main()
