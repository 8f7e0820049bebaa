"""The tab's one WebSocket, and the event stream of the command line."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Literal

from aispace.errors import AISpaceError
from aispace.identity import Principal
from aispace.schemas import Schema
from pydantic import Field, TypeAdapter, ValidationError
from tornado.iostream import StreamClosedError
from tornado.web import stream_request_body
from tornado.websocket import WebSocketHandler

from ..auth import same_origin
from ..failures import INTERNAL, envelope, public_error
from ..requestlog import STREAMS, accept_request_id, request_id_var
from ..streams.hub import Connection, StreamHub
from .base import AISpaceHandler, identify, operation
from .parsing import invalid_fields

RECHECK_SECONDS = 60.0
CLOSE_UNAUTHENTICATED = 4401
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Subscribe(Schema):
    """Follow a topic."""

    op: Literal["subscribe"]
    id: Id
    topic: Annotated[str, Field(min_length=1, max_length=128)]
    after: Annotated[int, Field(ge=0, le=2**62)] | None = None


class Unsubscribe(Schema):
    """Follow it no more."""

    op: Literal["unsubscribe"]
    id: Id


class Ping(Schema):
    """Ask whether the other side is there."""

    op: Literal["ping"]


COMMAND: TypeAdapter[Subscribe | Unsubscribe | Ping] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe | Ping, Field(discriminator="op")]
)


def stream_hub(settings: dict[str, Any]) -> StreamHub:
    """Give the process's hub of streams, made at its first use."""
    hub: StreamHub | None = settings.get("stream_hub")
    if hub is None:
        hub = settings["stream_hub"] = StreamHub(settings["platform"])
    return hub


@stream_request_body
class StreamHandler(WebSocketHandler):
    """WebSocket ``/stream``: subscribe to topics, resume by position."""

    route = "/stream"
    connection: Connection

    def data_received(self, chunk: bytes) -> None:
        """Drop a body: the request has none."""

    async def prepare(self) -> None:
        """Find out who asks, before anything is agreed."""
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        request_id_var.set(self.request_id)
        self.principal: Principal = await identify(self, self.request_id)

    def check_origin(self, origin: str) -> bool:
        """Let programs with a token in; of browsers only pages of our own host."""
        return "Authorization" in self.request.headers or same_origin(self)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the error envelope."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        public = (public_error(error) if error is not None else None) or INTERNAL
        self.set_status(public.status)
        self.finish(envelope(public, getattr(self, "request_id", "")))

    def _handle_request_exception(self, e: BaseException) -> None:
        public = public_error(e)
        if public is None or self._finished:
            super()._handle_request_exception(e)
        else:
            self.send_error(public.status, exc_info=(type(e), e, e.__traceback__))

    def open(self, *args: str, **kwargs: str) -> None:
        """Take the connection."""
        STREAMS.labels("websocket").inc()
        self.hub = stream_hub(self.settings)
        self.connection = Connection(self.principal, self._send, self.close)
        self.hub.add(self.connection)
        self._recheck = asyncio.create_task(self._stay_allowed())

    async def _send(self, message: str) -> None:
        await self.write_message(message)

    async def _stay_allowed(self) -> None:
        while not self.connection.closed:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await identify(self, self.request_id)
            except AISpaceError as error:
                if error.status != 503:
                    self.connection.end(CLOSE_UNAUTHENTICATED, error.code)

    async def on_message(self, message: str | bytes) -> None:
        """Do what the client asks."""
        try:
            command = COMMAND.validate_json(message)
        except ValidationError as error:
            self._refuse(_id_of(message), invalid_fields(error, None, "message"))
            return
        if isinstance(command, Ping):
            self.connection.push('{"op":"pong"}')
        elif isinstance(command, Unsubscribe):
            self.hub.unsubscribe(self.connection, command.id)
        else:
            await self._subscribe(command)

    async def _subscribe(self, command: Subscribe) -> None:
        try:
            subscription = await self.hub.subscribe(self.connection, command.id, command.topic, command.after)
        except Exception as error:
            public = public_error(error)
            if public is None:
                self.log_exception(type(error), error, error.__traceback__)
            self._refuse(command.id, public or INTERNAL)
            return
        told = {"op": "subscribed", "id": command.id, "position": subscription.position}
        self.connection.push(json.dumps(told))
        self.hub.follow(subscription)

    def _refuse(self, id: str | None, error: AISpaceError) -> None:
        body = envelope(error, self.request_id)["error"]
        self.connection.push(json.dumps({"op": "error", "id": id, "error": body}, ensure_ascii=False))

    def on_close(self) -> None:
        """Forget the connection."""
        if hasattr(self, "connection"):
            STREAMS.labels("websocket").dec()
            self._recheck.cancel()
            self.hub.remove(self.connection)


def _id_of(message: str | bytes) -> str | None:
    try:
        given = json.loads(message)
    except (ValueError, RecursionError):
        return None
    found = given.get("id") if isinstance(given, dict) else None
    return found[:64] if isinstance(found, str) else None


class FollowQuery(Schema):
    """Which topic to follow."""

    topic: Annotated[str, Field(min_length=1, max_length=128)] = "events"
    """``events``, ``log/<workload>``, ``scalars/<workload>``, ``metrics/<workload>`` or ``service/<service>``."""
    after: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """Position to resume from; without it from now on. The header ``Last-Event-ID`` does the same."""


class EventStreamHandler(AISpaceHandler):
    """Server-sent events for the command line; browsers use the WebSocket."""

    @operation(
        action="read",
        resource="platform",
        summary="Follow a topic as server-sent events: one message a batch, its id the position",
        query=FollowQuery,
        media_type="text/event-stream",
    )
    async def get(self, query: FollowQuery) -> None:
        """Follow a topic until it is complete or the client goes."""
        hub = stream_hub(self.settings)
        after = query.after
        last = self.request.headers.get("Last-Event-ID", "")
        if after is None and last.isdigit() and len(last) < 19:
            after = int(last)
        self._done = asyncio.Event()
        connection = Connection(self.principal, self._send, lambda code, reason: self._done.set())
        STREAMS.labels("sse").inc()
        hub.add(connection)
        try:
            subscription = await hub.subscribe(connection, "sse", query.topic, after)
            self.set_header("Content-Type", "text/event-stream; charset=utf-8")
            self.set_header("X-Accel-Buffering", "no")
            self.write(f": position {subscription.position}\n\n")
            await self.flush()
            hub.follow(subscription)
            await self._until_done()
        except StreamClosedError:
            pass
        finally:
            STREAMS.labels("sse").dec()
            hub.remove(connection)

    async def _until_done(self) -> None:
        """Wait for the end; a comment every 15 seconds finds out whether the client is there."""
        while not self._done.is_set():
            try:
                async with asyncio.timeout(15):
                    await self._done.wait()
            except TimeoutError:
                self.write(": alive\n\n")
                await self.flush()

    async def _send(self, message: str) -> None:
        parsed = json.loads(message)
        lines = [f"event: {parsed['op']}"]
        if parsed.get("position") is not None:
            lines.append(f"id: {parsed['position']}")
        shown = parsed["error"] if parsed["op"] == "error" else parsed["items"]
        lines.append(f"data: {json.dumps(shown, ensure_ascii=False)}")
        self.write("\n".join(lines) + "\n\n")
        await self.flush()
        if parsed["op"] == "error" or parsed.get("complete"):
            self._done.set()

    def on_connection_close(self) -> None:
        """Stop following."""
        if hasattr(self, "_done"):
            self._done.set()


ROUTES = [("/stream", StreamHandler), ("/events/stream", EventStreamHandler)]
