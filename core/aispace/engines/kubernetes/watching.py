"""One watch for each kind: what the API server has, kept here as it changes."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from .connection import AWAY, Connection, Refused

PAGE: Final = 500
WATCH_SECONDS: Final = 240
"""The server ends a watch after so long; the next one goes on where it ended."""
SILENCE_SECONDS: Final = WATCH_SECONDS + 20.0
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10.0
Change = Literal["set", "gone", "listed"]


@dataclass(frozen=True)
class Kind:
    """What is watched.

    Parameters
    ----------
    path : str
        Of the list.
    selector : str
        Labels; empty: all.
    """

    name: str
    path: str
    selector: str = ""


class Store:
    """The objects of one kind, by name. Read from any thread, written by its watch."""

    def __init__(self, kind: Kind, changed: Callable[[Change, dict[str, Any]], None]) -> None:
        self.kind = kind
        self.synced = threading.Event()
        self.error: str | None = None
        """Why the last try to list or to watch failed; None while all is well."""
        self._changed = changed
        self._lock = threading.Lock()
        self._objects: dict[str, dict[str, Any]] = {}
        self._version = ""

    def get(self, name: str) -> dict[str, Any] | None:
        """Give an object."""
        with self._lock:
            return self._objects.get(name)

    def all(self) -> list[dict[str, Any]]:
        """Give all objects."""
        with self._lock:
            return list(self._objects.values())

    def put(self, found: dict[str, Any]) -> None:
        """Take in what a call of ours has answered, so that nobody must wait for the watch to tell."""
        with self._lock:
            self._objects.setdefault(found["metadata"]["name"], found)

    # The watch

    def resume(self, version: str) -> None:
        """Go on from a version of the server instead of asking for everything."""
        self._version = version

    async def run(self, connection: Connection) -> None:
        """Follow the server for ever."""
        pause = FIRST_PAUSE
        while True:
            try:
                if not self._version:
                    await self._list(connection)
                await self._watch(connection)
                pause = FIRST_PAUSE
                self.error = None
                continue
            except Refused as error:
                if error.status == 410:
                    # What has happened since is no longer known there: all is asked for anew.
                    self._version = ""
                    continue
                self.error = str(error)
                if error.status < 500 and error.status != 429:
                    self._version = ""
            except AWAY as error:
                self.error = f"{type(error).__name__}: {error}"
            # Everybody comes back after a break; not all in the same moment.
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - no secret is made of it
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _list(self, connection: Connection) -> None:
        found: dict[str, dict[str, Any]] = {}
        token = ""
        while True:
            query: dict[str, Any] = {"limit": PAGE}
            if self.kind.selector:
                query["labelSelector"] = self.kind.selector
            if token:
                query["continue"] = token
            page = await connection.call("GET", self.kind.path, **query)
            for item in page["items"]:
                found[item["metadata"]["name"]] = item
            token = page["metadata"].get("continue") or ""
            if not token:
                break
        with self._lock:
            gone = [one for name, one in self._objects.items() if name not in found]
            self._objects = found
        self._version = page["metadata"]["resourceVersion"]
        for one in gone:
            self._changed("gone", one)
        for one in found.values():
            self._changed("set", one)
        self.error = None
        self.synced.set()
        self._changed("listed", {})

    async def _watch(self, connection: Connection) -> None:
        query: dict[str, Any] = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": WATCH_SECONDS,
        }
        if self.kind.selector:
            query["labelSelector"] = self.kind.selector
        async for event in connection.stream(self.kind.path, SILENCE_SECONDS, **query):
            found = event["object"]
            if event["type"] == "ERROR":
                raise Refused(int(found.get("code", 500)), str(found.get("message", "the watch failed")))
            self.error = None
            self._version = found["metadata"]["resourceVersion"]
            if event["type"] == "BOOKMARK":
                continue
            name = found["metadata"]["name"]
            with self._lock:
                if event["type"] == "DELETED":
                    self._objects.pop(name, None)
                else:
                    self._objects[name] = found
            self._changed("gone" if event["type"] == "DELETED" else "set", found)
