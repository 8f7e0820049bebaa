"""The tornado applications of `aispace serve`: the public one and the internal one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from aispace.idempotency import IdempotencyStore
from aispace.platform import Platform
from tornado.web import Application

from .auth import Authenticator
from .handlers import health
from .handlers.base import UnknownPathHandler
from .requestlog import log_request
from .routes import Route, collect, collect_internal, pattern
from .views import view_routes

LAB_PREFIX = "/aispace"
HUB_PREFIX = "/services/aispace"


def make_app(
    platform: Platform,
    authenticators: Sequence[Authenticator],
    executor: Executor,
    *,
    prefix: str = HUB_PREFIX,
    routes: Sequence[Route] | None = None,
    pages: Sequence[Any] = (),
    **settings: Any,
) -> Application:
    """Make the application that browsers, widgets and clients reach.

    Parameters
    ----------
    authenticators : sequence
        Asked in this order.
    executor : concurrent.futures.Executor
        Where service methods run.
    prefix : str
        Path under which the hub's proxy sends requests; ``/aispace`` works always.
    routes : sequence of Route, optional
        Default: those of all domains.
    pages : sequence
        Routes of what is not REST.
    """
    prefix = prefix.rstrip("/")
    rest = f"(?:{LAB_PREFIX}|{prefix})/api/v1"
    table = collect() if routes is None else routes
    handlers: list[Any] = [(pattern(route.path, rest), route.handler) for route in table]
    handlers += [(path, handler) for path, handler in health.ROUTES]
    handlers += [(f"{prefix}{path}", handler) for path, handler in health.ROUTES if path != "/metrics"]
    handlers += view_routes(prefix)
    handlers += pages
    return Application(
        handlers,
        default_handler_class=UnknownPathHandler,
        platform=platform,
        authenticators=list(authenticators),
        executor=executor,
        log_function=log_request,
        idempotency=IdempotencyStore(platform),
        prefix=prefix,
        routes=table,
        **settings,
    )


def make_internal_app(platform: Platform, executor: Executor, token: str, **settings: Any) -> Application:
    """Make the application of the internal listener, for hub, spawner and gateway."""
    handlers: list[Any] = [(pattern(route.path), route.handler) for route in collect_internal()]
    return Application(
        handlers,
        default_handler_class=UnknownPathHandler,
        platform=platform,
        executor=executor,
        log_function=log_request,
        internal_token=token,
        **settings,
    )
