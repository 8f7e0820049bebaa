"""High contrast, a page twice as large, and a narrow window: nothing is cut off and nothing is a barrier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from installation import Installation, Person
from playwright.sync_api import Browser, Page, expect
from test_pages import barriers
from visitor import Possessions, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PATH = [
    "/datasets",
    "/datasets/new",
    "/datasets/{dataset}",
    "/datasets/{dataset}/versions",
    "/datasets/{dataset}/import",
    "/datasets/{dataset}/annotate",
    "/algorithms",
    "/algorithms/new",
    "/algorithms/{algorithm}",
    "/training-jobs",
    "/training-jobs/new",
    "/training-jobs/{job}",
    "/training-jobs/{job}/log",
    "/training-jobs/{job}/metrics",
    "/training-jobs/{job}/evaluation",
    "/models",
    "/models/{model}",
    "/services",
    "/services/new?model={model}",
    "/services/{service}",
    "/services/{service}/try",
    "/images/{image}",
    "/files/mine",
    "/usage",
    "/activity",
]
"""The way from the data to the prediction, and what is beside it."""
HUB = ["/admin", "/admin/people/users", "/admin/resources/specs/new", "/admin/resources/workloads", "/usage"]
PLACE = "#jp-main-dock-panel .jp-AISpace-Page:not(.lm-mod-hidden)"
CUT = """place => {
    const root = document.querySelector(place);
    const box = root.getBoundingClientRect();
    const scrolls = node => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(node).overflowX);
    const found = [];
    for (const node of root.querySelectorAll('h1, h2, h3, p, a, button, input, select, textarea, label, td, dd, li')) {
        const own = node.getBoundingClientRect();
        if (own.width < 2 || own.height < 2 || (own.right <= box.right + 1 && own.left >= box.left - 1)) continue;
        let inside = node.parentElement;
        while (inside !== root && !scrolls(inside)) inside = inside.parentElement;
        // What lies in a part that scrolls by itself can be reached.
        if (inside === root || inside.matches('.ais-Page')) {
            found.push(`${node.outerHTML.slice(0, 120)} ends at ${Math.round(own.right)} of ${Math.round(box.right)}`);
        }
    }
    return found.slice(0, 5);
}"""


COVERED = """place => {
    const found = [];
    for (const node of document.querySelector(place).querySelectorAll('button, input, select, label')) {
        node.scrollIntoView({block: 'center', inline: 'nearest'});
        const box = node.getBoundingClientRect();
        if (box.width < 2 || box.height < 2) continue;
        const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        if (!hit || !(node.contains(hit) || hit.contains(node))) {
            found.push(`${node.outerHTML.slice(0, 120)} lies below ${hit?.outerHTML.slice(0, 120)}`);
        }
    }
    return found;
}"""


def cut_off(page: Page, place: str) -> list[str]:
    """Find what of a page lies outside of it and cannot be scrolled to in a part of its own."""
    return list(page.evaluate(CUT, place))


@pytest.fixture
def narrow(desk: Visitor) -> Iterator[Visitor]:
    desk.dress("en", "JupyterLab Light")
    before = desk.page.viewport_size
    assert before is not None
    desk.open("/datasets")
    desk.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    yield desk
    desk.page.set_viewport_size(before)
    desk.page.evaluate("window.jupyterapp.shell.expandLeft()")


@pytest.mark.parametrize("theme", ["JupyterLab Light High Contrast", "JupyterLab Dark High Contrast"])
def test_the_path_in_high_contrast_has_no_barrier(desk: Visitor, possessions: Possessions, theme: str) -> None:
    desk.dress("en", theme)
    try:
        desk.open("/datasets")
        desk.close_tabs()
        wrong = {}
        for path in [path.format(**possessions.ids) for path in PATH]:
            desk.turn_to(path)
            if found := barriers(desk.page, PLACE):
                wrong[path] = found
            if path.count("/") == 1 or path.endswith(("/annotate", "/metrics", "/new")):
                desk.picture("contrast" + path.replace("/", "-").split("?")[0])
        assert not wrong, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in wrong.items())
    finally:
        desk.dress("en", "JupyterLab Light")


@pytest.mark.parametrize(("width", "height"), [(720, 450), (320, 640)], ids=["200-percent", "320-px"])
def test_nothing_of_the_path_is_cut_off_when_there_is_little_room(
    narrow: Visitor, possessions: Possessions, width: int, height: int
) -> None:
    narrow.page.set_viewport_size({"width": width, "height": height})
    wrong = {}
    for path in [path.format(**possessions.ids) for path in PATH]:
        narrow.close_tabs()
        narrow.turn_to(path)
        if found := cut_off(narrow.page, PLACE):
            wrong[path] = found
        narrow.picture(f"{width}px" + path.replace("/", "-").split("?")[0].split("_")[0])
    assert not wrong, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in wrong.items())


@pytest.mark.parametrize(("width", "height"), [(720, 450), (320, 640)], ids=["200-percent", "320-px"])
def test_nothing_of_the_annotator_lies_on_something_else_when_there_is_little_room(
    narrow: Visitor, possessions: Possessions, width: int, height: int
) -> None:
    narrow.page.set_viewport_size({"width": width, "height": height})
    narrow.turn_to(f"/datasets/{possessions.ids['dataset']}/annotate")
    expect(narrow.content.locator(".ais-Annotator-labels button").first).to_be_visible()
    assert narrow.page.evaluate(COVERED, PLACE) == []
    narrow.picture(f"{width}px-annotator")


def test_the_hubs_pages_fit_into_a_narrow_window(
    house: Installation, browser: Browser, admin: Person, desk: Visitor
) -> None:
    visitor = Visitor(
        house,
        browser,
        "admin",
        house.password,
        locale="en",
        theme="JupyterLab Light",
        out=desk.out,
        width=320,
        height=640,
    )
    try:
        visitor.sign_in()
        wrong = {}
        for path in HUB:
            visitor.page.goto(f"{house.url}/services/aispace{path}")
            expect(visitor.page.locator("#ais-main h1").first).to_be_visible()
            visitor.calm("#ais-main")
            if found := cut_off(visitor.page, "#ais-main"):
                wrong[path] = found
            # The hub's bundle has the style of what it shows.
            for row in visitor.page.locator(".ais-Table-row").all()[:1]:
                expect(row).to_have_css("display", "grid")
            visitor.picture("320px-hub" + path.replace("/", "-"))
        assert not wrong, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in wrong.items())
    finally:
        visitor.leave()
