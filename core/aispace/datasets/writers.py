"""Versions on their way out in forms that others read: what goes into the archive, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..storage.blobs import BlobStore
from ..storage.manifests import Entry
from ..versions import version_name
from .annotations import KINDS, Layout, labels_of
from .formats import coco, line_manifest, voc, yolo
from .formats.rows import RowWriter, joined
from .formats.tables import LABELS, SPLIT_COLUMNS
from .orm import DatasetVersion
from .snapshots import Line, Snapshots

if TYPE_CHECKING:
    from ..platform import Platform

Piece = tuple[str, BlobStore | None, Entry | bytes | Iterator[bytes]]
LISTS: Final[dict[str | None, str]] = {"training": "train", "validation": "val", "test": "test"}
SPLIT_CELLS: Final[dict[str | None, str]] = {None: "none", **LISTS}


class Writers:
    """Writes versions as COCO, VOC, YOLO, CSV, TSV and JSON lines."""

    def __init__(self, platform: Platform, snapshots: Snapshots) -> None:
        self.blobs = platform.blobs
        self.snapshots = snapshots

    def pieces(self, layout: Layout, name: str, version: DatasetVersion) -> Iterator[Piece]:
        """Give the files of an archive.

        Parameters
        ----------
        name : str
            Folder that holds all of them.
        """
        if layout == "coco":
            yield from self._coco(name, version)
        elif layout == "voc":
            yield from self._voc(name, version)
        elif layout == "yolo":
            yield from self._yolo(name, version)
        elif layout == "line_manifest":
            yield from self._line_manifest(name, version)
        elif version.data_type == "tabular":
            yield f"{name}/table.{layout}", None, self.table(version, layout)
        else:
            yield f"{name}/texts.{layout}", None, self._texts(version, layout)

    def file(self, line: Line) -> tuple[BlobStore | None, Entry | bytes]:
        """Give the bytes of a sample: a blob, or what its record holds."""
        content = line.record.get("c")
        return (self.blobs, line.entry) if content is None else (None, content.encode())

    def _coco(self, name: str, version: DatasetVersion) -> Iterator[Piece]:
        with coco.Writer(self.blobs.temporary, [label["name"] for label in version.labels]) as writer:
            for line in self.snapshots.lines(version):
                writer.add(line.entry.path, line.record)
                yield f"{name}/images/{line.entry.path}", *self.file(line)
            for filename, pieces in writer.files():
                yield f"{name}/annotations/{filename}", None, pieces

    def _voc(self, name: str, version: DatasetVersion) -> Iterator[Piece]:
        lists = {split: bytearray() for split in LISTS.values()}
        seen: set[str] = set()
        for line in self.snapshots.lines(version):
            path, record = line.entry.path, line.record
            yield f"{name}/JPEGImages/{path}", *self.file(line)
            stem = path.rpartition(".")[0]
            called = path if stem in seen else stem
            seen.add(stem)
            if record["s"] != "unlabelled":
                yield f"{name}/Annotations/{called}.xml", None, voc.write(path, record)
            if record.get("p") in LISTS:
                lists[LISTS[record["p"]]] += f"{called}\n".encode()
        for split, names in lists.items():
            if names:
                yield f"{name}/ImageSets/Main/{split}.txt", None, bytes(names)

    def _yolo(self, name: str, version: DatasetVersion) -> Iterator[Piece]:
        labels = [label["name"] for label in version.labels]
        ids = {label: n for n, label in enumerate(labels)}
        seen: set[str] = set()
        folders: set[str] = set()
        for line in self.snapshots.lines(version):
            path, record = line.entry.path, line.record
            folder = yolo.FOLDERS[record.get("p")]
            folders.add(folder)
            stem, _, suffix = path.rpartition(".")
            if stem in seen:
                stem = f"{stem}_{suffix}"
            seen.add(stem)
            yield f"{name}/images/{folder}/{stem}.{suffix}", *self.file(line)
            if record["s"] != "unlabelled":
                yield f"{name}/labels/{folder}/{stem}.txt", None, yolo.write(record, ids)
        yield f"{name}/data.yaml", None, yolo.write_names(labels, folders)

    def _line_manifest(self, name: str, version: DatasetVersion) -> Iterator[Piece]:
        kind = KINDS[version.data_type, version.annotation_type]
        if kind.data_type != "text":
            for line in self.snapshots.lines(version):
                yield f"{name}/{line.entry.path}", *self.file(line)
                if kind.shapes and line.record["s"] != "unlabelled":
                    yield f"{name}/{outlines_of(line.entry.path)}", None, voc.write(line.entry.path, line.record)
        yield f"{name}/{name}-{version_name(version.number)}{line_manifest.SUFFIX}", None, self._manifest_lines(version)

    def _manifest_lines(self, version: DatasetVersion) -> Iterator[bytes]:
        kind = KINDS[version.data_type, version.annotation_type]
        for line in self.snapshots.lines(version):
            path = line.entry.path
            source = line_manifest.TEXT + self._text(line) if kind.data_type == "text" else path
            location = outlines_of(path) if kind.shapes else None
            yield line_manifest.write_line(kind, source, line.record, name=path, location=location)

    def _text(self, line: Line) -> str:
        text = line.record.get("c")
        if text is None:
            text = self.blobs.read(line.entry.sha256).decode("utf-8", "replace")
        return str(text)

    def _texts(self, version: DatasetVersion, layout: Layout) -> Iterator[bytes]:
        splits = bool(version.counts["splits"])
        writer = RowWriter(layout)
        if layout != "jsonl":
            yield writer.line(["path", "text", "label", *(["split"] if splits else [])])
        for line in self.snapshots.lines(version):
            text = self._text(line)
            labels = labels_of(line.record.get("o"))
            split = SPLIT_CELLS[line.record.get("p")]
            if layout == "jsonl":
                value: dict[str, Any] = {"path": line.entry.path, "text": text}
                if version.template == "multi":
                    value["label"] = labels
                else:
                    value["label"] = labels[0] if labels else None
                if splits:
                    value["split"] = split
                yield json.dumps(value, ensure_ascii=False).encode() + b"\n"
            else:
                cell = joined(labels) if version.template == "multi" else "".join(labels[:1])
                yield writer.line([line.entry.path, text, cell, *([split] if splits else [])])

    def table(self, version: DatasetVersion, layout: Layout, split: str | None = None) -> Iterator[bytes]:
        """Write the rows of a version, or of one of its splits, with a header."""
        columns = version.columns or []
        names = [column["name"] for column in columns]
        splits = bool(version.counts["splits"])
        label = next((n for n, column in enumerate(columns) if column["role"] == "label"), None)
        if label is None:
            names.append(_free(names, LABELS))
        if splits:
            names.append(_free(names, SPLIT_COLUMNS))
        writer = RowWriter(layout)
        yield writer.line(names)
        for line in self.snapshots.lines(version, split):
            cells = json.loads(line.record["c"])
            said = "".join(labels_of(line.record.get("o"))[:1])
            cells.insert(len(cells) if label is None else label, said)
            yield writer.line([*cells, *([SPLIT_CELLS[line.record.get("p")]] if splits else [])])


def outlines_of(path: str) -> str:
    """Name the XML file of an image."""
    return f"annotations/{path}.xml"


def _free(names: list[str], wanted: tuple[str, ...]) -> str:
    """Find a name for a column that the table has not."""
    taken = {name.lower() for name in names}
    free = next((name for name in wanted if name not in taken), None)
    n = 2
    while free is None:
        free = f"{wanted[0]}_{n}" if f"{wanted[0]}_{n}" not in taken else None
        n += 1
    return free
