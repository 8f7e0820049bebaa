"""Choose what serves a model directory by the files that it has."""

from __future__ import annotations

from pathlib import Path

from .errors import ModelError
from .model import Model
from .onnx_model import OnnxModel
from .sklearn_model import SklearnModel, estimator_file


def load_model(directory: Path, name: str, version: str, threads: int = 0) -> Model:
    """Load ``model.onnx``, else an estimator of scikit-learn.

    Raises
    ------
    ModelError
        There is neither, or it cannot be loaded.
    """
    if not directory.is_dir():
        raise ModelError(f"The folder {directory.name}/ is missing.")
    if (directory / "model.onnx").is_file():
        return OnnxModel(directory, name, version, threads)
    if estimator_file(directory) is not None:
        return SklearnModel(directory, name, version)
    raise ModelError(
        f"The model has no file model.onnx, .joblib or .skops (looked in {directory.name}/). "
        "Save it as ONNX, or serve it with a script."
    )
