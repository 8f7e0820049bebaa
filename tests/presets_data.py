"""Real data that is on every machine: docstrings of installed packages, and the tables that scikit-learn carries."""

from __future__ import annotations

import ast
import csv
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scipy", "sklearn")


def site(python: Path) -> Path:
    """Find the packages of an environment."""
    return next((python.parent.parent / "lib").glob("python3.*/site-packages"))


def docstrings(package: Path) -> Iterator[str]:
    """Give the docstrings of a package's functions and classes, without those of its tests."""
    paths = sorted(path for path in package.rglob("*.py") if "tests" not in path.parts)
    random.Random(package.name).shuffle(paths)
    for path in paths:
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                text = ast.get_docstring(node)
                if text and len(text) > 80:
                    # Its own name in the text would be too easy.
                    yield text.replace(package.name, "")


def texts(python: Path, each: int) -> list[tuple[str, str]]:
    """Give docstrings and the package that each is from, in random order, the same each time."""
    found = []
    for name in PACKAGES:
        found += [(text, name) for text in islice(docstrings(site(python) / name), each)]
    random.Random(1).shuffle(found)
    return found


def table(python: Path, name: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Read a table of scikit-learn: columns, cells, labels. Its files name the classes in their first line."""
    path = site(python) / "sklearn" / "datasets" / "data" / f"{name}.csv"
    with path.open(newline="") as file:
        (_, width, *classes), *rows = csv.reader(file)
    columns = [f"{name} {place}" for place in range(int(width))]
    return columns, [row[:-1] for row in rows], [classes[int(row[-1])] for row in rows]


def lay_out(folder: Path, kind: str, records: list[dict[str, Any]], labels: list[str], **header: Any) -> Path:
    """Write a dataset version as a workload finds it."""
    (folder / ".aispace").mkdir(parents=True)
    meta = {"name": folder.name, "version": "V0001", "data_type": kind, "annotation_type": f"{kind}_classification"}
    meta |= {"labels": [{"name": label} for label in labels], **header}
    (folder / ".aispace" / "dataset.json").write_text(json.dumps(meta))
    (folder / ".aispace" / "annotations.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder
