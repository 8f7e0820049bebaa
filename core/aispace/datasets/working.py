"""Every change of a working copy goes through here: rows, labels and all counters stay one truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..db.base import utc_now
from ..errors import NotFound
from .annotations import STATES, counted, labels_of, least_score
from .orm import Dataset, DatasetCount, Sample, SampleLabel, SampleRemoval

PART = 500
"""Keys of one ``IN``."""


def sample_id(dataset: Dataset, number: int) -> str:
    """Make the id of a sample: that of its dataset and its number, so that it needs neither column nor index."""
    return f"smp_{dataset.id.partition('_')[2]}{number:08x}"


def sample_number(dataset: Dataset, given: str) -> int:
    """Read the number out of a sample's id.

    Raises
    ------
    NotFound
        It is no id of a sample of this dataset.
    """
    prefix = f"smp_{dataset.id.partition('_')[2]}"
    tail = given[len(prefix) :]
    if not given.startswith(prefix) or len(tail) < 8 or not all(c in "0123456789abcdef" for c in tail):
        raise NotFound("sample", given)
    number = int(tail, 16)
    if number >= 2**31 or sample_id(dataset, number) != given:
        raise NotFound("sample", given)
    return number


def locked(session: Session, dataset_id: str) -> Dataset:
    """Read a dataset's row and keep it from other writers until the transaction ends.

    Raises
    ------
    NotFound
        No such dataset.
    """
    row = session.scalar(
        select(Dataset).where(Dataset.id == dataset_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("dataset", dataset_id)
    return row


def status_of(row: Dataset) -> str:
    """Put the states of all samples into one word."""
    if row.importing:
        return "importing"
    if row.annotation_type == "none":
        return "created"
    if row.total and row.labelled + row.reviewed == row.total:
        return "labelled"
    if row.auto and row.auto + row.labelled + row.reviewed == row.total:
        return "auto_labelled"
    if row.unlabelled == row.total:
        return "unlabelled"
    return "labelling"


class WorkingCopy:
    """Changes of one dataset within one transaction; `finish` writes the counters.

    Parameters
    ----------
    session : Session
        A write session.
    row : Dataset
        As `locked` gives it.
    """

    def __init__(self, session: Session, row: Dataset) -> None:
        self.session, self.row = session, row
        self.dirty = False
        self._labels: Counter[str] = Counter()
        self._splits: Counter[str] = Counter()
        self._objects: Counter[str] = Counter()
        self._label_rows: dict[tuple[str, int], bool] = {}
        """Which sample gets a label (True) or loses it."""

    def _count(self) -> int:
        self.dirty = True
        self.row.change += 1
        return self.row.change

    # Reading

    def by_numbers(self, numbers: Sequence[int]) -> dict[int, Sample]:
        """Read samples by number."""
        return {s.number: s for s in self._by(Sample.number, numbers)}

    def by_paths(self, paths: Sequence[str]) -> dict[str, Sample]:
        """Read samples by path."""
        return {s.path: s for s in self._by(Sample.path, paths)}

    def briefs(self, paths: Sequence[str]) -> dict[str, Row[Any]]:
        """Read of samples by path what `annotate_all` has to know: no objects that the session keeps."""
        columns = (Sample.path, Sample.number, Sample.state, Sample.split, Sample.objects, Sample.change, Sample.added)
        found = {}
        for start in range(0, len(paths), PART):
            wanted = select(*columns).where(
                Sample.dataset == self.row.number, Sample.path.in_(paths[start : start + PART])
            )
            found.update({row.path: row for row in self.session.execute(wanted)})
        return found

    def _by(self, column: Any, keys: Sequence[Any]) -> Iterable[Sample]:
        for start in range(0, len(keys), PART):
            clause: ColumnElement[bool] = column.in_(keys[start : start + PART])
            yield from self.session.scalars(select(Sample).where(Sample.dataset == self.row.number, clause))

    # Changing

    def add(self, files: Sequence[dict[str, Any]], *, by: str, confirm: bool) -> None:
        """Add samples.

        Parameters
        ----------
        files : sequence of dict
            ``path``, ``sha256``, ``size``, ``media_type``, ``width``, ``height``, ``split``, ``hard``, ``objects``,
            optionally ``state``, ``content`` and ``review``.
        by : str
            Who says what the objects say.
        confirm : bool
            Whether that counts as confirmed where ``state`` is not given.
        """
        if not files:
            return
        change, now, row = self._count(), utc_now(), self.row
        rows = []
        for item in files:
            objects = item["objects"]
            state = item.get("state") or (("labelled" if confirm else "started") if objects else "unlabelled")
            number = row.next_sample
            row.next_sample += 1
            rows.append(
                {
                    "dataset": row.number,
                    "number": number,
                    "path": item["path"],
                    "sha256": item["sha256"],
                    "size": item["size"],
                    "media_type": item["media_type"],
                    "width": item["width"],
                    "height": item["height"],
                    "content": item.get("content"),
                    "state": state,
                    "split": item.get("split"),
                    "hard": bool(item.get("hard")),
                    "objects": objects,
                    "score": least_score(objects),
                    "by": by if state != "unlabelled" else None,
                    "at": now if state != "unlabelled" else None,
                    "review": review_of(item, by, now),
                    "revision": 1,
                    "change": change,
                    "added": change,
                }
            )
            self._enter(number, state, item.get("split"), bool(item.get("hard")), objects, item["size"])
        row.added += len(rows)
        table: Any = Sample.__table__
        self.session.execute(insert(table), rows)

    def annotate(
        self, sample: Sample, objects: list[dict[str, Any]], state: str, *, by: str | None, at: datetime | None = None
    ) -> None:
        """Give a sample another annotation and state."""
        self._relabel(sample.number, sample.objects, objects)
        if sample.state != state:
            self._move(sample.state, state)
        sample.objects, sample.state, sample.score = objects, state, least_score(objects)
        sample.by = by
        sample.at = (at or utc_now()) if by is not None else None
        self.touch(sample)

    def annotate_all(self, given: Sequence[tuple[Row[Any], list[dict[str, Any]], str, str | None]], *, by: str) -> None:
        """Give many samples another annotation and state, as `annotate` does one, in one statement.

        Parameters
        ----------
        given : sequence of (sample, objects, state, split)
            Each sample once, as `briefs` gives it; without a split it keeps its own.
        """
        if not given:
            return
        row, now, published = self.row, utc_now(), self.row.published
        change, changed = row.change, 0
        states: Counter[str] = Counter()
        values = []
        for sample, objects, state, split in given:
            self._relabel(sample.number, sample.objects, objects)
            states[sample.state] -= 1
            states[state] += 1
            kept = sample.split if split is None else split
            if kept != sample.split:
                self._splits.subtract([sample.split] if sample.split else [])
                self._splits[kept] += 1
            change += 1
            changed += sample.change <= published and sample.added <= published
            said = state != "unlabelled"
            values.append(
                {
                    "of": sample.number, "to_objects": objects, "to_state": state, "to_score": least_score(objects),
                    "to_by": by if said else None, "to_at": now if said else None, "to_split": kept,
                    "to_change": change,
                }
            )  # fmt: skip
        self.dirty = True
        row.change, row.changed = change, row.changed + changed
        for state, n in states.items():
            setattr(row, state, getattr(row, state) + n)
        table: Any = Sample.__table__
        names = ("objects", "state", "score", "by", "at", "split", "change")
        self.session.execute(
            update(table)
            .where(table.c.dataset == row.number, table.c.number == bindparam("of"))
            .values(revision=table.c.revision + 1, **{name: bindparam(f"to_{name}") for name in names}),
            values,
        )

    def _relabel(self, number: int, old: Any, new: Any) -> None:
        before, after = labels_of(old), labels_of(new)
        for label in before:
            if label not in after:
                self._labels[label] -= 1
                self._label_rows[label, number] = False
        for label in after:
            if label not in before:
                self._labels[label] += 1
                self._label_rows[label, number] = True
        self._objects.subtract(counted(old))
        self._objects.update(counted(new))

    def set_state(self, sample: Sample, state: str) -> None:
        """Confirm, review or reject without changing what is said."""
        self._move(sample.state, state)
        sample.state = state
        self.touch(sample)

    def review(self, sample: Sample, verdict: str, reason: str, by: str) -> None:
        """Accept or reject a confirmed sample, or take its review back.

        Taken back, the sample shows again what was said of it before it was mended.
        """
        last, mended = sample.review or {}, sample.state == "labelled"
        if verdict == "withdraw":
            sample.review = None if mended else last.get("before")
            self.set_state(sample, "labelled")
            return
        before = {k: v for k, v in last.items() if k != "before"} if mended else last.get("before")
        review = {"verdict": verdict, "reason": reason, "by": by, "at": utc_now().isoformat()}
        sample.review = {**review, "before": before} if before else review
        self.set_state(sample, "reviewed" if verdict == "accept" else "rejected")

    def set_split(self, sample: Sample, split: str | None) -> None:
        """Put a sample into another split."""
        if sample.split != split:
            self._splits.subtract([sample.split] if sample.split else [])
            self._splits.update([split] if split else [])
            sample.split = split
            self.touch(sample)

    def set_hard(self, sample: Sample, hard: bool) -> None:
        """Mark a sample as hard, or not."""
        if sample.hard != hard:
            self.row.hard += 1 if hard else -1
            sample.hard = hard
            self.touch(sample)

    def replace(self, sample: Sample, item: dict[str, Any], *, by: str, confirm: bool) -> None:
        """Give a sample other bytes; what was said of the old ones goes, unless something comes with the new."""
        self.row.size_bytes += item["size"] - sample.size
        for key in ("sha256", "size", "media_type", "width", "height"):
            setattr(sample, key, item[key])
        sample.content = item.get("content")
        objects = item["objects"]
        state = item.get("state") or (("labelled" if confirm else "started") if objects else "unlabelled")
        self.annotate(sample, objects, state, by=by if state != "unlabelled" else None)
        sample.review = review_of(item, by, utc_now())
        if item.get("split") is not None:
            self.set_split(sample, item["split"])

    def touch(self, sample: Sample) -> None:
        """Count a change of a sample."""
        row = self.row
        if sample.change <= row.published and sample.added <= row.published:
            row.changed += 1
        sample.change = self._count()
        sample.revision += 1

    def delete(self, samples: Sequence[Sample]) -> None:
        """Take samples out of the working copy; published versions keep them."""
        if not samples:
            return
        change, row = self._count(), self.row
        removals = []
        for sample in samples:
            for label in labels_of(sample.objects):
                self._labels[label] -= 1
            self._objects.subtract(counted(sample.objects))
            self._splits.subtract([sample.split] if sample.split else [])
            setattr(row, sample.state, getattr(row, sample.state) - 1)
            row.hard -= int(sample.hard)
            row.total -= 1
            row.size_bytes -= sample.size
            if sample.added > row.published:
                row.added -= 1
            else:
                row.removed += 1
                row.changed -= int(sample.change > row.published)
            removals.append({"dataset": row.number, "change": change, "path": sample.path, "added": sample.added})
        self.session.execute(insert(SampleRemoval), removals)
        numbers = [s.number for s in samples]
        for sample in samples:
            self.session.expunge(sample)
        for start in range(0, len(numbers), PART):
            part = numbers[start : start + PART]
            for model in (Sample, SampleLabel):
                self.session.execute(delete(model).where(model.dataset == row.number, model.number.in_(part)))

    # Counting

    def _move(self, old: str, new: str) -> None:
        setattr(self.row, old, getattr(self.row, old) - 1)
        setattr(self.row, new, getattr(self.row, new) + 1)

    def _enter(self, number: int, state: str, split: str | None, hard: bool, objects: Any, size: int) -> None:
        row = self.row
        row.total += 1
        setattr(row, state, getattr(row, state) + 1)
        row.hard += int(hard)
        row.size_bytes += size
        self._splits.update([split] if split else [])
        for label in labels_of(objects):
            self._labels[label] += 1
            self._label_rows[label, number] = True
        self._objects.update(counted(objects))

    def finish(self) -> None:
        """Write labels and counters; the dataset's own row is written by the session."""
        self.session.flush()
        number = self.row.number
        for (label, sample), stays in self._label_rows.items():
            if not stays:
                self.session.execute(
                    delete(SampleLabel).where(
                        SampleLabel.dataset == number, SampleLabel.label == label, SampleLabel.number == sample
                    )
                )
        new = [(number, label, sample) for (label, sample), stays in self._label_rows.items() if stays]
        if new:
            # As the driver takes it: a sample has several labels, and each would be a dictionary on its way.
            mark = "?" if self.session.get_bind().dialect.name == "sqlite" else "%s"
            self.session.connection().exec_driver_sql(
                f"insert into {SampleLabel.__tablename__} (dataset, label, number) "  # noqa: S608  # no input
                f"values ({mark}, {mark}, {mark}) on conflict do nothing",
                new,
            )
        for kind, counter in (("label", self._labels), ("split", self._splits), ("object", self._objects)):
            for key, n in counter.items():
                if n:
                    _upsert(self.session, number, kind, key, n)
        self._labels.clear()
        self._splits.clear()
        self._objects.clear()
        self._label_rows.clear()
        self.row.status = status_of(self.row)
        if self.dirty:
            self.row.updated_at = utc_now()


def review_of(item: dict[str, Any], by: str, at: datetime) -> dict[str, Any] | None:
    """Give the review that comes with a sample: who brings it in vouches for it."""
    said = item.get("review")
    return {**said, "by": by, "at": at.isoformat()} if said else None


def _insert(session: Session, model: Any) -> Any:
    make: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return make(model)


def _upsert(session: Session, dataset: int, kind: str, key: str, n: int) -> None:
    statement = _insert(session, DatasetCount).values(dataset=dataset, kind=kind, key=key, n=n)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["dataset", "kind", "key"], set_={"n": DatasetCount.n + statement.excluded.n}
        )
    )


def counters(session: Session, dataset: int, kind: str) -> dict[str, int]:
    """Read the numbers of samples by label or by split, or those of objects by label."""
    rows = session.execute(
        select(DatasetCount.key, DatasetCount.n).where(DatasetCount.dataset == dataset, DatasetCount.kind == kind)
    )
    return {key: n for key, n in rows if n}


def recount(session: Session, row: Dataset) -> dict[str, Any]:
    """Count everything from the rows: what the counters must say (for tests and `aispace doctor`)."""
    states = dict(
        session.execute(
            select(Sample.state, func.count()).where(Sample.dataset == row.number).group_by(Sample.state)
        ).all()
    )
    labels: Counter[str] = Counter()
    boxes: Counter[str] = Counter()
    for objects in session.scalars(select(Sample.objects).where(Sample.dataset == row.number)):
        labels.update(labels_of(objects))
        boxes.update(counted(objects))
    splits = dict(
        session.execute(
            select(Sample.split, func.count())
            .where(Sample.dataset == row.number, Sample.split.is_not(None))
            .group_by(Sample.split)
        ).all()
    )
    since = Sample.dataset == row.number
    return {
        "states": {state: states.get(state, 0) for state in STATES},
        "labels": dict(labels),
        "objects": dict(boxes),
        "splits": splits,
        "total": sum(states.values()),
        "size_bytes": session.scalar(select(func.coalesce(func.sum(Sample.size), 0)).where(since)),
        "hard": session.scalar(select(func.count()).select_from(Sample).where(since, Sample.hard)),
        **unpublished(session, row.number, row.published),
    }


def unpublished(session: Session, dataset: int, published: int) -> dict[str, int]:
    """Count from the rows what changed since a publishing; costs as much as what changed."""
    new = func.coalesce(func.sum(case((Sample.added > published, 1), else_=0)), 0)
    changed = session.execute(
        select(func.count(), new).where(Sample.dataset == dataset, Sample.change > published)
    ).one()
    removed = session.scalar(
        select(func.count())
        .select_from(SampleRemoval)
        .where(SampleRemoval.dataset == dataset, SampleRemoval.change > published, SampleRemoval.added <= published)
    )
    added = int(changed[1])
    return {"added": added, "changed": int(changed[0]) - added, "removed": removed or 0}


def set_markers(session: Session, row: Dataset, *conditions: ColumnElement[bool], change: int) -> int:
    """Mark samples as added at ``change``: a version left them out, so that they are still to be published."""
    result: Any = session.execute(
        update(Sample).where(Sample.dataset == row.number, *conditions).values(change=change, added=change)
    )
    return int(result.rowcount)
