"""Record which version made which, and walk the graph."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, or_, select, tuple_

from ..errors import NotFound
from ..identity import HIDDEN, SYSTEM, Principal, authorize
from .orm import Edge
from .schemas import Kind, LineageEdge, LineageGraph, LineageNode, Relation

if TYPE_CHECKING:
    from ..platform import Platform

MAX_NODES: Final = 500
KINDS: Final[dict[str, Kind]] = {
    "ds": "dataset",
    "alg": "algorithm",
    "img": "image",
    "job": "training_job",
    "mdl": "model",
    "svc": "service",
    "bat": "batch_service",
    "evl": "evaluation",
}
SERVICES: Final = {
    "ds": "datasets",
    "alg": "algorithms",
    "img": "images",
    "job": "training",
    "mdl": "models",
    "svc": "serving",
    "bat": "batches",
    "evl": "evaluations",
}
"""Who answers for the objects of a prefix: an attribute of the platform with ``names(principal, ids)`` or ``get``."""


@dataclass(frozen=True)
class Point:
    """A version of something, or something without versions."""

    id: str
    version: str | None
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """How the table names it."""
        return self.id, self.version or ""


def write_key(key: tuple[str, str]) -> str:
    """Write a point: ``id`` or ``id:V0001``."""
    return f"{key[0]}:{key[1]}" if key[1] else key[0]


class LineageService:
    """The graph of versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def record(self, source: Point, target: Point, relation: Relation) -> None:
        """Note, in the running transaction, that ``target`` was made from or uses ``source``. Twice is once."""
        with self.db.write() as session:
            session.flush()
            same = select(Edge.row).where(
                Edge.from_id == source.id,
                Edge.from_version == (source.version or ""),
                Edge.to_id == target.id,
                Edge.to_version == (target.version or ""),
                Edge.relation == relation,
            )
            if session.scalar(same) is None:
                session.add(
                    Edge(
                        from_id=source.id,
                        from_version=source.version or "",
                        from_name=source.name[:120],
                        to_id=target.id,
                        to_version=target.version or "",
                        to_name=target.name[:120],
                        relation=relation,
                    )
                )

    def forget(self, object_id: str, version: str | None = None) -> None:
        """Drop what leads to a deleted object or version; what was made from it still names it."""
        with self.db.write() as session:
            statement = delete(Edge).where(Edge.to_id == object_id)
            if version is not None:
                statement = statement.where(Edge.to_version == version)
            session.execute(statement)

    def users_of(
        self, principal: Principal, object_id: str, version: str | None = None, *, kinds: Sequence[Kind] = ()
    ) -> list[dict[str, str]]:
        """List what was made from or uses an object, for a refusal to delete it; only what still exists.

        What the principal may not see counts, without its id and name.

        Parameters
        ----------
        kinds : sequence of str, optional
            Only these.
        """
        with self.db.read() as session:
            statement = select(Edge).where(Edge.from_id == object_id, Edge.to_id != object_id)
            if version is not None:
                statement = statement.where(Edge.from_version == version)
            rows = [row for row in session.scalars(statement) if not kinds or self.kind(row.to_id) in kinds]
        ids = {row.to_id for row in rows}
        visible = self._names(principal, ids)
        alive = visible.keys() | self._names(SYSTEM, ids - visible.keys()).keys()
        users = {
            (row.to_id, row.to_version): {
                "kind": self.kind(row.to_id),
                "id": row.to_id,
                "name": f"{row.to_name} {row.to_version}".strip(),
                "version": row.to_version,
            }
            if row.to_id in visible
            else {"kind": self.kind(row.to_id), "name": HIDDEN}
            for row in rows
            if row.to_id in alive
        }
        return list(users.values())

    @staticmethod
    def kind(object_id: str) -> Kind:
        """Tell the kind of an object by its id."""
        return KINDS.get(object_id.partition("_")[0], "other")

    def graph(self, principal: Principal, reference: str) -> LineageGraph:
        """Walk from an object or version to all it came from, and to all that was made from it.

        Parameters
        ----------
        reference : str
            ``id`` or ``id:V0001``. Without a version: all versions of the object.

        Raises
        ------
        NotFound
            The principal may not see it, or it does not exist.
        """
        object_id, _, version = reference.partition(":")
        authorize(principal, "read:platform")
        if object_id not in self._names(principal, [object_id]):
            raise NotFound("object", reference)
        with self.db.read() as session:
            if version:
                start = {(object_id, version)}
            else:
                rows = session.scalars(
                    select(Edge).where(or_(Edge.from_id == object_id, Edge.to_id == object_id))
                ).all()
                start = {(r.from_id, r.from_version) for r in rows if r.from_id == object_id}
                start |= {(r.to_id, r.to_version) for r in rows if r.to_id == object_id}
                start = start or {(object_id, "")}
            edges: dict[int, Edge] = {}
            truncated = False
            for upward in (True, False):
                truncated |= self._walk(start, edges, upward=upward)
        names: dict[tuple[str, str], str] = {}
        for edge in edges.values():
            names[edge.from_id, edge.from_version] = edge.from_name
            names[edge.to_id, edge.to_version] = edge.to_name
        keys = list(dict.fromkeys([*sorted(start), *sorted(names)]))
        return LineageGraph(
            root=reference,
            nodes=self._nodes(principal, keys, names),
            edges=[
                LineageEdge(
                    from_=write_key((edge.from_id, edge.from_version)),
                    to=write_key((edge.to_id, edge.to_version)),
                    relation=edge.relation,  # type: ignore[arg-type]  # only such words are ever stored
                )
                for _, edge in sorted(edges.items())
            ],
            truncated=truncated,
        )

    # Inside

    def _walk(self, start: set[tuple[str, str]], edges: dict[int, Edge], *, upward: bool) -> bool:
        here = (Edge.to_id, Edge.to_version) if upward else (Edge.from_id, Edge.from_version)
        seen, fresh = set(start), set(start)
        with self.db.read() as session:
            while fresh:
                rows = session.scalars(select(Edge).where(tuple_(*here).in_(sorted(fresh)))).all()
                fresh = set()
                for row in rows:
                    edges[row.row] = row
                    key = (row.from_id, row.from_version) if upward else (row.to_id, row.to_version)
                    if key not in seen:
                        seen.add(key)
                        fresh.add(key)
                if len(seen) > MAX_NODES:
                    return True
        return False

    def _names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those objects that exist and that the principal may read."""
        groups: dict[str, set[str]] = {}
        for object_id in ids:
            groups.setdefault(object_id.partition("_")[0], set()).add(object_id)
        found: dict[str, str] = {}
        for prefix, members in groups.items():
            service = getattr(self.platform, SERVICES.get(prefix, ""), None)
            if service is None:
                continue
            if hasattr(service, "names"):
                found |= service.names(principal, members)
            else:
                for object_id in members:
                    with contextlib.suppress(NotFound):
                        found[object_id] = service.get(principal, object_id).name
        return found

    def _nodes(
        self, principal: Principal, keys: list[tuple[str, str]], stored: dict[tuple[str, str], str]
    ) -> list[LineageNode]:
        ids = {object_id for object_id, _ in keys}
        visible = self._names(principal, ids)
        existing = set(self._names(SYSTEM, ids - visible.keys())) | visible.keys()
        nodes = []
        for key in keys:
            object_id, version = key
            # Something deleted has no owner any more to hide it; its name is part of the history of what came of it.
            name = visible.get(object_id) or (stored.get(key) if object_id not in existing else None)
            nodes.append(
                LineageNode(
                    id=write_key(key),
                    object_id=object_id,
                    kind=self.kind(object_id),
                    name=name,
                    version=version or None,
                    visible=object_id in visible,
                    exists=object_id in existing,
                )
            )
        return nodes
