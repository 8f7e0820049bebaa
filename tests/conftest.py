"""Fixtures that every part shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import runtime_environment
from aispace.db import Database
from aispace.identity import Principal
from aispace.platform import Platform
from databases import postgresql
from hypothesis import settings
from server_thread import KnownTokens, RunningServer

# What fails once fails again: a suite tries the same cases each time. `make fuzz` and who wants others sets "random".
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("AISPACE_HYPOTHESIS", "repeatable"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="what the platform runs on")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """Start Debian's PostgreSQL for this session."""
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def empty_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a database with the schema and no rows, once; each test gets a copy (a file, or a PostgreSQL template)."""
    if request.config.getoption("--database") == "postgresql":
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        name = server.create()
        database = Database(server.url(name))
    else:
        name = str(tmp_path_factory.mktemp("schema") / "empty.db")
        database = Database(f"sqlite:///{name}")
    database.upgrade()
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    database.close()
    return name


@pytest.fixture
def database_url(request: pytest.FixtureRequest, empty_database: str, tmp_path: Path) -> Iterator[str]:
    """Make a database of its own for one test."""
    if request.config.getoption("--database") == "postgresql":
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        name = server.create(template=empty_database)
        yield server.url(name)
        server.drop(name)
    else:
        path = tmp_path / "aispace.db"
        shutil.copyfile(empty_database, path)
        yield f"sqlite:///{path}"


@pytest.fixture
def platform(database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """Make a platform with a home of its own; its threads are not started: call ``platform.start()`` where needed."""
    made = Platform(home=str(tmp_path / "home"), database_url=database_url)
    yield made
    made.close()


@pytest.fixture
def alice() -> Principal:
    return Principal(user_id="usr_alice", name="alice")


@pytest.fixture
def bob() -> Principal:
    return Principal(user_id="usr_bob", name="bob")


@pytest.fixture
def admin() -> Principal:
    return Principal(user_id="usr_admin", name="admin", role="administrator")


@pytest.fixture
def server(platform: Platform, alice: Principal, bob: Principal, admin: Principal) -> Iterator[RunningServer]:
    """Run both listeners of `aispace serve` on this platform; tokens are ``token-alice``, ``-bob`` and ``-admin``."""
    with RunningServer(platform, [KnownTokens([alice, bob, admin])]) as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """Give clients: ``api("alice").get("/datasets")``."""
    clients: list[httpx.Client] = []

    def client(name: str) -> httpx.Client:
        clients.append(server.client(f"token-{name}"))
        return clients[-1]

    yield client
    for made in clients:
        made.close()


@pytest.fixture(scope="session")
def runtime_python() -> Path:
    """Give the Python of the preset runtime (scikit-learn, skl2onnx, onnxruntime, a server), built once through uv."""
    return runtime_environment.runtime_python()


@pytest.fixture(scope="session")
def tensorboard_python() -> Path:
    """Give the Python of the preset image of TensorBoard, built once through uv."""
    return runtime_environment.runtime_python("tensorboard")
