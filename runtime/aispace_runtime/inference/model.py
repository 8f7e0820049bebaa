"""A model directory, loaded: ``model.onnx`` with ``config.json``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import InferenceError, ModelError

DATATYPES: dict[str, tuple[str, str]] = {
    "tensor(bool)": ("BOOL", "bool"),
    "tensor(uint8)": ("UINT8", "uint8"),
    "tensor(uint16)": ("UINT16", "uint16"),
    "tensor(uint32)": ("UINT32", "uint32"),
    "tensor(uint64)": ("UINT64", "uint64"),
    "tensor(int8)": ("INT8", "int8"),
    "tensor(int16)": ("INT16", "int16"),
    "tensor(int32)": ("INT32", "int32"),
    "tensor(int64)": ("INT64", "int64"),
    "tensor(float16)": ("FP16", "float16"),
    "tensor(float)": ("FP32", "float32"),
    "tensor(double)": ("FP64", "float64"),
    "tensor(string)": ("BYTES", "object"),
}
"""ONNX type -> (datatype of the Open Inference Protocol, numpy dtype)."""
NUMPY_TYPES = dict(DATATYPES.values())
SMALL_MODEL_BYTES = 4_000_000


@dataclass(frozen=True)
class TensorSpec:
    """An input or output: name, datatype of the Open Inference Protocol, shape with -1 for any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the shape that model metadata shows."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def _spec(node: Any) -> TensorSpec:
    datatype = DATATYPES.get(node.type, ("FP32", ""))[0]
    shape = tuple(dim if isinstance(dim, int) and dim > 0 else -1 for dim in (node.shape or []))
    return TensorSpec(node.name, datatype, shape or (-1,))


class Model:
    """A model that answers.

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

    def __init__(self, directory: Path, name: str, version: str, threads: int = 0) -> None:
        self.name = name
        self.version = version
        self.config = self._read_config(directory / "config.json")
        self.labels: list[str] = [str(label) for label in self.config.get("labels") or []]
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
        self.seconds_a_row = self._warm_up()

    @staticmethod
    def _read_config(path: Path) -> dict[str, Any]:
        try:
            config = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise ModelError(f"config.json could not be read: {error}") from error
        if not isinstance(config, dict):
            raise ModelError("config.json is not a JSON object.")
        return config

    def _warm_up(self) -> float:
        """Run on zeros; the second run tells how long one row takes (infinity where zeros are refused)."""
        import numpy

        feed = {}
        for spec in self.inputs:
            shape = [dim if dim > 0 else 1 for dim in spec.shape]
            filler: Any = "" if spec.datatype == "BYTES" else 0
            feed[spec.name] = numpy.full(shape, filler, dtype=NUMPY_TYPES[spec.datatype])
        try:
            self._session.run(None, feed)
            begin = time.perf_counter()
            self._session.run(None, feed)
            return time.perf_counter() - begin
        except Exception:  # zeros need not be a valid input; a real one may be
            return float("inf")

    def metadata(self) -> dict[str, Any]:
        """Give the model metadata of the Open Inference Protocol."""
        return {
            "name": self.name,
            "versions": [self.version],
            "platform": "onnx_onnxv1",
            "inputs": [spec.as_json() for spec in self.inputs],
            "outputs": [spec.as_json() for spec in self.outputs],
        }

    def run(self, feed: Mapping[str, Any], names: list[str] | None = None) -> dict[str, Any]:
        """Run the model.

        Parameters
        ----------
        feed : mapping of str to numpy.ndarray
            All inputs.
        names : list of str, optional
            The outputs wanted; all without it.

        Returns
        -------
        dict of str to numpy.ndarray
            The outputs in the model's order. Where a classifier of scikit-learn gives one mapping for each row
            (ZipMap), its values in the order of its keys.
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
