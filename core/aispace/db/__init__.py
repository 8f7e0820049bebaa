"""Database: base classes, column types, sessions."""

from .base import DEFAULT_ORGANISATION, Base, Owned, Timed, utc_now
from .database import Database, WrongRevision
from .types import Id, JSONValue, Money, UTCDateTime

__all__ = [
    "DEFAULT_ORGANISATION",
    "Base",
    "Database",
    "Id",
    "JSONValue",
    "Money",
    "Owned",
    "Timed",
    "UTCDateTime",
    "WrongRevision",
    "utc_now",
]
