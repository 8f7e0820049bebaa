"""Answers that are files: ranges, conditions, names, and bytes that never become a page of our origin."""

from __future__ import annotations

import asyncio
import functools
import io
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from aispace.errors import AISpaceError
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler

CHUNK = 256 * 1024
RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/avif",
        "text/plain",
        "application/json",
        "audio/wav",
        "audio/mpeg",
        "audio/flac",
        "video/mp4",
        "video/webm",
        "video/quicktime",
        "video/x-msvideo",
        "video/x-flv",
    }
)
"""Types that a browser may show; everything else is a download."""


class RangeNotSatisfiable(AISpaceError):
    """The asked range lies outside the file."""

    status = 416

    def __init__(self, size: int) -> None:
        super().__init__(
            "range_not_satisfiable", f"Not sent. The range lies outside the {size} bytes.", params={"size": size}
        )
        self.headers = {"Content-Range": f"bytes */{size}"}


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Read one byte range.

    Parameters
    ----------
    header : str or None
        ``Range`` as it came.
    size : int
        Length of the file in bytes.

    Returns
    -------
    tuple of int or None
        First byte and length; ``None`` to send everything (no range, several ranges, another unit: RFC 9110, 14.2).

    Raises
    ------
    RangeNotSatisfiable
        It begins behind the end.
    """
    match = RANGE.match(header.strip()) if header else None
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first == "":
        length = min(int(last), size)
        if length == 0:
            raise RangeNotSatisfiable(size)
        return size - length, length
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(size)
    return start, end - start + 1


def content_disposition(filename: str, *, inline: bool) -> str:
    """Write the header for a file name of any script (RFC 6266)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\]', "_", filename)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


class Downloads(RequestHandler):
    """Mixin: send files and generated streams."""

    async def send_file(
        self,
        path: Path | bytes,
        *,
        filename: str,
        media_type: str = "application/octet-stream",
        etag: str | None = None,
        download: bool = False,
        immutable: bool = False,
    ) -> None:
        """Send a file, or the range of it that was asked for.

        Parameters
        ----------
        path : pathlib.Path or bytes
            A regular file that the service has checked, or what to send as one.
        filename : str
            Name to save it under.
        media_type : str
            Shown by the browser only if it is of `INLINE`.
        etag : str, optional
            Content's hash; answers ``If-None-Match`` and guards ``If-Range``.
        download : bool
            Never show, always save.
        immutable : bool
            The address always gives these bytes: the browser may keep them.
        """
        executor: Executor = self.settings["executor"]
        loop = asyncio.get_running_loop()
        file: IO[bytes] = await loop.run_in_executor(
            executor, lambda: io.BytesIO(path) if isinstance(path, bytes) else path.open("rb")
        )
        try:
            await self._send_opened(file, filename, media_type, etag, download, immutable)
        finally:
            file.close()

    async def _send_opened(
        self, file: IO[bytes], filename: str, media_type: str, etag: str | None, download: bool, immutable: bool
    ) -> None:
        executor: Executor = self.settings["executor"]
        loop = asyncio.get_running_loop()
        size = file.seek(0, 2)
        self._content_headers(filename, media_type, download)
        self.set_header("Accept-Ranges", "bytes")
        if immutable:
            self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        tag = f'"{etag}"' if etag else None
        if tag:
            self.set_header("ETag", tag)
            if not immutable:
                self.set_header("Cache-Control", "private, no-cache")
            if tag in self.request.headers.get("If-None-Match", ""):
                self.set_status(304)
                self.clear_header("Content-Type")
                self.finish()
                return
        condition = self.request.headers.get("If-Range")
        wanted = parse_range(self.request.headers.get("Range"), size) if condition in (None, tag) else None
        start, length = wanted or (0, size)
        if wanted is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {start}-{start + length - 1}/{size}")
        self.set_header("Content-Length", str(length))
        if self.request.method == "HEAD":
            self.finish()
            return
        file.seek(start)
        while length > 0:
            chunk = await loop.run_in_executor(executor, file.read, min(CHUNK, length))
            if not chunk:
                break
            length -= len(chunk)
            self.write(chunk)
            if not await self._flushed():
                return
        self.finish()

    async def send_stream(self, parts: Iterator[bytes], *, filename: str, media_type: str = "application/zip") -> None:
        """Send bytes as they are made; the iterator runs in the thread pool, as fast as the caller takes them."""
        executor: Executor = self.settings["executor"]
        loop = asyncio.get_running_loop()
        self._content_headers(filename, media_type, download=True)
        take: Any = functools.partial(next, parts, None)
        chunk = await loop.run_in_executor(executor, take)
        while chunk is not None:
            self.write(chunk)
            if not await self._flushed():
                close = getattr(parts, "close", None)
                if close is not None:
                    await loop.run_in_executor(executor, close)
                return
            chunk = await loop.run_in_executor(executor, take)
        self.finish()

    async def _flushed(self) -> bool:
        try:
            await self.flush()
        except StreamClosedError:
            return False
        return True

    def _content_headers(self, filename: str, media_type: str, download: bool) -> None:
        plain = media_type.partition(";")[0].strip().lower()
        inline = plain in INLINE and not download
        if plain.startswith("text/") and "charset" not in media_type:
            media_type = f"{media_type}; charset=utf-8"
        self.set_header("Content-Type", media_type if inline or download else "application/octet-stream")
        self.set_header("Content-Disposition", content_disposition(filename, inline=inline))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
