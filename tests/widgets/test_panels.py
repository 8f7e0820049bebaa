from __future__ import annotations

import json

import nbformat
import pytest
from aispace.client import AISpaceClient
from aispace.identity import SYSTEM
from aispace.models.schemas import ModelCreate, ModelVersionCreate
from aispace.resources.schemas import SpecCreate
from aispace.schemas import AreaSource
from aispace.serving.schemas import ServiceCreate
from classifier_setup import Classifier
from widgets_kernel import Notebook, shown

PANEL = "application/vnd.aispace.panel+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
ALL = {PANEL, WIDGET, "text/html", "text/plain"}


def exported(notebook: Notebook) -> str:
    """Export the notebook as HTML, as `jupyter nbconvert` does, without a kernel."""
    nbconvert = pytest.importorskip("nbconvert")
    body, _ = nbconvert.HTMLExporter(template_name="classic").from_notebook_node(nbformat.from_dict(notebook.node))
    return str(body)


def test_a_job_panel_has_all_forms_and_its_saved_form_follows_the_job(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    job = client.cells.submit("import aispace_runtime as r\nfor i in range(5): r.log(i, loss=5 - i)", name="small")
    notebook.run("from aispace_widgets import JobPanel")
    cell = notebook.run("panel = JobPanel('small')\npanel")
    data = next(output.data for output in cell.outputs if "data" in output)
    assert set(data) == ALL
    assert {name: data[PANEL][name] for name in ("kind", "id", "view")} == {
        "kind": "job",
        "id": job.id,
        "view": {"run": "V0001"},
    }
    client.jobs.wait(job.id, "V0001")
    notebook.run("panel._thread and panel._thread.join(60)")
    text = shown(cell, "text/plain")[0]
    assert "succeeded" in text
    assert "best 1 at 4" in text
    assert "█" in text
    page = exported(notebook)
    assert "succeeded" in page
    assert "script" not in shown(cell, "text/html")[0]


def test_names_in_a_panel_are_escaped(house: Classifier, client: AISpaceClient, notebook: Notebook) -> None:
    labels = [{"name": "<img src=x>", "color": "#ff0000"}]
    client.datasets.create("evil", labels=labels)
    notebook.run("from aispace_widgets import LabelPanel")
    markup = shown(notebook.run("LabelPanel('evil')"), "text/html")[0]
    assert "<img" not in markup
    assert "&lt;img src=x&gt;" in markup


def test_a_label_panel_shows_labelled_samples_where_nothing_runs(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    dataset = house.dataset("shapes", range(3))
    notebook.run("from aispace_widgets import LabelPanel")
    cell = notebook.run("LabelPanel('shapes', state='labelled')")
    markup = shown(cell, "text/html")[0]
    assert markup.count("<img alt=") == 8
    assert "data:image/" in markup
    assert len(markup.encode()) <= 30 * 1024
    assert "9 of 9 labelled" in shown(cell, "text/plain")[0]
    assert shown(cell, PANEL)[0]["id"] == dataset
    assert shown(cell, PANEL)[0]["view"] == {"filter": {"state": "labelled"}}


def test_the_annotator_elsewhere_calls_through_the_kernel(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    house.dataset("shapes", range(1))
    notebook.run(
        "from aispace_widgets import LabelPanel\npanel = LabelPanel('shapes')\nannotator = panel.widget.children[0]"
    )
    notebook.run(
        "annotator = panel.widget.children[0]\nsaid = []\n"
        "annotator.send = lambda content, buffers=None: said.append((content, buffers))\n"
        "ask = {'op': 'call', 'id': 7, 'method': 'GET', 'headers': {}}\n"
        "annotator._answer({**ask, 'path': f'/datasets/{panel.object_id}'})\n"
        "annotator._answer({**ask, 'path': '/datasets/ds_none'})"
    )
    text = notebook.text(
        "import json\nprint(said[0][0]['status'], json.loads(said[0][1][0])['name'], said[1][0]['status'])"
    )
    assert text.strip() == "200 shapes 404"


def test_a_train_panel_holds_a_typed_request_and_submits_it(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    house.dataset("shapes", range(2))
    notebook.run("from aispace_widgets import TrainPanel")
    cell = notebook.run("panel = TrainPanel('image-classifier', 'shapes', name='from-panel', epochs=2)\npanel")
    address = shown(cell, PANEL)[0]
    assert address["id"] is None
    assert address["view"]["query"]["p.epochs"] == "2"
    assert "epochs 2" in shown(cell, "text/plain")[0]
    assert notebook.text("print(panel.request.parameters, type(panel.request).__name__)").strip() == (
        "{'epochs': 2} TrainingJobCreate"
    )
    notebook.run("job = panel.submit()")
    assert client.jobs.find("from-panel").latest.configuration.parameters["epochs"] == 2
    # The stock form, where no extension draws one: a changed field is part of what is sent.
    notebook.run("box = panel.widget\nbox.children[0].value = 'by-form'\nbox.children[-3].children[1].click()")
    assert client.jobs.find("by-form").latest.configuration.parameters["epochs"] == 2


def test_a_serve_panel_tells_address_and_shares_without_a_token(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    config = {
        "format": "onnx", "framework": "onnx", "task": "image_classification", "labels": ["a", "b"],
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 64]}],
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 2]}],
    }  # fmt: skip
    house.put({"model/model.onnx": b"not asked here", "model/config.json": json.dumps(config).encode()})
    model = house.platform.models.create(house.alice, ModelCreate(name="shapes", framework="onnx", format="onnx"))
    source = AreaSource(kind="area", path="model")
    house.platform.models.add_version(house.alice, model.id, ModelVersionCreate(source=source))
    spec = SpecCreate(name="serving", cpu=0.1, memory_bytes=256 << 20, purposes=["serving"])
    spec_id = house.platform.resources.create(SYSTEM, spec).id
    service = house.platform.serving.create(
        house.alice,
        ServiceCreate(
            name="shapes-api",
            model={"model_id": model.id, "version": "V0001"},
            spec_id=spec_id,
            image_id=house.image_id,
        ),
    )
    notebook.run("from aispace_widgets import ServePanel")
    cell = notebook.run("ServePanel('shapes-api')")
    text = shown(cell, "text/plain")[0]
    assert service.endpoint in text
    assert "100 %" in text
    assert shown(cell, PANEL)[0]["kind"] == "serve"
