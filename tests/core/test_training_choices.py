"""What can be chosen for a training job, and what becomes of it: data, start models, time, versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aispace.algorithms.schemas import AlgorithmCreate
from aispace.datasets.schemas import PublishRequest
from aispace.errors import AISpaceError, Conflict, Invalid, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import Principal
from aispace.models.schemas import ModelCreate, ModelUpdate, ModelVersionCreate
from aispace.platform import Platform
from aispace.schemas import ListQuery
from aispace.training.schemas import EvaluationCreate, EvaluationQuery, RunChanges, TrainingJobQuery
from aispace.training.template_schemas import JobTemplateCreate, JobTemplateQuery, JobTemplateUpdate, TemplateOfRun
from classifier_setup import Classifier, until

WAITS = b"""import sys, time
time.sleep(next(float(word.partition("=")[2]) for word in sys.argv if word.startswith("--seconds=")))
"""


@pytest.fixture
def paper(platform: Platform) -> Classifier:
    """Make a platform on which jobs are accepted but nothing runs."""
    return Classifier(platform)


def model(world: Classifier, owner: Principal, name: str, versions: int = 1) -> str:
    """Make a model of a few bytes; give its id."""
    models = world.platform.models
    made = models.create(owner, ModelCreate(name=name))
    for number in range(versions):
        config = json.dumps({"format": "onnx", "labels": ["a"]}).encode()
        world.put({f"{name}-{number}/model.onnx": bytes([number]), f"{name}-{number}/config.json": config}, owner)
        body = {"source": {"kind": "area", "path": f"{name}-{number}"}}
        models.add_version(owner, made.id, ModelVersionCreate.model_validate(body))
    return made.id


@pytest.mark.capability("AS2-38", "AS2-80")
def test_a_job_starts_from_a_model_of_ones_own_or_a_preset_or_from_none(paper: Classifier) -> None:
    training, alice = paper.platform.training, paper.alice
    dataset = paper.dataset("shapes", range(2))
    own = model(paper, alice, "own", 2)
    preset = model(paper, paper.admin, "pretrained")
    body = paper.job("from-preset", dataset, model={"model_id": preset})
    with pytest.raises(AISpaceError):  # it is the administrator's alone so far
        training.create(alice, body)
    paper.platform.models.update(paper.admin, preset, ModelUpdate(visibility="preset"))
    chosen = training.create(alice, body).latest.model
    assert chosen is not None
    assert (chosen.name, chosen.version) == ("pretrained", "V0001")
    older = training.create(alice, paper.job("own", dataset, model={"model_id": own, "version": "V0001"}))
    assert older.latest.model is not None
    assert older.latest.model.version == "V0001"
    assert "--model_load_dir=/models/own-V0001" in older.latest.command
    newest = training.create(alice, paper.job("newest", dataset, model={"model_id": own}))
    assert newest.latest.model is not None
    assert newest.latest.model.version == "V0002"
    none = training.create(alice, paper.job("none", dataset))
    assert none.latest.model is None
    assert "model_load_dir" not in none.latest.command


@pytest.mark.capability("AS2-39")
def test_training_and_validation_sets_are_chosen_with_their_versions(paper: Classifier) -> None:
    training, datasets, alice = paper.platform.training, paper.platform.datasets, paper.alice
    first, second = paper.dataset("first", range(3)), paper.dataset("second", range(2))
    datasets.versions.publish(alice, second, PublishRequest(note="again"))
    inputs = [
        {"role": "training", "dataset_id": first, "version": "V0001"},
        {"role": "validation", "dataset_id": second, "version": "V0002"},
    ]
    job = training.create(alice, paper.job("both", first, inputs=inputs))
    assert [(one.name, one.version, one.role) for one in job.latest.inputs] == [
        ("first", "V0001", "training"), ("second", "V0002", "validation")]  # fmt: skip
    assert "--data_url=/data/first-V0001" in job.latest.command
    assert "--val_data_url=/data/second-V0002" in job.latest.command
    older = [inputs[0], {**inputs[1], "version": "V0001"}]
    again = training.create(alice, paper.job("older", first, inputs=older))
    assert "--val_data_url=/data/second-V0001" in again.latest.command


@pytest.mark.slow
@pytest.mark.capability("AS2-46", "AS2-56", "AS2-60", "MA2-12")
def test_time_limit_ends_a_run_that_would_go_on_and_one_version_is_deleted(
    platform: Platform, runtime_python: Path
) -> None:
    world = Classifier(platform, runtime_python)
    platform.start()
    training, alice = platform.training, world.alice
    world.put({"code/train.py": WAITS})
    source = {"kind": "area", "path": "code"}
    made = platform.algorithms.create(
        alice, AlgorithmCreate.model_validate({"name": "waits", "source": source, "image_id": world.image_id})
    )
    job = world.job("waits", "", algorithm={"algorithm_id": made.id}, inputs=[], max_hours=1 / 3600)
    job.parameters = {"seconds": 600}
    limited = training.create(alice, job)

    def listed() -> str:
        return training.list(alice, TrainingJobQuery()).items[0].status

    ended = world.ended(limited.id)
    assert listed() == "failed"
    assert ended.reason is not None
    assert (ended.status, ended.reason.code) == ("failed", "time_limit")
    free = training.modify(alice, limited.id, RunChanges(max_hours=0, parameters={"seconds": 1.5}))
    assert free.workload is not None
    assert free.workload.time_limit_seconds is None
    until(lambda: listed() == "running")
    finished = world.ended(limited.id, "V0002")
    assert (finished.status, listed()) == ("succeeded", "succeeded")
    assert free.workload.id
    platform.events.seal()
    told = platform.events.list(alice, EventQuery(object_id=free.workload.id)).items
    states = [event.code.removeprefix("workload.") for event in reversed(told)]
    assert states == ["queued", "starting", "running", "succeeded"]
    training.modify(alice, limited.id, RunChanges(parameters={"seconds": 600}))
    until(lambda: listed() == "running")
    training.stop(alice, limited.id, "V0003")
    until(lambda: listed() == "stopped")
    kept = platform.templates.of_run(alice, limited.id, "V0002", TemplateOfRun(name="kept", description="good"))
    assert (kept.settings["parameters"], kept.settings["max_hours"], kept.description) == ({"seconds": 1.5}, 0, "good")
    training.delete_run(alice, limited.id, "V0001")
    training.delete_run(alice, limited.id, "V0003")
    assert [run.version for run in training.runs(alice, limited.id, ListQuery()).items] == ["V0002"]
    with pytest.raises(NotFound):
        training.run(alice, limited.id, "V0001")
    with pytest.raises(Conflict) as last:
        training.delete_run(alice, limited.id, "V0002")
    assert last.value.code == "last_run"
    platform.events.seal()
    codes = {event.code for event in platform.events.list(alice, EventQuery(object_id=limited.id)).items}
    assert "training_job.run_deleted" in codes


@pytest.mark.capability("AP-61")
def test_a_model_of_files_that_are_not_there_is_refused(paper: Classifier) -> None:
    made = paper.platform.models.create(paper.alice, ModelCreate(name="empty"))
    body = ModelVersionCreate.model_validate({"source": {"kind": "area", "path": "nowhere/weights"}})
    with pytest.raises((Invalid, NotFound)) as refused:
        paper.platform.models.add_version(paper.alice, made.id, body)
    assert "nowhere" in refused.value.message
    assert paper.platform.models.get(paper.alice, made.id).version_count == 0


@pytest.mark.capability("AP-56")
def test_presets_and_own_settings_are_changed_and_fill_new_jobs(paper: Classifier) -> None:
    """A preset by its administrator, one's own by oneself; both give what a new job asks for."""
    templates, training, alice = paper.platform.templates, paper.platform.training, paper.alice
    dataset = paper.dataset("shapes", range(2))

    def settings(epochs: int) -> dict[str, object]:
        job = paper.job("x", dataset, parameters={"epochs": epochs}).model_dump(mode="json")
        return {key: value for key, value in job.items() if key not in ("name", "description", "template", "start")}

    preset = templates.create(paper.admin, JobTemplateCreate(name="house", settings=settings(3), visibility="preset"))
    own = templates.create(alice, JobTemplateCreate(name="mine", settings=settings(4)))
    assert [one.id for one in templates.list(alice, JobTemplateQuery(scope="preset")).items] == [preset.id]
    templates.update(paper.admin, preset.id, JobTemplateUpdate(settings=settings(5)))
    templates.update(alice, own.id, JobTemplateUpdate(settings=settings(6)))
    for template, epochs in ((preset, 5), (own, 6)):
        filled = templates.get(alice, template.id).settings
        job = training.create(
            alice, paper.job(template.name, dataset).model_copy(update={"parameters": filled["parameters"]})
        )
        assert job.latest.configuration.parameters["epochs"] == epochs


@pytest.mark.capability("AP-66")
def test_settings_of_evaluations_are_kept_found_changed_deleted_and_used(paper: Classifier) -> None:
    templates, alice = paper.platform.templates, paper.alice
    dataset, tried = paper.dataset("shapes", range(2)), model(paper, alice, "tried")
    settings = {
        "model_id": tried, "version": "V0001", "image_id": paper.image_id, "spec_id": paper.spec_id,
        "inputs": [{"dataset_id": dataset, "version": "V0001"}],
    }  # fmt: skip
    kept = templates.create(alice, JobTemplateCreate(name="on-shapes", kind="evaluation", settings=settings))
    assert kept.model is not None
    assert (kept.model.name, [one.name for one in kept.inputs]) == ("tried", ["shapes"])
    templates.create(
        alice,
        JobTemplateCreate(
            name="other", settings=paper.job("x", dataset).model_dump(mode="json", include={"algorithm", "spec_id"})
        ),
    )
    for query in (JobTemplateQuery(kind="evaluation"), JobTemplateQuery(q="shapes")):
        assert [one.name for one in templates.list(alice, query).items] == ["on-shapes"]
    split = {**settings, "inputs": [{"dataset_id": dataset, "version": "V0001", "split": None}]}
    changed = templates.update(alice, kept.id, JobTemplateUpdate(settings=split, description="all of it"))
    assert changed.description == "all of it"
    started = paper.platform.evaluations.create(alice, EvaluationCreate.model_validate(changed.settings))
    assert (started.model.name, [one.name for one in started.inputs]) == ("tried", ["shapes"])
    templates.delete(alice, kept.id)
    assert templates.list(alice, JobTemplateQuery(kind="evaluation")).items == []
    assert paper.platform.evaluations.list(alice, EvaluationQuery()).page.total == 1


@pytest.mark.capability("AP-64")
def test_evaluations_are_found_by_state_and_name_and_stopped_while_they_wait_or_run(paper: Classifier) -> None:
    platform, alice = paper.platform, paper.alice
    dataset, tried = paper.dataset("shapes", range(2)), model(paper, alice, "tried")
    body = {
        "model_id": tried, "spec_id": paper.spec_id, "image_id": paper.image_id,
        "inputs": [{"dataset_id": dataset, "version": "V0001"}],
    }  # fmt: skip
    made = [
        platform.evaluations.create(alice, EvaluationCreate.model_validate({**body, "name": name}))
        for name in ("first-look", "second-look")
    ]
    assert [one.can for one in made] == [["stop"], ["stop"]]
    platform.evaluations.stop(alice, made[0].id)
    platform.workloads.reconciler.step()
    platform.evaluations.collecting.collect(made[0].id)
    stopped = platform.evaluations.get(alice, made[0].id)
    assert (stopped.status, stopped.can) == ("stopped", ["delete"])

    def found(**query: str) -> list[str]:
        return [one.name for one in platform.evaluations.list(alice, EvaluationQuery.model_validate(query)).items]

    waits = platform.evaluations.get(alice, made[1].id).status
    assert found(status="stopped") == ["first-look"]
    assert found(status=waits) == ["second-look"]
    assert found(status="failed") == []
    assert found(q="cond-lo") == ["second-look"]
    assert sorted(found(q="LOOK")) == ["first-look", "second-look"]
    # Asked again, what has ended stays as it is.
    assert platform.evaluations.stop(alice, made[0].id).status == "stopped"
