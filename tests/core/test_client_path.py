"""The client where an answer alone does not say that the work is done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aispace import cli
from aispace.client import AISpaceClient, RemoteError
from aispace.schemas import Reason


def service(status: str, deployment: int | None, desired: int, **more: Any) -> SimpleNamespace:
    fields = {"id": "svc_1", "name": "api", "endpoint": "http://x/s/api", "reason": None, "target": "serving", **more}
    return SimpleNamespace(status=status, deployment=deployment, desired=desired, **fields)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> AISpaceClient:
    monkeypatch.setattr("aispace.client.collection.time.sleep", lambda _: None)
    return AISpaceClient("http://127.0.0.1:9", "x")


def seen(monkeypatch: pytest.MonkeyPatch, *states: SimpleNamespace) -> list[SimpleNamespace]:
    left = list(states)
    monkeypatch.setattr(
        "aispace.client.models.Services.get", lambda *_: left.pop(0) if len(left) > 1 else left[0], raising=True
    )
    return left


def test_wait_after_an_edit_ends_when_the_new_deployment_has_the_traffic(
    client: AISpaceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(monkeypatch, service("serving", 1, 2), service("serving", 1, 2), service("serving", 2, 2))
    assert client.services.wait("svc_1", deployment=2).deployment == 2
    seen(monkeypatch, service("serving", 1, 2), service("serving", 2, 2))
    assert client.services.wait("svc_1").deployment == 2


def test_wait_tells_that_an_edit_failed_and_the_old_deployment_goes_on(
    client: AISpaceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = Reason(code="edit_failed", message="Deployment #2 failed, #1 goes on.")
    seen(monkeypatch, service("serving", 1, 2), service("serving", 1, 1, reason=reason))
    with pytest.raises(RemoteError, match="#2 failed") as caught:
        client.services.wait("svc_1", deployment=2)
    assert caught.value.code == "edit_failed"


def test_wait_for_stopped_does_not_ask_for_a_deployment(client: AISpaceClient, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, service("serving", 1, 1), service("stopped", None, 1))
    assert client.services.wait("svc_1", "stopped").status == "stopped"


def test_deploy_over_a_service_changes_the_spec_starts_it_and_waits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("aispace.client.collection.time.sleep", lambda _: None)
    calls: list[Any] = []
    found = {"Models": SimpleNamespace(id="mdl_1", name="digits", current_version="V0002"), "Specs": service("", 0, 0)}
    monkeypatch.setattr("aispace.client.collection.Collection.find", lambda self, _: found[type(self).__name__])
    monkeypatch.setattr("aispace.client.collection.Collection.list", lambda *_, **__: iter([service("stopped", 1, 1)]))
    monkeypatch.setattr(
        "aispace.client.collection.Collection.update",
        lambda _self, object_id, **changes: calls.append(changes) or service("stopped", 1, 2, target="stopped"),
    )
    monkeypatch.setattr(
        "aispace.client.models.Services.start",
        lambda _self, object_id: calls.append("start") or service("deploying", None, 2),
    )
    seen(monkeypatch, service("deploying", None, 2), service("serving", 2, 2))
    assert cli.main(["deploy", "digits", "--name", "api", "--spec", "cpu-1"]) == 0
    assert calls == [{"model": {"model_id": "mdl_1", "version": "V0002"}, "spec_id": "svc_1"}, "start"]
    assert "serving" in capsys.readouterr().out
