"""Uploads: the rules of tus 1.0, streamed to disk, resumable after any cut."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from traitlets import Int
from traitlets.config import LoggingConfigurable

from ..errors import AISpaceError, Conflict, Invalid, NotFound, TooLarge
from ..identity import Principal, authorize
from ..ids import new_id
from ..schemas import AreaSource, BatchSource, CursorInfo, CursorPage, UploadSource
from .orm import Upload
from .paths import UnsafePath, safe_path
from .receiver import Receiver, parse_checksum
from .schemas import UploadQuery, UploadRead

if TYPE_CHECKING:
    from ..platform import Platform

BATCH: Final = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class Gone(AISpaceError):
    """The upload has expired."""

    status = 410


class Locked(AISpaceError):
    """Another request writes to the same upload."""

    status = 423


@dataclass(frozen=True)
class FinishedUpload:
    """A complete upload and where its bytes lie."""

    id: str
    filename: str
    relative_path: str | None
    file: Path
    size: int


class UploadService(LoggingConfigurable):
    """Uploads of users; each sees his own only."""

    max_size = Int(
        100 << 30, help="Largest file that may be uploaded, in bytes. Default 100 GiB. Example: 1073741824."
    ).tag(config=True)
    max_open = Int(
        200_000, help="Most uploads that one user may have waiting, finished or not. Default 200000. Example: 5000."
    ).tag(config=True)
    max_open_bytes = Int(
        400 << 30, help="Most bytes that the waiting uploads of one user may have together. Default 400 GiB."
    ).tag(config=True)
    lifetime_hours = Int(48, help="Hours after the last byte until an unused upload is removed. Default 48.").tag(
        config=True
    )
    max_chunk = Int(16 << 20, help="Most bytes of one request. Default 16 MiB.").tag(config=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.platform = platform
        self.db = platform.db
        self.root = platform.path / "uploads"
        self._active: set[str] = set()
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[int, int]] = {}
        """Number and bytes of each user's uploads; forgotten, and counted anew, when some go."""

    def path(self, upload_id: str) -> Path:
        """Name the file of an upload."""
        return self.root / upload_id[-2:] / upload_id

    # tus

    def receive_new(self, checksum: str | None) -> Receiver:
        """Take the body of a request that makes an upload and brings its first bytes (creation-with-upload)."""
        folder = self.root / "tmp"
        folder.mkdir(mode=0o700, exist_ok=True)
        return Receiver(folder / secrets.token_hex(12), 0, self.max_chunk, parse_checksum(checksum))

    def create(
        self, principal: Principal, length: int, metadata: Mapping[str, str], receiver: Receiver | None = None
    ) -> UploadRead:
        """Make an upload.

        Parameters
        ----------
        length : int
            Bytes that will come.
        metadata : mapping
            ``filename``; optionally ``relativePath`` (where it lies in a folder) and ``batch`` (which uploads belong
            together).
        receiver : Receiver, optional
            The first bytes, complete.

        Raises
        ------
        TooLarge
            Larger than this platform takes, or than the user has room for.
        Invalid
            Metadata that cannot be used.
        """
        authorize(principal, "write:upload")
        try:
            row = self._new(principal, length, metadata)
            self.path(row.id).parent.mkdir(mode=0o700, exist_ok=True)
            if receiver is not None:
                if receiver.received > length:
                    raise TooLarge("too_large", "Not stored. More bytes came than the upload was announced to have.")
                row.offset = receiver.close(whole=True)
                receiver.file.rename(self.path(row.id))
            else:
                self.path(row.id).touch(mode=0o600)
            row.finished = row.offset == row.length
            try:
                with self.db.write() as session:
                    self._check_room(session, principal, length)
                    session.add(row)
            except BaseException:
                self.path(row.id).unlink(missing_ok=True)
                raise
        finally:
            if receiver is not None:
                with contextlib.suppress(AISpaceError):
                    receiver.close(whole=False)
                receiver.file.unlink(missing_ok=True)
        return self._read(row)

    def _new(self, principal: Principal, length: int, metadata: Mapping[str, str]) -> Upload:
        if length > self.max_size:
            raise TooLarge(
                "too_large",
                f"Not uploaded. The file has {length} bytes; at most {self.max_size} are taken.",
                params={"limit": self.max_size},
            )
        filename = metadata.get("filename") or metadata.get("name") or "file"
        relative, batch = metadata.get("relativePath"), metadata.get("batch")
        try:
            filename = safe_path(filename).rpartition("/")[2]
        except UnsafePath as error:
            raise Invalid("filename", f"File name: {error.message}.", code=error.code) from None
        if relative in ("", "null"):
            relative = None
        if relative is not None:
            try:
                relative = safe_path(relative)
            except UnsafePath as error:
                raise Invalid("relativePath", f"Path: {error.message}.", code=error.code) from None
        if batch is not None and not BATCH.match(batch):
            raise Invalid(
                "batch", "Batch: 1 to 64 letters, digits, '-' and '_'.", code="file_name", params={"limit": 64}
            )
        return Upload(
            id=new_id("upl"),
            owner_id=principal.user_id,
            batch=batch,
            filename=filename,
            relative_path=relative,
            details=dict(metadata),
            length=length,
            offset=0,
            finished=False,
            created_at=self.platform.clock.now(),
            expires_at=self._expiry(),
        )

    def _expiry(self) -> Any:
        return self.platform.clock.now() + timedelta(hours=self.lifetime_hours)

    def _check_room(self, session: Session, principal: Principal, length: int) -> None:
        waiting = self._waiting.get(principal.user_id)
        if waiting is None:
            statement = select(func.count(), func.coalesce(func.sum(Upload.length), 0))
            number, size = session.execute(statement.where(Upload.owner_id == principal.user_id)).one()
        else:
            number, size = waiting
        if number >= self.max_open or size + length > self.max_open_bytes:
            raise TooLarge(
                "too_many_uploads",
                f"Not uploaded. {number} uploads with {size} bytes of yours wait to be used already. "
                "Use them, or delete them.",
                params={"uploads": number, "bytes": int(size)},
            )
        self._waiting[principal.user_id] = (number + 1, int(size) + length)

    def get(self, principal: Principal, upload_id: str) -> UploadRead:
        """Tell how far an upload is.

        Raises
        ------
        NotFound
            No such upload of this user.
        Gone
            It has expired.
        """
        authorize(principal, "read:upload")
        with self.db.read() as session:
            return self._read(self._row(session, principal, upload_id))

    def begin(self, principal: Principal, upload_id: str, offset: int, checksum: str | None) -> Receiver:
        """Begin to take the bytes of a request; `end` must follow.

        Raises
        ------
        Conflict
            ``offset`` is not where the upload is.
        Locked
            Another request writes to it.
        """
        authorize(principal, "write:upload")
        expected = parse_checksum(checksum)
        with self._lock:
            if upload_id in self._active:
                raise Locked("upload_busy", "Not stored. Another request writes to this upload. Wait for its end.")
            self._active.add(upload_id)
        try:
            with self.db.read() as session:
                row = self._row(session, principal, upload_id)
            if row.offset != offset:
                raise Conflict(
                    "wrong_offset",
                    f"Not stored. The upload is at byte {row.offset}, not {offset}. Go on at its offset.",
                    params={"offset": row.offset},
                )
            return Receiver(self.path(upload_id), offset, row.length - offset, expected)
        except BaseException:
            self._active.discard(upload_id)
            raise

    def end(self, principal: Principal, upload_id: str, receiver: Receiver, *, whole: bool) -> UploadRead:
        """End what `begin` began; the bytes are durable, the offset is true.

        Raises
        ------
        ChecksumMismatch
            The offset stays where it was.
        """
        try:
            kept = receiver.close(whole=whole)
            with self.db.write() as session:
                row = self._row(session, principal, upload_id)
                row.offset = receiver.start + kept
                row.finished = row.offset == row.length
                row.expires_at = self._expiry()
            return self._read(row)
        finally:
            self._active.discard(upload_id)

    def terminate(self, principal: Principal, upload_id: str) -> None:
        """Remove an upload."""
        authorize(principal, "write:upload")
        with self.db.write() as session:
            session.delete(self._row(session, principal, upload_id, expired=True))
        self._unlink([upload_id])

    def list(self, principal: Principal, query: UploadQuery) -> CursorPage[UploadRead]:
        """List one's own uploads, oldest first."""
        authorize(principal, "read:upload")
        statement = select(Upload).where(Upload.owner_id == principal.user_id, Upload.finished == query.finished)
        statement = statement.where(Upload.expires_at > self.platform.clock.now())
        if query.batch is not None:
            statement = statement.where(Upload.batch == query.batch)
        if query.cursor is not None:
            statement = statement.where(Upload.id > query.cursor)
        with self.db.read() as session:
            rows = session.scalars(statement.order_by(Upload.id).limit(query.limit + 1)).all()
        page = rows[: query.limit]
        following = page[-1].id if len(rows) > query.limit else None
        return CursorPage(items=[self._read(r) for r in page], page=CursorInfo(limit=query.limit, next=following))

    # For what uses uploads

    def finished(self, principal: Principal, upload_id: str) -> FinishedUpload:
        """Give a complete upload.

        Raises
        ------
        NotFound, Gone
            No such upload.
        Conflict
            It is not complete.
        """
        with self.db.read() as session:
            row = self._row(session, principal, upload_id)
        if not row.finished:
            raise Conflict(
                "upload_not_finished",
                f"Not done. Only {row.offset} of the {row.length} bytes of {row.filename!r} have arrived. "
                "Finish the upload first.",
                params={"upload_id": row.id, "offset": row.offset, "length": row.length},
            )
        return self._finished(row)

    def finished_batch(self, principal: Principal, batch: str) -> Sequence[FinishedUpload]:
        """Give all uploads of a batch, sorted by path.

        Raises
        ------
        NotFound
            No upload belongs to the batch.
        Conflict
            One is not complete.
        """
        with self.db.read() as session:
            rows = session.scalars(
                select(Upload)
                .where(Upload.owner_id == principal.user_id, Upload.batch == batch)
                .where(Upload.expires_at > self.platform.clock.now())
            ).all()
        if not rows:
            raise NotFound("batch of uploads", batch)
        unfinished = [row for row in rows if not row.finished]
        if unfinished:
            raise Conflict(
                "upload_not_finished",
                f"Not done. {len(unfinished)} of the {len(rows)} files have not arrived completely, "
                f"{unfinished[0].filename!r} for instance. Finish or delete them first.",
                params={"unfinished": len(unfinished), "total": len(rows)},
            )
        return [self._finished(r) for r in sorted(rows, key=lambda r: (r.relative_path or r.filename, r.id))]

    def discard(self, principal: Principal, source: UploadSource | BatchSource | AreaSource | Any) -> None:
        """Remove the uploads of a source that was used; sources of other kinds are left alone."""
        with self.db.write() as session:
            statement = select(Upload.id).where(Upload.owner_id == principal.user_id)
            if isinstance(source, UploadSource):
                ids = session.scalars(statement.where(Upload.id == source.upload_id)).all()
            elif isinstance(source, BatchSource):
                ids = session.scalars(statement.where(Upload.batch == source.batch)).all()
            else:
                return
            for start in range(0, len(ids), 500):
                session.execute(delete(Upload).where(Upload.id.in_(ids[start : start + 500])))
            self.db.after_commit(lambda: self._unlink(ids))

    def extend(self, principal: Principal, source: Any) -> None:
        """Keep the uploads of a source for another lifetime, because an import is going to read them."""
        with self.db.write() as session:
            statement = update(Upload).where(Upload.owner_id == principal.user_id).values(expires_at=self._expiry())
            if isinstance(source, UploadSource):
                session.execute(statement.where(Upload.id == source.upload_id))
            elif isinstance(source, BatchSource):
                session.execute(statement.where(Upload.batch == source.batch))

    def expire(self) -> int:
        """Remove what nobody used in time; give their number."""
        with self.db.write() as session:
            ids = session.scalars(select(Upload.id).where(Upload.expires_at <= self.platform.clock.now())).all()
            ids = [i for i in ids if i not in self._active]
            for start in range(0, len(ids), 500):
                session.execute(delete(Upload).where(Upload.id.in_(ids[start : start + 500])))
            self.db.after_commit(lambda: self._unlink(ids))
        # What a killed process left: files of requests that never became an upload.
        old = self.platform.clock.now().timestamp() - self.lifetime_hours * 3600
        for path in (self.root / "tmp").glob("*"):
            if path.stat().st_mtime < old:
                path.unlink(missing_ok=True)
        return len(ids)

    def unfinished(self) -> int:
        """Count the uploads of all users that are on their way."""
        with self.db.read() as session:
            statement = select(func.count()).select_from(Upload).where(Upload.finished.is_(False))
            return session.scalar(statement.where(Upload.expires_at > self.platform.clock.now())) or 0

    # Inside

    def _unlink(self, ids: Any) -> None:
        self._waiting.clear()
        for upload_id in ids:
            self.path(upload_id).unlink(missing_ok=True)

    def _row(self, session: Session, principal: Principal, upload_id: str, *, expired: bool = False) -> Upload:
        row = session.get(Upload, upload_id)
        if row is None or row.owner_id != principal.user_id:
            raise NotFound("upload", upload_id)
        if row.expires_at <= self.platform.clock.now() and not expired:
            raise Gone("upload_expired", "Not done. The upload has expired. Upload the file again.")
        return row

    def _finished(self, row: Upload) -> FinishedUpload:
        return FinishedUpload(row.id, row.filename, row.relative_path, self.path(row.id), row.length)

    def _read(self, row: Upload) -> UploadRead:
        return UploadRead.model_validate(row)
