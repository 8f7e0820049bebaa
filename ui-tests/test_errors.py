"""What a page shows when the server is slow, fails, or refuses."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from aispace.client import AISpaceClient
from installation import PASSWORD, Installation, Person
from playwright.sync_api import Route, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
DATASETS = re.compile(r"/aispace/api/v1/datasets(\?|$)")


@pytest.fixture
def at_desk(desk: Visitor) -> Iterator[Visitor]:
    desk.dress("en", "JupyterLab Light")
    yield desk
    desk.page.unroute_all(behavior="ignoreErrors")
    desk.errors.clear()


def test_a_slow_server_shows_the_layout_to_come_and_then_what_is_awaited(at_desk: Visitor) -> None:
    held: list[Route] = []
    at_desk.page.route(DATASETS, lambda route: held.append(route))
    at_desk.open("/datasets")
    skeleton = at_desk.content.locator(".ais-Skeleton")
    expect(skeleton.locator("i").first).to_be_visible()
    expect(at_desk.content.get_by_text("Waiting for the server")).to_be_visible()
    at_desk.picture("slow")
    expect(at_desk.content.get_by_role("alert")).to_have_count(0)
    for route in held:
        route.continue_()
    at_desk.page.unroute(DATASETS)
    expect(skeleton).to_have_count(0)
    expect(at_desk.content.get_by_role("heading", level=1)).to_have_text("Datasets")


def test_a_failing_server_is_named_with_its_code_and_tried_again(at_desk: Visitor) -> None:
    body = '{"error": {"code": "internal", "message": "Not listed. Something broke.", "request_id": "7f3a"}}'
    at_desk.page.route(DATASETS, lambda route: route.fulfill(status=500, content_type="application/json", body=body))
    at_desk.open("/datasets")
    alert = at_desk.content.get_by_role("alert")
    expect(alert).to_contain_text("7f3a")
    expect(alert).not_to_contain_text("[object Object]")
    at_desk.picture("broken")
    at_desk.page.unroute(DATASETS)
    at_desk.button("Retry").click()
    expect(alert).to_have_count(0)
    expect(at_desk.content.get_by_text("Not listed")).to_have_count(0)


def test_what_belongs_to_another_reads_like_what_does_not_exist(
    at_desk: Visitor, house: Installation, admin: Person
) -> None:
    house.rest(admin, "POST", "/users", json={"name": "bob", "password": PASSWORD})
    bob = house.person("bob", PASSWORD)
    other = AISpaceClient(f"{house.url}/services/aispace", bob.token)
    name = f"secret-{threading.get_native_id()}"
    foreign = other.datasets.create(name).id
    said = []
    for dataset in (foreign, foreign[:-4] + "0000"):
        at_desk.open(f"/datasets/{dataset}")
        alert = at_desk.content.get_by_role("alert")
        expect(alert).to_contain_text("Not found")
        expect(at_desk.content.get_by_text(name)).to_have_count(0)
        said.append(alert.locator("p").inner_text())
    assert said[0] == said[1]
    at_desk.picture("not-found")
    other.datasets.delete(foreign)


def test_a_wrong_field_is_named_and_gets_the_focus(at_desk: Visitor, client: AISpaceClient) -> None:
    name = f"taken-{threading.get_native_id()}"
    taken = client.datasets.create(name)
    try:
        at_desk.open("/datasets/new")
        at_desk.field("Name").fill(name)
        at_desk.content.get_by_role("radio", name="None yet").check()
        at_desk.content.locator(".ais-Button.ais-mod-primary").last.click()
        field = at_desk.field("Name")
        expect(field).to_have_attribute("aria-invalid", "true")
        described = str(field.get_attribute("aria-describedby")).split()
        texts = [at_desk.page.locator(f"[id='{one}']").inner_text() for one in described]
        assert any("Choose another name" in text for text in texts), texts
        expect(at_desk.content.get_by_role("alert").first).to_contain_text("Name")
        at_desk.picture("wrong-field")
    finally:
        client.datasets.delete(taken.id)
