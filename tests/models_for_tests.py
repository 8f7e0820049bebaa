"""Small real models, trained in the runtime of the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

IRIS = """
import json, sys
from pathlib import Path
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from skl2onnx import to_onnx

folder = Path(sys.argv[1])
data = load_iris()
names = [str(name) for name in data.target_names]
if len(sys.argv) > 2:
    names = [sys.argv[2] + name for name in names]
classifier = LogisticRegression(max_iter=500).fit(data.data, data.target)
model = to_onnx(classifier, data.data[:1].astype(np.float32), options={"zipmap": False})
(folder / "model.onnx").write_bytes(model.SerializeToString())
config = {
    "format": "onnx", "framework": "scikit-learn", "task": "tabular_classification",
    "inputs": [{"name": "X", "datatype": "FP32", "shape": [-1, 4]}],
    "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]}],
    "labels": names,
}
(folder / "config.json").write_text(json.dumps(config))
"""

DIGITS = """
import json, sys
from pathlib import Path
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from skl2onnx import to_onnx

folder = Path(sys.argv[1])
data = load_digits()
pixels = np.clip(data.images * 16, 0, 255).astype(np.uint8)
rows = pixels.reshape(len(pixels), -1).astype(np.float32) / 255
classifier = LogisticRegression(max_iter=2000).fit(rows, data.target)
model = to_onnx(classifier, rows[:1], options={"zipmap": False})
(folder / "model.onnx").write_bytes(model.SerializeToString())
config = {
    "format": "onnx", "framework": "scikit-learn", "task": "image_classification",
    "inputs": [{"name": "X", "datatype": "FP32", "shape": [-1, 64]}],
    "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}],
    "labels": [str(n) for n in range(10)],
    "preprocess": {"width": 8, "height": 8, "mode": "L", "scale": 1 / 255, "layout": "NHWC", "flatten": True},
}
(folder / "config.json").write_text(json.dumps(config))
for index in range(20):
    for suffix in ("png", "bmp"):
        Image.fromarray(pixels[index]).save(folder / f"{index:02d}_{data.target[index]}.{suffix}")
Image.fromarray(pixels[0]).resize((64, 64)).save(folder / "00_0.jpg", quality=95)
Image.fromarray(pixels[0]).save(folder / "00_0.webp", lossless=True)
"""


def make(python: Path, script: str, folder: Path, *arguments: str) -> Path:
    """Run a script that writes a model directory."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([python, "-c", script, folder, *arguments], check=True)
    return folder
