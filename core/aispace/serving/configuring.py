"""What a service is to run: every part is checked before anything is deployed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..errors import Invalid, NotFound
from ..models.config import MODEL_SCRIPT, formats_of, tensors
from ..versions import VersionFiles, version_number
from ..workloads.schemas import WorkloadSpec
from .orm import Deployment
from .schemas import Signature

if TYPE_CHECKING:
    from ..algorithms.service import ResolvedAlgorithm
    from ..identity import Principal
    from ..lineage.service import Point
    from ..models.service import ResolvedModel
    from ..platform import Platform

DEFAULT_IMAGE: Final = "sk-onnx"
DEPLOYED: Final = (
    "model", "script", "image_id", "spec_id", "replicas", "parameters", "argument_mapping", "environment",
)  # fmt: skip
"""What makes a new deployment when it is changed."""
MOST_SOURCE: Final = 1 << 20


@dataclass(frozen=True)
class Configured:
    """A configuration that can run: columns of its row, and what it is made from."""

    columns: dict[str, Any]
    points: tuple[Point, ...]


class Configuring:
    """Checks configurations."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.files = VersionFiles(platform.blobs)

    def check(self, principal: Principal, wanted: dict[str, Any], *, kind: Any = "service") -> Configured:
        """Check a configuration.

        Parameters
        ----------
        wanted : dict
            The keys of `DEPLOYED`, as a request writes them.
        kind : str
            Kind of the workload that would run it.

        Raises
        ------
        Invalid
            Names the field.
        """
        model = self._model(principal, wanted["model"])
        script = self._script(principal, wanted["script"])
        if model is None and script is None:
            raise Invalid("model", "Model: choose a model version, or a script that needs none.", code="missing")
        file = wanted["script"]["file"] if script is not None else None
        own_script = script is None and model is not None and self._own_script(model)
        image_id = self._image(principal, wanted["image_id"], model, script)
        self._check_parameters(wanted["parameters"])
        probe = WorkloadSpec(kind=kind, name="service", command=["python"], spec_id=wanted["spec_id"])
        if not self.platform.workloads.forecast(principal, probe).fits:
            raise Invalid("spec_id", "Spec: it is larger than this installation. Choose another.", code="never_fits")
        config = (model.config if model else None) or {}
        by_script = script is not None or own_script
        signature = Signature(
            inputs=tensors(config, "inputs"),
            outputs=tensors(config, "outputs"),
            labels=[str(label) for label in config.get("labels") or []],
            accepts_images=bool(config.get("preprocess")) and not by_script,
            accepts_files=by_script,
        )
        columns = {
            "model_id": model.id if model else None,
            "model_version": model.version if model else None,
            "script_id": script.id if script else None,
            "image_id": image_id,
            "spec_id": wanted["spec_id"],
            "configuration": {
                "model_name": model.name if model else script.name if script else "",
                "script": {"id": script.id, "name": script.name, "version": script.version, "file": file}
                if script
                else None,
                "own_script": own_script,
                "chosen_image_id": wanted["image_id"],
                "replicas": wanted["replicas"],
                "parameters": wanted["parameters"],
                "argument_mapping": wanted["argument_mapping"],
                "environment": wanted["environment"],
                "signature": signature.model_dump(exclude={"infer_path"}),
            },
        }
        return Configured(columns, tuple(part.point for part in (model, script) if part is not None))

    def _model(self, principal: Principal, choice: dict[str, Any] | None) -> ResolvedModel | None:
        if choice is None:
            return None
        version_number(choice["version"])
        return self.platform.models.resolve(principal, choice["model_id"], choice["version"])

    def _script(self, principal: Principal, choice: dict[str, Any] | None) -> ResolvedAlgorithm | None:
        if choice is None:
            return None
        found = self.platform.algorithms.resolve(
            principal, choice["algorithm_id"], choice["version"], field="script.algorithm_id"
        )
        try:
            self._check_source(found.manifest, choice["file"], "script.file")
        except NotFound:
            raise Invalid(
                "script.file",
                f"Script: {found.name} {found.version} has no file {choice['file']!r}. Name one that it has.",
                code="not_found",
            ) from None
        return found

    def _own_script(self, model: ResolvedModel) -> bool:
        """Tell whether the model is served by a script of its own; refuse a model that nothing here can serve."""
        names = [entry.path for entry in self.files.entries(model.manifest) if "/" not in entry.path]
        formats = formats_of(names)
        by_file = bool(formats & {"onnx", "sklearn"})
        if "script" in formats:
            try:
                self._check_source(model.manifest, MODEL_SCRIPT, "model")
                return True
            except Invalid:
                if not by_file:
                    raise
        if not by_file:
            raise Invalid(
                "model",
                f"Model: {model.name} {model.version} has neither model.onnx, a .joblib or .skops file of scikit-learn "
                "nor inference.py, so nothing can serve it. Save it as one of these, or choose a script.",
                code="format",
            )
        return False

    def _check_source(self, manifest: str, file: str, field: str) -> None:
        entry = self.files.find(manifest, file)
        source = self.platform.blobs.path(entry.sha256).read_bytes()[: MOST_SOURCE + 1]
        problem = source_problem(source)
        if problem is not None:
            raise Invalid(field, f"Script: {file} {problem}", code="not_a_script", params={"file": file})

    def _image(
        self,
        principal: Principal,
        chosen: str | None,
        model: ResolvedModel | None,
        script: ResolvedAlgorithm | None,
    ) -> str:
        image_id = (
            chosen
            or (script.settings.serving_image_id if script else None)
            or (model.runtime_image_id if model else None)
            or self.platform.images.preset(DEFAULT_IMAGE)
        )
        if image_id is None:
            raise Invalid("image_id", "Image: there is no serving runtime yet. Make one and choose it.", code="missing")
        return self.platform.images.resolve(principal, image_id, purpose="serving").id

    @staticmethod
    def _check_parameters(parameters: dict[str, Any]) -> None:
        for name, most in (("threads", 256), ("workers", 64)):
            value = parameters.get(name)
            if value is not None and (type(value) is not int or not 0 <= value <= most):
                raise Invalid(
                    "parameters",
                    f"Parameters: {name} must be a whole number from 0 to {most}.",
                    code="not_between",
                    params={"low": 0, "high": most},
                )


def source_problem(source: bytes) -> str | None:
    """Tell why a file cannot serve; ``None`` when it has one class with ``inference(self, data)``.

    Only the text is looked at: nothing of it runs here.
    """
    if len(source) > MOST_SOURCE:
        return f"is larger than {MOST_SOURCE} bytes. Choose the file with the class."
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return f"is not valid Python: {error.msg} (line {error.lineno}). Correct it."
    except ValueError:
        return "is not a Python file. Choose another."
    classes = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(part, ast.FunctionDef) and part.name == "inference" for part in node.body)
    ]
    if not classes:
        return "has no class with a method inference(self, data). Add it."
    if len(classes) > 1:
        names = ", ".join(node.name for node in classes)
        return f"has several classes with a method inference: {names}. Leave one."
    method = next(p for p in classes[0].body if isinstance(p, ast.FunctionDef) and p.name == "inference")
    taken = len(method.args.posonlyargs) + len(method.args.args)
    if taken != 2 and method.args.vararg is None:
        return f"has {classes[0].name}.inference with {taken} arguments. Write inference(self, data)."
    return None


def wanted_of(deployment: Deployment) -> dict[str, Any]:
    """Give a deployment's configuration as a request writes it."""
    configuration = deployment.configuration
    script = configuration.get("script")
    return {
        "model": {"model_id": deployment.model_id, "version": deployment.model_version}
        if deployment.model_id
        else None,
        "script": {"algorithm_id": script["id"], "version": script["version"], "file": script["file"]}
        if script
        else None,
        "image_id": configuration["chosen_image_id"],
        "spec_id": deployment.spec_id,
        "replicas": configuration["replicas"],
        "parameters": configuration["parameters"],
        "argument_mapping": configuration.get("argument_mapping", {}),
        "environment": configuration["environment"],
    }
