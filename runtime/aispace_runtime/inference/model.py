"""Models that take and give tensors, whatever they were made with."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ModelError

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


@dataclass(frozen=True)
class TensorSpec:
    """An input or output: name, datatype of the Open Inference Protocol, shape with -1 for any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the shape that model metadata shows."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


class Model(ABC):
    """What answers requests in tensors.

    Parameters
    ----------
    config : dict
        ``config.json`` of the model's folder; empty without one.
    name, version : str
        How the platform calls it.
    """

    platform = ""
    """As the model metadata of the Open Inference Protocol names it."""

    def __init__(self, config: dict[str, Any], name: str, version: str) -> None:
        self.name = name
        self.version = version
        self.config = config
        self.labels: list[str] = [str(label) for label in config.get("labels") or []]
        self.inputs: tuple[TensorSpec, ...] = ()
        self.outputs: tuple[TensorSpec, ...] = ()
        self.provider = "CPU"
        self.seconds_a_row = float("inf")
        """How long one row takes; decides whether a thread is worth it."""

    @abstractmethod
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
            The outputs in the model's order.
        """

    def metadata(self) -> dict[str, Any]:
        """Give the model metadata of the Open Inference Protocol."""
        return {
            "name": self.name,
            "versions": [self.version],
            "platform": self.platform,
            "inputs": [spec.as_json() for spec in self.inputs],
            "outputs": [spec.as_json() for spec in self.outputs],
        }

    def zeros(self) -> dict[str, Any]:
        """Make one row of zeros for each input, to warm up with."""
        import numpy

        feed = {}
        for spec in self.inputs:
            shape = [dim if dim > 0 else 1 for dim in spec.shape]
            filler: Any = "" if spec.datatype == "BYTES" else 0
            feed[spec.name] = numpy.full(shape, filler, dtype=NUMPY_TYPES[spec.datatype])
        return feed

    def warm_up(self) -> float:
        """Run on zeros; the second run tells how long one row takes (infinity where zeros are refused)."""
        feed = self.zeros()
        try:
            self.run(feed)
            begin = time.perf_counter()
            self.run(feed)
            return time.perf_counter() - begin
        except Exception:  # zeros need not be a valid input; a real one may be
            return float("inf")


def read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json``; a folder without one gives an empty one.

    Raises
    ------
    ModelError
        It is no JSON object.
    """
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise ModelError(f"config.json could not be read: {error}") from error
    if not isinstance(config, dict):
        raise ModelError("config.json is not a JSON object.")
    return config


def configured_tensors(config: dict[str, Any], side: str) -> tuple[TensorSpec, ...]:
    """Read the tensors that ``config.json`` declares.

    Raises
    ------
    ModelError
        One has no name, an unknown datatype or no shape.
    """
    found = []
    for item in config.get(side) or []:
        try:
            spec = TensorSpec(str(item["name"]), str(item["datatype"]), tuple(int(dim) for dim in item["shape"]))
        except (KeyError, TypeError, ValueError):
            raise ModelError(f"config.json: {side} need name, datatype and shape each.") from None
        if spec.datatype not in NUMPY_TYPES or not spec.shape:
            raise ModelError(f"config.json: {side}: {spec.name} has an unknown datatype or no shape.")
        found.append(spec)
    return tuple(found)
