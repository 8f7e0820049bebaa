from __future__ import annotations

from aispace.client import AISpaceClient
from classifier_setup import Classifier
from widgets_kernel import Notebook, shown


def test_a_magic_shows_what_the_command_shows_and_gives_objects(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    made = client.datasets.create("<b>digits</b>".strip("<>b/").replace("</b", ""), labels=["0"])
    listing = notebook.run("%aispace ls datasets")
    assert made.id in shown(listing, "text/plain")[0]
    assert f"<td style='text-align:left'>{made.id}</td>" in shown(listing, "text/html")[0]
    notebook.run(f"one = %aispace show {made.id}")
    assert notebook.text("print(one.name, one.counts.total)").strip() == f"{made.name} 0"
    notebook.run("rows = %aispace ls datasets")
    assert notebook.text("print(rows[0].id)").strip() == made.id


def test_what_others_named_is_escaped(house: Classifier, client: AISpaceClient, notebook: Notebook) -> None:
    made = client.datasets.create("script", description="<script>alert(1)</script>")
    assert "<script>" not in shown(notebook.run(f"%aispace show {made.id}"), "text/html")[0]


def test_status_help_stop_open_and_logs(house: Classifier, client: AISpaceClient, notebook: Notebook) -> None:
    assert "alice (user)" in notebook.text("%aispace")
    assert "VERB" in notebook.text("%aispace help")
    assert "examples:" in notebook.text("%aispace ls -h")
    job = client.cells.submit("print('line of the log')\nimport time\ntime.sleep(600)", name="long")
    client.jobs.run(job.id, "V0001")
    assert "line of the log" in notebook.text(
        f"import itertools\n%aispace stop {job.id}\n%aispace logs -f {job.id}"
    ) or client.jobs.run(job.id, "V0001").status in ("stopped", "stopping", "queued", "starting")
    assert f"/training-jobs/{job.id}" in notebook.text(f"%aispace open {job.id}")


def test_tab_completes_verbs_options_kinds_names_versions_and_ids(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    dataset = house.dataset("shapes", range(2))
    notebook.run("rate = 0.1")
    assert {"attach", "algorithms"} & set(notebook.complete("%aispace a")) == {"attach"}
    assert notebook.complete("x = %aispace ls sp") == ["specs"]
    assert "--active" in notebook.complete("%aispace ls jobs --a")
    assert notebook.complete("%aispace train --spec sm") == ["small"]
    assert notebook.complete("%aispace train --dataset shapes:") == ["shapes:V0001"]
    assert notebook.complete("%aispace show ds_") == [dataset]
    assert notebook.complete("%%aispace tr") == ["train"]
    assert notebook.complete("%%aispace train --im") == ["--image"]
    assert notebook.complete("%%aispace train --image sk") == ["sk-onnx"]
    assert notebook.complete("%%aispace train --input ra") == ["rate"]
    assert notebook.complete("%%aispace train --input data=sha") == ["data=shapes"]


def test_tab_offers_nothing_while_the_platform_is_away(notebook: Notebook) -> None:
    notebook.run("import os; os.environ['AISPACE_URL'] = 'http://127.0.0.1:9/services/aispace'")
    assert notebook.complete("%aispace train --spec sm") == []
    assert "ls" in notebook.complete("%aispace l")
