"""The tour notebook in the browser: panels draw, take labels, follow jobs, and live without a kernel."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from aispace.client import AISpaceClient
from installation import Installation, wait_for
from playwright.sync_api import Locator, expect
from visitor import Visitor

DRAW_ALL = """async url => {
    const xsrf = document.cookie.match(/_xsrf=([^;]+)/);
    const answer = await fetch(url, {method: 'PUT', body: JSON.stringify({raw: '{"windowingMode": "none"}'}),
        headers: {'Content-Type': 'application/json', 'X-XSRFToken': xsrf ? xsrf[1] : ''}});
    return answer.status;
}"""
"""Keeps cells out of sight in the page, so that all of them can be found."""


def command(visitor: Visitor, name: str) -> None:
    visitor.page.evaluate("async name => { await window.jupyterapp.commands.execute(name); }", name)


def panel(visitor: Visitor, kind: str, number: int = 0) -> Locator:
    return visitor.page.locator(f'.jp-AISpace-Panel .ais-Panel[data-kind="{kind}"]').nth(number)


def counts(client: AISpaceClient) -> dict[str, int]:
    found = client.datasets.find("tour-digits").counts
    return {"labelled": found.labelled, "auto": found.auto}


@pytest.mark.timeout(600)
def test_the_tour_notebook_by_hand(visit: Callable[..., Visitor], house: Installation) -> None:
    # A house that runs already (AISPACE_UI_HOUSE) knows whoever came before.
    nora = visit(f"nora{os.getpid()}")
    nora.sign_in()
    nora.spawn()
    plugin = "@jupyterlab/notebook-extension:tracker"
    assert nora.page.evaluate(DRAW_ALL, f"{nora.base}/lab/api/settings/{plugin}") == 204
    nora.page.reload()
    nora.settle()
    card = nora.page.locator(".jp-LauncherCard", has_text="Tour notebook")
    if not card.count():
        command(nora, "launcher:create")
    card.first.click()
    notebook = nora.page.locator(".jp-NotebookPanel:visible")
    expect(notebook.locator(".jp-Cell").first).to_be_visible(timeout=30_000)
    # Without a kernel JupyterLab would ask for one.
    expect(nora.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
    command(nora, "notebook:run-all-cells")
    errors = notebook.locator('[data-mime-type="application/vnd.jupyter.error"]')
    assert errors.count() == 0, errors.all_inner_texts()
    client = AISpaceClient(f"{house.url}/services/aispace", nora.api().make_token())

    # The job that drew the digits: its state, chart and last lines, live from the platform.
    job = panel(nora, "job")
    job.scroll_into_view_if_needed()
    expect(job.locator(".ais-Pill")).to_contain_text("succeeded")
    expect(job).to_contain_text("drew 600 digits")
    expect(job.locator(".ais-Charts")).to_be_visible()
    nora.picture("notebook-job")

    # Labelling in an output: a key is a label. The notebook, whose "1" makes a heading of a cell, hears nothing of it.
    label = panel(nora, "label")
    label.scroll_into_view_if_needed()
    cells = notebook.locator(".jp-Cell").count()
    headings = notebook.locator(".jp-MarkdownCell").count()
    annotator = label.locator(".jp-AISpace-Annotator")
    expect(annotator).to_contain_text("State: labelled", timeout=15_000)
    annotator.click(position={"x": 12, "y": 12})
    annotator.press("1")

    def relabelled() -> bool:
        sample = next(client.datasets.samples(client.datasets.find("tour-digits").id))
        return [item.label for item in sample.annotation.objects] == ["1"]

    wait_for(relabelled, 20, "the label of the first sample")
    nora.picture("notebook-label")
    annotator.press("x")
    assert (notebook.locator(".jp-Cell").count(), notebook.locator(".jp-MarkdownCell").count()) == (cells, headings)

    # The model of the kernel: it waits, says where it is wrong, and proposes for what nobody labelled.
    row = label.locator(".ais-Panel-model")
    expect(row.get_by_role("status").first).to_have_text("Ready", timeout=15_000)
    row.get_by_role("button", name="Errors per label").click()
    expect(row.locator("tbody tr")).to_have_count(10, timeout=60_000)
    dataset = client.datasets.find("tour-digits")
    ids = [sample.id for sample, _ in zip(client.datasets.samples(dataset.id, label="3"), range(5), strict=False)]
    client.datasets.annotate_all(dataset.id, ids=ids, clear=True)
    row.get_by_role("button", name="Pre-label 20").click()
    expect(row).to_contain_text("5 proposed", timeout=60_000)
    assert counts(client)["auto"] == 5
    expect(label).to_contain_text("auto", timeout=15_000)
    nora.picture("notebook-proposals")

    # Next day: no kernel, no cell run, and every panel is there.
    command(nora, "docmanager:save")
    nora.page.evaluate(
        "async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }",
    )
    nora.page.reload()
    nora.settle()
    expect(notebook.locator(".jp-Cell").first).to_be_visible(timeout=30_000)
    no_kernel = nora.page.locator(".jp-Dialog")
    if no_kernel.count():
        no_kernel.get_by_role("button", name=re.compile("No Kernel")).click()
    job = panel(nora, "job")
    job.scroll_into_view_if_needed()
    expect(job.locator(".ais-Pill")).to_contain_text("succeeded", timeout=30_000)
    label = panel(nora, "label")
    label.scroll_into_view_if_needed()
    expect(label.locator(".jp-AISpace-Annotator")).to_contain_text("State:", timeout=30_000)
    expect(label).to_contain_text("Kernel gone: run the cell to connect the model.", timeout=30_000)
    nora.picture("notebook-without-kernel")
    assert nora.errors == []
