"""Training jobs, their runs, and evaluations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ..models.schemas import ModelVersionRead
from ..training.schemas import (
    Comparison,
    Estimate,
    EvaluatedSample,
    EvaluationRead,
    EvaluationResult,
    RunRead,
    StoppedJobs,
    TrainingJobRead,
)
from ..visualisations.schemas import VisualisationRead
from ..workloads.schemas import LogRead, ScalarRead
from .collection import Collection, body, wait
from .visualisations import Visualisations

ENDED: Final = ("succeeded", "failed", "stopped")


class Jobs(Collection[TrainingJobRead]):
    """Training jobs; each has runs, ``V0001`` and so on."""

    path = "/training-jobs"
    shape = TrainingJobRead

    def submit(self, name: str, algorithm_id: str, spec_id: str, **fields: Any) -> TrainingJobRead:
        """Submit a job.

        Parameters
        ----------
        **fields
            ``inputs``, ``parameters``, ``algorithm_version``, ``max_hours`` and the others of the REST route.
        """
        return self._create(self._settings(algorithm_id, {"name": name, "spec_id": spec_id, **fields}))

    def estimate(self, algorithm_id: str, **fields: Any) -> Estimate:
        """Ask what would happen: command, price, place in the queue, wrong fields."""
        return self._post(Estimate, f"{self.path}/estimate", body(self._settings(algorithm_id, fields)))

    def _settings(self, algorithm_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        algorithm = {"algorithm_id": algorithm_id, "version": fields.pop("algorithm_version", None)}
        return {"algorithm": body(algorithm), **fields}

    def runs(self, job_id: str) -> list[RunRead]:
        """List the runs, newest first."""
        answer = self.transport.ask("GET", f"{self.path}/{job_id}/runs", params={"limit": 200})
        return [RunRead.model_validate(item) for item in answer["items"]]

    def run(self, job_id: str, version: str) -> RunRead:
        """Read one run."""
        return self._get(RunRead, f"{self.path}/{job_id}/runs/{version}")

    def modify(self, job_id: str, **changes: Any) -> RunRead:
        """Run again with changes; makes the next version."""
        return self._post(RunRead, f"{self.path}/{job_id}/runs", body(changes))

    def rerun(self, job_id: str, version: str) -> RunRead:
        """Run the same again; makes the next version."""
        return self._post(RunRead, f"{self.path}/{job_id}/runs/{version}/rerun")

    def edit(self, job_id: str, version: str, **changes: Any) -> RunRead:
        """Change the settings of a run that was not started yet."""
        answer = self.transport.ask("PATCH", f"{self.path}/{job_id}/runs/{version}", json=body(changes))
        return RunRead.model_validate(answer)

    def start(self, job_id: str, version: str) -> RunRead:
        """Start a run that was kept as a draft (``submit(..., start=False)``)."""
        return self._post(RunRead, f"{self.path}/{job_id}/runs/{version}/start")

    def stop_all(self) -> StoppedJobs:
        """Stop everything of one's own that waits or runs."""
        return self._post(StoppedJobs, f"{self.path}/stop")

    def stop(self, job_id: str, version: str) -> RunRead:
        """Stop a run."""
        return self._post(RunRead, f"{self.path}/{job_id}/runs/{version}/stop")

    def log(self, job_id: str, version: str, after: int = 0) -> LogRead:
        """Read a part of the log."""
        return self._get(LogRead, f"{self.path}/{job_id}/runs/{version}/log", after=after)

    def scalars(self, job_id: str, version: str, **query: Any) -> ScalarRead:
        """Read the logged numbers, at most ``buckets`` points of each."""
        return self._get(ScalarRead, f"{self.path}/{job_id}/runs/{version}/scalars", **query)

    def follow(self, job_id: str, version: str, timeout: float = 7 * 86400) -> Iterator[str]:
        """Give the text of the log as it is written, until it is complete."""
        after = 0
        complete = False

        def more() -> LogRead | None:
            part = self.log(job_id, version, after)
            return part if part.text or part.complete else None

        while not complete:
            part = wait(more, timeout=timeout, what=f"the log of {job_id} {version}")
            after, complete = part.next, part.complete
            if part.text:
                yield part.text

    def wait(self, job_id: str, version: str, timeout: float = 7 * 86400) -> RunRead:
        """Wait until a run has ended and its results are kept."""

        def ended() -> RunRead | None:
            run = self.run(job_id, version)
            return run if run.status in ENDED and not run.collecting else None

        return wait(ended, timeout=timeout, what=f"the end of {job_id} {version}")

    def evaluation(self, job_id: str, version: str) -> EvaluationResult:
        """Read precision, recall, F1 and the confusion matrix on the validation set."""
        return self._get(EvaluationResult, f"{self.path}/{job_id}/runs/{version}/evaluation")

    def evaluated(self, job_id: str, version: str, **query: Any) -> Iterator[EvaluatedSample]:
        """Go through the evaluated samples, for instance ``only="wrong"``."""
        return self._cursor(EvaluatedSample, f"{self.path}/{job_id}/runs/{version}/evaluation/samples", **query)

    def compare(self, *runs: str) -> Comparison:
        """Put runs side by side; each as ``job_id:V0001``."""
        return self._get(Comparison, f"{self.path}/compare", run=list(runs))

    def tensorboard(
        self,
        *jobs: str | TrainingJobRead,
        spec_id: str | None = None,
        idle_minutes: int | None = None,
        wait: bool = True,
    ) -> VisualisationRead:
        """Show runs in TensorBoard; the one that runs over the same runs is used again.

        Parameters
        ----------
        *jobs : str or TrainingJobRead
            Name or id, with ``:V0001`` for a run other than the newest, or a job.
        idle_minutes : int, optional
            It stops by itself when nobody has looked at it for so long.
        wait : bool, optional
            Until it can be opened.
        """
        boards = Visualisations(self.transport)
        runs = []
        for job in jobs:
            name, _, version = (job if isinstance(job, str) else job.id).partition(":")
            run = {"job_id": self.find(name).id}
            runs.append(run | ({"version": version} if version else {}))
        board = boards.start(runs, spec_id=spec_id, idle_minutes=idle_minutes)
        return boards.wait(board.id) if wait and not board.ready else board

    def save_model(self, job_id: str, version: str, **target: Any) -> ModelVersionRead:
        """Keep what a run made as a model: ``name`` of a new one, or ``model_id`` for its next version."""
        return self._post(ModelVersionRead, f"{self.path}/{job_id}/runs/{version}/save-model", body(target))

    def download_outputs(self, job_id: str, version: str, target: str | Path) -> Path:
        """Save the outputs of a run as a zip file."""
        return self._save(f"{self.path}/{job_id}/runs/{version}/outputs/download", target)


class Evaluations(Collection[EvaluationRead]):
    """Trials of model versions on dataset versions."""

    path = "/evaluations"
    shape = EvaluationRead

    def create(
        self, model_id: str, version: str, inputs: list[dict[str, Any]], spec_id: str, **fields: Any
    ) -> EvaluationRead:
        """Start a trial."""
        return self._create({"model_id": model_id, "version": version, "inputs": inputs, "spec_id": spec_id, **fields})

    def wait(self, evaluation_id: str, timeout: float = 3600) -> EvaluationRead:
        """Wait until a trial has ended and its figures are there."""

        def ended() -> EvaluationRead | None:
            evaluation = self.get(evaluation_id)
            return evaluation if evaluation.status in ENDED and not evaluation.collecting else None

        return wait(ended, timeout=timeout, what=f"the end of evaluation {evaluation_id}")
