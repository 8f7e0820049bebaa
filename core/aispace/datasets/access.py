"""Finding a dataset's row for somebody who may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..identity import Principal, authorize
from .annotations import KINDS, Kind
from .orm import Dataset
from .working import locked


def dataset_row(session: Session, principal: Principal, dataset_id: str, action: str, *, lock: bool = False) -> Dataset:
    """Give a dataset's row.

    Parameters
    ----------
    action : str
        ``read`` or ``write``.
    lock : bool, optional
        Keep it from other writers until the transaction ends.

    Raises
    ------
    NotFound, Forbidden
        As `authorize` says.
    """
    row = locked(session, dataset_id) if lock else session.scalar(select(Dataset).where(Dataset.id == dataset_id))
    if row is None:
        raise NotFound("dataset", dataset_id)
    authorize(principal, f"{action}:dataset", row)
    return row


def kind_of(row: Dataset) -> Kind:
    """Give the kind of a dataset."""
    return KINDS[row.data_type, row.annotation_type]


def saved_principal(principal: Principal) -> dict[str, Any]:
    """Write a principal down, for work that goes on after a restart."""
    return {
        "user_id": principal.user_id,
        "name": principal.name,
        "role": principal.role,
        "organisation_id": principal.organisation_id,
        "department_id": principal.department_id,
        "scopes": sorted(principal.scopes),
        "uid": principal.uid,
        "request_id": principal.request_id,
    }


def restored_principal(saved: dict[str, Any]) -> Principal:
    """Read what `saved_principal` wrote."""
    return Principal(**{**saved, "scopes": frozenset(saved["scopes"])})
