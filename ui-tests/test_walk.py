"""The whole path by hand: sign in, import, label, publish, train, watch, save, deploy, predict."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aispace.tour.digits import Digit, find, read, share_out
from installation import Installation
from playwright.sync_api import expect
from visitor import Visitor

SLOW = 60_000
"""Milliseconds for what works on the server."""


@dataclass(frozen=True)
class Material:
    """What the user brings along."""

    folder: Path
    """With ``labelled`` (class folders) and ``open``."""
    truth: dict[str, str]
    """Labels of the files in ``open``, by file name."""
    unseen: Digit


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, house: Installation, admin: object) -> Material:
    """Write pictures as a user has them: a folder of class folders, one without labels, and some to predict."""
    folders = [str(path.parent) for path in (house.home / "images").glob("*/*/pyvenv.cfg")]
    parts = share_out(read(find(folders)))
    folder = tmp_path_factory.mktemp("digits")
    for digit in parts.labelled[::4]:
        digit.save(folder / "labelled" / digit.label)
    for digit in parts.unlabelled[::40]:
        digit.save(folder / "open")
    return Material(folder, {digit.file_name: digit.label for digit in parts.unlabelled}, parts.held_out[60])


def import_folder(visitor: Visitor, folder: Path) -> None:
    visitor.content.get_by_label(visitor.t("Files to import")).set_input_files(folder)
    expect(visitor.content.get_by_text(visitor.t("What was found"))).to_be_visible(timeout=SLOW)
    visitor.picture("inspection")
    visitor.see_language()
    go = visitor.content.get_by_role("button", name=visitor.t("Import"), exact=True).last
    expect(go).to_be_enabled(timeout=SLOW)
    go.click()
    expect(visitor.button("Look at the samples")).to_be_visible(timeout=SLOW)
    visitor.picture("import-report")


def make_dataset(visitor: Visitor, name: str, folder: Path) -> str:
    visitor.open("/datasets/new")
    visitor.see_language()
    visitor.field("Name").fill(name)
    visitor.picture("new-dataset")
    visitor.button("Create and import").click()
    import_folder(visitor, folder)
    visitor.button("Look at the samples").click()
    expect(visitor.button("Annotate")).to_be_visible()
    found = re.search(r"(ds_[0-9a-f]{32})", visitor.page.url)
    assert found is not None
    return found.group(1)


def label_the_rest(visitor: Visitor, dataset: str, folder: Path, digits: dict[str, str]) -> None:
    visitor.open(f"/datasets/{dataset}/import?from=folder")
    import_folder(visitor, folder)
    visitor.open(f"/datasets/{dataset}/annotate?state=unlabelled")
    annotator = visitor.content.locator(".jp-AISpace-Annotator")
    expect(annotator).to_be_visible()
    count = len(list(folder.iterdir()))
    for number in range(count):
        picture = annotator.locator("img[alt$='.png']").first
        expect(picture).to_be_visible()
        name = str(picture.get_attribute("alt"))
        label = digits[name.rsplit("/", 1)[-1]]
        if number == 0:
            visitor.picture("annotator")
            visitor.see_language()
            annotator.locator(f"[data-label='{label}']").click()
        else:
            annotator.focus()
            visitor.page.keyboard.press("0" if label == "9" else str(int(label) + 1))
        if number < count - 1:
            expect(picture).not_to_have_attribute("alt", name)
    expect(annotator.get_by_text(re.compile(visitor.t("Saved %1", "")))).to_be_visible()
    visitor.picture("annotated")


def publish(visitor: Visitor, dataset: str) -> None:
    visitor.open(f"/datasets/{dataset}")
    expect(visitor.content.locator(".ais-Pill, .ais-StatusPill").first).to_contain_text(
        "标注完成" if visitor.locale == "zh_CN" else "labelled"
    )
    visitor.picture("samples")
    visitor.see_language()
    visitor.button("Publish %1", "V0001").click()
    dialog = visitor.page.get_by_role("dialog")
    visitor.picture("publish-dialog")
    dialog.get_by_role("button", name=visitor.t("Publish %1", "V0001"), exact=True).click()
    expect(visitor.button("Publish %1", "V0001")).to_have_count(0, timeout=SLOW)
    visitor.tab("Versions").click()
    expect(visitor.content.get_by_text("V0001").first).to_be_visible()
    visitor.picture("versions")
    visitor.see_language()


def train(visitor: Visitor, name: str, dataset: str) -> None:
    visitor.open("/training-jobs/new")
    visitor.field("Name").fill(name)
    visitor.field("Algorithm").select_option(label=visitor.t("%1 (built-in)", "image-classifier"))
    visitor.field("Dataset").first.select_option(dataset)
    start = visitor.button("Start training")
    expect(start).to_be_enabled(timeout=SLOW)
    visitor.picture("training-form")
    visitor.see_language()
    start.click()
    expect(visitor.tab("Metrics")).to_be_visible(timeout=SLOW)
    visitor.tab("Metrics").click()
    expect(visitor.content.locator("canvas").first).to_be_visible(timeout=SLOW)
    visitor.picture("metrics-live")
    visitor.tab("Log").click()
    expect(visitor.content.get_by_role("log")).to_contain_text("epoch", timeout=SLOW)
    visitor.picture("log")
    visitor.tab("Overview").click()
    expect(visitor.button("Save as model")).to_be_enabled(timeout=2 * SLOW)
    visitor.picture("trained")
    visitor.see_language()
    visitor.tab("Evaluation").click()
    expect(visitor.content.get_by_text(visitor.t("Confusion matrix")).first).to_be_visible(timeout=SLOW)
    visitor.picture("evaluation")
    visitor.see_language()
    visitor.tab("Configuration").click()
    expect(visitor.content.get_by_role("heading", name=visitor.t("Command"))).to_be_visible()


def save_model(visitor: Visitor, name: str) -> None:
    visitor.button("Save as model").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    visitor.picture("save-model")
    dialog.locator(".ais-Button.ais-mod-primary, .jp-mod-accept").last.click()
    expect(visitor.content.get_by_text(visitor.t("model %1 %2", name, "V0001"))).to_be_visible(timeout=SLOW)
    visitor.content.get_by_text(visitor.t("model %1 %2", name, "V0001")).click()
    expect(visitor.button("Deploy")).to_be_visible(timeout=SLOW)
    visitor.picture("model")
    visitor.see_language()


def deploy(visitor: Visitor, name: str) -> None:
    visitor.button("Deploy").click()
    visitor.field("Name").fill(name)
    visitor.picture("service-form")
    visitor.see_language()
    visitor.content.locator(".ais-Button.ais-mod-primary").last.click()
    expect(visitor.tab("Try it")).to_be_visible(timeout=SLOW)
    visitor.picture("deploying")


def predict(visitor: Visitor, digit: Digit, folder: Path) -> None:
    """Try a picture that the model never saw; the page shows what the service says to a script as well."""
    picture = digit.save(folder)
    visitor.tab("Try it").click()
    visitor.content.locator("input[type=file]").first.set_input_files(picture)
    answer = visitor.content.locator(".ais-Answer")
    expect(answer).to_be_visible(timeout=2 * SLOW)
    service = re.search(r"(svc_[0-9a-f]{32})", visitor.page.url)
    assert service is not None
    said = visitor.api().api(
        "POST",
        f"/services/aispace/api/v1/services/{service.group(1)}/predict",
        content=picture.read_bytes(),
        headers={"Content-Type": "image/png"},
    )
    assert said.status_code == 200, said.text
    expect(answer).to_contain_text(said.json()["outputs"]["predictions"][0]["label"])
    visitor.picture("prediction")
    visitor.see_language()


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.capability("AP-68")
@pytest.mark.parametrize(
    ("locale", "theme"), [("en", "JupyterLab Light"), ("zh_CN", "JupyterLab Dark")], ids=["en-light", "zh-dark"]
)
def test_from_files_to_prediction_by_hand(
    visit: Callable[..., Visitor],
    pictures: Material,
    locale: str,
    theme: str,
    tmp_path: Path,
) -> None:
    visitor = visit("li.na" if locale == "zh_CN" else "alice", locale=locale, theme=theme)
    visitor.sign_in()
    visitor.spawn()
    visitor.page.click('.jp-SideBar [data-id="aispace-sidebar"]')
    visitor.picture("sidebar")
    name = "手写数字" if locale == "zh_CN" else "digits"
    dataset = make_dataset(visitor, name, pictures.folder / "labelled")
    label_the_rest(visitor, dataset, pictures.folder / "open", pictures.truth)
    publish(visitor, dataset)
    train(visitor, f"{name}-1", dataset)
    save_model(visitor, f"{name}-1")
    deploy(visitor, "digits-api")
    predict(visitor, pictures.unseen, tmp_path)
    assert visitor.errors == []
