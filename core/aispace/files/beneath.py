"""File operations beneath a root that its owner may change meanwhile: no link is ever followed.

Every folder on the way is opened with ``O_NOFOLLOW`` relative to the one before, so what a path means is decided by the
kernel at each step and a link that appears in between leads nowhere. Only regular files are opened, and only those
that the owner of the area could open himself: a hard link to somebody else's file is refused.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import AISpaceError, Conflict, Invalid, NotFound
from ..storage.blobs import CHUNK, room
from ..storage.paths import MAX_DEPTH, MAX_NAME_BYTES

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NOREPLACE: Final = 1
REFUSED: Final = (errno.ELOOP, errno.ENOTDIR, errno.ENOENT, errno.ENAMETOOLONG)


class Exists(Conflict):
    """Something of that name is there."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "file_exists",
            f"Nothing was changed. {path!r} exists already. Choose another name, or say that it may be replaced.",
            params={"path": path},
        )


def split(path: str, field: str = "path") -> list[str]:
    """Cut a path of the area into its parts; an empty list is the root.

    Raises
    ------
    Invalid
        ``..``, control characters, backslashes, or longer than a file system takes.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Invalid(field, f"Path: {path[:200]!r} leaves your area. Use a path inside it.", code="path_escape")
    for part in parts:
        try:
            encoded = part.encode()
        except UnicodeEncodeError:
            raise Invalid(field, "Path: it is not valid Unicode.", code="path_encoding") from None
        if any(c < " " or c == "\x7f" for c in part):
            raise Invalid(field, "Path: it holds control characters.", code="path_control_character")
        if len(encoded) > MAX_NAME_BYTES:
            raise Invalid(field, f"Path: a name has more than {MAX_NAME_BYTES} bytes.", code="path_name_too_long")
    if len(parts) > MAX_DEPTH * 2:
        raise Invalid(field, "Path: too many folders in each other.", code="path_too_deep")
    return parts


def rename_without_replacing(source: str, source_folder: int, target: str, target_folder: int) -> None:
    """Rename; if the target exists raise ``FileExistsError``, without a moment in which it could be lost."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        result = function(source_folder, os.fsencode(source), target_folder, os.fsencode(target), NOREPLACE)
        if result == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(code, os.strerror(code))
    try:
        os.stat(target, dir_fd=target_folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(source, target, src_dir_fd=source_folder, dst_dir_fd=target_folder)
        return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


@dataclass(frozen=True)
class Place:
    """A name in an open folder."""

    folder: int
    name: str
    path: str


class Beneath:
    """A user's area on disk.

    Parameters
    ----------
    root : pathlib.Path
        The area; made with mode 0700.
    uid : int or None
        Operating-system user who owns what is made; ``None`` where all share one.
    """

    def __init__(self, root: Path, uid: int | None) -> None:
        self.root, self.uid = root, uid
        try:
            root.mkdir(mode=0o700)
        except FileExistsError:
            return
        if uid is not None:
            os.chown(root, uid, uid)

    @contextlib.contextmanager
    def folder(self, parts: list[str], *, make: bool = False) -> Iterator[int]:
        """Open a folder of the area.

        Parameters
        ----------
        make : bool, optional
            Make the folders that are missing.

        Raises
        ------
        NotFound
            It does not exist, or a part of the path is a link or file.
        """
        descriptor = os.open(self.root, FOLDER)
        try:
            for part in parts:
                if make:
                    with contextlib.suppress(FileExistsError), room():
                        os.mkdir(part, 0o755, dir_fd=descriptor)
                        self._give(part, descriptor)
                try:
                    following = os.open(part, FOLDER, dir_fd=descriptor)
                except OSError as error:
                    if error.errno in REFUSED:
                        raise NotFound("folder", "/".join(parts)) from None
                    raise
                os.close(descriptor)
                descriptor = following
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def place(self, path: str, *, make: bool = False, field: str = "path") -> Iterator[Place]:
        """Open the folder of a path and name what lies in it.

        Raises
        ------
        Invalid
            The path is the root, or no path.
        """
        parts = split(path, field)
        if not parts:
            raise Invalid(field, "Path: this is the root of your area. Name something inside it.", code="path_empty")
        with self.folder(parts[:-1], make=make) as descriptor:
            yield Place(descriptor, parts[-1], "/".join(parts))

    def stat(self, place: Place) -> os.stat_result | None:
        """Give the status of a place, ``None`` where nothing is."""
        try:
            return os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open(self, place: Place) -> BinaryIO:
        """Open a regular file for reading.

        Raises
        ------
        NotFound
            It does not exist, is a link, or the owner of the area may not read it.
        Invalid
            It is no regular file.
        """
        try:
            descriptor = os.open(
                place.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place.folder
            )
        except OSError as error:
            if error.errno in (*REFUSED, errno.EACCES, errno.ENXIO):
                raise NotFound("file", place.path) from None
            raise
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Invalid("path", f"Path: {place.path!r} is no regular file.", code="not_a_file")
            if self.uid is not None and status.st_uid != self.uid and not status.st_mode & stat.S_IROTH:
                raise NotFound("file", place.path)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def write(self, place: Place, source: BinaryIO, *, overwrite: bool) -> int:
        """Write a file: whole or not at all; give its size.

        Raises
        ------
        Exists
            It exists and may not be replaced, or is a folder.
        """
        with self.writing(place, overwrite=overwrite) as target:
            size = 0
            while chunk := source.read(CHUNK):
                with room():
                    target.write(chunk)
                size += len(chunk)
            return size

    @contextlib.contextmanager
    def writing(self, place: Place, *, overwrite: bool) -> Iterator[BinaryIO]:
        """Give a file to write; it takes its name when the block ends well."""
        status = self.stat(place)
        if status is not None and (not overwrite or stat.S_ISDIR(status.st_mode)):
            raise Exists(place.path)
        temporary = f".{secrets.token_hex(8)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with room():
            descriptor = os.open(temporary, flags, 0o644, dir_fd=place.folder)
        try:
            with os.fdopen(descriptor, "wb") as target:
                yield target
                with room():
                    target.flush()
                    if self.uid is not None:
                        os.fchown(target.fileno(), self.uid, self.uid)
                    os.fsync(target.fileno())
            self._name(temporary, place, overwrite=overwrite)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=place.folder)
            raise

    def _name(self, temporary: str, place: Place, *, overwrite: bool) -> None:
        if overwrite:
            os.rename(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
            return
        try:
            rename_without_replacing(temporary, place.folder, place.name, place.folder)
        except FileExistsError:
            raise Exists(place.path) from None

    def mkdir(self, place: Place) -> None:
        """Make a folder.

        Raises
        ------
        Exists
            Something of that name is there.
        """
        try:
            with room():
                os.mkdir(place.name, 0o755, dir_fd=place.folder)
        except FileExistsError:
            raise Exists(place.path) from None
        self._give(place.name, place.folder)

    def move(self, source: Place, target: Place, *, overwrite: bool) -> None:
        """Rename within the area.

        Raises
        ------
        NotFound
            The source does not exist.
        Exists
            The target does, and may not be replaced.
        Invalid
            A folder would go into itself.
        """
        status = self.stat(source)
        if status is None:
            raise NotFound("file", source.path)
        if f"{target.path}/".startswith(f"{source.path}/"):
            if target.path == source.path:
                return
            raise Invalid("to", "To: a folder cannot go into itself.", code="into_itself")
        there = self.stat(target)
        replace = (
            overwrite and there is not None and not stat.S_ISDIR(there.st_mode) and not stat.S_ISDIR(status.st_mode)
        )
        try:
            if replace:
                os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
            else:
                rename_without_replacing(source.name, source.folder, target.name, target.folder)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                raise Exists(target.path) from None
            if error.errno == errno.EINVAL:
                raise Invalid("to", "To: a folder cannot go into itself.", code="into_itself") from None
            raise

    def copy(self, source: Place, target: Place, *, overwrite: bool) -> None:
        """Copy a file, or a folder with what is in it; links are left out."""
        status = self.stat(source)
        if status is None or stat.S_ISLNK(status.st_mode):
            raise NotFound("file", source.path)
        if not stat.S_ISDIR(status.st_mode):
            with self.open(source) as stream:
                self.write(target, stream, overwrite=overwrite)
            return
        if f"{target.path}/".startswith(f"{source.path}/"):
            raise Invalid("to", "To: a folder cannot go into itself.", code="into_itself")
        self.mkdir(target)
        for relative, is_folder in self.walk(source.path):
            to = f"{target.path}/{relative}"
            if is_folder:
                with self.place(to) as made:
                    self.mkdir(made)
            else:
                with self.place(f"{source.path}/{relative}") as one, self.place(to) as made:
                    self.copy(one, made, overwrite=False)

    def walk(self, path: str) -> Iterator[tuple[str, bool]]:
        """Give everything below a folder, sorted, folders before what is in them, without links.

        Yields
        ------
        relative : str
            Path from the folder.
        is_folder : bool
            False for anything that is not a folder or link.
        """
        pending = [""]
        root = split(path)
        while pending:
            here = pending.pop()
            try:
                with self.folder([*root, *split(here)]) as descriptor, os.scandir(descriptor) as entries:
                    found = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries if not e.is_symlink())
            except NotFound:
                if not here:
                    raise
                continue
            below = []
            for name, is_folder in found:
                relative = f"{here}/{name}" if here else name
                yield relative, is_folder
                if is_folder:
                    below.append(relative)
            pending.extend(reversed(below))

    def delete(self, place: Place) -> None:
        """Delete a file, a link, or a folder with what is in it.

        Raises
        ------
        NotFound
            Nothing is there.
        """
        status = self.stat(place)
        if status is None:
            raise NotFound("file", place.path)
        if not stat.S_ISDIR(status.st_mode):
            os.unlink(place.name, dir_fd=place.folder)
            return
        descriptor = os.open(place.name, FOLDER, dir_fd=place.folder)
        try:
            with os.scandir(descriptor) as entries:
                names = [entry.name for entry in entries]
            for name in names:
                with contextlib.suppress(NotFound):
                    self.delete(Place(descriptor, name, f"{place.path}/{name}"))
        finally:
            os.close(descriptor)
        try:
            os.rmdir(place.name, dir_fd=place.folder)
        except OSError as error:
            if error.errno == errno.ENOTEMPTY:
                raise AISpaceError(
                    "folder_changed",
                    f"Not deleted. Something was put into {place.path!r} meanwhile. Try again.",
                    status=409,
                ) from None
            raise

    def _give(self, name: str, folder: int) -> None:
        if self.uid is None:
            return
        # By descriptor: whatever takes the folder's name meanwhile must not be given away.
        descriptor = os.open(name, FOLDER, dir_fd=folder)
        try:
            os.fchown(descriptor, self.uid, self.uid)
        finally:
            os.close(descriptor)
