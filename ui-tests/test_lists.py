"""Lists, the sidebar and the search in a log, by keyboard, as people use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from playwright.sync_api import expect
from visitor import Possessions, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def at_desk(desk: Visitor) -> Iterator[Visitor]:
    desk.dress("en", "JupyterLab Light")
    desk.errors.clear()
    yield desk
    assert desk.errors == []


def test_a_row_shows_its_facts_beside_the_list_and_new_rows_wait(
    at_desk: Visitor, client: AISpaceClient, possessions: Possessions
) -> None:
    at_desk.open("/datasets?sort=-updated_at")
    rows = at_desk.content.locator(".ais-Table-row")
    rows.first.focus()
    first = rows.first.get_attribute("data-key")
    at_desk.page.keyboard.press("Space")
    panel = at_desk.content.locator(".ais-Peek")
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box is not None
    assert round(box["width"]) == 360
    assert at_desk.address == f"/datasets?sort=-updated_at&peek={first}"
    made = client.datasets.create("somebody-elses-work")
    try:
        fresh = at_desk.content.get_by_role("button", name="1 new", exact=True)
        expect(fresh).to_be_visible(timeout=35_000)
        assert rows.first.get_attribute("data-key") == first
        at_desk.picture("list-with-panel")
        fresh.click()
        expect(rows.first).to_have_attribute("data-key", made.id)
        at_desk.page.reload()
        at_desk.settle()
        expect(panel.get_by_role("heading", level=2)).to_be_visible()
        panel.get_by_role("button", name="Close", exact=True).focus()
        at_desk.page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(at_desk.content.locator(f"[data-key='{first}']")).to_be_focused()
        at_desk.page.keyboard.press("Enter")
        expect(at_desk.content.get_by_role("tab", name=re.compile("^Versions"))).to_be_visible()
        assert at_desk.address.startswith(f"/datasets/{first}")
    finally:
        client.datasets.delete(made.id)


def test_columns_stay_as_chosen(at_desk: Visitor, possessions: Possessions) -> None:
    at_desk.open("/models")
    heads = at_desk.content.get_by_role("columnheader")
    expect(heads.filter(has_text="Size")).to_have_count(1)
    at_desk.button("Columns").click()
    at_desk.page.get_by_role("menuitemcheckbox", name="Size").click()
    at_desk.page.keyboard.press("Escape")
    expect(heads.filter(has_text="Size")).to_have_count(0)
    at_desk.page.reload()
    at_desk.settle()
    expect(heads.filter(has_text="Name")).to_have_count(1)
    expect(heads.filter(has_text="Size")).to_have_count(0)
    at_desk.button("Columns").click()
    at_desk.page.get_by_role("menuitem", name="As they were").click()
    expect(heads.filter(has_text="Size")).to_have_count(1)


def test_the_sidebar_is_walked_by_keys(at_desk: Visitor) -> None:
    at_desk.open("/usage")
    tree = at_desk.page.get_by_role("tree", name="AI Space")
    if not tree.is_visible():
        at_desk.page.click('.jp-SideBar [data-id="aispace-sidebar"]')
    expect(tree).to_be_visible()
    tree.locator("[tabindex='0']").focus()
    at_desk.page.keyboard.press("Home")
    at_desk.page.keyboard.type("mode")
    expect(at_desk.page.locator(":focus")).to_have_attribute("aria-label", re.compile("^Models"))
    at_desk.page.keyboard.press("Shift+F10")
    expect(at_desk.page.get_by_role("menuitem", name="New model")).to_be_visible()
    at_desk.page.keyboard.press("Escape")
    at_desk.page.keyboard.press("Enter")
    expect(at_desk.content.get_by_role("heading", level=1)).to_have_text("Models")
    assert at_desk.address.startswith("/models")


def test_a_log_is_searched_and_leads_back_to_its_line(at_desk: Visitor, possessions: Possessions) -> None:
    at_desk.open(f"/training-jobs/{possessions.ids['job']}/log")
    at_desk.content.get_by_role("searchbox", name="Find in the log").fill("epoch 7/")
    found = at_desk.content.get_by_role("button", name=re.compile(r"^Show line \d+$"))
    expect(found).to_have_count(1)
    expect(at_desk.content.get_by_text("1 line found")).to_be_visible()
    at_desk.picture("log-search")
    found.click()
    expect(found).to_have_count(0)
    expect(at_desk.content.get_by_text(re.compile("^epoch 7/"))).to_be_visible()


def test_files_are_chosen_in_the_language_of_the_interface(at_desk: Visitor, tmp_path: Path) -> None:
    at_desk.dress("zh_CN", "JupyterLab Dark")
    at_desk.open("/algorithms/new")
    expect(at_desk.content.locator("input[type=file]:visible")).to_have_count(0)
    (tmp_path / "train.py").write_text("print('hello')\n")
    with at_desk.page.expect_file_chooser() as chooser:
        at_desk.button("Choose a folder").click()
    chooser.value.set_files(tmp_path)
    expect(at_desk.content.locator(".ais-FileField")).to_contain_text("1个文件")
    at_desk.picture("file-field")
    at_desk.dress("en", "JupyterLab Light")
