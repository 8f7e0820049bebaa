"""The one connection to the API server: an event loop in a thread, and calls with plain dicts."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import aiohttp
from kubernetes_asyncio import client, config

X = TypeVar("X")
MANAGER: Final = "aispace"
"""Field manager of everything that the platform writes."""
APPLY: Final = "application/apply-patch+yaml"
JSON: Final = "application/json"
CALL_SECONDS: Final = 30.0


class Refused(Exception):
    """The API server answered with an error.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        What it said.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


AWAY: Final = (aiohttp.ClientError, TimeoutError, OSError)
"""The API server did not answer at all."""


def may_pass(error: Exception) -> bool:
    """Tell whether the same call may succeed later: the server is away, busy, or in trouble of its own."""
    return not isinstance(error, Refused) or error.status in (408, 409, 429) or error.status >= 500


class Connection:
    """Calls the API server from any thread.

    Parameters
    ----------
    kubeconfig : str
        File of the configuration; empty: the one of the pod that this runs in, else that of the user.
    context : str
        Of the file; empty: its current one.
    """

    def __init__(self, kubeconfig: str = "", context: str = "") -> None:
        self.kubeconfig = kubeconfig
        self.context = context
        self.calls: Counter[str] = Counter()
        """Requests made so far by method, watches included."""
        self._client: client.ApiClient | None = None
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # The thread

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Give the loop; its thread is started at first use."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._run, args=(self._loop,), name="aispace-kubernetes", daemon=True
                )
                self._thread.start()
            return self._loop

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()

    def submit(self, work: Coroutine[Any, Any, X]) -> Future[X]:
        """Run something in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        """Cancel what is under way and end the thread."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return

        async def end() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            if self._client is not None:
                await self._client.close()
                self._client = None

        asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)

    # Calls

    async def _api(self) -> client.ApiClient:
        if self._client is None:
            settings = client.Configuration()
            if self.kubeconfig:
                await config.load_kube_config(self.kubeconfig, self.context or None, settings, persist_config=False)
            else:
                try:
                    config.load_incluster_config(settings)  # type: ignore[no-untyped-call]  # the package has no types
                except config.ConfigException:
                    await config.load_kube_config(None, self.context or None, settings, persist_config=False)
            self._client = client.ApiClient(settings)
        return self._client

    @asynccontextmanager
    async def _response(
        self, method: str, path: str, query: dict[str, Any], body: Any, kind: str, limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        api = await self._api()
        self.calls[method] += 1
        response: aiohttp.ClientResponse = await api.call_api(
            path,
            method,
            query_params=list(query.items()),
            header_params={"Content-Type": kind, "Accept": JSON, "User-Agent": MANAGER},
            body=body,
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=limits,
        )
        try:
            if response.status >= 300:
                raise Refused(response.status, _message(await response.text()))
            yield response
        finally:
            response.close()

    async def call(self, method: str, path: str, body: Any = None, *, kind: str = JSON, **query: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer.

        Raises
        ------
        Refused
            The server said no.
        aiohttp.ClientError, TimeoutError, OSError
            It did not answer.
        """
        limits = aiohttp.ClientTimeout(total=CALL_SECONDS)
        async with self._response(method, path, query, body, kind, limits) as response:
            found: dict[str, Any] = json.loads(await response.read())
            return found

    async def apply(self, path: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """Make an object be as a manifest says; fields of other managers are left alone and never taken over."""
        return await self.call("PATCH", path, manifest, kind=APPLY, fieldManager=MANAGER)

    async def delete(self, path: str, *, propagation: str = "Background", grace: int | None = None) -> bool:
        """Delete an object; tell whether there was one."""
        body: dict[str, Any] = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        try:
            await self.call("DELETE", path, body)
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return True

    async def stream(self, path: str, seconds: float, **query: Any) -> AsyncIterator[dict[str, Any]]:
        """Read a watch, line by line.

        Parameters
        ----------
        seconds : float
            So long nothing may come before the stream counts as dead.
        """
        limits = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=seconds)
        async with self._response("GET", path, query, None, JSON, limits) as response:
            buffer = b""
            async for piece in response.content.iter_any():
                buffer += piece
                *lines, buffer = buffer.split(b"\n")
                for line in lines:
                    if line.strip():
                        yield json.loads(line)


def _message(text: str) -> str:
    try:
        return str(json.loads(text).get("message") or text)
    except (ValueError, AttributeError):
        return text[:500]
