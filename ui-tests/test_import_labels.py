"""Labels of an import: looked at, renamed, put to others and left out before anything is imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from installation import Installation
from PIL import Image
from playwright.sync_api import expect
from visitor import Visitor

SLOW = 60_000


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder of class folders; one has a name too long for a label."""
    folder = tmp_path_factory.mktemp("photos")
    for n, label in enumerate(["cat", "dog", "dog", "cow", "a folder whose name is too long for a label"]):
        place = folder / "animals" / label
        place.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), (40 * n, 90, 255 - 40 * n)).save(place / f"{n}.png")
    return folder


@pytest.mark.parametrize(
    ("name", "locale", "theme"),
    [("ida", "en", "JupyterLab Light"), ("ming", "zh_CN", "JupyterLab Dark")],
    ids=["english-light", "chinese-dark"],
)
def test_labels_of_the_files_are_mapped_before_the_import(
    house: Installation, visit: Callable[..., Visitor], photos: Path, name: str, locale: str, theme: str
) -> None:
    visitor = visit(name, locale=locale, theme=theme)
    visitor.sign_in()
    visitor.spawn()
    person = visitor.api()
    body = {"name": "animals", "labels": [{"name": "animal"}, {"name": "cat"}]}
    made = house.rest(person, "POST", "/datasets", json=body).json()
    visitor.open(f"/datasets/{made['id']}/import?from=folder")
    visitor.content.get_by_label(visitor.t("Files to import")).set_input_files(photos / "animals")
    table = visitor.content.get_by_role("region", name=visitor.t("Labels of the files"))
    expect(table).to_be_visible(timeout=SLOW)
    expect(table.get_by_role("row")).to_have_count(5)
    expect(table.get_by_role("row", name="dog")).to_contain_text("2")
    expect(table.get_by_text(visitor.t("This can be no label: what has it is refused. Rename it."))).to_be_visible()
    visitor.picture("import-labels-found")

    long = "a folder whose name is too long for a label"
    table.get_by_label(visitor.t("What becomes of %1", "dog")).select_option("as")
    table.get_by_label(visitor.t("Label that %1 becomes", "dog")).select_option("animal")
    table.get_by_label(visitor.t("What becomes of %1", "cow")).select_option("out")
    table.get_by_label(visitor.t("What becomes of %1", long)).select_option("rename")
    go = visitor.content.get_by_role("button", name=visitor.t("Import"), exact=True).last
    expect(go).to_have_attribute("aria-disabled", "true")
    table.get_by_label(visitor.t("New name of %1", long)).fill("long")
    visitor.picture("import-labels-mapped")
    visitor.see_language("animal", "cat", "cow", "dog", "long", long)
    go.click()
    expect(visitor.button("Look at the samples")).to_be_visible(timeout=SLOW)
    visitor.picture("import-labels-report")
    found = house.rest(person, "GET", f"/datasets/{made['id']}/samples").json()
    said = sorted("".join(one["label"] for one in item["annotation"]["objects"]) for item in found["items"])
    assert said == ["", "animal", "animal", "cat", "long"]
