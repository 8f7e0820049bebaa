"""The kinds of objects that have an owner, and what is special to each when it changes hands or is thrown away.

Each domain adds its own kind when it is built; trash and transfers work on all of them alike and know no domain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .db import WITH_TRASH, Owned, Trashable
from .errors import Invalid, NameTaken, NotFound
from .identity import Principal

if TYPE_CHECKING:
    from .platform import Platform

Hook = Callable[[Session, Any], None]


@dataclass(frozen=True)
class ObjectKind:
    """A kind of owned objects.

    Parameters
    ----------
    kind : str
        As events name it, for instance ``"training_job"``.
    prefix : str
        Of its ids.
    resource : str
        Noun of its permissions.
    word : str
        What a person calls it.
    model : type
        Its table.
    name_limit : int, optional
        Most characters of a name.
    unique_names : bool, optional
        Whether an owner can have a name only once.
    trashed, restored, purged : callable, optional
        Called with session and row when it goes into the trash, comes back (may refuse), is deleted for good (may
        refuse; deletes what the database does not delete by itself).
    moved : callable, optional
        Called with session, row and the new owner when it has one; may refuse.
    """

    kind: str
    prefix: str
    resource: str
    word: str
    model: type[Owned]
    name_limit: int = 50
    unique_names: bool = True
    trashed: Hook | None = None
    restored: Hook | None = None
    purged: Hook | None = None
    moved: Callable[[Session, Any, Principal], None] | None = None

    @property
    def trashable(self) -> bool:
        """Whether it is deleted into the trash first."""
        return issubclass(self.model, Trashable)


class ObjectKinds:
    """All kinds, by the prefix of their ids."""

    def __init__(self, platform: Platform) -> None:
        self.db = platform.db
        self.by_prefix: dict[str, ObjectKind] = {}

    def add(self, kind: ObjectKind) -> None:
        """Make a kind known."""
        self.by_prefix[kind.prefix] = kind

    def of(self, object_id: str) -> ObjectKind:
        """Tell the kind of an object by its id.

        Raises
        ------
        NotFound
            No kind has such ids.
        """
        found = self.by_prefix.get(object_id.partition("_")[0])
        if found is None:
            raise NotFound("object", object_id)
        return found

    def find(self, session: Session, object_id: str, *, trashed: bool = False) -> tuple[ObjectKind, Any]:
        """Give kind and row of an object.

        Parameters
        ----------
        trashed : bool, optional
            Also one that lies in the trash.

        Raises
        ------
        NotFound
            There is none.
        """
        kind = self.of(object_id)
        options: dict[str, Any] = WITH_TRASH if trashed else {}
        row = session.scalar(select(kind.model).where(kind.model.id == object_id).execution_options(**options))
        if row is None:
            raise NotFound(kind.word, object_id)
        return kind, row

    def check_name(self, session: Session, kind: ObjectKind, row: Any, owner_id: str, name: str) -> None:
        """Refuse a name that is too long, or that its owner has given to another object where names are unique.

        Raises
        ------
        Invalid, NameTaken
            Name the field.
        """
        if len(name) > kind.name_limit:
            raise Invalid(
                "name",
                f"Name: at most {kind.name_limit} characters for a {kind.word}; this has {len(name)}.",
                code="string_too_long",
                params={"max_length": kind.name_limit},
            )
        if not kind.unique_names:
            return
        model: Any = kind.model
        same = select(model.id).where(model.owner_id == owner_id, model.name == name, model.id != row.id)
        if session.scalar(same) is not None:
            raise NameTaken(kind.word, name)
