"""Archives from outside, read with a budget: an archive may be wrong, hostile or merely huge.

Members are given one after the other as open streams; nothing is ever extracted to a path that the archive names.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from ..errors import AISpaceError
from .paths import UnsafePath, safe_path

SUFFIXES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
GIB: Final = 1 << 30
BROKEN: Final = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, gzip.BadGzipFile, EOFError, OSError, RuntimeError,
    NotImplementedError, ValueError,
)  # fmt: skip


class ArchiveRefused(AISpaceError):
    """The archive is not taken, as a whole."""

    status = 422


@dataclass(frozen=True)
class Budget:
    """How much an archive or a folder may hold.

    Parameters
    ----------
    entries : int
        Most files.
    total_bytes : int
        Most bytes of all files together, unpacked.
    file_bytes : int
        Most bytes of one file.
    ratio : float
        Most bytes unpacked for each packed byte, looked at once ``ratio_from`` bytes are unpacked.
    """

    entries: int = 2_000_000
    total_bytes: int = 200 * GIB
    file_bytes: int = 20 * GIB
    ratio: float = 200.0
    ratio_from: int = 64 << 20


@dataclass
class Refusal:
    """A member that was left out, and why."""

    path: str
    code: str
    message: str


@dataclass
class Member:
    """A file of an archive or folder.

    Parameters
    ----------
    path : str
        As `safe_path` spells it.
    size : int or None
        What the archive says; the truth is what `open` gives.
    """

    path: str
    size: int | None
    stream: IO[bytes]


@dataclass
class Meter:
    """Counts what was taken against a `Budget`; shared by all sources of one import."""

    budget: Budget
    entries: int = 0
    total: int = 0
    packed: int = 0
    """Bytes of the archive; 0 when nothing is packed."""
    refused: list[Refusal] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def name(self, path: str) -> str | None:
        """Check the name of the next member; ``None`` when it is refused."""
        try:
            clean = safe_path(path)
        except UnsafePath as error:
            self.refuse(path.encode("utf-8", "replace").decode()[:200], error.code, error.message)
            return None
        parents = [clean[:i] for i, c in enumerate(clean) if c == "/"]
        if clean in self.seen:
            self.refuse(clean, "path_twice", "the path occurs twice; the first was taken")
            return None
        if clean in self.folders or any(parent in self.seen for parent in parents):
            self.refuse(clean, "path_conflict", "the same path is a file and a folder")
            return None
        self.entries += 1
        if self.entries > self.budget.entries:
            raise ArchiveRefused(
                "too_many_files",
                f"Nothing was imported. There are more than {self.budget.entries} files. Import them in parts.",
                params={"limit": self.budget.entries},
            )
        self.seen.add(clean)
        self.folders.update(parents)
        return clean

    def refuse(self, path: str, code: str, message: str) -> None:
        """Note a member that is left out."""
        if len(self.refused) < 10_000:
            self.refused.append(Refusal(path, code, message))

    def count(self, n: int) -> None:
        """Count unpacked bytes.

        Raises
        ------
        ArchiveRefused
            Over the budget.
        """
        self.total += n
        if self.total > self.budget.total_bytes:
            raise ArchiveRefused(
                "archive_too_large",
                f"Nothing was imported. Unpacked it has more than {self.budget.total_bytes} bytes. Import it in parts.",
                params={"limit": self.budget.total_bytes},
            )
        if self.packed and self.total > self.budget.ratio_from and self.total > self.packed * self.budget.ratio:
            raise ArchiveRefused(
                "archive_bomb",
                f"Nothing was imported. The archive unpacks to more than {self.budget.ratio:g} times its size, as a "
                "decompression bomb does. If it is genuine, import the unpacked folder.",
                params={"ratio": self.budget.ratio},
            )


class _Metered(io.RawIOBase):
    """A stream that counts what is read and stops at the budget."""

    def __init__(self, source: IO[bytes], meter: Meter) -> None:
        self._source, self._meter, self._size = source, meter, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self._source.read(len(view))
        except BROKEN as error:
            raise ArchiveRefused(
                "archive_broken",
                "Nothing was imported. The archive is damaged or not complete. Make it again, or upload it again.",
            ) from error
        view[: len(data)] = data
        self._size += len(data)
        if self._size > self._meter.budget.file_bytes:
            raise ArchiveRefused(
                "file_too_large",
                f"Nothing was imported. A file has more than {self._meter.budget.file_bytes} bytes.",
                params={"limit": self._meter.budget.file_bytes},
            )
        self._meter.count(len(data))
        return len(data)


def metered(source: IO[bytes], meter: Meter) -> IO[bytes]:
    """Read a stream against a budget."""
    return cast(IO[bytes], io.BufferedReader(_Metered(source, meter), 1 << 16))


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive that can be read."""
    return name.lower().endswith(SUFFIXES)


def read_archive(path: Path, name: str, meter: Meter) -> Iterator[Member]:
    """Give the files of an archive, one after the other.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    name : str
        Its name, whose suffix tells the format.
    meter : Meter
        Budget and what is refused: links, devices, unsafe names, second files of a name.

    Yields
    ------
    Member
        Its stream is valid until the next member is asked for.

    Raises
    ------
    ArchiveRefused
        Damaged, encrypted, of another format, or over the budget.
    """
    meter.packed += path.stat().st_size
    lower = name.lower()
    if lower.endswith(".zip"):
        yield from _read_zip(path, meter)
    elif lower.endswith(SUFFIXES):
        yield from _read_tar(path, meter)
    else:
        raise ArchiveRefused(
            "archive_unknown",
            f"Nothing was imported. {name!r} is no archive that can be read. Use one of {', '.join(SUFFIXES)}.",
            params={"name": name},
        )


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    try:
        yield
    except AISpaceError:
        raise
    except BROKEN as error:
        raise ArchiveRefused(
            "archive_broken",
            "Nothing was imported. The archive is damaged, encrypted or not what its suffix says. Make it again.",
        ) from error


def _zip_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    # Without the UTF-8 flag the reader decoded CP437; many tools wrote UTF-8 or GBK all the same.
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return info.filename


def _read_zip(path: Path, meter: Meter) -> Iterator[Member]:
    with contextlib.ExitStack() as stack:
        with _whole():
            archive = stack.enter_context(zipfile.ZipFile(path))
            members = archive.infolist()
        ranges: set[int] = set()
        for info in members:
            if not info.filename:
                meter.refuse("?", "not_a_file", "an entry without a name")
                continue
            if info.is_dir():
                continue
            name = _zip_name(info)
            mode = info.external_attr >> 16
            if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                meter.refuse(name[:200], "not_a_file", "a link or special file")
                continue
            if info.flag_bits & 0x1:
                meter.refuse(name[:200], "encrypted", "the file is encrypted")
                continue
            if info.header_offset in ranges:
                raise ArchiveRefused(
                    "archive_bomb",
                    "Nothing was imported. Files of the archive overlap, as in a decompression bomb.",
                )
            ranges.add(info.header_offset)
            clean = meter.name(name)
            if clean is None:
                continue
            with _whole():
                stream = archive.open(info)
            with stream:
                yield Member(clean, info.file_size, metered(stream, meter))


def _read_tar(path: Path, meter: Meter) -> Iterator[Member]:
    with contextlib.ExitStack() as stack:
        with _whole():
            file: BinaryIO = stack.enter_context(path.open("rb"))
            magic = file.read(6)
            file.seek(0)
            plain: Any = file
            if magic[:2] == b"\x1f\x8b":
                plain = stack.enter_context(contextlib.closing(gzip.GzipFile(fileobj=file)))
            elif magic[:3] == b"BZh":
                plain = stack.enter_context(bz2.open(file))
            elif magic == b"\xfd7zXZ\x00":
                plain = stack.enter_context(lzma.open(file))
            # Headers are counted too: an archive of a billion empty names is a bomb as well.
            counted = metered(plain, Meter(Budget(0, meter.budget.total_bytes * 2, 1 << 62), packed=meter.packed))
            archive = stack.enter_context(tarfile.open(fileobj=counted, mode="r|", errorlevel=2))
        iterator = iter(archive)
        while True:
            with _whole():
                info = next(iterator, None)
            if info is None:
                return
            archive.members = []  # type: ignore[attr-defined]  # or every header stays in memory
            if info.isdir():
                continue
            name = info.name
            if not info.isreg():
                meter.refuse(name[:200], "not_a_file", "a link or special file")
                continue
            clean = meter.name(name)
            if clean is None:
                continue
            with _whole():
                stream = archive.extractfile(info)
            if stream is None:
                continue
            yield Member(clean, info.size, metered(stream, meter))
