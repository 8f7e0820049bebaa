"""COCO: one JSON file of images, categories and annotations, or one for each split."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from .boxes import RawBox
from .jsonstream import BrokenJson, JsonStream
from .shelf import Shelf

SPLIT_FILES: Final = {"training": "train", "validation": "val", "test": "test", None: "default"}
Refuse = Callable[[str, str, str, int | None], None]


def is_coco(file: Path) -> bool:
    """Tell by its beginning whether a JSON file may be one of COCO."""
    with file.open("rb") as stream:
        head = stream.read(1 << 16).decode("utf-8", "replace")
    names = ('"images"', '"annotations"', '"categories"')
    return head.lstrip("\ufeff \t\r\n").startswith("{") and any(name in head for name in names)


def read(shelf: Shelf, source: int, path: str, file: Path, refuse: Refuse) -> dict[Any, str]:
    """Read a file into the shelf.

    Parameters
    ----------
    source : int
        Number that its images and boxes get on the shelf.
    refuse : callable
        Is told path, code, message and line of what cannot be used.

    Returns
    -------
    dict
        Names of the categories by their id.
    """
    categories: dict[Any, str] = {}
    with file.open("rb") as stream:
        reader = JsonStream(stream)
        try:
            for section, value in reader.sections():
                if section == "images":
                    _image(shelf, source, path, value, reader.line, refuse)
                elif section == "annotations":
                    _annotation(shelf, source, path, value, reader.line, refuse)
                elif section == "categories" and isinstance(value, dict) and _key(value.get("id")) is not None:
                    categories[_key(value["id"])] = str(value.get("name", value["id"]))
        except BrokenJson as error:
            refuse(path, "json_broken", f"the file is no JSON that can be read to its end: {error}", error.line)
    return categories


def _key(value: Any) -> int | str | None:
    """Give an id as the shelf keeps it."""
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    return value if isinstance(value, str) else None


def _image(shelf: Shelf, source: int, path: str, value: Any, line: int, refuse: Refuse) -> None:
    key = _key(value.get("id")) if isinstance(value, dict) else None
    name = value.get("file_name") if isinstance(value, dict) else None
    if key is None or not isinstance(name, str) or not name:
        refuse(path, "image_invalid", "an image has no id or no file_name", line)
        return
    width, height = (n if type(n) is int and 0 < n < 2**31 else None for n in (value.get("width"), value.get("height")))
    shelf.insert("images", (source, key, name, width, height, line))


def _annotation(shelf: Shelf, source: int, path: str, value: Any, line: int, refuse: Refuse) -> None:
    image = _key(value.get("image_id")) if isinstance(value, dict) else None
    category = _key(value.get("category_id")) if isinstance(value, dict) else None
    if image is None or category is None:
        refuse(path, "annotation_invalid", "an annotation has no image_id or no category_id", line)
        return
    edges = _edges(value.get("bbox"))
    if edges is None:
        refuse(path, "box_missing", f"annotation {value.get('id')!r} has no bbox of four numbers", line)
        return
    extra: dict[str, Any] = {}
    attributes = value.get("attributes")
    if isinstance(attributes, dict) and attributes:
        extra["attributes"] = attributes
    if value.get("iscrowd") == 1:
        extra["attributes"] = {**extra.get("attributes", {}), "iscrowd": 1}
    score = value.get("score")
    if type(score) in (int, float) and 0 <= score <= 1:
        extra["score"] = score
    said = json.dumps(extra, ensure_ascii=False) if extra else None
    shelf.insert("boxes", (source, image, category, *edges, bool(value.get("segmentation")), said, line))


def _edges(box: Any) -> tuple[float, float, float, float] | None:
    try:
        x, y, w, h = box
        return (x + 0.0, y + 0.0, w + 0.0, h + 0.0)
    except (TypeError, ValueError, OverflowError):  # no list, not four, no numbers, or one longer than any float
        return None


def boxes(shelf: Shelf, source: int, image: Any, categories: dict[Any, str]) -> Iterator[RawBox]:
    """Give what a file said of an image."""
    rows = shelf.select(
        "select category, x, y, w, h, outline, extra, line from boxes where source = ? and image = ? order by rowid",
        (source, image),
    )
    for category, x, y, w, h, outline, extra, line in rows:
        box = RawBox(categories.get(category, ""), (x, y, w, h), line=line, outline=bool(outline))
        if extra:
            more = json.loads(extra)
            box.score, box.attributes = more.get("score"), more.get("attributes")
        if category not in categories:
            box.problem = ("category_unknown", f"category {category!r} is not in the file's categories")
        yield box


class Writer:
    """Writes the JSON files of an export, one for each split; images and annotations grow at the same time.

    Parameters
    ----------
    temporary : callable
        Names a new temporary file.
    labels : list of str
        Their places are the ids of the categories, from 1.
    """

    def __init__(self, temporary: Callable[[], Path], labels: list[str]) -> None:
        self._temporary = temporary
        self._ids = {label: n for n, label in enumerate(labels, 1)}
        self._open: dict[str, tuple[IO[bytes], IO[bytes]]] = {}
        self._paths: dict[str, tuple[Path, Path]] = {}
        self._images = self._boxes = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        for files in self._open.values():
            for file in files:
                file.close()
        for paths in self._paths.values():
            for path in paths:
                path.unlink(missing_ok=True)

    def add(self, path: str, record: dict[str, Any]) -> None:
        """Write an image; one that nobody looked at is not listed."""
        if record["s"] == "unlabelled":
            return
        split = SPLIT_FILES[record.get("p")]
        if split not in self._open:
            self._paths[split] = (self._temporary(), self._temporary())
            self._open[split] = (self._paths[split][0].open("wb"), self._paths[split][1].open("wb"))
        images, annotations = self._open[split]
        self._images += 1
        image = {"id": self._images, "file_name": path, "width": record.get("w"), "height": record.get("h")}
        images.write(b"%s%s" % (b",\n" if images.tell() else b"", _compact(image)))
        for item in record.get("o") or ():
            shape = item["shape"]
            attributes = dict(item.get("attributes") or {})
            self._boxes += 1
            value: dict[str, Any] = {
                "id": self._boxes,
                "image_id": self._images,
                "category_id": self._ids[item["label"]],
                "bbox": [shape["x"], shape["y"], shape["w"], shape["h"]],
                "area": round(shape["w"] * shape["h"], 6),
                "iscrowd": 1 if type(attributes.get("iscrowd")) is int and attributes["iscrowd"] == 1 else 0,
            }
            if value["iscrowd"]:
                del attributes["iscrowd"]
            if attributes:
                value["attributes"] = attributes
            if item.get("score") is not None:
                value["score"] = item["score"]
            annotations.write(b"%s%s" % (b",\n" if annotations.tell() else b"", _compact(value)))

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Give names and bytes of the files."""
        for split in [*self._open] or ["default"]:
            yield f"instances_{split}.json", self._file(split)

    def _file(self, split: str) -> Iterator[bytes]:
        categories = [{"id": n, "name": label} for label, n in self._ids.items()]
        yield b'{"info": {}, "licenses": [], "categories": ' + _compact(categories)
        for n, key in enumerate((b"images", b"annotations")):
            yield b',\n"%s": [' % key
            if split in self._paths:
                self._open[split][n].flush()
                with contextlib.closing(self._paths[split][n].open("rb")) as file:
                    while chunk := file.read(1 << 20):
                        yield chunk
            yield b"]"
        yield b"}\n"


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
