"""Online services: real model servers under the local engine, moved by the rollout."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from aispace.errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound, PreconditionFailed
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.schemas import Schema
from aispace.serving.schemas import (
    CallReport,
    CallsQuery,
    InFlight,
    ModelChoice,
    RollbackRequest,
    ServiceCreate,
    ServiceQuery,
    ServiceRead,
    ServiceTokenCreate,
    ServiceUpdate,
)
from aispace.users.schemas import UserUpdate
from aispace.workloads.schemas import WorkloadQuery
from models_for_tests import IRIS, make
from pydantic import ValidationError
from serving_setup import Serving, until


class Follower:
    """A gateway that follows routes and reports, without carrying anything."""

    def __init__(self, platform: Platform, name: str = "gw") -> None:
        self.routing = platform.serving.routing
        self.name = name
        self.in_flight: list[InFlight] = []
        self.revision: str | None = None
        self._sequence = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            routes = self.routing.wait(self.name, "http://127.0.0.1:1", self.revision, 0.1)
            self.revision = routes.revision
            self._sequence += 1
            report = {"gateway": self.name, "sequence": self._sequence, "calls": [], "in_flight": self.in_flight}
            self.routing.heard(CallReport(**report, revision=self.revision))

    def close(self) -> None:
        self._stop.set()
        self._thread.join(20)


@pytest.fixture(scope="module")
def iris(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, IRIS, tmp_path_factory.mktemp("models") / "iris")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "broken"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"this is no model")
    return folder


@pytest.fixture
def still(platform: Platform, runtime_python: Path) -> Serving:
    """A platform whose threads do not run."""
    return Serving(platform, runtime_python)


@pytest.fixture
def serving(still: Serving) -> Iterator[Serving]:
    still.platform.start()
    follower = Follower(still.platform)
    yield still
    for service in still.platform.serving.list(SYSTEM, ServiceQuery()).items:
        still.platform.serving.stop_service(SYSTEM, service.id)
    until(lambda: not still.platform.workloads.list(SYSTEM, WorkloadQuery(kind="service", active=True)).items)
    follower.close()


def create(
    serving: Serving, model_id: str, name: str = "iris-api", version: str = "V0001", **more: object
) -> ServiceRead:
    body = ServiceCreate(
        name=name,
        model=ModelChoice(model_id=model_id, version=version),
        spec_id=serving.spec_id,
        **more,  # type: ignore[arg-type]  # the case decides it
    )
    return serving.platform.serving.create(serving.alice, body)


def reader(serving: Serving, service_id: str) -> Callable[[], ServiceRead]:
    return lambda: serving.platform.serving.get(serving.alice, service_id)


def wait_for(serving: Serving, service_id: str, status: str, deployment: int | None = None) -> ServiceRead:
    read = reader(serving, service_id)
    until(
        lambda: read().status == status and (deployment is None or read().deployment == deployment),
        say=lambda: f"{read()}\n{serving.platform.serving.deployments(serving.alice, service_id)}",
    )
    return read()


def targets(serving: Serving, service_id: str) -> list[dict[str, str]]:
    route = next(r for r in serving.platform.serving.routing.routes().routes if r["service_id"] == service_id)
    return list(route["deployments"][0]["targets"])


def target(serving: Serving, service_id: str) -> dict[str, str]:
    return targets(serving, service_id)[0]


def ask(where: dict[str, str], model: str = "iris", *, key: bool = True) -> httpx.Response:
    inputs = [{"name": "X", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}]
    headers = {"X-AISpace-Key": where["key"]} if key else {}
    with httpx.Client(trust_env=False, headers=headers) as client:
        return client.post(f"http://{where['address']}/v2/models/{model}/infer", json={"inputs": inputs})


def process_at(where: dict[str, str]) -> int:
    port = int(where["address"].rpartition(":")[2])
    found = next(c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port)
    assert found is not None
    return found


@pytest.mark.capability("IM-42")
def test_a_service_is_deployed_stopped_and_started_at_the_same_address(serving: Serving, iris: Path) -> None:
    model = serving.model(iris, "iris")
    made = create(serving, model, note="first try")
    assert (made.status, made.target, made.deployment, made.desired) == ("deploying", "serving", None, 1)
    served = wait_for(serving, made.id, "serving")
    assert (served.deployment, served.replicas.ready, served.replicas.total) == (1, 1, 1)
    assert served.signature.labels == ["setosa", "versicolor", "virginica"]
    assert served.slug.startswith("iris-api-")
    answer = ask(target(serving, made.id)).json()
    assert answer["outputs"][0]["data"] == [0]
    assert ask(target(serving, made.id), served.slug).status_code == 200
    assert ask(target(serving, made.id), key=False).status_code == 401
    assert ask({**target(serving, made.id), "key": "x"}).status_code == 401
    log = serving.platform.serving
    record = log.deployments(serving.alice, made.id).items[0]
    assert (record.number, record.status, record.note, record.created_by.name) == (1, "serving", "first try", "alice")
    assert record.source.kind == "create"

    serving.platform.serving.stop_service(serving.alice, made.id)
    until(lambda: not serving.platform.workloads.active_of(made.id))
    stopped = wait_for(serving, made.id, "stopped")
    assert (stopped.slug, stopped.deployment) == (made.slug, None)
    assert [r["deployments"] for r in serving.platform.serving.routing.routes().routes] == [[]]

    serving.platform.serving.start_service(serving.alice, made.id)
    again = wait_for(serving, made.id, "serving")
    assert (again.slug, again.endpoint, again.deployment) == (made.slug, made.endpoint, 1)
    assert ask(target(serving, made.id)).status_code == 200
    kinds = {node.kind for node in serving.platform.lineage.graph(serving.alice, made.id).nodes}
    assert kinds == {"model", "service"}


@pytest.mark.capability("AS3-21", "AS3-22", "MA2-57")
def test_an_edit_takes_over_when_ready_and_can_be_rolled_back(serving: Serving, iris: Path) -> None:
    model = serving.model(iris, "iris")
    made = create(serving, model)
    wait_for(serving, made.id, "serving")
    serving.model(iris, "iris")
    body = ServiceUpdate(model=ModelChoice(model_id=model, version="V0002"), environment={"A": "1"}, note="retrained")
    edited = serving.platform.serving.update(serving.alice, made.id, body, made.revision)
    assert (edited.status, edited.deployment, edited.desired) == ("serving", 1, 2)
    served = wait_for(serving, made.id, "serving", 2)
    assert served.model.version == "V0002"
    assert ask(target(serving, made.id)).json()["model_version"] == "V0002"
    records = serving.platform.serving.deployments
    until(lambda: records(serving.alice, made.id).items[1].status == "stopped")
    assert records(serving.alice, made.id).items[0].source.kind == "edit"

    serving.platform.serving.rollback(serving.alice, made.id, 1, RollbackRequest(note="V0002 is worse"))
    served = wait_for(serving, made.id, "serving", 3)
    assert (served.model.version, served.environment) == ("V0001", {})
    newest = records(serving.alice, made.id).items[0]
    assert (newest.number, newest.source.kind, newest.source.from_, newest.note) == (3, "rollback", 1, "V0002 is worse")
    with pytest.raises(Conflict):
        serving.platform.serving.rollback(serving.alice, made.id, 3, RollbackRequest())
    with pytest.raises(NotFound):
        serving.platform.serving.rollback(serving.alice, made.id, 9, RollbackRequest())


def test_an_edit_that_never_gets_ready_leaves_the_old_one_serving(serving: Serving, iris: Path, broken: Path) -> None:
    good = serving.model(iris, "iris")
    bad = serving.model(broken, "broken")
    made = create(serving, good)
    wait_for(serving, made.id, "serving")
    before = target(serving, made.id)
    update = serving.platform.serving.update
    update(serving.alice, made.id, ServiceUpdate(model=ModelChoice(model_id=bad, version="V0001")), None)
    read = reader(serving, made.id)
    until(lambda: (reason := read().reason) is not None and reason.code == "edit_failed", say=read)
    service = read()
    assert (service.status, service.deployment, service.desired) == ("serving", 1, 1)
    assert target(serving, made.id) == before
    assert ask(before).status_code == 200
    failed, old = serving.platform.serving.deployments(serving.alice, made.id).items
    assert (failed.status, old.status) == ("failed", "serving")
    assert failed.reason is not None
    assert failed.reason.code == "never_ready"
    assert "model.onnx could not be loaded" in failed.reason.message
    until(lambda: len(serving.platform.workloads.active_of(made.id)) == 1)


def test_a_first_deployment_that_fails_says_why_and_an_edit_mends_it(
    serving: Serving, iris: Path, broken: Path
) -> None:
    made = create(serving, serving.model(broken, "broken"))
    failed = wait_for(serving, made.id, "failed")
    assert failed.reason is not None
    assert "cannot be served" in failed.reason.message
    assert "start" in failed.can
    assert "delete" in failed.can
    good = ModelChoice(model_id=serving.model(iris, "iris"), version="V0001")
    serving.platform.serving.update(serving.alice, made.id, ServiceUpdate(model=good), None)
    assert wait_for(serving, made.id, "serving").deployment == 2
    serving.platform.serving.stop_service(serving.alice, made.id)
    wait_for(serving, made.id, "stopped")
    serving.platform.serving.delete(serving.alice, made.id, None)
    with pytest.raises(NotFound):
        serving.platform.serving.get(serving.alice, made.id)


def test_a_process_that_dies_is_started_again(serving: Serving, iris: Path) -> None:
    made = create(serving, serving.model(iris, "iris"))
    wait_for(serving, made.id, "serving")
    os.kill(process_at(target(serving, made.id)), signal.SIGKILL)
    wait_for(serving, made.id, "degraded")
    served = wait_for(serving, made.id, "serving")
    assert served.deployment == 1
    assert ask(target(serving, made.id)).status_code == 200
    workload = serving.platform.workloads.get(serving.alice, served.workload_id or "")
    assert [attempt.status for attempt in workload.attempts] == ["failed", "running"]


@pytest.mark.capability("IM-41")
def test_several_replicas_answer_and_one_of_them_may_die(serving: Serving, iris: Path) -> None:
    made = create(serving, serving.model(iris, "iris"), replicas=2)
    served = wait_for(serving, made.id, "serving")
    assert (served.replicas.ready, served.replicas.total) == (2, 2)
    both = targets(serving, made.id)
    assert len({where["address"] for where in both}) == 2
    os.kill(process_at(both[0]), signal.SIGKILL)
    degraded = wait_for(serving, made.id, "degraded")
    assert degraded.replicas.ready == 1
    assert ask(both[1]).status_code == 200
    assert wait_for(serving, made.id, "serving").replicas.ready == 2


def test_a_replaced_deployment_ends_only_when_nothing_is_under_way(still: Serving, iris: Path) -> None:
    still.platform.start()
    gateway = Follower(still.platform)
    model = still.model(iris, "iris")
    made = create(still, model)
    wait_for(still, made.id, "serving")
    gateway.in_flight = [InFlight(service_id=made.id, deployment=1, requests=1)]
    still.platform.serving.update(still.alice, made.id, ServiceUpdate(environment={"A": "1"}), None)
    wait_for(still, made.id, "serving", 2)
    records = still.platform.serving.deployments
    assert [d.status for d in records(still.alice, made.id).items] == ["serving", "draining"]
    revision = gateway.revision
    still.platform.serving.update(still.alice, made.id, ServiceUpdate(limits={"max_in_flight": 5}), None)
    until(lambda: gateway.revision != revision)
    assert [d.status for d in records(still.alice, made.id).items] == ["serving", "draining"]
    assert len(still.platform.workloads.active_of(made.id)) == 2
    gateway.in_flight = []
    until(lambda: [d.status for d in records(still.alice, made.id).items] == ["serving", "stopped"])
    still.platform.serving.stop_service(still.alice, made.id)
    until(lambda: not still.platform.workloads.active_of(made.id))
    gateway.close()


def test_an_edit_goes_on_in_another_process_after_the_first_was_lost(
    still: Serving, iris: Path, database_url: str, tmp_path: Path
) -> None:
    model = still.model(iris, "iris")
    made = create(still, model)
    still.platform.serving.reconcile()
    assert len(still.platform.workloads.active_of(made.id)) == 1
    for _ in range(3):
        still.platform.serving.reconcile()
    assert len(still.platform.workloads.active_of(made.id)) == 1

    after = Platform(home=str(tmp_path / "home"), database_url=database_url)
    after.users.separate = False
    after.serving.busy_seconds = 0.05
    still.platform = after
    after.start()
    try:
        wait_for(still, made.id, "serving")
        after.serving.stop_service(still.alice, made.id)
        until(lambda: not after.workloads.active_of(made.id))
        assert len(after.workloads.list(still.alice, WorkloadQuery(kind="service")).items) == 1
    finally:
        after.close()


def test_what_is_in_use_is_not_deleted_and_a_served_service_neither(still: Serving, iris: Path) -> None:
    model = still.model(iris, "iris")
    made = create(still, model)
    with pytest.raises(InUse):
        still.platform.models.delete(still.alice, model)
    with pytest.raises(Conflict):
        still.platform.serving.delete(still.alice, made.id, None)
    still.platform.serving.stop_service(still.alice, made.id)
    still.platform.serving.reconcile()
    with pytest.raises(PreconditionFailed):
        still.platform.serving.delete(still.alice, made.id, 99)
    still.platform.serving.delete(still.alice, made.id, None)
    still.platform.models.delete(still.alice, model)


@pytest.mark.capability("AS3-03", "AS3-04")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 33),
        ("name", "a b"),
        ("name", "../x"),
        ("name", "a/b"),
        ("description", "x" * 201),
        ("replicas", 0),
        ("replicas", 11),
        ("environment", {"PYTHONPATH": "/tmp"}),
        ("environment", {"AISPACE_TOKEN": "x"}),
        ("environment", {"1x": "x"}),
        ("parameters", {"a b": 1}),
        ("limits", {"max_in_flight": 0}),
        ("limits", {"timeout_seconds": 1e9}),
        ("surprise", 1),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: object) -> None:
    good: dict[str, object] = {
        "name": "数字服务-1_x",
        "model": {"model_id": "mdl_1", "version": "V0001"},
        "spec_id": "spc_1",
        "description": "x" * 200,
    }
    ServiceCreate.model_validate(good)
    with pytest.raises(ValidationError) as caught:
        ServiceCreate.model_validate(good | {field: value})
    assert {str(error["loc"][0]) for error in caught.value.errors()} == {field}


def test_wrong_references_are_refused_by_name(still: Serving, iris: Path, tmp_path: Path) -> None:
    model = still.model(iris, "iris")
    create(still, model)
    with pytest.raises(NameTaken):
        create(still, model)
    empty = tmp_path / "no-model"
    empty.mkdir()
    (empty / "config.json").write_text("{}")
    without = still.model(empty, "without")

    def refused(field: str, **change: object) -> None:
        body: dict[str, object] = {
            "name": "other",
            "model": {"model_id": model, "version": "V0001"},
            "spec_id": still.spec_id,
        }
        with pytest.raises(Invalid) as caught:
            still.platform.serving.create(still.alice, ServiceCreate.model_validate(body | change))
        assert caught.value.details["fields"][0]["field"].partition(".")[0] == field

    refused("model", model={"model_id": "mdl_none", "version": "V0001"})
    refused("model", model={"model_id": model, "version": "V0009"})
    refused("model", model={"model_id": without, "version": "V0001"})
    refused("image_id", image_id="img_none")
    refused("spec_id", spec_id="spc_none")
    refused("parameters", parameters={"threads": "many"})
    theirs = still.model(iris, "iris", owner=still.bob)
    refused("model", model={"model_id": theirs, "version": "V0001"})


def test_others_see_what_is_public_and_change_nothing(still: Serving, iris: Path) -> None:
    serving = still.platform.serving
    made = create(still, still.model(iris, "iris"), environment={"KEY": "value"})
    acts: list[Callable[[], object]] = [
        lambda: serving.get(still.bob, made.id),
        lambda: serving.update(still.bob, made.id, ServiceUpdate(description="x"), None),
        lambda: serving.stop_service(still.bob, made.id),
        lambda: serving.start_service(still.bob, made.id),
        lambda: serving.delete(still.bob, made.id, None),
        lambda: serving.rollback(still.bob, made.id, 1, RollbackRequest()),
        lambda: serving.deployments(still.bob, made.id),
        lambda: serving.calls(still.bob, made.id, CallsQuery()),
        lambda: serving.tokens.list(still.bob, made.id),
        lambda: serving.tokens.create(still.bob, made.id, ServiceTokenCreate(name="t")),
        lambda: serving.tokens.delete(still.bob, made.id, "tok_1"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert serving.verdict(still.bob, made.id).verdict == "hidden"
    assert serving.list(still.bob, ServiceQuery()).page.total == 0
    serving.update(still.alice, made.id, ServiceUpdate(visibility="public"), None)
    assert serving.verdict(still.bob, made.id).verdict == "ok"
    seen = serving.get(still.bob, made.id)
    assert (seen.environment, seen.can) == ({}, [])
    for act in acts[1:6] + acts[8:]:
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Forbidden):
        serving.update(still.alice, made.id, ServiceUpdate(visibility="preset"), None)
    assert [
        s.id for s in serving.list(still.bob, ServiceQuery(scope="shared", q="IRIS", status="deploying")).items
    ] == [made.id]


def test_an_edit_made_against_an_older_state_is_refused(still: Serving, iris: Path) -> None:
    made = create(still, still.model(iris, "iris"))
    still.platform.serving.update(still.alice, made.id, ServiceUpdate(description="one"), made.revision)
    with pytest.raises(PreconditionFailed):
        still.platform.serving.update(still.alice, made.id, ServiceUpdate(description="two"), made.revision)
    unchanged = still.platform.serving.get(still.alice, made.id)
    assert (unchanged.description, unchanged.desired) == ("one", 1)


def test_a_deployment_of_a_disabled_user_fails_with_that_reason(still: Serving, iris: Path) -> None:
    made = create(still, still.model(iris, "iris"))
    still.platform.users.update(SYSTEM, still.alice.user_id, UserUpdate(enabled=False))
    still.platform.serving.reconcile()
    service = still.platform.serving.get(SYSTEM, made.id)
    assert service.status == "failed"
    assert service.reason is not None
    assert "disabled" in service.reason.message


def test_tokens_are_shown_once_and_kept_as_hashes(still: Serving, iris: Path, tmp_path: Path) -> None:
    serving = still.platform.serving
    made = create(still, still.model(iris, "iris"))
    now = still.platform.clock.now()
    token = serving.tokens.create(
        still.alice, made.id, ServiceTokenCreate(name="app", expires_at=now + timedelta(days=1))
    )
    assert serving.tokens.verdict(token.token, made.id).verdict == "ok"
    assert serving.tokens.verdict(token.token, "svc_other").verdict == "invalid"
    assert token.token.startswith("ais_svc_")
    listed = serving.tokens.list(still.alice, made.id).items[0]
    assert "token" not in Schema.model_dump(listed)
    assert token.token.startswith(listed.hint)
    if still.platform.db.is_sqlite:
        with still.platform.db.engine.connect() as connection:
            dump = str(connection.exec_driver_sql("SELECT * FROM aispace_service_tokens").all())
        assert token.token not in dump
    with pytest.raises(NameTaken):
        serving.tokens.create(still.alice, made.id, ServiceTokenCreate(name="app"))
    with pytest.raises(Invalid):
        serving.tokens.create(still.alice, made.id, ServiceTokenCreate(name="old", expires_at=now - timedelta(days=1)))
    before = serving.routing.routes()
    assert len(before.routes[0]["tokens"]) == 1
    serving.tokens.delete(still.alice, made.id, token.id)
    assert serving.routing.routes().routes[0]["tokens"] == []
    assert serving.routing.routes().revision != before.revision


def report(sequence: int, service_id: str, minute: int, milliseconds: float, count: int, **more: int) -> CallReport:
    from aispace_server.gateway.counters import bucket_of

    calls = {
        "service_id": service_id,
        "deployment": 1,
        "minute": minute,
        "total": count,
        "client_errors": 0,
        "server_errors": 0,
        "seconds": count * milliseconds / 1000,
        "latency": {str(bucket_of(milliseconds / 1000)): count},
        **more,
    }
    return CallReport.model_validate(
        {"gateway": "gw", "revision": None, "sequence": sequence, "calls": [calls], "in_flight": []}
    )


@pytest.mark.capability("AS3-18")
def test_calls_are_counted_once_and_read_as_a_series(still: Serving, iris: Path) -> None:
    serving = still.platform.serving
    made = create(still, still.model(iris, "iris"))
    minute = int(still.platform.clock.now().timestamp() // 60)
    serving.take_report(report(1, made.id, minute, 10, 98))
    serving.take_report(report(1, made.id, minute, 10, 98))
    serving.take_report(report(2, made.id, minute, 200, 2, server_errors=1, client_errors=1))
    serving.take_report(report(2, made.id, minute, 200, 2))
    serving.take_report(report(3, "svc_unknown", minute, 10, 5))
    listed = serving.list(still.alice, ServiceQuery()).items[0]
    assert (listed.replicas.ready, listed.replicas.total) == (0, 1)
    calls = listed.calls
    assert (calls.total, calls.errors, calls.client_errors) == (100, 1, 1)
    assert calls.rate == pytest.approx(100 / 30, rel=0.01)
    assert calls.p50 == pytest.approx(10, rel=0.1)
    assert calls.p99 == pytest.approx(200, rel=0.1)
    series = serving.calls(still.alice, made.id, CallsQuery(window="15m"))
    assert (series.total, series.errors, len(series.points), series.step_seconds) == (100, 1, 15, 60)
    assert sum(point.total for point in series.points) == 100
    assert series.by_deployment["1"].total == 100
    assert serving.calls(still.alice, made.id, CallsQuery(window="1h", deployment=2)).total == 0
    for window, points in (("6h", 72), ("24h", 96), ("7d", 84)):
        wide = serving.calls(still.alice, made.id, CallsQuery(window=window))  # type: ignore[arg-type]
        assert (wide.total, len(wide.points)) == (100, points)
    serving.take_report(report(4, made.id, minute - 60 * 24 * 9, 10, 7))
    serving.book.prune()
    with still.platform.db.read() as session:
        from aispace.serving.orm import ServiceCalls

        assert [row.minute for row in session.query(ServiceCalls)] == [minute]
