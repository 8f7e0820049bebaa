from __future__ import annotations

import threading
from typing import Any

import pytest
from aispace.client import AISpaceClient, CellInputs
from aispace.errors import Invalid
from classifier_setup import Classifier, until
from widgets_kernel import Notebook, said, shown

PANEL = "application/vnd.aispace.panel+json"
CELL = """%%aispace train --name sums --input shapes=shapes:V0001 --input factor --output total --output report.txt
import aispace_runtime as run
total = {"samples": len(shapes) * factor, "labels": sorted({s.label for s in shapes})}
for step in range(3):
    run.log(step, loss=1 / (step + 1))
open("report.txt", "w").write("seen")
print("hello from the job")
"""
WAITING = """%%aispace train --name waiting --output done {more}
import pathlib, time
while not pathlib.Path({flag!r}).exists():
    time.sleep(0.05)
done = "after all"
"""


def interrupt_when(notebook: Notebook, condition: Any) -> threading.Thread:
    """Press the stop button of the notebook as soon as something is true."""

    def press() -> None:
        until(condition)
        notebook.interrupt()

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def test_a_cell_is_a_job_with_named_inputs_and_hands_over_its_outputs(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    house.dataset("shapes", range(4))
    notebook.run("factor = 10")
    cell = notebook.run(CELL)
    text = notebook.text("print(total)")
    assert "{'samples': 120, 'labels': ['circle', 'cross', 'square']}" in text, cell
    assert (notebook.folder / "sums-V0001" / "report.txt").read_text() == "seen"
    job = client.jobs.find("sums")
    assert job.latest.inputs[0].name == "shapes"
    assert job.latest.metrics["loss"].best == 1 / 3
    streams = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    assert "hello from the job" in streams
    assert "succeeded" in streams
    assert shown(cell, PANEL)[0]["id"] == job.id
    # What is saved shows the end, with the curve of the loss, though the panel was made before the start.
    static = shown(cell, "text/html")[0]
    assert "succeeded" in static
    assert "▁" in static


def test_an_unchanged_cell_is_the_same_version_and_a_changed_one_the_next(
    house: Classifier, client: AISpaceClient
) -> None:
    first = client.cells.submit("print(x)", name="again", inputs=CellInputs(values={"x": 1}))
    second = client.cells.submit("print(x)", name="again", inputs=CellInputs(values={"x": 1}))
    third = client.cells.submit("print(x)", name="again", inputs=CellInputs(values={"x": 2}))
    assert [job.latest.algorithm.version for job in (first, second, third)] == ["V0001", "V0001", "V0002"]
    assert [job.current_version for job in (first, second, third)] == ["V0001", "V0002", "V0003"]
    algorithm = client.algorithms.find("cell-again")
    assert (algorithm.visibility, algorithm.version_count) == ("private", 2)


def test_ctrl_c_detaches_and_a_new_kernel_takes_the_result(
    house: Classifier, client: AISpaceClient, notebook: Notebook
) -> None:
    flag = notebook.folder / "go"

    def running() -> bool:
        jobs = list(client.jobs.list(q="waiting"))
        return bool(jobs) and jobs[0].status == "running"

    pressed = interrupt_when(notebook, running)
    cell = notebook.run(WAITING.format(flag=str(flag), more=""))
    pressed.join()
    job = client.jobs.find("waiting")
    text = said(cell)
    assert f"%aispace stop {job.id}" in text
    assert f"%aispace attach {job.id}" in text
    assert "Error" not in text
    assert job.status == "running"
    with Notebook(notebook.folder) as other:
        flag.touch()
        other.run("%load_ext aispace_widgets")
        other.run(f"%aispace attach {job.id}")
        assert "after all" in other.text("print(done)")


def test_a_failing_cell_stops_the_notebook_with_one_message(house: Classifier, notebook: Notebook) -> None:
    cell = notebook.run("%%aispace train --name broken\nx = 1\nx / 0")
    errors = [output for output in cell.outputs if output.output_type == "error"]
    streams = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    assert errors[0].ename == "Refusal"
    assert errors[0].traceback[0].startswith("✕ broken V0001")
    assert "ZeroDivisionError" in streams
    assert "cell.py" in streams
    assert "aispace_runtime" not in streams


def test_the_platform_may_go_away_while_a_cell_is_followed(
    house: Classifier, client: AISpaceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aispace.client.transport import ServiceAway
    from aispace.commands.attach import watch

    job = client.cells.submit("print('there')", name="patient")
    real, calls = client.jobs.run, []

    def sometimes(job_id: str, version: str) -> Any:
        calls.append(version)
        if len(calls) in (2, 3):
            raise ServiceAway("http://x")
        return real(job_id, version)

    monkeypatch.setattr(client.jobs, "run", sometimes)
    lines: list[str] = []
    log: list[str] = []
    ended = watch(client, job.id, "V0001", say=lines.append, write=log.append)
    assert ended.status == "succeeded"
    assert "there" in "".join(log)
    assert [line for line in lines if "answers again" in line]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%%aispace train\nprint(", "Line 1 of the cell is no Python"),
        ("%%aispace train\n# nothing", "The cell is empty"),
        ("%%aispace train --input nobody\nprint(1)", "no variable 'nobody'"),
        ("%%aispace train --input d=nothing:V0001\nprint(1)", "no datasets called 'nothing'"),
        ("%%aispace train --output ../up.txt\nprint(1)", "no path within the results"),
        ("%%aispace train --input Local\nprint(1)", "class or a function of this notebook"),
        ("%%aispace train --priority soon\nprint(1)", "invalid choice"),
        ("%%aispace publish digits\nprint(1)", "Only 'train' takes a cell"),
        ("%aispace show nothing", "nothing called 'nothing'"),
        ("%aispace up", "run it in a terminal"),
    ],
)
def test_what_is_not_done_is_one_message(notebook: Notebook, line: str, message: str) -> None:
    notebook.run("class Local: pass")
    cell = notebook.run(line)
    errors = [output for output in cell.outputs if output.output_type == "error"]
    assert len(errors[0].traceback) == 1
    assert message in errors[0].traceback[0]


def test_values_that_cannot_travel_are_named() -> None:
    from aispace.client.cells import pickle_values

    with pytest.raises(Invalid, match="'lock' cannot be sent"):
        pickle_values({"lock": threading.Lock()})
    with pytest.raises(Invalid, match="at most 16 MiB"):
        pickle_values({"big": bytes(17 << 20)})
