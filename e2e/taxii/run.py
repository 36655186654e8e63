"""The suite against a demo node of ours: no check fails, and the published table is up to date.

    python run.py PROGRAM [--write] [--peers]

`--write` writes `docs/taxii/conformance.md`; `--peers` first tries the servers from PyPI, too, and
keeps what they do in `peers.json`, which the table shows beside ours.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import servers
import suite
from kit import Target

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers.json"
DOCUMENT = HERE.parent.parent / "docs/taxii/conformance.md"
BEGIN, END = "<!-- made by e2e/taxii/run.py -->\n", "\n<!-- end -->"
SIGNS = {"pass": "✓", "fail": "✗", "skip": "–", None: ""}


def tried(server):
    try:
        return suite.run(Target(**server.access), progress=1)
    finally:
        server.close()


def peers():
    found = {}
    for name, script in (("medallion", "medallion_server.py"), ("opentaxii", "opentaxii_server.py")):
        results = tried(servers.Foreign(script))
        print(f"{name}\n{suite.table(results)}\n")
        found[f"{name} {version(name)}"] = {one["id"]: one["result"] for one in results}
    PEERS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def order(section):
    return [int(part) for part in section.split(".")]


def document(results, held):
    """The generated part."""
    names = ["Entente", *held]
    every = {"Entente": {one["id"]: one["result"] for one in results}, **held}
    lines = [f"{len(results)} checks. Passed / failed / could not be tried:", "", "| level | " + " | ".join(names) + " |"]
    lines.append("|---|" + "---|" * len(names))
    for level in suite.LEVELS:
        ids = [one["id"] for one in results if one["level"] == level]
        cells = []
        for name in names:
            all_of_it = [every[name].get(id) for id in ids]
            cells.append(" / ".join(str(all_of_it.count(result)) for result in ("pass", "fail", "skip")))
        lines.append(f"| {level} | " + " | ".join(cells) + " |")
    sections = sorted({one["section"] for one in results}, key=order)
    for section in sections:
        lines += ["", f"### Section {section}", "", "| check | level | what must hold | " + " | ".join(names) + " |"]
        lines.append("|---|---|---|" + ":-:|" * len(names))
        for one in (one for one in results if one["section"] == section):
            cells = " | ".join(SIGNS[every[name].get(one["id"])] for name in names)
            what = one["what"].replace("|", "\\|")
            lines.append(f"| `{one['id']}` | {one['level']} | {what} | {cells} |")
    return "\n".join(lines)


def main():
    program = sys.argv[1]
    if "--peers" in sys.argv:
        peers()
    held = json.loads(PEERS.read_text(encoding="utf-8"))
    results = tried(servers.Demo(program))
    print(suite.table(results))
    problems = [f"{one['level']} {one['id']} (section {one['section']}): {one['result']}: {one['why']}" for one in results if one["result"] != "pass"]
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    now = document(results, held)
    if "--write" in sys.argv:
        DOCUMENT.write_text(before + BEGIN + now + END + after, encoding="utf-8")
    elif shown != now:
        problems.append(f"the table in {DOCUMENT.name} is of another day: write it with --write")
    for problem in problems:
        print(problem)
    passed = sum(one["result"] == "pass" for one in results)
    print(f'test result: {"FAILED" if problems else "ok"}. {passed} passed; {len(problems)} failed')
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
