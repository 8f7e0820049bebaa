"""Fixtures of the browser tests: a real installation, a real JupyterLab behind the hub, Debian's Chromium."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from installation import PASSWORD, Installation, Person, wait_for
from playwright.sync_api import Browser, sync_playwright

from visitor import CHROMIUM, FLAGS, Visitor

OUT = Path(__file__).parent / "out"


@pytest.fixture(scope="session")
def house() -> Iterator[Installation]:
    """Start an installation with its preset runtime built."""
    parent = Path(tempfile.mkdtemp(prefix="aispace-ui-"))
    parent.chmod(0o755)
    made = Installation(parent / "home")
    try:
        made.start()
        yield made
    finally:
        made.end_everything()
        shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(house: Installation) -> Person:
    """Sign the first administrator in and wait for the preset runtime."""
    person = house.person()

    def built() -> bool:
        items = house.rest(person, "GET", "/images").json()["items"]
        assert not [item for item in items if item["status"] == "failed"], items
        return bool(items) and all(item["status"] == "ready" for item in items)

    wait_for(built, 300, "the build of the preset runtime")
    return person


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def visit(house: Installation, admin: Person, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Give a function that brings a new user to the login page of the hub.

    Keywords: ``name``, ``locale`` (``en`` or ``zh_CN``) and ``theme`` (a JupyterLab theme).
    """
    visitors: list[Visitor] = []

    def arrive(name: str, *, locale: str = "en", theme: str = "JupyterLab Light", **options: Any) -> Visitor:
        response = house.rest(admin, "POST", "/users", json={"name": name, "password": PASSWORD})
        assert response.status_code in {201, 409}, response.text
        OUT.mkdir(exist_ok=True)
        visitor = Visitor(house, browser, name, PASSWORD, locale=locale, theme=theme, out=OUT, **options)
        visitors.append(visitor)
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.leave()
