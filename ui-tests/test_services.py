"""Services by hand: deploy a script, stop and start it, try a canary, promote it, roll back; a batch."""

from __future__ import annotations

import io
import re
import secrets
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from playwright.sync_api import expect
from visitor import Visitor

SLOW = 90_000
"""Milliseconds for what works on the server."""
SCRIPT = "class Answer:\n    def inference(self, data):\n        return {'label': '%s'}\n"


@pytest.fixture
def answerer(client: AISpaceClient, tmp_path: Path) -> str:
    """An algorithm with two versions of a script; give its name."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "inference.py").write_text(SCRIPT % "one")
    name = f"answers-{secrets.token_hex(3)}"
    made = client.algorithms.create(name, folder, run_command="python inference.py")
    (folder / "inference.py").write_text(SCRIPT % "two")
    client.algorithms.add_version(made.id, folder)
    return name


def wait_serving(visitor: Visitor) -> None:
    expect(visitor.button("Try it").first).to_be_visible(timeout=SLOW)


def choose(desk: Visitor, row: str, action: str) -> None:
    """Choose an action of a row's menu."""
    found = desk.content.get_by_role("row", name=re.compile(row))
    found.get_by_role("button", name=re.compile("^Actions")).click()
    desk.page.locator("button.ais-Menu-item").filter(has_text=re.compile(f"^{action}$")).click()


@pytest.mark.capability("AS3-20", "AS3-24", "AS3-27")
def test_a_service_is_started_stopped_changed_and_deleted_from_the_list_and_from_its_page(
    desk: Visitor, client: AISpaceClient, answerer: str
) -> None:
    desk.dress("en", "JupyterLab Light")
    content = desk.content
    script = {"algorithm_id": client.algorithms.find(answerer).id, "version": "V0001"}
    spec = client.specs.cheapest("serving")
    made = {name: client.services.create(name, None, None, spec.id, script=script) for name in ("listed", "paged")}
    client.services.wait(made["listed"].id)
    client.services.wait(made["paged"].id)

    desk.open("/services?q=listed")
    choose(desk, "listed", "Stop")
    client.services.wait(made["listed"].id, "stopped")
    choose(desk, "listed", "Start")
    client.services.wait(made["listed"].id)
    choose(desk, "listed", "Edit")
    expect(desk.field("Name")).to_have_value("listed")
    desk.field("Description").fill("from the list")
    content.locator(".ais-Button.ais-mod-primary").last.click()
    expect(desk.tab("Monitoring")).to_be_visible(timeout=SLOW)
    assert client.services.get(made["listed"].id).description == "from the list"
    desk.open("/services?q=listed")
    choose(desk, "listed", "Stop")
    client.services.wait(made["listed"].id, "stopped")
    expect(content.get_by_role("row", name=re.compile("listed"))).to_contain_text("stopped", timeout=SLOW)
    choose(desk, "listed", "Delete")
    expect(content.get_by_role("row", name=re.compile("listed"))).to_have_count(0)

    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.open(f"/services/{made['paged'].id}")
    wait_serving(desk)
    expect(content.get_by_text(made["paged"].endpoint, exact=True)).to_be_visible()
    desk.button("Copy the address").click()
    assert desk.page.evaluate("navigator.clipboard.readText()") == made["paged"].endpoint
    expect(content.get_by_role("heading", name="Call guide")).to_be_visible()
    desk.tab("Monitoring").click()
    expect(
        content.get_by_role("heading", name=re.compile("CPU")).or_(content.get_by_text(re.compile("CPU"))).first
    ).to_be_visible(timeout=SLOW)
    desk.tab("Log").click()
    expect(content.get_by_role("log")).to_be_visible(timeout=SLOW)
    desk.button("Edit").click()
    desk.field("Description").fill("from its page")
    content.locator(".ais-Button.ais-mod-primary").last.click()
    expect(desk.tab("Monitoring")).to_be_visible(timeout=SLOW)
    assert client.services.get(made["paged"].id).description == "from its page"

    def more(action: str) -> None:
        content.get_by_role("button", name="More actions").click()
        desk.page.locator("button.ais-Menu-item").filter(has_text=re.compile(f"^{action}$")).click()

    more("Stop")
    client.services.wait(made["paged"].id, "stopped")
    expect(desk.button("Start").first).to_be_enabled(timeout=SLOW)
    desk.button("Start").first.click()
    wait_serving(desk)
    more("Stop")
    client.services.wait(made["paged"].id, "stopped")
    expect(desk.button("Start").first).to_be_enabled(timeout=SLOW)
    more("Delete")
    expect(desk.page.get_by_text("paged is in the trash")).to_be_visible()


@pytest.mark.capability("AS3-22", "MA2-57")
def test_a_services_life_with_a_canary_clicked_through(desk: Visitor, client: AISpaceClient, answerer: str) -> None:
    visitor, content = desk, desk.content
    script = client.algorithms.find(answerer)
    spec = client.specs.cheapest("serving")
    service = client.services.create(
        "answers-api", None, None, spec.id, script={"algorithm_id": script.id, "version": "V0001"}
    )
    client.services.wait(service.id)
    visitor.open(f"/services/{service.id}")
    wait_serving(visitor)

    visitor.button("New canary").click()
    content.get_by_label(visitor.t("Share of the canary (%)")).fill("40")
    content.get_by_label(visitor.t("Version of the script")).select_option("V0002")
    visitor.picture("service-canary-form")
    visitor.button("Deploy the canary").click()
    shares = content.get_by_label(visitor.t("Shares"), exact=True)
    expect(shares.locator("li[data-share='40']")).to_be_visible(timeout=SLOW)
    visitor.picture("service-shares")

    shares.get_by_role("button", name=visitor.t("Edit shares")).click()
    content.get_by_label(visitor.t("Share of the canary (%)")).fill("70")
    content.get_by_role("dialog").get_by_role("button", name=visitor.t("Save")).click()
    expect(shares.locator("li[data-share='70']")).to_be_visible(timeout=SLOW)
    expect(shares.locator("li[data-share='30']")).to_be_visible()
    assert client.services.get(service.id).canary.share == 70  # type: ignore[union-attr]  # it is there

    shares.get_by_role("button", name=visitor.t("Promote")).click()
    content.get_by_role("dialog").get_by_label(visitor.t("Why")).fill("it says two")
    content.get_by_role("dialog").get_by_role("button", name=visitor.t("Promote")).click()
    expect(shares).to_be_hidden(timeout=SLOW)
    client.services.wait(service.id, deployment=2)

    visitor.tab("Deployments").click()
    expect(content.locator("li[data-action='promoted']")).to_contain_text("it says two")
    visitor.button("Roll back to #%1", 1).click()
    content.get_by_role("dialog").get_by_role("button", name=visitor.t("Roll back to #%1", 1)).click()
    expect(content.locator("li[data-number='3']")).to_contain_text(visitor.t("has the traffic"), timeout=SLOW)
    visitor.picture("service-records")

    client.services.wait(service.id, deployment=3)
    client.services.stop(service.id)
    expect(visitor.button("Start").first).to_be_enabled(timeout=SLOW)
    visitor.button("Start").first.click()
    wait_serving(visitor)
    client.services.stop(service.id)
    client.services.wait(service.id, "stopped")


@pytest.mark.capability("AS3-29")
def test_a_batch_is_followed_to_its_results(desk: Visitor, client: AISpaceClient, tmp_path: Path) -> None:
    visitor, content = desk, desk.content
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "inference.py").write_text(SCRIPT % "read")
    script = client.algorithms.create("batch-script", folder, run_command="python inference.py")
    letter = tmp_path / "letter.txt"
    letter.write_bytes(io.BytesIO(b"hello").getvalue())
    client.files.upload(letter, "letters/letter.txt", overwrite=True)
    visitor.open("/batch-services/new")
    visitor.field("Name").fill("letters")
    visitor.field("Folder").fill("letters")
    content.get_by_label(visitor.t("Script"), exact=True).select_option(script.id)
    visitor.picture("batch-form")
    visitor.button("Start").click()
    expect(content.locator("li[data-status='done']")).to_contain_text("letter.txt", timeout=SLOW)
    expect(content.locator("li[data-status='done']")).to_contain_text("read")
    expect(content.get_by_text(visitor.t("Download results"))).to_be_visible(timeout=SLOW)
    expect(content.get_by_text("100 %").or_(content.get_by_text("100%")).first).to_be_visible()
    expect(content.get_by_role("progressbar")).to_be_visible()
    for word in ("began", "ended"):
        expect(content.get_by_text(re.compile(rf"^{visitor.t(word)}")).locator("time")).to_be_visible()
    visitor.picture("batch-done")
