"""One label of a group, on all samples of all datasets that have the group: renamed, joined to another, taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ..db import WITH_TRASH
from ..errors import Conflict, Forbidden, Invalid
from ..identity import Principal, can
from ..labels.schemas import LabelDelete, LabelRename, Relabelled
from .access import dataset_row, kind_of
from .annotations import labels_of
from .orm import Dataset, Sample, SampleLabel
from .working import WorkingCopy

if TYPE_CHECKING:
    from ..platform import Platform

PART: Final = 2000
"""Samples of one transaction."""
Objects = list[dict[str, Any]]


class RelabelService:
    """Changes of a label everywhere. Published versions keep what they say.

    Samples are changed in parts, so that nobody waits for long; until the last part the group has the old label and
    the new one. Who is stopped on the way asks again, and the rest is done.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def rename(self, principal: Principal, group_id: str, body: LabelRename) -> Relabelled:
        """Give a label another name, in the group and on all samples that have it; who said it, and whether, stays.

        Raises
        ------
        Invalid
            The group has no such label, or has the new name already and ``merge`` was not asked for.
        Conflict, Forbidden
            As `_datasets` says.
        """
        datasets = self._datasets(principal, group_id, body.label)
        if body.to == body.label:
            return Relabelled(group=self.platform.labels.get(principal, group_id), changed=0)
        self.platform.labels.add_beside(principal, group_id, body.label, body.to, merge=body.merge)

        def renamed(objects: Objects, many: bool) -> Objects:
            found = [{**item, "label": body.to} if item.get("label") == body.label else item for item in objects]
            # A sample that had both labels says it once; boxes are things of their own.
            return found if many else list({item.get("label"): item for item in found}.values())

        changed = self._each(principal, datasets, body.label, renamed)
        group = self.platform.labels.drop_label(principal, group_id, body.label, to=body.to)
        return Relabelled(group=group, changed=changed)

    def delete(self, principal: Principal, group_id: str, body: LabelDelete) -> Relabelled:
        """Take a label out of the group and off all samples; one that is left without any is unlabelled again.

        With ``samples`` those that have this label only go from the working copies instead.

        Raises
        ------
        Invalid
            The group has no such label.
        Conflict, Forbidden
            As `_datasets` says.
        """
        datasets = self._datasets(principal, group_id, body.label)
        deleted = self._drop(principal, datasets, body.label) if body.samples else 0
        changed = self._each(
            principal,
            datasets,
            body.label,
            lambda objects, _many: [item for item in objects if item.get("label") != body.label],
        )
        group = self.platform.labels.drop_label(principal, group_id, body.label)
        return Relabelled(group=group, changed=changed, deleted=deleted)

    def _datasets(self, principal: Principal, group_id: str, label: str) -> list[str]:
        """Give the datasets that a change goes through.

        Raises
        ------
        Invalid
            The group has no such label.
        Forbidden
            The group, or a dataset that has it, may not be changed.
        Conflict
            A dataset is in the trash, or an import into one is running.
        """
        group = self.platform.labels.get(principal, group_id)
        if "write" not in group.can:
            raise Forbidden(f"Not done. The label group {group.name!r} belongs to somebody else. Use a copy of it.")
        if label not in {one.name for one in group.labels}:
            raise Invalid(
                "label",
                f"Label: the group {group.name!r} has no label {label!r}.",
                code="label_not_in_group",
                params={"label": label},
            )
        wanted = select(Dataset).where(Dataset.label_group_id == group_id).order_by(Dataset.number)
        with self.db.read() as session:
            rows = session.scalars(wanted, execution_options=WITH_TRASH).all()
            foreign = sum(not can(principal, "write:dataset", row) for row in rows)
            if foreign:
                raise Forbidden(
                    f"Not done. Datasets of others have this label group ({foreign}). Use a copy of it.",
                    code="label_of_others",
                    params={"n": foreign},
                )
            for row in rows:
                if row.trashed_at is not None:
                    raise Conflict(
                        "label_in_trash",
                        f"Not done. The dataset {row.name!r} in the trash has this label group. Take it out of the "
                        "trash, or delete it for good.",
                        params={"name": row.name},
                    )
                if row.importing:
                    raise Conflict("import_running", "Not done. An import is running. Wait for its end, or cancel it.")
            return [row.id for row in rows]

    def _having(self, dataset_id: str, label: str) -> list[int]:
        statement = (
            select(SampleLabel.number)
            .join(Dataset, Dataset.number == SampleLabel.dataset)
            .where(Dataset.id == dataset_id, SampleLabel.label == label)
            .order_by(SampleLabel.number)
        )
        with self.db.read() as session:
            return list(session.scalars(statement))

    def _each(
        self, principal: Principal, datasets: Sequence[str], label: str, change: Callable[[Objects, bool], Objects]
    ) -> int:
        """Change what is said of each sample that has the label; give how many there were."""

        def act(copy: WorkingCopy, samples: Sequence[Sample]) -> int:
            many = kind_of(copy.row).many
            for sample in samples:
                objects = change(list(sample.objects or []), many)
                if objects:
                    copy.annotate(sample, objects, sample.state, by=sample.by, at=sample.at)
                else:
                    copy.annotate(sample, [], "unlabelled", by=None)
            return len(samples)

        return self._parts(principal, datasets, label, act, "dataset.bulk_changed")

    def _drop(self, principal: Principal, datasets: Sequence[str], label: str) -> int:
        """Delete the samples that have no other label."""

        def act(copy: WorkingCopy, samples: Sequence[Sample]) -> int:
            only = [sample for sample in samples if labels_of(sample.objects) == [label]]
            copy.delete(only)
            return len(only)

        return self._parts(principal, datasets, label, act, "dataset.samples_deleted")

    def _parts(
        self,
        principal: Principal,
        datasets: Sequence[str],
        label: str,
        act: Callable[[WorkingCopy, Sequence[Sample]], int],
        code: str,
    ) -> int:
        total = 0
        for dataset_id in datasets:
            numbers = self._having(dataset_id, label)
            for start in range(0, len(numbers), PART):
                with self.db.write() as session:
                    row = dataset_row(session, principal, dataset_id, "write", lock=True)
                    copy = WorkingCopy(session, row)
                    found = copy.by_numbers(numbers[start : start + PART])
                    # Somebody may have said something else meanwhile.
                    done = act(copy, [s for _, s in sorted(found.items()) if label in labels_of(s.objects)])
                    copy.finish()
                    if done:
                        self.platform.events.record(
                            principal,
                            code,
                            object_kind="dataset",
                            object_id=row.id,
                            params={"name": row.name, "samples": done},
                            resource=row,
                        )
                    total += done
        return total
