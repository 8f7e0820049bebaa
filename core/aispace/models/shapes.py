"""From rows of models to their public shapes."""

from __future__ import annotations

from collections.abc import Sequence

from ..schemas import CursorQuery, Ref
from ..versions import VersionFiles, version_name
from .config import tensors, warnings_of
from .orm import Model, ModelVersion
from .schemas import ModelOrigin, ModelRead, ModelVersionRead

SHOWN_FILES = 100


def version_shape(files: VersionFiles, row: Model, version: ModelVersion) -> ModelVersionRead:
    """Give the public shape of a version."""
    shown = files.page(version.manifest, CursorQuery(limit=SHOWN_FILES)).items
    origin = version.source or {}
    return ModelVersionRead(
        id=version.id,
        model_id=row.id,
        model_name=row.name,
        version=version.name,
        source="training" if origin.get("kind") == "training" else "upload",
        origin=ModelOrigin.model_validate(origin),
        note=version.note,
        files=shown,
        file_count=version.file_count,
        size_bytes=version.size_bytes,
        inputs=tensors(version.config, "inputs"),
        outputs=tensors(version.config, "outputs"),
        labels=[str(label) for label in (version.config or {}).get("labels") or []],
        config=version.config,
        metrics=version.metrics,
        runtime_image_id=version.runtime_image_id,
        warnings=warnings_of(version.config, {entry.path for entry in shown}),
        created_by=Ref(id=version.created_by_id, name=version.created_by_name),
        created_at=version.created_at,
        is_current=version.number == row.current,
    )


def model_shape(
    row: Model,
    *,
    owner: Ref,
    current: ModelVersion | None,
    count: int,
    used_by: Sequence[dict[str, str]],
    actions: Sequence[str],
) -> ModelRead:
    """Give the public shape of a model."""
    return ModelRead(
        id=row.id,
        name=row.name,
        owner=owner,
        visibility=row.visibility,  # type: ignore[arg-type]  # only such words are ever stored
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        can=list(actions),
        description=row.description,
        framework=row.framework,
        format=row.format,
        category=row.category,  # type: ignore[arg-type]  # only such words are ever stored
        current_version=version_name(row.current) if row.current else None,
        version_count=count,
        size_bytes=current.size_bytes if current else 0,
        metrics=current.metrics if current else {},
        used_by=list(used_by),
    )
