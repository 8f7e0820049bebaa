"""The line manifest: one JSON object a line binds a source, a file or a text, to what is said of it.

Read are the spellings of several tools: keys with ``-`` or ``_``, types with or without a prefix before ``/``, marks as
words or as booleans. Outlines of objects lie in XML files of their own (Pascal VOC), which the lines name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from ...storage.paths import UnsafePath, safe_path
from ..annotations import Kind
from ..contents import MAX_TEXT, TEXT_TYPE, facts
from ..layouts import Found, Placed
from . import voc
from .boxes import Places
from .placing import Unreadable
from .shelf import Shelf

SUFFIX: Final = ".manifest"
TEXT: Final = "content://"
USAGES: Final[dict[str, str | None]] = {
    "TRAIN": "training", "EVAL": "validation", "TEST": "test", "INFERENCE": None, "": None,
}  # fmt: skip
SPLITS: Final = {split: usage for usage, split in USAGES.items() if split}
VOC: Final = "PASCAL VOC"
MACHINE: Final = "aispace/auto"
WHEN: Final = "%Y-%m-%d %H:%M:%S"
RESERVED: Final = "@"
"""What names of properties begin with that mean something to a tool."""
TIME: Final = "creation-time"
Refuse = Callable[[str, str, str, int | None], None]


@dataclass
class Annotation:
    """One thing that a line says of its source."""

    kind: str
    name: str | None = None
    property: dict[str, Any] = field(default_factory=dict)
    hard: bool = False
    by: str = "human"
    created: str | None = None
    confidence: float | None = None
    location: str | None = None
    """Of the file that holds the outlines."""
    format: str = VOC


@dataclass
class Line:
    """One line."""

    source: str
    split: str | None = None
    id: str | None = None
    hard: bool | None = None
    annotations: list[Annotation] = field(default_factory=list)
    result: str | None = None
    """Where an inference service put what it found out."""

    @property
    def text(self) -> str | None:
        """The source itself, where it is a text; not a character of it is changed."""
        return self.source[len(TEXT) :] if self.source[: len(TEXT)].lower() == TEXT else None

    @property
    def path(self) -> str:
        """The path of a source that is a file, without the bucket or host that it names."""
        scheme, mark, rest = self.source.partition("://")
        return rest.partition("/")[2] if mark else scheme


def read_line(raw: bytes) -> Line:
    """Read one line.

    Raises
    ------
    ValueError
        In words: what cannot be used of it.
    """
    try:
        given = json.loads(raw)
    except ValueError:
        raise ValueError("the line is no JSON") from None
    value = _keys(given, "the line")
    source = value.get("source")
    if not isinstance(source, str) or not source:
        raise ValueError("the line has no source")
    usage = str(value.get("usage") or "").upper()
    if usage not in USAGES:
        raise ValueError(f"usage is none of {', '.join(filter(None, USAGES))}")
    said = value.get("annotation")
    if said is not None and not isinstance(said, list):
        raise ValueError("annotation is no list")
    return Line(
        source=source,
        split=USAGES[usage],
        id=_word(value, "id"),
        hard=_flag(value["hard"]) if "hard" in value else None,
        annotations=[_annotation(item) for item in said or ()],
        result=_word(value, "inference-loc"),
    )


def _annotation(given: Any) -> Annotation:
    value = _keys(given, "an annotation")
    kind = _word(value, "type")
    if kind is None:
        raise ValueError("an annotation has no type")
    properties = value.get("property") or {}
    if not isinstance(properties, dict):
        raise ValueError("property is no object")
    confidence = value.get("confidence")
    if confidence is not None:
        try:
            confidence = float(confidence)
        except (TypeError, ValueError):
            confidence = -1.0
        if not 0 <= confidence <= 1:
            raise ValueError("confidence is no number from 0 to 1")
    form = _word(value, "annotation-format") or VOC
    if form.upper() != VOC:
        raise ValueError(f"annotation-format {form[:40]!r} is not read, only {VOC}")
    return Annotation(
        kind=kind.rpartition("/")[2].lower(),
        name=_word(value, "name"),
        property=properties,
        hard=_flag(value.get("hard")),
        by=_word(value, "annotated-by") or "human",
        created=_word(value, TIME),
        confidence=confidence,
        location=_word(value, "annotation-loc"),
        format=VOC,
    )


def _keys(given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError(f"{what} is no JSON object")
    return {str(key).replace("_", "-"): value for key, value in given.items()}


def _word(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is None or found == "":
        return None
    if not isinstance(found, str | int) or isinstance(found, bool):
        raise ValueError(f"{key} is no text")
    return str(found)


def _flag(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def place_lines(
    manifests: Mapping[str, bytes], files: Sequence[Found], shelf: Shelf, kind: Kind, *, pixels: bool, refuse: Refuse
) -> Iterator[Placed]:
    """Say for each line which file or text it is about, and what it says of it.

    Parameters
    ----------
    manifests : mapping
        The line manifests that came, by path.
    files : sequence of Found
        Those that came with them, or those of the dataset where none came.
    shelf : Shelf
        Holds the XML files.
    pixels : bool
        How numbers of XML files are meant, see `voc.read`.
    refuse : callable
        Is told path, code, message and line of what is left out.
    """
    by_path = {item.path: item for item in files}
    places, notes = Places(list(by_path)), Places(list(shelf.small_paths()))
    named: set[str] = set()
    for where, raw in sorted(manifests.items()):
        home = where[: where.rfind("/") + 1]
        for number, data in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
            if not data.strip():
                continue
            try:
                line = read_line(data)
                if line.text is not None:
                    placed = _text(line, kind, f"{where[len(home) :].removesuffix(SUFFIX)}/{number:08}.txt")
                else:
                    found = _find(places, line.path, home)
                    if found is None:
                        refuse(where, "source_missing", f"no file came of the name {line.path[:200]!r}", number)
                        continue
                    if kind.data_type == "text" and by_path[found].media_type not in ("", TEXT_TYPE):
                        raise ValueError("the source is no text")
                    placed = Placed(by_path[found], found.removeprefix(home), split=line.split)
                    named.add(found)
                _say(placed, line, kind, where)
                if kind.shapes:
                    _outlines(placed, line, home, notes, shelf, pixels=pixels)
            except ValueError as error:
                refuse(where, "line_invalid", str(error), number)
                continue
            yield placed
    for item in files:
        if item.path not in named and item.state is None:
            refuse(item.path, "not_in_manifest", "the manifest does not name it", None)


def _find(places: Places, path: str, home: str) -> str | None:
    """Find a file by the longest end of its path that lies beside the manifest, or by its whole path anywhere."""
    parts = path.lstrip("/").split("/")
    ends = (f"{root}{'/'.join(parts[n:])}" for n in range(len(parts)) for root in dict.fromkeys((home, "")))
    return next((end for end in ends if end in places), None) or places.find(path, [home, ""])


def _text(line: Line, kind: Kind, otherwise: str) -> Placed:
    if kind.data_type != "text":
        raise ValueError("the source is a text, and the dataset holds images")
    text = line.text or ""
    if not text.strip():
        raise ValueError("the text is empty")
    if len(text.encode(errors="replace")) > MAX_TEXT:
        raise ValueError(f"the text has more than {MAX_TEXT >> 20} MiB")
    try:
        path = safe_path(line.id) if line.id is not None else otherwise
    except UnsafePath:
        path = otherwise
    try:
        known = facts(text, TEXT_TYPE)
    except UnicodeEncodeError:
        raise ValueError("the text has characters that are none") from None
    item = Found(path, known["sha256"], known["size"], TEXT_TYPE)
    return Placed(item, path, split=line.split, text=text)


def _say(placed: Placed, line: Line, kind: Kind, where: str) -> None:
    """Put down labels and marks of a line."""
    for said in line.annotations:
        if said.kind != kind.annotation_type:
            raise ValueError(f"its type is {said.kind[:60]!r}, and the dataset is of {kind.annotation_type}")
        if kind.shapes:
            continue
        if said.name is None:
            raise ValueError("an annotation has no name")
        attributes = dict(said.property)
        if said.created is not None:
            attributes[TIME] = said.created
        placed.objects.append(
            {
                "label": said.name,
                **({"score": said.confidence} if said.confidence is not None else {}),
                **({"attributes": attributes} if attributes else {}),
                **({"hard": True} if said.hard else {}),
            }
        )
    placed.hard = line.hard if line.hard is not None else any(said.hard for said in line.annotations)
    if line.annotations and all(said.by != "human" for said in line.annotations):
        placed.state = "auto"
    placed.said_in = where


def _outlines(placed: Placed, line: Line, home: str, notes: Places, shelf: Shelf, *, pixels: bool) -> None:
    locations = [said.location for said in line.annotations]
    if not locations:
        return
    if len(locations) > 1 or locations[0] is None:
        raise ValueError("an annotation needs exactly one annotation-loc")
    _, mark, rest = locations[0].partition("://")
    found = _find(notes, rest.partition("/")[2] if mark else locations[0], home)
    if found is None:
        raise ValueError(f"no file came of the name {locations[0][:200]!r}")
    placed.said_in = found
    placed.boxes = partial(_boxes, shelf, placed, found, pixels)


def _boxes(shelf: Shelf, placed: Placed, path: str, pixels: bool) -> list[Any]:
    try:
        found = voc.read(shelf.small(path) or b"", pixels=pixels)
    except voc.BrokenXml as error:
        raise Unreadable("xml_broken", str(error), error.line) from None
    placed.said_size = found.size
    return found.boxes


# Writing


def write_line(kind: Kind, source: str, record: Mapping[str, Any], *, name: str, location: str | None) -> bytes:
    """Write a sample as one line.

    Parameters
    ----------
    source : str
        Its path in the archive, or `TEXT` and the text.
    record : mapping
        As `records.read_record` gives it.
    name : str
        Path of the sample in the dataset.
    location : str or None
        Path of the XML file of its outlines.
    """
    line: dict[str, Any] = {"source": source}
    if record.get("p") in SPLITS:
        line["usage"] = SPLITS[record["p"]]
    line["id"] = name
    line["hard"] = str(bool(record.get("d"))).lower()
    when = datetime.fromtimestamp(record["a"] / 1000, UTC).strftime(WHEN) if "a" in record else None
    by = MACHINE if record["s"] == "auto" else "human"
    common = {"type": f"modelarts/{kind.annotation_type}", "annotated-by": by}
    if record["s"] == "unlabelled":
        pass
    elif kind.shapes:
        line["annotation"] = [{**common, "annotation-loc": location, "annotation-format": VOC, TIME: when}]
    else:
        line["annotation"] = [
            {
                **common,
                "name": item["label"],
                "property": {k: v for k, v in (item.get("attributes") or {}).items() if k != TIME},
                "hard": str(bool(item.get("hard"))).lower(),
                **({"confidence": item["score"]} if item.get("score") is not None else {}),
                **({TIME: item["attributes"][TIME]} if TIME in (item.get("attributes") or {}) else {}),
            }
            for item in record.get("o") or ()
        ]
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
