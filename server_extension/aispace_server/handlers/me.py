"""Who the caller is, and what answers him."""

from __future__ import annotations

from typing import Any

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


class OpenAPIHandler(AISpaceHandler):
    """The document that describes all of this."""

    @operation(public=True, summary="Give this document", response=dict[str, Any])
    async def get(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        if "openapi" not in self.settings:
            from ..openapi import build

            self.settings["openapi"] = await self.call(build, self.settings["routes"])
        document: dict[str, Any] = self.settings["openapi"]
        return document


ROUTES = [("/version", VersionHandler), ("/me", MeHandler), ("/openapi.json", OpenAPIHandler)]
