"""The iris model behind FastAPI, as its documentation does it; run by uvicorn. ``MODEL`` names the ONNX file."""

from __future__ import annotations

import os

import numpy
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options)
app = FastAPI()


class Tensor(BaseModel):
    """One input or output of the Open Inference Protocol."""

    name: str
    datatype: str
    shape: list[int]
    data: list[float]


class Question(BaseModel):
    """A request."""

    inputs: list[Tensor]


class Answer(BaseModel):
    """An answer."""

    model_name: str
    outputs: list[Tensor]


@app.get("/v2/health/ready")
async def ready() -> dict[str, bool]:
    """Tell that the model is there."""
    return {"ready": True}


@app.post("/v2/models/iris/infer")
async def infer(question: Question) -> Answer:
    """Run the model."""
    tensor = question.inputs[0]
    given = numpy.asarray(tensor.data, dtype=numpy.float32).reshape(tensor.shape)
    label, probabilities = session.run(None, {"X": given})
    return Answer(
        model_name="iris",
        outputs=[
            Tensor(name="label", datatype="INT64", shape=list(label.shape), data=label.ravel().tolist()),
            Tensor(
                name="probabilities",
                datatype="FP32",
                shape=list(probabilities.shape),
                data=probabilities.ravel().tolist(),
            ),
        ],
    )
