"""From rows of algorithms to their public shapes."""

from __future__ import annotations

from collections.abc import Mapping

from ..identity import Principal, can
from ..schemas import Ref
from ..versions import version_fields, version_name
from .orm import Algorithm, AlgorithmVersion
from .parameters import Parameter
from .schemas import Accepts, AlgorithmRead, AlgorithmVersionRead


def version_shape(row: Algorithm, version: AlgorithmVersion, image_names: Mapping[str, str]) -> AlgorithmVersionRead:
    """Give the public shape of a version."""
    return AlgorithmVersionRead(
        **version_fields(version, current=version_name(row.current)),
        algorithm_id=row.id,
        run_command=version.run_command,
        parameters=[Parameter(**item) for item in version.parameters],
        argument_mapping=version.argument_mapping,
        image_id=version.image_id,
        image_name=image_names.get(version.image_id or ""),
        serving_image_id=version.serving_image_id,
        framework=version.framework,
        accepts=Accepts(**version.accepts),
        file_output=version.file_output,
        model_output=version.model_output,
    )


def actions(principal: Principal, row: Algorithm) -> list[str]:
    """Tell what the caller may do with an algorithm now."""
    found = ["write", "delete", "edit"] if can(principal, "write:algorithm", row) else []
    if can(principal, "write:algorithm"):
        found.append("fork")
    if can(principal, "write:training"):
        found.append("train")
    return found


def algorithm_shape(
    principal: Principal, row: Algorithm, owner: Ref, count: int, current: AlgorithmVersionRead
) -> AlgorithmRead:
    """Give the public shape of an algorithm with its current version."""
    return AlgorithmRead(
        id=row.id,
        name=row.name,
        owner=owner,
        visibility=row.visibility,  # type: ignore[arg-type]  # only such words are ever stored
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        can=actions(principal, row),
        description=row.description,
        category=row.category,  # type: ignore[arg-type]  # only such words are ever stored
        framework=current.framework,
        current_version=current.version,
        version_count=count,
        current=current,
    )
