"""Changes of many samples at once: in parts, so that nobody waits for long, and with an undo for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from ..errors import Conflict, Invalid, NotFound, renamed
from ..identity import Principal
from ..ids import new_id
from .access import dataset_row, kind_of
from .annotations import REVIEWABLE, AnnotationObject, check_objects, labels_of
from .orm import BulkUndo, Dataset, Sample, SampleLabel
from .requests import BulkAnnotate, BulkResult, BulkSelection, DeleteResult, UndoRequest, UndoResult
from .samples import filtered
from .schemas import SplitRequest, Statistics
from .working import WorkingCopy, sample_number

if TYPE_CHECKING:
    from ..platform import Platform

PART: Final = 2000
"""Samples of one transaction."""
UNDO_FOR: Final = timedelta(hours=24)


class BulkService:
    """Changes of many samples."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def _numbers(self, principal: Principal, dataset_id: str, selection: BulkSelection) -> list[int]:
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "write")
            if selection.ids is not None:
                return list(dict.fromkeys(sample_number(row, given) for given in selection.ids))
            if selection.filter is None:
                return []
            statement = filtered(row, selection.filter).with_only_columns(Sample.number).order_by(Sample.number)
            return list(session.scalars(statement))

    def _parts(
        self, principal: Principal, dataset_id: str, numbers: Sequence[int]
    ) -> Iterator[tuple[WorkingCopy, list[Sample]]]:
        for start in range(0, len(numbers), PART):
            with self.db.write() as session:
                row = dataset_row(session, principal, dataset_id, "write", lock=True)
                copy = WorkingCopy(session, row)
                found = copy.by_numbers(numbers[start : start + PART])
                yield copy, [found[n] for n in sorted(found)]
                copy.finish()

    def annotate(self, principal: Principal, dataset_id: str, body: BulkAnnotate) -> BulkResult:
        """Set or add a label, clear, confirm, mark or split many samples.

        Returns
        -------
        BulkResult
            With a token by which it can be undone for 24 hours.
        """
        numbers = self._numbers(principal, dataset_id, body)
        apply = self._applier(principal, dataset_id, body)
        return self._run(principal, dataset_id, numbers, apply)

    def _applier(
        self, principal: Principal, dataset_id: str, body: BulkAnnotate
    ) -> Callable[[WorkingCopy, Sample], bool]:
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "write")
            kind = kind_of(row)
            if body.label is not None and kind.shapes:
                raise Invalid(
                    "label",
                    f"Label: {kind.annotation_type} labels boxes, not whole samples. Draw them, or import annotations.",
                    code="label_needs_shape",
                )
            if body.label is not None:
                group = self.platform.labels.of_dataset(row.label_group_id) if row.label_group_id else None
                labels = {label.name for label in group.labels} if group else set()
                with renamed({"objects.0.label": "label"}):
                    check_objects(kind, row.template, labels, [AnnotationObject(label=body.label)])
            multi, many = row.template == "multi", kind.many

        def apply(copy: WorkingCopy, sample: Sample) -> bool:
            before = sample.revision
            objects = list(sample.objects or [])
            if body.clear:
                objects = []
            elif body.label is not None and not multi:
                objects = [{"label": body.label}]
            elif body.label is not None and body.label not in labels_of(objects):
                objects = [*objects, {"label": body.label}]
            confirm = body.confirm if body.confirm is not None else body.label is not None
            if body.clear or body.label is not None or body.confirm is not None:
                if confirm and not objects and not many:
                    return False
                state = "labelled" if confirm else "started" if objects else "unlabelled"
                keep = confirm and sample.state == "reviewed"
                if objects != (sample.objects or []) or (sample.state != state and not keep):
                    copy.annotate(sample, objects, state, by=principal.user_id if objects or confirm else None)
            if body.hard is not None:
                copy.set_hard(sample, body.hard)
            if body.split is not None:
                copy.set_split(sample, None if body.split == "none" else body.split)
            if body.review is not None and sample.state in REVIEWABLE:
                copy.review(sample, body.review, body.reason, principal.user_id)
            return sample.revision != before

        return apply

    def _run(
        self,
        principal: Principal,
        dataset_id: str,
        numbers: Sequence[int],
        apply: Callable[[WorkingCopy, Sample], bool],
    ) -> BulkResult:
        token, changed, skipped = new_id("bkt"), 0, 0
        for part, (copy, samples) in enumerate(self._parts(principal, dataset_id, numbers)):
            entries = []
            for sample in samples:
                before = _kept(sample)
                if apply(copy, sample):
                    entries.append([sample.number, sample.revision, *before])
                else:
                    skipped += 1
            if entries:
                changed += len(entries)
                copy.session.add(
                    BulkUndo(
                        token=token,
                        part=part,
                        dataset_id=dataset_id,
                        user_id=principal.user_id,
                        entries=entries,
                        expires_at=self.platform.clock.now() + UNDO_FOR,
                    )
                )
                self._told(principal, copy.row, "dataset.bulk_changed", len(entries), token)
        return BulkResult(changed=changed, skipped=skipped, undo_token=token if changed else None)

    def undo(self, principal: Principal, dataset_id: str, body: UndoRequest) -> UndoResult:
        """Undo a change of many samples; what was changed again since stays.

        Raises
        ------
        NotFound
            No such change of this user, or it is older than a day, or undone already.
        """
        with self.db.write() as session:
            dataset_row(session, principal, dataset_id, "write")
            now = self.platform.clock.now()
            session.execute(delete(BulkUndo).where(BulkUndo.expires_at <= now))
            parts = session.scalars(
                select(BulkUndo.part).where(
                    BulkUndo.token == body.undo_token,
                    BulkUndo.dataset_id == dataset_id,
                    BulkUndo.user_id == principal.user_id,
                )
            ).all()
        if not parts:
            raise NotFound("change to undo", body.undo_token)
        undone = changed_meanwhile = 0
        for part in parts:
            with self.db.write() as session:
                row = dataset_row(session, principal, dataset_id, "write", lock=True)
                kept = session.get(BulkUndo, (body.undo_token, part))
                if kept is None:
                    continue
                copy = WorkingCopy(session, row)
                samples = copy.by_numbers([entry[0] for entry in kept.entries])
                for number, revision, *before in kept.entries:
                    sample = samples.get(number)
                    if sample is None or sample.revision != revision:
                        changed_meanwhile += 1
                        continue
                    _restore(copy, sample, before)
                    undone += 1
                copy.finish()
                session.delete(kept)
                self._told(principal, row, "dataset.bulk_undone", undone, None)
        return UndoResult(undone=undone, changed_meanwhile=changed_meanwhile)

    def delete(self, principal: Principal, dataset_id: str, selection: BulkSelection) -> DeleteResult:
        """Take many samples out of the working copy; published versions keep them."""
        deleted = 0
        for copy, samples in self._parts(principal, dataset_id, self._numbers(principal, dataset_id, selection)):
            if copy.row.importing:
                raise Conflict("import_running", "Not deleted. An import is running. Wait for its end.")
            copy.delete(samples)
            deleted += len(samples)
            self._told(principal, copy.row, "dataset.samples_deleted", len(samples), None)
        return DeleteResult(deleted=deleted)

    def split(self, principal: Principal, dataset_id: str, body: SplitRequest) -> Statistics:
        """Share all samples out to training, validation and test; the same seed gives the same shares.

        Within each label (``stratified``) or over all, samples are ordered by a hash of seed and path and cut at the
        shares, so the numbers are exact to one sample.

        Raises
        ------
        Invalid
            All shares are 0.
        """
        shares = {"training": body.train, "validation": body.validation, "test": body.test}
        total = sum(shares.values())
        if total <= 0:
            raise Invalid("train", "Train: at least one share must be more than 0.", code="shares_zero")
        with self.db.read() as session:
            row = dataset_row(session, principal, dataset_id, "write")
            groups: dict[str, list[tuple[bytes, int]]] = {}
            first: dict[int, str] = {}
            if body.stratified:
                labels = select(SampleLabel.number, SampleLabel.label).where(SampleLabel.dataset == row.number)
                for number, label in session.execute(labels.order_by(SampleLabel.label)):
                    first.setdefault(number, label)
            paths = select(Sample.number, Sample.path).where(Sample.dataset == row.number)
            for number, path in session.execute(paths.execution_options(yield_per=5000)):
                rank = hashlib.blake2b(f"{body.seed}\n{path}".encode(), digest_size=8).digest()
                groups.setdefault(first.get(number, ""), []).append((rank, number))
        wanted: dict[int, str] = {}
        for _, members in sorted(groups.items()):
            members.sort()
            start, bound = 0, 0.0
            for name, share in shares.items():
                bound += share / total
                end = round(bound * len(members))
                wanted.update(dict.fromkeys((number for _, number in members[start:end]), name))
                start = end
        for copy, samples in self._parts(principal, dataset_id, sorted(wanted)):
            for sample in samples:
                copy.set_split(sample, wanted[sample.number])
            if copy.dirty:
                self._told(principal, copy.row, "dataset.split", len(samples), None)
        return self.platform.datasets.samples.statistics(principal, dataset_id)

    def _told(self, principal: Principal, row: Dataset, code: str, n: int, token: str | None) -> None:
        self.platform.events.record(
            principal,
            code,
            object_kind="dataset",
            object_id=row.id,
            params={"name": row.name, "samples": n, **({"undo_token": token} if token else {})},
            resource=row,
        )


def _kept(sample: Sample) -> list[Any]:
    at = sample.at.isoformat() if sample.at else None
    return [sample.objects, sample.state, sample.by, at, sample.hard, sample.split, sample.review]


def _restore(copy: WorkingCopy, sample: Sample, before: Sequence[Any]) -> None:
    objects, state, by, at, hard, split, *more = before
    if (sample.objects, sample.state) != (objects, state):
        moment = datetime.fromisoformat(at).astimezone(UTC) if at else None
        copy.annotate(sample, objects, state, by=by, at=moment)
    if more and sample.review != more[0]:
        sample.review = more[0]
        copy.touch(sample)
    copy.set_hard(sample, hard)
    copy.set_split(sample, split)
