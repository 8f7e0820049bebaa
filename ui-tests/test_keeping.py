"""What is deleted comes back, and what is offered changes hands, by hand in the browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from aispace.client import AISpaceClient
from installation import PASSWORD, Installation, Person
from playwright.sync_api import expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.capability("AS1-12")
def test_deleted_model_is_taken_back_by_undo_and_from_the_trash(desk: Visitor, client: AISpaceClient) -> None:
    desk.dress("en", "JupyterLab Light")
    name = f"kept-{threading.get_native_id()}"
    model = client.models.create(name)
    desk.open(f"/models/{model.id}")
    expect(desk.content.get_by_role("heading", level=1)).to_contain_text(name)

    def delete() -> None:
        desk.content.get_by_role("button", name="More actions").click()
        desk.page.get_by_role("menuitem", name="Delete").click()

    delete()
    undo = desk.page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    desk.picture("deleted-with-undo")
    undo.click()
    expect(desk.page.get_by_text(f"{name} is back")).to_be_visible()
    assert client.models.get(model.id).name == name

    client.models.delete(model.id)
    taken = client.models.create(name)
    desk.open("/trash")
    row = desk.content.get_by_role("row", name=re.compile(name))
    expect(row).to_be_visible()
    desk.picture("trash")
    row.get_by_role("button", name="Restore as").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(row).to_have_count(0)
    assert client.models.get(model.id).name == f"{name}-2"
    for gone in (model.id, taken.id):
        client.models.delete(gone)
    desk.dress("zh_CN", "JupyterLab Dark")
    desk.open("/trash")
    expect(desk.content.get_by_role("row", name=re.compile(name))).to_have_count(2)
    desk.picture("trash-zh")
    desk.see_language(name, f"{name}-2", "mei")
    desk.button("Empty the trash").click()
    desk.page.get_by_role("dialog").get_by_role("button", name=desk.t("Delete for good")).click()
    expect(desk.content.get_by_role("row", name=re.compile(name))).to_have_count(0)
    desk.dress("en", "JupyterLab Light")


def test_offered_model_waits_in_the_sidebar_and_is_accepted(
    desk: Visitor, client: AISpaceClient, house: Installation, admin: Person, visit: Callable[..., Visitor]
) -> None:
    desk.dress("en", "JupyterLab Light")
    house.rest(admin, "POST", "/users", json={"name": "giver", "password": PASSWORD})
    giver = AISpaceClient(f"{house.url}/services/aispace", house.person("giver", PASSWORD).token)
    name = f"gift-{threading.get_native_id()}"
    model = giver.models.create(name)
    giver.transfers.offer(model.id, "mei", "yours from now on")
    mine = client.models.create(f"own-{threading.get_native_id()}")
    desk.open(f"/models/{mine.id}")
    desk.content.get_by_role("button", name="More actions").click()
    desk.page.get_by_role("menuitem", name="Hand over").click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("To the user").fill("nobody-here")
    dialog.get_by_role("button", name="Offer").click()
    expect(dialog.get_by_text("There is no user of this name")).to_be_visible()
    desk.picture("hand-over")
    dialog.get_by_label("To the user").fill("giver")
    dialog.get_by_role("button", name="Offer").click()
    expect(dialog).to_have_count(0)
    desk.open("/transfers")
    row = desk.content.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("giver")
    desk.picture("transfers")
    row.get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("accepted")
    assert client.models.get(model.id).owner.name == "mei"
    (outgoing,) = client.transfers.page(direction="outgoing", status="offered").items
    client.transfers.withdraw(outgoing.id)
    for gone in (model.id, mine.id):
        client.models.delete(gone)
    client.trash.empty()
