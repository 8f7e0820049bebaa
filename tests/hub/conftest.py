"""Fixtures of a real installation."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import PASSWORD, Installation, Person


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    """Make a folder that other uids may pass, which pytest's own are not."""
    parent = Path(tempfile.mkdtemp(prefix="aispace-hub-"))
    parent.chmod(0o755)
    yield parent / "home"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Start an installation for the tests of one module."""
    parent = Path(tempfile.mkdtemp(prefix="aispace-hub-"))
    parent.chmod(0o755)
    made = Installation(parent / "home")
    try:
        made.start()
        yield made
    finally:
        made.end_everything()
        shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def admin(installation: Installation) -> Person:
    """Sign the first administrator in."""
    return installation.person()


@pytest.fixture(scope="module")
def alice(installation: Installation, admin: Person) -> Person:
    """Make and sign in an ordinary user."""
    body = {"name": "alice", "password": PASSWORD}
    assert installation.rest(admin, "POST", "/users", json=body).status_code == 201
    return installation.person("alice", PASSWORD)


@pytest.fixture(scope="module")
def bob(installation: Installation, admin: Person) -> Person:
    """Make and sign in another ordinary user."""
    body = {"name": "bob", "password": PASSWORD}
    assert installation.rest(admin, "POST", "/users", json=body).status_code == 201
    return installation.person("bob", PASSWORD)
