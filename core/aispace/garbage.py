"""Garbage collection while something makes very many objects that live for long."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RARELY: Final = (100_000, 50, 100)
"""Thresholds of the three generations: cycles are still found, but a million new objects are not gone through again
and again. With Python's own of 700, 10 and 10 a quarter of a large import's time went there."""

_guard = threading.Lock()
_usual: list[tuple[int, int, int]] = []
_users = 0


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect less often until all who asked for it are done; it holds for the whole process."""
    global _users
    with _guard:
        _users += 1
        if _users == 1:
            _usual.append(gc.get_threshold())
            gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        with _guard:
            _users -= 1
            if _users == 0:
                gc.set_threshold(*_usual.pop())
