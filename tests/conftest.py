"""Fixtures that every part shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aispace.identity import Principal
from aispace.platform import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Make a platform with a home of its own; its threads are not started: call ``platform.start()`` where needed."""
    made = Platform(home=str(tmp_path / "home"))
    made.db.create_schema()
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
