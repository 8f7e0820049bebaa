"""A look before an import: what it would find, without storing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..storage.archives import Budget, Meter
from ..storage.sources import read_source
from .annotations import Layout
from .contents import EXCERPT, ColumnType
from .formats.roles import find_roles
from .formats.tables import Table
from .formats.text_pairs import MAX_RESULT, is_result
from .layouts import Found
from .requests import ImportInspection, PreviewSample, TablePreview
from .resolving import (
    TABLES,
    check_mapping,
    choose_layout,
    form_of,
    found_labels,
    found_layout,
    natural,
    resolve,
)
from .schemas import Column
from .staging import Staged, sort_member

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform
    from ..schemas import ImportSource


def inspect_source(platform: Platform, principal: Principal, source: ImportSource, staged: Staged) -> ImportInspection:
    """Look at the names of a source and at the files about others, not at images and texts."""
    meter = Meter(Budget())
    for member in read_source(platform, principal, source, meter):
        if sort_member(member, staged):
            staged.files.append(Found(member.path, sha256="-"))
            if staged.target.kind.data_type == "text" and is_result(member.path):
                staged.sidecars[member.path] = member.stream.read(MAX_RESULT)
    for refusal in meter.refused:
        staged.refuse(refusal.path, refusal.code, refusal.message)
    layout, confidence = found_layout(staged)
    if staged.options.layout != "auto":
        layout, confidence = choose_layout(staged), 1.0
    preview: list[PreviewSample] = []
    count, step = 0, 1
    for row in resolve(layout, staged, None):
        if count % step == 0:
            preview.append(_preview(row))
            if len(preview) == 40:  # every other one stays: at the end there are 20 to 39, from all over
                preview, step = preview[::2], step * 2
        count += 1
    check_mapping(staged)
    return ImportInspection(
        layout=layout,
        confidence=confidence,
        count=count,
        labels={k: staged.labels[k] for k in sorted(staged.labels, key=natural)},
        found_labels=found_labels(staged),
        refused=staged.report.refused_count,
        preview=preview[:: max(len(preview) // 20, 1)][:20],
        objects=staged.report.objects,
        annotations_only=staged.annotations_only,
        problems=staged.report.refused[:100],
        notes=staged.notes(),
        table=_table_preview(layout, staged) if layout in TABLES else None,
    )


def _preview(row: dict[str, Any]) -> PreviewSample:
    text = row.get("excerpt") or row.get("content") or ""
    labels = list(dict.fromkeys(o["label"] for o in row["objects"]))
    return PreviewSample(path=row["path"], labels=labels, split=row["split"], excerpt=text[:EXCERPT] or None)


def _table_preview(layout: Layout, staged: Staged) -> TablePreview | None:
    path = min((p for p in staged.shelf.large if form_of(p) == layout or p.lower().endswith(".txt")), default=None)
    if path is None:
        return None
    table = Table(path, staged.shelf.large[path], layout, staged.options.table)
    text = staged.target.kind.data_type == "text"
    if not table.names:
        return None
    roles = find_roles(table, staged.options.table, text=text)
    types = [ColumnType() for _ in table.names]
    for row in table.sample:
        for kind, cell in zip(types, row, strict=False):
            kind.add(cell)
    return TablePreview(
        delimiter=table.delimiter,
        header=table.header,
        encoding=table.encoding,
        columns=[
            Column.model_validate({"name": name, "type": kind.name, "role": "label" if n == roles.label else "feature"})
            for n, (name, kind) in enumerate(zip(table.names, types, strict=True))
        ],
        text_column=None if roles.text is None else table.names[roles.text],
        label_column=None if roles.label is None else table.names[roles.label],
        rows=[[cell[:EXCERPT] for cell in row] for row in table.sample[:20]],
    )
