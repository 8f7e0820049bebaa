"""An idempotency key and the change it stands for are committed together, whatever happens to the platform."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aispace.datasets.schemas import DatasetCreate
from aispace.errors import Conflict
from aispace.idempotency import IdempotencyStore
from aispace.identity import SYSTEM, Principal
from aispace.labels.schemas import LabelGroupCreate, LabelGroupQuery
from aispace.platform import Platform
from aispace.tokens.schemas import TokenCreate
from aispace.users.schemas import UserCreate
from aispace_hub.home import free_port
from conditions import until
from samples import LABELS, add

KILLED_SERVE = """
import os, signal, sys
from pathlib import Path
from aispace.cli import main
from aispace.datasets.orm import DatasetVersion
from sqlalchemy import event
from sqlalchemy.orm import Session

moment, mark = sys.argv[1], Path(sys.argv[2])


@event.listens_for(Session, "before_flush")
def look(session, context, instances):
    session.info["publishes"] = session.info.get("publishes") or any(isinstance(o, DatasetVersion) for o in session.new)


@event.listens_for(Session, moment)
def die(session):
    if session.info.get("publishes") and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


sys.exit(main(["serve", *sys.argv[3:]]))
"""


class House:
    """A home with a dataset to publish, and an `aispace serve` that dies at a chosen moment of the first publishing."""

    def __init__(self, home: Path, database_url: str, moment: str) -> None:
        self.home, self.url, self.moment, self.port = home, database_url, moment, free_port()
        platform = Platform(home=str(home), database_url=database_url)
        user = platform.users.create(SYSTEM, UserCreate(name="alice", password="Wonder-1and!"))
        self.alice = platform.users.principal(user.id)
        dataset = platform.datasets.create(self.alice, DatasetCreate(name="d", labels=LABELS))
        add(platform, dataset, range(5))
        self.dataset_id = dataset.id
        self.token = platform.tokens.create(self.alice, TokenCreate(name="t", scope="write")).token
        platform.close()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTERHUB_", "AISPACE_"))}
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", KILLED_SERVE, self.moment, str(self.home / "killed"), "--port", str(self.port)],
                env={
                    **clean,
                    "AISPACE_HOME": str(self.home),
                    "AISPACE_DATABASE_URL": self.url,
                    "AISPACE_SHARED_UID": "1",
                },
                stdout=log,
                stderr=log,
            )
        until(self._ready, 60)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.home / "serve.log").read_text()[-3000:]
        with contextlib.suppress(OSError, ValueError):
            return bool(json.loads((self.home / "run" / "serve.json").read_text())["pid"] == self.process.pid)
        return False

    def publish(self, key: str) -> httpx.Response:
        return httpx.post(
            f"http://127.0.0.1:{self.port}/services/aispace/api/v1/datasets/{self.dataset_id}/publish",
            json={"include": "confirmed"},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
            timeout=30,
            trust_env=False,
        )

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[House]:
    made = House(tmp_path / "home", database_url, request.param)
    yield made
    made.close()


@pytest.mark.parametrize(("house", "replayed"), [("before_commit", None), ("after_commit", "true")], indirect=["house"])
def test_a_platform_killed_around_the_commit_publishes_once(house: House, replayed: str | None) -> None:
    house.start()
    with pytest.raises(httpx.TransportError):
        house.publish("the-one")
    assert house.process is not None
    assert house.process.wait(20) == -9
    house.start()
    answer = house.publish("the-one")
    assert (answer.status_code, answer.json()["version"]) == (201, "V0001"), answer.text
    assert answer.headers.get("Idempotency-Replayed") == replayed
    assert house.publish("the-one").json() == answer.json()
    assert house.publish("another").json()["version"] == "V0002"


def test_a_claim_that_was_taken_over_commits_nothing(platform: Platform, alice: Principal) -> None:
    store = IdempotencyStore(platform)
    ticket, _ = store.begin(alice, "k", "POST /label-groups", "d")
    store.abandon(ticket)

    def create() -> None:
        with platform.db.together():
            platform.labels.create(alice, LabelGroupCreate(name="g", labels=LABELS))
            store.complete(ticket, 201, {}, "{}")

    with pytest.raises(Conflict, match="took over"):
        create()
    assert platform.labels.list(alice, LabelGroupQuery()).items == []


def test_a_kept_answer_is_not_abandoned(platform: Platform, alice: Principal) -> None:
    store = IdempotencyStore(platform)
    ticket, _ = store.begin(alice, "k", "POST /x", "d")
    store.complete(ticket, 201, {"Location": "a"}, "{}")
    store.abandon(ticket)
    kept = store.begin(alice, "k", "POST /x", "d")[1]
    assert kept is not None
    assert (kept.status, kept.headers, kept.body) == (201, {"Location": "a"}, "{}")
