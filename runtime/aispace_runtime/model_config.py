"""``config.json`` of a model: what it takes and gives, so that it is served and evaluated without its training code."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .launch import current

FILE = "config.json"


def save_model_config(
    *,
    format: str,
    framework: str,
    task: str,
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
    labels: Sequence[str] = (),
    preprocess: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    folder: Path | str | None = None,
    **more: Any,
) -> Path:
    """Write ``config.json`` into the model's folder.

    Parameters
    ----------
    format : str
        Of the files, for instance ``"onnx"``.
    framework : str
        What made the model, for instance ``"scikit-learn"``.
    task : str
        For instance ``"image_classification"``.
    inputs, outputs : sequence of mapping
        ``{name, datatype, shape}`` each, in the words of the Open Inference Protocol v2: ``FP32``, ``INT64``,
        ``BYTES``; -1 in a shape is any size.
    labels : sequence of str, optional
        Names of the classes in the order of the output.
    preprocess : mapping, optional
        How an image becomes the first input: ``{width, height, mode, scale, layout, flatten}``.
    metrics : mapping, optional
        Results on data that the model has not learnt from.
    folder : path, optional
        Default: the model folder of this workload.

    Returns
    -------
    pathlib.Path
        The file, replaced as a whole.
    """
    target = Path(folder) if folder is not None else current().model
    target.mkdir(parents=True, exist_ok=True)
    config = {
        "format": format,
        "framework": framework,
        "task": task,
        "inputs": [dict(item) for item in inputs],
        "outputs": [dict(item) for item in outputs],
        "labels": [str(label) for label in labels],
        "preprocess": dict(preprocess or {}),
        "metrics": {name: float(value) for name, value in (metrics or {}).items() if math.isfinite(float(value))},
        **more,
    }
    temporary = target / f".{FILE}.{os.getpid()}"
    temporary.write_text(json.dumps(config, ensure_ascii=False, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return temporary.replace(target / FILE)
