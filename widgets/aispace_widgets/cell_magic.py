"""``%%aispace train``: a cell goes out as a queued job, its log comes back, and what it made is handed over."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aispace.client import AISpaceClient, CellInputs
from aispace.client.cells import check_file
from aispace.commands.attach import detached, state_line, watch
from aispace.commands.terminal import state
from aispace.errors import AISpaceError, Invalid

from .answer import Refusal
from .job_panel import JobPanel
from .magics import client_of, parsed

if TYPE_CHECKING:
    from aispace.training.schemas import RunRead, TrainingJobRead
    from IPython.core.interactiveshell import InteractiveShell

EXAMPLES = """examples:
  %%aispace train --name digits --input digits=digits:V0001 --output accuracy
  %%aispace train --image sk-onnx --spec cpu-1 --input digits=digits:V0001/training --input rate --output report.csv
  %%aispace train --name sweep --detach --max-hours 2

In the cell: a dataset is an object to iterate over (path, label, objects of each sample); a value is the variable of
the notebook; the current folder is that of the results; aispace_runtime.log(step, loss=...) draws charts.
"""


def cell_parser() -> argparse.ArgumentParser:
    """Build the parser of the cell magic's line."""
    parser = argparse.ArgumentParser(
        prog="%%aispace train",
        description="Run the cell as a training job.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--name", default="cell", help="of the job; the same name again is its next run")
    parser.add_argument("--image", help="runtime image, name or id; default: a preset one")
    parser.add_argument("--spec", help="resource spec, name or id; default: the cheapest")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME[=DATASET]",
        help="NAME=dataset[:V0001[/split]]: a dataset; NAME alone: a small variable of the notebook; may be repeated",
    )
    parser.add_argument("--dataset", help="short for --input data=DATASET")
    parser.add_argument(
        "--output",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="a variable that comes back into the notebook, or a file that the cell writes; may be repeated",
    )
    parser.add_argument("--max-hours", type=float, help="stop after so many hours")
    parser.add_argument("--priority", choices=["low", "normal", "high"])
    parser.add_argument("--retries", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--detach", action="store_true", help="do not wait: %%aispace attach NAME comes back to it")
    parser.add_argument("--url", help="address of the platform")
    parser.add_argument("--token", help="hub or personal access token")
    return parser


def run_cell(shell: InteractiveShell, words: list[str], code: str) -> None:
    """Send a cell off and stay with it."""
    given = parsed(cell_parser(), words)
    if given is None:
        return
    inputs = _inputs(shell, given)
    settings = {name: getattr(given, name) for name in ("max_hours", "priority", "retries", "seed")}
    with client_of(given) as client:
        job = client.cells.submit(code, name=given.name, image=given.image, spec=given.spec, inputs=inputs, **settings)
        if given.detach:
            print(f"{job.id} {job.name} {job.current_version} {state(job.status)}   %aispace attach {job.name}")
            return
        _stay(shell, client, job, job.current_version)


def attach(shell: InteractiveShell, client: AISpaceClient, name: str, version: str | None) -> None:
    """Come back to a job, whoever started it and whenever; take what a cell made."""
    job = client.jobs.find(name)
    _stay(shell, client, job, version or job.current_version)


def _inputs(shell: InteractiveShell, given: argparse.Namespace) -> CellInputs:
    datasets = {"data": given.dataset} if given.dataset else {}
    values: dict[str, Any] = {}
    for text in given.input:
        name, equals, dataset = text.partition("=")
        if not name.isidentifier():
            raise Invalid("input", f"Input: {name!r} is no name of a variable. Write --input name=dataset:V0001.")
        if name in datasets or name in values:
            raise Invalid("input", f"Input: {name!r} occurs twice. Leave one out.")
        if equals:
            datasets[name] = dataset
        elif name in shell.user_ns:
            values[name] = shell.user_ns[name]
        else:
            raise Invalid("input", f"Input: the notebook has no variable {name!r}. Run the cell that makes it first.")
    variables = [name for name in given.output if name.isidentifier()]
    files = [check_file(name) for name in given.output if not name.isidentifier()]
    return CellInputs(datasets, values, variables, files)


def _stay(shell: InteractiveShell, client: AISpaceClient, job: TrainingJobRead, version: str) -> None:
    print(f"{job.id} {job.name} {version}   interrupt = detach, the job goes on", flush=True)
    try:
        panel = JobPanel(job, run=version, client=client, follow=False)
        panel.show()
        run = watch(client, job.id, version, say=_say, write=_write, seen=panel.take)
    except KeyboardInterrupt:
        # No error: the work goes on, only the notebook does something else now.
        print(detached(job.id).replace("aispace ", "%aispace "), flush=True)
        return
    if run.status != "succeeded":
        raise Refusal(f"✕ {job.name} {version} {state_line(run)}")
    hand_over(shell, client, run)


def hand_over(shell: InteractiveShell, client: AISpaceClient, run: RunRead) -> None:
    """Bring what a cell made into the notebook: variables by name, files into a folder of the run."""
    definition = client.cells.definition(run)
    if definition is None:
        return
    problems = []
    for name in definition.get("variables", []):
        try:
            shell.user_ns[name] = client.cells.variable(run, name)
        except AISpaceError as error:
            problems.append(error.message)
        else:
            print(f"{name} ← {run.job_name} {run.version}")
    for name in definition.get("files", []):
        target = Path(f"{run.job_name}-{run.version}") / name
        if target.exists():
            print(f"{target} is there already and stays as it is")
            continue
        print(f"{client.cells.file(run, name, target)} ← {run.job_name} {run.version}")
    if problems:
        raise Refusal("\n".join(f"✕ {problem}" for problem in problems))


def _say(line: str) -> None:
    print(line, flush=True)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
