"""The model server that runs inside a serving runtime.

``python -m aispace_runtime.inference --model DIR --name digits --version V0001 --port 9000`` answers the Open Inference
Protocol, version 2, REST (https://github.com/kserve/open-inference-protocol), and a simple route ``POST /predict``.

Only the standard library is imported here; ``numpy``, ``onnxruntime``, ``PIL`` and ``uvicorn`` belong to the runtime
image and are imported where they are needed.
"""
