"""Settings of jobs that are kept under a name, drafts, and what the owner is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aispace.client import AISpaceClient
from aispace.errors import AISpaceError, Conflict, Forbidden, Invalid, NameTaken, NotFound, PreconditionFailed
from aispace.events.schemas import EventQuery
from aispace.platform import Platform
from aispace.training.schemas import EstimateRequest, RunChanges, RunSettings, TrainingJobCreate, TrainingJobQuery
from aispace.training.template_schemas import (
    JobTemplateCreate,
    JobTemplateQuery,
    JobTemplateUpdate,
    TemplateOfRun,
)
from aispace.workloads.schemas import ScalarQuery, WorkloadQuery
from classifier_setup import Classifier
from pydantic import ValidationError


@pytest.fixture
def world(platform: Platform) -> Classifier:
    """Make a platform on which jobs are accepted but nothing runs."""
    return Classifier(platform)


def settings(world: Classifier, dataset: str, **more: Any) -> dict[str, Any]:
    job = world.job("x", dataset, **more)
    return {name: value for name, value in job.model_dump(mode="json").items() if name in RunSettings.model_fields}


@pytest.mark.capability("MA2-16")
def test_saving_with_a_new_job_keeps_its_settings_for_others(world: Classifier) -> None:
    training, templates, alice = world.platform.training, world.platform.templates, world.alice
    dataset = world.dataset("shapes", range(2))
    body = world.job("first", dataset, parameters={"epochs": 21}, template="few-epochs", max_hours=3)
    job = training.create(alice, body)
    (kept,) = templates.list(alice, JobTemplateQuery()).items
    assert (kept.name, kept.kind, kept.settings["parameters"]["epochs"], kept.settings["max_hours"]) == (
        "few-epochs", "training", 21, 3.0)  # fmt: skip
    assert "seed" not in {name for name, value in kept.settings.items() if value is not None}
    again = TrainingJobCreate.model_validate({**kept.settings, "name": "second"})
    second = training.create(alice, again).latest.configuration
    assert second.parameters == job.latest.configuration.parameters
    # A name is given once: the job is not made either, and the field is the one of the form.
    with pytest.raises(NameTaken) as taken:
        training.create(alice, world.job("third", dataset, template="few-epochs"))
    assert [field["field"] for field in taken.value.details["fields"]] == ["template"]
    assert {job.name for job in training.list(alice, TrainingJobQuery()).items} == {"first", "second"}
    form = {**body.model_dump(), "name": "fourth"}
    told = training.estimate(alice, EstimateRequest.model_validate(form))
    assert [field.field for field in told.fields] == ["template"]


def test_what_was_kept_outlives_the_job(world: Classifier) -> None:
    training, templates, alice = world.platform.training, world.platform.templates, world.alice
    job = training.create(alice, world.job("short", world.dataset("shapes", range(2)), start=False))
    kept = templates.of_run(alice, job.id, "V0001", TemplateOfRun(name="kept"))
    training.delete(alice, job.id)
    assert templates.get(alice, kept.id).settings["parameters"]["epochs"] == 8


def test_templates_are_found_changed_and_deleted_by_their_owner(world: Classifier) -> None:
    templates, alice, bob = world.platform.templates, world.alice, world.bob
    dataset = world.dataset("shapes", range(2))
    made = templates.create(
        alice,
        JobTemplateCreate(
            name="digits-small", description="quick", settings=settings(world, dataset, environment={"KEY": "secret"})
        ),
    )
    assert (made.algorithm.name, made.spec.name) == ("image-classifier", "small")
    assert [(one.name, one.version, one.role) for one in made.inputs] == [("shapes", "V0001", "training")]
    templates.create(alice, JobTemplateCreate(name="other", settings=settings(world, dataset)))
    for q, found in (
        ("digits", ["digits-small"]),
        ("quick", ["digits-small"]),
        (made.id, ["digits-small"]),
        ("no", []),
    ):
        assert [one.name for one in templates.list(alice, JobTemplateQuery(q=q)).items] == found
    assert [one.name for one in templates.list(alice, JobTemplateQuery(sort="-name")).items] == [
        "other",
        "digits-small",
    ]
    with pytest.raises(NotFound):
        templates.get(bob, made.id)
    changed = templates.update(
        alice, made.id, JobTemplateUpdate(settings={**made.settings, "retries": 2}, description="d"), made.revision
    )
    assert (changed.settings["retries"], changed.description) == (2, "d")
    with pytest.raises(PreconditionFailed):
        templates.update(alice, made.id, JobTemplateUpdate(description="late"), made.revision)
    with pytest.raises(ValidationError):
        JobTemplateUpdate.model_validate({"name": "renamed"})
    with pytest.raises(Invalid) as wrong:
        templates.update(alice, made.id, JobTemplateUpdate(settings={**made.settings, "retries": -1}))
    assert wrong.value.details["fields"][0]["field"] == "settings.retries"
    with pytest.raises(Forbidden, match="administrator"):
        templates.update(alice, made.id, JobTemplateUpdate(visibility="preset"))
    templates.update(alice, made.id, JobTemplateUpdate(visibility="public"))
    # Others may use it; what it holds in its environment, and what of its parts is private, stays with its owner.
    seen = templates.get(bob, made.id)
    assert (seen.can, seen.settings["environment"], seen.inputs) == ([], {}, [])
    assert changed.settings["environment"] == {"KEY": "secret"}
    with pytest.raises(Forbidden):
        templates.delete(bob, made.id)
    templates.delete(alice, made.id)
    with pytest.raises(NotFound):
        templates.get(alice, made.id)
    assert templates.create(alice, JobTemplateCreate(name="digits-small", settings=made.settings)).id != made.id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"settings": {}}, "settings.algorithm"),
        ({"kind": "evaluation"}, "settings.model_id"),
        ({"settings": {"algorithm": {"algorithm_id": "a"}, "spec_id": "s", "nodes": 2}}, "settings.nodes"),
    ],
)
def test_a_template_that_fills_no_form_is_refused(world: Classifier, body: dict[str, Any], field: str) -> None:
    good = {"name": "x", "settings": {"algorithm": {"algorithm_id": "a"}, "spec_id": "s"}}
    create = world.platform.templates.create
    with pytest.raises(Invalid) as wrong:
        create(world.alice, JobTemplateCreate.model_validate({**good, **body}))
    assert wrong.value.details["fields"][0]["field"] == field
    assert create(world.alice, JobTemplateCreate.model_validate(good)).settings["nodes"] == 1


@pytest.mark.capability("IM-20", "IM-21")
def test_a_job_is_kept_as_a_draft_changed_started_or_deleted(world: Classifier) -> None:
    training, workloads, alice = world.platform.training, world.platform.workloads, world.alice
    dataset = world.dataset("shapes", range(2))
    draft = training.create(alice, world.job("later", dataset, start=False))
    assert (draft.status, draft.latest.status, draft.latest.workload) == ("draft", "draft", None)
    assert {"start", "delete", "modify"} <= set(draft.latest.can)
    assert "stop" not in draft.latest.can
    assert training.scalars(alice, draft.id, "V0001", ScalarQuery()).series == {}
    assert workloads.list(alice, WorkloadQuery(kind="training")).items == []
    edited = training.edit(alice, draft.id, "V0001", RunChanges(parameters={"epochs": 3}, max_hours=1))
    assert (edited.version, edited.configuration.parameters["epochs"], edited.configuration.parameters["hidden"]) == (
        "V0001", 3, 32)  # fmt: skip
    assert "--epochs=3" in edited.command
    with pytest.raises(AISpaceError) as wrong:
        training.edit(alice, draft.id, "V0001", RunChanges(spec_id="spc_none"))
    assert [field["field"] for field in wrong.value.details["fields"]] == ["spec_id"]
    with pytest.raises(NotFound):
        training.begin(world.bob, draft.id, "V0001")
    started = training.begin(alice, draft.id, "V0001")
    assert (started.status, started.version) == ("queued", "V0001")
    assert started.workload is not None
    assert "--epochs=3" in started.workload.command
    assert training.get(alice, draft.id).status == "queued"
    for again in (
        lambda: training.begin(alice, draft.id, "V0001"),
        lambda: training.edit(alice, draft.id, "V0001", RunChanges(max_hours=2)),
    ):
        with pytest.raises(Conflict) as conflict:
            again()
        assert conflict.value.code == "not_draft"
    # Started at once, for comparison; and one that is deleted unstarted, which keeps nothing from being deleted.
    assert training.create(alice, world.job("now", dataset)).status == "queued"
    second = training.create(alice, world.job("never", world.dataset("own", range(2)), start=False))
    world.platform.datasets.delete(alice, second.latest.inputs[0].id, None)
    with pytest.raises(AISpaceError) as gone:
        training.begin(alice, second.id, "V0001")
    assert [field["field"] for field in gone.value.details["fields"]] == ["inputs.0.dataset_id"]
    training.delete(alice, second.id)
    world.platform.trash.delete(alice, second.id)
    with pytest.raises(NotFound):
        training.get(alice, second.id)


@pytest.mark.capability("AS2-53")
def test_one_click_stops_everything_of_ones_own(world: Classifier) -> None:
    training, alice, bob = world.platform.training, world.alice, world.bob
    dataset = world.dataset("shapes", range(2))
    theirs = training.create(bob, world.job("bobs", world.dataset("bobs", range(2), bob)))
    jobs = [training.create(alice, world.job(f"job-{n}", dataset)) for n in range(3)]
    kept = training.create(alice, world.job("draft", dataset, start=False))
    single = training.stop(alice, jobs[0].id, "V0001")
    assert single.workload is not None
    assert single.workload.target == "stopped"
    world.platform.workloads.reconciler.step()
    assert training.get(alice, jobs[0].id).status in ("stopped", "running")
    stopped = training.stop_all(alice)
    assert {one.name for one in stopped.stopped} >= {"job-1", "job-2"}
    assert "draft" not in {one.name for one in stopped.stopped}
    world.platform.workloads.reconciler.step()
    targets = [training.get(alice, job.id).latest.workload for job in jobs]
    assert [one.target for one in targets if one is not None] == ["stopped"] * 3
    other = training.get(bob, theirs.id).latest.workload
    assert other is not None
    assert other.target == "running"
    assert training.get(alice, kept.id).status == "draft"


@pytest.mark.slow
@pytest.mark.capability("MA2-15")
def test_the_owner_is_told_of_the_events_that_he_chose(platform: Platform, runtime_python: Any) -> None:
    world = Classifier(platform, runtime_python)
    platform.start()
    training, alice = platform.training, world.alice
    dataset = world.dataset("shapes", range(2))

    def told(name: str, **more: Any) -> dict[str, bool]:
        job = training.create(alice, world.job(name, dataset, **more))
        world.ended(job.id)
        platform.events.seal()
        events = platform.events.list(alice, EventQuery(object_id=job.id)).items
        return {event.code: event.params["notify"] for event in events if "notify" in event.params}

    assert told("default") == {"training_job.run_running": False, "training_job.run_succeeded": True}
    chosen = told("chosen", notify=["running"])
    assert chosen == {"training_job.run_running": True, "training_job.run_succeeded": False}
    failing = told(
        "failing", notify=["failed"], parameters={"epochs": 1}, environment={"AISPACEX": "1"}, max_hours=1e-7
    )
    assert failing["training_job.run_failed"]


@pytest.mark.capability("MA2-80")
def test_templates_travel_as_documents(server: Any, platform: Platform) -> None:
    """From a platform to a file and back, by the client that the command line uses."""
    document = {
        "name": "moved", "description": "from elsewhere", "kind": "training",
        "settings": {"algorithm": {"algorithm_id": "alg_1"}, "spec_id": "spc_1", "parameters": {"epochs": 5}},
    }  # fmt: skip
    address = str(server.client("token-alice").base_url).rstrip("/").removesuffix("/api/v1")
    with AISpaceClient(address, "token-alice") as client:
        made = client.templates.take(json.loads(json.dumps(document)))
        exported = client.templates.export(client.templates.find("moved"))
        assert exported["settings"]["parameters"] == {"epochs": 5}
        client.templates.delete(made.id)
        back = client.templates.take(exported, name="back")
        assert (back.name, back.settings, back.description) == ("back", made.settings, "from elsewhere")
        with pytest.raises(AISpaceError):
            client.templates.take({"name": "broken", "settings": {"nothing": 1}})
