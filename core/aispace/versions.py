"""The one base of everything versioned: V0001, V0002, ...; a manifest, where it came from, who made it.

A domain's version table mixes `Versioned` in and adds its own columns; its service makes rows with `add_version` and
answers for files through `VersionFiles`. Versions are never changed but for their note; their bytes are kept as long
as the row exists (`aispace.storage.service` finds all tables that mix `Versioned` in).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, TypeVar

from pydantic import Field
from sqlalchemy import BigInteger, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from .db.base import utc_now
from .db.types import Id, JSONValue, UTCDateTime
from .errors import Invalid, NotFound
from .ids import new_id
from .schemas import CursorInfo, CursorPage, CursorQuery, FileEntry, Ref, Schema, Timestamp, VersionName
from .storage.blobs import CHUNK, BlobStore
from .storage.manifests import Entry, Manifest, find, iterate, mapped, parse

if TYPE_CHECKING:
    from .identity import Principal

FIRST: Final = "V0001"


class Versioned:
    """Mixin of a version table. ``object_id`` is the versioned object; add a foreign key by overriding it."""

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    object_id: Mapped[str] = mapped_column(Id, index=True)
    number: Mapped[int]
    manifest: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 of the manifest blob."""
    file_count: Mapped[int] = mapped_column(BigInteger)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[Any] = mapped_column(JSONValue)
    """Where it came from, for instance ``{"kind": "upload"}`` or ``{"kind": "edit", "from": "V0001"}``."""
    note: Mapped[str] = mapped_column(String(255), default="")
    created_by_id: Mapped[str] = mapped_column(Id)
    created_by_name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """Each number once for each object."""
        return (UniqueConstraint("object_id", "number"),)

    @property
    def name(self) -> str:
        """``V0001`` and so on."""
        return version_name(self.number)


V = TypeVar("V", bound=Versioned)


class VersionRead(Schema):
    """What every version shows; domains add to it."""

    id: str
    version: VersionName
    note: str
    source: dict[str, Any]
    file_count: int
    size_bytes: int
    created_by: Ref
    created_at: Timestamp
    is_current: bool = False


class VersionUpdate(Schema):
    """What may be changed of a version."""

    note: Annotated[str, Field(max_length=255)]


def version_name(number: int) -> str:
    """Write the name of a version: 1 is ``V0001``."""
    return f"V{number:04d}"


def version_number(name: str) -> int:
    """Read the name of a version.

    Raises
    ------
    NotFound
        It is no name of a version.
    """
    digits = name[1:]
    if len(name) < 5 or name[0] != "V" or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise NotFound("version", name)
    if version_name(int(digits)) != name:
        raise NotFound("version", name)
    return int(digits)


def next_number(session: Session, model: type[Versioned], object_id: str, *, at_least: int = 0) -> int:
    """Tell the number of the next version of an object.

    Parameters
    ----------
    at_least : int, optional
        The greatest number ever given (kept on the object), so that the name of a deleted version is not used again.
    """
    last = session.scalar(select(func.max(model.number)).where(model.object_id == object_id)) or 0
    return max(last, at_least) + 1


def add_version(
    session: Session,
    model: type[V],
    object_id: str,
    principal: Principal,
    manifest: Manifest,
    *,
    source: dict[str, Any],
    note: str = "",
    at_least: int = 0,
    **columns: Any,
) -> V:
    """Add the next version of an object to the running transaction; the manifest must be durable already.

    Parameters
    ----------
    columns
        What the domain's table has besides `Versioned`.
    """
    make: Any = model
    row: V = make(
        id=new_id("ver"),
        object_id=object_id,
        number=next_number(session, model, object_id, at_least=at_least),
        manifest=manifest.sha256,
        file_count=manifest.count,
        size_bytes=manifest.size,
        source=source,
        note=note,
        created_by_id=principal.user_id,
        created_by_name=principal.name,
        created_at=utc_now(),
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def get_version(session: Session, model: type[V], object_id: str, name: str) -> V:
    """Find a version of an object by its name.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    number = version_number(name)
    row = session.scalar(select(model).where(model.object_id == object_id, model.number == number))
    if row is None:
        raise NotFound("version", name)
    return row


def list_versions(session: Session, model: type[V], object_id: str) -> list[V]:
    """Give all versions of an object, newest first."""
    return list(session.scalars(select(model).where(model.object_id == object_id).order_by(model.number.desc())))


def version_fields(row: Versioned, *, current: str | None = None) -> dict[str, Any]:
    """Give the fields of `VersionRead` for a row."""
    return {
        "id": row.id,
        "version": row.name,
        "note": row.note,
        "source": row.source or {},
        "file_count": row.file_count,
        "size_bytes": row.size_bytes,
        "created_by": Ref(id=row.created_by_id, name=row.created_by_name),
        "created_at": row.created_at,
        "is_current": row.name == current,
    }


class VersionFiles:
    """The files of versions, read through their manifests; a million files are never in memory."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs

    def page(self, manifest: str, query: CursorQuery, *, total: int | None = None) -> CursorPage[FileEntry]:
        """Give one page of files, sorted by path; the cursor is a place in the manifest.

        Raises
        ------
        Invalid
            The cursor is not one that an answer gave.
        """
        with mapped(self.blobs, manifest) as view:
            offset = check_cursor(view, query.cursor)
            items: list[FileEntry] = []
            while offset < len(view) and len(items) < query.limit:
                end = view.find(b"\n", offset)
                entry = parse(view[offset:end])
                items.append(FileEntry(path=entry.path, size=entry.size, sha256=entry.sha256))
                offset = end + 1
            following = str(offset) if offset < len(view) else None
        return CursorPage(items=items, page=CursorInfo(limit=query.limit, next=following, total=total))

    def entries(self, manifest: str) -> Iterator[Entry]:
        """Give all files, sorted by path."""
        return iterate(self.blobs, manifest)

    def find(self, manifest: str, path: str) -> Entry:
        """Find a file.

        Raises
        ------
        NotFound
            The version has no file of that path.
        """
        entry = find(self.blobs, manifest, path)
        if entry is None:
            raise NotFound("file", path)
        return entry

    def open(self, manifest: str, path: str) -> BinaryIO:
        """Open a file of a version for reading."""
        return self.blobs.open(self.find(manifest, path).sha256)

    def read(self, manifest: str, path: str) -> bytes:
        """Read a whole (small) file of a version."""
        return self.blobs.read(self.find(manifest, path).sha256)

    def zip(self, manifest: str, *, folder: str = "") -> Iterator[bytes]:
        """Stream all files as a zip archive; nothing is written to disk.

        Parameters
        ----------
        folder : str, optional
            Folder in the archive that holds everything.
        """
        prefix = f"{folder}/" if folder else ""
        return zip_stream((f"{prefix}{e.path}", self.blobs, e) for e in self.entries(manifest))


def check_cursor(view: Any, cursor: str | None) -> int:
    """Read a cursor that is the offset of a line.

    Raises
    ------
    Invalid
        It is no offset at which a line begins.
    """
    if cursor is None:
        return 0
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        offset = int(cursor)
        if offset == 0 or (offset <= len(view) and view[offset - 1 : offset] == b"\n"):
            return offset
    raise Invalid("cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown")


class _Sink:
    """What zipfile writes into: keeps the bytes until they are taken, cannot seek."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def write(self, data: bytes) -> int:
        self.buffer += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do: the bytes are taken by `take`."""

    def take(self) -> bytes:
        data = bytes(self.buffer)
        self.buffer.clear()
        return data


STORED: Final = (".png", ".jpg", ".jpeg", ".zip", ".gz", ".bz2", ".xz", ".mp4", ".mp3", ".onnx", ".webp", ".npz")


def zip_stream(items: Iterable[tuple[str, BlobStore | None, Entry | bytes | Iterator[bytes]]]) -> Iterator[bytes]:
    """Make a zip archive on the way to the caller.

    Parameters
    ----------
    items : iterable of (name, blobs, entry)
        Name in the archive, and either a blob store and the entry in it, or ``None`` and the bytes themselves, whole or
        in pieces.

    Yields
    ------
    bytes
        Pieces of the archive; names are UTF-8, dates are fixed, so that equal versions give equal archives.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:  # type: ignore[call-overload]  # it only writes
        for name, blobs, content in items:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(STORED) else zipfile.ZIP_DEFLATED
            if isinstance(content, bytes):
                archive.writestr(info, content)
            elif isinstance(content, Iterator):
                with archive.open(info, "w", force_zip64=True) as target:
                    for piece in content:
                        target.write(piece)
                        if len(sink.buffer) >= CHUNK:
                            yield sink.take()
            elif blobs is not None:
                info.file_size = content.size
                force = content.size >= 2**31
                with archive.open(info, "w", force_zip64=force) as target, blobs.open(content.sha256) as file:
                    while chunk := file.read(CHUNK):
                        target.write(chunk)
                        if len(sink.buffer) >= CHUNK:
                            yield sink.take()
            if len(sink.buffer) >= CHUNK:
                yield sink.take()
    yield sink.take()
