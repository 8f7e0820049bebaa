from __future__ import annotations

from typing import Any

import pytest
from aispace.client import AISpaceClient
from aispace_widgets.suggest import Candidate, Suggestions, objects_of
from classifier_setup import Classifier
from widgets_kernel import Notebook


@pytest.fixture
def dataset(house: Classifier, client: AISpaceClient) -> str:
    """Give a dataset of nine shapes: six without an annotation, three labelled by alice."""
    made = house.dataset("shapes", range(3))
    samples = list(client.datasets.samples(made))
    free = [sample.id for sample in samples if sample.path[-5] != "0"]
    client.datasets.annotate_all(made, ids=free, clear=True)
    return made


def by_path(sample: Candidate) -> dict[str, float]:
    """Know every shape, the larger the number the less sure."""
    label, number = sample.path.split("/")[-2:]
    return {label: 0.95 - int(number[0]) * 0.2, "other": 0.01}


def states(client: AISpaceClient, dataset: str) -> dict[str, tuple[str, Any]]:
    return {
        s.path: (s.state, s.annotation.objects[0].score if s.annotation.objects else None)
        for s in client.datasets.samples(dataset)
    }


def test_proposals_are_automatic_scored_and_sorted_by_uncertainty(client: AISpaceClient, dataset: str) -> None:
    report = Suggestions(client, dataset, by_path, threshold=0.5).prelabel()
    assert (report.proposed, report.unsure, report.kept, report.failed) == (6, 0, 0, [])
    assert list(report.scores.values()) == sorted(report.scores.values())
    found = states(client, dataset)
    assert found["circle/1.png"] == ("auto", 0.75)
    assert found["circle/0.png"] == ("labelled", None)
    first = next(client.datasets.samples(dataset, state="auto", sort="score"))
    assert first.path.endswith("2.png")


def test_below_the_threshold_nothing_is_proposed(client: AISpaceClient, dataset: str) -> None:
    report = Suggestions(client, dataset, by_path, threshold=0.7).prelabel()
    assert (report.proposed, report.unsure) == (3, 3)
    assert states(client, dataset)["cross/2.png"] == ("unlabelled", None)


def test_a_person_is_never_overruled(client: AISpaceClient, dataset: str) -> None:
    def slow(sample: Candidate) -> str:
        if sample.path.endswith("cross/1.png"):
            # Somebody labels it while the model still thinks.
            client.datasets.label(dataset, {sample.path: "square"}, confirm=True)
        return "circle"

    report = Suggestions(client, dataset, slow).prelabel()
    assert (report.proposed, report.kept, report.failed) == (5, 1, [])
    sample = next(s for s in client.datasets.samples(dataset) if s.path.endswith("cross/1.png"))
    assert (sample.state, sample.annotation.objects[0].label) == ("labelled", "square")


def test_a_retrained_model_goes_over_its_own_proposals_but_not_over_people(client: AISpaceClient, dataset: str) -> None:
    loop = Suggestions(client, dataset, lambda _: ("circle", 0.9))
    assert loop.prelabel(2).proposed == 2
    before = states(client, dataset)
    assert loop.prelabel(0).proposed == 0
    loop.fn = by_path
    loop.threshold = 0.1
    report = loop.prelabel(2)
    after = states(client, dataset)
    changed = {path for path in after if after[path] != before[path]}
    assert report.proposed == 2
    assert all(before[path][0] == "auto" for path in changed)


def test_errors_per_label_name_the_worst_first(client: AISpaceClient, dataset: str) -> None:
    found = Suggestions(client, dataset, lambda s: "circle" if "cross" in s.path else s.path.split("/")[-2]).errors()
    assert [(one.label, one.wrong, one.count) for one in found] == [("cross", 1, 1), ("circle", 0, 1), ("square", 0, 1)]


def test_a_function_that_fails_on_a_sample_ends_nothing(client: AISpaceClient, dataset: str) -> None:
    def picky(sample: Candidate) -> str:
        if sample.image.size == (16, 16) and "cross" in sample.path:
            raise RuntimeError("no crosses")
        return "circle"

    report = Suggestions(client, dataset, picky).prelabel()
    assert report.proposed == 4
    assert len(report.failed) == 2
    assert "RuntimeError: no crosses" in report.failed[0]


@pytest.mark.parametrize(
    ("said", "objects"),
    [
        (None, []),
        ("a", [{"label": "a", "score": 1.0}]),
        (("a", 0.5), [{"label": "a", "score": 0.5}]),
        ({"a": 0.2, "b": 0.8}, [{"label": "b", "score": 0.8}]),
        ([("a", 0.5), "b"], [{"label": "a", "score": 0.5}, {"label": "b", "score": 1.0}]),
        ([{"label": "a", "shape": {"kind": "bbox"}}], [{"label": "a", "shape": {"kind": "bbox"}, "score": 1.0}]),
    ],
)
def test_forms_of_a_proposal(said: Any, objects: list[dict[str, Any]]) -> None:
    assert objects_of(said) == objects


@pytest.mark.parametrize("said", [3, ("a", 2.0), {"a": "x"}])
def test_what_is_no_proposal_is_refused(said: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        objects_of(said)


def test_the_wire_of_a_panel_answers_in_the_kernel_and_closes_when_it_does_not_know_the_panel(
    house: Classifier, client: AISpaceClient, dataset: str, notebook: Notebook
) -> None:
    notebook.run("from aispace_widgets import LabelPanel")
    notebook.run("panel = LabelPanel('shapes', suggest=lambda s: (s.path.split('/')[-2], 0.9))\npanel")
    # What the browser's end of the comm does, at this end of it.
    text = notebook.text(
        "said = []\n"
        "from aispace_widgets import link\n"
        "class Comm:\n"
        "    closed = False\n"
        "    def send(self, m): said.append(m)\n"
        "    def close(self): self.closed = True\n"
        "    def on_msg(self, f): self.f = f\n"
        "def opened(name):\n"
        "    comm = Comm()\n"
        "    link._opened(comm, {'content': {'data': {'link': name}}})\n"
        "    return comm\n"
        "comm = opened(panel.address()['view']['link'])\n"
        "panel._asked({'op': 'prelabel', 'count': 20, 'threshold': 0.6}, comm.send)\n"
        "print(opened('gone').closed, comm.closed, said[0], said[-1]['proposed'])"
    )
    assert text.strip() == "True False {'op': 'ready'} 6"
