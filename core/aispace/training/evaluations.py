"""Evaluations: a model version tried on a dataset version, in the model's own runtime."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import Conflict, Invalid, NotFound
from ..identity import SYSTEM, Principal, authorize, can, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged
from ..models.config import formats_of
from ..models.service import ResolvedModel
from ..objects import ObjectKind
from ..schemas import Amount, CursorPage, Page, Ref, VersionRef
from ..workloads.schemas import LogQuery, LogRead, Mount, WorkloadRead, WorkloadSpec
from .collecting import Collecting
from .evaluation import EvaluationFiles
from .orm import Evaluation
from .plan import Collector, FoundDataset, check_usable, find_dataset, named_input
from .schemas import (
    EvaluatedQuery,
    EvaluatedSample,
    EvaluationCreate,
    EvaluationQuery,
    EvaluationRead,
    EvaluationResult,
    InputRead,
)
from .shapes import ENDED, outward, progress_of, reason_of

if TYPE_CHECKING:
    from ..images.schemas import ImageRead
    from ..platform import Platform
    from ..workloads.service import WorkloadChange


class EvaluationService:
    """Evaluations of model versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.files = EvaluationFiles(platform.blobs)
        self.collecting = Collecting(platform, Evaluation, self._collected)
        platform.workloads.on_change("evaluation", self._changed)
        platform.objects.add(
            ObjectKind(
                "evaluation", "evl", "training", "evaluation", Evaluation,
                name_limit=120, unique_names=False, purged=self._purge,
            )
        )  # fmt: skip

    def start(self) -> None:
        """Go on with what was not finished when the platform was stopped."""
        self.collecting.start()

    def close(self) -> None:
        """Stop the thread."""
        self.collecting.close()

    def list(self, principal: Principal, query: EvaluationQuery) -> Page[EvaluationRead]:
        """List evaluations."""
        authorize(principal, "read:training")
        statement = select(Evaluation).where(visible(principal, Evaluation))
        if query.model_id is not None:
            statement = statement.where(Evaluation.model_id == query.model_id)
        if query.version is not None:
            statement = statement.where(Evaluation.model_version == query.version)
        if query.status is not None:
            # Keeping the results is the last part of running.
            stored = (query.status, "collecting") if query.status == "running" else (query.status,)
            statement = statement.where(Evaluation.status.in_(stored))
        if query.q:
            statement = statement.where(contains(Evaluation.name, query.q))
        sorts = {"created_at": Evaluation.created_at, "name": Evaluation.name, "status": Evaluation.status}
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=Evaluation.id)
            return Page[EvaluationRead](items=[*self._shapes(principal, rows)], page=info)

    def get(self, principal: Principal, evaluation_id: str) -> EvaluationRead:
        """Read an evaluation with its figures."""
        with self.db.read() as session:
            return self._shapes(principal, [self._row(session, principal, "read", evaluation_id)])[0]

    def create(self, principal: Principal, body: EvaluationCreate) -> EvaluationRead:
        """Submit an evaluation.

        Raises
        ------
        Refused
            With every wrong field.
        """
        authorize(principal, "write:training")
        model, image, dataset = self._check(principal, body)
        folder = self.platform.models.resolve_for_service(principal, model.id, model.version).path
        data = self.platform.datasets.resolve_for_run(principal, dataset.id, dataset.version, split=dataset.split)
        spec = WorkloadSpec(
            kind="evaluation",
            name=body.name or f"{model.name} {model.version}",
            command=[
                "python",
                "-m",
                "aispace_runtime.evaluate",
                "--model_load_dir={mount:model}",
                "--data_url={mount:data}",
                "--train_out={out}",
            ],
            env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
            mounts=[Mount(source=str(folder), target="model"), Mount(source=str(data.path), target="data")],
            image_id=image.id,
            spec_id=body.spec_id,
            object_kind="evaluation",
        )
        with self.db.write() as session:
            evaluation_id = new_id("evl")
            workload = self.platform.workloads.submit(principal, spec.model_copy(update={"object_id": evaluation_id}))
            row = Evaluation(
                id=evaluation_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                name=spec.name,
                model_id=model.id,
                model_version=model.version,
                workload_id=workload.id,
                status=workload.status,
                configuration=body.model_dump(mode="json"),
                named={
                    "model": {"id": model.id, "name": model.name, "version": model.version},
                    "image": {"id": image.id, "name": image.name},
                    "inputs": [named_input(dataset)],
                },
            )
            session.add(row)
            session.flush()
            point = Point(row.id, None, row.name)
            self.platform.lineage.record(model.point, point, "evaluated")
            self.platform.lineage.record(dataset.point, point, "evaluation_data")
            self._record(principal, "created", row, workload_id=workload.id)
            return self._shapes(principal, [row])[0]

    def stop(self, principal: Principal, evaluation_id: str) -> EvaluationRead:
        """Ask an evaluation to end."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", evaluation_id)
            if row.status not in (*ENDED, "collecting"):
                self.platform.workloads.stop(SYSTEM, row.workload_id)
            return self._shapes(principal, [row])[0]

    def delete(self, principal: Principal, evaluation_id: str, revision: int | None = None) -> None:
        """Throw an evaluation that has ended into the trash."""
        with self.db.write() as session:
            row = self._row(session, principal, "write", evaluation_id)
            revisions.check(row, revision, lambda: self._shapes(principal, [row])[0])
            if row.status not in ENDED:
                raise Conflict("not_ended", f"Not deleted. {row.name!r} is {outward(row)}. Stop it first.")
            self._record(principal, "deleted", row)
            self.platform.trash.put(principal, row)

    def _purge(self, _session: Session, row: Evaluation) -> None:
        self.platform.workloads.delete(SYSTEM, row.workload_id)

    def log(self, principal: Principal, evaluation_id: str, query: LogQuery) -> LogRead:
        """Read part of the log."""
        with self.db.read() as session:
            row = self._row(session, principal, "read", evaluation_id)
        return self.platform.workloads.read_log(SYSTEM, row.workload_id, query)

    def samples(self, principal: Principal, evaluation_id: str, query: EvaluatedQuery) -> CursorPage[EvaluatedSample]:
        """Give samples with what the model said of them."""
        with self.db.read() as session:
            row = self._row(session, principal, "read", evaluation_id)
        source = InputRead(**row.named["inputs"][0])
        return self.files.samples(row.outputs, query, lambda _: source)

    def names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those evaluations that exist and that the principal may read."""
        with self.db.read() as session:
            wanted = select(Evaluation.id, Evaluation.name).where(
                Evaluation.id.in_(list(ids)), visible(principal, Evaluation)
            )
            return {row[0]: row[1] for row in session.execute(wanted)}

    # Inside

    def _check(self, principal: Principal, body: EvaluationCreate) -> tuple[ResolvedModel, ImageRead, FoundDataset]:
        errors = Collector()
        model: ResolvedModel | None = None
        image: ImageRead | None = None
        dataset: FoundDataset | None = None
        with errors.part("model_id"):
            model = self.platform.models.resolve(principal, body.model_id, body.version, field="model_id")
            if not formats_of(entry.path for entry in self.files.files.entries(model.manifest)) & {"onnx", "sklearn"}:
                raise Invalid(
                    "model_id",
                    "Model: it has neither model.onnx nor a .joblib or .skops file, so it cannot be tried here.",
                    code="not_servable",
                )
        with errors.part("image_id"):
            image_id = body.image_id or (model.runtime_image_id if model else None)
            if image_id is None:
                raise Invalid("image_id", "Image: the model names no runtime. Choose one.", code="missing")
            image = self.platform.images.resolve(principal, image_id, purpose="serving")
            check_usable(image)
        with errors.part("inputs.0.dataset_id"):
            dataset = find_dataset(self.platform, principal, body.inputs[0], "evaluation", "inputs.0")
        with errors.part("spec_id"):
            self.platform.resources.resolve(principal, body.spec_id, purpose="evaluation")
        errors.raise_any()
        if model is None or image is None or dataset is None:
            raise RuntimeError("what is missing was refused")
        return model, image, dataset

    def _changed(self, change: WorkloadChange) -> None:
        self.collecting.changed(change)

    def _collected(self, row_id: str) -> None:
        with self.db.write() as session:
            row = session.get_one(Evaluation, row_id)
            revisions.touch(row)
            self._record(SYSTEM, row.status, row, evaluation=row.evaluation, reason=row.reason)

    @staticmethod
    def _row(session: Session, principal: Principal, action: str, evaluation_id: str) -> Evaluation:
        row = session.get(Evaluation, evaluation_id)
        if row is None:
            raise NotFound("evaluation", evaluation_id)
        authorize(principal, f"{action}:training", row)
        return row

    def _record(self, principal: Principal, verb: str, row: Evaluation, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"evaluation.{verb}",
            object_kind="evaluation",
            object_id=row.id,
            params={"name": row.name, **params},
            resource=row,
        )

    def _result(self, row: Evaluation) -> EvaluationResult | None:
        return self.files.result(row.outputs) if row.evaluation else None

    def _shapes(self, principal: Principal, rows: Sequence[Evaluation]) -> Sequence[EvaluationRead]:
        workloads = self.platform.workloads.get_many([row.workload_id for row in rows])
        owners = self.platform.users.refs({row.owner_id for row in rows})
        return [self._shape(principal, row, owners[row.owner_id], workloads.get(row.workload_id)) for row in rows]

    def _shape(
        self, principal: Principal, row: Evaluation, owner: Ref, workload: WorkloadRead | None
    ) -> EvaluationRead:
        able = can(principal, "write:training", row)
        cost: Amount | None = workload.cost if workload else None
        return EvaluationRead(
            id=row.id,
            name=row.name,
            owner=owner,
            visibility=row.visibility,  # type: ignore[arg-type]  # only such words are ever stored
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=_actions(row) if able else [],
            status=outward(row),  # type: ignore[arg-type]  # only such words are ever stored
            reason=reason_of(row),
            collecting=row.status == "collecting",
            model=VersionRef(**row.named["model"]),
            inputs=[InputRead(**item) for item in row.named["inputs"]],
            image=Ref(**row.named["image"]),
            workload=workload,
            progress=progress_of(self.platform, row),
            result=self._result(row),
            cost=cost,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )


def _actions(row: Evaluation) -> list[str]:
    """Tell what its owner may do with an evaluation now: it is stopped only while it waits or runs."""
    if row.status in ENDED:
        return ["delete"]
    return [] if row.status == "collecting" else ["stop"]
