"""Who asks: personal access tokens, hub tokens, the hub's cookie, the one user of a laptop."""

from __future__ import annotations

from typing import Protocol

from aispace.identity import Principal
from tornado.web import RequestHandler


class Authenticator(Protocol):
    """One way to tell who asks."""

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        """Tell who asks.

        Returns
        -------
        Principal or None
            ``None`` when the request carries no credentials of this kind.

        Raises
        ------
        AISpaceError
            401 for credentials of this kind that are not valid, 403 for a disabled user, 503 when nobody can tell.
        """


def bearer(handler: RequestHandler) -> str | None:
    """Read the token of the ``Authorization`` header (``Bearer`` or ``token``)."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "token") else None
