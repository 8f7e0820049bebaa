"""Verbs that live in other packages: the processes of an installation."""

from __future__ import annotations

import importlib
from collections.abc import Callable

PLACES = {
    "serve": ("aispace_server.service", "run the platform itself, the one process that everything else asks"),
    "gateway": ("aispace_server.gateway.__main__", "run the gateway to the online services"),
    "up": ("aispace_hub.up", "run hub, serve and gateway on this machine, and keep them running"),
    "openapi": ("aispace_server.openapi", "print the OpenAPI document"),
}
"""Module with ``main(argv)`` and purpose, by verb. The core imports none of them unless asked to."""


def find(verb: str) -> Callable[[list[str]], int | None] | None:
    """Give the ``main`` of a verb; ``None`` when it is not one of these.

    Raises
    ------
    ModuleNotFoundError
        The part of the product that has it is not installed.
    """
    if verb not in PLACES:
        return None
    main: Callable[[list[str]], int | None] = importlib.import_module(PLACES[verb][0]).main
    return main
