"""The steps of the tour. Each uses the public client only, as a user's script would."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ..client import AISpaceClient, Endpoint
from ..datasets.schemas import DatasetRead, DatasetVersionRead
from ..errors import AISpaceError, NotFound
from ..models.schemas import ModelVersionRead
from ..serving.schemas import ServiceRead
from ..training.schemas import RunRead
from .digits import Parts, find, read, share_out

ALGORITHM: Final = "image-classifier"
PREDICTIONS: Final = 100
WANTED: Final = 0.95


class Walk:
    """One tour.

    Parameters
    ----------
    client : AISpaceClient
        The platform, as the user whose tour it is.
    say : callable
        Takes what is told to the person.
    digits : str, optional
        The data file, where it cannot be found by itself.
    """

    wanted_accuracy = WANTED

    def __init__(
        self,
        client: AISpaceClient,
        say: Callable[[str], None],
        *,
        digits: str | None = None,
    ) -> None:
        self.client = client
        self.say = say
        self.digits = digits
        self.seconds: dict[str, float] = {}
        self.made: list[tuple[Any, str]] = []
        self.name = f"tour-{os.getpid()}-{int(time.time())}"

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 2)
        self.say(f"✓ {name}  {self.seconds[name]:.1f} s")

    def run(self) -> dict[str, Any]:
        """Walk the whole path.

        Returns
        -------
        dict
            ``accuracy`` of the predictions over HTTP, ``evaluation_accuracy`` on the whole held-out part, ``seconds``
            in all, ``steps`` with the seconds of each, and ``cost``.
        """
        begun = time.monotonic()
        with self._step("runtime"):
            self._runtime()
        with tempfile.TemporaryDirectory(prefix="aispace-tour-digits-") as folder, self._step("data"):
            parts = self._parts()
            dataset = self._import(parts, Path(folder))
        with self._step("label"):
            self._label(dataset.id, parts)
        with self._step("publish"):
            version = self._publish(dataset.id)
        with self._step("train"):
            job_id, run = self._train(dataset.id, version)
        with self._step("model"):
            model = self._save(job_id, run)
        with self._step("evaluate"):
            evaluated = self._evaluate(model, dataset.id, version)
        with self._step("deploy"):
            service = self._deploy(model)
        with self._step("predict"):
            accuracy = self._predict(service, parts)
        with self._step("lineage"):
            self._lineage(service, dataset.id, version)
        with self._step("usage"):
            cost = self._usage()
        return {
            "accuracy": round(accuracy, 4),
            "evaluation_accuracy": round(evaluated, 4),
            "seconds": round(time.monotonic() - begun, 2),
            "steps": self.seconds,
            "cost": cost,
        }

    def clean(self) -> None:
        """Delete what the tour made, the newest first."""
        deleted = 0
        for collection, object_id in reversed(self.made):
            try:
                if collection is self.client.services:
                    self.client.services.stop(object_id)
                    self.client.services.wait(object_id, "stopped")
                collection.delete(object_id)
                deleted += 1
                with contextlib.suppress(NotFound):  # an evaluation goes at once
                    self.client.trash.delete(object_id)
            except NotFound:
                continue
            except AISpaceError as error:
                self.say(f"not deleted: {object_id}: {error.message}")
        self.say(f"deleted {deleted} of {len(self.made)} objects")
        self.made.clear()

    # Steps

    def _runtime(self) -> None:
        algorithm = self.client.algorithms.find(ALGORITHM)
        image_id = algorithm.current.image_id
        if image_id is None:
            raise LookupError(f"the runtime image of {ALGORITHM}")
        image = self.client.images.wait(image_id)
        self.say(f"runtime {image.name} with {len(image.packages or [])} packages")

    def _parts(self) -> Parts:
        folders = [image.location for image in self.client.images.list() if image.location]
        return share_out(read(Path(self.digits) if self.digits else find(folders)))

    def _import(self, parts: Parts, folder: Path) -> DatasetRead:
        for digit in parts.labelled:
            digit.save(folder / "labelled" / digit.label)
        for digit in parts.unlabelled:
            digit.save(folder / "unlabelled")
        for digit in parts.held_out:
            digit.save(folder / "held-out" / digit.label)
        dataset = self.client.datasets.create(
            self.name, description="Handwritten digits", labels=[str(number) for number in range(10)]
        )
        self.made.append((self.client.datasets, dataset.id))
        plans: list[tuple[str, dict[str, Any]]] = [
            ("labelled", {"layout": "class_folders", "split": "training"}),
            ("unlabelled", {"layout": "flat", "split": "training"}),
            ("held-out", {"layout": "class_folders", "split": "test"}),
        ]
        for name, options in plans:
            done = self.client.datasets.import_files(dataset.id, folder / name, **options)
            if done.status != "succeeded" or done.report.refused_count:
                raise AISpaceError(
                    "tour_import", f"The import of {name} ended as {done.status}: {done.report.refused[:3]}", status=500
                )
            self.say(f"imported {done.report.imported} files of {name}")
        return self.client.datasets.get(dataset.id)

    def _label(self, dataset_id: str, parts: Parts) -> None:
        truth = {digit.file_name: digit.label for digit in parts.unlabelled}
        open_samples = list(self.client.datasets.samples(dataset_id, state="unlabelled"))
        items = [
            {
                "sample_id": sample.id,
                "objects": [{"label": truth[sample.path.rsplit("/", 1)[-1]]}],
                "confirm": True,
                "revision": sample.revision,
            }
            for sample in open_samples
        ]
        results = self.client.datasets.annotate(dataset_id, items)
        saved = sum(result.status == "saved" for result in results)
        if saved != len(parts.unlabelled):
            raise AISpaceError("tour_label", f"{saved} of {len(parts.unlabelled)} labels were saved.", status=500)
        # A tenth of the training part becomes the validation part, chosen by its number.
        chosen = [s.id for i, s in enumerate(self.client.datasets.samples(dataset_id, split="training")) if i % 10 == 0]
        self.client.datasets.annotate_all(dataset_id, ids=chosen, split="validation")
        self.say(f"labelled {saved} samples through the API")

    def _publish(self, dataset_id: str) -> DatasetVersionRead:
        version = self.client.datasets.publish(dataset_id, note="tour")
        self.say(f"published {version.version}: {version.file_count} samples")
        return version

    def _train(self, dataset_id: str, version: DatasetVersionRead) -> tuple[str, RunRead]:
        algorithm = self.client.algorithms.find(ALGORITHM)
        spec = self.client.specs.cheapest("training")
        inputs = [
            {"role": role, "dataset_id": dataset_id, "version": version.version, "split": role}
            for role in ("training", "validation")
        ]
        settings: dict[str, Any] = {"inputs": inputs, "seed": 1, "max_hours": 1}
        estimate = self.client.jobs.estimate(algorithm.id, spec_id=spec.id, **settings)
        self.say(f"command: {estimate.command}")
        job = self.client.jobs.submit(self.name, algorithm.id, spec.id, **settings)
        self.made.append((self.client.jobs, job.id))
        lines: list[str] = []
        for text in self.client.jobs.follow(job.id, job.current_version):
            lines += text.splitlines()
        run = self.client.jobs.wait(job.id, job.current_version)
        if run.status != "succeeded":
            reason = run.reason.message if run.reason else run.status
            self.say("\n".join(lines[-20:]))
            raise AISpaceError("tour_training", f"The training did not succeed: {reason}", status=500)
        scalars = self.client.jobs.scalars(job.id, run.version)
        figures = ", ".join(
            f"{name} {metric.best:.4g}" for name, metric in run.metrics.items() if metric.best is not None
        )
        self.say(f"{len(lines)} log lines, {scalars.points} points of {len(scalars.series)} scalars; best {figures}")
        return job.id, run

    def _save(self, job_id: str, run: RunRead) -> ModelVersionRead:
        version = self.client.jobs.save_model(job_id, run.version, name=self.name)
        self.made.append((self.client.models, version.model_id))
        return version

    def _evaluate(self, model: ModelVersionRead, dataset_id: str, version: DatasetVersionRead) -> float:
        spec = self.client.specs.cheapest("evaluation")
        inputs = [{"dataset_id": dataset_id, "version": version.version, "split": "test"}]
        begun = self.client.evaluations.create(model.model_id, model.version, inputs, spec.id)
        self.made.append((self.client.evaluations, begun.id))
        done = self.client.evaluations.wait(begun.id, timeout=300)
        if done.result is None:
            reason = done.reason.message if done.reason else done.status
            raise AISpaceError("tour_evaluation", f"The evaluation did not succeed: {reason}", status=500)
        self.say(f"held-out part: {done.result.count} samples, accuracy {done.result.accuracy:.4f}")
        return done.result.accuracy

    def _deploy(self, model: ModelVersionRead) -> ServiceRead:
        spec = self.client.specs.cheapest("serving")
        service = self.client.services.create(self.name[:32], model.model_id, model.version, spec.id)
        self.made.append((self.client.services, service.id))
        return self.client.services.wait(service.id)

    def _predict(self, service: ServiceRead, parts: Parts) -> float:
        token = self.client.services.create_token(service.id, "tour")
        endpoint = Endpoint(service.endpoint, token.token)
        # Every third or so, so that all ten labels are among the hundred.
        chosen = parts.held_out[:: max(1, len(parts.held_out) // PREDICTIONS)][:PREDICTIONS]
        right = 0
        with tempfile.TemporaryDirectory() as folder:
            for digit in chosen:
                answer = endpoint.predict(digit.save(Path(folder)).read_bytes())
                right += str(answer["predictions"][0]["label"]) == digit.label
        self.say(f"{right} of {len(chosen)} held-out images right over HTTP at {service.endpoint}")
        return right / len(chosen)

    def _lineage(self, service: ServiceRead, dataset_id: str, version: DatasetVersionRead) -> None:
        graph = self.client.about.lineage(service.id)
        names = {
            node.id: f"{node.kind} {node.name}" + (f" {node.version}" if node.version else "") for node in graph.nodes
        }
        for edge in graph.edges:
            self.say(f"  {names[edge.from_]} → {names[edge.to]} ({edge.relation})")
        if f"{dataset_id}:{version.version}" not in names:
            raise AISpaceError("tour_lineage", "The lineage does not lead back to the dataset version.", status=500)
        samples = self.client.datasets.samples(dataset_id, version=version.version)
        for sample, _ in zip(samples, range(3), strict=False):
            label = sample.annotation.objects[0].label if sample.annotation.objects else None
            self.say(f"  sample {sample.path} sha256 {sample.sha256[:12]} label {label}")

    def _usage(self) -> dict[str, str]:
        summary = self.client.usage.summary()
        self.say(f"used {summary.seconds:.0f} s of compute: {summary.total.amount:.4f} {summary.total.currency}")
        return {"amount": str(summary.total.amount), "currency": summary.total.currency}
