"""The `aispace` command against a running platform: what it calls things, and what it says when it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aispace import cli
from aispace.datasets.schemas import DatasetCreate
from aispace.identity import SYSTEM, Principal
from aispace.models.schemas import ModelCreate
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.users.schemas import UserCreate, UserUpdate
from aispace.workloads.schemas import WorkloadSpec
from server_thread import RunningServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one verb as alice, or as another; give exit code, stdout and stderr."""

    def verb(*words: str, who: str = "alice") -> tuple[int, str, str]:
        code = cli.main([*words, "--url", f"http://127.0.0.1:{server.port}/aispace", "--token", f"token-{who}"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return verb


def test_objects_are_named_by_name_kind_or_id(run: Run, platform: Platform, alice: Principal) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="digits"))
    for name in ("digits", "datasets/digits", dataset.id):
        code, out, err = run("show", name, "--json")
        assert (code, json.loads(out)["id"]) == (0, dataset.id), err
    model = platform.models.create(alice, ModelCreate(name="digits"))
    code, out, err = run("show", "digits")
    assert (code, out) == (2, "")
    assert f"datasets {dataset.id} of" in err
    assert f"models {model.id} of" in err
    assert "Name one by its id or as KIND/name." in err
    assert json.loads(run("show", "models/digits", "--json")[1])["id"] == model.id
    code, _, err = run("show", "nothing-here")
    assert code == 4
    assert "nothing called 'nothing-here'" in err
    assert run("show", "cars/digits")[0] == 2
    code, out, err = run("open", "models/digits")
    assert out.strip().endswith(f"?aispace=/models/{model.id}")


def test_delete_finds_everything_before_anything_is_gone(run: Run, platform: Platform, alice: Principal) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="digits"))
    assert run("delete", "digits", "nothing-here")[0] == 4
    assert platform.datasets.get(alice, dataset.id).name == "digits"
    assert run("delete", "digits", "--quiet")[0] == 0
    assert run("show", dataset.id)[0] == 4


def test_stop_and_logs_take_names(run: Run, platform: Platform, alice: Principal) -> None:
    spec = platform.resources.create(SYSTEM, SpecCreate(name="s", cpu=1, memory_bytes=1 << 30, purposes=["training"]))
    made = platform.workloads.submit(
        alice, WorkloadSpec(kind="training", name="digits", command=["true"], spec_id=spec.id)
    )
    code, out, _ = run("stop", "digits")
    assert (code, made.id in out) == (0, True)
    assert platform.workloads.get(alice, made.id).target == "stopped"
    assert run("logs", "digits")[0] == 0
    platform.datasets.create(alice, DatasetCreate(name="cars"))
    code, _, err = run("stop", "datasets/cars")
    assert (code, "nothing that runs" in err) == (2, True)


def test_active_means_enabled_for_users_and_is_refused_in_words_for_others(run: Run, platform: Platform) -> None:
    for name, enabled in (("carol", True), ("dora", False)):
        user = platform.users.create(SYSTEM, UserCreate(name=name, password="Wonder-1and!"))
        if not enabled:
            platform.users.update(SYSTEM, user.id, UserUpdate(enabled=False))
    code, out, _ = run("ls", "users", "--active", who="admin")
    assert (code, "carol" in out, "dora" in out) == (0, True, False)
    code, _, err = run("ls", "models", "--active")
    assert code == 2
    assert "--active: models have no end. Leave it out" in err
