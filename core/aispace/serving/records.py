"""Records of a service: who did what, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..schemas import Ref
from .orm import Service, ServiceRecord
from .schemas import RecordAction, RecordList, RecordQuery, RecordRead

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform


class Records:
    """Writes records, in the transaction of what they tell of, and reads them."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def write(
        self,
        session: Session,
        principal: Principal,
        service: Service,
        action: RecordAction,
        *,
        number: int | None = None,
        note: str = "",
        **details: Any,
    ) -> None:
        """Add a record.

        Parameters
        ----------
        number : int, optional
            The deployment that it is about.
        note : str
            Why, in the words of who did it.
        details
            What, in values.
        """
        session.flush()
        own = select(func.max(ServiceRecord.position)).where(ServiceRecord.service_id == service.id)
        session.add(
            ServiceRecord(
                service_id=service.id,
                position=(session.scalar(own) or 0) + 1,
                at=self.platform.clock.now(),
                action=action,
                number=number,
                details=details,
                note=note,
                by_id=principal.user_id,
                by_name=principal.name,
            )
        )

    def read(self, session: Session, service: Service, query: RecordQuery) -> RecordList:
        """Read the newest records, or those before one."""
        statement = select(ServiceRecord).where(ServiceRecord.service_id == service.id)
        if query.before is not None:
            statement = statement.where(ServiceRecord.position < query.before)
        rows = session.scalars(statement.order_by(ServiceRecord.position.desc()).limit(query.limit))
        return RecordList(
            items=[
                RecordRead(
                    position=row.position,
                    at=row.at,
                    action=row.action,  # type: ignore[arg-type]  # written by `write` only
                    number=row.number,
                    details=row.details,
                    note=row.note,
                    by=Ref(id=row.by_id, name=row.by_name),
                )
                for row in rows
            ]
        )
