"""The route table: all domains, and the regular expressions that tornado wants."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tornado.web import RequestHandler

DOMAINS = (
    "me",
    "tokens",
    "users",
    "events",
    "stream",
    "uploads",
    "files",
    "label_groups",
    "datasets",
    "algorithms",
    "images",
    "resources",
    "workloads",
    "training",
    "evaluations",
    "job_templates",
    "visualisations",
    "models",
    "lineage",
    "services",
    "batch_services",
    "billing",
    "overview",
    "trash",
    "transfers",
    "reproductions",
    "storage",
)
"""Modules of `aispace_server.handlers`, in the order in which the OpenAPI document shows them."""
INTERNAL_MODULES = ("internal", "internal_gateway")
"""Modules of `aispace_server` with the routes of the internal listener."""
PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One path and its handler."""

    path: str
    """Template below ``/api/v1``, for instance ``"/datasets/{id}"``."""
    handler: type[RequestHandler]
    tag: str
    """Domain."""

    def __post_init__(self) -> None:
        """Let the handler know its template, for metrics."""
        self.handler.route = self.path  # type: ignore[attr-defined]

    @property
    def parts(self) -> list[str]:
        """Names in braces."""
        return PART.findall(self.path)


def pattern(path: str, prefix: str = "") -> str:
    """Make tornado's regular expression of a path template."""
    pieces = PART.split(path)
    text = "".join(re.escape(piece) if index % 2 == 0 else f"(?P<{piece}>[^/]+)" for index, piece in enumerate(pieces))
    return f"{prefix}{text}"


def collect(domains: Sequence[str] = DOMAINS) -> list[Route]:
    """Read the tables of the domains."""
    return list(_collect((f"handlers.{name}", name) for name in domains))


def collect_internal() -> list[Route]:
    """Read the tables of the internal listener."""
    return list(_collect((name, name) for name in INTERNAL_MODULES))


def _collect(modules: Iterable[tuple[str, str]]) -> Iterable[Route]:
    for name, tag in modules:
        for path, handler in importlib.import_module(f"aispace_server.{name}").ROUTES:
            yield Route(path, handler, tag)
