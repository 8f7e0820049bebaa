"""Who the caller is, and what answers him."""

from __future__ import annotations

from aispace.overview.schemas import MeRead, VersionRead
from aispace.users.schemas import SettingsUpdate

from .base import AISpaceHandler, operation


class VersionHandler(AISpaceHandler):
    """What answers."""

    @operation(public=True, summary="Tell version, engine and size of the installation", response=VersionRead)
    async def get(self) -> VersionRead:
        """Tell what answers."""
        return self.platform.overview.version(self.settings.get("size", "team"))


class MeHandler(AISpaceHandler):
    """The caller."""

    @operation(action="read", summary="Tell who you are and what you may do", response=MeRead)
    async def get(self) -> MeRead:
        """Tell who the caller is."""
        return await self.call(self.platform.overview.me, self.principal)

    @operation(action="write", summary="Change your own settings", body=SettingsUpdate, response=MeRead)
    async def patch(self, body: SettingsUpdate) -> MeRead:
        """Change the caller's settings."""
        return await self.call(self.platform.overview.update_me, self.principal, body)


ROUTES = [("/version", VersionHandler), ("/me", MeHandler)]
