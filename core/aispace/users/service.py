"""Rules of accounts: sign-in, administration, passwords, uids."""

from __future__ import annotations

import dataclasses
import getpass
import re
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..db.base import WITH_TRASH, Owned
from ..errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound, Unauthenticated
from ..identity import SYSTEM, Principal, Scope, authorize
from ..ids import new_id
from ..listing import contains, paged
from ..schemas import Page, Ref
from .lockout import Lockout
from .orm import GivenUid, User
from .passwords import PasswordPolicy, hash_password, matches, outdated, random_password
from .schemas import (
    NAME_PATTERN,
    AccountState,
    PasswordChange,
    PasswordGiven,
    Settings,
    SettingsUpdate,
    UserCreate,
    UserCreated,
    UserQuery,
    UserRead,
    UserUpdate,
)
from .uids import FIRST_UID, separate_uids

if TYPE_CHECKING:
    from ..platform import Platform

LOCAL = "local"
NAME = re.compile(NAME_PATTERN)
SEEN_EVERY = timedelta(minutes=5)
ALL_SCOPES: frozenset[Scope] = frozenset({"read", "write", "admin"})


class UserService:
    """Accounts of people.

    Parameters
    ----------
    platform : Platform
        Its composition root.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.policy = PasswordPolicy.from_environment()
        self.lockout = Lockout(platform.clock)
        self.separate = separate_uids()
        self._names: dict[str, str] = {}
        # A hash takes 64 MiB: no more of them at a time than this machine bears.
        self._hashing = threading.BoundedSemaphore(4)

    # Who asks

    def principal(
        self, user_id: str, *, scopes: frozenset[Scope] = ALL_SCOPES, request_id: str | None = None
    ) -> Principal:
        """Make the principal of an account.

        Raises
        ------
        Unauthenticated
            No such account.
        Forbidden
            The account is disabled.
        """
        with self.db.read() as session:
            user = session.get(User, user_id)
        return self._principal(user, scopes, request_id)

    def principal_by_name(
        self, name: str, *, scopes: frozenset[Scope] = ALL_SCOPES, request_id: str | None = None
    ) -> Principal:
        """Make the principal of the account that has this name in the hub; raises as `principal`."""
        return self._principal(self._by_name(name), scopes, request_id)

    def _principal(self, user: User | None, scopes: frozenset[Scope], request_id: str | None) -> Principal:
        if user is None:
            raise Unauthenticated()
        if not user.enabled:
            raise _disabled()
        return Principal(
            user_id=user.id,
            name=user.name,
            role=user.role,  # type: ignore[arg-type]
            organisation_id=user.organisation_id,
            department_id=user.department_id,
            scopes=scopes,
            uid=user.uid if self.separate else None,
            request_id=request_id,
        )

    def local_principal(self) -> Principal:
        """Give the one user of a laptop, who is its administrator; made at the first call.

        Returns
        -------
        Principal
            Named after the operating-system user, without a uid of his own.
        """
        with self.db.write() as session:
            user = session.scalar(select(User).where(User.issuer == "os").limit(1))
            if user is None:
                name = re.sub(r"[^a-z0-9._-]", "-", getpass.getuser().lower()).strip("-._")[:32]
                name = name if len(name) >= 2 else "local"
                user = self._insert(session, SYSTEM, UserCreate(name=name, role="administrator"), None, issuer="os")
            principal = self._principal(user, ALL_SCOPES, None)
        return dataclasses.replace(principal, uid=None)

    def ref(self, user_id: str) -> Ref:
        """Name an account, also one that was deleted."""
        return self.refs([user_id])[user_id]

    def refs(self, user_ids: Iterable[str]) -> dict[str, Ref]:
        """Name several accounts at once.

        Returns
        -------
        dict
            An entry for each id; the id itself is the name of accounts that are unknown.
        """
        wanted = set(user_ids)
        unknown = wanted - self._names.keys() - {SYSTEM.user_id}
        if unknown:
            with self.db.read() as session:
                found = session.execute(select(User.id, User.name).where(User.id.in_(unknown))).all()
            self._names.update((user_id, name) for user_id, name in found)
        names = {**{user_id: self._names.get(user_id, user_id) for user_id in wanted}, SYSTEM.user_id: SYSTEM.name}
        return {user_id: Ref(id=user_id, name=names[user_id]) for user_id in wanted}

    # Sign-in

    def verify_login(self, name: str, password: str, address: str = "") -> AccountState:
        """Check a name and a password.

        Parameters
        ----------
        name, password : str
            As typed.
        address : str
            Where the attempt comes from.

        Returns
        -------
        AccountState
            The account.

        Raises
        ------
        Unauthenticated
            Wrong name or password; which of them is not said.
        TooMany
            After too many failures.
        Forbidden
            The account is disabled, and the password was right.
        """
        name = name.strip().lower()
        self.lockout.check(name, address)
        user = self._by_name(name)
        if user is not None and user.issuer != LOCAL:
            user = None
        with self._hashing:
            right = matches(user.password if user else None, password[:1024])
        if not right or user is None:
            locked = self.lockout.failed(name, address)
            with self.db.write():
                self.platform.events.record(
                    SYSTEM,
                    "user.locked_out" if locked else "user.sign_in_failed",
                    object_kind="user",
                    object_id=user.id if user else "unknown",
                    params={"name": user.name if user else "", "address": _printable(address)},
                )
            raise Unauthenticated("Not signed in. The user name or the password is wrong. Try again.")
        if not user.enabled:
            raise _disabled()
        self.lockout.succeeded(name, address)
        fresh = hash_password(password) if user.password and outdated(user.password) else None
        with self.db.write() as session:
            row = session.get_one(User, user.id)
            row.last_seen_at = self.platform.clock.now()
            row.password = fresh or row.password
            self._record(_self(row), "user.signed_in", row, address=_printable(address))
        return self._state(row)

    def state(self, name: str) -> AccountState:
        """Give an account by its name in the hub, for the hub itself.

        Raises
        ------
        NotFound
            No such account.
        """
        user = self._by_name(name)
        if user is None:
            raise NotFound("user", _printable(name))
        return self._state(user)

    def seen(self, principal: Principal) -> None:
        """Note that somebody was here; written at most every five minutes."""
        now = self.platform.clock.now()
        with self.db.read() as session:
            user = session.get(User, principal.user_id)
        if user is None or (user.last_seen_at is not None and now - user.last_seen_at < SEEN_EVERY):
            return
        with self.db.write() as session:
            session.get_one(User, principal.user_id).last_seen_at = now

    def first_administrator(self, name: str, password: str) -> bool:
        """Make the first account, an administrator, if there is none yet.

        Returns
        -------
        bool
            Whether it was made.
        """
        encoded = hash_password(password)
        with self.db.write() as session:
            if session.scalar(select(func.count(User.id)).where(User.issuer == LOCAL)):
                return False
            self._insert(session, SYSTEM, UserCreate(name=name, role="administrator"), encoded)
        return True

    # Administration

    def list(self, principal: Principal, query: UserQuery) -> Page[UserRead]:
        """List the accounts."""
        authorize(principal, "read:user")
        statement = select(User)
        if query.q:
            statement = statement.where(or_(contains(User.name, query.q), contains(User.display_name, query.q)))
        if query.role is not None:
            statement = statement.where(User.role == query.role)
        if query.enabled is not None:
            statement = statement.where(User.enabled == query.enabled)
        sorts = {
            "name": User.name,
            "role": User.role,
            "enabled": User.enabled,
            "created_at": User.created_at,
            "last_seen_at": User.last_seen_at,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=User.id, default="name")
            return Page[UserRead](items=[self._read(row) for row in rows], page=info)

    def get(self, principal: Principal, user_id: str) -> UserRead:
        """Give one account."""
        authorize(principal, "read:user")
        with self.db.read() as session:
            return self._read(_existing(session, user_id))

    def create(self, principal: Principal, body: UserCreate) -> UserCreated:
        """Add an account, with the given or a random password.

        Raises
        ------
        NameTaken
            Another account has this name.
        Invalid
            The password is against the policy.
        """
        authorize(principal, "write:user")
        password = body.password or random_password()
        if body.password is not None:
            self.policy.check(body.password, body.name, field="password")
        encoded = hash_password(password)
        with self.db.write() as session:
            if session.scalar(select(User.id).where(User.name == body.name)):
                raise NameTaken("user", body.name)
            user = self._insert(session, principal, body, encoded)
        read = self._read(user)
        return UserCreated(**read.model_dump(), password=None if body.password is not None else password)

    def update(self, principal: Principal, user_id: str, body: UserUpdate, revision: int | None = None) -> UserRead:
        """Change role, display name, or whether the account is enabled.

        Disabling stops the user's notebook servers; whatever else he runs goes on and can be stopped by an
        administrator.

        Raises
        ------
        Conflict
            It would leave no enabled administrator.
        PreconditionFailed
            Somebody changed the account meanwhile.
        """
        authorize(principal, "write:user")
        changes = body.model_dump(exclude_unset=True, exclude_none=True)
        with self.db.write() as session:
            user = _existing(session, user_id)
            revisions.check(user, revision, lambda: self._read(user))
            if user.role == "administrator" and (changes.get("role") == "user" or changes.get("enabled") is False):
                self._refuse_last_administrator(session, user)
            before = {key: getattr(user, key) for key in changes}
            changes = {key: value for key, value in changes.items() if before[key] != value}
            for key, value in changes.items():
                setattr(user, key, value)
            if changes:
                revisions.touch(user)
                self._record(principal, "user.changed", user, changes=changes)
            if changes.get("enabled") is False:
                self.platform.notebooks.stop_all(SYSTEM, user.id)
        return self._read(user)

    def delete(self, principal: Principal, user_id: str, revision: int | None = None) -> None:
        """Delete an account that owns nothing.

        Raises
        ------
        InUse
            It owns objects; their kinds and numbers are named.
        Conflict
            It is one's own account, or that of the last administrator.
        """
        authorize(principal, "write:user")
        with self.db.write() as session:
            user = _existing(session, user_id)
            revisions.check(user, revision, lambda: self._read(user))
            if user.id == principal.user_id:
                raise Conflict("own_account", "Not deleted. This is your own account. Ask another administrator.")
            if user.role == "administrator":
                self._refuse_last_administrator(session, user)
            owned = _owned_by(session, user.id)
            if owned:
                raise InUse(f"User {user.name!r}", owned)
            self.platform.notebooks.stop_all(SYSTEM, user.id)
            self._record(principal, "user.deleted", user)
            session.delete(user)
            self._names.pop(user.id, None)

    def reset_password(self, principal: Principal, user_id: str) -> PasswordGiven:
        """Give an account a random password, close its sessions and let it in again."""
        authorize(principal, "write:user")
        password = random_password()
        encoded = hash_password(password)
        with self.db.write() as session:
            user = _existing(session, user_id)
            if user.issuer != LOCAL:
                raise Conflict("foreign_account", "Not reset. The password of this account is kept elsewhere.")
            self._set_password(user, encoded)
            self._record(principal, "user.password_reset", user)
        self.lockout.release(user.name)
        return PasswordGiven(password=password)

    def reset_password_of(self, principal: Principal, name: str) -> PasswordGiven:
        """Do `reset_password` for the account of a name; for whoever rules the machine itself.

        Raises
        ------
        NotFound
            No such account.
        """
        user = self._by_name(name.strip().lower())
        if user is None:
            raise NotFound("user", _printable(name))
        return self.reset_password(principal, user.id)

    # Myself

    def change_password(self, principal: Principal, body: PasswordChange) -> None:
        """Change one's own password.

        Raises
        ------
        Invalid
            The old one is wrong, or the new one is against the policy.
        TooMany
            After too many wrong old passwords.
        """
        if "write" not in principal.scopes:
            raise Forbidden("Not changed. Your token's scope is too narrow. Use one with scope write.")
        self.lockout.check(principal.name, "own")
        with self.db.read() as session:
            user = _existing(session, principal.user_id)
        if user.issuer != LOCAL:
            raise Conflict("foreign_account", "Not changed. The password of this account is kept elsewhere.")
        with self._hashing:
            right = matches(user.password, body.old)
        if not right:
            self.lockout.failed(principal.name, "own")
            raise Invalid("old", "Password: the old one is wrong.", code="wrong_password")
        with self._hashing:
            known = [*([user.password] if user.password else []), *user.passwords]
            self.policy.check(body.new, user.name, old=body.old, earlier=known, field="new")
            encoded = hash_password(body.new)
        with self.db.write() as session:
            user = _existing(session, principal.user_id)
            self._set_password(user, encoded)
            self._record(principal, "user.password_changed", user)

    def settings(self, principal: Principal) -> Settings:
        """Give one's own settings."""
        with self.db.read() as session:
            user = session.get(User, principal.user_id)
        return Settings(**(user.settings if user else {}))

    def update_settings(self, principal: Principal, body: SettingsUpdate) -> Settings:
        """Change one's own settings."""
        with self.db.write() as session:
            user = _existing(session, principal.user_id)
            user.settings = {**user.settings, **body.changes()}
            return Settings(**user.settings)

    # Inside

    def _by_name(self, name: str) -> User | None:
        if not NAME.fullmatch(name):  # so that no database sees what it could stumble over
            return None
        with self.db.read() as session:
            return session.scalar(select(User).where(User.name == name))

    def _insert(
        self, session: Session, principal: Principal, body: UserCreate, encoded: str | None, *, issuer: str = LOCAL
    ) -> User:
        uid = max((session.scalar(select(func.max(GivenUid.uid))) or 0) + 1, FIRST_UID)
        user_id = new_id("usr")
        session.add(GivenUid(uid=uid, user_id=user_id))
        user = User(
            id=user_id,
            issuer=issuer,
            subject=body.name,
            name=body.name,
            display_name=body.display_name,
            role=body.role,
            uid=uid,
            password=encoded,
            passwords=[],
            settings={},
        )
        session.add(user)
        session.flush()
        self._record(principal, "user.created", user, role=user.role)
        return user

    def _set_password(self, user: User, encoded: str) -> None:
        revisions.lock(user)
        keep = max(self.policy.remembered - 1, 0)
        user.passwords = [*([user.password] if user.password else []), *user.passwords][:keep]
        user.password = encoded
        user.sessions += 1
        revisions.touch(user)

    def _refuse_last_administrator(self, session: Session, user: User) -> None:
        self.db.serialize(session, "administrators")  # or two of them could unmake each other at the same moment
        others = session.scalar(
            select(func.count(User.id)).where(
                User.role == "administrator", User.enabled.is_(True), User.issuer == LOCAL, User.id != user.id
            )
        )
        if not others:
            raise Conflict(
                "last_administrator",
                f"Not changed. {user.name!r} is the only enabled administrator. Make another one first.",
            )

    def _record(self, principal: Principal, code: str, user: User, **params: Any) -> None:
        self.platform.events.record(
            principal, code, object_kind="user", object_id=user.id, params={"name": user.name, **params}
        )

    def _state(self, user: User) -> AccountState:
        return AccountState(**self._read(user).model_dump(), sessions=user.sessions)

    def _read(self, user: User) -> UserRead:
        return UserRead(
            id=user.id,
            name=user.name,
            display_name=user.display_name,
            role=user.role,  # type: ignore[arg-type]
            enabled=user.enabled,
            uid=user.uid if self.separate else None,
            last_seen_at=user.last_seen_at,
            created_at=user.created_at,
            updated_at=user.updated_at,
            revision=user.revision,
        )


def _printable(text: str) -> str:
    return "".join(c for c in text[:64] if c.isprintable())


def _disabled() -> Forbidden:
    return Forbidden("Not signed in. This account is disabled. Ask an administrator.", code="account_disabled")


def _existing(session: Session, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user", user_id)
    return user


def _self(user: User) -> Principal:
    return Principal(user_id=user.id, name=user.name, role=user.role)  # type: ignore[arg-type]


def _owned_by(session: Session, user_id: str) -> list[dict[str, str]]:
    """Count by table what an account owns: the one question that concerns every domain alike."""
    owned = []
    for mapper in sorted(User.registry.mappers, key=lambda m: m.class_.__name__):
        model = mapper.class_
        if issubclass(model, Owned):
            counted = select(func.count()).select_from(model).where(model.owner_id == user_id)
            number = session.scalar(counted, execution_options=WITH_TRASH) or 0
            if number:
                owned.append({"kind": model.__name__, "name": str(number)})
    return owned
