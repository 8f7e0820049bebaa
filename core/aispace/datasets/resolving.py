"""Making samples of staged files: what their layout, and the files about them, say of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from ..errors import AISpaceError, Invalid
from .annotations import HUMAN, AnnotationObject, Layout, check_objects
from .contents import INLINE, ColumnType
from .formats.boxes import RawBox, fit
from .formats.line_manifest import place_lines
from .formats.placing import Tree, Unreadable, detect_boxes, place_boxes
from .formats.roles import Roles, find_roles
from .formats.rows import TableRows, align, with_types
from .formats.tables import Table
from .formats.text_pairs import has_pairs, place_pairs
from .layouts import LINE_MANIFEST, MANIFESTS, Placed, common_folder, detect, group_labels, place
from .requests import FoundLabel
from .staging import BATCH_FILES, Staged, fits_label

if TYPE_CHECKING:
    from ..storage.blobs import Batch

MAX_OBJECTS: Final = 1000
"""Of one image."""
MAX_LABELS: Final = 2000
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
OBJECTS = TypeAdapter(list[AnnotationObject])
TABLES: Final[tuple[Layout, ...]] = ("csv", "tsv", "jsonl")
BOXES: Final[tuple[Layout, ...]] = ("coco", "voc", "yolo")


def found_layout(staged: Staged) -> tuple[Layout, float]:
    """Guess the layout of what came."""
    kind = staged.target.kind
    if any(name.endswith(LINE_MANIFEST) for name in staged.sidecars):
        return "line_manifest", 1.0
    manifest = any(name.rpartition("/")[2] in MANIFESTS for name in staged.sidecars)
    if kind.shapes and not manifest:
        return detect_boxes(staged.shelf, len(staged.files))
    if kind.data_type == "tabular" or (kind.data_type == "text" and staged.shelf.large and not staged.files):
        return form_of(min(staged.shelf.large, default=".csv")), 1.0 if len(staged.shelf.large) == 1 else 0.8
    if kind.data_type == "text" and has_pairs([f.path for f in staged.files]):
        return "text_pairs", 1.0
    layout, confidence = detect([f.path for f in staged.files], staged.sidecars)
    return layout, confidence


def form_of(path: str) -> Layout:
    """Give the layout of a table by its suffix."""
    suffix = path.lower().rpartition(".")[2]
    return "tsv" if suffix == "tsv" else "jsonl" if suffix == "jsonl" else "csv"


NEEDED: Final = {
    "manifest": "a manifest.jsonl",
    "line_manifest": "a file *.manifest",
    "text_pairs": "a file name_result.txt beside name.txt",
    "origin": "a label_*.json and a folder 'origin'",
    "coco": "a JSON file with images, annotations and categories",
    "voc": "XML files",
    "yolo": "text files beside the images, or in 'labels' beside 'images'",
    "csv": "a .csv file",
    "tsv": "a .tsv file",
    "jsonl": "a .jsonl file",
}


def choose_layout(staged: Staged) -> Layout:
    """Give the layout to read the files by.

    Raises
    ------
    AISpaceError
        The one that was asked for does not fit.
    """
    wanted, kind = staged.options.layout, staged.target.kind
    found, _ = found_layout(staged)
    if wanted in ("auto", found):
        return found
    if wanted not in kind.imports:
        raise Invalid(
            "layout",
            f"Layout: {kind.annotation_type} does not come as {wanted!r}. Use one of {', '.join(kind.imports)}.",
            code="layout_not_of_kind",
            params={"layouts": kind.imports},
        )
    names = [*staged.shelf.large, *staged.shelf.small_paths()]
    fits = {
        "coco": bool(staged.shelf.large),
        "voc": any(name.lower().endswith(".xml") for name in names),
        "yolo": any(name.lower().endswith(".txt") for name in names),
    }.get(wanted, any(form_of(path) == wanted for path in staged.shelf.large))
    if wanted in ("manifest", "line_manifest", "text_pairs", "origin") or (wanted in NEEDED and not fits):
        raise AISpaceError(
            "layout_mismatch",
            f"Nothing was imported. The layout {wanted!r} needs {NEEDED[wanted]}. Choose another layout.",
            status=422,
            params={"layout": wanted, "found": found},
        )
    return wanted


def resolve(layout: Layout, staged: Staged, batch: Batch | None) -> Iterator[dict[str, Any]]:
    """Give what goes into the dataset, a dict a sample; what does not fit is refused.

    Parameters
    ----------
    batch : Batch or None
        Takes long texts out of tables; ``None`` for a look only.
    """
    options = staged.options
    for row in _resolved(layout, staged, batch):
        if options.hard_only and not (row["hard"] or any(item.get("hard") for item in row["objects"])):
            staged.note("not_hard", row["path"])
        elif options.only_labels is not None and not row["objects"]:
            staged.note("not_chosen", row["path"])
        else:
            yield row


def _resolved(layout: Layout, staged: Staged, batch: Batch | None) -> Iterator[dict[str, Any]]:
    if layout in TABLES:
        yield from _rows(layout, staged, batch)
        return
    if staged.target.kind.data_type == "text":
        for path in staged.shelf.large:
            staged.refuse(path, "suffix", f"a table is not read by the layout {layout!r}")
    seen: set[str] = set()
    for item in sorted(_placed(layout, staged), key=lambda placed: placed.path.encode()):
        if item.error is None and item.path in seen:
            item.error = ("path_twice", "the path occurs twice; the first was taken")
        row = None
        if item.error is None:
            row = _boxed(item, staged) if item.boxes is not None else _said(item, staged)
        if item.error is not None:
            staged.refuse(item.file.path, *item.error)
        elif row is not None:
            seen.add(item.path)
            yield row if item.text is None else _text_row(row, item.text, batch)
            if batch is not None and len(batch.pending) >= BATCH_FILES:
                batch.flush()


def _text_row(row: dict[str, Any], text: str, batch: Batch | None) -> dict[str, Any]:
    """Keep a text that is no file: in its row where it is short."""
    if row["size"] <= INLINE:
        return {**row, "content": text}
    if batch is None:
        return {**row, "content": None, "excerpt": text}
    batch.put(text.encode())
    return {**row, "content": None}


def _placed(layout: Layout, staged: Staged) -> Iterator[Placed]:
    if layout == "line_manifest":
        manifests = {path: raw for path, raw in staged.sidecars.items() if path.endswith(LINE_MANIFEST)}
        yield from place_lines(
            manifests,
            staged.files or staged.target.existing(),
            staged.shelf,
            staged.target.kind,
            pixels=staged.options.voc_boxes == "pixels",
            refuse=staged.refuse,
        )
        return
    if layout == "text_pairs":
        yield from place_pairs(staged.files, staged.sidecars, staged.read, staged.refuse)
        return
    if layout not in BOXES:
        yield from place(layout, staged.files, staged.sidecars)
        return
    files = staged.target.existing() if staged.annotations_only else staged.files
    tree = Tree(
        staged.shelf, files, staged.refuse, staged.annotations_only, pixels=staged.options.voc_boxes == "pixels"
    )
    for item in place_boxes(layout, tree):
        if item.boxes is not None or not staged.annotations_only:
            yield item
    for name in tree.labels:
        staged.found.setdefault(name, 0)
        mapped = staged.options.label_mapping.get(name, name)
        if mapped is not None and fits_label(mapped):
            staged.declared.append(mapped)


def _row(item: Placed, objects: list[dict[str, Any]], state: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "path": item.path,
        "split": item.split,
        "hard": item.hard,
        "objects": objects,
        "state": state,
    }
    if item.review is not None:
        row["review"] = item.review
    if not item.file.sha256 and item.file.state is not None:
        return {**row, "annotate": True}
    file = item.file
    return {
        **row,
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "width": file.width,
        "height": file.height,
    }


def _said(item: Placed, staged: Staged) -> dict[str, Any] | None:
    """Take what a layout says of a sample."""
    kind = staged.target.kind
    try:
        taken = []
        for given in item.objects:
            if not isinstance(given.get("label"), str):
                taken.append(given)
            elif (name := staged.label(given["label"])) is None:
                staged.note("left_out", item.file.path)
            else:
                taken.append({**given, "label": name})
        found = OBJECTS.validate_python(taken)
        size = (item.file.width, item.file.height) if item.file.width and item.file.height else None
        names = {o.label for o in found if o.label is not None}
        objects = check_objects(kind, staged.target.template, names, found, size)
    except ValidationError as error:
        item.error = ("annotation_invalid", f"its annotation cannot be used: {error.errors()[0]['msg']}")
        return None
    except ValueError as error:
        item.error = ("label_name", str(error))
        return None
    except Invalid as error:
        field = error.details["fields"][0]
        item.error = (
            (field["code"], "it has several labels, and this dataset takes one a sample")
            if field["code"] == "one_label_only"
            else ("annotation_invalid", f"its annotation cannot be used: {field['message']}")
        )
        return None
    for said in objects:
        staged.count(said["label"])
    counts = objects or kind.many or item.state == "unlabelled"
    return _row(item, objects, item.state if counts else None)


def _boxed(item: Placed, staged: Staged) -> dict[str, Any] | None:
    """Take what a file says of an image."""
    file = item.file
    if file.state in HUMAN and not staged.replace:
        staged.refuse(file.path, "human_annotation", "a person annotated the sample; that is kept")
        staged.unread = True
        return None
    size = (file.width, file.height)
    try:
        raw = list(item.boxes()) if item.boxes is not None else []
        if item.said_size and None not in size and item.said_size != size:
            turned = item.said_size == size[::-1]
            raise Unreadable("size_differs", _size_words(item.said_size, size, turned=turned), 0)
        if len(raw) > MAX_OBJECTS:
            raise Unreadable("too_many_objects", f"an image has more than {MAX_OBJECTS} objects", 0)
    except Unreadable as error:
        staged.unread = True
        words = error.message if error.code == "xml_broken" else f"{file.path}: {error.message}"
        staged.refuse(item.said_in, error.code, words, error.line or None)
        return None if staged.annotations_only else _row(item, [], None)
    limits = size if None not in size else item.said_size or (None, None)
    objects, lost = [], False
    for box in raw:
        taken = _object(box, item, staged, limits)
        lost = lost or taken is False
        if isinstance(taken, dict):
            objects.append(taken)
            staged.count(taken["label"])
    staged.report.objects = (staged.report.objects or 0) + len(objects)
    if lost:
        staged.note("incomplete", file.path)
    state = "started" if lost and objects else "labelled" if staged.confirm and not lost else None
    return _row(item, objects, state)


def _size_words(said: tuple[int, int], size: tuple[int | None, int | None], *, turned: bool) -> str:
    words = f"the file says that the image has {said[0]} x {said[1]} pixels, it has {size[0]} x {size[1]}"
    return f"{words}; its boxes were drawn on the turned image (EXIF orientation)" if turned else words


def _object(box: RawBox, item: Placed, staged: Staged, size: tuple[int | None, int | None]) -> dict[str, Any] | bool:
    """Make an object of a box: True where it is left out as asked, False where it is refused."""
    if box.problem is not None:
        staged.refuse(item.said_in, *box.problem, box.line)
        return False
    try:
        label = staged.label(box.label)
    except ValueError as error:
        staged.refuse(item.said_in, "label_name", str(error), box.line)
        return False
    if label is None:
        staged.note("left_out", item.file.path)
        return True
    value: dict[str, Any] = {"label": label}
    if box.relative and size[0] is None:
        # Only in a look at the names: the images were not opened.
        return value
    try:
        value["shape"], cut = fit(box, *size)
    except ValueError as error:
        staged.refuse(item.said_in, "box_invalid", f"{item.path}: {error}", box.line)
        return False
    if cut:
        staged.note("boxes_clipped", item.file.path)
    if box.outline:
        staged.note("outlines", item.file.path)
    if box.score is not None:
        value["score"] = box.score
    if box.attributes:
        value["attributes"] = box.attributes
    if box.hard:
        value["hard"] = True
    return value


# Tables


def tables_of(layout: Layout, staged: Staged) -> Iterator[tuple[str, Table]]:
    """Open the tables that came: the name that their samples get, and the table."""
    root = common_folder(list(staged.shelf.large))
    for path, file in sorted(staged.shelf.large.items()):
        form = form_of(path)
        if path.lower().endswith(".txt"):
            form = layout
        if form != layout:
            staged.refuse(path, "suffix", f"the suffix does not fit the layout {layout!r}")
            continue
        table = Table(path, file, form, staged.options.table)
        if not table.names:
            staged.refuse(path, "table_empty", "there are no lines in it")
            continue
        if table.encoding not in ("utf-8", "ascii"):
            staged.note("recoded", path)
        yield path[len(root) :], table


def _rows(layout: Layout, staged: Staged, batch: Batch | None) -> Iterator[dict[str, Any]]:
    kind, options = staged.target.kind, staged.options.table
    before: Sequence[Mapping[str, Any]] | None = staged.target.columns
    for name, table in tables_of(layout, staged):
        text = kind.data_type == "text"
        roles = find_roles(table, options, text=text)
        several = not kind.one_label(staged.target.template)
        reader = TableRows(name, table, roles, options, several=several, refuse=staged.refuse)
        if text:
            found = reader.texts(batch)
            types: list[ColumnType] = []
            columns: list[dict[str, Any]] = []
        else:
            order, columns = align(table, roles, before)
            types = [ColumnType() for _ in order]
            found = reader.features(order, types)
        for row in found:
            taken = _labelled_row(row, table, roles, staged)
            if taken is not None:
                yield taken
                if batch is not None and len(batch.pending) >= BATCH_FILES:
                    batch.flush()
        if not text:
            staged.columns = with_types(columns, types, before)
            before = staged.columns


def _labelled_row(row: dict[str, Any], table: Table, roles: Roles, staged: Staged) -> dict[str, Any] | None:
    labels = []
    for name in row.pop("labels"):
        try:
            label = staged.label(name)
        except ValueError as error:
            staged.refuse(row["path"], "label_name", str(error))
            return None
        if label is None:
            staged.note("left_out", row["path"])
        elif label not in labels:
            labels.append(label)
    if len(labels) > 1 and staged.target.kind.one_label(staged.target.template):
        staged.refuse(row["path"], "one_label_only", "it has several labels, and this dataset takes one a sample")
        return None
    for label in labels:
        staged.count(label)
        if len(staged.labels) > MAX_LABELS:
            column = table.names[roles.label] if roles.label is not None else ""
            raise Invalid(
                "table.label_column",
                f"Label column: {column!r} has more than {MAX_LABELS} different values. Choose another column.",
                code="too_many_labels",
            )
    return {**row, "hard": False, "objects": [{"label": label} for label in labels], "state": None}


def declared_labels(staged: Staged) -> list[dict[str, Any]]:
    """Give the labels of ``label_*.json`` with their colours and keys, under the names that the mapping gives them."""
    declared = []
    for label in group_labels(staged.sidecars) or []:
        staged.found.setdefault(label["name"], 0)
        mapped = staged.options.label_mapping.get(label["name"], label["name"])
        if mapped is not None:
            declared.append({**label, "name": mapped})
    return declared


def check_mapping(staged: Staged) -> None:
    """Refuse a mapping of a label that the files do not have, once all of them are read.

    Raises
    ------
    Invalid
        Names the label.
    """
    declared_labels(staged)
    unknown = next((name for name in staged.options.label_mapping if name not in staged.found), None)
    if unknown is None or staged.unread:
        return
    known = sorted(staged.found, key=natural)
    shown = f"They have {', '.join(known[:20])}{', ...' if len(known) > 20 else ''}" if known else "They have none"
    raise Invalid(
        f"label_mapping.{unknown}",
        f"Label mapping: the files have no label {unknown[:60]!r}. {shown}. Name one of those, or leave it out.",
        code="label_not_in_source",
        params={"label": unknown[:60], "labels": known[:100]},
    )


def found_labels(staged: Staged) -> list[FoundLabel]:
    """Give the labels of the files, and what becomes of each."""
    declared_labels(staged)
    mapping = staged.options.label_mapping
    found = []
    for name in sorted(staged.found, key=natural)[:MAX_LABELS]:
        label = mapping.get(name, name)
        label = label if label is not None and fits_label(label) else None
        known = label is not None and label in staged.target.labels
        found.append(FoundLabel(name=name, n=staged.found[name], label=label, known=known, fits=fits_label(name)))
    return found


def labels_in(staged: Staged) -> list[str]:
    """Give all labels that the dataset will need: those that the files declare first, in their order."""
    declared = [*(label["name"] for label in declared_labels(staged)), *staged.declared]
    return list(dict.fromkeys([*filter(fits_label, declared), *sorted(staged.labels, key=natural)]))


def natural(text: str) -> tuple[int, int, str]:
    """Order labels: numbers by their size, before words."""
    return (0, int(text), text) if text.isascii() and text.isdigit() else (1, 0, text)


def write_spool(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Write what goes into the dataset, one JSON line a sample."""
    for row in rows:
        yield ENCODE(row).encode() + b"\n"
