"""What tests of services need: people with accounts, a runtime image, models, a platform that runs them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

from aispace.identity import SYSTEM, Principal
from aispace.ids import new_id
from aispace.images.orm import Image
from aispace.models.schemas import ModelCreate, ModelVersionCreate
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.schemas import AreaSource
from aispace.users.schemas import UserCreate


class Serving:
    """A started platform with a spec and a serving runtime.

    Parameters
    ----------
    platform : Platform
        Not started yet.
    python : pathlib.Path
        Python of the runtime environment.
    """

    def __init__(self, platform: Platform, python: Path) -> None:
        self.platform = platform
        # The folders of a test are passable by nobody but the user who runs it.
        platform.users.separate = False
        platform.serving.busy_seconds = 0.05
        platform.serving.probe_seconds = 0.5
        platform.workloads.observe_seconds = 0.2
        self.scripts: dict[str, str] = {}
        self.alice = self.user("alice")
        self.bob = self.user("bob")
        platform.resources.ensure_defaults()
        spec = SpecCreate(name="tiny", cpu=0.1, memory_bytes=512 << 20, purposes=["serving"])
        self.spec_id = platform.resources.create(SYSTEM, spec).id
        self.image_id = self._image(python.parent.parent)

    def user(self, name: str) -> Principal:
        """Make an account."""
        return self.platform.users.principal(self.platform.users.create(SYSTEM, UserCreate(name=name)).id)

    def _image(self, environment: Path) -> str:
        row = Image(
            id=new_id("img"),
            owner_id=SYSTEM.user_id,
            visibility="preset",
            name="sk-onnx",
            purposes=["serving"],
            requirements="",
            status="ready",
            builds=1,
            current="build-1",
        )
        folder = self.platform.path / "images" / row.id
        folder.mkdir(parents=True)
        (folder / "build-1").symlink_to(environment)
        with self.platform.db.write() as session:
            session.add(row)
        return row.id

    def model(self, folder: Path, name: str, *, owner: Principal | None = None) -> str:
        """Upload a model directory as the first version of a model, or as the next one; give the model's id."""
        owner = owner or self.alice
        where = f"{name}-{new_id('upl')}"
        area = self.platform.areas
        from aispace.files.schemas import FolderCreate

        area.make_folder(owner, FolderCreate(path=where))
        for file in sorted(folder.iterdir()):
            if file.name == "config.json" or file.suffix in (".onnx", ".joblib", ".skops", ".py"):
                with file.open("rb") as stream:
                    area.write_file(owner, f"{where}/{file.name}", stream)
        found = [m for m in self._models(owner) if m[1] == name]
        model_id = found[0][0] if found else self.platform.models.create(owner, ModelCreate(name=name)).id
        source = AreaSource(kind="area", path=where)
        self.platform.models.add_version(owner, model_id, ModelVersionCreate(source=source))
        return model_id

    def script(self, name: str, **files: str) -> str:
        """Make an algorithm, or its next version, of Python files (keyword: name without ``.py``); give its id."""
        from aispace.algorithms.schemas import AlgorithmCreate, AlgorithmVersionCreate

        where = f"{name}-{new_id('upl')}"
        for stem, text in files.items():
            self.platform.areas.write_file(self.alice, f"{where}/{stem}.py", io.BytesIO(text.encode()))
        source = AreaSource(kind="area", path=where)
        if name in self.scripts:
            self.platform.algorithms.add_version(self.alice, self.scripts[name], AlgorithmVersionCreate(source=source))
        else:
            body = AlgorithmCreate(name=name, source=source, run_command="python inference.py")
            self.scripts[name] = self.platform.algorithms.create(self.alice, body).id
        return self.scripts[name]

    def _models(self, owner: Principal) -> list[tuple[str, str]]:
        from aispace.models.schemas import ModelQuery

        page = self.platform.models.list(owner, ModelQuery(scope="mine"))
        return [(item.id, item.name) for item in page.items]


def until(condition: Callable[[], object], seconds: float = 60.0, say: Callable[[], object] | None = None) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(say() if say else "the condition did not come true")
        time.sleep(0.02)
