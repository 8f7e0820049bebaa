"""A model directory with ``model.onnx``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import InferenceError, ModelError
from .model import DATATYPES, Model, TensorSpec, read_config

SMALL_MODEL_BYTES = 4_000_000


def _spec(node: Any) -> TensorSpec:
    datatype = DATATYPES.get(node.type, ("FP32", ""))[0]
    shape = tuple(dim if isinstance(dim, int) and dim > 0 else -1 for dim in (node.shape or []))
    return TensorSpec(node.name, datatype, shape or (-1,))


class OnnxModel(Model):
    """A model in ONNX, run by onnxruntime.

    Parameters
    ----------
    directory : pathlib.Path
        Holds ``model.onnx`` and, for labels and images, ``config.json``.
    name, version : str
        How the platform calls it.
    threads : int, optional
        Threads of one run; 0 lets the size decide: 1 for a small model, else all processors.

    Raises
    ------
    ModelError
        A file is missing or unreadable.
    """

    platform = "onnx_onnxv1"

    def __init__(self, directory: Path, name: str, version: str, threads: int = 0) -> None:
        super().__init__(read_config(directory), name, version)
        file = directory / "model.onnx"
        if not file.is_file():
            raise ModelError(f"The model has no file model.onnx (looked in {directory.name}/). Save it as ONNX.")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        small = file.stat().st_size < SMALL_MODEL_BYTES
        options.intra_op_num_threads = threads or (1 if small else len(os.sched_getaffinity(0)))
        options.inter_op_num_threads = 1
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        providers = [p for p in wanted if p in onnxruntime.get_available_providers()]
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=providers)
        except Exception as error:  # the library has no common base of its errors
            raise ModelError(f"model.onnx could not be loaded: {error}") from error
        self.inputs = tuple(_spec(node) for node in self._session.get_inputs())
        self.outputs = tuple(_spec(node) for node in self._session.get_outputs())
        self.provider: str = self._session.get_providers()[0]
        self.seconds_a_row = self.warm_up()

    def run(self, feed: Mapping[str, Any], names: list[str] | None = None) -> dict[str, Any]:
        """Run the model: see `Model.run`.

        Where a classifier of scikit-learn gives one mapping for each row (ZipMap), its values come in the order of its
        keys.
        """
        names = names or [spec.name for spec in self.outputs]
        try:
            values = self._session.run(names, feed)
        except Exception as error:  # the library has no common base of its errors
            raise InferenceError(
                500, "model_failed", "The model failed on this input. The log of the service tells why."
            ) from error
        return {name: _as_array(value) for name, value in zip(names, values, strict=True)}


def _as_array(value: Any) -> Any:
    import numpy

    if isinstance(value, list):
        rows = [[row[key] for key in sorted(row)] if isinstance(row, dict) else row for row in value]
        return numpy.asarray(rows, dtype=numpy.float32)
    return value
