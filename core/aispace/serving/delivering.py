"""The results of a batch service as annotations: proposals in the dataset they came from, or a dataset of their own.

What a model said is never confirmed by this: samples become ``auto``, and what a person said stays. It is done in parts
by the thread of the batch services; where it is, is written with each part, so that a kill costs nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from sqlalchemy import select

from .. import revisions
from ..datasets.annotations import AnnotationObject
from ..datasets.requests import AnnotationBatch, AnnotationItem, ImportRequest
from ..datasets.schemas import DatasetCreate, PublishRequest
from ..errors import AISpaceError, Conflict, Invalid, NotFound
from ..identity import SYSTEM, Principal, authorize
from ..lineage.service import Point
from ..schemas import AreaSource, Reason, Ref
from ..workloads import states
from .batch_schemas import BatchDelivery, BatchDeliveryRequest, BatchFileRead, BatchRead, BatchRefusal
from .orm import BatchService as BatchRow
from .results import failure

if TYPE_CHECKING:
    from .batches import BatchService

PART: Final = 500
LARGEST_RESULT: Final = 4 << 20
"""Bytes of a result that objects are read from."""
KINDS: Final = {"image_classification": "image", "object_detection": "image", "text_classification": "text"}
"""Annotation types that answers of models can become, and the kind of their samples."""
TEXTS: Final = (".txt", ".text", ".md")

log = logging.getLogger("aispace.serving")


class Delivering:
    """Puts results into datasets."""

    def __init__(self, batches: BatchService) -> None:
        self.batches = batches
        self.platform = batches.platform
        self.db = batches.db

    # Asked for

    def ask(self, principal: Principal, batch_id: str, body: BatchDeliveryRequest) -> BatchRead:
        """Begin to put the results of one that has ended into a dataset.

        Raises
        ------
        Conflict
            It has not ended, has no results, or is being delivered already.
        Invalid
            The name is missing, or the dataset belongs to somebody else.
        """
        with self.db.write() as session:
            row = self.batches._row(session, principal, "write", batch_id)
            row.delivery = self._begin(principal, row, body)
            revisions.touch(row)
            self.batches._record(principal, "delivery_started", row, dataset_id=row.delivery["dataset_id"])
            self.db.after_commit(self.batches._news.set)
            return self.batches._shape(principal, row)

    def _begin(self, principal: Principal, row: BatchRow, body: BatchDeliveryRequest) -> dict[str, Any]:
        if row.status not in states.ENDED:
            raise Conflict("not_ended", f"Not done. {row.name!r} is {row.status}. Stop it first, or wait.")
        if (row.delivery or {}).get("status") == "running":
            raise Conflict("delivering", f"Not done. The results of {row.name!r} are on their way already. Wait.")
        found = self.batches.folders.files(row.id, row.generation)
        done = [entry for entry in found.values() if entry.status == "done"]
        if not done:
            raise Conflict("no_results", f"Not done. {row.name!r} has no results. Start it first.")
        source = row.configuration["source"]
        delivery: dict[str, Any] = {
            "status": "running", "by": principal.user_id, "generation": row.generation, "publish": body.publish,
            "new": False, "done": 0, "proposed": 0, "kept": 0, "refused": 0, "refusals": [], "version": None,
            "reason": None,
        }  # fmt: skip
        if body.name is None:
            return delivery | self._into_source(principal, source)
        authorize(principal, "write:dataset")
        if source["kind"] == "dataset":
            self._check_kind(self.platform.datasets.get(principal, source["dataset_id"]).annotation_type)
            made = self.platform.datasets.copies.begin(principal, (source["dataset_id"], source["version"]), body.name)
            return delivery | {"step": "copy", "dataset_id": made.id, "name": made.name, "new": True}
        chosen = body.annotation_type or self._guess(done)
        wanted = DatasetCreate(name=body.name, data_type=KINDS[chosen], annotation_type=chosen)
        made = self.platform.datasets.create(principal, wanted)
        return delivery | {"step": "import", "dataset_id": made.id, "name": made.name, "import_id": None, "new": True}

    def _into_source(self, principal: Principal, source: dict[str, Any]) -> dict[str, Any]:
        if source["kind"] != "dataset":
            words = "Name: the files came from a folder. Name the dataset that is made of them."
            raise Invalid("name", words, code="missing")
        dataset = self.platform.datasets.get(principal, source["dataset_id"])
        self._check_kind(dataset.annotation_type)
        if "write" not in dataset.can:
            words = f"Name: {dataset.name!r} belongs to somebody else. Name a dataset of your own."
            raise Invalid("name", words, code="not_owner")
        return {"step": "annotate", "dataset_id": dataset.id, "name": dataset.name}

    @staticmethod
    def _check_kind(annotation_type: str) -> None:
        if annotation_type not in KINDS:
            raise Conflict(
                "kind_not_deliverable",
                f"Not done. Answers of models cannot become annotations of the kind {annotation_type!r}. "
                f"Possible are {', '.join(KINDS)}.",
            )

    @staticmethod
    def _guess(done: list[BatchFileRead]) -> str:
        texts = sum(PurePosixPath(entry.path).suffix.lower() in TEXTS for entry in done)
        if texts * 2 > len(done):
            return "text_classification"
        return "image_classification" if any(entry.label is not None for entry in done) else "object_detection"

    # What results say

    def _objects(self, row: BatchRow, entry: BatchFileRead) -> list[AnnotationObject]:
        """Read what was said of a file: its label, or the objects of its result."""
        if entry.label is not None:
            score = entry.score if entry.score is not None and 0 <= entry.score <= 1 else None
            with suppress(ValidationError):
                return [AnnotationObject(label=entry.label, score=score)]
            return []
        objects = []
        for item in self._listed(row, entry):
            with suppress(ValidationError):
                objects.append(AnnotationObject.model_validate(item))
        return objects[:1000]

    def _listed(self, row: BatchRow, entry: BatchFileRead) -> list[Any]:
        if not (entry.result or "").endswith(".json"):
            return []
        with (
            suppress(NotFound, OSError, ValueError, RecursionError),
            self.batches.folders.open(row.id, row.generation, entry.result or "") as file,
        ):
            value = json.loads(file.read(LARGEST_RESULT))
            found = value.get("objects") if isinstance(value, dict) else None
            return found if isinstance(found, list) else []
        return []

    # Done by the thread

    def waiting(self) -> list[str]:
        """Name those that are on their way."""
        with self.db.read() as session:
            rows = session.execute(select(BatchRow.id, BatchRow.delivery).where(BatchRow.delivery.is_not(None))).all()
        return [row.id for row in rows if (row.delivery or {}).get("status") == "running"]

    def go_on(self) -> bool:
        """Go on with all that are on their way; tell whether one waits for something."""
        waits = False
        for batch_id in self.waiting():
            try:
                waits = self._deliver(batch_id) or waits
            except AISpaceError as error:
                self._note(batch_id, status="failed", reason=failure(error))
            except (
                Exception
            ):  # whatever it was, a full disk for instance: what is done is done, and the next try follows
                log.exception("the results of %s are not in their dataset yet", batch_id)
        return waits

    def _deliver(self, batch_id: str) -> bool:
        while not self.batches._stop.is_set():
            with self.db.read() as session:
                row = session.get(BatchRow, batch_id)
            delivery = (row.delivery if row is not None else None) or {}
            if row is None or delivery.get("status") != "running":
                return False
            if delivery["generation"] != row.generation:
                raise Conflict("results_gone", "Not finished. The results were dropped meanwhile. Start it again.")
            principal = self.platform.users.principal(delivery["by"])
            step = delivery["step"]
            if step == "copy":
                self._copy(principal, row, delivery)
            elif step == "import":
                if self._import(principal, row, delivery):
                    return True
            elif step == "annotate":
                self._annotate(principal, row, delivery)
            else:
                self._publish(principal, row, delivery)
        return False

    def _copy(self, principal: Principal, row: BatchRow, delivery: dict[str, Any]) -> None:
        source, copies = row.configuration["source"], self.platform.datasets.copies
        done = delivery["done"]
        pinned = source["dataset_id"], source["version"]
        for part in copies.parts(principal, pinned, source["split"], done):
            done += len(part)
            with self.db.write():
                copies.add(principal, delivery["dataset_id"], part)
                self._note(row.id, done=done)
            if self.batches._stop.is_set():
                return
        self._note(row.id, step="annotate", done=0)

    def _import(self, principal: Principal, row: BatchRow, delivery: dict[str, Any]) -> bool:
        imports = self.platform.datasets.imports
        if delivery["import_id"] is None:
            source = AreaSource(kind="area", path=row.configuration["source"]["path"])
            wanted = ImportRequest(source=source, layout="flat", overwrite="skip", confirm=False)
            self._note(row.id, import_id=imports.create(principal, delivery["dataset_id"], wanted).id)
            return True
        found = imports.get(principal, delivery["import_id"])
        if found.status in ("failed", "cancelled"):
            why = found.reason
            raise Conflict(why.code if why else found.status, why.message if why else "Not done. The import ended.")
        if found.status != "succeeded":
            return True
        self._note(row.id, step="annotate")
        return False

    def _annotate(self, principal: Principal, row: BatchRow, delivery: dict[str, Any]) -> None:
        entries = sorted(self.batches.folders.files(row.id, row.generation).values(), key=lambda entry: entry.path)
        left = islice((entry for entry in entries if entry.status == "done"), delivery["done"], None)
        told = {name: delivery[name] for name in ("done", "proposed", "kept", "refused")}
        refusals = list(delivery["refusals"])
        while part := list(islice(left, PART)):
            items = list(self._items(row, part))
            told["done"] += len(part)
            told["refused"] += len(part) - len(items)
            with self.db.write():
                if delivery["new"]:
                    self._add_labels(principal, delivery["dataset_id"], items)
                if items:
                    samples, wanted = self.platform.datasets.samples, AnnotationBatch(items=items)
                    answer = samples.annotate_many(principal, delivery["dataset_id"], wanted)
                    for item, result in zip(items, answer.results, strict=True):
                        code = (result.error or {}).get("code")
                        kept = code == "human_annotation"
                        told["kept" if kept else "refused" if code else "proposed"] += 1
                        if code and not kept and len(refusals) < 20:
                            refusals.append({"path": item.path, "code": code, "message": result.error["message"]})  # type: ignore[index]  # it has a code
                self._note(row.id, **told, refusals=refusals)
            if self.batches._stop.is_set():
                return
        self._note(row.id, step="publish")

    def _add_labels(self, principal: Principal, dataset_id: str, items: list[AnnotationItem]) -> None:
        """Give a dataset that is made here the labels that the results name; what is no label is refused later."""
        group = self.platform.datasets.get(principal, dataset_id).label_group
        named = {one.label for item in items for one in item.objects if one.label is not None}
        fit = sorted(name for name in named if name.strip() == name and name.isprintable())
        if group is not None and fit:
            self.platform.labels.add_labels(principal, group.id, fit)

    def _items(self, row: BatchRow, part: list[BatchFileRead]) -> Iterator[AnnotationItem]:
        for entry in part:
            objects = self._objects(row, entry)
            if objects:
                yield AnnotationItem(path=entry.path, objects=objects, automatic=True)

    def _publish(self, principal: Principal, row: BatchRow, delivery: dict[str, Any]) -> None:
        version, reason = None, None
        if delivery["publish"] and not delivery["proposed"]:
            words = "Not published. There is no new proposal: people had annotated everything, or nothing fits."
            reason = {"code": "nothing_proposed", "message": words, "params": {}}
        elif delivery["publish"]:
            try:
                note = PublishRequest(note=f"Results of {row.name}", include="all")
                version = self.platform.datasets.versions.publish(principal, delivery["dataset_id"], note).version
            except Conflict as error:
                reason = failure(error)  # what is missing is said there; the proposals are there in any case
        with self.db.write():
            target = Point(delivery["dataset_id"], version, delivery["name"])
            self.platform.lineage.record(Point(row.id, None, row.name), target, "batch_results")
            self._note(row.id, status="succeeded", version=version, reason=reason)

    def _note(self, batch_id: str, **changes: Any) -> None:
        with self.db.write() as session:
            row = session.get(BatchRow, batch_id)
            if row is None or row.delivery is None:
                return
            row.delivery = {**row.delivery, **changes}
            if "status" in changes:
                revisions.touch(row)
                told = {name: row.delivery[name] for name in ("dataset_id", "version", "proposed", "kept", "refused")}
                self.batches._record(
                    SYSTEM, f"delivery_{changes['status']}", row, **told, reason=row.delivery["reason"]
                )


def delivery_shape(principal: Principal, delivery: dict[str, Any] | None) -> BatchDelivery | None:
    """Give what a caller sees of it: the dataset, where it is his."""
    if delivery is None:
        return None
    own = delivery["by"] == principal.user_id
    return BatchDelivery(
        status=delivery["status"],
        dataset=Ref(id=delivery["dataset_id"], name=delivery["name"]) if own else None,
        version=delivery["version"] if own else None,
        proposed=delivery["proposed"],
        kept=delivery["kept"],
        refused=delivery["refused"],
        refusals=[BatchRefusal.model_validate(one) for one in delivery["refusals"]] if own else [],
        reason=Reason.model_validate(delivery["reason"]) if delivery["reason"] else None,
    )
