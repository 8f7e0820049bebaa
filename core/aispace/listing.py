"""Lists: filter, sort by allow-list, page, count - all from one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from .errors import Invalid
from .schemas import ListQuery, PageInfo

X = TypeVar("X")
SortKey = InstrumentedAttribute[Any] | Any


def order_by(
    statement: Select[Any], sort: str | None, sorts: Mapping[str, SortKey], default: str, tie: SortKey
) -> Select[Any]:
    """Order a statement by a key that the caller names.

    Parameters
    ----------
    sort : str or None
        A key of ``sorts``, with ``-`` before it for descending.
    sorts : mapping
        The allowed keys and their columns.
    default : str
        What is used when ``sort`` is None.
    tie : column
        Breaks ties, so that pages neither overlap nor leave gaps.

    Raises
    ------
    Invalid
        Another key.
    """
    chosen = sort or default
    key = chosen.removeprefix("-")
    if key not in sorts:
        raise Invalid(
            "sort",
            f"Sort: {chosen!r} is not possible here. Use one of {', '.join(sorted(sorts))}.",
            code="sort_unknown",
        )
    column = sorts[key]
    return statement.order_by(column.desc() if chosen.startswith("-") else column.asc(), tie)


def paged(
    session: Session,
    statement: Select[Any],
    query: ListQuery,
    *,
    sorts: Mapping[str, SortKey],
    tie: SortKey,
    default: str = "-created_at",
) -> tuple[Sequence[Any], PageInfo]:
    """Run one page of a filtered statement.

    Returns
    -------
    rows : sequence
        ORM objects (or first columns) of the page.
    info : PageInfo
        With the exact total of the same filtered statement.
    """
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    ordered = order_by(statement, query.sort, sorts, default, tie).limit(query.limit).offset(query.offset)
    rows = session.scalars(ordered).all()
    following = query.offset + len(rows)
    return rows, PageInfo(
        limit=query.limit, offset=query.offset, total=total, next=following if following < total else None
    )


def contains(column: SortKey, text: str) -> Any:
    """Make a case-insensitive ``contains`` clause in which ``%`` and ``_`` mean themselves."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%", escape="\\")


def slice_of(items: Sequence[X], query: ListQuery) -> tuple[Sequence[X], PageInfo]:
    """Cut a page out of a short list that is in memory in its order."""
    shown = items[query.offset : query.offset + query.limit]
    following = query.offset + len(shown)
    return shown, PageInfo(
        limit=query.limit,
        offset=query.offset,
        total=len(items),
        next=following if shown and following < len(items) else None,
    )
