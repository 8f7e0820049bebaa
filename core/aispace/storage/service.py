"""The care of the storage: verify what is there, free what nobody needs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ..backup.hold import removing
from ..db import Base
from ..errors import Conflict
from ..identity import Principal, authorize
from ..versions import Versioned, version_name
from .manifests import iterate
from .schemas import CollectReport, Damage, VerifyReport

if TYPE_CHECKING:
    from ..platform import Platform

log = logging.getLogger("aispace.storage")
GRACE_HOURS: Final = 24
TIDY_EVERY: Final = 600.0


class StorageService:
    """Verify and collect."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Clear what a killed process left, and tidy up every ten minutes from now on."""
        self.platform.blobs.clear_temporary()
        self.platform.trees.clear_temporary()
        self._thread = threading.Thread(target=self._tidy, name="aispace-storage", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop tidying."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _tidy(self) -> None:
        while not self._stop.wait(TIDY_EVERY):
            try:
                self.platform.uploads.expire()
                self.platform.trees.collect()
            except Exception:  # whatever it was: it is logged, and the next round tries again
                log.exception("tidying failed; the next try follows")

    def manifests(self) -> Iterator[tuple[str, str]]:
        """Give the manifest of every version of every kind, and who it belongs to."""
        with self.db.read() as session:
            for mapper in Base.registry.mappers:
                model = mapper.class_
                if not issubclass(model, Versioned):
                    continue
                rows = session.execute(select(model.manifest, model.object_id, model.number))
                for manifest, object_id, number in rows:
                    yield manifest, f"{object_id} {version_name(number)}"

    def needed(self) -> Iterator[tuple[str, str]]:
        """Give the digest of every blob that something needs, and what needs it; some more than once."""
        blobs, seen = self.platform.blobs, set()
        for manifest, owner in self.manifests():
            yield manifest, owner
            if manifest in seen or not blobs.exists(manifest):
                continue
            seen.add(manifest)
            for entry in iterate(blobs, manifest):
                yield entry.sha256, owner
        for holder in blobs.holders:
            for digest in holder():
                yield digest, "working copies"

    def verify(self, principal: Principal) -> VerifyReport:
        """Hash every blob again, and look for blobs that versions need and that are not there."""
        authorize(principal, "admin:platform")
        blobs = self.platform.blobs
        number = size = 0
        bad: dict[str, Damage] = {}
        there: set[str] = set()
        for digest, status in blobs.digests():
            number += 1
            size += status.st_size
            there.add(digest)
            if not blobs.is_intact(digest):
                bad[digest] = Damage(sha256=digest, problem="changed")
        for digest, owner in self.needed():
            if digest not in there and digest not in bad:
                bad[digest] = Damage(sha256=digest, problem="missing")
            if digest in bad and owner not in bad[digest].needed_by and len(bad[digest].needed_by) < 20:
                bad[digest].needed_by.append(owner)
        return VerifyReport(blobs=number, size_bytes=size, damaged=list(bad.values()))

    def collect(self, principal: Principal, *, grace_hours: float = GRACE_HOURS) -> CollectReport:
        """Remove the blobs that nothing needs and that nobody touched for a while.

        Raises
        ------
        Conflict
            An upload or import is open: what it brings is not referred to yet. Or a backup is being taken.
        """
        authorize(principal, "admin:platform")
        with removing(self.platform.path):
            return self._collect(grace_hours)

    def _collect(self, grace_hours: float) -> CollectReport:
        self.platform.uploads.expire()
        uploads, imports = self.platform.uploads.unfinished(), self._open_imports()
        if uploads or imports:
            raise Conflict(
                "storage_busy",
                f"Nothing was removed. {uploads} uploads and {imports} imports are open. Try again when they are done.",
                params={"uploads": uploads, "imports": imports},
            )
        before = time.time() - grace_hours * 3600
        trees = self.platform.trees.collect()
        # The deadline is set first: what is stored or kept from now on is younger and stays.
        needed = {bytes.fromhex(digest) for digest, _ in self.needed()}
        kept = removed = freed = 0
        for digest, _ in self.platform.blobs.digests():
            gone = 0
            if bytes.fromhex(digest) not in needed:
                gone = self.platform.blobs.remove_older(digest, before)
            freed += gone
            removed += bool(gone) or not self.platform.blobs.exists(digest)
            kept += self.platform.blobs.exists(digest)
        log.info("collected %d blobs, %d bytes", removed, freed)
        return CollectReport(kept=kept, removed=removed, freed_bytes=freed, trees_removed=trees)

    def _open_imports(self) -> int:
        datasets = getattr(self.platform, "datasets", None)
        return datasets.imports.open_count() if datasets is not None else 0
