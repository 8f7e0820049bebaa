"""Users' Jupyter servers: offered, admitted, observed, released."""

from __future__ import annotations

import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.errors import Forbidden, Invalid, NotFound
from aispace.identity import SYSTEM, Principal
from aispace.notebooks.schemas import NotebookAdmit, NotebookOptions
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate, SpecUpdate
from aispace.users.schemas import UserCreate, UserUpdate
from aispace.workloads.schemas import WorkloadQuery

SERVER = [
    sys.executable, "-c",
    "import http.server, os, sys; from pathlib import Path; Path('here').write_text(os.environ['TOKEN']); "
    "http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')",
    "{port:http}",
]  # fmt: skip


@pytest.fixture
def running(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Start the platform; its users share one uid, since the folders of a test are passable by nobody else."""
    platform.users.separate = False
    platform.start()
    yield platform
    for read in platform.workloads.list(SYSTEM, WorkloadQuery(active=True)).items:
        platform.workloads.stop(SYSTEM, read.id)
    until(lambda: platform.workloads.list(SYSTEM, WorkloadQuery(active=True)).page.total == 0)


@pytest.fixture
def alice(platform: Platform) -> Principal:
    platform.users.separate = False
    return platform.users.principal(platform.users.create(SYSTEM, UserCreate(name="alice")).id)


def until(condition: Callable[[], Any], limit: float = 30.0) -> Any:
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
    return value


def spec(platform: Platform, name: str = "Tiny", **changes: Any) -> str:
    values = {"name": name, "cpu": 0.1, "memory_bytes": 256 << 20, "purposes": ["notebook"], **changes}
    return platform.resources.create(SYSTEM, SpecCreate(**values)).id


def admit(platform: Platform, principal: Principal, *, command: list[str] | None = None, **options: Any) -> str:
    body = NotebookAdmit(
        user=principal.name,
        options=NotebookOptions(**options),
        command=command or SERVER,
        secret_env={"TOKEN": "geheim-4711"},
    )
    return platform.notebooks.admit(principal, body).workload_id


def test_admitted_server_runs_in_the_area_and_can_be_reached(running: Platform, alice: Principal) -> None:
    workload = admit(running, alice, spec_id=spec(running))
    state = until(lambda: (s := running.notebooks.state(SYSTEM, workload)).port and s)
    assert (state.status, state.ended, state.spec) == ("running", False, "Tiny")

    def page() -> str:
        try:
            return str(urllib.request.urlopen(f"http://{state.host}:{state.port}/here").read().decode())
        except OSError:
            return ""

    assert until(page) == "geheim-4711"
    assert (running.path / "areas" / alice.user_id / "here").exists()
    running.notebooks.release(SYSTEM, workload)
    ended = until(lambda: (s := running.notebooks.state(SYSTEM, workload)).ended and s)
    assert ended.status == "stopped"
    running.notebooks.release(SYSTEM, workload)


def test_token_reaches_neither_database_nor_answer(running: Platform, alice: Principal) -> None:
    workload = admit(running, alice, spec_id=spec(running))
    read = running.workloads.get(alice, workload).model_dump_json()
    assert "geheim" not in read
    if running.db.is_sqlite:
        names = (Path(str(running.db.url.database) + suffix) for suffix in ("", "-wal"))
        assert not any(b"geheim-4711" in path.read_bytes() for path in names if path.exists())


def test_server_belongs_to_its_user(running: Platform, alice: Principal, bob: Principal) -> None:
    workload = admit(running, alice, spec_id=spec(running))
    assert running.workloads.get(alice, workload).owner.name == "alice"
    assert running.workloads.get(alice, workload).object is not None
    with pytest.raises(NotFound):
        running.workloads.get(bob, workload)


def test_server_that_dies_says_its_last_words(running: Platform, alice: Principal) -> None:
    command = [sys.executable, "-c", "import sys; print('cannot open the door'); sys.exit(7)"]
    workload = admit(running, alice, command=command, spec_id=spec(running))
    state = until(lambda: (s := running.notebooks.state(SYSTEM, workload)).ended and s)
    assert (state.status, state.exit_code) == ("failed", 7)
    assert any("cannot open the door" in line for line in state.log_tail)


def test_second_start_ends_a_server_that_was_lost_sight_of(running: Platform, alice: Principal) -> None:
    tiny = spec(running)
    first = admit(running, alice, spec_id=tiny)
    until(lambda: running.notebooks.state(SYSTEM, first).status == "running")
    second = admit(running, alice, spec_id=tiny)
    assert second != first
    until(lambda: running.notebooks.state(SYSTEM, first).ended)
    until(lambda: running.notebooks.state(SYSTEM, second).status == "running")


def test_time_limit_comes_from_the_options(running: Platform, alice: Principal) -> None:
    workload = admit(running, alice, spec_id=spec(running), max_hours=3)
    assert running.workloads.get(alice, workload).time_limit_seconds == 3 * 3600


def test_form_offers_what_is_for_notebooks_and_remembers_the_choice(running: Platform, alice: Principal) -> None:
    tiny, other = spec(running), spec(running, "Other", price_per_hour="2.5")
    spec(running, "Train", purposes=["training"])
    spec(running, "Off", enabled=False)
    huge = spec(running, "Huge", cpu=4096)
    form = running.notebooks.form(alice)
    offered = {choice.name: choice for choice in form.specs}
    assert {"Tiny", "Other", "Huge"} <= offered.keys()
    assert not {"Train", "Off"} & offered.keys()
    assert offered["Other"].price_per_hour == "2.5"
    assert (offered["Huge"].allowed, offered["Huge"].free) == (False, 0)
    assert form.chosen in {choice.id for choice in form.specs} - {huge}
    admit(running, alice, spec_id=other, max_hours=5)
    again = running.notebooks.form(alice)
    assert (again.chosen, again.max_hours) == (other, 5)
    revision = running.resources.get(SYSTEM, other).revision
    running.resources.update(SYSTEM, other, SpecUpdate(enabled=False), revision=revision)
    gone = running.notebooks.form(alice)
    assert gone.last_unavailable == "Other"
    assert gone.chosen not in {other, huge}
    assert tiny in {choice.id for choice in gone.specs}


def test_bad_spec_is_refused_with_its_field(running: Platform, alice: Principal) -> None:
    for wrong in ("spc_none", spec(running, "Train", purposes=["training"]), spec(running, "Off", enabled=False)):
        with pytest.raises(Invalid) as caught:
            admit(running, alice, spec_id=wrong)
        assert caught.value.details["fields"][0]["field"] == "spec_id"


def test_without_a_choice_something_free_is_taken(running: Platform, alice: Principal) -> None:
    workload = admit(running, alice)
    until(lambda: running.notebooks.state(SYSTEM, workload).status == "running")


def test_other_workloads_are_no_notebooks(running: Platform, alice: Principal) -> None:
    with pytest.raises(NotFound):
        running.notebooks.state(SYSTEM, "wl_" + "0" * 32)
    with pytest.raises(NotFound):
        running.notebooks.release(SYSTEM, "wl_" + "0" * 32)


def test_disabling_a_user_stops_his_servers(running: Platform, alice: Principal) -> None:
    workload = admit(running, alice, spec_id=spec(running))
    until(lambda: running.notebooks.state(SYSTEM, workload).status == "running")
    running.users.update(SYSTEM, alice.user_id, UserUpdate(enabled=False))
    assert until(lambda: (s := running.notebooks.state(SYSTEM, workload)).ended and s).status == "stopped"


def test_users_may_not_stop_all_of_somebody(running: Platform, alice: Principal) -> None:
    with pytest.raises(Forbidden):
        running.notebooks.stop_all(alice, alice.user_id)
