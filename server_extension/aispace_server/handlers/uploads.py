"""Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload): bytes go to the disk as they come.

Extensions: creation, creation-with-upload, checksum (sha1, sha256), expiration, termination.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

from aispace.errors import AISpaceError, Invalid
from aispace.schemas import CursorPage
from aispace.storage.receiver import CHECKSUMS, Receiver, parse_metadata
from aispace.storage.schemas import UploadQuery, UploadRead

from .base import AISpaceHandler, identify, operation

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
OFFSET_BODY = "application/offset+octet-stream"
CHUNK_LIMIT = 16 * 1024 * 1024


class UnsupportedVersion(AISpaceError):
    """The client speaks another version of tus."""

    status = 412
    headers = {"Tus-Version": VERSION}  # noqa: RUF012 - read by write_error


def _number(handler: AISpaceHandler, name: str) -> int:
    text = handler.request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Invalid(name, f"{name}: a number of bytes is missing.", code="header_missing")
    return int(text)


class TusHandler(AISpaceHandler):
    """Base of the upload routes: headers, and a body that is written as it comes."""

    receiver: Receiver | None = None
    refusal: BaseException | None = None

    def set_default_headers(self) -> None:
        """Say which version of tus this is."""
        super().set_default_headers()
        self.set_header("Tus-Resumable", VERSION)

    def check_version(self) -> None:
        """Refuse a client that speaks another version."""
        given = self.request.headers.get("Tus-Resumable")
        if given != VERSION:
            raise UnsupportedVersion(
                "tus_version", f"Not done. This server speaks tus {VERSION}. Send Tus-Resumable: {VERSION}."
            )

    async def receive(self) -> Receiver | None:
        """Begin to take the body; subclasses say where it goes."""
        return None

    async def prepare(self) -> None:  # type: ignore[override]  # Tornado awaits what is awaitable
        """Find out who sends before the first byte is kept; a refusal is answered when the body is read."""
        super().prepare()
        if self.request.method not in ("POST", "PATCH") or self._too_large:
            return
        try:
            self.principal = await identify(self, self.request_id)
            self.check_version()
            self.receiver = await self.receive()
        except Exception as error:
            self.refusal = error

    async def data_received(self, chunk: bytes) -> None:  # type: ignore[override]  # Tornado awaits what is awaitable
        """Write a part of the body."""
        self._received += len(chunk)
        if self._received > self._body_limit:
            self._too_large = True
        if self.receiver is None or self.refusal is not None or self._too_large:
            return
        try:
            await self.call(self.receiver.write, chunk)
        except Exception as error:
            self.refusal = error

    def check_refusal(self) -> None:
        """Raise what went wrong while the body came."""
        if self.refusal is not None:
            raise self.refusal

    def describe(self, upload: UploadRead) -> None:
        """Put the state of an upload into the headers."""
        self.set_header("Upload-Offset", str(upload.offset))
        self.set_header("Upload-Length", str(upload.length))
        if not upload.finished:
            self.set_header("Upload-Expires", format_datetime(upload.expires_at, usegmt=True))


class UploadCollectionHandler(TusHandler):
    """Uploads of the caller."""

    @operation(public=True, summary="Tell what this upload server can", status=204)
    async def options(self) -> None:
        """Tell version, extensions and limits."""
        self.set_header("Tus-Version", VERSION)
        self.set_header("Tus-Extension", EXTENSIONS)
        self.set_header("Tus-Max-Size", str(self.platform.uploads.max_size))
        self.set_header("Tus-Checksum-Algorithm", ",".join(CHECKSUMS))

    @operation(
        action="read",
        resource="upload",
        summary="List your uploads",
        query=UploadQuery,
        response=CursorPage[UploadRead],
    )
    async def get(self, query: UploadQuery) -> CursorPage[UploadRead]:
        """List your uploads."""
        return await self.call(self.platform.uploads.list, self.principal, query)

    async def receive(self) -> Receiver | None:
        """Take the first bytes, if the request brings some."""
        if self.request.headers.get("Content-Type", "").partition(";")[0].strip() != OFFSET_BODY:
            return None
        return await self.call(self.platform.uploads.receive_new, self.request.headers.get("Upload-Checksum"))

    @operation(
        action="write",
        resource="upload",
        summary="Make an upload; the body may bring its first bytes",
        raw_body=OFFSET_BODY,
        max_body=CHUNK_LIMIT,
        response=UploadRead,
        status=201,
        location="uploads/{id}",
    )
    async def post(self, body: bytes) -> UploadRead:
        """Make an upload."""
        self.check_refusal()
        length = _number(self, "Upload-Length")
        metadata = parse_metadata(self.request.headers.get("Upload-Metadata", ""))
        receiver, self.receiver = self.receiver, None
        upload = await self.call(self.platform.uploads.create, self.principal, length, metadata, receiver)
        self.describe(upload)
        return upload

    def on_finish(self) -> None:
        """Forget the body of a request that made no upload."""
        self._drop()
        super().on_finish()

    def on_connection_close(self) -> None:
        """Forget the body of a request that was cut: its upload has no address yet."""
        self._drop()
        super().on_connection_close()

    def _drop(self) -> None:
        receiver, self.receiver = self.receiver, None
        if receiver is not None:
            receiver.drop()


class UploadHandler(TusHandler):
    """One upload."""

    @operation(action="read", resource="upload", summary="Tell how far an upload is")
    async def head(self, id: str) -> None:
        """Tell the offset."""
        self.check_version()
        self.describe(await self.call(self.platform.uploads.get, self.principal, id))
        self.set_status(200)

    async def receive(self) -> Receiver | None:
        """Go on where the upload is."""
        media = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        if self.request.method != "PATCH" or media != OFFSET_BODY:
            return None
        return await self.call(
            self.platform.uploads.begin,
            self.principal,
            self.path_kwargs["id"],
            _number(self, "Upload-Offset"),
            self.request.headers.get("Upload-Checksum"),
        )

    @operation(
        action="write",
        resource="upload",
        summary="Send the next bytes of an upload",
        raw_body=OFFSET_BODY,
        max_body=CHUNK_LIMIT,
        status=204,
    )
    async def patch(self, id: str, body: bytes) -> None:
        """Take the next bytes."""
        receiver = self.receiver
        if receiver is None:
            self.check_refusal()
            raise Invalid("Content-Type", f"Content-Type: send {OFFSET_BODY}.", code="header_missing")
        self.receiver = None
        whole = self.refusal is None
        upload = await self.call(self.platform.uploads.end, self.principal, id, receiver, whole=whole)
        self.check_refusal()
        self.describe(upload)

    @operation(action="write", resource="upload", summary="Remove an upload")
    async def delete(self, id: str) -> None:
        """Remove an upload."""
        self.check_version()
        await self.call(self.platform.uploads.terminate, self.principal, id)

    def on_finish(self) -> None:
        """Keep what came, also when the request was refused after its body had begun."""
        self._keep()
        super().on_finish()

    def on_connection_close(self) -> None:
        """Keep what came before the connection was cut; the client asks for the offset and goes on there."""
        self._keep()
        super().on_connection_close()

    def _keep(self) -> None:
        receiver, self.receiver = self.receiver, None
        if receiver is not None:
            executor: Any = self.settings["executor"]
            upload_id, principal, uploads = self.path_kwargs["id"], self.principal, self.platform.uploads

            def keep() -> None:
                try:
                    uploads.end(principal, upload_id, receiver, whole=False)
                except Exception as error:
                    self.log_exception(type(error), error, error.__traceback__)

            executor.submit(keep)


ROUTES = [("/uploads", UploadCollectionHandler), ("/uploads/{id}", UploadHandler)]
