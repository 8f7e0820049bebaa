"""Taking the bytes of one tus request: headers, checksums, and a file that is true after every cut."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from ..errors import AISpaceError, Invalid, TooLarge
from .blobs import room

CHECKSUMS: Final = ("sha1", "sha256")
MAX_METADATA: Final = 8192


class ChecksumMismatch(AISpaceError):
    """The bytes of a request are not those that its checksum says; tus gives this the status 460."""

    status = 460


def parse_metadata(header: str) -> dict[str, str]:
    """Read ``Upload-Metadata``: pairs of a key and a base64 value, parted by commas.

    Raises
    ------
    Invalid
        The header is not of the form, too long, or a value is no UTF-8.
    """
    if len(header) > MAX_METADATA:
        raise Invalid(
            "Upload-Metadata", f"Upload-Metadata: longer than {MAX_METADATA} characters.", code="header_invalid"
        )
    found: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = item.partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Invalid(
                "Upload-Metadata",
                f"Upload-Metadata: the value of {key[:64]!r} is no base64 text.",
                code="header_invalid",
            ) from error
    return found


def parse_checksum(header: str | None) -> tuple[str, bytes] | None:
    """Read ``Upload-Checksum``: algorithm and base64 digest.

    Raises
    ------
    Invalid
        Another algorithm, or no base64.
    """
    if header is None:
        return None
    name, _, value = header.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if name not in CHECKSUMS or len(digest) != hashlib.new(name, usedforsecurity=False).digest_size:
        raise Invalid(
            "Upload-Checksum",
            f"Upload-Checksum: use one of {', '.join(CHECKSUMS)} and a base64 digest.",
            code="header_invalid",
        )
    return name, digest


class Receiver:
    """Takes the bytes of one request and puts them at the end of a file.

    Parameters
    ----------
    file : pathlib.Path
        Where the bytes go.
    start : int
        Offset of the first byte; what lies behind it from a request that was cut is dropped.
    limit : int
        Most bytes that may come.
    checksum : tuple or None
        Algorithm and digest of the bytes of this request.
    """

    def __init__(self, file: Path, start: int, limit: int, checksum: tuple[str, bytes] | None) -> None:
        self.file, self.start, self.limit = file, start, limit
        self.received = 0
        self._expected = checksum
        self._digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
        with room():
            self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._descriptor, start)
            os.lseek(self._descriptor, start, os.SEEK_SET)

    def write(self, data: bytes) -> None:
        """Take bytes.

        Raises
        ------
        TooLarge
            More than the upload has left.
        StorageFull
            No room; what came before stays and can be resumed.
        """
        if self.received + len(data) > self.limit:
            raise TooLarge("too_large", "Not stored. More bytes came than the upload was announced to have.")
        view = memoryview(data)
        while view:
            with room():
                written = os.write(self._descriptor, view)
            if self._digest is not None:
                self._digest.update(view[:written])
            self.received += written
            view = view[written:]

    def close(self, *, whole: bool) -> int:
        """End the request; give the number of bytes that are kept.

        Parameters
        ----------
        whole : bool
            Whether the body came completely. Of a cut body everything is kept, unless a checksum was to guard it.

        Raises
        ------
        ChecksumMismatch
            The body is another one than the checksum says; nothing of it is kept.
        """
        if self._descriptor < 0:
            return self.received
        try:
            good = self._digest is None or (
                whole
                and self._expected is not None
                and secrets.compare_digest(self._digest.digest(), self._expected[1])
            )
            if not good:
                os.ftruncate(self._descriptor, self.start)
                self.received = 0
            with room():
                os.fdatasync(self._descriptor)
        finally:
            os.close(self._descriptor)
            self._descriptor = -1
        if whole and not good:
            raise ChecksumMismatch(
                "checksum_mismatch", "Not stored. The bytes are not those of the checksum. Send them again."
            )
        return self.received

    def drop(self) -> None:
        """Forget everything: close and remove the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self.file.unlink(missing_ok=True)
