"""A platform and a kernel that reaches it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from aispace.platform import Platform
from classifier_setup import Classifier
from server_thread import KnownTokens, RunningServer
from widgets_kernel import Notebook


@pytest.fixture
def house(platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Classifier]:
    """Run a platform with a runtime of this Python, its REST, and the environment of a user's server."""
    made = Classifier(platform, Path(sys.executable))
    with RunningServer(platform, [KnownTokens([made.alice, made.bob, made.admin])]) as server:
        platform.start()
        monkeypatch.setenv("AISPACE_URL", server.url)
        monkeypatch.setenv("AISPACE_TOKEN", "token-alice")
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        yield made


@pytest.fixture
def client(house: Classifier) -> Iterator[AISpaceClient]:
    """Give alice's client."""
    with AISpaceClient() as made:
        yield made


@pytest.fixture
def notebook(house: Classifier, tmp_path: Path) -> Iterator[Notebook]:
    """Start a kernel of alice with the extension."""
    folder = tmp_path / "work"
    folder.mkdir()
    with Notebook(folder) as made:
        made.run("%load_ext aispace_widgets")
        yield made
