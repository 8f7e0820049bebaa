"""What one method of one route is: who may call it, what it takes, what it answers."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aispace.identity import Action, Resource
from aispace.schemas import Schema

if TYPE_CHECKING:
    from .base import AISpaceHandler

Access = Literal["user", "public", "internal"]
JSON = "application/json"
JSON_LIMIT = 4 * 1024 * 1024
"""Largest JSON body, in bytes."""


@dataclass(frozen=True)
class Operation:
    """Everything about a method of a route that is not its code: `operation` says what each field means."""

    summary: str
    access: Access
    action: Action | None
    resource: Resource | None
    query: type[Schema] | None
    body: Any
    raw_body: str | None
    max_body: int
    response: Any
    status: int
    media_type: str
    location: str | None
    etag: bool
    if_match: bool
    idempotent: bool
    deprecated: bool

    @property
    def permission(self) -> str | None:
        """Permission that the caller needs for the kind in general, if the operation is about a kind."""
        return f"{self.action}:{self.resource}" if self.action and self.resource else None


Method = Callable[..., Awaitable[Any]]


def operation(
    *,
    summary: str,
    action: Action | None = None,
    resource: Resource | None = None,
    public: bool = False,
    internal: bool = False,
    query: type[Schema] | None = None,
    body: Any = None,
    raw_body: str | None = None,
    max_body: int = JSON_LIMIT,
    response: Any = None,
    status: int | None = None,
    media_type: str = JSON,
    location: str | None = None,
    etag: bool = False,
    if_match: bool = False,
    idempotent: bool = False,
    deprecated: bool = False,
) -> Callable[[Method], Callable[..., Awaitable[None]]]:
    """Describe and guard a handler's method.

    The method gets the path's parts by name, and, where declared, ``query=`` and ``body=`` (parsed) and ``revision=``
    (from ``If-Match``). What it returns is the answer::

        @operation(action="write", resource="dataset", summary="Change a dataset", body=DatasetUpdate,
                   response=DatasetRead, etag=True, if_match=True)
        async def patch(self, id: str, body: DatasetUpdate, revision: int | None) -> DatasetRead:
            return await self.call(self.platform.datasets.update, self.principal, id, body, revision)

    Parameters
    ----------
    summary : str
        One line for the OpenAPI document.
    action : str, optional
        ``read``, ``write`` or ``admin``. Needed unless the operation is ``public`` or ``internal``.
    resource : str, optional
        The noun. The caller needs ``<action>:<resource>`` for the kind before anything is parsed; the service asks
        again about the object itself. Without a noun only the token's scope must allow the action: things every
        signed-in user may do with himself.
    public : bool
        No authentication.
    internal : bool
        Route of the internal listener: the shared secret is the authentication, ``self.principal`` is ``SYSTEM``.
    query : Schema, optional
        Query parameters; without it every parameter is refused.
    body : type, optional
        JSON body: a `Schema` or any type that pydantic can validate.
    raw_body : str, optional
        Media type of a body that is not JSON; ``body=`` is then ``bytes``.
    max_body : int
        Limit of the body in bytes.
    response : type, optional
        Shape of the answer; ``None`` means an empty answer (204), or that the method writes it itself (``send_file``).
    status : int, optional
        Default 200, or 204 without ``response``.
    media_type : str
        Of the answer.
    location : str, optional
        For 201 and 202: path of the new thing below ``/api/v1``, in braces fields of the answer or parts of the
        request's path, for instance ``"datasets/{id}"``.
    etag : bool
        The answer's ``revision`` becomes the ``ETag``; ``If-None-Match`` of a ``GET`` gives 304.
    if_match : bool
        ``If-Match`` is needed: 428 without. ``revision=`` is its number, ``None`` for ``*``.
    idempotent : bool
        Honour ``Idempotency-Key``.
    deprecated : bool
        Shown in the OpenAPI document.
    """
    if sum((public, internal, action is not None)) != 1 or (resource is not None and action is None):
        raise ValueError("an operation is public, or internal, or has an action")
    if body is not None and raw_body is not None:
        raise ValueError("a body is either JSON or raw")
    described = Operation(
        summary=summary,
        access="public" if public else "internal" if internal else "user",
        action=action,
        resource=resource,
        query=query,
        body=body,
        raw_body=raw_body,
        max_body=max_body,
        response=response,
        status=status or (200 if response is not None or media_type != JSON else 204),
        media_type=media_type,
        location=location,
        etag=etag,
        if_match=if_match,
        idempotent=idempotent,
        deprecated=deprecated,
    )

    def decorate(method: Method) -> Callable[..., Awaitable[None]]:
        @functools.wraps(method)
        async def run(self: AISpaceHandler, **parts: str) -> None:
            await self.run_operation(described, functools.partial(method, self), parts)

        run.operation = described  # type: ignore[attr-defined]  # a function may carry what describes it
        return run

    return decorate


def operation_of(handler: type[Any], verb: str) -> Operation | None:
    """Find the description of a handler's method; ``None`` when the method is not there or not described."""
    found = getattr(getattr(handler, verb.lower(), None), "operation", None)
    return found if isinstance(found, Operation) else None
