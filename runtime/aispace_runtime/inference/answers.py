"""From what a script returns to what goes over the line."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import jsontext
from .errors import InferenceError

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?[a-z0-9=_-]+)?", re.IGNORECASE)
MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
"""First bytes of pictures."""


@dataclass(frozen=True)
class Answer:
    """Bytes with their type."""

    data: bytes
    media_type: str


def make_answer(value: Any) -> Answer:
    """Make the answer of what a script returned.

    Raises
    ------
    InferenceError
        It is nothing that can be sent.
    """
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], (bytes, bytearray)):
        data, media_type = value
        if not isinstance(media_type, str) or not MEDIA_TYPE.fullmatch(media_type):
            raise _bad("a media type that is none")
        return Answer(bytes(data), media_type.lower())
    if isinstance(value, (bytes, bytearray)):
        return Answer(bytes(value), _picture_type(bytes(value)) or "application/octet-stream")
    if callable(getattr(value, "save", None)) and hasattr(value, "mode") and hasattr(value, "size"):
        buffer = io.BytesIO()
        value.save(buffer, "PNG")
        return Answer(buffer.getvalue(), "image/png")
    return Answer(jsontext.dumps(plain(value)), "application/json")


def plain(value: Any, depth: int = 0) -> Any:
    """Make JSON values: arrays become lists; numbers that JSON cannot say become null.

    Raises
    ------
    InferenceError
        A part cannot be said in JSON.
    """
    if depth > 100:
        raise _bad("values nested deeper than 100")
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if callable(getattr(value, "tolist", None)):  # arrays and scalars of numpy; tensors have it, too
        return plain(value.tolist(), depth + 1)
    raise _bad(f"a {type(value).__name__}")


def _picture_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in MAGIC if data.startswith(magic)), None)


def _bad(what: str) -> InferenceError:
    return InferenceError(
        500,
        "bad_answer",
        f"The script returned {what}. Return JSON values, arrays, bytes, a picture, or (bytes, media type).",
    )
