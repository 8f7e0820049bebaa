"""The one tree of errors that reach a caller.

``message`` is made for the person who reads it: what did not happen, why, what to do. Faces that speak
another language translate by ``code`` and ``details["params"]``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any


class AISpaceError(Exception):
    """An error whose text a caller may see.

    Parameters
    ----------
    code : str
        Stable machine-readable name, for instance ``"name_taken"``.
    message : str
        ``<what did not happen>. <why>. <what to do>.`` in English.
    status : int, optional
        HTTP status that a REST face answers with.
    fields : list of dict, optional
        ``{"field", "message", "code"}`` for each wrong field of the request; ``"params"`` where its message has any.
    params : dict, optional
        Values in the message (numbers, names, limits), for translation.
    """

    status = 400

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        fields: list[dict[str, Any]] | None = None,
        params: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        if status is not None:
            self.status = status
        self.details: dict[str, Any] = {}
        if fields:
            self.details["fields"] = fields
        if params:
            self.details["params"] = params


class NotFound(AISpaceError):
    """The object does not exist, or the caller may not know that it does."""

    status = 404

    def __init__(self, kind: str, object_id: str) -> None:
        object_id = object_id[:200]
        super().__init__(
            "not_found",
            f"No {kind} {object_id!r} was found. It may have been deleted, or it is not shared with you.",
            params={"kind": kind, "id": object_id},
        )


class Forbidden(AISpaceError):
    """The caller may see the object but not do this."""

    status = 403

    def __init__(self, message: str, *, code: str = "forbidden", params: dict[str, Any] | None = None) -> None:
        super().__init__(code, message, params=params)


class Unauthenticated(AISpaceError):
    """No valid credentials came with the request."""

    status = 401

    def __init__(self, message: str = "Not signed in. Send a token that is valid, or sign in again.") -> None:
        super().__init__("unauthenticated", message)


class Conflict(AISpaceError):
    """The state of the object does not allow this now."""

    status = 409


class InUse(Conflict):
    """Others need the object; ``params["used_by"]`` lists them."""

    def __init__(self, what: str, users: list[dict[str, str]]) -> None:
        named = ", ".join(f"{u.get('kind', '')} {u.get('name', u.get('id', ''))}".strip() for u in users[:5])
        more = f" and {len(users) - 5} more" if len(users) > 5 else ""
        super().__init__(
            "in_use",
            f"{what} was not deleted. It is used by {named}{more}. Delete or change those first.",
            params={"used_by": users},
        )


class Invalid(AISpaceError):
    """A field of the request has a value that cannot be used.

    The code is one of its own: a face that speaks another language has its words by it, not by ``message``.
    """

    status = 422

    def __init__(
        self, field: str, message: str, *, code: str = "invalid", params: dict[str, Any] | None = None
    ) -> None:
        about: dict[str, Any] = {"field": field, "message": message, "code": code}
        super().__init__("invalid", message, fields=[{**about, "params": params} if params else about], params=params)


@contextlib.contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """Give the fields of an error from inside the names that they have in the request."""
    try:
        yield
    except AISpaceError as error:
        for field in error.details.get("fields", ()):
            field["field"] = names.get(field["field"], field["field"])
        raise


class NameTaken(AISpaceError):
    """Another object of the same owner and kind has this name."""

    status = 409

    def __init__(self, kind: str, name: str) -> None:
        message = f"Name: you already have a {kind} called {name!r}. Choose another name."
        super().__init__(
            "name_taken",
            message,
            fields=[{"field": "name", "message": message, "code": "name_taken"}],
            params={"kind": kind, "name": name},
        )


class PreconditionFailed(AISpaceError):
    """``If-Match`` names another revision than the current one; ``params["current"]`` is the current value."""

    status = 412

    def __init__(self, current: Any) -> None:
        super().__init__(
            "changed_meanwhile",
            "Not saved. Somebody changed this since you loaded it. Look at the current value and try again.",
            params={"current": current},
        )


class PreconditionRequired(AISpaceError):
    """A change came without ``If-Match``."""

    status = 428

    def __init__(self) -> None:
        super().__init__(
            "if_match_required",
            "Not saved. The request has no If-Match header. Send the ETag of the object that you read.",
        )


class TooLarge(AISpaceError):
    """A body, file or archive is over its limit."""

    status = 413


class UnsupportedMedia(AISpaceError):
    """The bytes are of a kind that is not accepted here."""

    status = 415


class TooMany(AISpaceError):
    """Too many requests in too short a time."""

    status = 429


class Unavailable(AISpaceError):
    """Engine, database or another process of ours is away for now."""

    status = 503
