"""Rules of samples: lists, annotations one by one and in bulk, splits, undo."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from ..errors import AISpaceError, Conflict, Invalid, NotFound, PreconditionFailed
from ..identity import Principal
from ..listing import contains
from ..schemas import CursorInfo, CursorPage, Ref
from .access import dataset_row, kind_of
from .annotations import HUMAN, REVIEWABLE, AnnotationObject, AnnotationRead, check_objects
from .contents import excerpt, read_row
from .orm import Dataset, Sample, SampleLabel
from .requests import AnnotationBatch, AnnotationItem, AnnotationPut, AnnotationResult, AnnotationResults
from .schemas import LabelShare, SampleFilter, SampleQuery, SampleRead, SampleUpdate, Statistics
from .snapshots import annotator, read_review
from .working import WorkingCopy, counters, sample_id, sample_number

if TYPE_CHECKING:
    from ..platform import Platform

SORTS: Final[dict[str, Any]] = {"number": Sample.number, "path": Sample.path, "at": Sample.at, "score": Sample.score}


def filtered(row: Dataset, query: SampleFilter) -> Select[Any]:
    """Make the statement of the samples that fit a filter."""
    statement = select(Sample).where(Sample.dataset == row.number)
    if query.state is not None:
        statement = statement.where(Sample.state == query.state)
    if query.split is not None:
        none = query.split == "none"
        statement = statement.where(Sample.split.is_(None) if none else Sample.split == query.split)
    if query.hard is not None:
        statement = statement.where(Sample.hard.is_(query.hard))
    if query.by is not None:
        statement = statement.where(Sample.by == query.by)
    if query.label is not None:
        statement = statement.where(
            exists().where(
                SampleLabel.dataset == row.number,
                SampleLabel.label == query.label,
                SampleLabel.number == Sample.number,
            )
        )
    if query.q:
        statement = statement.where(contains(Sample.path, query.q))
    return statement


def known_total(session: Session, row: Dataset, query: SampleFilter) -> int | None:
    """Give the number of samples that fit a filter where the counters know it."""
    given = {k: v for k, v in query.model_dump(include=set(SampleFilter.model_fields)).items() if v is not None}
    if not given:
        return row.total
    if len(given) > 1:
        return None
    key, value = next(iter(given.items()))
    if key == "state":
        return int(getattr(row, value))
    if key == "hard":
        return row.hard if value else row.total - row.hard
    if key in ("label", "split"):
        found = counters(session, row.number, key)
        return row.total - sum(found.values()) if value == "none" and key == "split" else found.get(value, 0)
    return None


def write_cursor(value: Any, number: int) -> str:
    """Write the place behind a sample in a sorted list."""
    text = value.isoformat() if hasattr(value, "isoformat") else value
    return base64.urlsafe_b64encode(json.dumps([text, number]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[Any, int]:
    """Read what `write_cursor` wrote.

    Raises
    ------
    Invalid
        It is something else.
    """
    try:
        value, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(value, str | int | float | None) or type(number) is not int or abs(number) > 2**40:
            raise ValueError("no place in a list")
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            "cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown"
        ) from error
    return value, number


class SampleService:
    """Samples of working copies."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    # Looking

    def list(self, principal: Principal, dataset_id: str, query: SampleQuery) -> CursorPage[SampleRead]:
        """Give a page of samples with the exact number of all that fit."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            statement = filtered(row, query)
            total = known_total(session, row, query)
            if total is None:
                total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
            key, down = query.sort.removeprefix("-"), query.sort.startswith("-")
            column = SORTS[key]
            if key in ("at", "score"):
                statement = statement.where(column.is_not(None))
            if query.cursor is not None:
                statement = statement.where(self._behind(column, key, query.cursor, down))
            elif query.at:
                statement = statement.offset(query.at)
            order = (column.desc(), Sample.number.desc()) if down else (column.asc(), Sample.number.asc())
            samples = session.scalars(statement.order_by(*order).limit(query.limit + 1)).all()
            page = samples[: query.limit]
            following = None
            if len(samples) > query.limit:
                following = write_cursor(getattr(page[-1], key), page[-1].number)
            names = self.names(page)
            return CursorPage(
                items=[self.read(row, sample, names) for sample in page],
                page=CursorInfo(limit=query.limit, next=following, total=total),
            )

    def _behind(self, column: Any, key: str, cursor: str, down: bool) -> Any:
        value, number = read_cursor(cursor)
        if key == "number":
            return column < number if down else column > number
        if key == "at":
            try:
                value = datetime.fromisoformat(str(value))
            except ValueError:
                raise Invalid(
                    "cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown"
                ) from None
        elif isinstance(value, str) != (key == "path") or value is None:
            raise Invalid("cursor", "Cursor: not one of this order. Begin without a cursor.", code="cursor_unknown")
        if down:
            return or_(column < value, and_(column == value, Sample.number < number))
        return or_(column > value, and_(column == value, Sample.number > number))

    def get(self, principal: Principal, dataset_id: str, given: str) -> SampleRead:
        """Give one sample."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            sample = self.one(session, row, given)
            return self.read(row, sample, self.names([sample]))

    def content(self, principal: Principal, dataset_id: str, given: str) -> tuple[SampleRead, bytes | None]:
        """Give a sample and, where it is no file, its bytes."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            sample = self.one(session, row, given)
            data = None if sample.content is None else sample.content.encode()
            return self.read(row, sample, {}), data

    def one(self, session: Session, row: Dataset, given: str) -> Sample:
        """Find the row of a sample.

        Raises
        ------
        NotFound
            The dataset has no such sample.
        """
        sample = session.get(Sample, (row.number, sample_number(row, given)))
        if sample is None:
            raise NotFound("sample", given)
        return sample

    def statistics(self, principal: Principal, dataset_id: str) -> Statistics:
        """Count labels, states and splits."""
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "read")
            found, splits = counters(session, row.number, "label"), counters(session, row.number, "split")
            boxes = counters(session, row.number, "object") if kind_of(row).many else None
            colours: dict[str, str | None] = {}
            if row.label_group_id is not None:
                group = self.platform.labels.of_dataset(row.label_group_id)
                colours = {label.name: label.color for label in group.labels}
        total = max(row.total, 1)
        shares = [
            LabelShare(
                label=name,
                color=colours.get(name),
                n=found.get(name, 0),
                share=found.get(name, 0) / total,
                objects=None if boxes is None else boxes.get(name, 0),
            )
            for name in [*colours, *(name for name in found if name not in colours)]
        ]
        states = {s: getattr(row, s) for s in ("unlabelled", "auto", "started", "labelled", "reviewed", "rejected")}
        splits["none"] = row.total - sum(splits.values())
        return Statistics(labels=shares, states=states, splits=splits, hard=row.hard, total=row.total)

    # Changing one

    def annotate(
        self, principal: Principal, dataset_id: str, given: str, body: AnnotationPut, revision: int | None
    ) -> SampleRead:
        """Give a sample another annotation.

        Raises
        ------
        PreconditionFailed
            Somebody annotated it meanwhile; the answer holds what is there now.
        Invalid
            The objects do not fit the kind of dataset or its labels.
        """

        def change(copy: WorkingCopy, sample: Sample) -> None:
            self._set(principal, copy, sample, body.objects, confirm=body.confirm, labels=self._labels(copy.row))
            if body.hard is not None:
                copy.set_hard(sample, body.hard)

        return self._change(principal, dataset_id, given, revision, change)

    def update(
        self, principal: Principal, dataset_id: str, given: str, body: SampleUpdate, revision: int | None
    ) -> SampleRead:
        """Change split or mark of a sample, or review it.

        Raises
        ------
        Conflict
            A sample that nobody confirmed cannot be reviewed.
        """

        def change(copy: WorkingCopy, sample: Sample) -> None:
            if "split" in body.model_fields_set:
                copy.set_split(sample, body.split)
            if body.hard is not None:
                copy.set_hard(sample, body.hard)
            if body.review is not None:
                if sample.state not in REVIEWABLE:
                    raise Conflict("not_confirmed", f"Not reviewed. The sample is {sample.state}. Confirm it first.")
                copy.review(sample, body.review, body.reason, principal.user_id)

        return self._change(principal, dataset_id, given, revision, change)

    def delete(self, principal: Principal, dataset_id: str, given: str, revision: int | None) -> None:
        """Take a sample out of the working copy; published versions keep it.

        Raises
        ------
        PreconditionFailed
            Somebody changed it meanwhile.
        """
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            sample = self.one(session, row, given)
            if revision is not None and sample.revision != revision:
                raise PreconditionFailed(self.read(row, sample, self.names([sample])).model_dump(mode="json"))
            copy = WorkingCopy(session, row)
            copy.delete([sample])
            copy.finish()
            self.told(principal, row, 1)

    def _change(
        self,
        principal: Principal,
        dataset_id: str,
        given: str,
        revision: int | None,
        change: Callable[[WorkingCopy, Sample], None],
    ) -> SampleRead:
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            sample = self.one(session, row, given)
            if revision is not None and sample.revision != revision:
                current = self.read(row, sample, self.names([sample]))
                raise PreconditionFailed(current.model_dump(mode="json"))
            copy = WorkingCopy(session, row)
            change(copy, sample)
            copy.finish()
            if copy.dirty:
                self.told(principal, row, 1)
            return self.read(row, sample, self.names([sample]))

    def _labels(self, row: Dataset) -> set[str]:
        if row.label_group_id is None:
            return set()
        return {label.name for label in self.platform.labels.of_dataset(row.label_group_id).labels}

    def _set(
        self,
        principal: Principal,
        copy: WorkingCopy,
        sample: Sample,
        objects: Sequence[AnnotationObject],
        *,
        confirm: bool,
        labels: set[str],
        automatic: bool = False,
    ) -> bool:
        """Annotate a sample; tell whether that changed anything."""
        kind = kind_of(copy.row)
        size = (sample.width, sample.height) if sample.width and sample.height else None
        said = check_objects(kind, copy.row.template, labels, objects, size)
        if automatic:
            if sample.state in HUMAN:
                raise Conflict("human_annotation", "Not saved. A person annotated this sample; that is kept.")
            state = "auto" if said else "unlabelled"
        elif confirm:
            if not said and not kind.many:
                raise Invalid("objects", "Objects: a sample without a label cannot be confirmed.", code="label_missing")
            state = "labelled"
        else:
            state = "started" if said else "unlabelled"
        if said == (sample.objects or []) and sample.state in ((state, "reviewed") if confirm else (state,)):
            return False
        copy.annotate(sample, said, state, by=principal.user_id if said or confirm else None)
        return True

    # Changing many

    def annotate_many(self, principal: Principal, dataset_id: str, body: AnnotationBatch) -> AnnotationResults:
        """Annotate up to 1,000 samples; each stands or falls alone, and the answer says which."""
        results: list[AnnotationResult] = []
        with self.db.write() as session:
            row = dataset_row(session, principal, dataset_id, "write", lock=True)
            copy, labels = WorkingCopy(session, row), self._labels(row)
            by_path = copy.by_paths([item.path for item in body.items if item.path is not None])
            for item in body.items:
                results.append(self._annotate_item(principal, copy, item, by_path, labels))
            copy.finish()
            saved = sum(r.status == "saved" for r in results)
            if saved:
                self.told(principal, row, saved)
        return AnnotationResults(results=results)

    def _annotate_item(
        self,
        principal: Principal,
        copy: WorkingCopy,
        item: AnnotationItem,
        by_path: dict[str, Sample],
        labels: set[str],
    ) -> AnnotationResult:
        sample = None
        try:
            if item.sample_id is not None:
                sample = self.one(copy.session, copy.row, item.sample_id)
            else:
                sample = by_path.get(item.path or "")
                if sample is None:
                    raise NotFound("sample", item.path or "")
            if item.revision is not None and sample.revision != item.revision:
                raise PreconditionFailed({"revision": sample.revision, "objects": sample.objects})
            changed = self._set(
                principal, copy, sample, item.objects, confirm=item.confirm, labels=labels, automatic=item.automatic
            )
        except AISpaceError as error:
            return AnnotationResult(
                sample_id=sample_id(copy.row, sample.number) if sample is not None else item.sample_id,
                status="refused",
                revision=sample.revision if sample is not None else None,
                error={"code": error.code, "message": error.message, "details": error.details},
            )
        return AnnotationResult(
            sample_id=sample_id(copy.row, sample.number),
            status="saved" if changed else "unchanged",
            revision=sample.revision,
        )

    # Shapes

    def told(self, principal: Principal, row: Dataset, n: int) -> None:
        """Tell that samples changed."""
        self.platform.events.record(
            principal,
            "dataset.annotated",
            object_kind="dataset",
            object_id=row.id,
            params={"name": row.name, "samples": n, "status": row.status},
            resource=row,
        )

    def names(self, samples: Sequence[Sample]) -> dict[str, Ref]:
        """Name those who annotated and reviewed."""
        reviewers = {s.review["by"] for s in samples if s.review is not None}
        return self.platform.users.refs({s.by for s in samples if s.by is not None} | reviewers)

    def read(self, row: Dataset, sample: Sample, names: dict[str, Ref]) -> SampleRead:
        """Give the public shape of a sample."""
        return SampleRead(
            id=sample_id(row, sample.number),
            number=sample.number,
            path=sample.path,
            size=sample.size,
            sha256=sample.sha256,
            media_type=sample.media_type,
            width=sample.width,
            height=sample.height,
            state=sample.state,  # type: ignore[arg-type]  # only such words are ever stored
            split=sample.split,  # type: ignore[arg-type]  # only such words are ever stored
            hard=sample.hard,
            annotation=AnnotationRead(
                objects=[AnnotationObject(**o) for o in sample.objects or []],
                by=annotator(sample.by, names),
                at=sample.at,
            ),
            review=None if sample.review is None else read_review(sample.review, names),
            revision=sample.revision,
            excerpt=excerpt(self.platform.blobs, sample.media_type, sample.content, sample.sha256),
            values=None if row.columns is None or sample.content is None else read_row(row.columns, sample.content),
        )
