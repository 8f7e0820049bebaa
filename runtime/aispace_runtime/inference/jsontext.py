"""JSON in and out: ``orjson`` where the runtime has it, else the standard library."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def _standard(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


loads: Callable[[bytes], Any] = json.loads
dumps: Callable[[Any], bytes] = _standard

try:
    import orjson
except ImportError:
    pass
else:
    loads = orjson.loads
    dumps = orjson.dumps
