"""Data: ``import``, ``label``, ``publish``, ``export``."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from ..client import AISpaceClient
from ..errors import Invalid, NotFound
from .terminal import Terminal
from .verbs import Verbs, verb


def _import(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    source = Path(given.source)
    if not source.exists():
        raise NotFound("file or folder", given.source)
    try:
        dataset = client.datasets.find(given.dataset)
    except LookupError:
        dataset = client.datasets.create(given.dataset)
        terminal.say(f"made dataset {dataset.name} ({dataset.id})")
    done = client.datasets.import_files(
        dataset.id,
        source,
        layout=given.layout,
        overwrite=given.overwrite,
        split=given.split,
        told=lambda n, total: terminal.progress(f"uploading  {n:,} of {total:,}"),
    )
    report = done.report
    refused = report.refused_count
    lines = [("dataset", dataset.id), ("imported", f"{report.imported:,}"), ("refused", f"{refused:,}")]
    terminal.object(done, [*lines, ("reason", done.reason.message if done.reason else None)])
    for item in report.refused[:10]:
        terminal.say(f"refused {item.path}: {item.message}")
    return 1 if done.status != "succeeded" or (given.strict and refused) else 0


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
    version = client.datasets.publish(dataset.id, note=given.note, include="confirmed" if given.confirmed else "all")
    terminal.object(
        version, [("dataset", dataset.id), ("version", version.version), ("samples", f"{version.file_count:,}")]
    )


def _export(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    name, _, version = given.dataset.partition(":")
    dataset = client.datasets.find(name)
    chosen = version or dataset.current_version
    if chosen is None:
        raise LookupError(f"a version of {dataset.name}: publish it first")
    path = client.datasets.export(dataset.id, chosen, given.target, layout=given.layout)
    terminal.say(f"wrote {path}")


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    imported = verb(
        verbs, shared, "import", _import, purpose="Import a folder or an archive into a dataset.",
        examples="""
        aispace import ./cars --dataset cars-night
        aispace import digits.zip --dataset digits --layout class_folders
        aispace import ./more --dataset digits --overwrite skip --strict
    """)  # fmt: skip
    imported.add_argument("source", help="folder, archive or file of this machine")
    imported.add_argument("--dataset", required=True, help="name or id; a new name makes a dataset")
    imported.add_argument("--layout", default="auto", choices=["auto", "class_folders", "flat", "manifest", "origin"])
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
    publish.add_argument("--confirmed", action="store_true", help="leave out what is not confirmed")
    export = verb(
        verbs, shared, "export", _export, purpose="Save a version of a dataset as a zip file.",
        examples="""
        aispace export digits:V0002 digits.zip
        aispace export digits digits.zip --layout manifest
        aispace export ds_0190:V0001 out.zip
    """)  # fmt: skip
    export.add_argument("dataset", help="name or id, with :V0001 for a version other than the current one")
    export.add_argument("target", help="file to write")
    export.add_argument("--layout", default="class_folders", choices=["class_folders", "manifest"])
