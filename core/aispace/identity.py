"""Who may do what: principals, permissions, roles, and the one function that decides.

Permissions are written ``<action>:<resource>``: actions ``read``, ``write``, ``admin``; resources are the nouns of the
design (``dataset``, ``training``, ...). A role is a set of permissions; what a user reaches with them comes from
ownership and visibility. Organisations, departments and custom roles will extend `ROLES` and `can_read` and change no
caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, get_args

from sqlalchemy import ColumnElement, or_, true

from .db.base import DEFAULT_ORGANISATION, Owned
from .errors import Forbidden, NotFound

Resource = Literal[
    "algorithm", "audit", "dataset", "file", "image", "label_group", "model", "notebook", "platform", "queue",
    "service", "spec", "token", "training", "transfer", "trash", "upload", "usage", "user", "workload",
]  # fmt: skip
Action = Literal["read", "write", "admin"]
Role = Literal["administrator", "user"]
Visibility = Literal["private", "public", "preset"]
Scope = Literal["read", "write", "admin"]

RESOURCES: Final = get_args(Resource)
SHARED: Final = ("public", "preset")
"""Visibilities that let everybody read."""
ALWAYS_READABLE: Final = ("spec", "queue", "platform")
ADMIN_ONLY: Final = ("user", "audit")


def _user_permissions() -> frozenset[str]:
    own = {f"{action}:{noun}" for noun in RESOURCES for action in ("read", "write") if noun not in ADMIN_ONLY}
    return frozenset(own - {f"write:{noun}" for noun in ALWAYS_READABLE})


ROLES: Final[dict[Role, frozenset[str]]] = {
    "administrator": frozenset(f"{action}:{noun}" for noun in RESOURCES for action in get_args(Action)),
    "user": _user_permissions(),
}
SCOPE_ACTIONS: Final[dict[Scope, tuple[Action, ...]]] = {
    "read": ("read",),
    "write": ("read", "write"),
    "admin": ("read", "write", "admin"),
}


@dataclass(frozen=True)
class Principal:
    """Who asks.

    Parameters
    ----------
    user_id : str
        ``usr_...``, or ``"system"`` for the platform itself.
    name : str
        Name to show.
    role : str
        ``"administrator"`` or ``"user"``.
    scopes : frozenset of str
        What the token allows, ``read``, ``write`` or ``admin``; it only narrows the role.
    uid : int, optional
        Operating-system user of this person's processes, where each user has one.
    request_id : str, optional
        The request on whose behalf this is done, for events and logs.
    """

    user_id: str
    name: str
    role: Role = "user"
    organisation_id: str = DEFAULT_ORGANISATION
    department_id: str | None = None
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset[Scope]({"read", "write", "admin"}))
    uid: int | None = None
    request_id: str | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether this principal rules the whole installation."""
        return self.role == "administrator" and "admin" in self.scopes

    @property
    def permissions(self) -> frozenset[str]:
        """Permissions of the role that the token's scopes leave."""
        actions = {action for scope in self.scopes for action in SCOPE_ACTIONS[scope]}
        return frozenset(p for p in ROLES[self.role] if p.partition(":")[0] in actions)


SYSTEM: Final = Principal(user_id="system", name="AI Space", role="administrator")
"""The platform's own acts."""
HIDDEN: Final = "of another user"
"""Stands for the name of what somebody may not see."""
WORDS: Final = {"job": "training job", "evl": "evaluation", "vis": "visualisation", "tpl": "job template"}
"""What an object is called, by the prefix of its id, where the permission's noun is another."""


class Reachable(Protocol):
    """What `authorize` needs of an object."""

    id: Any
    owner_id: Any
    visibility: Any
    organisation_id: Any


def authorize(principal: Principal, permission: str, resource: Reachable | None = None) -> None:
    """Let pass or refuse.

    Parameters
    ----------
    principal : Principal
        Who asks.
    permission : str
        ``<action>:<resource>``, for instance ``"write:dataset"``.
    resource : object, optional
        The object concerned (a row of an `Owned` table); without it the question is about the kind in general.

    Raises
    ------
    NotFound
        The principal may not know that the object exists.
    Forbidden
        He may read it but not do this, or his role or token lacks the permission.
    """
    action, _, noun = permission.partition(":")
    if noun not in RESOURCES or action not in SCOPE_ACTIONS["admin"]:
        raise ValueError(f"unknown permission {permission!r}")
    if resource is not None and not can_read(principal, noun, resource):
        # The same words as for what does not exist: the answer must not tell which of both it is.
        word = WORDS.get(str(resource.id).partition("_")[0], noun.replace("_", " "))
        raise NotFound(word, str(resource.id))
    if permission not in principal.permissions:
        if permission in ROLES[principal.role]:
            raise Forbidden(
                f"Not done. Your token's scope does not allow {permission}. Use a token with more scope.",
                code="scope_too_narrow",
                params={"permission": permission},
            )
        raise Forbidden(
            f"Not done. It needs the permission {permission}, which your role {principal.role!r} does not have. "
            "Ask an administrator.",
            params={"permission": permission, "role": principal.role},
        )
    if resource is None or action == "read" or _owns(principal, resource):
        return
    raise Forbidden(
        "Not done. This belongs to somebody else; you may only look at it. Make a copy of your own, or ask its owner.",
        code="not_owner",
        params={"owner_id": str(resource.owner_id)},
    )


def _owns(principal: Principal, resource: Reachable) -> bool:
    return bool(resource.owner_id == principal.user_id) or principal.is_administrator


def can_read(principal: Principal, noun: str, resource: Reachable) -> bool:
    """Tell whether the principal may know of the object."""
    return _owns(principal, resource) or noun in ALWAYS_READABLE or resource.visibility in SHARED


def can(principal: Principal, permission: str, resource: Reachable | None = None) -> bool:
    """Ask `authorize` without raising."""
    try:
        authorize(principal, permission, resource)
    except (Forbidden, NotFound):
        return False
    return True


def visible(principal: Principal, model: type[Owned], *, mine_only: bool = False) -> ColumnElement[bool]:
    """Make the clause that keeps the rows of ``model`` which the principal may read.

    Parameters
    ----------
    mine_only : bool, optional
        Leave out what others share.
    """
    if mine_only:
        return model.owner_id == principal.user_id
    if principal.is_administrator:
        return true()
    return or_(model.owner_id == principal.user_id, model.visibility.in_(SHARED))
