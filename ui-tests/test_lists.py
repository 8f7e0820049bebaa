"""Lists, the sidebar and the search in a log, by keyboard, as people use them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from installation import wait_for
from PIL import Image
from playwright.sync_api import Locator, expect
from visitor import Possessions, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def at_desk(desk: Visitor) -> Iterator[Visitor]:
    desk.dress("en", "JupyterLab Light")
    desk.clear()
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


@pytest.mark.capability("AS1-26", "AS1-29", "AS1-32")
def test_files_are_found_by_path_looked_at_edited_copied_moved_and_deleted(
    at_desk: Visitor, client: AISpaceClient, tmp_path: Path
) -> None:
    desk = f"desk-{uuid.uuid4().hex[:8]}"
    client.files.make_folder(desk)
    client.files.make_folder(f"{desk}/to")
    client.files.make_file(f"{desk}/a.txt", "alpha beta alpha\n")
    client.files.make_file(f"{desk}/b.txt", "b")
    keys = at_desk.page.keyboard
    at_desk.open("/files")
    path = at_desk.content.get_by_label("Path of the folder")
    expect(path).to_have_value("/")
    path.fill(f"/{desk}/to")
    keys.press("Enter")
    expect(at_desk.content.get_by_role("heading", level=1)).to_have_text("to")
    assert at_desk.address == f"/files/mine/{desk}/to"
    at_desk.button("One folder up").click()
    expect(path).to_have_value(f"/{desk}")
    path.fill(f"/{desk}/../../../etc")
    keys.press("Enter")
    expect(at_desk.content.locator(".ais-PathBar [role=alert]")).to_be_visible()
    at_desk.errors.clear()  # the browser's word for it
    assert at_desk.address == f"/files/mine/{desk}"
    path.fill(f"/{desk}/to")
    keys.press("Enter")
    expect(path).to_have_value(f"/{desk}/to")
    at_desk.content.locator(".ais-Crumbs").get_by_text(desk, exact=True).click()
    expect(path).to_have_value(f"/{desk}")

    def row(name: str) -> Locator:
        return at_desk.content.locator(f".ais-Table-row[data-key$='/{name}']")

    def tick(*names: str) -> None:
        for name in names:
            row(name).get_by_role("checkbox").check()

    def into(verb: str) -> None:
        dialog = at_desk.page.get_by_role("dialog")
        dialog.get_by_text("to", exact=True).click()
        dialog.get_by_role("button", name=re.compile(f"^{verb} here")).click()
        expect(dialog).to_have_count(0)

    def inside(folder: str) -> list[str]:
        return sorted(file.name for file in client.files.list(folder))

    row("a.txt").get_by_role("gridcell").nth(2).click()
    expect(at_desk.content.locator("pre.ais-FilePreview")).to_have_text("alpha beta alpha\n")
    at_desk.picture("file-preview")
    keys.press("Escape")

    tick("a.txt", "b.txt")
    at_desk.button("Copy to").click()
    into("Copy")
    at_desk.button("Clear selection").click()
    assert inside(f"{desk}/to") == ["a.txt", "b.txt"]
    assert inside(desk) == ["a.txt", "b.txt", "to"]
    row("b.txt").get_by_role("button", name=re.compile("^Actions")).click()
    at_desk.page.get_by_role("menuitem", name="Rename").click()
    at_desk.page.get_by_role("dialog").get_by_label("Name").fill("c.txt")
    keys.press("Enter")
    expect(row("c.txt")).to_be_visible()
    at_desk.button("New file").click()
    dialog = at_desk.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("-bad name")
    keys.press("Enter")
    expect(dialog.get_by_role("alert").or_(dialog.locator(".ais-FieldError"))).to_be_visible()
    at_desk.errors.clear()
    dialog.get_by_label("Name").fill("d.txt")
    keys.press("Enter")
    expect(row("d.txt")).to_be_visible()
    tick("c.txt", "d.txt")
    at_desk.button("Move").click()
    into("Move")
    expect(row("c.txt")).to_have_count(0)
    assert inside(f"{desk}/to") == ["a.txt", "b.txt", "c.txt", "d.txt"]

    row("a.txt").get_by_role("button", name="a.txt", exact=True).click()
    editor = at_desk.page.locator(".jp-FileEditor:visible")
    expect(editor).to_contain_text("alpha beta alpha", timeout=20_000)
    editor.locator(".cm-content").click()
    keys.press("Control+f")
    search = at_desk.page.locator(".jp-DocumentSearch-overlay")
    search.get_by_placeholder("Find", exact=True).fill("alpha")
    expect(editor.locator(".cm-searching")).to_have_count(2)
    search.locator(".jp-DocumentSearch-toggle-wrapper").first.click()
    search.get_by_placeholder("Replace").fill("gamma")
    search.get_by_role("button", name=re.compile("Replace All")).click()
    expect(editor).to_contain_text("gamma beta gamma")
    editor.locator(".cm-content").click()
    keys.press("Control+s")

    def saved() -> bool:
        return client.files.download(f"{desk}/a.txt", tmp_path / "a.txt").read_text() == "gamma beta gamma\n"

    wait_for(saved, 20, "the file as it was edited")

    at_desk.open(f"/files/mine/{desk}/to")
    row("a.txt").get_by_role("button", name=re.compile("^Actions")).click()
    at_desk.page.get_by_role("menuitem", name="Delete").click()
    assert inside(f"{desk}/to") == ["a.txt", "b.txt", "c.txt", "d.txt"]  # not before it is confirmed
    at_desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row("a.txt")).to_have_count(0)
    tick("b.txt", "c.txt")
    at_desk.button("Delete").click()
    at_desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row("c.txt")).to_have_count(0)
    assert inside(f"{desk}/to") == ["d.txt"]
    client.files.delete(desk)


@pytest.mark.capability("AS1-68", "MA1-05")
def test_a_label_group_is_made_row_by_row_or_of_json_and_its_labels_change_everywhere(
    at_desk: Visitor, client: AISpaceClient, tmp_path: Path
) -> None:
    page = at_desk.page

    def begin(name: str) -> Locator:
        at_desk.open("/label-groups")
        at_desk.button("New label group").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name", exact=True).fill(name)
        return dialog

    def made(dialog: Locator) -> list[tuple[str, str | None]]:
        dialog.get_by_role("button", name="Create").click()
        expect(dialog).to_have_count(0)
        expect(at_desk.content.get_by_label("Name", exact=True)).to_be_visible()
        return [(one.name, one.color) for one in client.label_groups.get(at_desk.address.split("/")[-1]).labels]

    dialog = begin("by-rows")
    assert dialog.get_by_label("Name", exact=True).get_attribute("maxlength") == "50"
    assert dialog.get_by_label("Description").get_attribute("maxlength") == "100"
    dialog.get_by_label("Names of new labels, separated by commas").fill("cat, dog")
    dialog.get_by_role("button", name="Add label").click()
    assert dialog.get_by_label("Name of label 1").get_attribute("maxlength") == "30"
    dialog.get_by_label("Colour of cat", exact=True).fill("#123456")  # the palette
    dialog.get_by_label("Colour of dog as #rrggbb").fill("#ABCDEF")
    at_desk.picture("label-group-rows")
    assert made(dialog) == [("cat", "#123456"), ("dog", "#abcdef")]

    dialog = begin("by-text")
    dialog.get_by_text("As JSON text or file").click()
    text = dialog.get_by_label("Labels as JSON")
    text.fill("[{")
    expect(dialog.get_by_text("This is no valid JSON.")).to_be_visible()
    for wrong in ('[{"name": "cat", "color": "orange"}]', f'[{{"name": "{"x" * 31}"}}]'):
        text.fill(wrong)
        dialog.get_by_role("button", name="Create").click()
        expect(dialog.get_by_text(re.compile("^Label 1: "))).to_be_visible()
        at_desk.errors.clear()
    text.fill('[{"name": "cat", "color": "#00FF00"}, {"name": "猫"}]')
    labels = made(dialog)
    assert (labels[0], labels[1][0]) == (("cat", "#00ff00"), "猫")

    dialog = begin("by-file")
    dialog.get_by_text("As JSON text or file").click()
    (tmp_path / "labels.json").write_text('[{"name": "owl", "color": "#0088ff"}]')
    dialog.locator("input[type=file]").set_input_files(tmp_path / "labels.json")
    expect(dialog.get_by_label("Labels as JSON")).to_have_value(re.compile("owl"))
    assert made(dialog) == [("owl", "#0088ff")]

    at_desk.content.get_by_role("button", name="On all samples with owl").click()
    page.get_by_role("menuitem", name="Rename everywhere").click()
    page.get_by_role("dialog").get_by_label("New name").fill("eagle owl")
    at_desk.picture("label-rename")
    page.keyboard.press("Enter")
    expect(at_desk.content.get_by_label("Name of label 1")).to_have_value("eagle owl")
    at_desk.content.get_by_role("button", name="On all samples with eagle owl").click()
    page.get_by_role("menuitem", name="Delete everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete label").click()
    expect(at_desk.content.get_by_label("Name of label 1")).to_have_count(0)
    for name in ("by-rows", "by-text", "by-file"):
        client.label_groups.delete(client.label_groups.find(name).id)


@pytest.mark.capability("MA1-23", "MA1-24", "AS1-45", "TD-18")
def test_samples_are_told_apart_looked_at_and_labelled_one_several_or_all_at_once(
    at_desk: Visitor, client: AISpaceClient, tmp_path: Path
) -> None:
    dataset = client.datasets.create(f"at-once-{uuid.uuid4().hex[:8]}", labels=["cat", "dog"])
    for number in range(8):
        Image.new("RGB", (32, 32), (30 * number, 90, 20)).save(tmp_path / f"{number}.png")
    client.datasets.import_files(dataset.id, tmp_path)
    machine = [{"path": "7.png", "objects": [{"label": "dog", "score": 0.75}], "automatic": True}]
    client.datasets.annotate(dataset.id, machine)
    keys = at_desk.page.keyboard
    at_desk.open(f"/datasets/{dataset.id}?state=unlabelled")
    cells = at_desk.content.locator("[data-sample]")
    states = at_desk.content.get_by_role("group", name="State")
    expect(cells).to_have_count(7)
    expect(states.get_by_role("button", name=re.compile("^unlabelled"))).to_contain_text("7")

    def label(name: str) -> None:
        at_desk.button("Label the selection").or_(at_desk.button("Label")).first.click()
        at_desk.page.get_by_role("menuitem", name=name, exact=True).click()

    cells.nth(0).click()  # one
    label("cat")
    expect(cells).to_have_count(6)
    cells.nth(0).click()
    cells.nth(2).click(modifiers=["Shift"])  # several
    label("dog")
    expect(cells).to_have_count(3)
    cells.nth(0).focus()
    keys.press("Control+a")  # all of the page
    keys.press("1")
    expect(cells).to_have_count(0)
    said = {one.path: one.annotation.objects[0].label for one in client.datasets.samples(dataset.id)}
    assert said == {
        "0.png": "cat", "1.png": "dog", "2.png": "dog", "3.png": "dog", "4.png": "cat", "5.png": "cat", "6.png": "cat",
        "7.png": "dog",
    }  # fmt: skip
    states.get_by_role("button", name=re.compile("^labelled")).click()
    expect(cells).to_have_count(7)
    assert re.search(r"^0\.png, labelled, cat", str(cells.nth(0).get_attribute("aria-label")))
    states.get_by_role("button", name=re.compile("^auto")).click()
    expect(cells).to_have_count(1)
    assert re.search(r"^7\.png, automatic, dog", str(cells.nth(0).get_attribute("aria-label")))
    expect(cells.nth(0)).to_contain_text("a75")
    at_desk.picture("samples-told-apart")
    cells.nth(0).dblclick()
    shown = at_desk.content.locator(".jp-AISpace-Annotator")
    expect(shown.locator("img[alt='7.png']")).to_be_visible()
    expect(shown.locator("[data-label='dog'][aria-pressed='true']")).to_be_visible()
    client.datasets.delete(dataset.id)
