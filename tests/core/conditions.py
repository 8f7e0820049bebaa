"""Waiting for conditions, with a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

X = TypeVar("X")


def until(look: Callable[[], X], seconds: float = 20.0) -> X:
    """Look again and again until the answer is true; fail after the limit."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; last seen: {found!r}")
        time.sleep(0.02)
