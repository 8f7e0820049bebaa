"""What a service offers in each of its states, how many answer, what it is given, and what is recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.errors import AISpaceError, Conflict, Invalid
from aispace.identity import SYSTEM
from aispace.models.schemas import ModelUpdate
from aispace.platform import Platform
from aispace.serving.schemas import (
    CanaryCreate,
    ModelChoice,
    RecordQuery,
    ScriptChoice,
    ServiceCreate,
    ServiceQuery,
    ServiceRead,
    ServiceUpdate,
)
from aispace.users.schemas import UserCreate
from aispace.workloads.schemas import WorkloadQuery
from models_for_tests import IRIS, make
from pydantic import ValidationError
from serving_setup import Serving, until

ANSWER = """
import os
class Service:
    def inference(self, data):
        return {"greeting": os.environ.get("GREETING", "none")}
"""


@pytest.fixture(scope="module")
def iris(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, IRIS, tmp_path_factory.mktemp("models") / "iris")


@pytest.fixture
def still(platform: Platform, runtime_python: Path) -> Serving:
    """A platform whose threads do not run."""
    return Serving(platform, runtime_python)


@pytest.fixture
def serving(still: Serving) -> Iterator[Serving]:
    still.platform.start()
    yield still
    for service in still.platform.serving.list(SYSTEM, ServiceQuery()).items:
        still.platform.serving.stop_service(SYSTEM, service.id)
    until(lambda: not still.platform.workloads.list(SYSTEM, WorkloadQuery(kind="service", active=True)).items)


def create(serving: Serving, model_id: str | None, name: str = "iris-api", **more: Any) -> ServiceRead:
    model = ModelChoice(model_id=model_id, version="V0001") if model_id else None
    body = ServiceCreate(name=name, model=model, spec_id=serving.spec_id, **more)
    return serving.platform.serving.create(serving.alice, body)


def wait_for(serving: Serving, service_id: str, status: str, **more: Any) -> ServiceRead:
    read = serving.platform.serving.get

    def there() -> bool:
        service = read(serving.alice, service_id)
        return service.status == status and all(getattr(service, name) == value for name, value in more.items())

    until(there, say=lambda: read(serving.alice, service_id))
    return read(serving.alice, service_id)


@pytest.mark.capability("AS3-01")
def test_a_service_of_model_script_image_and_spec_is_deploying_at_once(still: Serving, iris: Path) -> None:
    model, script = still.model(iris, "iris"), still.script("answer", inference=ANSWER)
    made = create(still, model, script=ScriptChoice(algorithm_id=script), image_id=still.image_id)
    assert made.status == "deploying"
    assert made.model is not None
    assert made.script is not None
    assert (made.model.name, made.model.version) == ("iris", "V0001")
    assert (made.script.name, made.script.version, made.script.file) == ("answer", "V0001", "inference.py")
    assert (made.image_id, made.spec_id) == (still.image_id, still.spec_id)
    (listed,) = still.platform.serving.list(still.alice, ServiceQuery()).items
    assert listed.status == "deploying"


@pytest.mark.capability("IM-39")
def test_a_service_is_made_from_a_model_or_by_hand_without_one(still: Serving, iris: Path) -> None:
    of_model = create(still, still.model(iris, "iris"))
    assert (of_model.script, of_model.status) == (None, "deploying")
    assert of_model.model is not None
    script = ScriptChoice(algorithm_id=still.script("answer", inference=ANSWER))
    by_hand = create(still, None, name="by-hand", script=script, image_id=still.image_id, parameters={"a": 1})
    assert (by_hand.model, by_hand.status, by_hand.parameters) == (None, "deploying", {"a": 1})
    listed = {one.name for one in still.platform.serving.list(still.alice, ServiceQuery()).items}
    assert listed == {"iris-api", "by-hand"}


@pytest.mark.capability("AS3-19", "MA2-59")
def test_what_can_be_done_follows_the_state_and_is_recorded(serving: Serving, iris: Path) -> None:
    service, alice = serving.platform.serving, serving.alice
    made = create(serving, serving.model(iris, "iris"), note="first")
    assert {"stop"} <= set(made.can)
    assert not {"predict", "start", "delete", "canary"} & set(made.can)
    served = wait_for(serving, made.id, "serving")
    assert {"predict", "write", "stop", "canary"} <= set(served.can)
    assert not {"start", "delete", "promote"} & set(served.can)
    with pytest.raises(Conflict):
        service.delete(alice, made.id, None)
    service.update(alice, made.id, ServiceUpdate(environment={"A": "1"}, note="second"), None)
    wait_for(serving, made.id, "serving", deployment=2)
    service.stop_service(alice, made.id)
    stopped = wait_for(serving, made.id, "stopped")
    assert {"start", "write", "delete"} <= set(stopped.can)
    assert not {"stop", "predict", "canary"} & set(stopped.can)
    with pytest.raises(AISpaceError):
        service.releases.begin(alice, made.id, CanaryCreate())
    service.start_service(alice, made.id)
    assert "stop" in wait_for(serving, made.id, "serving").can
    empty = serving.platform.path / "broken"
    empty.mkdir()
    (empty / "model.onnx").write_bytes(b"this is no model")
    bad = ModelChoice(model_id=serving.model(empty, "broken"), version="V0001")
    service.update(alice, made.id, ServiceUpdate(model=bad), None)

    def recorded() -> list[str]:
        return [record.action for record in service.history(alice, made.id, RecordQuery()).items]

    until(lambda: recorded()[0] == "deployment_failed", say=recorded)
    assert recorded() == ["deployment_failed", "edited", "started", "stopped", "edited", "created"]
    records = service.history(alice, made.id, RecordQuery()).items
    assert all(later.at >= earlier.at for later, earlier in itertools.pairwise(records))
    assert (records[-1].note, records[-2].note, records[-1].by.name) == ("first", "second", "alice")


@pytest.mark.capability("IM-43", "TD-62")
def test_the_number_of_replicas_is_changed_and_all_must_answer_first(serving: Serving, iris: Path) -> None:
    service, alice = serving.platform.serving, serving.alice
    made = create(serving, serving.model(iris, "iris"), replicas=2)
    seen: set[tuple[str, int]] = set()

    def serves() -> bool:
        now = service.get(alice, made.id)
        seen.add((now.status, now.replicas.ready))
        assert now.replicas.total == 2
        return now.status == "serving"

    until(serves, say=lambda: service.get(alice, made.id))
    assert ("serving", 1) not in seen
    assert ("serving", 0) not in seen
    assert service.get(alice, made.id).replicas.ready == 2
    service.update(alice, made.id, ServiceUpdate(replicas=1), None)
    fewer = wait_for(serving, made.id, "serving", deployment=2)
    assert (fewer.replicas.ready, fewer.replicas.total) == (1, 1)
    (listed,) = service.list(alice, ServiceQuery()).items
    assert (listed.replicas.ready, listed.replicas.total) == (1, 1)
    service.stop_service(alice, made.id)
    wait_for(serving, made.id, "stopped")
    # It can be changed while it is stopped too, and counts at the next start.
    service.update(alice, made.id, ServiceUpdate(replicas=3), None)
    assert service.get(alice, made.id).replicas.total == 3


@pytest.mark.capability("AS3-13", "TD-59")
def test_a_canary_needs_a_production_and_has_ten_percent_by_default(serving: Serving, iris: Path) -> None:
    service, alice = serving.platform.serving, serving.alice
    made = create(serving, serving.model(iris, "iris"))
    with pytest.raises(Conflict) as refused:
        service.releases.begin(alice, made.id, CanaryCreate())
    assert refused.value.code == "no_production"
    wait_for(serving, made.id, "serving")
    # Ten replicas are the most, of both versions together and of one.
    with pytest.raises(Invalid) as many:
        service.releases.begin(alice, made.id, CanaryCreate(replicas=10))
    assert many.value.details["fields"][0]["field"] == "replicas"
    with pytest.raises(ValidationError):
        ServiceUpdate(replicas=11)
    begun = service.releases.begin(alice, made.id, CanaryCreate())
    assert begun.canary is not None
    assert begun.canary.share == 10


@pytest.mark.capability("AS2-80")
def test_a_preset_model_of_the_administrator_serves_and_trains_for_others(still: Serving, iris: Path) -> None:
    users = still.platform.users
    admin = users.principal(users.create(SYSTEM, UserCreate(name="chief", role="administrator")).id)
    preset = still.model(iris, "pretrained", owner=admin)
    with pytest.raises(AISpaceError):
        create(still, preset)
    still.platform.models.update(admin, preset, ModelUpdate(visibility="preset"))
    made = create(still, preset)
    assert made.model is not None
    assert (made.model.name, made.status) == ("pretrained", "deploying")
    found = still.platform.models.resolve(still.alice, preset, None)
    assert (found.name, found.version) == ("pretrained", "V0001")
