"""Servers to try the suite on: a node of our own, and the TAXII servers that PyPI has."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
SERVERS = HERE.parent / "clients" / "servers"


def free_ports(count):
    """A base after which so many ports are free."""
    for base in range(21_000 + time.time_ns() % 9_000, 60_000, 7):
        try:
            for step in range(1, count + 1):
                with socket.socket() as one:
                    one.bind(("127.0.0.1", base + step))
            return base
        except OSError:
            continue
    raise OSError("no free ports")


class Demo:
    """The demo of three nodes; the first of them, as its administrator."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="entente-")
        command = [program, "--json", "--dir", self.folder.name, "demo", "--port-base", str(free_ports(3))]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        nodes = []
        while len(nodes) < 3:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"the demo ended: {self.process.stderr.read()}")
            nodes.append(json.loads(line))
        self.nodes = {node["node"]: node for node in nodes}
        node = nodes[0]
        login = next(one for one in node["accounts"] if one["role"] == "administrator")
        hidden = next(one for one in node["collections"] if not (one["read"] or one["write"]))
        self.access = {
            "url": node["taxii"], "user": login["user"], "password": login["password"],
            "ca": str(Path(self.folder.name) / "authority" / "root.pem"), "invisible": hidden["id"],
        }

    def close(self):
        self.process.send_signal(2)
        self.process.wait(timeout=60)
        self.folder.cleanup()


class Foreign:
    """A foreign TAXII server with one collection to read and write."""

    def __init__(self, script, *more):
        self.folder = tempfile.TemporaryDirectory()
        port = free_ports(1) + 1
        command = [sys.executable, str(SERVERS / script), self.folder.name, str(port), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}/taxii2/"
        self.access = {"url": url, "user": "peer", "password": "word"}
        end = time.monotonic() + 90
        while True:
            try:
                if requests.get(url, auth=("peer", "word"), timeout=5).status_code < 500:
                    break
            except requests.ConnectionError:
                pass
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"{script} does not answer")
            time.sleep(0.2)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()
