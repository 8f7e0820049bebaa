"""Print which capabilities are proven by which tests: ``python tests/meta/capabilities.py [--open] [--json]``."""

from __future__ import annotations

import argparse
import ast
import csv
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def known() -> dict[str, tuple[str, str]]:
    """Read the table: id -> (area, behaviour)."""
    with (ROOT / "tests" / "capabilities.csv").open(newline="", encoding="utf-8") as file:
        return {row["id"]: (row["area"], row["behaviour"]) for row in csv.DictReader(file)}


def _marks(node: ast.AST) -> list[str]:
    found: list[str] = []
    for decorator in getattr(node, "decorator_list", []):
        if not isinstance(decorator, ast.Call):
            continue
        if ast.unparse(decorator.func) == "pytest.mark.capability":
            found += [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]
    return found


def claims() -> dict[str, list[str]]:
    """Read the markers of all tests: id -> names of the tests that claim it."""
    result: dict[str, list[str]] = defaultdict(list)
    for folder in ("tests", "ui-tests"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    for name in _marks(node):
                        result[name].append(f"{path.relative_to(ROOT)}::{node.name}")
    return result


def main() -> int:
    """Print the table; end with 1 when a test claims an id that does not exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", action="store_true", help="list what no test proves yet")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    table, proven = known(), claims()
    unknown = sorted(set(proven) - set(table))
    if arguments.json:
        print(json.dumps({"proven": proven, "open": sorted(set(table) - set(proven)), "unknown": unknown}, indent=1))
        return 1 if unknown else 0
    for name, (area, behaviour) in table.items():
        if name in proven:
            print(f"{name:10} {area:11} {behaviour}")
            for test in proven[name]:
                print(f"{'':22} {test}")
        elif arguments.open:
            print(f"{name:10} {area:11} OPEN  {behaviour}")
    areas = Counter(area for area, _ in table.values())
    done = Counter(table[name][0] for name in proven if name in table)
    print("\n" + "  ".join(f"{area} {done[area]}/{count}" for area, count in sorted(areas.items())))
    print(f"{sum(done.values())} of {len(table)} proven")
    for name in unknown:
        print(f"no such capability: {name} ({', '.join(proven[name])})", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
