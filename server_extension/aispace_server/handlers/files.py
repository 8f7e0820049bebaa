"""Files of the caller's area."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Final

from aispace.files.schemas import (
    DeleteQuery,
    ExtractReport,
    FileCompress,
    FileCreate,
    FileExtract,
    FileMove,
    FilePlace,
    FileQuery,
    FileRead,
    FolderCreate,
    PathQuery,
)
from aispace.schemas import Page

from .base import AISpaceHandler, operation

FILE: Final = "file"


class FileCollectionHandler(AISpaceHandler):
    """A folder of the area."""

    @operation(action="read", resource=FILE, summary="List a folder", query=FileQuery, response=Page[FileRead])
    async def get(self, query: FileQuery) -> Page[FileRead]:
        """List a folder."""
        return await self.call(self.platform.areas.list, self.principal, query)

    @operation(
        action="write", resource=FILE, summary="Make a file of text", body=FileCreate, response=FileRead, status=201
    )
    async def post(self, body: FileCreate) -> FileRead:
        """Make a file."""
        return await self.call(self.platform.areas.make_file, self.principal, body)

    @operation(action="write", resource=FILE, summary="Delete files and folders", query=DeleteQuery)
    async def delete(self, query: DeleteQuery) -> None:
        """Delete files and folders."""
        await self.call(self.platform.areas.delete, self.principal, query.path)


class FileContentHandler(AISpaceHandler):
    """The bytes of a file."""

    @operation(
        action="read",
        resource=FILE,
        summary="Download a file, or a range of it",
        query=PathQuery,
        media_type="application/octet-stream",
    )
    async def get(self, query: PathQuery) -> None:
        """Send a file."""
        file = await self.call(self.platform.areas.download, self.principal, query.path)
        name = query.path.rstrip("/").rpartition("/")[2]
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        with file:
            await self._send_opened(file, name, media_type, None, download=False, immutable=False)


class FilePreviewHandler(AISpaceHandler):
    """A file to look at."""

    @operation(
        action="read",
        resource=FILE,
        summary="Look at a picture, a sound, a film or a text, up to the size that its kind may have",
        query=PathQuery,
        media_type="application/octet-stream",
    )
    async def get(self, query: PathQuery) -> None:
        """Send what a browser can show of a file."""
        media_type, file = await self.call(self.platform.areas.preview, self.principal, query.path)
        name = query.path.rstrip("/").rpartition("/")[2]
        with file:
            await self._send_opened(file, name, media_type, None, download=False, immutable=False)


class FolderHandler(AISpaceHandler):
    """New folders."""

    @operation(action="write", resource=FILE, summary="Make a folder", body=FolderCreate, response=FileRead, status=201)
    async def post(self, body: FolderCreate) -> FileRead:
        """Make a folder."""
        return await self.call(self.platform.areas.make_folder, self.principal, body)


class FileMoveHandler(AISpaceHandler):
    """Moving."""

    @operation(action="write", resource=FILE, summary="Move or rename", body=FileMove, response=list[FileRead])
    async def post(self, body: FileMove) -> Sequence[FileRead]:
        """Move or rename."""
        return await self.call(self.platform.areas.move, self.principal, body)


class FileCopyHandler(AISpaceHandler):
    """Copying."""

    @operation(action="write", resource=FILE, summary="Copy", body=FileMove, response=list[FileRead])
    async def post(self, body: FileMove) -> Sequence[FileRead]:
        """Copy."""
        return await self.call(self.platform.areas.copy, self.principal, body)


class FilePlaceHandler(AISpaceHandler):
    """Uploads on their way into the area."""

    @operation(
        action="write",
        resource=FILE,
        summary="Put a finished upload here",
        body=FilePlace,
        response=FileRead,
        status=201,
    )
    async def post(self, body: FilePlace) -> FileRead:
        """Put a finished upload into the area."""
        return await self.call(self.platform.areas.place, self.principal, body)


class FileExtractHandler(AISpaceHandler):
    """Unpacking."""

    @operation(action="write", resource=FILE, summary="Unpack an archive", body=FileExtract, response=ExtractReport)
    async def post(self, body: FileExtract) -> ExtractReport:
        """Unpack an archive."""
        return await self.call(self.platform.areas.extract, self.principal, body)


class FileCompressHandler(AISpaceHandler):
    """Packing."""

    @operation(action="write", resource=FILE, summary="Pack files", body=FileCompress, response=FileRead, status=201)
    async def post(self, body: FileCompress) -> FileRead:
        """Pack files."""
        return await self.call(self.platform.areas.compress, self.principal, body)


ROUTES = [
    ("/files", FileCollectionHandler),
    ("/files/content", FileContentHandler),
    ("/files/preview", FilePreviewHandler),
    ("/files/folders", FolderHandler),
    ("/files/move", FileMoveHandler),
    ("/files/copy", FileCopyHandler),
    ("/files/place", FilePlaceHandler),
    ("/files/extract", FileExtractHandler),
    ("/files/compress", FileCompressHandler),
]
