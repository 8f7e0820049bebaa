"""Labelling by keyboard: digits, undo and redo, going on, a lost network, two people at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.client import AISpaceClient
from PIL import Image
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
