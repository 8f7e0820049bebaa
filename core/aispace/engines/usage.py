"""Usage samples on disk: one JSON line each, written beside the attempt's log."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from .base import UsageSample


def read_usage(path: Path) -> list[UsageSample]:
    """Read all samples of a file, oldest first; lines that are none are left out."""
    samples = []
    with contextlib.suppress(OSError), path.open() as file:
        for line in file:
            try:
                value = json.loads(line)
                cards = {int(index): tuple(pair) for index, pair in value.get("accelerators", {}).items()}
                samples.append(UsageSample(value["time"], value["cpu"], value["memory"], cards))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
    return samples
