"""`aispace up`: messages when it cannot start, and what it prints when it can."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Installation


@pytest.fixture
def place(fresh_home: Path) -> Iterator[Installation]:
    made = Installation(fresh_home)
    yield made
    made.end_everything()


def failed(place: Installation) -> str:
    result = subprocess.run(
        place.command(), env=place.environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("Not started: ")
    return result.stderr


def test_taken_gateway_port_is_said_and_nothing_is_made(place: Installation) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", place.gateway_port))
        thief.listen()
        said = failed(place)
    assert str(place.gateway_port) in said
    assert "AISPACE_GATEWAY_PORT=" in said
    assert not place.home.exists()


def test_password_is_printed_once_and_a_second_start_of_the_home_is_refused(place: Installation) -> None:
    said = place.start()
    assert f"http://localhost:{place.port}" in said
    assert "First administrator: admin" in said
    assert place.password
    refused = failed(place)
    assert "running already" in refused
    assert str(place.process.pid if place.process else "?") in refused
    assert place.hub_answers()
    assert place.stop() == 0
    assert place.password not in "".join(path.read_text() for path in (place.home / "logs").iterdir())
    again = place.start()
    assert "First administrator" not in again
    assert place.stop() == 0


def test_database_of_another_revision_is_refused_with_the_reason(place: Installation) -> None:
    place.home.mkdir()
    with sqlite3.connect(place.home / "aispace.db") as database:
        database.execute("CREATE TABLE aispace_alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO aispace_alembic_version VALUES ('from_the_future')")
    said = failed(place)
    assert "from_the_future" in said
    assert not place.hub_answers()
    with sqlite3.connect(place.home / "aispace.db") as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"aispace_alembic_version"}
