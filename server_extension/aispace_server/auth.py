"""Who asks: personal access tokens, hub tokens, the hub's cookie, the one user of a laptop."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from aispace.errors import Forbidden, Unauthenticated, Unavailable
from aispace.identity import Principal, Scope
from aispace.platform import Platform
from aispace.tokens.service import PREFIX as TOKEN_PREFIX
from tornado.httpclient import HTTPError as ClientError
from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import RequestHandler

log = logging.getLogger("aispace.auth")

CACHE_SECONDS = 10.0
"""How long an answer of the hub about a token is believed."""
HUB_SECONDS = 10.0
CUSTOM: dict[str, Scope] = {
    "custom:aispace:read": "read",
    "custom:aispace:write": "write",
    "custom:aispace:admin": "admin",
}
MOST_CACHED = 10_000
SERVER_OWNER = re.compile(r"^!(?:server|user)=([^/]+)")


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


class AccessTokenAuthenticator:
    """Personal access tokens, ``Authorization: Bearer aisp_...``."""

    def __init__(self, platform: Platform, executor: Executor) -> None:
        self.platform = platform
        self.executor = executor

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        """Look the token up; its user must be enabled now."""
        token = bearer(handler)
        if token is None or not token.startswith(TOKEN_PREFIX):
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, self.platform.tokens.principal, token)


@dataclass(frozen=True)
class HubUser:
    """What the hub says about a token."""

    name: str
    scopes: frozenset[Scope]
    visiting: str | None = None
    """Whose server holds the token, when that is somebody else's."""


class HubIdentity:
    """Asks the hub whose token something is, and believes the answer for ten seconds.

    Parameters
    ----------
    api_url : str
        The hub's API, for instance ``http://127.0.0.1:8081/hub/api``.
    service : str
        Name of this service in the hub: a token must give access to it.
    """

    def __init__(self, api_url: str, service: str = "aispace", *, cache_seconds: float = CACHE_SECONDS) -> None:
        self.api_url = api_url.rstrip("/")
        self.access = frozenset({"access:services", f"access:services!service={service}"})
        self.cache_seconds = cache_seconds
        self._known: dict[str, tuple[float, HubUser | None]] = {}
        self._asking: dict[str, asyncio.Task[HubUser | None]] = {}

    async def user(self, token: str) -> HubUser | None:
        """Tell whose token this is; ``None`` when the hub does not know it or it gives no access to us.

        Raises
        ------
        Unavailable
            The hub does not answer.
        """
        key = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and now - known[0] < self.cache_seconds:
            return known[1]
        # Many requests of one tab at once are one question to the hub.
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._ask(token))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        user = await asyncio.shield(asking)
        if len(self._known) >= MOST_CACHED:
            self._known = {k: v for k, v in self._known.items() if now - v[0] < self.cache_seconds}
        self._known[key] = (time.monotonic(), user)
        return user

    async def _ask(self, token: str) -> HubUser | None:
        request = HTTPRequest(
            f"{self.api_url}/user",
            headers={"Authorization": f"token {token}"},
            connect_timeout=3,
            request_timeout=HUB_SECONDS,
            follow_redirects=False,
        )
        client = SimpleAsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(request, raise_error=False)
        except (OSError, ClientError) as error:
            raise self._away() from error
        finally:
            client.close()
        if answer.code in (401, 403, 404):
            return None
        if answer.code != 200:
            log.error("the hub answered %d to the question whose token it is", answer.code)
            raise self._away()
        model: dict[str, Any] = json.loads(answer.body)
        if model.get("kind") != "user":
            return None
        held = set(model.get("scopes", ()))
        scopes = frozenset(scope for name, scope in CUSTOM.items() if name in held)
        if not scopes and not held & self.access:
            return None
        name = str(model["name"])
        return HubUser(name, scopes or frozenset({"read"}), visited(name, held))

    def _away(self) -> Unavailable:
        return Unavailable("hub_away", "Not done. The hub, which knows who you are, does not answer. Try again soon.")


def visited(name: str, scopes: Iterable[str]) -> str | None:
    """Tell whose server a token was made for, when that is somebody else's.

    Whoever opens another's server hands its owner a token that acts as himself; a token of one's own reaches one's own
    servers or all of them.
    """
    reached = [scope.removeprefix("access:servers") for scope in scopes if scope.startswith("access:servers")]
    owners = {match.group(1) if (match := SERVER_OWNER.match(part)) else "" for part in reached}
    return None if not owners or owners & {"", name} else sorted(owners)[0]


class HubTokenAuthenticator:
    """Tokens of the hub: of users' servers, of their OAuth sessions, and those made on the hub's token page."""

    def __init__(self, platform: Platform, executor: Executor, hub: HubIdentity) -> None:
        self.platform = platform
        self.executor = executor
        self.hub = hub

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        """Ask the hub, then our own accounts."""
        token = bearer(handler)
        return None if token is None else await self.principal(token)

    async def principal(self, token: str) -> Principal:
        """Make the principal of a hub token; a disabled user is refused at once, whatever the hub still believes.

        Raises
        ------
        Unauthenticated
            The token is not valid here.
        """
        user = await self.hub.user(token)
        if user is None:
            raise Unauthenticated()
        if user.visiting is not None:
            raise Forbidden(
                f"Not done. You are visiting the server of {user.visiting!r}, whose owner could use your rights. "
                "Open AI Space in your own server.",
                code="visiting",
                params={"owner": user.visiting},
            )
        return await asyncio.get_running_loop().run_in_executor(self.executor, self._principal, user)

    def _principal(self, user: HubUser) -> Principal:
        principal = self.platform.users.principal_by_name(user.name, scopes=user.scopes)
        self.platform.users.seen(principal)
        return principal


class HubCookieAuthenticator:
    """The cookie of people who signed in to our pages through the hub's OAuth.

    Every page of a user's server has the hub's origin, so the cookie alone proves nothing: everything but pictures on
    our own pages must carry the token that `page_token` gives to those pages.
    """

    def __init__(self, tokens: HubTokenAuthenticator, oauth: Any, secret: str) -> None:
        self.tokens = tokens
        self.oauth = oauth
        self.secret = secret.encode()

    def cookie(self, handler: RequestHandler) -> str | None:
        """Read the OAuth token of the cookie."""
        raw = handler.get_signed_cookie(self.oauth.cookie_name)
        return raw.decode("ascii", "replace") if raw else None

    def page_token(self, cookie: str) -> str:
        """Make the token that a page must send back as ``X-XSRFToken``; it holds for this session only."""
        return hmac.new(self.secret, b"page:" + cookie.encode(), hashlib.sha256).hexdigest()

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        """Check the page's token, then the cookie's."""
        cookie = self.cookie(handler)
        if cookie is None:
            return None
        if not self._from_our_page(handler, cookie):
            raise Forbidden(
                "Not done. The request does not come from an AI Space page of this session. Load the page again.",
                code="xsrf",
            )
        return await self.tokens.principal(cookie)

    def _from_our_page(self, handler: RequestHandler, cookie: str) -> bool:
        headers = handler.request.headers
        given = headers.get("X-XSRFToken") or handler.get_query_argument("_xsrf", "")
        handler.request.query_arguments.pop("_xsrf", None)
        if hmac.compare_digest(given.encode("utf-8", "replace"), self.page_token(cookie).encode()):
            return same_origin(handler)
        picture = headers.get("Sec-Fetch-Mode") == "no-cors" and headers.get("Sec-Fetch-Dest") == "image"
        return handler.request.method == "GET" and picture and headers.get("Sec-Fetch-Site") == "same-origin"


def same_origin(handler: RequestHandler) -> bool:
    """Tell whether a browser's ``Origin``, where one is sent, is the host that was asked."""
    origin = handler.request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == handler.request.host.lower()


class LocalAuthenticator:
    """The laptop: whoever reaches the socket (mode 0600) is the one local user."""

    def __init__(self, platform: Platform, executor: Executor) -> None:
        self.platform = platform
        self.executor = executor
        self._principal: Principal | None = None

    async def authenticate(self, handler: RequestHandler) -> Principal | None:
        """Give the one local user."""
        if self._principal is None:
            loop = asyncio.get_running_loop()
            self._principal = await loop.run_in_executor(self.executor, self.platform.users.local_principal)
        return self._principal


__all__ = [
    "AccessTokenAuthenticator",
    "Authenticator",
    "HubCookieAuthenticator",
    "HubIdentity",
    "HubTokenAuthenticator",
    "LocalAuthenticator",
    "bearer",
    "same_origin",
]
