"""The simple route: images or rows in, a label with a score for each label out."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

from .errors import InferenceError
from .model import NUMPY_TYPES, Model
from .preprocess import decode, prepare

MAX_ITEMS = 1024


def _bad(message: str) -> InferenceError:
    return InferenceError(422, "invalid", message)


def image_feed(model: Model, files: list[bytes]) -> dict[str, Any]:
    """Make the input of a model that takes images.

    Raises
    ------
    InferenceError
        The model takes no images (no ``preprocess`` in its ``config.json``), or a file is no image.
    """
    config = model.config.get("preprocess")
    if not isinstance(config, dict) or len(model.inputs) != 1:
        raise _bad("The model takes no images: its config.json has no preprocess part. Send instances instead.")
    spec = model.inputs[0]
    batch = prepare([decode(file) for file in files], config)
    if len(batch.shape) != len(spec.shape) or any(
        want not in (-1, have) for want, have in zip(spec.shape[1:], batch.shape[1:], strict=True)
    ):
        raise InferenceError(
            500,
            "bad_config",
            f"The preprocess part of config.json makes {list(batch.shape)}, the model takes {list(spec.shape)}. "
            "Correct config.json.",
        )
    return {spec.name: batch.astype(NUMPY_TYPES[spec.datatype], copy=False)}


def json_feed(model: Model, body: Any) -> dict[str, Any]:
    """Read ``{"images": [base64, ...]}`` or ``{"instances": [...]}``."""
    if not isinstance(body, dict) or len(body.keys() & {"images", "instances"}) != 1:
        raise _bad('The body needs either "instances" (rows of values) or "images" (base64 files).')
    key = "images" if "images" in body else "instances"
    items = body[key]
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        raise _bad(f"{key}: a list of 1 to {MAX_ITEMS} is needed.")
    if key == "instances":
        return rows_feed(model, items)
    files = []
    for number, item in enumerate(items):
        try:
            text = item.partition("base64,")[2] if item.startswith("data:") else item
            files.append(base64.b64decode(text, validate=True))
        except (AttributeError, binascii.Error, ValueError):
            raise _bad(f"images: number {number} is not base64 text.") from None
    return image_feed(model, files)


def rows_feed(model: Model, items: list[Any]) -> dict[str, Any]:
    """Make the inputs of rows: values in their order, or an object with a value for each input of the model.

    ``None`` is a gap: NaN for a number, the empty text for a text.

    Raises
    ------
    InferenceError
        A value is missing or does not fit its input.
    """
    import numpy

    feed = {}
    for spec in model.inputs:
        if all(isinstance(item, dict) for item in items):
            if any(spec.name not in item for item in items):
                raise _bad(f"instances: every instance needs a value {spec.name!r}.")
            rows = [item[spec.name] for item in items]
        elif len(model.inputs) == 1:
            rows = items
        else:
            names = ", ".join(s.name for s in model.inputs)
            raise _bad(f"instances: the model has several inputs; send objects with {names}.")
        if spec.datatype == "BYTES":
            rows = _words(rows)
        try:
            array = numpy.asarray(rows, dtype=NUMPY_TYPES[spec.datatype])
        except (ValueError, TypeError, OverflowError):
            raise _bad(f"instances: the values are not {spec.datatype} of one shape.") from None
        known = [dim for dim in spec.shape[1:] if dim > 0]
        size = math.prod(array.shape[1:])
        if size % (math.prod(known) or 1):
            raise _bad(f"instances: each has {size} values, the model takes {list(spec.shape[1:])}.")
        if len(array.shape) != len(spec.shape):
            try:
                array = array.reshape([len(rows), *spec.shape[1:]])
            except ValueError:
                raise _bad(f"instances: the shape {list(array.shape)} does not fit {list(spec.shape)}.") from None
        if any(want not in (-1, have) for want, have in zip(spec.shape[1:], array.shape[1:], strict=True)):
            raise _bad(f"instances: the shape {list(array.shape)} does not fit {list(spec.shape)}.")
        feed[spec.name] = array
    return feed


def _words(value: Any) -> Any:
    """Give texts for what is meant for an input of texts: a number as it is written, a gap as the empty text."""
    if isinstance(value, list):
        return [_words(item) for item in value]
    return value if isinstance(value, str) else "" if value is None else str(value)


def answer(model: Model, outputs: dict[str, Any]) -> dict[str, Any]:
    """Make the body of the answer: one prediction for each row.

    A float output with as many columns as the model has labels holds the scores; rows that are no distribution (logits)
    go through softmax. Without labels each prediction holds the raw outputs.
    """
    scores = _scores(model, outputs)
    if scores is None:
        rows = [{name: _plain(array[row]) for name, array in outputs.items()} for row in range(_length(outputs))]
        predictions: list[dict[str, Any]] = [_labelled(model, row) for row in rows]
    else:
        predictions = []
        for row in scores.tolist():
            best = max(range(len(row)), key=row.__getitem__)
            named = {label: round(score, 6) for label, score in zip(model.labels, row, strict=True)}
            predictions.append({"label": model.labels[best], "score": round(row[best], 6), "scores": named})
    return {"predictions": predictions, "model": {"name": model.name, "version": model.version}}


def _labelled(model: Model, outputs: dict[str, Any]) -> dict[str, Any]:
    """Name the label where a model without scores gives its class alone."""
    value = outputs.get("label", outputs.get("output_label"))
    prediction: dict[str, Any] = {"outputs": outputs}
    if isinstance(value, str):
        prediction["label"] = value
    elif isinstance(value, int) and 0 <= value < len(model.labels):
        prediction["label"] = model.labels[value]
    return prediction


def _length(outputs: dict[str, Any]) -> int:
    return min((len(array) if array.shape else 0 for array in outputs.values()), default=0)


def _plain(value: Any) -> Any:
    import numpy

    array = numpy.asarray(value)
    if array.dtype.kind == "f":
        array = numpy.where(numpy.isfinite(array), array, None)
    return array.tolist()


def _scores(model: Model, outputs: dict[str, Any]) -> Any | None:
    import numpy

    if not model.labels:
        return None
    for array in outputs.values():
        if array.dtype.kind != "f" or len(array.shape) != 2 or array.shape[1] != len(model.labels):
            continue
        if not numpy.isfinite(array).all():
            return None
        sums = array.sum(axis=1)
        if (array < 0).any() or (array > 1).any() or (abs(sums - 1) > 1e-3).any():
            shifted = numpy.exp(array - array.max(axis=1, keepdims=True))
            return shifted / shifted.sum(axis=1, keepdims=True)
        return array
    return None
