"""Layouts: what the names of a tree of files say about labels and splits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .annotations import SPLITS, STATES, Layout
from .images import SUFFIXES

if TYPE_CHECKING:
    from .formats.boxes import RawBox

SPLIT_NAMES: Final = {
    "train": "training", "training": "training", "训练": "training", "训练集": "training",
    "val": "validation", "valid": "validation", "validation": "validation",
    "验证": "validation", "验证集": "validation",
    "test": "test", "testing": "test", "测试": "test", "测试集": "test",
}  # fmt: skip
NO_SPLIT: Final = "no_split"
"""Folder beside those of the splits, for what is in none of them."""
UNLABELLED: Final = ("unlabelled", "unlabeled", "_unlabelled", "unknown", "未标注")
IGNORED: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".ipynb_checkpoints")
MANIFESTS: Final = ("annotations.jsonl", "manifest.jsonl")
LINE_MANIFEST: Final = ".manifest"
"""Suffix of line manifests."""
MAX_SIDECAR: Final = 256 << 20
"""Bytes of a file that says something about the others."""
MAX_LABEL: Final = 30
MAX_REASON: Final = 200


@dataclass(slots=True)
class Found:
    """A file of an import that lies in the blobs already."""

    path: str
    sha256: str = ""
    size: int = 0
    media_type: str = ""
    width: int | None = None
    height: int | None = None
    state: str | None = None
    """Of a sample that the dataset has already, and annotations came for; such a one has no bytes here."""


@dataclass(slots=True)
class Placed:
    """A file and what its layout says of it."""

    file: Found
    path: str
    objects: list[dict[str, Any]] = field(default_factory=list)
    split: str | None = None
    hard: bool = False
    state: str | None = None
    review: dict[str, str] | None = None
    """Verdict and reason of its last review."""
    error: tuple[str, str] | None = None
    """Code and message when it cannot be taken."""
    boxes: Callable[[], Iterable[RawBox]] | None = None
    """Reads what a file says of the image; none where no file does."""
    said_in: str = ""
    """That file."""
    said_size: tuple[int, int] | None = None
    """Width and height that the file says the image has."""
    text: str | None = None
    """A text that is no file of its own."""


def is_ignored(path: str) -> bool:
    """Tell whether a file is litter of an operating system or tool, which nobody wants to hear about."""
    parts = path.split("/")
    return any(part in IGNORED for part in parts) or parts[-1].startswith("._")


def is_sidecar(path: str) -> bool:
    """Tell whether a file may say something about the others."""
    name = path.rpartition("/")[2]
    parent = path.rpartition("/")[0].rpartition("/")[2]
    return (
        name in MANIFESTS
        or name.endswith(LINE_MANIFEST)
        or name == "label_group.json"
        or (name.startswith("label_") and name.endswith(".json"))
        or (parent == "annotation" and name.lower().endswith((".json", *SUFFIXES)))
    )


def is_image(path: str) -> bool:
    """Tell by its name whether a file may be an image."""
    return path.lower().endswith(SUFFIXES)


def common_folder(paths: Sequence[str]) -> str:
    """Give the folder, with its ``/``, that holds all paths; empty where there is none."""
    if not paths:
        return ""
    first, last = min(paths), max(paths)
    n = 0
    while n < min(len(first), len(last)) and first[n] == last[n]:
        n += 1
    return first[: first.rfind("/", 0, n) + 1]


def detect(paths: Sequence[str], sidecars: Iterable[str]) -> tuple[Layout, float]:
    """Guess the layout of a tree.

    Returns
    -------
    layout : str
        One of `Layout`.
    confidence : float
        0 to 1.
    """
    names = list(sidecars)
    if any(name.rpartition("/")[2] in MANIFESTS for name in names):
        return "manifest", 1.0
    if any(name.rpartition("/")[2].startswith("label_") for name in names) and any("origin/" in path for path in paths):
        return "origin", 1.0
    if not paths:
        return "flat", 0.0
    root = common_folder(paths)
    if all("/" not in path[len(root) :] for path in paths):
        return "flat", 0.6 if root else 1.0
    root = class_root(paths)
    in_folders = sum("/" in path[len(root) :] for path in paths)
    folders = {path[len(root) :].partition("/")[0] for path in paths if "/" in path[len(root) :]}
    # As many folders as files says names of things, not classes.
    if len(folders) > max(2, in_folders * 0.8) or in_folders < len(paths) / 2:
        return "flat", 0.6
    return "class_folders", 1.0 if in_folders == len(paths) else 0.9


def class_root(paths: Sequence[str]) -> str:
    """Give the folder below which the folders of classes lie.

    A single folder that holds everything is the dataset's own, unless the files lie in it directly: then it is a class.
    """
    root = common_folder(paths)
    if root and all("/" not in path[len(root) :] for path in paths):
        root = _parent(root)  # the files lie in one class
    if root.rstrip("/").rpartition("/")[2] in SPLIT_NAMES:
        root = _parent(root)  # all classes lie in one split
    return root


def _parent(folder: str) -> str:
    return folder[: folder.rfind("/", 0, -1) + 1]


def place(layout: Layout, files: Sequence[Found], sidecars: Mapping[str, bytes]) -> Iterator[Placed]:
    """Say for each file where it goes in the dataset and what its layout says of it.

    Parameters
    ----------
    sidecars : mapping
        Files that say something about the others, by path.
    """
    if layout == "class_folders":
        yield from _class_folders(files)
    elif layout == "manifest":
        yield from _manifest(files, sidecars)
    elif layout == "origin":
        yield from _origin(files, sidecars)
    else:
        root = common_folder([f.path for f in files])
        for item in files:
            yield Placed(item, item.path[len(root) :])


def _class_folders(files: Sequence[Found]) -> Iterator[Placed]:
    root = class_root([f.path for f in files])
    tops = {f.path[len(root) :].partition("/")[0] for f in files if "/" in f.path[len(root) :]}
    split_first = bool(tops - {NO_SPLIT}) and tops <= {*SPLIT_NAMES, NO_SPLIT}
    for item in files:
        relative = item.path[len(root) :]
        parts = relative.split("/")
        below_split = split_first and len(parts) > 1
        split = SPLIT_NAMES.get(parts[0]) if below_split else None
        folders = parts[1:-1] if below_split else parts[:-1]
        placed = Placed(item, relative, split=split)
        if folders and folders[0].lower() not in UNLABELLED:
            placed.objects = [{"label": folders[0]}]
        yield placed


def _manifest(files: Sequence[Found], sidecars: Mapping[str, bytes]) -> Iterator[Placed]:
    name = next(path for path in sidecars if path.rpartition("/")[2] in MANIFESTS)
    root = name.rpartition("/")[0]
    root = f"{root}/" if root else ""
    said: dict[str, dict[str, Any]] = {}
    for line in sidecars[name].splitlines():
        try:
            entry = json.loads(line)
            said[root + str(entry["path"])] = entry
        except (ValueError, KeyError, TypeError):
            continue
    for item in files:
        placed = Placed(item, item.path.removeprefix(root))
        entry = said.get(item.path, {})
        objects = entry.get("objects")
        placed.objects = objects if isinstance(objects, list) else []
        placed.split = entry.get("split") if entry.get("split") in SPLITS else None
        placed.hard = entry.get("hard") is True
        placed.state = entry.get("state") if entry.get("state") in STATES else None
        placed.review = _review(entry.get("review"))
        if not all(isinstance(o, dict) for o in placed.objects):
            placed.error = ("annotation_invalid", "its line of the manifest has no list of objects")
        yield placed


def _review(given: Any) -> dict[str, str] | None:
    """Read a review; what is none is left out, as other marks are."""
    if not isinstance(given, dict) or given.get("verdict") not in ("accept", "reject"):
        return None
    reason = given.get("reason")
    reason = reason.strip()[:MAX_REASON] if isinstance(reason, str) else ""
    return {"verdict": given["verdict"], "reason": reason}


def _origin(files: Sequence[Found], sidecars: Mapping[str, bytes]) -> Iterator[Placed]:
    group = next(p for p in sidecars if p.rpartition("/")[2].startswith("label_"))
    root = group.rpartition("/")[0]
    root = f"{root}/" if root else ""
    known = {label["name"] for label in group_labels(sidecars) or []}
    for item in files:
        relative = item.path.removeprefix(root)
        placed = Placed(item, relative.removeprefix("origin/"))
        if not relative.startswith("origin/") or "/" in placed.path:
            placed.error = ("not_flat", "it does not lie in 'origin/' itself")
        raw = sidecars.get(f"{root}annotation/{placed.path}.json", sidecars.get(f"{root}annotation/{placed.path}"))
        if raw is not None and placed.error is None:
            try:
                entries = json.loads(raw)
                for entry in entries:
                    said = {"label": str(entry["name"])}
                    if entry["name"] not in known:
                        placed.error = ("label_unknown", f"its annotation names the unknown label {entry['name']!r}")
                    placed.objects.append(said)
            except (ValueError, KeyError, TypeError):
                placed.error = ("annotation_invalid", "its annotation file is no list of labels")
        yield placed


def group_labels(sidecars: Mapping[str, bytes]) -> list[dict[str, Any]] | None:
    """Read the labels with their colours out of ``label_*.json``; ``None`` without such a file."""
    for path, raw in sidecars.items():
        if path.rpartition("/")[2].startswith("label_") and path.endswith(".json"):
            try:
                found = json.loads(raw)
                return [{"name": str(e["name"]), "color": e.get("color"), "key": e.get("key")} for e in found]
            except (ValueError, KeyError, TypeError, AttributeError):
                return []
    return None
