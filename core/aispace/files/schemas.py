"""Public shapes of files in a user's area."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..schemas import Schema, Timestamp
from .previews import PreviewKind

FileType = Literal["folder", "file", "image", "video", "audio", "archive"]
Path = Annotated[str, Field(max_length=4096)]


class FileRead(Schema):
    """A file or folder of the area."""

    name: str
    path: str
    """From the root of the area, parts joined by ``/``."""
    type: FileType
    size: int
    """Bytes; 0 for a folder."""
    modified: Timestamp
    preview: PreviewKind | None = None
    """How it can be looked at; null: not at all, by its suffix."""
    preview_limit: int | None = None
    """Up to how many bytes."""


class FileQuery(Schema):
    """Query of a folder."""

    path: Path = ""
    q: Annotated[str | None, Field(max_length=64)] = None
    hidden: bool = False
    """Also what begins with a dot: settings and caches of programs."""
    sort: Literal["name", "-name", "modified", "-modified", "size", "-size", "type", "-type"] = "name"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class PathQuery(Schema):
    """Query that names one file."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class DeleteQuery(Schema):
    """Query that names what to delete; ``path`` may be given several times."""

    path: Annotated[list[Annotated[str, Field(min_length=1, max_length=1024)]], Field(min_length=1, max_length=50)]


class FolderCreate(Schema):
    """A new folder; its parent must exist."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class FileCreate(Schema):
    """A new file of text, empty or not; its folder must exist."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    text: Annotated[str, Field(max_length=1_000_000)] = ""


class FileMove(Schema):
    """From where to where; several sources go into the folder ``to``."""

    from_: Annotated[Path | Annotated[list[Path], Field(min_length=1, max_length=1000)], Field(alias="from")]
    to: Path
    overwrite: bool = False
    """Replace a file that is there. A folder is never replaced."""


class FilePlace(Schema):
    """Put a finished upload into the area."""

    upload_id: Annotated[str, Field(max_length=64)]
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    overwrite: bool = False


class FileExtract(Schema):
    """Unpack an archive of the area."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    to: Path | None = None
    """Folder; default: one beside the archive, named after it. Made where it does not exist."""
    overwrite: bool = False


class FileCompress(Schema):
    """Pack files and folders of the area."""

    paths: Annotated[list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(min_length=1, max_length=1000)]
    to: Annotated[str, Field(min_length=1, max_length=4096)]
    """The archive; its suffix says the format: .zip, .tar, .tar.gz or .tar.bz2."""
    overwrite: bool = False


class RefusedFile(Schema):
    """A member of an archive that was left out."""

    path: str
    code: str
    message: str


class ExtractReport(Schema):
    """What unpacking did."""

    folder: FileRead
    files: int
    refused: list[RefusedFile]
