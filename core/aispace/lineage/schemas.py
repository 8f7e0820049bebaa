"""Public shapes of lineage."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..schemas import Schema

Kind = Literal[
    "dataset", "algorithm", "image", "training_job", "model", "service", "batch_service", "evaluation", "other"
]
Relation = Literal[
    "training_data", "validation_data", "evaluation_data", "code", "runtime", "start_model", "saved", "deployed",
    "forked", "evaluated", "batch_data", "batch_results",
]  # fmt: skip
"""What ``from`` is to ``to``."""


class LineageNode(Schema):
    """A version of something, or something without versions."""

    id: str
    """The object's id, with ``:V0001`` where it has versions."""
    object_id: str
    kind: Kind
    name: str | None
    """Null for what the caller may not see."""
    version: str | None
    visible: bool
    """Whether the caller may open it."""
    exists: bool


class LineageEdge(Schema):
    """``to`` was made from ``from``, or uses it."""

    from_: Annotated[str, Field(alias="from", serialization_alias="from")]
    to: str
    relation: Relation

    model_config = ConfigDict(populate_by_name=True)


class LineageGraph(Schema):
    """Everything that an object came from, and everything made from it."""

    root: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    truncated: bool = False
    """True when there is more than is shown."""
