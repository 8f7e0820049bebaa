"""Labelling: by keyboard and mouse, pictures, boxes, texts, rows; review; a lost network, two people at once."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Route, expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SAVES = re.compile(r"/aispace/api/v1/datasets/[^/]+/samples/[^/]+/annotation(\?|$)")
LABELS = ["cat", "dog", "owl"]


@pytest.fixture
def dataset(client: AISpaceClient, tmp_path: Path) -> Iterator[str]:
    """Give five pictures without labels."""
    made = client.datasets.create(f"animals-{uuid.uuid4().hex[:8]}", labels=LABELS)
    for number in range(5):
        Image.new("RGB", (32, 32), (40 * number, 90, 200 - 30 * number)).save(tmp_path / f"{number}.png")
    client.datasets.import_files(made.id, tmp_path)
    yield made.id
    client.datasets.delete(made.id)


@pytest.fixture
def bench(desk: Visitor, dataset: str) -> Iterator[Locator]:
    """Open the annotator of the dataset at its first sample."""
    desk.dress("en", "JupyterLab Light")
    desk.open(f"/datasets/{dataset}/annotate")
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(annotator.locator("img[alt='0.png']")).to_be_visible()
    annotator.focus()
    yield annotator
    desk.page.unroute_all(behavior="ignoreErrors")
    desk.errors.clear()


def picture(annotator: Locator, name: str) -> Locator:
    return annotator.locator(f"img[alt='{name}']")


def chosen(annotator: Locator, label: str) -> Locator:
    return annotator.locator(f"[data-label='{label}'][aria-pressed='true']")


def mark(annotator: Locator, state: str) -> Locator:
    return annotator.locator(f"[data-words][data-state='{state}']")


def labels_of(client: AISpaceClient, dataset: str) -> dict[str, str]:
    return {
        sample.path: ",".join(str(one.label) for one in sample.annotation.objects)
        for sample in client.datasets.samples(dataset)
    }


def test_digits_label_and_go_on_and_each_sample_has_its_own_undo(
    desk: Visitor, client: AISpaceClient, dataset: str, bench: Locator
) -> None:
    keys = desk.page.keyboard
    keys.press("1")
    expect(picture(bench, "1.png")).to_be_visible()
    keys.press("2")
    expect(picture(bench, "2.png")).to_be_visible()
    keys.press("ArrowLeft")
    expect(picture(bench, "1.png")).to_be_visible()
    expect(chosen(bench, "dog")).to_be_visible()
    keys.press("Control+z")
    expect(chosen(bench, "dog")).to_have_count(0)
    expect(picture(bench, "1.png")).to_be_visible()
    keys.press("Control+Shift+Z")
    expect(chosen(bench, "dog")).to_be_visible()
    keys.press("Control+z")
    expect(mark(bench, "saved")).to_be_visible()
    keys.press("PageUp")
    expect(chosen(bench, "cat")).to_be_visible()
    keys.press("PageDown")
    expect(picture(bench, "1.png")).to_be_visible()
    keys.press("Control+End")
    expect(picture(bench, "4.png")).to_be_visible()
    assert labels_of(client, dataset) == {"0.png": "cat", "1.png": "", "2.png": "", "3.png": "", "4.png": ""}


def test_labels_outlive_a_reload_while_the_server_is_away(
    desk: Visitor, client: AISpaceClient, dataset: str, bench: Locator
) -> None:
    desk.page.route(SAVES, lambda route: route.abort("connectionrefused"))
    desk.page.keyboard.press("1")
    expect(picture(bench, "1.png")).to_be_visible()
    desk.page.keyboard.press("3")
    expect(picture(bench, "2.png")).to_be_visible()
    expect(mark(bench, "kept")).to_contain_text("2 edits kept here")
    desk.picture("edits-kept")
    assert set(labels_of(client, dataset).values()) == {""}

    desk.page.reload()
    desk.settle()
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(picture(annotator, "2.png")).to_be_visible()
    expect(mark(annotator, "kept")).to_contain_text("2 edits kept here")
    annotator.focus()
    desk.page.keyboard.press("ArrowLeft")
    expect(chosen(annotator, "owl")).to_be_visible()

    desk.page.unroute(SAVES)
    expect(mark(annotator, "saved")).to_be_visible(timeout=20_000)
    said = labels_of(client, dataset)
    assert (said["0.png"], said["1.png"]) == ("cat", "owl")


@pytest.mark.parametrize(("button", "kept"), [("Keep mine", "cat"), ("Take theirs", "owl")])
def test_two_people_at_once_decide_which_label_stays(
    desk: Visitor, client: AISpaceClient, dataset: str, bench: Locator, button: str, kept: str
) -> None:
    held: list[Route] = []
    desk.page.route(SAVES, lambda route: held.append(route))
    desk.page.keyboard.press("1")
    expect(picture(bench, "1.png")).to_be_visible()
    expect(mark(bench, "saving")).to_be_visible()
    client.datasets.label(dataset, {"0.png": "owl"})
    for route in held:
        route.continue_()
    desk.page.unroute(SAVES)
    expect(mark(bench, "conflict")).to_be_visible()
    bench.focus()
    desk.page.keyboard.press("ArrowLeft")
    expect(bench.get_by_text('theirs is "owl", yours "cat"')).to_be_visible()
    desk.picture("conflict")
    bench.get_by_role("button", name=button).click()
    expect(chosen(bench, kept)).to_be_visible()
    expect(mark(bench, "saved")).to_be_visible()
    assert labels_of(client, dataset)["0.png"] == kept


def place(annotator: Locator, x: float, y: float) -> tuple[float, float]:
    """Give the place on the screen of a pixel of the picture."""
    shown = annotator.locator(".ais-Annotator-stage img").bounding_box()
    assert shown is not None
    return shown["x"] + x / 320 * shown["width"], shown["y"] + y / 240 * shown["height"]


def drag(desk: Visitor, annotator: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    desk.page.mouse.move(*place(annotator, *start))
    desk.page.mouse.down()
    desk.page.mouse.move(*place(annotator, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    desk.page.mouse.move(*place(annotator, *end))
    desk.page.mouse.up()


def boxes(client: AISpaceClient, dataset: str, path: str = "0.png") -> list[tuple[str, int, int, int, int]]:
    """Give label and place of the boxes of a picture, to a pixel."""
    [sample] = [one for one in client.datasets.samples(dataset) if one.path == path]
    return [
        (str(one.label), *(round(number) for number in (one.shape.x, one.shape.y, one.shape.w, one.shape.h)))
        for one in sample.annotation.objects
        if one.shape is not None
    ]


@pytest.fixture
def street(client: AISpaceClient, tmp_path: Path) -> Iterator[str]:
    """Give three pictures with a dark car on each."""
    made = client.datasets.create(
        f"street-{uuid.uuid4().hex[:8]}", annotation_type="object_detection", labels=["car", "bus"]
    )
    for number in range(3):
        image = Image.new("RGB", (320, 240), (190, 200 - 20 * number, 210))
        ImageDraw.Draw(image).rectangle((60 + 20 * number, 90, 180 + 20 * number, 150), fill=(60, 60, 70))
        image.save(tmp_path / f"{number}.png")
    client.datasets.import_files(made.id, tmp_path)
    yield made.id
    client.datasets.delete(made.id)


@pytest.fixture
def board(desk: Visitor, street: str) -> Iterator[Locator]:
    """Open the annotator of the street."""
    desk.dress("en", "JupyterLab Light")
    desk.open(f"/datasets/{street}/annotate")
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(picture(annotator, "0.png")).to_be_visible()
    expect(annotator.locator(".ais-Annotator-sheet canvas")).to_have_count(1)
    annotator.focus()
    yield annotator
    desk.errors.clear()


@pytest.mark.capability("TD-19")
def test_a_box_is_drawn_moved_undone_and_there_after_a_reload(
    desk: Visitor, client: AISpaceClient, street: str, board: Locator
) -> None:
    keys = desk.page.keyboard
    keys.press("b")
    drag(desk, board, (60, 90), (180, 150))
    objects = board.locator("[data-object]")
    expect(objects).to_have_count(1)
    expect(mark(board, "saved")).to_be_visible()
    assert boxes(client, street) == [("car", 60, 90, 120, 60)]

    keys.press("v")
    drag(desk, board, (120, 120), (160, 140))
    expect(objects.get_by_role("button", name=re.compile("120 × 60 at 100, 110"))).to_be_visible()
    desk.picture("box-moved")
    drag(desk, board, (220, 170), (230, 190))
    expect(objects.get_by_role("button", name=re.compile("130 × 80 at 100, 110"))).to_be_visible()
    keys.press("Control+z")
    keys.press("Control+z")
    expect(objects.get_by_role("button", name=re.compile("120 × 60 at 60, 90"))).to_be_visible()
    expect(mark(board, "saved")).to_be_visible()

    desk.page.reload()
    desk.settle()
    again = desk.content.locator(".jp-AISpace-Annotator")
    found = again.locator("[data-object]").get_by_role("button", name=re.compile("car 1.*120 × 60 at 60, 90"))
    expect(found).to_be_visible()
    found.click()
    keys.press("2")
    keys.press("Shift+ArrowRight")
    keys.press("Control+Shift+ArrowDown")
    expect(
        again.locator("[data-object]").get_by_role("button", name=re.compile("bus 1.*120 × 61 at 61, 90"))
    ).to_be_visible()
    keys.press("Enter")
    expect(picture(again, "1.png")).to_be_visible()
    expect(mark(again, "saved")).to_be_visible()
    assert boxes(client, street) == [("bus", 61, 90, 120, 61)]
    keys.press("ArrowLeft")
    keys.press("]")
    keys.press("Delete")
    expect(again.locator("[data-object]")).to_have_count(0)
    expect(mark(again, "saved")).to_be_visible()
    assert boxes(client, street) == []


def test_four_extreme_points_draw_a_box_that_is_pasted_into_the_next_picture(
    desk: Visitor, client: AISpaceClient, street: str, board: Locator
) -> None:
    keys = desk.page.keyboard
    board.get_by_role("button", name="Box", exact=True).click()
    for point in ((100, 90), (5, 5)):
        desk.page.mouse.click(*place(board, *point))
    keys.press("Control+z")  # the last point only: the drawing goes on
    for point in ((180, 120), (120, 150), (60, 110)):
        desk.page.mouse.click(*place(board, *point))
    expect(board.locator("[data-object]")).to_have_count(1)
    keys.press("Control+c")
    keys.press("PageDown")
    expect(picture(board, "1.png")).to_be_visible()
    keys.press("Control+v")
    expect(board.locator("[data-object]")).to_have_count(1)
    expect(mark(board, "saved")).to_be_visible()
    first = boxes(client, street)
    assert first == [("car", 60, 90, 120, 60)]
    assert boxes(client, street, "1.png") == first


def test_guesses_are_marked_until_a_person_confirms_them(
    desk: Visitor, client: AISpaceClient, street: str, board: Locator
) -> None:
    guess = {"label": "car", "shape": {"type": "bbox", "x": 60, "y": 90, "w": 120, "h": 60}, "score": 0.61}
    [saved] = client.datasets.annotate(street, [{"path": "2.png", "objects": [guess], "automatic": True}])
    assert saved.status == "saved", saved
    desk.open(f"/datasets/{street}/annotate?state=auto")
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(annotator.get_by_text("auto 61 %")).to_be_visible()
    desk.picture("guess")
    annotator.focus()
    desk.page.keyboard.press("Shift+Enter")
    expect(annotator.get_by_text("auto 61 %")).to_have_count(0)
    expect(mark(annotator, "saved")).to_be_visible()
    [sample] = [one for one in client.datasets.samples(street) if one.path == "2.png"]
    assert (sample.state, sample.annotation.objects[0].score) == ("labelled", None)


@pytest.mark.capability("AS1-59", "MA1-27")
@pytest.mark.parametrize("template", ["single", "multi"])
def test_a_text_is_read_and_labelled_with_the_labels_beside_it(
    desk: Visitor, client: AISpaceClient, tmp_path: Path, template: str
) -> None:
    made = client.datasets.create(
        f"news-{uuid.uuid4().hex[:8]}",
        data_type="text",
        annotation_type="text_classification",
        template=template,
        labels=["sport", "science"],
    )
    long = "\n".join(f"Line {number}: 比赛报道。" for number in range(3000))
    (tmp_path / "a.txt").write_text(long, encoding="utf-8")
    (tmp_path / "b.txt").write_text("一颗新的行星被发现了。", encoding="utf-8")
    client.datasets.import_files(made.id, tmp_path)
    desk.dress("zh_CN", "JupyterLab Dark")
    desk.open(f"/datasets/{made.id}")
    expect(desk.content.locator("[data-sample]").nth(1)).to_contain_text("一颗新的行星")
    desk.picture("texts")
    desk.content.locator("[data-sample]").nth(0).dblclick()
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    text = annotator.get_by_role("document")
    expect(text).to_contain_text("Line 2999")
    text.evaluate("node => node.scrollTo(0, node.scrollHeight)")
    expect(annotator.locator("[data-label='science']")).to_be_in_viewport()
    desk.picture("text")
    annotator.locator("[data-label='sport']").click()
    if template == "multi":
        annotator.locator("[data-label='science']").click()
        expect(chosen(annotator, "science")).to_be_visible()
        desk.page.keyboard.press("c")
    expect(text).to_contain_text("新的行星")
    desk.page.keyboard.press("2")
    expect(chosen(annotator, "science")).to_be_visible()
    desk.page.keyboard.press("c")
    expect(mark(annotator, "saved")).to_be_visible()
    first = "sport,science" if template == "multi" else "sport"
    assert labels_of(client, made.id) == {"a.txt": first, "b.txt": "science"}
    assert {sample.state for sample in client.datasets.samples(made.id)} == {"labelled"}
    annotator.get_by_role("button", name=desk.t("Keys"), exact=True).click()
    desk.picture("keys")
    desk.see_language("sport", "science", "news", "Delete")
    client.datasets.delete(made.id)


def test_rows_of_a_table_are_listed_with_their_columns_and_labelled(
    desk: Visitor, client: AISpaceClient, tmp_path: Path
) -> None:
    made = client.datasets.create(
        f"plants-{uuid.uuid4().hex[:8]}",
        data_type="tabular",
        annotation_type="tabular_classification",
        labels=["setosa", "virginica"],
    )
    (tmp_path / "plants.csv").write_text("petal_length,petal_width\n1.4,0.2\n5.9,\n", encoding="utf-8")
    client.datasets.import_files(made.id, tmp_path / "plants.csv", table={"label_column": ""})
    desk.dress("en", "JupyterLab Light")
    desk.open(f"/datasets/{made.id}")
    expect(desk.content.get_by_text("petal_width")).to_be_visible()
    expect(desk.content.locator("[data-sample]").nth(1)).to_contain_text("5.9")
    desk.content.locator("[data-sample]").nth(0).dblclick()
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(annotator.get_by_role("row", name=re.compile("petal_length.*1.4"))).to_be_visible()
    annotator.focus()
    desk.page.keyboard.press("1")
    expect(annotator.get_by_role("row", name=re.compile("petal_width.*empty"))).to_be_visible()
    desk.page.keyboard.press("2")
    expect(mark(annotator, "saved")).to_be_visible()
    assert sorted(labels_of(client, made.id).values()) == ["setosa", "virginica"]
    client.datasets.delete(made.id)


@pytest.mark.capability("TD-35")
def test_a_reviewer_rejects_with_a_reason_that_the_annotator_reads(
    desk: Visitor, client: AISpaceClient, dataset: str
) -> None:
    client.datasets.label(dataset, {"0.png": "cat", "1.png": "dog"})
    desk.dress("en", "JupyterLab Light")
    desk.open(f"/datasets/{dataset}/annotate?state=labelled")
    annotator = desk.content.locator(".jp-AISpace-Annotator")
    expect(picture(annotator, "0.png")).to_be_visible()
    annotator.focus()
    keys = desk.page.keyboard
    keys.press("Shift+X")
    keys.type("rather a dog, clearly")  # c, r and u are letters here, no keys
    keys.press("Enter")
    expect(picture(annotator, "1.png")).to_be_visible()
    keys.press("Shift+C")
    expect(mark(annotator, "saved")).to_be_visible()
    states = {one.path: one for one in client.datasets.samples(dataset)}
    assert states["0.png"].state == "rejected"
    assert states["0.png"].review is not None
    assert states["0.png"].review.reason == "rather a dog, clearly"
    assert states["1.png"].state == "reviewed"

    desk.open(f"/datasets/{dataset}?state=rejected")
    expect(desk.content.locator("[data-sample]")).to_contain_text("rather a dog, clearly")
    desk.picture("rejected")
    desk.content.locator("[data-sample]").dblclick()
    expect(annotator.get_by_text("Rejected by mei: rather a dog, clearly")).to_be_visible()
    desk.picture("rejected-sample")


def test_keys_are_commands_that_can_be_changed_and_the_help_shows_those_in_force(
    desk: Visitor, client: AISpaceClient, dataset: str, bench: Locator
) -> None:
    plugin = f"{desk.base}/lab/api/settings/@jupyterlab/shortcuts-extension:shortcuts"
    put = """async ([url, raw]) => {
        const xsrf = document.cookie.match(/_xsrf=([^;]+)/);
        const answer = await fetch(url, {method: 'PUT', body: JSON.stringify({raw}),
            headers: {'Content-Type': 'application/json', 'X-XSRFToken': xsrf ? xsrf[1] : ''}});
        return answer.status;
    }"""
    command, selector = "aispace:annotator-hard", ".jp-AISpace-Annotator"
    changed = [
        {"command": command, "keys": ["U"], "selector": selector, "disabled": True},
        {"command": command, "keys": ["M"], "selector": selector},
    ]
    assert desk.page.evaluate(put, [plugin, json.dumps({"shortcuts": changed})]) == 204
    try:
        desk.page.reload()
        desk.settle()
        annotator = desk.content.locator(".jp-AISpace-Annotator")
        expect(picture(annotator, "0.png")).to_be_visible()
        desk.page.wait_for_function(
            """() => window.jupyterapp.commands.keyBindings.some(
                one => one.command === 'aispace:annotator-hard' && one.keys[0] === 'M')"""
        )
        annotator.focus()
        flag = annotator.get_by_role("button", name="Hard example")
        desk.page.keyboard.press("u")
        desk.page.keyboard.press("Shift+Slash")
        help_row = annotator.get_by_role("row", name=re.compile("hard example"))
        expect(help_row).to_contain_text("M")
        expect(flag).to_have_attribute("aria-pressed", "false")
        desk.picture("keys")
        desk.page.keyboard.press("Escape")
        desk.page.keyboard.press("m")
        expect(flag).to_have_attribute("aria-pressed", "true")
    finally:
        assert desk.page.evaluate(put, [plugin, json.dumps({"shortcuts": []})]) == 204
