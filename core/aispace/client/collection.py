"""What all collections of objects can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from ..schemas import Page
from .transport import Transport

R = TypeVar("R", bound=BaseModel)
S = TypeVar("S", bound=BaseModel)
PAGE = 200


def body(values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a request's body of keyword arguments; ``None`` means absent, shapes become JSON."""
    return {
        key: value.model_dump(mode="json", exclude_unset=True) if isinstance(value, BaseModel) else value
        for key, value in values.items()
        if value is not None
    }


class Resource:
    """A part of the API."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def _get(self, shape: type[S], path: str, **params: Any) -> S:
        return shape.model_validate(self.transport.ask("GET", path, params=params))

    def _post(self, shape: type[S], path: str, values: Mapping[str, Any] | None = None) -> S:
        return shape.model_validate(self.transport.ask("POST", path, json=dict(values or {})))

    def _cursor(self, shape: type[S], path: str, **params: Any) -> Iterator[S]:
        cursor: str | None = None
        while True:
            answer = self.transport.ask("GET", path, params={**params, "cursor": cursor, "limit": PAGE})
            for item in answer["items"]:
                yield shape.model_validate(item)
            cursor = answer["page"]["next"]
            if cursor is None:
                return

    def _save(self, route: str, target: str | Path, /, **params: Any) -> Path:
        """Stream a download into a file; a name beside it first, so that a cut leaves no half file."""
        target = Path(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        with part.open("wb") as file:
            for chunk in self.transport.chunks(route, params):
                file.write(chunk)
        part.replace(target)
        return target


class Collection(Resource, Generic[R]):
    """Objects of one kind, which have an id, a name and a revision.

    Subclasses set ``path`` (below ``/api/v1``) and ``shape``.
    """

    path: str
    shape: type[R]

    def get(self, object_id: str) -> R:
        """Read one object by its id."""
        return self._get(self.shape, f"{self.path}/{object_id}")

    def page(self, **query: Any) -> Page[R]:
        """Read one page of the list; keywords are the query parameters of the REST route."""
        return Page[self.shape].model_validate(  # type: ignore[name-defined]  # a shape of run time
            self.transport.ask("GET", self.path, params=query)
        )

    def list(self, **query: Any) -> Iterator[R]:
        """Go through the whole list, page by page."""
        offset: int | None = 0
        while offset is not None:
            page = self.page(**{**query, "limit": PAGE, "offset": offset})
            yield from page.items
            offset = page.page.next

    def find(self, name: str) -> R:
        """Read one object by its id or by its exact name.

        Raises
        ------
        LookupError
            When there is none, or more than one, of that name.
        """
        if "_" in name and name.partition("_")[0] in {
            "ds",
            "alg",
            "img",
            "job",
            "mdl",
            "svc",
            "bat",
            "vis",
            "tpl",
            "lbl",
            "wl",
            "spc",
        }:
            return self.get(name)
        found = [item for item in self.list(q=name) if getattr(item, "name", None) == name]
        if len(found) != 1:
            kind = self.path.strip("/").replace("-", " ")
            which = ", ".join(str(item.id) for item in found[:8])  # type: ignore[attr-defined]  # each has an id
            raise LookupError(
                f"{len(found) or 'no'} {kind} called {name!r}" + (f": use the id, {which}" if found else "")
            )
        return found[0]

    def update(self, object_id: str, *, revision: int | None = None, **changes: Any) -> R:
        """Change fields of an object.

        Parameters
        ----------
        revision : int, optional
            Refuse when the object has another revision by now; without it the current one is changed.
        """
        match = f'"{revision}"' if revision is not None else "*"
        answer = self.transport.ask(
            "PATCH", f"{self.path}/{object_id}", json=changes, headers={"If-Match": match}, repeatable=False
        )
        return self.shape.model_validate(answer)

    def delete(self, object_id: str) -> None:
        """Delete an object."""
        self.transport.send("DELETE", f"{self.path}/{object_id}", headers={"If-Match": "*"})

    def _create(self, values: Mapping[str, Any]) -> R:
        return self.shape.model_validate(self.transport.ask("POST", self.path, json=body(values)))


def wait(condition: Callable[[], S | None], *, timeout: float, what: str, pause: float = 0.2) -> S:
    """Ask until something is there.

    Parameters
    ----------
    condition : callable
        Gives the value, or ``None`` while it is not there.
    timeout : float
        Seconds.
    pause : float
        Seconds between two questions; it grows up to two seconds.

    Raises
    ------
    TimeoutError
        When it does not come in time.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value is not None:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {timeout:g} s")
        time.sleep(pause)  # the platform is asked again, not pressed
        pause = min(pause * 1.3, 2.0)
