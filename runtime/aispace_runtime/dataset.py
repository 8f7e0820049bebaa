"""Read a dataset version as the platform lays it out for a workload.

The folder holds the samples under their paths, and ``.aispace/dataset.json`` and ``.aispace/annotations.jsonl`` (one
line a sample: ``{path, sha256, split, state, objects}`` and, where it was reviewed, ``review``). A table has no file
for each of its rows: its lines hold their ``values``, and ``table.csv`` all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Box:
    """A labelled rectangle, in the pixels of the image file as they are stored (an EXIF orientation is not applied).

    Attributes
    ----------
    x, y : float
        Left and upper edge; the first pixel reaches from 0 to 1.
    w, h : float
        Width and height.
    """

    label: str
    x: float
    y: float
    w: float
    h: float
    score: float | None = None


@dataclass(frozen=True)
class Sample:
    """One sample.

    Attributes
    ----------
    path : pathlib.Path
        The file; a row of a table has none.
    name : str
        Its path in the dataset, with ``/``.
    labels : tuple of str
        Labels of its annotation's objects, each once; empty when it is not labelled.
    objects : tuple of mapping
        The annotation's objects as they are.
    split : str or None
        ``"train"``, ``"validation"``, ``"test"`` or ``None``.
    state : str or None
        State of the annotation, for instance ``"labelled"``.
    review : mapping or None
        What was said of it last: ``verdict`` (``"accept"``, ``"reject"``) and ``reason``.
    values : mapping or None
        A row of a table: names of its columns to numbers, booleans, texts or ``None`` where a cell is empty.
    """

    path: Path
    name: str
    labels: tuple[str, ...] = ()
    objects: tuple[Mapping[str, Any], ...] = ()
    split: str | None = None
    state: str | None = None
    values: Mapping[str, int | float | bool | str | None] | None = None
    review: Mapping[str, str] | None = None

    @property
    def text(self) -> str:
        """The text of a sample of texts."""
        return self.path.read_bytes().decode("utf-8")  # no newline is translated

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Its boxes."""
        return tuple(
            Box(str(item.get("label")), shape["x"], shape["y"], shape["w"], shape["h"], item.get("score"))
            for item in self.objects
            if (shape := item.get("shape") or {}).get("type") == "bbox"
        )

    @property
    def label(self) -> str | None:
        """The first label, or ``None``."""
        return self.labels[0] if self.labels else None


@dataclass(frozen=True)
class Dataset:
    """A dataset version: iterate over its samples, in the order of their paths.

    Attributes
    ----------
    root : pathlib.Path
        Its folder.
    labels : tuple of str
        All labels of its label group, in order; they need not all occur.
    columns : tuple of mapping
        Of a table: ``name``, ``type`` (``"integer"``, ``"number"``, ``"boolean"``, ``"text"``) and ``role``
        (``"feature"``, ``"label"``); else empty.
    """

    root: Path
    name: str
    version: str | None
    data_type: str | None
    annotation_type: str | None
    labels: tuple[str, ...]
    samples: tuple[Sample, ...] = field(repr=False)
    columns: tuple[Mapping[str, str], ...] = ()

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def labelled(self) -> tuple[Sample, ...]:
        """Samples that have at least one label; of boxes, those that somebody looked at. None that was rejected."""
        boxes = self.annotation_type == "object_detection"
        seen = ("labelled", "reviewed")
        return tuple(s for s in self.samples if s.state != "rejected" and (s.labels or (boxes and s.state in seen)))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns of a table that are not its label."""
        return tuple(column["name"] for column in self.columns if column.get("role") == "feature")

    def split(self, *names: str) -> tuple[Sample, ...]:
        """Give the samples of these splits."""
        return tuple(sample for sample in self.samples if sample.split in names)


def _label(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, Mapping) else str(value)


def _sample(root: Path, record: Mapping[str, Any]) -> Sample:
    objects = tuple(record.get("objects") or ())
    labels = dict.fromkeys(_label(item["label"]) for item in objects if item.get("label") is not None)
    return Sample(
        path=root / record["path"],
        name=record["path"],
        labels=tuple(labels),
        objects=objects,
        split=record.get("split"),
        state=record.get("state"),
        values=record.get("values"),
        review=record.get("review"),
    )


def _class_folders(root: Path) -> tuple[Sample, ...]:
    found = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and len(name.parts) > 1 and not any(part.startswith(".") for part in name.parts):
            label = name.parts[0]
            found.append(Sample(path, name.as_posix(), (label,), ({"label": label},)))
    return tuple(found)


def dataset(path: Path | str) -> Dataset:
    """Read a dataset version, or any folder with one folder of files for each class.

    Parameters
    ----------
    path : path
        What came as ``--data_url``.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    """
    root = Path(path)
    if not root.is_dir():
        raise FileNotFoundError(f"{root} is not a folder. Give the folder of a dataset version.")
    meta = root / ".aispace" / "dataset.json"
    if not meta.is_file():
        samples = _class_folders(root)
        labels = tuple(sorted({sample.labels[0] for sample in samples}))
        return Dataset(root, root.name, None, None, None, labels, samples)
    header = json.loads(meta.read_text(encoding="utf-8"))
    with (root / ".aispace" / "annotations.jsonl").open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file if line.strip()]
    samples = tuple(_sample(root, record) for record in sorted(records, key=lambda record: str(record["path"])))
    return Dataset(
        root=root,
        name=str(header.get("name", root.name)),
        version=header.get("version"),
        data_type=header.get("data_type"),
        annotation_type=header.get("annotation_type"),
        labels=tuple(_label(label) for label in header.get("labels", ())),
        samples=samples,
        columns=tuple(header.get("columns") or ()),
    )
