"""Tensors in and out as JSON: Open Inference Protocol, version 2, REST.

Source: https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

import math
from typing import Any

from .errors import InferenceError
from .model import NUMPY_TYPES, Model, TensorSpec

MAX_ELEMENTS = 16_000_000


def _bad(message: str) -> InferenceError:
    return InferenceError(400, "bad_input", message)


def read_inputs(model: Model, body: Any) -> dict[str, Any]:
    """Read the ``inputs`` of an inference request.

    Returns
    -------
    dict of str to numpy.ndarray
        One array for each input of the model.

    Raises
    ------
    InferenceError
        400, with the tensor and what is wrong about it.
    """
    if not isinstance(body, dict) or not isinstance(body.get("inputs"), list):
        raise _bad('The body is not an inference request: a JSON object with a list "inputs" is needed.')
    specs = {spec.name: spec for spec in model.inputs}
    feed: dict[str, Any] = {}
    for tensor in body["inputs"]:
        if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
            raise _bad('An input has no "name".')
        name = tensor["name"]
        spec = specs.get(name)
        if spec is None:
            raise _bad(f"The model has no input {name!r}. Its inputs: {', '.join(specs)}.")
        if name in feed:
            raise _bad(f"Input {name!r} is there twice.")
        feed[name] = _read_tensor(spec, tensor)
    missing = [name for name in specs if name not in feed]
    if missing:
        raise _bad(f"Input {missing[0]!r} is missing.")
    return feed


def _read_tensor(spec: TensorSpec, tensor: dict[str, Any]) -> Any:
    import numpy

    name, shape, data = spec.name, tensor.get("shape"), tensor.get("data")
    if tensor.get("datatype") != spec.datatype:
        raise _bad(f"Input {name!r}: datatype {tensor.get('datatype')!r} was sent, the model takes {spec.datatype}.")
    if not isinstance(shape, list) or not all(type(dim) is int and dim >= 0 for dim in shape):
        raise _bad(f'Input {name!r}: "shape" is not a list of whole numbers.')
    if len(shape) != len(spec.shape) or any(w not in (-1, d) for w, d in zip(spec.shape, shape, strict=True)):
        raise _bad(f"Input {name!r}: shape {shape} was sent, the model takes {list(spec.shape)} (-1: any).")
    count = math.prod(shape)
    if count > MAX_ELEMENTS:
        raise _bad(f"Input {name!r}: {count} values were announced, at most {MAX_ELEMENTS} are accepted.")
    if not isinstance(data, list):
        raise _bad(f'Input {name!r}: "data" is not a list.')
    try:
        array = numpy.asarray(data, dtype=NUMPY_TYPES[spec.datatype])
    except (ValueError, TypeError, OverflowError):
        raise _bad(f"Input {name!r}: the data are not {spec.datatype} values of one shape.") from None
    if array.size != count:
        raise _bad(f"Input {name!r}: {array.size} values were sent, shape {shape} needs {count}.")
    if spec.datatype == "BYTES" and not all(isinstance(item, str) for item in array.ravel()):
        raise _bad(f"Input {name!r}: the data are not all text.")
    return array.reshape(shape)


def wanted_outputs(model: Model, body: dict[str, Any]) -> list[str] | None:
    """Read the names of the outputs that a request asks for; ``None`` for all."""
    wanted = body.get("outputs")
    if wanted is None:
        return None
    known = [spec.name for spec in model.outputs]
    if not isinstance(wanted, list):
        raise _bad('"outputs" is not a list.')
    names = [item.get("name") if isinstance(item, dict) else None for item in wanted]
    for name in names:
        if name not in known:
            raise _bad(f"The model has no output {name!r}. Its outputs: {', '.join(known)}.")
    return [str(name) for name in names] or None


def write_outputs(model: Model, outputs: dict[str, Any], request_id: Any) -> dict[str, Any]:
    """Make the body of the answer; values that JSON cannot say (NaN, infinity) become null."""
    datatypes = {spec.name: spec.datatype for spec in model.outputs}
    answer: dict[str, Any] = {"model_name": model.name, "model_version": model.version}
    if request_id is not None:
        answer["id"] = str(request_id)
    answer["outputs"] = [
        {"name": name, "datatype": datatypes[name], "shape": list(array.shape), "data": flat_list(array)}
        for name, array in outputs.items()
    ]
    return answer


def flat_list(array: Any) -> list[Any]:
    """Give the values of an array, row by row, as JSON can say them."""
    values: list[Any] = array.ravel().tolist()
    if array.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in values]
    return values
