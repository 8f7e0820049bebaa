"""Database: base classes, column types, sessions."""

from .base import DEFAULT_ORGANISATION, WITH_TRASH, Base, Owned, Timed, Trashable, utc_now
from .database import Database, WrongRevision
from .types import Id, JSONValue, Money, UTCDateTime

__all__ = [
    "DEFAULT_ORGANISATION",
    "WITH_TRASH",
    "Base",
    "Database",
    "Id",
    "JSONValue",
    "Money",
    "Owned",
    "Timed",
    "Trashable",
    "UTCDateTime",
    "WrongRevision",
    "utc_now",
]
