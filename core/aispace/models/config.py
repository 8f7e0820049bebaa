"""Read ``config.json`` of a model from outside: nothing in it is believed before it is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .schemas import ModelWarning, Tensor

MAX_BYTES: Final = 1 << 20
MAX_LABELS: Final = 100_000
DATATYPES: Final = frozenset(
    {"BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"}
)
"""Open Inference Protocol, version 2, "Tensor Data Types"."""
ESTIMATORS: Final = (".joblib", ".pkl", ".skops")
"""Files of scikit-learn."""
MODEL_SCRIPT: Final = "inference.py"
"""A model that brings this file is served by it."""


class BadConfig(ValueError):
    """``config.json`` is not as it should be; the text says what is wrong."""


def read_config(data: bytes) -> dict[str, Any]:
    """Parse and check ``config.json``.

    Raises
    ------
    BadConfig
        It is no JSON object, or a part has a wrong form.
    """
    if len(data) > MAX_BYTES:
        raise BadConfig(f"it has more than {MAX_BYTES} bytes")
    try:
        config = json.loads(data.decode("utf-8"), parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise BadConfig("it is not JSON") from None
    if not isinstance(config, dict):
        raise BadConfig("it is not a JSON object")
    for name in ("format", "framework", "task"):
        if not isinstance(config.get(name, ""), str):
            raise BadConfig(f"{name} is not text")
    for side in ("inputs", "outputs"):
        if not isinstance(config.get(side, []), list):
            raise BadConfig(f"{side} is not a list")
        tensors(config, side)
    labels = config.get("labels", [])
    if not isinstance(labels, list) or len(labels) > MAX_LABELS or not all(isinstance(x, (str, int)) for x in labels):
        raise BadConfig("labels is not a list of names")
    for name in ("preprocess", "metrics"):
        if not isinstance(config.get(name) or {}, dict):
            raise BadConfig(f"{name} is not an object")
    _check_preprocess(config.get("preprocess") or {})
    return config


def _check_preprocess(part: Mapping[str, Any]) -> None:
    for name in ("width", "height"):
        value = part.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 16384):
            raise BadConfig(f"preprocess.{name} is not a number of pixels")
    if part.get("mode", "L") not in ("L", "RGB"):
        raise BadConfig("preprocess.mode is neither L nor RGB")
    scale = part.get("scale", 1.0)
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not math.isfinite(scale):
        raise BadConfig("preprocess.scale is not a number")


def tensors(config: Mapping[str, Any] | None, side: str) -> list[Tensor]:
    """Give the inputs or outputs that a configuration names.

    Raises
    ------
    BadConfig
        One of them has a wrong form.
    """
    found = []
    for number, item in enumerate((config or {}).get(side) or []):
        where = f"{side}[{number}]"
        if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
            raise BadConfig(f"{where} has no name")
        if item.get("datatype") not in DATATYPES:
            raise BadConfig(f"{where}.datatype is not one of {', '.join(sorted(DATATYPES))}")
        shape = item.get("shape")
        if not isinstance(shape, list) or not all(
            isinstance(size, int) and not isinstance(size, bool) and size >= -1 for size in shape
        ):
            raise BadConfig(f"{where}.shape is not a list of sizes (-1 is any)")
        found.append(Tensor(name=item["name"], datatype=item["datatype"], shape=shape))
    return found


def metrics_of(config: Mapping[str, Any] | None) -> dict[str, float]:
    """Give the finite numbers among the configured metrics."""
    found = (config or {}).get("metrics") or {}
    return {
        str(name): float(value)
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    }


def formats_of(paths: Iterable[str]) -> set[str]:
    """Tell what of a model's files the model server can load: ``onnx``, ``sklearn``, or ``script``, which serves it."""
    top = {path for path in paths if "/" not in path}
    found = {"onnx"} if "model.onnx" in top else set()
    if any(path.endswith(ESTIMATORS) for path in top):
        found.add("sklearn")
    return found | ({"script"} if MODEL_SCRIPT in top else set())


def warnings_of(config: Mapping[str, Any] | None, paths: set[str]) -> list[ModelWarning]:
    """Tell what keeps a version from being served with labels and images."""
    found = []
    if not formats_of(paths):
        found.append(
            ModelWarning(
                code="not_servable",
                message="There is neither model.onnx, nor a .joblib or .skops file of scikit-learn, nor inference.py: "
                "it is kept, and a script of an algorithm can serve it.",
            )
        )
    if config is None:
        found.append(
            ModelWarning(
                code="no_config",
                message="There is no config.json: inputs and labels are not known, services answer with plain numbers. "
                "Add config.json and upload again.",
            )
        )
    elif not config.get("labels"):
        found.append(ModelWarning(code="no_labels", message="config.json names no labels: answers are plain numbers."))
    return found
