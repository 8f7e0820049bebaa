"""Data: ``import``, ``label``, ``publish``, ``export``."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any, Final, get_args

from ..client import AISpaceClient
from ..datasets.annotations import Layout
from ..datasets.requests import ExportLayout, FoundLabel, ImportInspection, Note, RefusedFile
from ..errors import Invalid, NotFound
from .terminal import Terminal
from .verbs import Verbs, verb

DATA_TYPES: Final = {
    "image_classification": "image",
    "object_detection": "image",
    "text_classification": "text",
    "tabular_classification": "tabular",
}
"""Annotation types to data types."""


def _import(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    source = Path(given.source)
    if not source.exists():
        raise NotFound("file or folder", given.source)
    try:
        dataset = client.datasets.find(given.dataset)
    except LookupError:
        data_type = DATA_TYPES[given.kind]
        dataset = client.datasets.create(given.dataset, data_type=data_type, annotation_type=given.kind)
        terminal.say(f"made dataset {dataset.name} ({dataset.id})")
    options: dict[str, Any] = {"layout": given.layout, "voc_boxes": given.voc_boxes}
    if given.map:
        options["label_mapping"] = _mapping(given.map)
    if given.only:
        options["only_labels"] = given.only
    if given.hard_only:
        options["hard_only"] = True
    table = {name: getattr(given, name) for name in ("text_column", "label_column", "delimiter", "encoding")}
    if any(value is not None for value in table.values()):
        options["table"] = {name: value for name, value in table.items() if value is not None}
    if given.inspect:
        return _inspect(client.datasets.inspect_import(dataset.id, source, **options), terminal)
    done = client.datasets.import_files(
        dataset.id,
        source,
        overwrite=given.overwrite,
        split=given.split,
        **options,
        told=lambda n, total: terminal.progress(f"uploading  {n:,} of {total:,}"),
    )
    report = done.report
    refused = report.refused_count
    lines = [("dataset", dataset.id), ("imported", f"{report.imported:,}"), ("refused", f"{refused:,}")]
    lines += [("annotated", f"{report.annotated:,}")] if report.annotated else []
    lines += [("boxes", f"{report.objects:,}")] if report.objects is not None else []
    terminal.object(done, [*lines, ("reason", done.reason.message if done.reason else None)])
    _say_notes(report.notes, terminal)
    _say_refused(report.refused, terminal)
    return 1 if done.status != "succeeded" or (given.strict and refused) else 0


def _mapping(pairs: list[str]) -> dict[str, str | None]:
    """Read ``old=new`` pairs; an empty new name leaves out what has the old one."""
    mapping: dict[str, str | None] = {}
    for pair in pairs:
        name, equals, label = pair.partition("=")
        if not equals or not name:
            raise Invalid("map", f"--map: expected 'old=new', found {pair!r}. Write for instance --map dog=animal.")
        if mapping.get(name, label or None) != (label or None):
            raise Invalid("map", f"--map: {name!r} is given twice. Give it once.")
        mapping[name] = label or None
    return mapping


def _inspect(found: ImportInspection, terminal: Terminal) -> int:
    table = found.table
    lines = [
        ("layout", f"{found.layout} (confidence {found.confidence:.0%})"),
        ("samples", f"{found.count:,}" + (" of the dataset, annotations only" if found.annotations_only else "")),
        ("boxes", None if found.objects is None else f"{found.objects:,}"),
        ("labels", ", ".join(_of_files(label) for label in found.found_labels[:20])),
        ("columns", ", ".join(f"{c.name} ({c.role}, {c.type})" for c in table.columns[:30]) if table else None),
        ("refused", f"{found.refused:,}"),
    ]
    terminal.object(found, lines)
    _say_notes(found.notes, terminal)
    _say_refused(found.problems, terminal)
    return 0


def _of_files(label: FoundLabel) -> str:
    """Tell a label of the files, how often it is there, and what becomes of it where that is something else."""
    if label.label is None:
        becomes = " -> left out" if label.fits else " -> refused: no name of a label"
    else:
        becomes = f" -> {label.label}" if label.label != label.name else ""
    return f"{label.name} {label.n:,}{becomes}"


def _say_notes(notes: list[Note], terminal: Terminal) -> None:
    for note in notes:
        terminal.say(f"note: {note.message}, for instance {note.examples[0]}")


def _say_refused(refused: list[RefusedFile], terminal: Terminal) -> None:
    for item in refused[:10]:
        where = f"{item.path}, line {item.line}" if item.line is not None else item.path
        terminal.say(f"refused {where}: {item.message}")


def _label(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    dataset = client.datasets.find(given.dataset)
    try:
        with Path(given.file).open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row]
    except (UnicodeError, csv.Error) as error:
        raise Invalid("file", f"{given.file} is not a CSV file in UTF-8: {error}.") from None
    labels = {}
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise Invalid("file", f"{given.file}, line {number}: expected 'path,label', found {len(row)} columns.")
        labels[row[0]] = row[1]
    results = client.datasets.label(dataset.id, labels, confirm=not given.started)
    refused = [result for result in results if result.status == "refused"]
    for result in refused[:10]:
        terminal.say(f"refused: {(result.error or {}).get('message', result.sample_id)}")
    terminal.say(f"{len(results) - len(refused):,} labelled, {len(refused):,} refused")
    return 1 if refused else 0


def _publish(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    dataset = client.datasets.find(given.dataset)
    include = "confirmed" if given.confirmed else "all"
    version = client.datasets.publish(dataset.id, note=given.note, include=include, rejected=given.rejected)
    terminal.object(
        version, [("dataset", dataset.id), ("version", version.version), ("samples", f"{version.file_count:,}")]
    )


def _export(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    name, _, version = given.dataset.partition(":")
    dataset = client.datasets.find(name)
    chosen = version or dataset.current_version
    if chosen is None:
        raise LookupError(f"a version of {dataset.name}: publish it first")
    layout = given.layout or client.datasets.default_layout(client.datasets.version(dataset.id, chosen))
    losses = client.datasets.inspect_export(dataset.id, chosen, layout).losses
    for note in losses:
        terminal.say(f"not carried: {note.message}" + (f" ({', '.join(note.examples)})" if note.examples else ""))
    if losses and given.strict:
        terminal.say("nothing written")
        return 1
    path = client.datasets.export(dataset.id, chosen, given.target, layout=layout, data=not given.no_data)
    terminal.say(f"wrote {path}")
    return 0


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    imported = verb(
        verbs, shared, "import", _import, purpose="Import a folder or an archive into a dataset.",
        examples="""
        aispace import ./cars --dataset cars-night
        aispace import digits.zip --dataset digits --layout class_folders
        aispace import ./more --dataset digits --overwrite skip --strict
        aispace import coco.zip --dataset street --kind object_detection --map person=people --map dog=
        aispace import reviews.csv --dataset reviews --kind text_classification --text-column comment
        aispace import cups.zip --dataset cups --layout line_manifest --only cup --hard-only
        aispace import iris.csv --dataset iris --kind tabular_classification --inspect
    """)  # fmt: skip
    imported.add_argument("source", help="folder, archive or file of this machine")
    imported.add_argument("--dataset", required=True, help="name or id; a new name makes a dataset")
    imported.add_argument("--kind", default="image_classification", choices=sorted(DATA_TYPES), help="of a new dataset")
    imported.add_argument("--layout", default="auto", choices=["auto", *get_args(Layout)])
    imported.add_argument("--inspect", action="store_true", help="only tell what would be imported")
    imported.add_argument(
        "--map",
        "--label",
        action="append",
        metavar="OLD=NEW",
        help="take a label of the files as another, new or of the dataset; OLD= leaves it out (again for each label)",
    )
    imported.add_argument(
        "--only", action="append", metavar="LABEL", help="take only what has this label (again for each label)"
    )
    imported.add_argument("--hard-only", action="store_true", help="take only what is marked hard")
    imported.add_argument("--text-column", help="column of a table that holds the text")
    imported.add_argument("--label-column", help="column of a table that holds the label; '' for none")
    imported.add_argument("--delimiter", help="between the columns of a table")
    imported.add_argument("--encoding", choices=["utf-8", "utf-16", "gb18030", "latin-1"])
    imported.add_argument(
        "--voc-boxes", default="edges", choices=["edges", "pixels"],
        help="numbers of VOC files: edges from 0 (default), or first and last pixel from 1",
    )  # fmt: skip
    imported.add_argument("--overwrite", default="refuse", choices=["refuse", "skip", "replace"])
    imported.add_argument("--split", choices=["training", "validation", "test"])
    imported.add_argument("--strict", action="store_true", help="exit code 1 when a file was refused")
    label = verb(
        verbs, shared, "label", _label, purpose="Label samples from a CSV file of path,label.",
        examples="""
        aispace label digits labels.csv
        aispace label ds_0190 labels.csv --started
        aispace label digits labels.csv --quiet
    """)  # fmt: skip
    label.add_argument("dataset", help="name or id")
    label.add_argument("file", help="CSV file without header: path,label")
    label.add_argument("--started", action="store_true", help="save without confirming")
    publish = verb(
        verbs, shared, "publish", _publish, purpose="Publish the next version of a dataset.",
        examples="""
        aispace publish digits
        aispace publish digits --note "second batch"
        aispace publish digits --confirmed
    """)  # fmt: skip
    publish.add_argument("dataset", help="name or id")
    publish.add_argument("--note", default="")
    which = publish.add_mutually_exclusive_group()
    which.add_argument("--confirmed", action="store_true", help="leave out what is not confirmed")
    which.add_argument("--rejected", action="store_true", help="rejected samples too, with the reasons")
    export = verb(
        verbs, shared, "export", _export, purpose="Save a version of a dataset as a zip file.",
        examples="""
        aispace export digits:V0002 digits.zip
        aispace export digits digits.zip --layout manifest
        aispace export street street.zip --layout coco --strict
        aispace export street boxes.zip --layout coco --no-data
    """)  # fmt: skip
    export.add_argument("dataset", help="name or id, with :V0001 for a version other than the current one")
    export.add_argument("target", help="file to write")
    export.add_argument("--layout", choices=get_args(ExportLayout), help="default: the first that the kind goes into")
    export.add_argument("--no-data", action="store_true", help="only what is said of the samples, not their files")
    export.add_argument("--strict", action="store_true", help="write nothing where the layout cannot carry all of it")
