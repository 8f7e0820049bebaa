"""The runtimes that every installation has."""

from __future__ import annotations

from dataclasses import dataclass

from .schemas import ImagePurpose

SK_ONNX = "sk-onnx"


@dataclass(frozen=True)
class Preset:
    """A preset image."""

    name: str
    description: str
    purposes: tuple[ImagePurpose, ...]
    requirements: str


PRESETS = (
    Preset(
        SK_ONNX,
        "scikit-learn, onnxruntime and what a model server needs.",
        ("training", "serving"),
        """\
httptools==0.9.0
numpy==2.4.6
onnxruntime==1.31.1
pillow==13.0.0
scikit-learn==1.9.1
skl2onnx==1.20.0
uvicorn==0.54.0
uvloop==0.23.0
""",
    ),
)
