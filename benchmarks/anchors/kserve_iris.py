"""The iris model with the KServe SDK; ``MODEL`` names the ONNX file, ``PORT`` where to listen."""

from __future__ import annotations

import logging
import os
import uuid

import onnxruntime
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer


class Iris(Model):
    """Runs the model by onnxruntime."""

    def __init__(self) -> None:
        super().__init__("iris")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(os.environ["MODEL"], options)
        self.ready = True

    async def predict(self, payload: InferRequest, headers: dict[str, str] | None = None) -> InferResponse:
        """Run the model."""
        label, probabilities = self._session.run(None, {"X": payload.inputs[0].as_numpy()})
        outputs = []
        for name, datatype, array in (("label", "INT64", label), ("probabilities", "FP32", probabilities)):
            output = InferOutput(name=name, shape=list(array.shape), datatype=datatype)
            output.set_data_from_numpy(array, binary_data=False)
            outputs.append(output)
        return InferResponse(response_id=payload.id or uuid.uuid4().hex, model_name=self.name, infer_outputs=outputs)


if __name__ == "__main__":
    server = ModelServer(http_port=int(os.environ["PORT"]), workers=1, enable_grpc=False, enable_latency_logging=False)
    # It writes three lines for each request, the others none.
    for name in ("uvicorn.access", "kserve.trace"):
        logging.getLogger(name).addFilter(lambda _: False)
    server.start([Iris()])
