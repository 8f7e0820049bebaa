"""The care of the stored bytes: check them, free what nothing needs."""

from __future__ import annotations

from aispace.storage.schemas import CollectReport, VerifyReport

from .base import AISpaceHandler, operation


class StorageVerifyHandler(AISpaceHandler):
    """Check of all blobs."""

    @operation(
        action="admin", resource="platform", summary="Hash every stored file again and tell the damage",
        response=VerifyReport,
    )  # fmt: skip
    async def post(self) -> VerifyReport:
        """Hash every blob again."""
        return await self.call(self.platform.storage.verify, self.principal)


class StorageCollectHandler(AISpaceHandler):
    """Removal of blobs that nothing needs."""

    @operation(
        action="admin", resource="platform", summary="Free the stored files that no version needs",
        response=CollectReport,
    )  # fmt: skip
    async def post(self) -> CollectReport:
        """Free what no version needs."""
        return await self.call(self.platform.storage.collect, self.principal)


ROUTES = [("/storage/verify", StorageVerifyHandler), ("/storage/collect", StorageCollectHandler)]
