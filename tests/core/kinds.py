"""Datasets of boxes, texts and tables for the tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from aispace.datasets.requests import ExportRequest, ImportInspection, ImportInspectRequest, ImportRead
from aispace.datasets.schemas import DatasetCreate, DatasetRead, PublishRequest, SampleRead
from aispace.identity import Principal
from aispace.platform import Platform
from PIL import Image
from samples import bring, samples, upload


def image(width: int, height: int, value: int = 0, form: str = "PNG", **more: Any) -> bytes:
    """Make an image of a size; each value has other bytes."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (value % 256, value // 256 % 256, 7)).save(out, form, **more)
    return out.getvalue()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def make(platform: Platform, who: Principal, kind: str, name: str = "d", **more: Any) -> DatasetRead:
    """Make an empty dataset of a kind."""
    data_type = {"object_detection": "image", "text_classification": "text", "tabular_classification": "tabular"}[kind]
    return platform.datasets.create(who, DatasetCreate(name=name, data_type=data_type, annotation_type=kind, **more))


def take(
    platform: Platform, who: Principal, dataset: DatasetRead, files: Mapping[str, bytes | str], **options: Any
) -> ImportRead:
    """Import a zip of files, to its end."""
    done = bring(platform, who, dataset, upload(platform, who, "d.zip", zipped(files)), **options)
    assert done.status == "succeeded", done.reason
    return done


def look(
    platform: Platform, who: Principal, dataset: DatasetRead, files: Mapping[str, bytes | str], **options: Any
) -> ImportInspection:
    """Look at what an import of a zip of files would find."""
    source = upload(platform, who, "d.zip", zipped(files))
    return platform.datasets.imports.inspect(who, dataset.id, ImportInspectRequest(source=source, **options))


def exported(platform: Platform, who: Principal, dataset: DatasetRead, layout: str, include: str = "all") -> bytes:
    """Publish and export as a zip."""
    version = platform.datasets.versions.publish(who, dataset.id, PublishRequest.model_validate({"include": include}))
    return archive(platform, who, dataset, version.version, layout)


def archive(platform: Platform, who: Principal, dataset: DatasetRead, version: str, layout: str) -> bytes:
    """Export a version as a zip."""
    request = ExportRequest.model_validate({"layout": layout})
    export = platform.datasets.exports.create(who, dataset.id, version, request)
    return b"".join(platform.datasets.exports.content(who, export.id)[1])


def said(read: Iterable[SampleRead]) -> dict[str, Any]:
    """What is said of samples, by path: objects, split, hard."""
    return {
        s.path: ([o.model_dump(mode="json", exclude_none=True) for o in s.annotation.objects], s.split, s.hard, s.state)
        for s in read
    }


def all_said(platform: Platform, who: Principal, dataset: DatasetRead) -> dict[str, Any]:
    return said(samples(platform, who, dataset))


def box(label: str, x: float, y: float, w: float, h: float, **more: Any) -> dict[str, Any]:
    return {"label": label, "shape": {"type": "bbox", "x": x, "y": y, "w": w, "h": h}, **more}


def coco(
    images: Iterable[tuple[int, str, int, int]], boxes: Iterable[tuple[int, int, list[float]]], names: list[str]
) -> str:
    """Write a COCO file: images (id, name, width, height), boxes (image, category from 1, bbox)."""
    return json.dumps(
        {
            "info": {"a": [1, {"images": []}]},
            "annotations": [
                {"id": n, "image_id": i, "category_id": c, "bbox": b, "area": 1, "iscrowd": 0}
                for n, (i, c, b) in enumerate(boxes, 1)
            ],
            "images": [{"id": i, "file_name": f, "width": w, "height": h} for i, f, w, h in images],
            "categories": [{"id": n, "name": name} for n, name in enumerate(names, 1)],
        }
    )
