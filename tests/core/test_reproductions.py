"""Model versions made once more: the same ingredients, and every difference told."""

from __future__ import annotations

from pathlib import Path

import pytest
from aispace.errors import Conflict, NotFound
from aispace.identity import Principal
from aispace.images.orm import Image
from aispace.models.schemas import ModelCreate, ModelVersionCreate
from aispace.platform import Platform
from aispace.reproductions.schemas import ReproductionCreate, ReproductionRead
from aispace.schemas import AreaSource, ListQuery
from aispace.training.schemas import SaveModel
from classifier_setup import Classifier, until

PACKAGES = [{"name": "numpy", "version": "2.1.0"}, {"name": "onnx", "version": "1.17.0"}]
TRAIN = b"""
import os, random
random.seed(int(os.environ["AISPACE_SEED"]))
with open(os.path.join(os.environ["AISPACE_MODEL_OUT"], "weights.txt"), "w") as file:
    file.write(f"{random.random()} {open('/proc/self/stat').read().split()[0] if os.environ.get('DRIFT') else ''}")
import aispace_runtime
aispace_runtime.log(step=1, loss=random.random())
"""


def know_packages(made: Classifier, packages: list[dict[str, str]]) -> None:
    with made.platform.db.write() as session:
        session.get_one(Image, made.image_id).packages = packages


def a_version(made: Classifier, **environment: str) -> tuple[str, str]:
    """Train and save a model; give its id and the id of the job."""
    from aispace.algorithms.schemas import AlgorithmCreate

    platform = made.platform
    made.put({"code/train.py": TRAIN})
    algorithm = platform.algorithms.create(
        made.alice,
        AlgorithmCreate(
            name="dice",
            source=AreaSource(kind="area", path="code"),
            run_command="python train.py",
            image_id=made.image_id,
        ),
    )
    body = made.job("dice", "", inputs=[], algorithm={"algorithm_id": algorithm.id}, environment=environment)
    body = body.model_copy(update={"parameters": {}})
    job = platform.training.create(made.alice, body)
    assert made.ended(job.id).status == "succeeded"
    saved = platform.training.save_model(made.alice, job.id, "V0001", SaveModel(name="dice"))
    return saved.model_id, job.id


def ended(platform: Platform, principal: Principal, reproduction_id: str) -> ReproductionRead:
    until(lambda: platform.reproductions.get(principal, reproduction_id).status != "running")
    return platform.reproductions.get(principal, reproduction_id)


@pytest.fixture
def made(platform: Platform, runtime_python: Path) -> Classifier:
    setup = Classifier(platform, runtime_python)
    know_packages(setup, PACKAGES)
    platform.start()
    return setup


def test_same_ingredients_make_the_same_model_to_the_last_byte(made: Classifier) -> None:
    platform, alice = made.platform, made.alice
    model, job = a_version(made)
    begun = platform.reproductions.create(alice, model, "V0001", ReproductionCreate())
    assert begun.status == "running"
    assert begun.environment == "same"
    assert begun.job_id != job
    done = ended(platform, alice, begun.id)
    assert (done.status, done.differences) == ("same", [])
    assert done.same_files == 1
    assert done.same_figures >= 1
    again = platform.training.run(alice, begun.job_id, begun.run)
    first = platform.training.run(alice, job, "V0001")
    ignored = {"note"}
    assert again.configuration.model_dump(exclude=ignored) == first.configuration.model_dump(exclude=ignored)
    assert [one.id for one in platform.reproductions.list(alice, model, "V0001", ListQuery()).items] == [begun.id]
    with pytest.raises(NotFound):
        platform.reproductions.get(made.bob, begun.id)


def test_what_differs_is_told_file_by_file(made: Classifier) -> None:
    platform, alice = made.platform, made.alice
    model, _ = a_version(made, DRIFT="yes")
    begun = platform.reproductions.create(alice, model, "V0001", ReproductionCreate(name="once-more"))
    done = ended(platform, alice, begun.id)
    assert done.status == "different"
    assert [(d.aspect, d.name) for d in done.differences] == [("file", "weights.txt")]
    assert done.differences[0].before != done.differences[0].after
    platform.training.delete(alice, done.job_id)
    assert platform.reproductions.get(alice, begun.id).status == "gone"


def test_changed_image_is_built_anew_with_exactly_the_packages_of_then(made: Classifier) -> None:
    platform, alice = made.platform, made.alice
    model, _ = a_version(made)
    know_packages(made, [*PACKAGES[:1], {"name": "onnx", "version": "1.18.0"}])
    begun = platform.reproductions.create(alice, model, "V0001", ReproductionCreate())
    assert begun.environment == "rebuilt"
    image_id = platform.training.run(alice, begun.job_id, begun.run).configuration.image_id
    assert image_id is not None
    image = platform.images.get(alice, image_id)
    assert image.requirements == "numpy==2.1.0\nonnx==1.17.0\n"
    # Another time it is that image again.
    other = platform.reproductions.create(alice, model, "V0001", ReproductionCreate())
    assert platform.training.run(alice, other.job_id, other.run).configuration.image_id == image_id
    for one in (begun, other):
        platform.training.stop(alice, one.job_id, one.run)


def test_refusals_say_why_and_what_to_do(made: Classifier) -> None:
    platform, alice = made.platform, made.alice
    made.put({"weights/weights.bin": b"weights"})
    uploaded = platform.models.create(alice, ModelCreate(name="uploaded"))
    source = AreaSource(kind="area", path="weights")
    platform.models.add_version(alice, uploaded.id, ModelVersionCreate(source=source))
    with pytest.raises(Conflict, match="was uploaded"):
        platform.reproductions.create(alice, uploaded.id, "V0001", ReproductionCreate())
    model, job = a_version(made)
    platform.training.delete(alice, job)
    with pytest.raises(Conflict, match="Restore it from the trash"):
        platform.reproductions.create(alice, model, "V0001", ReproductionCreate())
    with pytest.raises(NotFound):
        platform.reproductions.create(made.bob, model, "V0001", ReproductionCreate())
