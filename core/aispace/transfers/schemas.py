"""Public shapes of transfers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from ..schemas import Description, ListQuery, Name, Ref, Schema, Timestamp

TransferStatus = Literal["offered", "accepted", "declined", "withdrawn"]


class TransferCreate(Schema):
    """An object for somebody else."""

    object_id: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}_\w+$", max_length=40)]
    to: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    """Name of the user who gets it."""
    note: Description = ""
    """What he should know."""
    at_once: bool = False
    """Move it without asking him; for administrators."""


class TransferAccept(Schema):
    """How it is taken."""

    name: Name | None = None
    """A new name; null: the one that it has. Needed where the receiver has another object of that name."""


class TransferRead(Schema):
    """An offer, and what became of it."""

    id: str
    object_kind: str
    object_id: str
    object_name: str
    giver: Ref
    receiver: Ref
    status: TransferStatus
    note: str
    offered_by: Ref
    offered_at: Timestamp
    decided_at: Timestamp | None
    name_taken: bool
    """Whether the receiver has another object of that kind and name: then he gives it a new one."""
    can: list[str]
    """``accept``, ``decline``, ``withdraw``."""


class TransferQuery(ListQuery):
    """Query of transfers."""

    direction: Literal["incoming", "outgoing", "all"] = "all"
    """``all``: both; for administrators also those of others."""
    status: TransferStatus | None = None
    object_id: Annotated[str | None, StringConstraints(max_length=40)] = None
