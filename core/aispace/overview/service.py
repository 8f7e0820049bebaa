"""Who the caller is here, and what he should see first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._version import __version__
from ..db import DEFAULT_ORGANISATION
from ..identity import Principal
from ..schemas import Ref
from ..users.schemas import SettingsUpdate
from .schemas import MeRead, VersionRead

if TYPE_CHECKING:
    from ..platform import Platform

ORGANISATION_NAMES = {DEFAULT_ORGANISATION: "Default"}


class OverviewService:
    """Gathers from the domains what belongs on one page."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def version(self, size: str) -> VersionRead:
        """Tell what answers here."""
        return VersionRead(version=__version__, engine=os.environ.get("AISPACE_ENGINE", "local"), size=size)  # type: ignore[arg-type]

    def me(self, principal: Principal) -> MeRead:
        """Tell the caller who he is."""
        organisation = principal.organisation_id
        return MeRead(
            id=principal.user_id,
            name=principal.name,
            role=principal.role,
            permissions=sorted(principal.permissions),
            organisation=Ref(id=organisation, name=ORGANISATION_NAMES.get(organisation, organisation)),
            token_scopes=sorted(principal.scopes),
            settings=self.platform.users.settings(principal),
        )

    def update_me(self, principal: Principal, body: SettingsUpdate) -> MeRead:
        """Change the caller's own settings."""
        self.platform.users.update_settings(principal, body)
        return self.me(principal)
