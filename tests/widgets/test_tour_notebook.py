"""The tour notebook, from its first cell to its last, in a real kernel against a fresh hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from aispace.client import AISpaceClient
from aispace.tour import notebook
from aispace.tour.house import House, fresh_house
from aispace_hub.home import SetupProblem, check_reachable
from nbclient import NotebookClient
from widgets_kernel import said, shown

PANEL = "application/vnd.aispace.panel+json"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start a hub of its own with the preset runtime built."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            check_reachable(tmp_path_factory.getbasetemp())
        except SetupProblem:
            patch.setenv("AISPACE_SHARED_UID", "1")
        with fresh_house(lambda _: None) as made:
            with AISpaceClient(made.url, made.token) as client:
                image_id = client.algorithms.find("image-classifier").current.image_id
                assert image_id is not None
                client.images.wait(image_id)
            yield made


def code(language: str) -> list[str]:
    return [cell["source"] for cell in notebook.read(language)["cells"] if cell["cell_type"] == "code"]


def test_both_languages_have_the_same_code_and_their_own_words() -> None:
    assert code("en") == code("zh-CN")
    words = [cell["source"] for cell in notebook.read("zh_CN")["cells"] if cell["cell_type"] == "markdown"]
    assert all(any("一" <= char <= "鿿" for char in text) for text in words)
    for language in notebook.LANGUAGES:
        nbformat.validate(nbformat.from_dict(notebook.read(language)))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_tour_notebook_runs_to_its_end(
    house: House, time: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time finds what the first one made, as somebody does who opens it again the next day."""
    monkeypatch.setenv("AISPACE_URL", house.url)
    monkeypatch.setenv("AISPACE_TOKEN", house.token)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    node: Any = nbformat.from_dict(notebook.read())
    node.cells.insert(0, nbformat.v4.new_code_cell("%load_ext aispace_widgets"))
    NotebookClient(
        node, timeout=300, kernel_name="python3", resources={"metadata": {"path": os.fspath(tmp_path)}}
    ).execute()
    cells = [cell for cell in node.cells if cell.cell_type == "code"]
    kinds = [panel["kind"] for cell in cells for panel in shown(cell, PANEL)]
    assert kinds == ["job", "label", "train", "job", "job", "serve"]
    texts = [said(cell) for cell in cells]
    assert "'7'" in texts[-2]
    assert any(f"{30 if time == 'first' else 0} proposed" in text for text in texts)
    with AISpaceClient() as client:
        assert client.jobs.find("tour-digits").latest.evaluation_summary.accuracy > 0.9  # type: ignore[union-attr]
        assert client.services.find("tour-digits").status in ("stopped", "stopping")
        counts = client.datasets.find("tour-digits").counts
        assert counts.labelled > 570
