"""Shapes of notebooks, shared by the spawn form, the spawner and the service."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from ..schemas import Reason, Schema

ServerName = Annotated[str, StringConstraints(max_length=30, pattern=r"^(?:[a-z](?:-?[a-z0-9])*)?$")]
"""Name of a server, as the hub allows it: empty for the default one."""
UserName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
WorkloadId = Annotated[str, StringConstraints(pattern=r"^wl_[0-9a-f]{32}$")]


class NotebookOptions(Schema):
    """What a user chooses when he starts a server: the form, the hub's REST API and a link all give this."""

    spec_id: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    """Resource spec; without one the first that is allowed and free."""
    max_hours: Annotated[int, Field(ge=1, le=168)] | None = None
    """The server is stopped after this many hours; without a number it runs until somebody stops it."""


class SpecChoice(Schema):
    """One line of the spawn form."""

    id: str
    name: str
    cpu: float
    memory_bytes: int
    accelerator: str | None
    """For instance ``"1 × NVIDIA A100"``."""
    price_per_hour: str | None
    """Decimal string; null is free of charge."""
    currency: str
    free: int | None
    """How many servers of this spec could start now; null when unknown."""
    total: int | None
    waiting: int = 0
    allowed: bool = True
    reason: str | None = None
    """Why it cannot be chosen."""


class SpawnFormRequest(Schema):
    """Who asks for the form, and for which server."""

    user: UserName
    server_name: ServerName = ""


class SpawnForm(Schema):
    """Everything the form shows."""

    specs: list[SpecChoice]
    chosen: str | None
    """The spec that is ticked: that of the last time, else the first one free."""
    last_unavailable: str | None = None
    """Name of the last time's spec, where it cannot be chosen any more."""
    max_hours: int | None = None


class NotebookAdmit(Schema):
    """A server that the hub wants to start."""

    user: UserName
    server_name: ServerName = ""
    options: NotebookOptions = NotebookOptions()
    command: Annotated[list[str], Field(min_length=1, max_length=200)]
    """``{port:http}`` stands for the port that it gets."""
    env: dict[str, str] = Field(default_factory=dict)
    secret_env: dict[str, str] = Field(default_factory=dict, repr=False)
    """Tokens: never stored in the database."""


class NotebookRef(Schema):
    """A server that was admitted."""

    workload_id: WorkloadId


class NotebookRelease(NotebookRef):
    """A server that the hub wants to stop."""

    now: bool = False


class NotebookState(Schema):
    """How a server is."""

    workload_id: str
    status: Literal["draft", "scheduled", "queued", "starting", "running", "succeeded", "failed", "stopped", "paused"]
    ended: bool
    exit_code: int | None = None
    reason: Reason | None = None
    position: int | None = None
    host: str | None = None
    port: int | None = None
    spec: str | None = None
    log_tail: list[str] = Field(default_factory=list)
    """Last lines of the log of a server that failed."""


class LoginAttempt(Schema):
    """A sign-in to be checked."""

    name: Annotated[str, StringConstraints(max_length=1024)]
    password: Annotated[str, StringConstraints(max_length=4096)]
    source: Annotated[str, StringConstraints(max_length=255)] = ""


class AdministratorCreate(Schema):
    """The first administrator of an installation."""

    name: UserName
    password: Annotated[str, StringConstraints(min_length=8, max_length=1024)]


def problems(error: Any) -> str:
    """Put the errors of a pydantic model into one line for the person who filled the form.

    Parameters
    ----------
    error : pydantic.ValidationError
        What the model raised.

    Returns
    -------
    str
        ``field: message`` for each.
    """
    return "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'options'}: {e['msg']}" for e in error.errors())
