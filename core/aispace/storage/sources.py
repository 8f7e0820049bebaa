"""Sources: where the bytes of an import or a new version come from, read one file after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import AISpaceError, Invalid, NotFound, renamed
from ..schemas import AreaSource, BatchSource, ServerSource, UploadSource
from .archives import BROKEN, ArchiveRefused, Budget, Member, Meter, is_archive, metered, read_archive
from .blobs import CHUNK
from .manifests import Entry, Manifest, write_manifest

if TYPE_CHECKING:
    from ..files.server_folders import ServerFolders
    from ..files.service import AreaService
    from ..identity import Principal
    from ..platform import Platform

__all__ = ["Budget", "Member", "Meter", "SourceFile", "read_source", "stage", "stage_folder"]

SMALL = 1 << 20
"""Files up to this size are made durable together."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a source that lies on the disk of the platform.

    Parameters
    ----------
    path : str
        Where it goes, not checked yet.
    file : pathlib.Path or None
        Where it lies; ``None`` for one that is opened through ``descriptor``.
    """

    path: str
    file: Path


def read_source(
    platform: Platform,
    principal: Principal,
    source: UploadSource | BatchSource | AreaSource | ServerSource,
    meter: Meter,
) -> Iterator[Member]:
    """Give all files of a source; archives are unpacked on the way.

    A single archive (upload or file of the area) gives its members; folders and batches give their files as they are.

    Parameters
    ----------
    meter : Meter
        Budget, and the list of what was refused.

    Yields
    ------
    Member
        Its stream is valid until the next one is asked for.

    Raises
    ------
    NotFound, Conflict
        The upload does not exist, belongs to somebody else or is not complete.
    ArchiveRefused
        Over the budget, or a damaged archive.
    """
    if isinstance(source, AreaSource | ServerSource):
        files = platform.areas if isinstance(source, AreaSource) else platform.areas.server
        with renamed({"path": "source.path"}):
            yield from _from_folder(platform, files, principal, source.path, meter)
        return
    if isinstance(source, UploadSource):
        upload = platform.uploads.finished(principal, source.upload_id)
        if is_archive(upload.filename):
            yield from read_archive(upload.file, upload.filename, meter)
            return
        given = iter([SourceFile(upload.relative_path or upload.filename, upload.file)])
    else:
        found = platform.uploads.finished_batch(principal, source.batch)
        if len(found) == 1 and is_archive(found[0].filename):
            yield from read_archive(found[0].file, found[0].filename, meter)
            return
        given = (SourceFile(u.relative_path or u.filename, u.file) for u in found)
    for item in given:
        clean = meter.name(item.path)
        if clean is None:
            continue
        with item.file.open("rb") as stream:
            yield Member(clean, item.file.stat().st_size, metered(stream, meter))


def _from_folder(
    platform: Platform, area: AreaService | ServerFolders, principal: Principal, path: str, meter: Meter
) -> Iterator[Member]:
    if area.is_file(principal, path):
        name = path.rstrip("/").rpartition("/")[2]
        with area.open_file(principal, path) as stream:
            if is_archive(name):
                # The archive is copied first: its owner could change it while it is read.
                copy = platform.blobs.temporary()
                try:
                    with copy.open("wb") as target:
                        while chunk := stream.read(CHUNK):
                            target.write(chunk)
                    yield from read_archive(copy, name, meter)
                finally:
                    copy.unlink(missing_ok=True)
                return
            clean = meter.name(name)
            if clean is not None:
                yield Member(clean, None, metered(stream, meter))
        return
    for relative, open_one in area.walk(principal, path, meter):
        clean = meter.name(relative)
        if clean is None:
            continue
        with contextlib.ExitStack() as stack:
            try:
                stream = stack.enter_context(open_one())
            except BROKEN:
                meter.refuse(clean, "unreadable", "the file cannot be read")
                continue
            yield Member(clean, None, metered(stream, meter))


def _store(platform: Platform, members: Iterator[Member]) -> Iterator[Entry]:
    with platform.blobs.batch() as batch:
        pending = 0
        for member in members:
            stream: IO[bytes] = member.stream
            head = stream.read(SMALL + 1)
            if len(head) <= SMALL:
                blob = batch.put(head)
                pending += len(head)
                if pending > 256 << 20 or len(batch.pending) >= 20_000:
                    batch.flush()
                    pending = 0
            else:
                with platform.blobs.writer() as writer:
                    writer.write(head)
                    while chunk := stream.read(CHUNK):
                        writer.write(chunk)
                    blob = writer.commit()
            yield Entry(member.path, blob.size, blob.sha256)


def strip_common_folder(entries: list[Entry]) -> list[Entry]:
    """Drop the one top folder that holds everything, as archives of a folder have it."""
    tops = {e.path.partition("/")[0] for e in entries}
    if len(tops) != 1 or not all("/" in e.path for e in entries):
        return entries
    return [Entry(e.path.partition("/")[2], e.size, e.sha256) for e in entries]


def stage(
    platform: Platform,
    principal: Principal,
    source: UploadSource | BatchSource | AreaSource,
    *,
    budget: Budget | None = None,
    strip: bool = True,
    strict: bool = True,
) -> Manifest:
    """Store all files of a source as blobs and their list as a manifest; durable on return.

    Parameters
    ----------
    budget : Budget, optional
        Default: `Budget`'s own numbers.
    strip : bool, optional
        Drop the one top folder that holds everything.
    strict : bool, optional
        Refuse the whole source when one of its files is refused (links, unsafe names); else leave those out.

    Raises
    ------
    AISpaceError
        ``source_empty``, ``source_refused`` (with the files in ``params``), and those of `read_source`.
    """
    meter = Meter(budget or Budget())
    try:
        entries = list(_store(platform, read_source(platform, principal, source, meter)))
    except ArchiveRefused as error:
        error.details["fields"] = [{"field": "source", "message": error.message, "code": error.code}]
        raise
    if meter.refused and strict:
        first = meter.refused[0]
        raise AISpaceError(
            "source_refused",
            f"Nothing was stored. {first.path!r}: {first.message}"
            f"{f', and {len(meter.refused) - 1} more' if len(meter.refused) > 1 else ''}. Leave it out and try again.",
            status=422,
            fields=[{"field": "source", "message": first.message, "code": first.code}],
            params={"refused": [{"path": r.path, "code": r.code} for r in meter.refused[:50]]},
        )
    if not entries:
        message = "Nothing was stored. There are no files in it. Choose another."
        fields = [{"field": "source", "message": message, "code": "source_empty"}]
        raise AISpaceError("source_empty", message, status=422, fields=fields)
    return write_manifest(platform.blobs, strip_common_folder(entries) if strip else entries)


def stage_folder(
    platform: Platform, folder: Path, *, budget: Budget | None = None, owner: int | None = None
) -> Manifest:
    """Store a folder that lies in the home (outputs of a run, a preset, a git checkout) as blobs and a manifest.

    Links and special files are left out; nothing outside ``folder`` is ever read, whoever changes it meanwhile.

    Parameters
    ----------
    owner : int, optional
        Operating-system user whose folder it is: what he may not read is left out.
    """
    from ..files.beneath import Beneath

    meter = Meter(budget or Budget())
    beneath = Beneath(folder, owner)

    def members() -> Iterator[Member]:
        for relative, is_folder in beneath.walk(""):
            clean = None if is_folder else meter.name(relative)
            if clean is None:
                continue
            try:
                with beneath.place(relative) as place:
                    stream = beneath.open(place)
            except (NotFound, Invalid):
                continue
            with stream:
                yield Member(clean, None, metered(stream, meter))

    return write_manifest(platform.blobs, list(_store(platform, members())))
