"""Rules of the files of users."""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

from traitlets import Int, List, Unicode
from traitlets.config import LoggingConfigurable

from ..errors import Conflict, Invalid, NotFound, TooLarge
from ..identity import Principal, authorize
from ..schemas import Page, PageInfo
from ..storage.archives import Budget, Meter, is_archive, read_archive
from ..storage.blobs import CHUNK
from .beneath import Beneath, Exists, Place, split
from .previews import LIMITS, check_preview, preview_kind, shown
from .schemas import (
    ExtractReport,
    FileCompress,
    FileCreate,
    FileExtract,
    FileMove,
    FilePlace,
    FileQuery,
    FileRead,
    FileType,
    FolderCreate,
    RefusedFile,
)
from .server_folders import ServerFolders

if TYPE_CHECKING:
    from ..platform import Platform

NAME: Final = re.compile(r"^[^\W_][\w.\-]{0,63}$")
"""Name of a new folder: 1 to 64 letters of any language, digits, '_', '-', '.'; a letter or digit first."""
ARCHIVE_NAME: Final = re.compile(r"^[^\W_][\w.\-]{0,59}$")
ARCHIVES: Final = {".zip": "zip", ".tar": "w", ".tar.gz": "w:gz", ".tar.bz2": "w:bz2"}
KINDS: Final[dict[FileType, tuple[str, ...]]] = {
    "image": (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".svg"),
    "video": (".mp4", ".avi", ".flv", ".mov", ".mkv", ".webm", ".wmv"),
    "audio": (".wav", ".mp3", ".flac", ".aac", ".wma", ".ogg"),
    "archive": (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar"),
}


def file_type(name: str, mode: int) -> FileType:
    """Tell one of the six kinds of files by suffix."""
    if stat.S_ISDIR(mode):
        return "folder"
    lower = name.lower()
    return next((kind for kind, suffixes in KINDS.items() if lower.endswith(suffixes)), "file")


class AreaService(LoggingConfigurable):
    """The area of each user: below ``<home>/areas/<user id>``, seen by nobody else.

    The file system is the truth: what is put there outside of the platform is listed as well.
    """

    max_download = Int(
        100 << 30, help="Largest file that may be downloaded, in bytes. Default 100 GiB. Example: 1073741824."
    ).tag(config=True)

    server_folders = List(
        Unicode(),
        help="Folders of the server that administrators may import from. Default: none. Example: ['/srv/datasets'].",
    ).tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.server = ServerFolders(self.server_folders)
        self.platform = platform
        self._elsewhere: dict[str, Path] = {}

    def lies_in(self, user_id: str, folder: Path) -> None:
        """Let a user's area be a folder of his own: on a laptop his home, where his notebooks are."""
        self._elsewhere[user_id] = folder

    def area(self, principal: Principal) -> Beneath:
        """Give the user's area, made at first use, owned by his operating-system user."""
        if not re.fullmatch(r"[A-Za-z0-9_-]+", principal.user_id):
            raise ValueError(f"no id of a user: {principal.user_id!r}")
        elsewhere = self._elsewhere.get(principal.user_id)
        return Beneath(elsewhere or self.platform.path / "areas" / principal.user_id, principal.uid)

    def list(self, principal: Principal, query: FileQuery) -> Page[FileRead]:
        """List a folder, folders first.

        Raises
        ------
        NotFound
            No such folder.
        """
        authorize(principal, "read:file")
        parts = split(query.path)
        found: list[FileRead] = []
        with self.area(principal).folder(parts) as descriptor, os.scandir(descriptor) as entries:
            for entry in entries:
                if query.q and query.q.lower() not in entry.name.lower():
                    continue
                if entry.name.startswith(".") and not query.hidden:
                    continue
                with contextlib.suppress(OSError, UnicodeError):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
                        entry.name.encode()
                        found.append(self._read(entry.name, "/".join([*parts, entry.name]), status))
        key = query.sort.removeprefix("-")
        found.sort(key=lambda f: f.name.casefold())
        found.sort(
            key=lambda f: f.name.casefold() if key == "name" else getattr(f, key), reverse=query.sort.startswith("-")
        )
        found.sort(key=lambda f: f.type != "folder")
        page = found[query.offset : query.offset + query.limit]
        following = query.offset + len(page)
        return Page(
            items=page,
            page=PageInfo(
                limit=query.limit,
                offset=query.offset,
                total=len(found),
                next=following if following < len(found) else None,
            ),
        )

    def get(self, principal: Principal, path: str) -> FileRead:
        """Describe one file or folder."""
        authorize(principal, "read:file")
        with self.area(principal).place(path) as place:
            return self._describe(self.area(principal), place)

    def make_folder(self, principal: Principal, body: FolderCreate) -> FileRead:
        """Make a folder.

        Raises
        ------
        Exists
            The name is taken; nothing is ever replaced.
        Invalid
            The name is against the rule.
        """
        authorize(principal, "write:file")
        area = self.area(principal)
        with area.place(body.path) as place:
            self._check_name(place.name, NAME, 64)
            area.mkdir(place)
            return self._describe(area, place)

    def make_file(self, principal: Principal, body: FileCreate) -> FileRead:
        """Make a file of text.

        Raises
        ------
        Exists
            The name is taken; nothing is ever replaced.
        Invalid
            The name is against the rule.
        """
        authorize(principal, "write:file")
        area = self.area(principal)
        with area.place(body.path) as place:
            self._check_name(place.name, NAME, 64)
            area.write(place, io.BytesIO(body.text.encode(errors="replace")), overwrite=False)
            return self._describe(area, place)

    def download(self, principal: Principal, path: str) -> BinaryIO:
        """Open a file that goes out; the caller closes it.

        Raises
        ------
        TooLarge
            It is larger than downloads may be.
        """
        file = self.open_file(principal, path)
        size = os.fstat(file.fileno()).st_size
        if size > self.max_download:
            file.close()
            raise TooLarge(
                "download_too_large",
                f"Not downloaded. The file has {size:,} bytes; at most {self.max_download:,} go out. Use it where it "
                "is, or pack a part of it.",
                params={"size": size, "limit": self.max_download},
            )
        return file

    def preview(self, principal: Principal, path: str) -> tuple[str, IO[bytes]]:
        """Give media type and bytes to look at; the caller closes them.

        Raises
        ------
        UnsupportedMedia, TooLarge
            As `previews.check_preview` says.
        """
        file = self.open_file(principal, path)
        name = split(path)[-1]
        try:
            _, media_type = check_preview(name, os.fstat(file.fileno()))
            out = shown(name, file)
        except BaseException:
            file.close()
            raise
        if out is not file:
            file.close()
        return media_type, out

    def move(self, principal: Principal, body: FileMove) -> Sequence[FileRead]:
        """Move or rename."""
        return self._transfer(principal, body, Beneath.move)

    def copy(self, principal: Principal, body: FileMove) -> Sequence[FileRead]:
        """Copy files, and folders with what is in them."""
        return self._transfer(principal, body, Beneath.copy)

    def _transfer(self, principal: Principal, body: FileMove, act: Callable[..., None]) -> Sequence[FileRead]:
        authorize(principal, "write:file")
        area = self.area(principal)
        several = isinstance(body.from_, list)
        sources = [body.from_] if isinstance(body.from_, str) else body.from_
        done: list[FileRead] = []
        for source in sources:
            parts = split(source, "from")
            to = "/".join([*split(body.to, "to"), parts[-1]]) if several and parts else body.to
            with area.place(source, field="from") as one, area.place(to, field="to") as other:
                act(area, one, other, overwrite=body.overwrite)
                done.append(self._describe(area, other))
        return done

    def delete(self, principal: Principal, paths: Sequence[str]) -> None:
        """Delete files, and folders with what is in them.

        Raises
        ------
        NotFound
            One does not exist; then nothing is deleted.
        """
        authorize(principal, "write:file")
        area = self.area(principal)
        for path in paths:
            with area.place(path) as place:
                if area.stat(place) is None:
                    raise NotFound("file", path)
        for path in paths:
            with contextlib.suppress(NotFound), area.place(path) as place:
                area.delete(place)

    def place(self, principal: Principal, body: FilePlace) -> FileRead:
        """Put a finished upload into the area; the upload is used up.

        Raises
        ------
        Exists
            A file of that name is there and may not be replaced.
        """
        authorize(principal, "write:file")
        upload = self.platform.uploads.finished(principal, body.upload_id)
        area = self.area(principal)
        with area.place(body.path, make=True) as place, upload.file.open("rb") as stream:
            area.write(place, stream, overwrite=body.overwrite)
            read = self._describe(area, place)
        self.platform.uploads.terminate(principal, body.upload_id)
        return read

    def extract(self, principal: Principal, body: FileExtract) -> ExtractReport:
        """Unpack an archive: within a budget, links and paths that lead out are refused, nothing is replaced unasked.

        Raises
        ------
        ArchiveRefused
            Damaged, encrypted, or over the budget.
        Exists
            A file is there already and may not be replaced; nothing was written.
        """
        authorize(principal, "write:file")
        if not is_archive(body.path):
            raise Invalid("path", f"Path: {body.path!r} is no archive that can be unpacked.", code="archive_unknown")
        area = self.area(principal)
        name = split(body.path)[-1]
        target = body.to
        if target is None:
            stem = re.sub(r"(\.tar)?\.[^.]+$", "", name) or "archive"
            target = "/".join([*split(body.path)[:-1], stem])
        copy = self.platform.blobs.temporary()
        meter = Meter(Budget())
        try:
            with area.place(body.path) as place, area.open(place) as stream, copy.open("wb") as kept:
                while chunk := stream.read(CHUNK):
                    kept.write(chunk)
            with area.place(target, make=True, field="to") as place:
                there = area.stat(place) is not None
            if there and not body.overwrite:
                self._refuse_existing(area, copy, name, target)
            files = self._unpack(area, copy, name, target, meter, overwrite=body.overwrite, fresh=not there)
        finally:
            copy.unlink(missing_ok=True)
        with area.place(target, field="to") as place:
            folder = self._describe(area, place)
        refused = [RefusedFile(path=r.path, code=r.code, message=r.message) for r in meter.refused]
        return ExtractReport(folder=folder, files=files, refused=refused)

    def _unpack(
        self, area: Beneath, archive: Path, name: str, target: str, meter: Meter, *, overwrite: bool, fresh: bool
    ) -> int:
        """Write the members below ``target``; a folder that is new appears whole or not at all."""
        parent = target.rstrip("/").rpartition("/")[0]
        into = f"{parent}/.{secrets.token_hex(8)}.part".lstrip("/") if fresh else target
        files = 0
        try:
            with area.folder(split(into, "to"), make=True):
                pass
            for member in read_archive(archive, name, meter):
                with area.place(f"{into}/{member.path}", make=True, field="to") as place:
                    area.write(place, cast(BinaryIO, member.stream), overwrite=overwrite)
                files += 1
            if fresh:
                with area.place(into) as one, area.place(target) as other:
                    area.move(one, other, overwrite=False)
        except BaseException:
            if fresh:
                with contextlib.suppress(NotFound), area.place(into) as place:
                    area.delete(place)
            raise
        return files

    def _refuse_existing(self, area: Beneath, archive: Path, name: str, target: str) -> None:
        for member in read_archive(archive, name, Meter(Budget())):
            with contextlib.suppress(NotFound), area.place(f"{target}/{member.path}", field="to") as place:
                if area.stat(place) is not None:
                    raise Exists(place.path)
            while member.stream.read(CHUNK):
                pass

    def compress(self, principal: Principal, body: FileCompress) -> FileRead:
        """Pack files and folders into an archive; links are left out.

        Raises
        ------
        Invalid
            The name is against the rule, or its suffix names no format.
        """
        authorize(principal, "write:file")
        area = self.area(principal)
        with area.place(body.to, field="to") as place:
            suffix = next((s for s in sorted(ARCHIVES, key=len, reverse=True) if place.name.lower().endswith(s)), None)
            if suffix is None:
                raise Invalid("to", f"To: the name must end with one of {', '.join(ARCHIVES)}.", code="archive_unknown")
            self._check_name(place.name.removesuffix(suffix), ARCHIVE_NAME, 60, "to")
            with area.writing(place, overwrite=body.overwrite) as target:
                self._pack(area, body.paths, ARCHIVES[suffix], target)
            return self._describe(area, place)

    def _pack(self, area: Beneath, paths: Sequence[str], form: str, target: BinaryIO) -> None:
        def members() -> Iterator[tuple[str, BinaryIO]]:
            for path in paths:
                with area.place(path, field="paths") as place:
                    status = area.stat(place)
                    if status is None:
                        raise NotFound("file", path)
                    if not stat.S_ISDIR(status.st_mode):
                        with area.open(place) as stream:
                            yield place.name, stream
                        continue
                for relative, is_folder in area.walk(path):
                    if is_folder:
                        continue
                    with area.place(f"{path}/{relative}") as one, area.open(one) as stream:
                        yield f"{place.name}/{relative}", stream

        if form == "zip":
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, stream in members():
                    with archive.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as member:
                        while chunk := stream.read(CHUNK):
                            member.write(chunk)
            return
        with tarfile.open(fileobj=target, mode=form) as tar:  # type: ignore[call-overload]  # the mode is computed
            for name, stream in members():
                info = tarfile.TarInfo(name)
                info.size = os.fstat(stream.fileno()).st_size
                info.mtime = int(os.fstat(stream.fileno()).st_mtime)
                tar.addfile(info, stream)

    # For services that take their bytes from here

    def is_file(self, principal: Principal, path: str) -> bool:
        """Tell whether a path is a file; False for a folder.

        Raises
        ------
        NotFound
            Nothing is there, or it is neither.
        """
        authorize(principal, "read:file")
        if not split(path):
            return False
        area = self.area(principal)
        with area.place(path) as place:
            status = area.stat(place)
        if status is None or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise NotFound("file", path)
        return stat.S_ISREG(status.st_mode)

    def open_file(self, principal: Principal, path: str) -> BinaryIO:
        """Open a file of the area for reading; the caller closes it."""
        authorize(principal, "read:file")
        area = self.area(principal)
        with area.place(path) as place:
            return area.open(place)

    def walk(self, principal: Principal, path: str, meter: Meter) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
        """Give all files below a folder, each with a function that opens it."""
        area = self.area(principal)
        for relative, is_folder in area.walk(path):
            if not is_folder:
                yield relative, lambda full=f"{path}/{relative}": self.open_file(principal, full)  # type: ignore[misc]

    def write_file(self, principal: Principal, path: str, source: BinaryIO, *, overwrite: bool = False) -> FileRead:
        """Write a file into the area, folders on the way included."""
        authorize(principal, "write:file")
        area = self.area(principal)
        with area.place(path, make=True) as place:
            area.write(place, source, overwrite=overwrite)
            return self._describe(area, place)

    # Inside

    def _check_name(self, name: str, pattern: re.Pattern[str], most: int, field: str = "path") -> None:
        if not pattern.match(name):
            raise Invalid(
                field,
                f"Name: 1 to {most} letters, digits, '_', '-' and '.', beginning with a letter or digit.",
                code="file_name",
                params={"limit": most},
            )

    def _describe(self, area: Beneath, place: Place) -> FileRead:
        status = area.stat(place)
        if status is None:
            raise NotFound("file", place.path)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise Conflict("not_a_file", f"{place.path!r} is a link or special file, which is not shown here.")
        return self._read(place.name, place.path, status)

    def _read(self, name: str, path: str, status: os.stat_result) -> FileRead:
        return FileRead(
            name=name,
            path=path,
            type=file_type(name, status.st_mode),
            size=0 if stat.S_ISDIR(status.st_mode) else status.st_size,
            modified=datetime.fromtimestamp(status.st_mtime, UTC),
            preview=(kind := preview_kind(name, status.st_mode)),
            preview_limit=None if kind is None else LIMITS[kind],
        )
