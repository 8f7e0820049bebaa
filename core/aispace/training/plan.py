"""From what somebody asked for to what is run: every part is checked, every error names its field."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..algorithms.launch import argument_names, build_command, split_command
from ..algorithms.parameters import Value, resolve
from ..algorithms.service import ResolvedAlgorithm
from ..datasets.annotations import Split
from ..errors import AISpaceError, Conflict, Invalid, NotFound
from ..lineage.service import Point
from ..models.service import ResolvedModel
from ..workloads.schemas import Mount, WorkloadSpec
from .schemas import DatasetInput, RunSettings

if TYPE_CHECKING:
    from ..identity import Principal
    from ..images.schemas import ImageRead
    from ..platform import Platform

HOUR = 3600.0
ARGUMENT_OF = {"training": "data_url", "validation": "val_data_url"}


@dataclass(frozen=True)
class FoundDataset:
    """A published dataset version that exists and that the caller may read."""

    id: str
    name: str
    version: str
    role: str
    split: Split | None
    data_type: str
    annotation_type: str

    @property
    def point(self) -> Point:
        """Its place in the lineage."""
        return Point(self.id, self.version, self.name)


@dataclass
class Plan:
    """A run that can be submitted."""

    settings: RunSettings
    algorithm: ResolvedAlgorithm
    image: ImageRead
    inputs: list[FoundDataset]
    model: ResolvedModel | None
    words: list[str]
    names: Mapping[str, str | None]
    values: dict[str, Value]
    accelerators: int = 0

    def preview(self) -> str:
        """Write the command with the paths of an example."""
        places = {ARGUMENT_OF[item.role]: f"/data/{item.name}-{item.version}" for item in self.inputs}
        if self.model is not None:
            places["model_load_dir"] = f"/models/{self.model.name}-{self.model.version}"
        return shlex.join(build_command(self.words, self.names, places | self._outputs("/out", "/model"), self.values))

    def _outputs(self, out: str, model: str) -> dict[str, str]:
        places = {"train_log": f"{out}/log"}
        if self.algorithm.settings.file_output:
            places["train_out"] = out
        if self.algorithm.settings.model_output:
            places["train_model_out"] = model
        if self.settings.nodes > 1:
            places["num_nodes"] = str(self.settings.nodes)
        if self.accelerators:
            places["gpu_num_per_node"] = str(self.accelerators)
        return places

    def workload(self, name: str, job_id: str, *, paths: Mapping[str, Path], visibility: str) -> WorkloadSpec:
        """Write the workload.

        Parameters
        ----------
        paths : mapping
            Folder of ``code``, of each role, and of ``model``.
        """
        places = {ARGUMENT_OF[item.role]: f"{{mount:{item.role}}}" for item in self.inputs}
        if self.model is not None:
            places["model_load_dir"] = "{mount:model}"
        settings = self.settings
        return WorkloadSpec(
            kind="training",
            name=name,
            command=build_command(self.words, self.names, places | self._outputs("{out}", "{model}"), self.values),
            # Code is mounted read-only: byte code has no place there.
            env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", **settings.environment},
            cwd="{mount:code}",
            mounts=[Mount(source=str(path), target=target) for target, path in paths.items()],
            image_id=self.image.id,
            spec_id=settings.spec_id,
            nodes=settings.nodes,
            queue=settings.queue or "default",
            priority=settings.priority,
            retries=settings.retries,
            delay_seconds=settings.delay_hours * HOUR,
            time_limit_seconds=settings.max_hours * HOUR or None,
            object_kind="training_job",
            object_id=job_id,
            visibility=visibility,  # type: ignore[arg-type]  # only such words are ever stored
            seed=settings.seed or 0,
        )

    def named(self) -> dict[str, Any]:
        """Give the names of all parts, to be kept with the run."""
        return {
            "algorithm": {"id": self.algorithm.id, "name": self.algorithm.name, "version": self.algorithm.version},
            "image": {"id": self.image.id, "name": self.image.name},
            "inputs": [named_input(item) for item in self.inputs],
            "model": {"id": self.model.id, "name": self.model.name, "version": self.model.version}
            if self.model
            else None,
            "command": self.preview(),
            "category": self.algorithm.category,
            "framework": self.algorithm.settings.framework,
            "serving_image_id": self.algorithm.settings.serving_image_id,
            "mapping": {name: argument for argument, name in self.names.items() if name},
        }


def named_input(item: FoundDataset) -> dict[str, Any]:
    """Give what is kept of an input's names."""
    return {"id": item.id, "name": item.name, "version": item.version, "role": item.role, "split": item.split}


class Refused(AISpaceError):
    """Fields of a request that cannot be used, all of them."""

    status = 422


@dataclass
class Collector:
    """Gathers errors of fields, so that all are told at once."""

    fields: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def part(self, prefix: str = "") -> Iterator[None]:
        """Keep what is refused inside and go on."""
        try:
            yield
        except (Invalid, Conflict, NotFound) as error:
            found = error.details.get("fields") or [
                {
                    "field": prefix,
                    "message": error.message,
                    "code": error.code,
                    "params": error.details.get("params", {}),
                }
            ]
            self.fields.extend(found)

    def raise_any(self) -> None:
        """Raise when something was refused.

        Raises
        ------
        Refused
            With all fields.
        """
        if self.fields:
            raise Refused("invalid", self.fields[0]["message"], fields=self.fields)


def find_dataset(
    platform: Platform, principal: Principal, wanted: DatasetInput, role: str, prefix: str
) -> FoundDataset:
    """Find a published version.

    Raises
    ------
    Invalid
        It does not exist or the caller may not read it; or the split does not occur.
    """
    try:
        dataset = platform.datasets.get(principal, wanted.dataset_id)
    except NotFound as error:
        raise Invalid(f"{prefix}.dataset_id", f"Dataset: {error.message}", code="not_found") from None
    try:
        version = platform.datasets.versions.get(principal, wanted.dataset_id, wanted.version)
    except NotFound:
        raise Invalid(
            f"{prefix}.version",
            f"Version: {dataset.name!r} has no published version {wanted.version!r}. Publish it, or choose another.",
            code="not_found",
        ) from None
    if wanted.split is not None and not version.counts["splits"].get(wanted.split):
        raise Invalid(
            f"{prefix}.split",
            f"Split: {wanted.version} of {dataset.name!r} has no samples in {wanted.split!r}. Choose another split, or "
            "none for all samples.",
            code="split_empty",
        )
    return FoundDataset(
        id=dataset.id,
        name=dataset.name,
        version=version.version,
        role=role,
        split=wanted.split,
        data_type=dataset.data_type,
        annotation_type=dataset.annotation_type,
    )


def make_plan(platform: Platform, principal: Principal, settings: RunSettings, errors: Collector) -> Plan | None:
    """Check all parts of a run.

    Returns
    -------
    Plan or None
        None when something is wrong; ``errors`` tells what.
    """
    before = len(errors.fields)
    algorithm: ResolvedAlgorithm | None = None
    image: ImageRead | None = None
    model: ResolvedModel | None = None
    words: list[str] = []
    with errors.part("algorithm.algorithm_id"):
        wanted = settings.algorithm
        algorithm = platform.algorithms.resolve(
            principal, wanted.algorithm_id, wanted.version, field="algorithm.algorithm_id"
        )
        words = split_command(algorithm.settings.run_command, "algorithm.algorithm_id")
    with errors.part("image_id"):
        image = _image(platform, principal, settings, algorithm)
    with errors.part("model.model_id"):
        if settings.model is not None:
            model = platform.models.resolve(
                principal, settings.model.model_id, settings.model.version, field="model.model_id"
            )
    inputs = _inputs(platform, principal, settings, algorithm, errors)
    names = argument_names(algorithm.settings.argument_mapping if algorithm else None, settings.argument_mapping)
    values: dict[str, Value] = {}
    if algorithm is not None:
        given = {name: value for name, value in settings.parameters.items() if value is not None}
        reserved = {name for name in names.values() if name}
        values, wrong = resolve(algorithm.settings.parameters, given, reserved=reserved)
        errors.fields.extend(wrong)
        used = [name for name in names.values() if name]
        for name in {name for name in used if used.count(name) > 1} | (set(used) & set(values)):
            message = f"Argument names: {name!r} would be passed twice. Give each argument its own name."
            errors.fields.append({"field": "argument_mapping", "message": message, "code": "duplicate"})
        if model is not None and not names.get("model_load_dir"):
            message = "Model: the algorithm takes no model to start from. Leave it out."
            errors.fields.append({"field": "model.model_id", "message": message, "code": "not_accepted"})
    accelerators = 0
    with errors.part("spec_id"):
        spec = platform.resources.resolve(principal, settings.spec_id, purpose="training")
        accelerators = spec.accelerator_count
    if algorithm is None or image is None or len(errors.fields) > before:
        return None
    whole = settings.model_copy(
        update={
            "algorithm": settings.algorithm.model_copy(update={"version": algorithm.version}),
            "image_id": image.id,
            "parameters": values,
            "model": settings.model.model_copy(update={"version": model.version}) if settings.model and model else None,
            "seed": secrets.randbelow(2**31) if settings.seed is None else settings.seed,
        }
    )
    return Plan(whole, algorithm, image, inputs, model, words, names, values, accelerators)


def _image(
    platform: Platform, principal: Principal, settings: RunSettings, algorithm: ResolvedAlgorithm | None
) -> ImageRead | None:
    image_id = settings.image_id or (algorithm.settings.image_id if algorithm else None)
    if image_id is None:
        if algorithm is None:
            return None
        raise Invalid("image_id", "Image: the algorithm names none. Choose one.", code="missing")
    image = platform.images.resolve(principal, image_id, purpose="training")
    check_usable(image)
    return image


def check_usable(image: ImageRead, field: str = "image_id") -> None:
    """Refuse an image whose build failed; one that is being built is waited for.

    Raises
    ------
    Invalid
        Nothing can run in it, now or soon.
    """
    if not image.usable and image.status == "failed":
        raise Invalid(
            field, f"Image: {image.name!r} could not be built. Build it again, or choose another.", code="image_failed"
        )


def _inputs(
    platform: Platform,
    principal: Principal,
    settings: RunSettings,
    algorithm: ResolvedAlgorithm | None,
    errors: Collector,
) -> list[FoundDataset]:
    found: list[FoundDataset] = []
    for number, wanted in enumerate(settings.inputs):
        prefix = f"inputs.{number}"
        with errors.part(prefix):
            if any(item.role == wanted.role for item in settings.inputs[:number]):
                raise Invalid(
                    f"{prefix}.role",
                    f"Datasets: a run takes one {wanted.role} set. Import both into one dataset, or start two runs.",
                    code="duplicate",
                )
            dataset = find_dataset(platform, principal, wanted, wanted.role, prefix)
            if algorithm is not None:
                _check_accepted(algorithm, dataset, prefix)
            found.append(dataset)
    needs_data = algorithm is not None and bool(algorithm.settings.accepts.data_types)
    if needs_data and not any(item.role == "training" for item in settings.inputs):
        message = "Datasets: the algorithm needs a training set. Choose one."
        errors.fields.append({"field": "inputs", "message": message, "code": "missing"})
    return found


def _check_accepted(algorithm: ResolvedAlgorithm, dataset: FoundDataset, prefix: str) -> None:
    accepts = algorithm.settings.accepts
    for word, value, taken in (
        ("data", dataset.data_type, accepts.data_types),
        ("annotations", dataset.annotation_type, accepts.annotation_types),
    ):
        if taken and value not in taken:
            raise Invalid(
                f"{prefix}.dataset_id",
                f"Dataset: {dataset.name!r} has {word} of the kind {value!r}; {algorithm.name!r} takes "
                f"{', '.join(taken)}. Choose another dataset or algorithm.",
                code="not_accepted",
                params={"kind": value, "accepts": taken},
            )
