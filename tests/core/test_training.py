from __future__ import annotations

from pathlib import Path

import pytest
from aispace.errors import AISpaceError, Conflict, Forbidden, InUse, NameTaken, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.schemas import CursorQuery, ListQuery
from aispace.training.schemas import (
    CompareQuery,
    EstimateRequest,
    EvaluatedQuery,
    EvaluationCreate,
    EvaluationQuery,
    RunChanges,
    SaveModel,
    TrainingJobQuery,
    TrainingJobUpdate,
)
from aispace.transfers.schemas import TransferAccept, TransferCreate
from aispace.trash.schemas import TrashQuery, TrashRestore
from aispace.workloads.schemas import LogQuery, ScalarQuery
from classifier_setup import SHAPES, Classifier, until
from pydantic import ValidationError


@pytest.fixture
def world(platform: Platform, runtime_python: Path) -> Classifier:
    """Make a started platform with a runtime in which the preset algorithm runs."""
    made = Classifier(platform, runtime_python)
    platform.start()
    return made


@pytest.fixture
def paper(platform: Platform) -> Classifier:
    """Make a platform on which jobs are accepted but nothing runs."""
    return Classifier(platform)


def fields(error: pytest.ExceptionInfo[AISpaceError]) -> dict[str, str]:
    return {item["field"]: item["message"] for item in error.value.details["fields"]}


@pytest.mark.capability("AS2-59")
@pytest.mark.slow
def test_a_job_learns_and_what_it_made_becomes_a_model(world: Classifier) -> None:
    training, alice = world.platform.training, world.alice
    dataset = world.dataset("shapes", range(27))
    held_out = world.dataset("held-out", range(27, 36))
    job = training.create(alice, world.job("shapes", dataset, parameters={"epochs": 30, "learning_rate": 0.005}))
    assert job.current_version == "V0001"
    run = world.ended(job.id)
    log = training.log(alice, job.id, "V0001", LogQuery())
    assert run.status == "succeeded", log.text
    assert "model saved" in log.text
    assert run.started_at is not None
    assert run.ended_at is not None
    # A real curve, epoch by epoch.
    series = training.scalars(alice, job.id, "V0001", ScalarQuery()).series
    assert series["loss"].steps == [float(n) for n in range(1, 31)]
    assert series["loss"].values[-1] < series["loss"].values[0]  # type: ignore[operator]  # known to be there
    assert run.metrics["accuracy"].best is not None
    assert run.metrics["accuracy"].best > 0.9
    assert run.progress is not None
    assert (run.progress.done, run.progress.total) == (30, 30)
    # Evaluation of the validation share: 3 labels, 5 of 27 each.
    result = training.evaluation(alice, job.id, "V0001")
    assert tuple(result.labels) == SHAPES
    assert [c.support for c in result.per_class] == [5, 5, 5]
    assert run.evaluation_summary is not None
    assert run.evaluation_summary.accuracy == result.accuracy
    page = training.evaluated(alice, job.id, "V0001", EvaluatedQuery(limit=4))
    assert len(page.items) == 4
    assert page.page.next is not None
    seen = {item.path for item in page.items}
    rest = training.evaluated(alice, job.id, "V0001", EvaluatedQuery(cursor=page.page.next, limit=100))
    assert len(seen | {item.path for item in rest.items}) == 15
    assert page.items[0].dataset is not None
    assert page.items[0].dataset.id == dataset
    wrong = training.evaluated(alice, job.id, "V0001", EvaluatedQuery(only="wrong"))
    assert len(wrong.items) == result.wrong
    # The results outlive the attempt's folder.
    outputs = training.outputs(alice, job.id, "V0001", CursorQuery())
    assert [file.path for file in outputs.items] == ["predictions.json", "predictions.jsonl"]
    # A model from it, an evaluation of that on data it has never seen.
    saved = training.save_model(alice, job.id, "V0001", SaveModel(name="shapes-model"))
    assert (saved.version, saved.source, saved.warnings) == ("V0001", "training", [])
    assert saved.labels == list(SHAPES)
    assert saved.runtime_image_id == world.image_id
    body = EvaluationCreate.model_validate(
        {"model_id": saved.model_id, "inputs": [{"dataset_id": held_out, "version": "V0001"}], "spec_id": world.spec_id}
    )
    evaluation = world.platform.evaluations.create(alice, body)
    until(lambda: world.platform.evaluations.get(alice, evaluation.id).status in ("succeeded", "failed"))
    done = world.platform.evaluations.get(alice, evaluation.id)
    assert done.status == "succeeded"
    assert done.result is not None
    assert done.result.count == 27
    assert done.result.accuracy > 0.8
    # From the model back to code, runtime and data, and on to the evaluation.
    graph = world.platform.lineage.graph(alice, f"{saved.model_id}:V0001")
    relations = {(edge.from_, edge.relation) for edge in graph.edges}
    assert (f"{dataset}:V0001", "training_data") in relations
    assert (f"{world.algorithm.id}:V0001", "code") in relations
    assert (world.image_id, "runtime") in relations
    assert (f"{job.id}:V0001", "saved") in relations
    assert {node.kind for node in graph.nodes} == {
        "dataset", "algorithm", "image", "training_job", "model", "evaluation"}  # fmt: skip
    assert all(node.name and node.visible for node in graph.nodes)
    # What others need is not deleted.
    with pytest.raises(InUse, match="shapes"):
        world.platform.datasets.delete(alice, dataset, None)
    # An evaluation goes into the trash and comes back with its figures and predictions; then it changes hands.
    evaluations, trash = world.platform.evaluations, world.platform.trash
    evaluations.delete(alice, evaluation.id, done.revision)
    assert evaluations.list(alice, EvaluationQuery()).items == []
    with pytest.raises(NotFound):
        evaluations.get(alice, evaluation.id)
    (item,) = trash.list(alice, TrashQuery(kind="evaluation")).items
    assert (item.name, item.name_taken) == (done.name, False)
    world.platform.storage.collect(SYSTEM, grace_hours=-1)
    trash.restore(alice, evaluation.id, TrashRestore())
    assert evaluations.get(alice, evaluation.id).result == done.result
    assert len(evaluations.samples(alice, evaluation.id, EvaluatedQuery(limit=100)).items) == 27
    bob = world.bob
    offer = world.platform.transfers.offer(alice, TransferCreate(object_id=evaluation.id, to="bob"))
    assert world.platform.transfers.accept(bob, offer.id, TransferAccept()).object_name == done.name
    assert evaluations.get(bob, evaluation.id).result == done.result
    with pytest.raises(NotFound):
        evaluations.get(alice, evaluation.id)
    evaluations.delete(bob, evaluation.id)
    trash.delete(bob, evaluation.id)
    assert done.workload is not None
    with pytest.raises(NotFound):
        world.platform.workloads.get(SYSTEM, done.workload.id)


@pytest.mark.capability("AS2-55", "MA2-19")
@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures_and_a_change_makes_the_next_run(world: Classifier) -> None:
    training, alice = world.platform.training, world.alice
    job = training.create(alice, world.job("again", world.dataset("shapes", range(9))))
    first = world.ended(job.id)
    again = training.rerun(alice, job.id, "V0001")
    assert again.version == "V0002"
    second = world.ended(job.id, "V0002")
    assert (first.status, second.status) == ("succeeded", "succeeded")
    assert {n: m.last for n, m in first.metrics.items()} == {n: m.last for n, m in second.metrics.items()}
    third = training.modify(alice, job.id, RunChanges(parameters={"model": "svm"}, note="support vectors"))
    assert third.configuration.parameters["epochs"] == 8
    assert world.ended(job.id, "V0003").status == "succeeded"
    compared = training.compare(alice, CompareQuery(run=[f"{job.id}:V0001", f"{job.id}:V0003"]))
    assert compared.differences == {"parameters.model": ["mlp", "svm"]}
    assert compared.metrics["accuracy"][0] == first.metrics["accuracy"]
    assert [run.version for run in training.runs(alice, job.id, ListQuery()).items] == ["V0003", "V0002", "V0001"]
    # Each has an output folder of its own.
    names = [training.download(alice, job.id, version)[0] for version in ("V0001", "V0003")]
    assert names == ["again-V0001-outputs.zip", "again-V0003-outputs.zip"]
    found = [training.output(alice, job.id, version, "predictions.jsonl")[0].sha256 for version in ("V0001", "V0003")]
    assert found[0] != found[1]
    # A run can start from the model of another.
    model = training.save_model(alice, job.id, "V0001", SaveModel(name="start"))
    body = RunChanges.model_validate({"base": "V0001", "model": {"model_id": model.model_id}})
    assert "--model_load_dir=/models/start-V0001" in training.modify(alice, job.id, body).command
    fourth = world.ended(job.id, "V0004")
    assert fourth.status == "succeeded"
    assert "weights taken" in training.log(alice, job.id, "V0004", LogQuery()).text


@pytest.mark.slow
def test_a_run_that_fails_keeps_its_log_and_gives_no_model(world: Classifier) -> None:
    training, alice = world.platform.training, world.alice
    dataset = world.dataset("shapes", range(1))
    world.put({"code/train.py": b"import sys\nprint('before')\nsys.exit('no good: 42')\n"})
    from aispace.algorithms.schemas import AlgorithmCreate

    made = world.platform.algorithms.create(
        alice,
        AlgorithmCreate.model_validate(
            {"name": "broken", "source": {"kind": "area", "path": "code"}, "image_id": world.image_id}
        ),
    )
    broken = training.create(alice, world.job("broken", dataset, algorithm={"algorithm_id": made.id}, parameters={}))
    failed = world.ended(broken.id)
    assert failed.status == "failed"
    assert failed.reason is not None
    assert failed.reason.message
    assert "no good: 42" in training.log(alice, broken.id, "V0001", LogQuery()).text
    with pytest.raises(Conflict, match="Only a run that succeeded"):
        training.save_model(alice, broken.id, "V0001", SaveModel(name="nothing"))
    with pytest.raises(NotFound):
        training.evaluation(alice, broken.id, "V0001")


@pytest.mark.capability("AS2-54", "MA2-13", "AP-55")
@pytest.mark.slow
def test_stop_ends_a_run_and_its_outputs_are_kept(world: Classifier) -> None:
    training, alice = world.platform.training, world.alice
    code = (
        "import os, time, pathlib, aispace_runtime as run\n"
        "pathlib.Path(os.environ['AISPACE_OUT'], 'half.txt').write_text('so far')\n"
        "run.log(1, loss=float('nan'))\n"
        "print('waiting', flush=True)\ntime.sleep(600)\n"
    )
    world.put({"slow/train.py": code.encode()})
    from aispace.algorithms.schemas import AlgorithmCreate

    body = {"name": "slow", "source": {"kind": "area", "path": "slow"}, "image_id": world.image_id}
    made = world.platform.algorithms.create(alice, AlgorithmCreate.model_validate(body))
    job = training.create(
        alice,
        world.job(
            "slow", world.dataset("few", range(2)), algorithm={"algorithm_id": made.id}, parameters={}, inputs=[]
        ),
    )
    until(lambda: "waiting" in training.log(alice, job.id, "V0001", LogQuery()).text)
    with pytest.raises(Conflict, match="Stop it first"):
        training.delete(alice, job.id)
    assert "stop" in training.run(alice, job.id, "V0001").can
    training.stop(alice, job.id, "V0001")
    run = world.ended(job.id)
    assert (run.status, "stop" in run.can) == ("stopped", False)
    assert [f.path for f in training.outputs(alice, job.id, "V0001", CursorQuery()).items] == ["half.txt"]
    training.delete(alice, job.id)
    with pytest.raises(NotFound):
        training.get(alice, job.id)
    world.platform.algorithms.delete(alice, made.id)


@pytest.mark.slow
def test_results_are_kept_when_the_platform_was_killed_before_it_kept_them(
    platform: Platform, runtime_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Classifier(platform, runtime_python)
    monkeypatch.setattr(platform.training.collecting, "collect", lambda row_id: None)
    platform.start()
    job = platform.training.create(world.alice, world.job("killed", world.dataset("shapes", range(6))))
    until(lambda: platform.training.run(world.alice, job.id, "V0001").collecting)
    run = platform.training.run(world.alice, job.id, "V0001")
    assert (run.status, run.model_output) == ("running", None)
    platform.close()
    monkeypatch.undo()
    second = Platform(home=str(platform.path), database_url=str(platform.db.url))
    try:
        second.start()
        until(lambda: second.training.run(world.alice, job.id, "V0001").status == "succeeded")
        kept = second.training.run(world.alice, job.id, "V0001")
        assert kept.model_output is not None
        assert kept.model_output.files == 3
        assert kept.evaluation_summary is not None
    finally:
        second.close()


def test_every_wrong_field_is_named_at_once(paper: Classifier) -> None:
    body = paper.job(
        "wrong",
        "ds_none",
        parameters={"epochs": 0, "model": "magic", "train_out": "x", "own": "fine"},
        spec_id="spc_none",
        model={"model_id": "mdl_none"},
    )
    with pytest.raises(AISpaceError) as error:
        paper.platform.training.create(paper.alice, body)
    found = fields(error)
    assert set(found) == {
        "parameters.epochs", "parameters.model", "parameters.train_out", "spec_id", "model.model_id",
        "inputs.0.dataset_id"}  # fmt: skip
    assert "1 to 1000" in found["parameters.epochs"]
    assert error.value.status == 422


@pytest.mark.capability("AS1-49", "MA1-42")
def test_only_published_versions_that_the_caller_may_read_are_taken(paper: Classifier) -> None:
    dataset = paper.dataset("shapes", range(2))
    training = paper.platform.training
    with pytest.raises(AISpaceError) as error:
        training.create(paper.bob, paper.job("theft", dataset))
    assert set(fields(error)) == {"inputs.0.dataset_id"}
    body = paper.job("unpublished", dataset)
    body.inputs[0].version = "V0002"
    with pytest.raises(AISpaceError) as error:
        training.create(paper.alice, body)
    assert "Publish it" in fields(error)["inputs.0.version"]
    body = paper.job("two", dataset)
    body.inputs.append(body.inputs[0])
    with pytest.raises(AISpaceError) as error:
        training.create(paper.alice, body)
    assert set(fields(error)) == {"inputs.1.role"}


@pytest.mark.capability("AS2-42", "AP-53")
def test_the_estimate_tells_command_price_and_place(paper: Classifier) -> None:
    dataset = paper.dataset("shapes", range(2))
    training = paper.platform.training
    empty = training.estimate(paper.alice, EstimateRequest())
    assert not empty.valid
    assert {item.field for item in empty.fields} == {"algorithm", "spec_id"}
    form = paper.job("estimate", dataset, max_hours=2, argument_mapping={"data_url": "images"}).model_dump()
    whole = training.estimate(paper.alice, EstimateRequest.model_validate(form))
    assert whole.valid, whole.fields
    assert whole.command.startswith("python train.py --images=/data/shapes-V0001 --train_out=/out")
    assert "--epochs=8" in whole.command
    assert whole.price_per_hour is not None
    assert str(whole.price_per_hour.amount) == "3.6"
    assert whole.cost_at_most is not None
    assert whole.cost_at_most.amount == whole.price_per_hour.amount * 2
    assert (whole.queue_position, whole.free, whole.fits) == (1, True, True)
    training.create(paper.alice, paper.job("taken", dataset))
    taken = training.estimate(paper.alice, EstimateRequest.model_validate({**form, "name": "taken"}))
    assert [item.field for item in taken.fields] == ["name"]


def test_a_job_belongs_to_its_owner(paper: Classifier, bob: Principal) -> None:
    training = paper.platform.training
    job = training.create(paper.alice, paper.job("mine", paper.dataset("shapes", range(2))))
    with pytest.raises(NameTaken):
        training.create(paper.alice, paper.job("mine", job.latest.inputs[0].id))
    with pytest.raises(NotFound):
        training.get(paper.bob, job.id)
    shared = training.update(paper.alice, job.id, TrainingJobUpdate(visibility="public"), job.revision)
    assert training.get(paper.bob, job.id).can == []
    with pytest.raises(Forbidden):
        training.stop(paper.bob, job.id, "V0001")
    with pytest.raises(AISpaceError) as error:
        training.update(paper.alice, job.id, TrainingJobUpdate(name="late"), job.revision)
    assert error.value.status == 412
    assert shared.revision == job.revision + 1
    assert training.list(paper.bob, TrainingJobQuery(scope="shared", active=True)).page.total == 1
    assert training.list(paper.bob, TrainingJobQuery(scope="mine")).page.total == 0
    paper.platform.events.seal()
    codes = [e.code for e in paper.platform.events.list(paper.alice, EventQuery(object_id=job.id)).items]
    assert codes == ["training_job.changed", "training_job.run_created", "training_job.created"]


def test_the_platform_keeps_its_own_environment(paper: Classifier) -> None:
    for name in ("PYTHONPATH", "AISPACE_WORKLOAD_ID", "LD_PRELOAD"):
        with pytest.raises(ValidationError, match="set by the platform"):
            paper.job("environment", "ds_1", environment={name: "x"})


@pytest.mark.capability("IM-19")
def test_an_algorithm_in_use_is_not_deleted_and_its_kinds_are_respected(paper: Classifier) -> None:
    algorithms = paper.platform.algorithms
    from aispace.algorithms.schemas import AlgorithmFork, AlgorithmUpdate

    fork = algorithms.fork(paper.alice, paper.algorithm.id, AlgorithmFork(name="mine"))
    dataset = paper.dataset("shapes", range(2))
    paper.platform.training.create(paper.alice, paper.job("uses", dataset, algorithm={"algorithm_id": fork.id}))
    with pytest.raises(InUse, match="uses V0001"):
        algorithms.delete(paper.alice, fork.id)
    update = AlgorithmUpdate.model_validate({"accepts": {"data_types": ["text"]}})
    algorithms.update(paper.alice, fork.id, update)
    with pytest.raises(AISpaceError) as error:
        paper.platform.training.create(paper.alice, paper.job("text", dataset, algorithm={"algorithm_id": fork.id}))
    assert "takes text" in fields(error)["inputs.0.dataset_id"]
