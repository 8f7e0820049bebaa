"""YOLO: one text file for each image, a line an object; the names of the classes in ``data.yaml``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from ..layouts import NO_SPLIT
from .boxes import RawBox

FOLDERS: Final = {"training": "train", "validation": "val", "test": "test", None: NO_SPLIT}
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
MAX_CLASSES: Final = 2000
MAX_YAML: Final = 1 << 20


def class_names(path: str, data: bytes) -> list[str] | None:
    """Read the names of the classes out of ``data.yaml``, ``classes.txt`` or ``obj.names``; ``None``: there are none.

    Raises
    ------
    ValueError
        The file cannot be read.
    """
    if not path.lower().endswith((".yaml", ".yml")):
        return [line.strip() for line in data.decode("utf-8", "replace").splitlines() if line.strip()][:MAX_CLASSES]
    if len(data) > MAX_YAML:
        raise ValueError("it is too large")
    try:
        found = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError("it is no YAML") from error
    names = found.get("names") if isinstance(found, dict) else None
    if isinstance(names, dict):
        numbered = {int(key): str(value) for key, value in names.items() if str(key).isdigit() and len(str(key)) < 5}
        return [numbered.get(n, str(n)) for n in range(max(numbered, default=-1) + 1)]
    return [str(name) for name in names] if isinstance(names, list) else None


def read(data: bytes, names: list[str]) -> Iterator[RawBox]:
    """Read what a file says of its image; a class without a name is called by its number."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        box = RawBox("", relative=True, line=number)
        if not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 6):
            box.problem = ("line_invalid", "the line does not begin with the number of a class")
        elif len(parts) < 5 or not all(NUMBER.fullmatch(part) for part in parts[1:]):
            box.problem = ("line_invalid", "the line is not a class and four numbers")
        else:
            n = int(parts[0])
            box.label = names[n] if n < len(names) else str(n)
            _place(box, [float(part) for part in parts[1:]])
        yield box


def _place(box: RawBox, numbers: list[float]) -> None:
    if len(numbers) in (4, 5):
        x, y, w, h = numbers[:4]
        box.edges = (x - w / 2, y - h / 2, w, h)
        if len(numbers) == 5 and 0 <= numbers[4] <= 1:
            box.score = numbers[4]
    elif len(numbers) >= 6 and len(numbers) % 2 == 0:
        xs, ys = numbers[::2], numbers[1::2]
        box.edges = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        box.outline = True
    else:
        box.problem = ("line_invalid", "the line is neither a box nor an outline")


def write(record: dict[str, Any], ids: dict[str, int]) -> bytes:
    """Write what is said of an image."""
    width, height = record["w"], record["h"]
    lines = []
    for item in record.get("o") or ():
        shape = item["shape"]
        numbers = (
            (shape["x"] + shape["w"] / 2) / width,
            (shape["y"] + shape["h"] / 2) / height,
            shape["w"] / width,
            shape["h"] / height,
        )
        lines.append(" ".join([str(ids[item["label"]]), *(repr(number) for number in numbers)]) + "\n")
    return "".join(lines).encode()


def write_names(labels: list[str], folders: set[str]) -> bytes:
    """Write ``data.yaml``; names are quoted as JSON is, which YAML reads too."""
    train = "train" if "train" in folders else NO_SPLIT
    chosen = {"train": train, "val": "val" if "val" in folders else train}
    if "test" in folders:
        chosen["test"] = "test"
    lines = ["path: .", *(f"{key}: images/{folder}" for key, folder in chosen.items()), f"nc: {len(labels)}", "names:"]
    if not labels:
        lines[-1] = "names: {}"
    lines += [f"  {n}: {json.dumps(label, ensure_ascii=False)}" for n, label in enumerate(labels)]
    return ("\n".join(lines) + "\n").encode()
