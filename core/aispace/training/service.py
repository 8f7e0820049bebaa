"""Rules of training jobs and their runs."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import Conflict, Forbidden, NameTaken, NotFound, renamed
from ..identity import SYSTEM, Principal, authorize, visible
from ..ids import new_id
from ..lineage.service import Point
from ..listing import contains, paged, slice_of
from ..models.schemas import ModelVersionRead
from ..models.service import RunOutput
from ..objects import ObjectKind
from ..schemas import CursorPage, CursorQuery, FileEntry, ListQuery, Page, VersionRef
from ..storage.manifests import Entry, Manifest
from ..versions import VersionFiles, version_number
from ..workloads.schemas import LogQuery, LogRead, MetricsQuery, ScalarQuery, ScalarRead, UsageSeries
from . import requests
from .collecting import Collecting
from .evaluation import EvaluationFiles
from .orm import TrainingJob, TrainingRun
from .plan import Collector, Plan, make_plan
from .schemas import (
    CompareQuery,
    Comparison,
    Estimate,
    EstimateRequest,
    EvaluatedQuery,
    EvaluatedSample,
    EvaluationResult,
    RunChanges,
    RunRead,
    RunSettings,
    SaveModel,
    StoppedJobs,
    TrainingJobCreate,
    TrainingJobQuery,
    TrainingJobRead,
    TrainingJobUpdate,
)
from .shapes import ENDED, SETTLED, input_lookup, job_shapes, outward, run_shape

if TYPE_CHECKING:
    from ..platform import Platform
    from ..workloads.service import WorkloadChange

RELATION = {"training": "training_data", "validation": "validation_data"}


class TrainingService:
    """Jobs, runs, and what they leave behind."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.files = VersionFiles(platform.blobs)
        self.evaluation_files = EvaluationFiles(platform.blobs)
        self.collecting = Collecting(platform, TrainingRun, self._collected)
        platform.workloads.on_change("training", self._changed)
        platform.datasets.register_user(self._users_of_dataset)
        kind = ObjectKind("training_job", "job", "training", "training job", TrainingJob, purged=self._purge)
        platform.objects.add(kind)

    def start(self) -> None:
        """Go on with what was not finished when the platform was stopped."""
        self.collecting.start()

    def close(self) -> None:
        """Stop the thread."""
        self.collecting.close()

    # Jobs

    def list(self, principal: Principal, query: TrainingJobQuery) -> Page[TrainingJobRead]:
        """List jobs."""
        authorize(principal, "read:training")
        statement = select(TrainingJob).where(visible(principal, TrainingJob, mine_only=query.scope == "mine"))
        if query.scope in ("shared", "preset"):
            statement = statement.where(TrainingJob.visibility == ("public" if query.scope == "shared" else "preset"))
        if query.status is not None:
            statement = statement.where(TrainingJob.status == query.status)
        if query.active is not None:
            ended = TrainingJob.status.in_(SETTLED)
            statement = statement.where(~ended if query.active else ended)
        if query.q:
            statement = statement.where(
                or_(
                    contains(TrainingJob.name, query.q),
                    contains(TrainingJob.description, query.q),
                    TrainingJob.id == query.q,
                )
            )
        sorts = {"name": TrainingJob.name, "created_at": TrainingJob.created_at, "updated_at": TrainingJob.updated_at,
                 "status": TrainingJob.status}  # fmt: skip
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=TrainingJob.id)
            return Page[TrainingJobRead](
                items=job_shapes(self.platform, session, principal, rows, live=False), page=info
            )

    def get(self, principal: Principal, job_id: str) -> TrainingJobRead:
        """Read a job and its newest run."""
        with self.db.read() as session:
            return self._shape(session, principal, self._job(session, principal, "read", job_id))

    def estimate(self, principal: Principal, body: EstimateRequest) -> Estimate:
        """Check a form as far as it is filled in, and tell command, price and waiting time."""
        authorize(principal, "write:training")
        both = [self._name_error(principal, body.name), self.platform.templates.name_error(principal, body.template)]
        return requests.estimate(self.platform, principal, body, [error for error in both if error is not None])

    def create(self, principal: Principal, body: TrainingJobCreate) -> TrainingJobRead:
        """Make a job and submit its first run, or keep that as a draft.

        Raises
        ------
        Refused
            With every wrong field.
        """
        authorize(principal, "write:training")
        settings = RunSettings(**{name: getattr(body, name) for name in RunSettings.model_fields})
        plan = self._plan(principal, settings)
        paths = requests.materialise(self.platform, principal, plan) if body.start else {}
        with self.db.write() as session:
            self._name_is_free(session, principal.user_id, body.name)
            job = TrainingJob(
                id=new_id("job"),
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                owner_id=principal.user_id,
                visibility="private",
                name=body.name,
                description=body.description,
                task_type=body.task_type,
            )
            session.add(job)
            session.flush()
            self._record(principal, "created", job)
            if body.start:
                self._submit(session, principal, job, plan, paths)
            else:
                self._draft(session, principal, job, plan)
            if body.template is not None:
                with renamed({"name": "template"}):
                    self.platform.templates.keep(principal, settings, body.template, body.description)
            return self._shape(session, principal, job)

    def update(
        self, principal: Principal, job_id: str, body: TrainingJobUpdate, revision: int | None = None
    ) -> TrainingJobRead:
        """Change name, description or visibility of a job."""
        with self.db.write() as session:
            job = self._job(session, principal, "write", job_id)
            revisions.check(job, revision, lambda: self._shape(session, principal, job))
            if body.name is not None and body.name != job.name:
                self._name_is_free(session, job.owner_id, body.name)
            if body.visibility == "preset" and not principal.is_administrator:
                raise Forbidden("Not done. Only an administrator makes presets. Choose public instead.")
            for name in body.model_fields_set:
                setattr(job, name, getattr(body, name))
            revisions.touch(job)
            self._record(principal, "changed", job, fields=sorted(body.model_fields_set))
            return self._shape(session, principal, job)

    def delete(self, principal: Principal, job_id: str, revision: int | None = None) -> None:
        """Delete a job with all its runs, logs and outputs; models saved from it stay."""
        with self.db.write() as session:
            job = self._job(session, principal, "write", job_id)
            revisions.check(job, revision, lambda: self._shape(session, principal, job))
            for row in self._runs(session, job):
                self._check_ended(job, row)
            self._record(principal, "deleted", job)
            self.platform.trash.put(principal, job)

    def _purge(self, session: Session, job: TrainingJob) -> None:
        for row in self._runs(session, job):
            self._delete_run(session, job, row)

    # Runs

    def runs(self, principal: Principal, job_id: str, query: ListQuery) -> Page[RunRead]:
        """List the runs of a job, newest first."""
        with self.db.read() as session:
            job = self._job(session, principal, "read", job_id)
            rows, info = slice_of(self._runs(session, job), query)
            workloads = self.platform.workloads.get_many([row.workload_id for row in rows])
            items = [run_shape(self.platform, principal, job, row, workloads.get(row.workload_id)) for row in rows]
            return Page[RunRead](items=items, page=info)

    def run(self, principal: Principal, job_id: str, version: str) -> RunRead:
        """Read a run."""
        with self.db.read() as session:
            job, row = self._found(session, principal, "read", job_id, version)
            return self._run_shape(principal, job, row)

    def modify(self, principal: Principal, job_id: str, body: RunChanges) -> RunRead:
        """Change settings of a run and submit the result as the next run."""
        with self.db.read() as session:
            job = self._job(session, principal, "write", job_id)
            base = self._run(session, job, body.base) if body.base else self._runs(session, job)[0]
            settings = requests.changed(base.configuration, body)
        return self._next(principal, job_id, settings)

    def rerun(self, principal: Principal, job_id: str, version: str) -> RunRead:
        """Submit the same again - versions, parameters and seed - as the next run."""
        with self.db.read() as session:
            _, row = self._found(session, principal, "write", job_id, version)
            if row.status not in ENDED:
                raise Conflict("not_ended", f"Not started again. {version} has not ended. Stop it, or wait.")
            settings = RunSettings.model_validate({**row.configuration, "note": f"{version} again"})
        return self._next(principal, job_id, settings)

    def stop(self, principal: Principal, job_id: str, version: str) -> RunRead:
        """Ask a run to end."""
        with self.db.write() as session:
            job, row = self._found(session, principal, "write", job_id, version)
            if row.status not in (*SETTLED, "collecting"):
                self.platform.workloads.stop(SYSTEM, row.workload_id)
                self._record(principal, "stop_requested", job, run=row.name)
            return self._run_shape(principal, job, row)

    def stop_all(self, principal: Principal) -> StoppedJobs:
        """Ask every run of the caller's own jobs that waits or runs to end."""
        authorize(principal, "write:training")
        going = TrainingRun.status.not_in((*SETTLED, "collecting"))
        with self.db.read() as session:
            wanted = select(TrainingRun, TrainingJob).join(TrainingJob, TrainingJob.id == TrainingRun.job_id)
            rows = session.execute(wanted.where(TrainingJob.owner_id == principal.user_id, going)).all()
            found = [VersionRef(id=job.id, name=job.name, version=row.name) for row, job in rows]
        for one in found:
            self.stop(principal, one.id, one.version)
        return StoppedJobs(stopped=found)

    # Drafts

    def edit(self, principal: Principal, job_id: str, version: str, body: RunChanges) -> RunRead:
        """Change the settings of a run that was not started yet."""
        with self.db.read() as session:
            _, row = self._found(session, principal, "write", job_id, version)
            self._check_draft(row)
            settings = requests.changed({**row.configuration, "note": ""}, body)
        plan = self._plan(principal, settings)
        with self.db.write() as session:
            job, row = self._found(session, principal, "write", job_id, version)
            self._check_draft(row)
            row.configuration, row.named = plan.settings.model_dump(mode="json"), plan.named()
            row.note = plan.settings.note
            revisions.touch(job)
            self._record(principal, "changed", job, fields=sorted(body.model_fields_set))
            return self._run_shape(principal, job, row)

    def begin(self, principal: Principal, job_id: str, version: str) -> RunRead:
        """Submit a run that was kept as a draft."""
        with self.db.read() as session:
            _, row = self._found(session, principal, "write", job_id, version)
            self._check_draft(row)
            settings = RunSettings.model_validate(row.configuration)
        plan = self._plan(principal, settings)
        paths = requests.materialise(self.platform, principal, plan)
        with self.db.write() as session:
            job, row = self._found(session, principal, "write", job_id, version)
            self._check_draft(row)
            self._begin(session, principal, job, row, plan, paths)
            revisions.touch(job)
            return self._run_shape(principal, job, row)

    @staticmethod
    def _check_draft(row: TrainingRun) -> None:
        if row.status != "draft":
            raise Conflict(
                "not_draft", f"Not done. Run {row.name} was started already. Modify it: that makes the next run."
            )

    def delete_run(self, principal: Principal, job_id: str, version: str) -> None:
        """Delete a run that has ended; the last one is deleted with its job."""
        with self.db.write() as session:
            job, row = self._found(session, principal, "write", job_id, version)
            if len(self._runs(session, job)) == 1:
                raise Conflict("last_run", f"{version} was not deleted. It is the only run. Delete the job instead.")
            self._delete_run(session, job, row)
            session.flush()
            job.status = outward(self._runs(session, job)[0])
            revisions.touch(job)
            self._record(principal, "run_deleted", job, run=version)

    # What a run shows

    def log(self, principal: Principal, job_id: str, version: str, query: LogQuery) -> LogRead:
        """Read part of the log."""
        return self.platform.workloads.read_log(SYSTEM, self._workload(principal, job_id, version), query)

    def log_file(self, principal: Principal, job_id: str, version: str, attempt: int | None) -> tuple[str, str]:
        """Tell where the log lies, and its name for a download."""
        return self.platform.workloads.log_file(SYSTEM, self._workload(principal, job_id, version), attempt)

    def scalars(self, principal: Principal, job_id: str, version: str, query: ScalarQuery) -> ScalarRead:
        """Read the logged numbers."""
        row = self._readable(principal, job_id, version)[1]
        if row.status == "draft":  # there is no workload yet that could log
            return ScalarRead(attempt=1, series={}, next=0, points=0)
        return self.platform.workloads.scalars(SYSTEM, row.workload_id, query)

    def usage(self, principal: Principal, job_id: str, version: str, query: MetricsQuery) -> UsageSeries:
        """Read what the run used of the machine."""
        return self.platform.workloads.metrics(SYSTEM, self._workload(principal, job_id, version), query)

    def outputs(self, principal: Principal, job_id: str, version: str, query: CursorQuery) -> CursorPage[FileEntry]:
        """List the files that the run left behind."""
        row = self._readable(principal, job_id, version)[1]
        return self.files.page(self._outputs(row), query, total=row.outputs_count)

    def output(self, principal: Principal, job_id: str, version: str, path: str) -> tuple[Entry, Path]:
        """Find a file that the run left behind, and where its bytes lie."""
        row = self._readable(principal, job_id, version)[1]
        entry = self.files.find(self._outputs(row), path)
        return entry, self.platform.blobs.path(entry.sha256)

    def download(
        self, principal: Principal, job_id: str, version: str, part: str = "outputs"
    ) -> tuple[str, Iterator[bytes]]:
        """Give outputs or model of a run as a zip archive: file name and pieces."""
        job, row = self._readable(principal, job_id, version)
        manifest = row.model if part == "model" else row.outputs
        if manifest is None:
            raise NotFound(part, f"{job_id}:{version}")
        folder = f"{job.name}-{version}-{part}"
        return f"{folder}.zip", self.files.zip(manifest, folder=folder)

    def evaluation(self, principal: Principal, job_id: str, version: str) -> EvaluationResult:
        """Give the figures of the run's predictions."""
        return self.evaluation_files.result(self._readable(principal, job_id, version)[1].outputs)

    def evaluated(
        self, principal: Principal, job_id: str, version: str, query: EvaluatedQuery
    ) -> CursorPage[EvaluatedSample]:
        """Give samples with what the run said of them."""
        row = self._readable(principal, job_id, version)[1]
        inputs = input_lookup(row.named)
        default = inputs.get("val_data_url") or inputs.get("data_url")
        return self.evaluation_files.samples(row.outputs, query, lambda name: inputs.get(name or "", default))

    def compare(self, principal: Principal, query: CompareQuery) -> Comparison:
        """Put runs side by side."""
        pairs = [name.partition(":") for name in dict.fromkeys(query.run)]
        return requests.compare([self.run(principal, job_id, version) for job_id, _, version in pairs])

    def save_model(self, principal: Principal, job_id: str, version: str, body: SaveModel) -> ModelVersionRead:
        """Save what a run made, as a new model or as the next version of one."""
        output = self.model_output(principal, job_id, version)
        return self.platform.models.save_run(
            principal,
            output,
            model_id=body.model_id,
            name=body.name,
            description=body.description,
            note=body.description if body.model_id else "",
        )

    def model_output(self, principal: Principal, job_id: str, version: str) -> RunOutput:
        """Give what a run made, for the models.

        Raises
        ------
        Conflict
            It has not succeeded, or wrote no model.
        """
        job, row = self._readable(principal, job_id, version)
        if row.status != "succeeded":
            raise Conflict(
                "not_succeeded", f"Not saved. Run {version} is {outward(row)}. Only a run that succeeded has a model."
            )
        if row.model is None:
            raise Conflict(
                "no_model",
                f"Not saved. Run {version} wrote nothing into its model folder. Let it write model.onnx there.",
            )
        summary = row.evaluation or {}
        return RunOutput(
            run_id=row.id,
            job_id=job.id,
            job_name=job.name,
            version=row.name,
            manifest=Manifest(row.model, row.model_count, row.model_bytes),
            metrics={name: summary[name] for name in ("accuracy", "macro_f1") if name in summary},
            framework=row.named.get("framework") or "",
            category=row.named.get("category") or "custom",
            serving_image_id=row.named.get("serving_image_id"),
        )

    def names(self, principal: Principal, ids: Iterable[str]) -> dict[str, str]:
        """Give the names of those jobs that exist and that the principal may read."""
        with self.db.read() as session:
            wanted = select(TrainingJob.id, TrainingJob.name).where(
                TrainingJob.id.in_(list(ids)), visible(principal, TrainingJob)
            )
            return {row[0]: row[1] for row in session.execute(wanted)}

    # Inside

    def _users_of_dataset(
        self, principal: Principal, dataset_id: str, version: str | None
    ) -> builtins.list[dict[str, str]]:
        return self.platform.lineage.users_of(principal, dataset_id, version, kinds=("training_job", "evaluation"))

    def _plan(self, principal: Principal, settings: RunSettings) -> Plan:
        errors = Collector()
        plan = make_plan(self.platform, principal, settings, errors)
        errors.raise_any()
        if plan is None:
            raise RuntimeError("a run without a plan has errors")
        return plan

    def _next(self, principal: Principal, job_id: str, settings: RunSettings) -> RunRead:
        plan = self._plan(principal, settings)
        paths = requests.materialise(self.platform, principal, plan)
        with self.db.write() as session:
            job = self._job(session, principal, "write", job_id)
            row = self._submit(session, principal, job, plan, paths)
            revisions.touch(job)
            return self._run_shape(principal, job, row)

    def _submit(
        self, session: Session, principal: Principal, job: TrainingJob, plan: Plan, paths: dict[str, Path]
    ) -> TrainingRun:
        row = self._draft(session, principal, job, plan)
        self._begin(session, principal, job, row, plan, paths)
        return row

    def _draft(self, session: Session, principal: Principal, job: TrainingJob, plan: Plan) -> TrainingRun:
        run_id = new_id("run")
        job.last_number += 1
        row = TrainingRun(
            id=run_id,
            job_id=job.id,
            number=job.last_number,
            workload_id=run_id,  # there is no workload before it is started
            status="draft",
            configuration=plan.settings.model_dump(mode="json"),
            named=plan.named(),
            note=plan.settings.note,
            created_by_id=principal.user_id,
        )
        session.add(row)
        job.status = row.status
        session.flush()
        return row

    def _begin(
        self,
        session: Session,
        principal: Principal,
        job: TrainingJob,
        row: TrainingRun,
        plan: Plan,
        paths: dict[str, Path],
    ) -> None:
        spec = plan.workload(f"{job.name} {row.name}", job.id, paths=paths, visibility=job.visibility)
        workload = self.platform.workloads.submit(principal, spec)
        row.workload_id, row.status = workload.id, workload.status
        row.configuration, row.named = plan.settings.model_dump(mode="json"), plan.named()
        row.created_by_id = principal.user_id
        if row.number == job.last_number:
            job.status = workload.status
        session.flush()
        run = Point(job.id, row.name, job.name)
        self.platform.lineage.record(plan.algorithm.point, run, "code")
        self.platform.lineage.record(Point(plan.image.id, None, plan.image.name), run, "runtime")
        for item in plan.inputs:
            self.platform.lineage.record(item.point, run, RELATION[item.role])  # type: ignore[arg-type]
        if plan.model is not None:
            self.platform.lineage.record(plan.model.point, run, "start_model")
        self._record(principal, "run_created", job, run=row.name, workload_id=workload.id)

    def _changed(self, change: WorkloadChange) -> None:
        row_id = self.collecting.changed(change)
        if row_id is not None:
            with self.db.write() as session:
                row = session.get_one(TrainingRun, row_id)
                begins = change.status == "starting" or (change.started_at is not None and "frozen" not in row.named)
                if begins and row.named["image"]:
                    # What it runs with, to the last package: the image may be built anew later.
                    frozen = self.platform.images.frozen(row.named["image"]["id"])
                    row.named = {**row.named, "frozen": frozen.model_dump(mode="json") if frozen else None}
                job = self._project(session, row)
                if change.status == "running" and change.previous != "running":
                    self._tell(job, row)

    def _tell(self, job: TrainingJob, row: TrainingRun, **params: Any) -> None:
        """Write the event of a run's status; ``notify``: its owner wants to be told."""
        wanted = RunSettings.model_validate(row.configuration).notify
        told = {"owner_id": job.owner_id, "notify": row.status in wanted}
        self._record(SYSTEM, f"run_{row.status}", job, run=row.name, reason=row.reason, **told, **params)

    def _collected(self, row_id: str) -> None:
        with self.db.write() as session:
            row = session.get_one(TrainingRun, row_id)
            job = self._project(session, row)
            self._tell(job, row, evaluation=row.evaluation)

    def _project(self, session: Session, row: TrainingRun) -> TrainingJob:
        job = session.get_one(TrainingJob, row.job_id)
        if row.number == job.last_number:
            job.status = outward(row)
        return job

    def _job(self, session: Session, principal: Principal, action: str, job_id: str) -> TrainingJob:
        job = session.get(TrainingJob, job_id)
        if job is None:
            raise NotFound("training job", job_id)
        authorize(principal, f"{action}:training", job)
        return job

    @staticmethod
    def _run(session: Session, job: TrainingJob, version: str) -> TrainingRun:
        row = session.scalar(
            select(TrainingRun).where(TrainingRun.job_id == job.id, TrainingRun.number == version_number(version))
        )
        if row is None:
            raise NotFound("run", f"{job.id}:{version}")
        return row

    @staticmethod
    def _runs(session: Session, job: TrainingJob) -> Sequence[TrainingRun]:
        statement = select(TrainingRun).where(TrainingRun.job_id == job.id).order_by(TrainingRun.number.desc())
        return session.scalars(statement).all()

    def _found(
        self, session: Session, principal: Principal, action: str, job_id: str, version: str
    ) -> tuple[TrainingJob, TrainingRun]:
        job = self._job(session, principal, action, job_id)
        return job, self._run(session, job, version)

    def _readable(self, principal: Principal, job_id: str, version: str) -> tuple[TrainingJob, TrainingRun]:
        with self.db.read() as session:
            return self._found(session, principal, "read", job_id, version)

    def _workload(self, principal: Principal, job_id: str, version: str) -> str:
        return self._readable(principal, job_id, version)[1].workload_id

    @staticmethod
    def _outputs(row: TrainingRun) -> str:
        if row.outputs is None:
            raise NotFound("outputs", row.name)
        return row.outputs

    @staticmethod
    def _check_ended(job: TrainingJob, row: TrainingRun) -> None:
        if row.status not in SETTLED:
            raise Conflict(
                "not_ended", f"Not deleted. Run {row.name} of {job.name!r} is {outward(row)}. Stop it first."
            )

    def _delete_run(self, session: Session, job: TrainingJob, row: TrainingRun) -> None:
        self._check_ended(job, row)
        if row.status != "draft":
            self.platform.lineage.forget(job.id, row.name)
            self.platform.workloads.delete(SYSTEM, row.workload_id)
        session.delete(row)

    @staticmethod
    def _name_is_free(session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(TrainingJob.id).where(TrainingJob.owner_id == owner_id, TrainingJob.name == name)):
            raise NameTaken("training job", name)

    def _name_error(self, principal: Principal, name: str | None) -> NameTaken | None:
        if name is None:
            return None
        try:
            with self.db.read() as session:
                self._name_is_free(session, principal.user_id, name)
        except NameTaken as error:
            return error
        return None

    def _record(self, principal: Principal, verb: str, job: TrainingJob, **params: Any) -> None:
        self.platform.events.record(
            principal,
            f"training_job.{verb}",
            object_kind="training_job",
            object_id=job.id,
            params={"name": job.name, **params},
            resource=job,
        )

    def _run_shape(self, principal: Principal, job: TrainingJob, row: TrainingRun) -> RunRead:
        workload = self.platform.workloads.get_many([row.workload_id]).get(row.workload_id)
        return run_shape(self.platform, principal, job, row, workload)

    def _shape(self, session: Session, principal: Principal, job: TrainingJob) -> TrainingJobRead:
        return job_shapes(self.platform, session, principal, [job])[0]
