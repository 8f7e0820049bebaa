"""Every page opens without an error, comes back after a reload, and has nothing that axe calls a barrier."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aispace._version import __version__
from installation import Installation, Person
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError
from visitor import Possessions, Visitor

AXE = (Path(__file__).parents[1] / "labextension/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PAGES = [
    "/datasets",
    "/datasets/new",
    "/datasets/{dataset}",
    "/datasets/{dataset}/labels",
    "/datasets/{dataset}/versions",
    "/datasets/{dataset}/lineage",
    "/datasets/{dataset}/activity",
    "/datasets/{dataset}/settings",
    "/datasets/{dataset}/annotate",
    "/datasets/{dataset}/import",
    "/datasets/{dataset}/diff?from=V0001&to=working",
    "/label-groups",
    "/label-groups/{label_group}",
    "/algorithms",
    "/algorithms/new",
    "/algorithms/{algorithm}",
    "/algorithms/{algorithm}/code",
    "/algorithms/{algorithm}/parameters",
    "/algorithms/{algorithm}/runs",
    "/algorithms/{algorithm}/versions",
    "/algorithms/{algorithm}/activity",
    "/training-jobs",
    "/job-templates",
    "/training-jobs/new",
    "/training-jobs/{job}",
    "/training-jobs/{job}/log",
    "/training-jobs/{job}/metrics",
    "/training-jobs/{job}/evaluation",
    "/training-jobs/{job}/outputs",
    "/training-jobs/{job}/lineage",
    "/training-jobs/{job}/events",
    "/training-jobs/{job}/configuration",
    "/training-jobs/compare?run={job}:V0001",
    "/evaluations",
    "/evaluations/new",
    "/evaluations/{evaluation}",
    "/models",
    "/models/new",
    "/models/{model}",
    "/models/{model}/files",
    "/models/{model}/signature",
    "/models/{model}/metrics",
    "/models/{model}/lineage",
    "/models/{model}/services",
    "/models/{model}/versions",
    "/services",
    "/services/new?model={model}",
    "/services/{service}",
    "/services/{service}/try",
    "/services/{service}/calls",
    "/services/{service}/monitoring",
    "/services/{service}/log",
    "/services/{service}/deployments",
    "/services/{service}/events",
    "/images",
    "/images/new",
    "/images/{image}",
    "/files/mine",
    "/usage",
    "/activity",
    "/search?q=digits",
]
ADMIN = [
    "/admin",
    "/admin/people/users",
    "/admin/resources/specs",
    "/admin/resources/specs/new",
    "/admin/resources/images",
    "/admin/resources/workloads",
    "/admin/security/audit",
    "/admin/system/version",
    "/usage",
]
LOOKS = [("en", "JupyterLab Light"), ("zh_CN", "JupyterLab Dark")]


def barriers(page: Page, place: str) -> list[str]:
    """Let axe look at the part of the page that is ours."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(
        """async ([place, levels]) => {
            const answer = await axe.run(place, {runOnly: levels, resultTypes: ['violations']});
            return answer.violations.flatMap(one => one.nodes.map(node =>
                `${one.id}: ${node.html.slice(0, 160)} (${(node.any[0] || node.all[0] || {}).message || one.help})`));
        }""",
        [place, LEVELS],
    )
    return list(found)


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("locale", "theme"), LOOKS, ids=["en-light", "zh-dark"])
def test_every_page_opens_is_clean_and_comes_back(
    desk: Visitor, possessions: Possessions, locale: str, theme: str
) -> None:
    desk.dress(locale, theme)
    desk.open("/datasets")
    desk.close_tabs()
    desk.errors.clear()
    wrong: dict[str, list[str]] = {}
    headings: dict[str, str] = {}
    for path in [path.format(**possessions.ids) for path in PAGES]:
        found: list[str] = []
        try:
            desk.turn_to(path)
        except (AssertionError, PlaywrightError) as error:
            found.append(str(error).split("\n")[0])
        content = desk.content
        found += desk.errors
        desk.errors.clear()
        if content.locator(".ais-Error:visible").count():
            found.append(content.locator(".ais-Error:visible").first.inner_text())
        if not desk.address.startswith(path.split("?")[0]):
            found.append(f"the address says {desk.address}")
        headings[desk.address] = content.locator("h1").first.inner_text()
        try:
            desk.see_language(desk.name, "probabilities", "input", "label", *possessions.names)
        except AssertionError as error:
            found.append(str(error).split("\n")[0])
        found += barriers(desk.page, "#jp-main-dock-panel .jp-AISpace-Page:not(.lm-mod-hidden)")
        desk.picture("page" + re.sub(r"(\w+_)[0-9a-f]{32}", r"\1", path).replace("/", "-").split("?")[0])
        if found:
            wrong[path] = found
    assert not wrong, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in wrong.items())

    last = desk.address
    desk.page.reload()
    desk.settle()
    expect(desk.content.locator("h1").first).to_have_text(headings[last])
    assert desk.address == last


@pytest.mark.browser
@pytest.mark.capability("AP-74")
@pytest.mark.parametrize(("locale", "theme"), LOOKS, ids=["en-light", "zh-dark"])
def test_every_page_of_the_administrator_opens_and_is_clean(
    house: Installation, browser: Browser, admin: Person, locale: str, theme: str, out: Path
) -> None:
    visitor = Visitor(house, browser, "admin", house.password, locale=locale, theme=theme, out=out)
    try:
        visitor.sign_in()
        visitor.errors.clear()
        wrong: dict[str, list[str]] = {}
        for path in ADMIN:
            visitor.page.goto(f"{house.url}/services/aispace{path}")
            expect(visitor.page.locator("#ais-main h1").first).to_be_visible()
            visitor.calm("#ais-main")
            found = [*visitor.errors]
            visitor.errors.clear()
            if path.endswith("/version") and __version__ not in visitor.page.locator("#ais-main").inner_text():
                found.append("it does not tell the version")
            if visitor.page.locator(".ais-Error:visible").count():
                found.append(visitor.page.locator(".ais-Error:visible").first.inner_text())
            found += barriers(visitor.page, "#aispace-root")
            visitor.picture("hub" + path.replace("/", "-"))
            if found:
                wrong[path] = found
        assert not wrong, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in wrong.items())
    finally:
        visitor.leave()
