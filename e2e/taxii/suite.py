"""The statements of TAXII 2.1, asked of a server.

    python suite.py --url https://HOST/taxii2/ --user U --password P [--ca ROOT.pem] [--invisible ID]

The account needs a collection that it may read and write, which is written to; one that it may only
read and one that it may only write are used if there are any. `--json FILE` keeps the result.
"""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import checks  # noqa: E402, F401  registers
from kit import CHECKS, Skip, Target  # noqa: E402

LEVELS = ("MUST", "SHOULD", "QUALITY")


def run(target, only=None, progress=None):
    """The result of each check: `pass`, `fail` or `skip`, and why."""
    results = []
    for check in CHECKS:
        if only and not any(part in check.id for part in only):
            continue
        begun = time.monotonic()
        try:
            check.run(target)
            result, why = "pass", ""
        except Skip as skip:
            result, why = "skip", str(skip)
        except AssertionError as error:
            result, why = "fail", str(error) or "it does not hold"
        except Exception as error:  # A server that breaks off fails the check, not the suite.
            result, why = "fail", f"{type(error).__name__}: {error}"
            if progress and progress > 1:
                traceback.print_exc()
        took = time.monotonic() - begun
        one = {"id": check.id, "section": check.section, "level": check.level, "what": check.what, "result": result, "why": why[:500]}
        results.append(one)
        if progress and (result != "pass" or progress > 1):
            print(f"{result:4}  {check.level:7}  {check.id:34} {check.section:6}  {why[:160]}  ({took:.1f} s)", flush=True)
    return results


def counts(results):
    """How many passed, failed and were skipped, by level."""
    return {
        level: {result: sum(1 for one in results if (one["level"], one["result"]) == (level, result)) for result in ("pass", "fail", "skip")}
        for level in LEVELS
    }


def table(results):
    lines = ["level      pass  fail  skip"]
    for level, found in counts(results).items():
        lines.append(f"{level:8} {found['pass']:6} {found['fail']:5} {found['skip']:5}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="discovery, ending in /taxii2/")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--ca", help="the root to check the server's certificate against, in PEM")
    parser.add_argument("--invisible", help="the id of a collection that does not exist for the account")
    parser.add_argument("--only", action="append", help="only checks with this in their id")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--verbose", "-v", action="count", default=1)
    args = parser.parse_args()
    target = Target(args.url, args.user, args.password, ca=args.ca, invisible=args.invisible)
    results = run(target, args.only, args.verbose)
    print(table(results))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if any(one["result"] == "fail" for one in results) else 0)


if __name__ == "__main__":
    main()
