"""What tests of training need: people, the preset algorithm, its runtime, published images of shapes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aispace.algorithms.schemas import AlgorithmQuery, AlgorithmRead
from aispace.datasets.requests import ImportRequest
from aispace.datasets.schemas import DatasetCreate, PublishRequest
from aispace.identity import SYSTEM, Principal
from aispace.ids import new_id
from aispace.images.orm import Image
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.schemas import AreaSource
from aispace.training.schemas import RunRead, TrainingJobCreate
from aispace.users.schemas import UserCreate
from PIL import Image as Picture
from PIL import ImageDraw

SHAPES = ("circle", "cross", "square")
ENDED = ("succeeded", "failed", "stopped")


def draw(label: str, number: int) -> bytes:
    """Draw a small grey picture of a shape; each number has its own place and size."""
    picture = Picture.new("L", (16, 16), 0)
    pen = ImageDraw.Draw(picture)
    x, y, size = 2 + number % 3, 2 + number // 3 % 3, 8 + number // 9 % 3
    box = (x, y, x + size, y + size)
    if label == "circle":
        pen.ellipse(box, outline=255, width=2)
    elif label == "square":
        pen.rectangle(box, outline=255, width=2)
    else:
        pen.line(box, fill=255, width=2)
        pen.line((x, y + size, x + size, y), fill=255, width=2)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


class Classifier:
    """A platform in which the preset algorithm can be trained.

    Parameters
    ----------
    python : pathlib.Path
        Python of the runtime; without one the image says it is ready, but nothing can run in it.
    """

    def __init__(self, platform: Platform, python: Path | None = None) -> None:
        self.platform = platform
        # The folders of a test are passable by nobody but the user who runs it.
        platform.users.separate = False
        platform.workloads.observe_seconds = 0.2
        self.alice, self.bob = self.user("alice"), self.user("bob")
        self.admin = self.user("root-like", role="administrator")
        self.image_id = self._image(python)
        platform.algorithms.ensure_presets()
        self.algorithm = self.preset("image-classifier")
        spec = SpecCreate(
            name="small", cpu=0.5, memory_bytes=1 << 30, purposes=["training", "evaluation"], price_per_hour="3.6"
        )
        self.spec_id = platform.resources.create(SYSTEM, spec).id

    def preset(self, name: str) -> AlgorithmRead:
        """Find a preset algorithm."""
        found = self.platform.algorithms.list(self.alice, AlgorithmQuery(scope="preset")).items
        return next(one for one in found if one.name == name)

    def user(self, name: str, **more: Any) -> Principal:
        """Make an account."""
        users = self.platform.users
        return users.principal(users.create(SYSTEM, UserCreate(name=name, **more)).id)

    def _image(self, python: Path | None) -> str:
        row = Image(
            id=new_id("img"),
            owner_id=SYSTEM.user_id,
            visibility="preset",
            name="sk-onnx",
            purposes=["training", "serving"],
            requirements="",
            status="ready",
            builds=1,
            current="build-1",
        )
        folder = self.platform.path / "images" / row.id
        folder.mkdir(parents=True)
        if python is not None:
            (folder / "build-1").symlink_to(python.parent.parent)
        with self.platform.db.write() as session:
            session.add(row)
        return row.id

    def put(self, files: dict[str, bytes], owner: Principal | None = None) -> None:
        """Write files into somebody's area."""
        for path, data in files.items():
            self.platform.areas.write_file(owner or self.alice, path, io.BytesIO(data), overwrite=True)

    def dataset(self, name: str, numbers: range, owner: Principal | None = None) -> str:
        """Publish a dataset of shapes; give its id."""
        owner = owner or self.alice
        self.put({f"{name}/{label}/{n}.png": draw(label, n) for label in SHAPES for n in numbers}, owner)
        return self.publish(DatasetCreate(name=name), name, "class_folders", owner)

    def publish(
        self, wanted: DatasetCreate, path: str, layout: str, owner: Principal | None = None, **more: Any
    ) -> str:
        """Import what lies in somebody's area into a new dataset and publish it; give its id."""
        owner, datasets = owner or self.alice, self.platform.datasets
        made = datasets.create(owner, wanted)
        request = ImportRequest.model_validate({"source": AreaSource(kind="area", path=path), "layout": layout, **more})
        started = datasets.imports.create(owner, made.id, request)
        until(lambda: datasets.imports.get(owner, started.id).status in ("succeeded", "failed"))
        datasets.versions.publish(owner, made.id, PublishRequest(note=""))
        return str(made.id)

    def job(self, name: str, dataset_id: str, **more: Any) -> TrainingJobCreate:
        """Fill in the form of a training job."""
        parameters = {"epochs": 8, "hidden": 32} | more.pop("parameters", {})
        values = {
            "name": name,
            "algorithm": {"algorithm_id": self.algorithm.id},
            "inputs": [{"role": "training", "dataset_id": dataset_id, "version": "V0001"}],
            "spec_id": self.spec_id,
            "parameters": parameters,
            "seed": 7,
        }
        return TrainingJobCreate.model_validate(values | more)

    def ended(self, job_id: str, version: str = "V0001", owner: Principal | None = None) -> RunRead:
        """Wait for the end of a run."""

        def look() -> bool:
            return self.platform.training.run(owner or self.alice, job_id, version).status in ENDED

        until(look)
        return self.platform.training.run(owner or self.alice, job_id, version)


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition, with a limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true")
        time.sleep(0.02)
