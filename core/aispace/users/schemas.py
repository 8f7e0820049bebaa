"""Shapes of accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from ..identity import Role
from ..schemas import ListQuery, Schema, Timestamp

NAME_PATTERN = r"^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$"
UserName = Annotated[str, StringConstraints(min_length=2, max_length=32, pattern=NAME_PATTERN)]
"""Name to sign in with: small letters, digits, '.', '_', '-'; it begins and ends with a letter or digit."""
DisplayName = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
Typed = Annotated[str, StringConstraints(max_length=1024)]
"""A password as somebody typed it."""
Dismissed = Annotated[list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=500)]
"""Names of hints and notices."""


class UserCreate(Schema):
    """A new account."""

    name: UserName
    password: Typed | None = None
    """Without one a random password is made and answered once."""
    role: Role = "user"
    display_name: DisplayName = ""


class UserUpdate(Schema):
    """Changes of an account."""

    role: Role | None = None
    enabled: bool | None = None
    display_name: DisplayName | None = None


class UserRead(Schema):
    """An account as administrators see it."""

    id: str
    name: str
    display_name: str
    role: Role
    enabled: bool
    uid: int | None
    """Operating-system user of this person's processes; null where all share one."""
    last_seen_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp
    revision: int


class AccountState(UserRead):
    """An account as the hub asks for it."""

    sessions: int
    """How often all its sessions were closed: the hub closes those that began at another number."""


class UserCreated(UserRead):
    """A new account, with its random password where one was made."""

    password: str | None = None
    """Shown only this once."""


class UserQuery(ListQuery):
    """Query of the accounts."""

    role: Role | None = None
    enabled: bool | None = None


class PasswordGiven(Schema):
    """A new random password."""

    password: str
    """Shown only this once."""


class PasswordChange(Schema):
    """A change of one's own password."""

    old: Typed
    new: Typed


class Settings(Schema):
    """What a person chose for himself."""

    language: Literal["", "en", "zh-CN"] = ""
    """Empty: as the browser or JupyterLab says."""
    theme: Literal["", "light", "dark"] = ""
    dismissed: Dismissed = Field(default_factory=list)
    """Hints and notices that should not be shown again."""


class SettingsUpdate(Schema):
    """Changes of the settings; what is left out stays."""

    language: Literal["", "en", "zh-CN"] | None = None
    theme: Literal["", "light", "dark"] | None = None
    dismissed: Dismissed | None = None

    @field_validator("dismissed")
    @classmethod
    def _unique(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else list(dict.fromkeys(value))

    def changes(self) -> dict[str, Any]:
        """Give what was named."""
        return self.model_dump(exclude_unset=True, exclude_none=True)
