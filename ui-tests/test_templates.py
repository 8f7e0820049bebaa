"""Settings that are kept and used again, drafts, and stopping everything, by hand in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from aispace.training.schemas import TrainingJobRead
from installation import Installation, Person
from playwright.sync_api import expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SLOW = 60_000
"""Milliseconds for what works on the server."""
WAITS = "import time\nprint('waiting', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def algorithm(client: AISpaceClient, tmp_path: Path) -> Iterator[str]:
    """An algorithm that waits; give its id."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text(WAITS)
    image = next(one.id for one in client.images.list() if one.name == "sk-onnx")
    made = client.algorithms.create("waiter", folder, run_command="python train.py", image_id=image)
    yield made.id
    client.jobs.stop_all()


def pick(desk: Visitor, action: str) -> None:
    """Choose from the open menu of a row; JupyterLab's menu bar has entries of the same names."""
    desk.page.locator("button.ais-Menu-item").filter(has_text=re.compile(f"^{action}$")).click()


def found(client: AISpaceClient, name: str) -> TrainingJobRead:
    return next(job for job in client.jobs.list() if job.name == name)


@pytest.mark.capability("AS2-33", "AS2-51", "AS2-52", "AS2-58", "AS2-61", "AS2-62", "MA2-02", "MA2-17", "MA2-18")
def test_settings_are_kept_found_filled_in_changed_and_deleted(
    desk: Visitor, client: AISpaceClient, algorithm: str
) -> None:
    desk.clear()
    desk.dress("en", "JupyterLab Light")
    content = desk.content
    # From the row of an algorithm to a form that has it.
    desk.open("/algorithms?q=waiter")
    content.get_by_role("row", name=re.compile("waiter")).get_by_role("button", name=re.compile("^Actions")).click()
    pick(desk, "Train")
    expect(desk.field("Algorithm")).to_have_value(algorithm)
    # "Clear" gives the empty form again.
    desk.field("Name").fill("to-forget")
    desk.field("Stop after (hours)").fill("7")
    desk.button("Clear").click()
    expect(desk.field("Name")).to_have_value("")
    expect(desk.field("Stop after (hours)")).to_have_value("2")
    # Kept as a draft and as a template.
    desk.field("Name").fill("waits-1")
    desk.field("Stop after (hours)").fill("3")
    desk.field("Keep as a template called").fill("waits-long")
    expect(desk.button("Save without starting")).to_be_enabled(timeout=SLOW)
    desk.picture("training-form-keep")
    desk.button("Save without starting").click()
    expect(desk.tab("Configuration")).to_be_visible(timeout=SLOW)
    assert re.match(r"/training-jobs/job_[0-9a-f]{32}", desk.address)
    assert found(client, "waits-1").status == "draft"
    desk.picture("job-draft")
    # The list of templates: its columns, its search, its actions.
    desk.open("/training-jobs")
    content.get_by_role("group", name="Which jobs").get_by_role("button", name="Templates").click()
    row = content.get_by_role("row", name=re.compile("waits-long"))
    expect(row).to_be_visible()
    for column in ("Name", "ID", "Kind", "Algorithm or model", "Data", "Resources", "Updated"):
        expect(content.get_by_role("columnheader", name=column, exact=True)).to_be_visible()
    expect(row).to_contain_text("waiter V0001")
    desk.picture("job-templates")
    desk.open("/job-templates?q=nothing-like-it")
    expect(content.get_by_role("row", name=re.compile("waits-long"))).to_have_count(0)
    desk.open("/job-templates?q=waits")
    row.get_by_role("button", name=re.compile("^Actions")).click()
    pick(desk, "Edit")
    expect(desk.field("Stop after (hours)")).to_have_value("3")
    expect(desk.field("Name")).to_have_count(0)
    desk.field("Stop after (hours)").fill("4")
    expect(desk.button("Save template")).to_be_enabled(timeout=SLOW)
    desk.button("Save template").click()
    expect(row).to_be_visible()
    assert client.templates.find("waits-long").settings["max_hours"] == 4
    # One click fills the form of a new job; what is filled in can be changed.
    desk.open("/training-jobs/new")
    desk.field("Fill from a template").select_option(label="waits-long")
    expect(desk.field("Stop after (hours)")).to_have_value("4")
    expect(desk.field("Algorithm")).to_have_value(algorithm)
    row_path = f"/training-jobs/new?template={client.templates.find('waits-long').id}"
    desk.open(row_path)
    expect(desk.field("Stop after (hours)")).to_have_value("4")
    desk.field("Stop after (hours)").fill("5")
    desk.field("Name").fill("waits-2")
    expect(desk.button("Start training")).to_be_enabled(timeout=SLOW)
    desk.button("Start training").click()
    expect(desk.tab("Log")).to_be_visible(timeout=SLOW)
    made = found(client, "waits-2")
    assert made.id in desk.address
    assert made.latest.configuration.max_hours == 5
    # What a version shows: configuration, log, use of the machine, evaluation.
    for tab in ("Configuration", "Log", "Metrics", "Evaluation"):
        expect(desk.tab(tab)).to_be_visible()
    desk.tab("Log").click()
    expect(content.get_by_role("log")).to_contain_text("waiting", timeout=SLOW)
    desk.tab("Configuration").click()
    expect(content.get_by_role("heading", name="Command")).to_be_visible()
    desk.tab("Metrics").click()
    for chart in ("CPU cores", "Memory"):
        shown = content.get_by_text(re.compile(f"^{chart}")).locator("visible=true")
        expect(shown.first).to_be_visible(timeout=SLOW)
    expect(content.locator("canvas:visible").first).to_be_visible(timeout=SLOW)
    desk.picture("job-monitoring")
    # The list of jobs: all, those that run, by name and by id.
    for query, names in (("", {"waits-1", "waits-2"}), ("q=waits-2", {"waits-2"}), (f"q={made.id}", {"waits-2"})):
        desk.open(f"/training-jobs?{query}")
        for name in names:
            expect(content.get_by_role("row", name=re.compile(name))).to_be_visible()
        for name in {"waits-1", "waits-2"} - names:
            expect(content.get_by_role("row", name=re.compile(name))).to_have_count(0)
    desk.button("Running or waiting").click()
    desk.open("/training-jobs?active=true")
    expect(content.get_by_role("row", name=re.compile("waits-2"))).to_be_visible()
    expect(content.get_by_role("row", name=re.compile("waits-1"))).to_have_count(0)
    desk.button("Stop all of mine").click()
    desk.picture("stop-all")
    desk.page.get_by_role("dialog").get_by_role("button", name="Stop all of mine").click()
    expect(content.get_by_role("row", name=re.compile("waits-2"))).to_have_count(0, timeout=SLOW)
    # Deleted after a question.
    desk.open("/job-templates?q=waits")
    row.get_by_role("button", name=re.compile("^Actions")).click()
    pick(desk, "Delete")
    assert client.templates.find("waits-long")
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    with pytest.raises(LookupError):
        client.templates.find("waits-long")
    assert desk.errors == []
    # The same in Chinese.
    client.templates.of_run(made.id, "V0001", "waits-zh")
    desk.dress("zh_CN", "JupyterLab Dark")
    desk.open("/job-templates")
    expect(content.get_by_role("row", name=re.compile("waits-zh"))).to_be_visible()
    desk.picture("job-templates-zh")
    desk.see_language("waiter", "waits-zh", "ID")
    desk.open("/training-jobs/new")
    expect(desk.field("Fill from a template")).to_be_visible()
    desk.picture("training-form-zh")
    desk.see_language("waiter", "waits-zh")
    client.templates.delete(client.templates.find("waits-zh").id)
    desk.dress("en", "JupyterLab Light")


@pytest.mark.capability("AS2-74", "AP-57")
def test_a_preset_model_is_found_downloaded_and_trained_on(
    desk: Visitor, house: Installation, admin: Person, tmp_path: Path
) -> None:
    desk.dress("en", "JupyterLab Light")
    chief = AISpaceClient(f"{house.url}/services/aispace", admin.token)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights")
    model = chief.models.create("pretrained-shapes")
    chief.models.add_version(model.id, folder)
    chief.models.update(model.id, visibility="preset")
    try:
        desk.open("/models?scope=preset&q=trained-sha")
        row = desk.content.get_by_role("row", name=re.compile("pretrained-shapes"))
        expect(row).to_be_visible()
        row.get_by_role("button", name=re.compile("^Actions")).click()
        with desk.page.expect_download() as download:
            pick(desk, "Download")
        assert download.value.suggested_filename == "pretrained-shapes-V0001.zip"
        row.get_by_role("button", name=re.compile("^Actions")).click()
        pick(desk, "Train on from it")
        expect(desk.field("Start from model")).to_have_value(f"{model.id}:V0001")
        desk.open("/models?scope=preset&q=nothing-like-it")
        expect(desk.content.get_by_role("row", name=re.compile("pretrained-shapes"))).to_have_count(0)
    finally:
        chief.models.delete(model.id)
