"""Training: ``train``, ``rerun``, ``model``."""

from __future__ import annotations

import argparse
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal, duration, money, state
from .verbs import Verbs, verb


def pairs(values: list[str], option: str) -> dict[str, str]:
    """Read ``name=value`` pairs of an option."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise Invalid(option, f"--{option} {value!r}: write it as name=value.")
        found[name] = text
    return found


def _input(client: AISpaceClient, text: str, role: str) -> dict[str, Any]:
    return client.datasets.reference(text) | {"role": role}


def _finish(terminal: Terminal, client: AISpaceClient, job_id: str, run: str, *, follow: bool) -> int:
    if follow:
        for text in client.jobs.follow(job_id, run):
            terminal.err.write(text)
    ended = client.jobs.wait(job_id, run)
    figures = "  ".join(
        f"{name} {metric.best:.4g}" for name, metric in ended.metrics.items() if metric.best is not None
    )
    terminal.object(
        ended,
        [
            ("job", f"{job_id} {run}"),
            ("state", f"{state(ended.status)} in {duration(ended.started_at, ended.ended_at)}"),
            ("best", figures),
            ("cost", money(ended.cost)),
            ("reason", ended.reason.message if ended.reason else None),
        ],
    )
    return 0 if ended.status == "succeeded" else 1


def _train(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    algorithm = client.algorithms.find(given.algorithm)
    spec = client.specs.find(given.spec) if given.spec else client.specs.cheapest("training")
    inputs = [_input(client, text, "training") for text in given.dataset]
    inputs += [_input(client, text, "validation") for text in given.validation]
    job = client.jobs.submit(
        given.name,
        algorithm.id,
        spec.id,
        inputs=inputs,
        parameters=pairs(given.param, "param"),
        environment=pairs(given.env, "env"),
        max_hours=given.max_hours,
        retries=given.retries,
        priority=given.priority,
        template=given.template,
        start=not given.draft,
    )
    if given.draft:
        terminal.object(job, [("job", job.id), ("run", job.current_version), ("state", state(job.status))])
        return 0
    terminal.say(f"submitted {job.id} {job.current_version}: {state(job.status)}")
    if not (given.wait or given.follow):
        terminal.object(job, [("job", job.id), ("run", job.current_version), ("state", state(job.status))])
        return 0
    return _finish(terminal, client, job.id, job.current_version, follow=given.follow)


def _rerun(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    job = client.jobs.find(given.job)
    changed = pairs(given.param, "param")
    base = given.run or job.current_version
    run = client.jobs.modify(job.id, base=base, parameters=changed) if changed else client.jobs.rerun(job.id, base)
    terminal.say(f"submitted {job.id} {run.version}: {state(run.status)}")
    if given.wait:
        return _finish(terminal, client, job.id, run.version, follow=False)
    terminal.object(run, [("job", job.id), ("run", run.version), ("state", state(run.status))])
    return 0


def _model(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    job = client.jobs.find(given.job)
    found = [model for model in client.models.list(q=given.name, scope="mine") if model.name == given.name]
    target = {"model_id": found[0].id} if found else {"name": given.name}
    version = client.jobs.save_model(job.id, given.run or job.current_version, **target)
    terminal.object(version, [("model", version.model_id), ("version", version.version), ("files", version.file_count)])


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    train = verb(verbs, shared, "train", _train, purpose="Submit a training job.", examples="""
        aispace train --name digits --algorithm image-classifier --dataset digits:V0001 --wait
        aispace train --name d2 --algorithm image-classifier --dataset digits:V0001/training --param epochs=30 -f
        aispace train --name d3 --algorithm alg_0190 --dataset digits --validation digits:V0001/validation
    """)  # fmt: skip
    train.add_argument("--name", required=True)
    train.add_argument("--algorithm", required=True, help="name or id")
    train.add_argument("--dataset", action="append", default=[], help="name[:version[/split]]; may be repeated")
    train.add_argument("--validation", action="append", default=[], help="name[:version[/split]]")
    train.add_argument("--spec", help="name or id; default: the cheapest")
    train.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    train.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    train.add_argument("--max-hours", type=float, default=0, help="stop after so many hours; 0: no limit")
    train.add_argument("--retries", type=int, default=0)
    train.add_argument("--priority", choices=["low", "normal", "high"], default="normal")
    train.add_argument("--template", metavar="NAME", help="keep the settings as a job template of this name too")
    train.add_argument("--draft", action="store_true", help="do not start it; `aispace start` does")
    train.add_argument("--wait", action="store_true", help="until the end; exit code 1 if it failed")
    train.add_argument("-f", "--follow", action="store_true", help="print the log meanwhile")
    rerun = verb(
        verbs, shared, "rerun", _rerun, purpose="Run a job again, with changed parameters or the same.",
        examples="""
        aispace rerun digits
        aispace rerun job_0190 --param epochs=40 --wait
        aispace rerun job_0190 --run V0002
    """)  # fmt: skip
    rerun.add_argument("job", help="name or id")
    rerun.add_argument("--run", help="run to start from; default: the newest")
    rerun.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    rerun.add_argument("--wait", action="store_true")
    model = verb(
        verbs, shared, "save-model", _model, purpose="Keep what a run made as a version of a model.",
        examples="""
        aispace save-model digits --name digits
        aispace save-model job_0190 --run V0002 --name digits
        aispace save-model job_0190 --name digits --json
    """)  # fmt: skip
    model.add_argument("job", help="name or id")
    model.add_argument("--run", help="default: the newest")
    model.add_argument("--name", required=True, help="of the model; an existing one gets its next version")
