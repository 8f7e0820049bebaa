"""The runtimes that every installation has."""

from __future__ import annotations

from dataclasses import dataclass

from .schemas import ImagePurpose

SK_ONNX = "sk-onnx"
TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class Preset:
    """A preset image."""

    name: str
    description: str
    purposes: tuple[ImagePurpose, ...]
    requirements: str
    on_need: bool = False
    """Not built before something shall run in it, however the installation builds the others."""


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
    Preset(
        TENSORBOARD,
        "TensorBoard, which shows what training runs log.",
        ("visualisation",),
        """\
numpy==2.4.6
pillow==13.0.0
setuptools==80.10.2
tensorboard==2.21.0
""",
        on_need=True,
    ),
)
