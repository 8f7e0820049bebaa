"""Pascal VOC: one XML file for each image, splits as lists of names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from .boxes import RawBox

FLAGS: Final = ("truncated", "occluded")
LISTED: Final = re.compile(r"^(.*\S)\s+(?:-1|0|1)\s*$")
"""A line of ``ImageSets/Main`` with the flag of one class."""
NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")
FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, however it is written."""
DEPTH: Final = 16


class BrokenXml(ValueError):
    """The file is no XML that is taken."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Node:
    name: str
    line: int
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    def first(self, name: str) -> _Node | None:
        return next((child for child in self.children if child.name == name), None)

    def said(self, name: str) -> str:
        found = self.first(name)
        return found.text.strip() if found is not None else ""


@dataclass
class ImageFile:
    """What an XML file says of its image."""

    filename: str
    size: tuple[int, int] | None
    boxes: list[RawBox]


def _parse(data: bytes) -> _Node:
    """Read XML without any document type: no entities, nothing from outside."""
    parser = expat.ParserCreate()
    root = _Node("", 0)
    stack = [root]

    def refuse(*_: object) -> None:
        raise BrokenXml("it has a document type (DTD), which is not read", parser.CurrentLineNumber)

    def begin(name: str, _: object) -> None:
        if len(stack) > DEPTH:
            raise BrokenXml("it is nested too deeply", parser.CurrentLineNumber)
        node = _Node(name, parser.CurrentLineNumber)
        stack[-1].children.append(node)
        stack.append(node)

    def text(data: str) -> None:
        stack[-1].text += data

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BrokenXml(f"it is no XML: {expat.ErrorString(error.code)}", error.lineno) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, BrokenXml):
            raise
        raise BrokenXml("its encoding is not known", 1) from None
    return root


def read(data: bytes, *, pixels: bool) -> ImageFile:
    """Read what a file says of its image.

    Parameters
    ----------
    pixels : bool
        Whether the numbers are the first and the last pixel, counted from 1; else they are edges counted from 0.

    Raises
    ------
    BrokenXml
        With its line.
    """
    root = _parse(data).first("annotation")
    if root is None:
        raise BrokenXml("its root is not 'annotation'", 1)
    size = root.first("size")
    width, height = (_positive(size.said(name)) if size is not None else None for name in ("width", "height"))
    found = [_object(node, pixels=pixels) for node in root.children if node.name == "object"]
    return ImageFile(root.said("filename"), (width, height) if width and height else None, found)


def _positive(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0 else None


def _object(node: _Node, *, pixels: bool) -> RawBox:
    attributes: dict[str, Any] = {name: True for name in FLAGS if node.said(name) == "1"}
    pose = node.said("pose")
    if pose and pose != "Unspecified":
        attributes["pose"] = pose
    raw = RawBox(node.said("name"), attributes=attributes, hard=node.said("difficult") == "1", line=node.line)
    raw.outline = node.first("polygon") is not None or node.first("part") is not None
    box = node.first("bndbox")
    numbers = [box.said(name) for name in ("xmin", "ymin", "xmax", "ymax")] if box is not None else []
    if len(numbers) != 4 or not all(NUMBER.fullmatch(number) for number in numbers):
        raw.problem = ("box_missing", "an object has no bndbox of four numbers")
        return raw
    left, upper, right, lower = map(float, numbers)
    if pixels:
        left, upper = left - 1, upper - 1
    raw.edges = (left, upper, right - left, lower - upper)
    return raw


def names_of(data: bytes, known: set[str]) -> list[str]:
    """Read a list of ``ImageSets``: names, each perhaps with the flag of a class."""
    found = []
    for line in data.decode("utf-8", "replace").split("\n"):
        text = line.rstrip("\r")
        match = LISTED.match(text)
        name = text if text in known or match is None else match.group(1)
        if name.strip():
            found.append(name if name in known else name.strip())
    return found


def write(path: str, record: dict[str, Any]) -> bytes:
    """Write what is said of an image; edges are counted from 0."""
    # A name that XML cannot hold is left out: the file lies where its image does.
    folder, _, name = path.rpartition("/") if FORBIDDEN.search(path) is None else ("", "", "")
    lines = [
        "<annotation>",
        f"\t<folder>{escape('/'.join(filter(None, ('JPEGImages', folder))))}</folder>",
        f"\t<filename>{escape(name)}</filename>",
        f"\t<size><width>{record.get('w') or 0}</width><height>{record.get('h') or 0}</height><depth>3</depth></size>",
        "\t<segmented>0</segmented>",
    ]
    for item in record.get("o") or ():
        shape, attributes = item["shape"], item.get("attributes") or {}
        edges = {
            "xmin": shape["x"],
            "ymin": shape["y"],
            "xmax": round(shape["x"] + shape["w"], 3),
            "ymax": round(shape["y"] + shape["h"], 3),
        }
        pose = attributes.get("pose")
        lines += [
            "\t<object>",
            f"\t\t<name>{escape(item['label'])}</name>",
            f"\t\t<pose>{escape(pose) if isinstance(pose, str) and pose else 'Unspecified'}</pose>",
            *(f"\t\t<{name}>{int(attributes.get(name) is True)}</{name}>" for name in FLAGS),
            f"\t\t<difficult>{int(bool(item.get('hard')))}</difficult>",
            f"\t\t<bndbox>{''.join(f'<{k}>{n!r}</{k}>' for k, n in edges.items())}</bndbox>",
            "\t</object>",
        ]
    lines.append("</annotation>")
    return ("\n".join(lines) + "\n").encode()


def carries(attributes: dict[str, Any]) -> bool:
    """Tell whether a file holds these attributes of an object."""
    for name, value in attributes.items():
        if name in FLAGS:
            if value is not True:
                return False
        elif name != "pose" or not isinstance(value, str) or not _plain_text(value):
            return False
    return True


def _plain_text(value: str) -> bool:
    return value.isprintable() and value == value.strip() and value not in ("", "Unspecified")
