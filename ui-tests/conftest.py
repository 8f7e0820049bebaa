"""Fixtures of the browser tests: a real installation, a real JupyterLab behind the hub, Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aispace.client import AISpaceClient
from aispace.tour.digits import find
from aispace.tour.walk import Walk
from installation import PASSWORD, Installation, Person, wait_for
from playwright.sync_api import Browser, sync_playwright
from visitor import CHROMIUM, FLAGS, Possessions, Visitor

OUT = Path(__file__).parent / "out"


@pytest.fixture(scope="session")
def house() -> Iterator[Installation]:
    """Start an installation with its preset runtime built.

    ``AISPACE_UI_HOUSE=<home> <port> <gateway port> <password>`` takes one that runs already, for quick turns.
    """
    if running := os.environ.get("AISPACE_UI_HOUSE"):
        home, port, gateway_port, password = running.split(" ", 3)
        found = Installation(Path(home))
        found.port, found.gateway_port, found.password = int(port), int(gateway_port), password
        found.url = f"http://127.0.0.1:{port}"
        yield found
        return
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
        # Others are built when somebody first needs them.
        return any(item["name"] == "sk-onnx" and item["status"] == "ready" for item in items)

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
        visitor.give_back()


@pytest.fixture(scope="session")
def out() -> Path:
    """Give the folder of the screenshots."""
    OUT.mkdir(exist_ok=True)
    return OUT


@pytest.fixture(scope="session")
def desk(house: Installation, admin: Person, browser: Browser, out: Path) -> Iterator[Visitor]:
    """Sit somebody down before his own JupyterLab, once for all tests that need no new user."""
    response = house.rest(admin, "POST", "/users", json={"name": "mei", "password": PASSWORD})
    assert response.status_code in {201, 409}, response.text
    visitor = Visitor(house, browser, "mei", PASSWORD, locale="en", theme="JupyterLab Light", out=out)
    visitor.sign_in()
    visitor.spawn()
    yield visitor
    visitor.leave()


@pytest.fixture(scope="session")
def client(house: Installation, desk: Visitor) -> AISpaceClient:
    """Give a program of the person at the desk."""
    return AISpaceClient(f"{house.url}/services/aispace", desk.api().token)


@pytest.fixture(scope="session")
def possessions(house: Installation, client: AISpaceClient) -> Iterator[Possessions]:
    """Let the person at the desk have one of each kind, made as the tour makes them."""
    found = find([str(path.parent) for path in (house.home / "images").glob("*/*/pyvenv.cfg")])
    tour = Walk(client, lambda _: None, digits=str(found))
    tour.run()
    made = dict(tour.made)
    algorithm = client.algorithms.find("image-classifier")
    group = client.datasets.get(made[client.datasets]).label_group
    assert group is not None
    assert algorithm.current.image_id is not None
    ids = {
        "dataset": made[client.datasets],
        "label_group": group.id,
        "algorithm": algorithm.id,
        "job": made[client.jobs],
        "evaluation": made[client.evaluations],
        "model": made[client.models],
        "service": made[client.services],
        "image": algorithm.current.image_id,
    }
    yield Possessions(ids, (tour.name, *tour.name.split("-"), tour.name[:32]))
    tour.clean()
