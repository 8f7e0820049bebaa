"""Public shapes of reproductions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from ..schemas import Name, Ref, Schema, Timestamp

ReproductionStatus = Literal["running", "same", "different", "failed", "gone"]
Aspect = Literal["file", "metric", "package", "python", "data", "code", "parameter", "setting"]


class ReproductionCreate(Schema):
    """Make a model version once more."""

    name: Name | None = None
    """Of the training job that does it; null: one that tells what it is."""
    spec_id: Annotated[str | None, StringConstraints(max_length=40)] = None
    """Other resources than the first run had, for instance because those are gone."""


class Difference(Schema):
    """Something that is not the same in both runs."""

    aspect: Aspect
    name: str
    before: str | None
    """In the run that made the model; null: it was not there."""
    after: str | None
    """In the new run; null: it is not there."""


class ReproductionRead(Schema):
    """A model version made once more."""

    id: str
    model: Ref
    version: str
    owner: Ref
    status: ReproductionStatus
    """``same``: all files of the model have the same bytes, and every figure is equal."""
    job_id: str
    run: str
    original_job_id: str
    original_run: str
    environment: Literal["same", "rebuilt", "unknown"]
    """Where it runs: in the image of the first run, in a new one with exactly its packages, or nobody knows what the
    first one had."""
    differences: list[Difference]
    """Empty while it runs, but for what is known to differ already."""
    same_files: int
    same_figures: int
    created_at: Timestamp
