"""The ASGI application: routes, bodies, errors."""

from __future__ import annotations

import asyncio
import concurrent.futures
import hmac
import logging
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeVar
from urllib.parse import unquote

from . import jsontext
from .answers import Answer, make_answer
from .errors import InferenceError
from .model import Model
from .oip import read_inputs, wanted_outputs, write_outputs
from .predict import answer, image_feed, json_feed
from .received import received
from .script import Script

T = TypeVar("T")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

IMAGE_TYPES = (
    "image/jpeg", "image/jpg", "image/png", "image/bmp", "image/x-ms-bmp", "image/webp", "application/octet-stream",
)  # fmt: skip
INLINE_SECONDS = 0.002
"""Runs expected to be shorter than this stay in the event loop: a thread would cost more than the run."""

log = logging.getLogger("aispace.inference")


class InferenceApp:
    """Answers HTTP requests with a model.

    Parameters
    ----------
    load : callable
        Makes the model; it runs in a thread while ``/v2/health/live`` already answers.
    names : tuple of str
        Names under which the model is found; the first is its own.
    version : str
        Version of the model.
    max_body : int
        Largest request body in bytes.
    workers : int
        Threads for runs that are not short.
    key : str
        Without it as ``X-AISpace-Key`` only ``/v2/health`` answers: other users of the machine reach the port too, but
        callers come through the gateway. Empty: everybody may ask.
    """

    def __init__(
        self,
        load: Callable[[], Model],
        *,
        names: tuple[str, ...],
        version: str,
        max_body: int = 10_000_000,
        workers: int = 2,
        max_waiting: int = 256,
        key: str = "",
    ) -> None:
        self._key = key.encode()
        self._load = load
        self._names = names
        self._version = version
        self._max_body = max_body
        self._max_waiting = max_waiting
        self._waiting = 0
        self._pool = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="run")
        self._hot: dict[str, Model] = {}
        self.model: Model | None = None

    async def start(self) -> None:
        """Load the model; raises what loading raises."""
        model = await asyncio.get_running_loop().run_in_executor(self._pool, self._load)
        self._hot = {
            f"/v2/models/{name}{version}/infer": model
            for name in self._names
            for version in ("", f"/versions/{self._version}")
        }
        self.model = model

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        media = b"application/json"
        try:
            if self._key and not path.startswith("/v2/health/"):
                self._check_key(scope)
            status, body = await self._route(scope["method"], path, scope, receive)
            if type(body) is Answer:
                media, body = body.media_type.encode(), body.data
        except InferenceError as error:
            status, body = error.status, _error(path, error)
        except Exception:
            log.exception("a request to %s failed", path)
            failure = InferenceError(500, "internal", "The request failed. The log of the service tells why.")
            status, body = 500, _error(path, failure)
        data = body if type(body) is bytes else jsontext.dumps(body)
        headers = [(b"content-type", media), (b"content-length", b"%d" % len(data))]
        if status == 503:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data if scope["method"] != "HEAD" else b""})

    def _check_key(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"x-aispace-key" and hmac.compare_digest(value, self._key):
                return
        raise InferenceError(401, "unauthenticated", "Models are called through the gateway, at the service's address.")

    async def _route(self, method: str, path: str, scope: Scope, receive: Receive) -> tuple[int, Any]:
        if method == "POST" and path in self._hot:
            return 200, await self._infer(self._hot[path], await self._body(scope, receive))
        if path == "/predict":
            if method != "POST":
                raise InferenceError(405, "method_not_allowed", "Use POST here.")
            model = self._ready()
            return 200, await self._predict(model, scope, await self._body(scope, receive))
        if method not in ("GET", "HEAD", "POST"):
            raise InferenceError(405, "method_not_allowed", "Use GET, or POST for an inference.")
        return self._about(method, path.rstrip("/"))

    def _about(self, method: str, path: str) -> tuple[int, Any]:
        if path == "/v2/health/live":
            return 200, {"live": True}
        if path == "/v2/health/ready":
            return (200 if self.model else 503), {"ready": self.model is not None}
        if path == "/v2":
            return 200, {"name": "aispace-inference", "version": self._version, "extensions": []}
        parts = [unquote(part) for part in path.split("/")]
        if len(parts) >= 4 and parts[1:3] == ["v2", "models"]:
            return self._about_model(method, parts[3], parts[4:])
        raise InferenceError(404, "not_found", "There is nothing here. See /v2, /v2/models/<name> and /predict.")

    def _about_model(self, method: str, name: str, rest: list[str]) -> tuple[int, Any]:
        if name not in self._names:
            raise InferenceError(404, "not_found", f"There is no model {name!r} here. Its name is {self._names[0]!r}.")
        if rest[:1] == ["versions"]:
            if rest[1:2] != [self._version]:
                raise InferenceError(404, "not_found", f"This service answers version {self._version} only.")
            rest = rest[2:]
        model = self._ready()
        if rest == ["ready"]:
            return 200, {"name": model.name, "ready": True}
        if rest == ["infer"] and method != "POST":
            raise InferenceError(405, "method_not_allowed", "Use POST here.")
        if rest:
            raise InferenceError(404, "not_found", "A model has: /, /ready and /infer.")
        return 200, model.metadata()

    def _ready(self) -> Model:
        if self.model is None:
            raise InferenceError(503, "loading", "The model is being loaded. Try again in a moment.")
        return self.model

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise InferenceError(400, "incomplete", "The connection ended before the body did.")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_body:
                raise InferenceError(
                    413, "too_large", f"The body is larger than {self._max_body} bytes. Send less in one request."
                )
            chunks.append(chunk)
            if not message.get("more_body"):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def _infer(self, model: Model, data: bytes) -> Any:
        body = _parse(data)
        if isinstance(model, Script) and not model.inputs:
            raise InferenceError(
                404, "no_tensors", "The script declares no inputs in config.json. Call /predict with a file or JSON."
            )
        feed = read_inputs(model, body)
        outputs = await self._run(model, feed, wanted_outputs(model, body))
        return write_outputs(model, outputs, body.get("id"))

    async def _predict(self, model: Model, scope: Scope, data: bytes) -> Any:
        if isinstance(model, Script):
            return await self._ask_script(model, scope, data)
        content_type = _header(scope, b"content-type").partition(";")[0].strip().lower()
        loop = asyncio.get_running_loop()
        if content_type in IMAGE_TYPES:
            feed = await loop.run_in_executor(self._pool, image_feed, model, [data])
        elif content_type in ("application/json", ""):
            body = _parse(data)
            if isinstance(body, dict) and "images" in body:
                feed = await loop.run_in_executor(self._pool, json_feed, model, body)
            else:
                feed = json_feed(model, body)
        else:
            raise InferenceError(
                415,
                "unsupported_media",
                "Send a JPEG, PNG, BMP or WebP image, or application/json with instances or images.",
            )
        return answer(model, await self._run(model, feed, None))

    async def _ask_script(self, script: Script, scope: Scope, data: bytes) -> Answer:
        types = _header(scope, b"content-type"), _header(scope, b"content-disposition")
        request_id = _header(scope, b"x-request-id")

        def ask() -> Answer:
            with received(data, *types) as value:
                return make_answer(script.infer(value, request_id))

        return await self._in_thread(ask)

    async def _in_thread(self, act: Callable[..., T], *arguments: Any) -> T:
        if self._waiting >= self._max_waiting:
            raise InferenceError(503, "busy", "Too many requests wait for the model. Try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, act, *arguments)
        finally:
            self._waiting -= 1

    async def _run(self, model: Model, feed: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
        rows = max((len(array) for array in feed.values() if array.shape), default=1)
        if model.seconds_a_row * rows < INLINE_SECONDS:
            return model.run(feed, names)
        return await self._in_thread(model.run, feed, names)


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def _parse(data: bytes) -> Any:
    try:
        return jsontext.loads(data)
    except (ValueError, RecursionError):
        raise InferenceError(400, "bad_json", "The body is not valid JSON.") from None


def _error(path: str, error: InferenceError) -> dict[str, Any]:
    if path.startswith("/v2"):
        return {"error": error.message}
    request_id = uuid.uuid4().hex
    return {"error": {"code": error.code, "message": error.message, "details": {}, "request_id": request_id}}
