"""Which files of an area can be looked at, and how large they may be."""

from __future__ import annotations

import io
import stat
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Literal

from ..errors import AISpaceError, TooLarge, UnsupportedMedia

if TYPE_CHECKING:
    import os

PreviewKind = Literal["audio", "video", "image", "text"]
MIB: Final = 1 << 20
TIFF: Final = (".tif", ".tiff")
TYPES: Final[dict[PreviewKind, Mapping[str, str]]] = {
    "audio": {".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac"},
    "video": {
        ".mp4": "video/mp4",
        ".avi": "video/x-msvideo",
        ".flv": "video/x-flv",
        ".mov": "video/quicktime",
        ".webm": "video/webm",
    },
    "image": {
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".png": "image/png",
        ".bmp": "image/bmp",
        ".gif": "image/gif",
        ".webp": "image/webp",
        **dict.fromkeys(TIFF, "image/png"),
    },
    "text": dict.fromkeys(
        (
            ".txt", ".log", ".conf", ".cfg", ".sh", ".html", ".js", ".py", ".java", ".sql", ".xml", ".json", ".md",
            ".csv", ".tsv", ".yaml", ".yml", ".toml", ".ini", ".jsonl",
        ),
        "text/plain; charset=utf-8",
    ),
}  # fmt: skip
"""Suffixes of each kind, with the type that its preview is sent as; pages and scripts are sent as plain text."""
LIMITS: Final[dict[PreviewKind, int]] = {
    "audio": 100 * MIB,
    "video": 1024 * MIB,
    "image": 20 * MIB,
    "text": 10 * MIB,
}
"""Bytes."""
MAX_PIXELS: Final = 100_000_000


def preview_kind(name: str, mode: int = stat.S_IFREG) -> PreviewKind | None:
    """Tell how a file can be looked at, by its suffix; ``None``: not at all."""
    if not stat.S_ISREG(mode):
        return None
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return next((kind for kind, types in TYPES.items() if suffix in types), None)


def check_preview(name: str, status: os.stat_result) -> tuple[PreviewKind, str]:
    """Give kind and media type of a file's preview.

    Raises
    ------
    UnsupportedMedia
        Its suffix has none.
    TooLarge
        It has more bytes than its kind may have.
    """
    kind = preview_kind(name, status.st_mode)
    if kind is None:
        raise UnsupportedMedia(
            "preview_unknown", f"Not shown. {name!r} has no suffix that can be looked at. Download it instead."
        )
    if status.st_size > LIMITS[kind]:
        raise TooLarge(
            "preview_too_large",
            f"Not shown. {name!r} has {status.st_size:,} bytes, and {kind} is shown up to {LIMITS[kind] // MIB} MiB. "
            "Download it instead.",
            params={"size": status.st_size, "limit": LIMITS[kind], "kind": kind},
        )
    return kind, TYPES[kind][name[name.rfind(".") :].lower()]


def shown(name: str, stream: BinaryIO) -> IO[bytes]:
    """Give what a browser can show of a file: a TIFF as PNG, all else as it is.

    Raises
    ------
    UnsupportedMedia
        It is no picture, or has too many pixels.
    """
    if not name.lower().endswith(TIFF):
        return stream
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(stream, formats=["TIFF"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _no_picture(name)
            out = io.BytesIO()
            image.convert("RGB").save(out, "PNG", compress_level=1)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _no_picture(name) from None
    return out


def _no_picture(name: str) -> AISpaceError:
    return UnsupportedMedia(
        "preview_broken", f"Not shown. {name!r} is no picture that can be read. Download it instead."
    )
