"""Scalars and progress: one JSON object a line in the file that ``AISPACE_METRICS`` names.

A line is one ``write`` to a file opened with ``O_APPEND``, so lines of several processes never mix and a killed process
leaves whole lines. Lines: ``{"time", "step", "values": {name: number}}`` and ``{"time", "progress": {done, total,
unit}}``; ``time`` is Unix time in seconds. What is no finite number is written as the strings ``"NaN"``, ``"Infinity"``
and ``"-Infinity"``, since JSON (RFC 8259) has no such numbers.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, SupportsFloat

from .launch import current

MAX_NAME = 128
MAX_LINE = 256 * 1024

_lock = threading.Lock()
_steps: dict[int, int] = {}
_failed = False


def _number(value: Any) -> float | str | int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        # Python's integers have no bound, those of JSON readers do.
        return value if abs(value) < 2**53 else float(value)
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def _append(path: Path, record: dict[str, Any]) -> None:
    global _failed
    line = (json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()
    if len(line) > MAX_LINE:
        raise ValueError(f"{len(line)} bytes in one line of metrics; at most {MAX_LINE} fit. Log fewer values.")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        # A full disk must not end a training run: the value is lost, the work is not.
        if not _failed:
            _failed = True
            print(f"aispace: metrics are not written: {error}", file=sys.stderr, flush=True)


def log(step: int | float | None = None, /, **values: SupportsFloat) -> None:
    """Log named numbers.

    Parameters
    ----------
    step : number, optional
        Where on the x axis, for instance the epoch. Default: one more than the last step of this process.
    **values : number
        Anything that ``float()`` takes: numbers, NumPy scalars, tensors with one element; NaN and infinity too.
        Names that are no Python names: ``log(1, **{"loss/head 1": 0.3})``.

    Raises
    ------
    TypeError, ValueError
        A value is not a number, or a name is empty or longer than 128 characters.
    """
    if not values:
        return
    for name in values:
        if not 0 < len(name) <= MAX_NAME:
            raise ValueError(f"the name of a metric has 1 to {MAX_NAME} characters; {name[:40]!r} has {len(name)}")
    numbers = {name: _number(value) for name, value in values.items()}
    with _lock:
        process = os.getpid()
        where = _steps.get(process, 0) + 1 if step is None else step
        if not math.isfinite(where):
            raise ValueError(f"the step is a finite number, not {where}")
        _steps[process] = int(where)
    position = int(where) if float(where).is_integer() else float(where)
    path = current().metrics
    if path is None:
        shown = " ".join(f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
                         for name, value in numbers.items())  # fmt: skip
        print(f"step {position}: {shown}", flush=True)
        return
    _append(path, {"time": time.time(), "step": position, "values": numbers})


def progress(done: int | float, total: int | float | None = None, unit: str = "steps") -> None:
    """Tell how far the work is.

    Parameters
    ----------
    done : number
        What is done, in ``unit``.
    total : number, optional
        What there is to do; without it no percentage is shown.
    unit : str, optional
        For instance ``"epochs"``.
    """
    record = {"done": _number(done), "total": None if total is None else _number(total), "unit": str(unit)[:32]}
    path = current().metrics
    if path is None:
        print(f"{record['done']} of {'?' if total is None else record['total']} {unit}", flush=True)
        return
    _append(path, {"time": time.time(), "progress": record})
