"""The base of all REST handlers: who asks, what is asked, how it is answered.

A domain's module holds handlers and ends with ``ROUTES = [("/datasets", DatasetCollectionHandler), ...]``, paths below
``/api/v1`` with parts in braces, which are given to the methods by name. A method is decorated with `operation`, gets
parsed values, calls one service method through `AISpaceHandler.call` and returns what that answers.
"""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import functools
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar

from aispace.errors import (
    Forbidden,
    NotFound,
    PreconditionRequired,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from aispace.identity import SCOPE_ACTIONS, SYSTEM, Principal, authorize
from aispace.platform import Platform
from pydantic import BaseModel
from tornado.web import HTTPError, RequestHandler, stream_request_body

from ..failures import INTERNAL, envelope, public_error
from ..requestlog import accept_request_id, request_id_var
from .downloads import Downloads
from .operation import JSON, JSON_LIMIT, Operation, operation, operation_of
from .parsing import NUL, adapter, etag_revision, parse_body, parse_query

if TYPE_CHECKING:
    from ..auth import Authenticator

__all__ = ["AISpaceHandler", "InternalHandler", "UnknownPathHandler", "operation"]

P = ParamSpec("P")
X = TypeVar("X")

DRAIN_LIMIT = 64 * 1024 * 1024
"""Bytes of a refused body that are still read, so that the caller gets to see the answer."""
log = logging.getLogger("aispace.server")


async def identify(handler: RequestHandler, request_id: str) -> Principal:
    """Find out who asks, by the first authenticator that knows the credentials.

    Raises
    ------
    Unauthenticated
        No credentials, or none that is valid.
    Forbidden
        The user is disabled.
    """
    authenticators: list[Authenticator] = handler.settings["authenticators"]
    for authenticator in authenticators:
        principal = await authenticator.authenticate(handler)
        if principal is not None:
            return dataclasses.replace(principal, request_id=request_id)
    raise Unauthenticated()


async def in_thread(executor: Executor, fn: Callable[P, X], /, *args: P.args, **kwargs: P.kwargs) -> X:
    """Run blocking work in the pool, with the context of this request."""
    context = contextvars.copy_context()
    call = functools.partial(context.run, fn, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(executor, call)


@stream_request_body
class AISpaceHandler(Downloads, RequestHandler):
    """Base of all REST handlers."""

    route: ClassVar[str] = ""
    """Template of the path, for metrics; set from the route table."""

    request_id: str
    principal: Principal

    # Life of a request

    def initialize(self) -> None:
        """Prepare what holds the body."""
        self._parts: list[bytes] = []
        self._received = 0
        self._too_large = False
        self._keep_answer: Callable[[Any], None] | None = None
        """Keeps what the next `call` gives as the answer under an idempotency key."""

    @property
    def platform(self) -> Platform:
        """The platform."""
        platform: Platform = self.settings["platform"]
        return platform

    @property
    def described(self) -> Operation | None:
        """Description of the method that was asked for."""
        return operation_of(type(self), self.request.method or "GET")

    def set_default_headers(self) -> None:
        """Answers are data: never sniffed, framed or cached by others."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", JSON)
        self.clear_header("Server")
        request_id = getattr(self, "request_id", None)
        if request_id:
            self.set_header("X-Request-Id", request_id)

    def prepare(self) -> None:
        """Give the request its id; refuse a body that is far too large before it is read."""
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        request_id_var.set(self.request_id)
        self.set_header("X-Request-Id", self.request_id)
        length = self.request.headers.get("Content-Length", "0")
        limit = self._body_limit
        if length.isdigit() and int(length) > limit:
            self._too_large = True
            if int(length) > max(limit, DRAIN_LIMIT):
                raise self._over_limit()
        connection: Any = self.request.connection
        if connection is not None and hasattr(connection, "set_max_body_size"):
            connection.set_max_body_size(max(limit, DRAIN_LIMIT))

    @property
    def _body_limit(self) -> int:
        described = self.described
        return described.max_body if described else JSON_LIMIT

    def _over_limit(self) -> TooLarge:
        return TooLarge(
            "too_large",
            f"Not done. The body is larger than {self._body_limit} bytes. Send less at once.",
            params={"limit": self._body_limit},
        )

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body, up to the limit."""
        self._received += len(chunk)
        if self._received > self._body_limit:
            self._too_large = True
        if self._too_large:
            self._parts.clear()
        else:
            self._parts.append(chunk)

    async def run_operation(
        self, described: Operation, method: Callable[..., Awaitable[Any]], parts: dict[str, str]
    ) -> None:
        """Do one operation; `operation` calls this."""
        await self._let_in(described)
        for part in parts.values():
            if NUL in part:
                raise NotFound("object", part.replace(NUL, "?"))
        values: dict[str, Any] = dict(parts)
        query = parse_query(described.query, self.request.query_arguments)
        if described.query is not None:
            values["query"] = query
        if self._too_large:
            raise self._over_limit()
        body = b"".join(self._parts)
        self._parts.clear()
        if described.body is not None:
            self._check_media(JSON)
            values["body"] = parse_body(described.body, body)
        elif described.raw_body is not None:
            self._check_media(described.raw_body)
            values["body"] = body
        if described.if_match:
            given = self.request.headers.get("If-Match")
            if given is None:
                raise PreconditionRequired()
            values["revision"] = etag_revision(given)
        key = self.request.headers.get("Idempotency-Key") if described.idempotent else None
        if key is None:
            self._answer(described, await method(**values), parts)
        else:
            await self._answer_once(described, functools.partial(method, **values), parts, key, body)

    async def _let_in(self, described: Operation) -> None:
        if described.access == "public":
            return
        if described.access == "internal":
            self._check_internal_token()
            self.principal = dataclasses.replace(SYSTEM, request_id=self.request_id)
            return
        self.principal = await identify(self, self.request_id)
        if described.permission is not None:
            authorize(self.principal, described.permission)
        elif not any(described.action in SCOPE_ACTIONS[scope] for scope in self.principal.scopes):
            raise Forbidden(
                f"Not done. Your token's scope does not allow {described.action}. Use a token with more scope.",
                code="scope_too_narrow",
                params={"permission": described.action},
            )

    def _check_internal_token(self) -> None:
        scheme, _, given = self.request.headers.get("Authorization", "").partition(" ")
        secret: str = self.settings.get("internal_token", "")
        fits = bool(secret) and hmac.compare_digest(given.strip().encode(), secret.encode())
        if scheme.lower() != "bearer" or not fits:
            raise Unauthenticated()

    def _check_media(self, expected: str) -> None:
        given = self.request.headers.get("Content-Type", expected).partition(";")[0].strip().lower()
        if given not in (expected, "") and expected != "*/*" and (self._received or given != JSON):
            raise UnsupportedMedia(
                "unsupported_media",
                f"Not done. The body has the type {given!r}. Send {expected}.",
                params={"given": given, "expected": expected},
            )

    async def call(self, fn: Callable[P, X], /, *args: P.args, **kwargs: P.kwargs) -> X:
        """Run a service method in the thread pool; the event loop never waits for database or disk."""
        executor: Executor = self.settings["executor"]
        if self._keep_answer is None:
            return await in_thread(executor, fn, *args, **kwargs)
        keep, self._keep_answer = self._keep_answer, None
        return await in_thread(executor, self._call_once, keep, functools.partial(fn, *args, **kwargs))

    def _call_once(self, keep: Callable[[Any], None], call: Callable[[], X]) -> X:
        with self.platform.db.together():
            result = call()
            keep(result)
        return result

    # Answers

    def _answer(self, described: Operation, result: Any, parts: dict[str, str]) -> None:
        if not self._finished:
            self.finish(self._make_answer(described, result, parts))

    def _make_answer(self, described: Operation, result: Any, parts: dict[str, str]) -> bytes | None:
        status = described.status if self.get_status() == 200 else self.get_status()
        self.set_status(status)
        if described.location and status in (201, 202):
            self.set_header("Location", self.location(described.location.format(**{**parts, **_fields(result)})))
        if described.etag and (revision := getattr(result, "revision", None)) is not None:
            tag = f'"{revision}"'
            self.set_header("ETag", tag)
            if self.request.method == "GET" and tag in self.request.headers.get("If-None-Match", ""):
                self.set_status(304)
                result = None
        if result is None:
            self.clear_header("Content-Type")
            return None
        return adapter(described.response).dump_json(result, by_alias=True)

    def location(self, target: str) -> str:
        """Make the address of something below ``/api/v1`` relative to the request's, which holds behind every proxy."""
        depth = self.request.path.rpartition("/api/v1/")[2].count("/")
        return "../" * depth + target

    async def _answer_once(
        self,
        described: Operation,
        method: Callable[[], Awaitable[Any]],
        parts: dict[str, str],
        key: str,
        body: bytes,
    ) -> None:
        kept = self.settings["idempotency"]
        digest = hashlib.sha256(body).hexdigest()
        where = f"{self.request.method} {self.request.path.rpartition('/api/v1')[2]}"
        ticket, earlier = await self.call(kept.begin, self.principal, key, where, digest)
        if earlier is not None:
            self.set_status(earlier.status)
            for name, value in earlier.headers.items():
                self.set_header(name, value)
            self.set_header("Idempotency-Replayed", "true")
            self.finish(earlier.body)
            return
        given: list[Any] = []
        answer: bytes | None = None

        def keep(result: Any) -> None:
            # In the transaction of the change: whoever is killed has kept both, or neither.
            nonlocal answer
            given.append(result)
            answer = self._make_answer(described, result, parts)
            headers = {n: self._headers[n] for n in ("Location", "ETag", "Content-Type") if n in self._headers}
            kept.complete(ticket, self.get_status(), headers, (answer or b"").decode())

        self._keep_answer = keep
        try:
            result = await method()
            if len(given) != 1 or given[0] is not result:
                raise RuntimeError("an idempotent operation makes one call and answers what that gave")
        except BaseException:
            self._keep_answer = None
            await asyncio.shield(self.call(kept.abandon, ticket))
            raise
        self.finish(answer)

    # Errors

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what nobody expected in full; refusals are in the access log."""
        if value is not None and public_error(value) is None:
            log.error("%s %s failed", self.request.method, self.route, exc_info=(typ, value, tb))

    def _handle_request_exception(self, e: BaseException) -> None:
        public = public_error(e)
        if public is None or self._finished or self._headers_written:
            super()._handle_request_exception(e)
        else:
            self.send_error(public.status, exc_info=(type(e), e, e.__traceback__))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the error envelope."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        public = (public_error(error) if error is not None else public_error(HTTPError(status_code))) or INTERNAL
        self.set_status(public.status)
        for name, value in getattr(public, "headers", {}).items():
            self.set_header(name, value)
        if public.status == 401:
            self.set_header("WWW-Authenticate", "Bearer")
        if public.status == 405:
            self.set_header("Allow", ", ".join(v for v in self.SUPPORTED_METHODS if operation_of(type(self), v)))
        if self.request.method == "HEAD":
            self.finish()
            return
        self.finish(envelope(public, getattr(self, "request_id", "")))


def _fields(result: Any) -> dict[str, Any]:
    if isinstance(result, BaseModel):
        return {name: getattr(result, name) for name in type(result).model_fields}
    return dict(result) if isinstance(result, dict) else {}


class InternalHandler(AISpaceHandler):
    """Base of the routes of the internal listener; their methods say ``@operation(internal=True, ...)``."""


class UnknownPathHandler(AISpaceHandler):
    """What answers where nothing is."""

    route = "unknown"

    def prepare(self) -> None:
        """Refuse."""
        super().prepare()
        raise HTTPError(404)
