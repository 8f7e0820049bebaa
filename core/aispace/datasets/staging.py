"""The first half of an import: every file is looked at and stored; nothing of the dataset changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ..errors import AISpaceError
from ..storage.archives import Budget, Member, Meter
from ..storage.sources import read_source
from .annotations import AnnotationObject, Layout, stored
from .images import MAX_BYTES, Unusable, inspect
from .layouts import MAX_SIDECAR, Found, Placed, detect, group_labels, is_ignored, is_image, is_sidecar, place
from .requests import ImportInspection, ImportReport, ImportRequest, PreviewSample, RefusedFile

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform

REPORTED = 1000
BATCH_BYTES = 128 << 20
BATCH_FILES = 10_000
OBJECTS = TypeAdapter(list[AnnotationObject])


@dataclass
class Staged:
    """What was found and stored."""

    files: list[Found] = field(default_factory=list)
    sidecars: dict[str, bytes] = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)

    def refuse(self, path: str, code: str, message: str) -> None:
        """Note a file that is not imported."""
        self.report.refused_count += 1
        if len(self.report.refused) < REPORTED:
            self.report.refused.append(RefusedFile(path=path, code=code, message=message))


def sort_member(member: Member, staged: Staged) -> bool:
    """Take sidecars, refuse what is no image by its name; tell whether the member is an image to look at."""
    if is_ignored(member.path):
        return False
    if is_sidecar(member.path):
        data = member.stream.read(MAX_SIDECAR + 1)
        if len(data) > MAX_SIDECAR:
            staged.refuse(member.path, "file_too_large", "the file is too large")
        else:
            staged.sidecars[member.path] = data
        return False
    if not is_image(member.path):
        staged.refuse(member.path, "suffix", "the suffix is none of .jpg .jpeg .png .bmp .webp")
        return False
    if any(is_image(part) for part in member.path.split("/")[:-1]):
        staged.refuse(member.path, "folder_name", "a folder has the name of an image")
        return False
    return True


def stage_files(
    platform: Platform, principal: Principal, request: ImportRequest, progress: Callable[[int], None]
) -> Staged:
    """Read a source, look at each image and store it; durable on return.

    Parameters
    ----------
    progress : callable
        Is told the number of files so far; may raise to stop.
    """
    staged, meter, count, pending = Staged(), Meter(Budget()), 0, 0
    with platform.blobs.batch() as batch:
        for member in read_source(platform, principal, request.source, meter):
            count += 1
            progress(count)
            if not sort_member(member, staged):
                continue
            data = member.stream.read(MAX_BYTES + 1)
            try:
                facts = inspect(data)
            except Unusable as error:
                staged.refuse(member.path, error.code, error.message)
                continue
            blob = batch.put(data)
            staged.files.append(Found(member.path, blob.sha256, blob.size, facts.media_type, facts.width, facts.height))
            pending += blob.size
            if pending > BATCH_BYTES or len(batch.pending) >= BATCH_FILES:
                batch.flush()
                pending = 0
    for refusal in meter.refused:
        staged.refuse(refusal.path, refusal.code, refusal.message)
    return staged


def choose_layout(request: ImportRequest, staged: Staged) -> Layout:
    """Give the layout to read the files by.

    Raises
    ------
    AISpaceError
        The one that was asked for does not fit.
    """
    found, _ = detect([f.path for f in staged.files], staged.sidecars)
    if request.layout == "auto":
        return found
    if request.layout in ("manifest", "origin") and found != request.layout:
        needed = "a manifest.jsonl" if request.layout == "manifest" else "a label_*.json and a folder 'origin'"
        raise AISpaceError(
            "layout_mismatch",
            f"Nothing was imported. The layout {request.layout!r} needs {needed}. Choose another layout.",
            status=422,
            params={"layout": request.layout, "found": found},
        )
    return request.layout


def resolve(layout: Layout, staged: Staged, *, single: bool) -> list[dict[str, Any]]:
    """Give what goes into the dataset, a dict a sample, sorted by path; what does not fit is refused.

    Parameters
    ----------
    single : bool
        Whether a sample takes one label only.
    """
    rows: dict[str, dict[str, Any]] = {}
    for item in place(layout, staged.files, staged.sidecars):
        objects = None if item.error else _objects(item)
        if objects is not None and single and len(objects) > 1:
            item.error = ("one_label_only", "it has several labels, and this dataset takes one a sample")
        if item.path in rows:
            item.error = ("path_twice", "the path occurs twice; the first was taken")
        if item.error is not None:
            staged.refuse(item.file.path, *item.error)
            continue
        rows[item.path] = {
            "path": item.path,
            "sha256": item.file.sha256,
            "size": item.file.size,
            "media_type": item.file.media_type,
            "width": item.file.width,
            "height": item.file.height,
            "split": item.split,
            "hard": item.hard,
            "objects": objects,
            "state": item.state if objects or item.state == "unlabelled" else None,
        }
    return [rows[path] for path in sorted(rows, key=str.encode)]


def _objects(item: Placed) -> list[dict[str, Any]] | None:
    try:
        found = [stored(o) for o in OBJECTS.validate_python(item.objects)]
    except ValidationError as error:
        item.error = ("annotation_invalid", f"its annotation cannot be used: {error.errors()[0]['msg']}")
        return None
    if any(o.get("label") is None for o in found) or len({o["label"] for o in found}) < len(found):
        item.error = ("annotation_invalid", "its annotation has an object without label, or a label twice")
        return None
    return found


def labels_in(rows: Iterable[dict[str, Any]], staged: Staged) -> list[str]:
    """Give all labels that the dataset will need, those of ``label_*.json`` first."""
    named = [label["name"] for label in group_labels(staged.sidecars) or []]
    said = sorted({o["label"] for row in rows for o in row["objects"]}, key=_natural)
    return list(dict.fromkeys([*named, *said]))


def _natural(text: str) -> tuple[int, int, str]:
    return (0, int(text), text) if text.isascii() and text.isdigit() else (1, 0, text)


def write_spool(rows: Iterable[dict[str, Any]]) -> Iterable[bytes]:
    """Write what goes into the dataset, one JSON line a sample."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def inspect_source(platform: Platform, principal: Principal, request: ImportRequest) -> ImportInspection:
    """Look at the names of a source, not at the images."""
    staged, meter = Staged(), Meter(Budget())
    for member in read_source(platform, principal, request.source, meter):
        if sort_member(member, staged):
            staged.files.append(Found(member.path))
    layout, confidence = detect([f.path for f in staged.files], staged.sidecars)
    placed = list(place(layout, staged.files, staged.sidecars))
    labels: dict[str, int] = {}
    for item in placed:
        for o in item.objects if item.error is None else ():
            labels[str(o.get("label"))] = labels.get(str(o.get("label")), 0) + 1
    good = [p for p in placed if p.error is None]
    step = max(len(good) // 20, 1)
    return ImportInspection(
        layout=layout,
        confidence=confidence,
        count=len(good),
        labels=dict(sorted(labels.items(), key=lambda kv: _natural(kv[0]))),
        refused=staged.report.refused_count + len(meter.refused) + len(placed) - len(good),
        preview=[
            PreviewSample(path=p.path, labels=[str(o.get("label")) for o in p.objects], split=p.split)
            for p in good[::step][:20]
        ],
    )
