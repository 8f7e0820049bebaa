"""What went wrong, as the caller may read it."""

from __future__ import annotations

import errno
import json
from http.client import responses
from typing import Any

from aispace.errors import AISpaceError, Conflict, Unavailable
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from tornado.web import HTTPError

INTERNAL = AISpaceError(
    "internal",
    "Not done. Something went wrong on the server, not in your request. Try again; if it stays, give the request id "
    "to the administrator.",
    status=500,
)
FULL = Unavailable(
    "disk_full", "Not done. The disk of the platform is full. Delete what is not needed or ask the administrator."
)
AWAY = Unavailable("database_away", "Not done. The database does not answer. Try again in a moment.")
HTTP_MESSAGES = {
    404: ("not_found", "Nothing is at this address. Check it against the list of routes in openapi.json."),
    405: ("method_not_allowed", "Not done. This address does not know the method. See the Allow header."),
    413: ("too_large", "Not done. The body is larger than this address accepts."),
}


def public_error(error: BaseException) -> AISpaceError | None:
    """Turn an exception into an error that a caller may read.

    Returns
    -------
    AISpaceError or None
        ``None`` for what nobody expected: it is logged in full and answered as `INTERNAL`.
    """
    if isinstance(error, AISpaceError):
        return error
    if isinstance(error, HTTPError):
        code, message = HTTP_MESSAGES.get(
            error.status_code,
            (
                responses.get(error.status_code, "error").lower().replace(" ", "_"),
                "Not done. The request is not valid.",
            ),
        )
        return AISpaceError(code, message, status=error.status_code) if error.status_code < 500 else None
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if isinstance(error, OperationalError):
        return FULL if "disk is full" in str(error.orig) else AWAY
    if isinstance(error, InterfaceError | TimeoutError):
        return AWAY
    if isinstance(error, IntegrityError | StaleDataError):
        return Conflict(
            "changed_meanwhile", "Not done. Something else was changed at the same moment. Load it again and try again."
        )
    if isinstance(error, DataError | OverflowError):
        return AISpaceError("out_of_range", "Not done. A number or text is out of range.", status=422)
    return None


def envelope(error: AISpaceError, request_id: str) -> dict[str, Any]:
    """Make the body of an error answer."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": json.loads(json.dumps(error.details, default=str)),
            "request_id": request_id,
        }
    }
