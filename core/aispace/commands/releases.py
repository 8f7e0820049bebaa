"""``canary``, ``share``, ``promote``, ``withdraw``; ``batch``, ``batch-results``, ``batch-dataset``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal, state
from .verbs import Verbs, verb


def model_of(client: AISpaceClient, text: str) -> dict[str, Any]:
    """Read ``name`` or ``name:V0001``.

    Raises
    ------
    LookupError
        There is no such model, or it has no version.
    """
    name, _, version = text.partition(":")
    model = client.models.find(name)
    chosen = version or model.current_version
    if chosen is None:
        raise LookupError(f"a version of {model.name}: add one first")
    return {"model_id": model.id, "version": chosen}


def script_of(client: AISpaceClient, text: str) -> dict[str, Any]:
    """Read ``name``, ``name:V0001`` or ``name:V0001/folder/file.py``."""
    whole, _, file = text.partition("/")
    name, _, version = whole.partition(":")
    script: dict[str, Any] = {"algorithm_id": client.algorithms.find(name).id}
    return script | ({"version": version} if version else {}) | ({"file": file} if file else {})


def _say(terminal: Terminal, service: Any) -> None:
    lines = [("service", service.id), ("state", state(service.status)), ("production", f"#{service.deployment}")]
    if service.canary is not None:
        canary = service.canary
        lines.append(("canary", f"#{canary.number}, {canary.share} %, {state(canary.status)}"))
    terminal.object(service, lines)


def _canary(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    service = client.services.find(given.service)
    fields: dict[str, Any] = {"note": given.note}
    if given.model:
        fields["model"] = model_of(client, given.model)
    if given.script:
        fields["script"] = script_of(client, given.script)
    if given.errors is not None or given.p99 is not None:
        rule = {"errors_percent": given.errors, "p99_ms": given.p99, "minutes": given.minutes}
        fields["rule"] = {
            key: value for key, value in {**rule, "min_calls": given.min_calls}.items() if value is not None
        }
    elif given.minutes is not None or given.min_calls is not None:
        raise Invalid("errors", "No rule: say --errors or --p99, what is not allowed.")
    _say(terminal, client.services.begin_canary(service.id, given.share, **fields))


def _share(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    service = client.services.find(given.service)
    _say(terminal, client.services.change_canary(service.id, share=given.share, note=given.note))


def _promote(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    _say(terminal, client.services.promote(client.services.find(given.service).id, given.note))


def _withdraw(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    _say(terminal, client.services.withdraw(client.services.find(given.service).id, given.note))


def _batch(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    if bool(given.dataset) == bool(given.folder):
        raise Invalid("folder", "No files: say either --folder or --dataset.")
    fields: dict[str, Any] = {}
    if given.model:
        fields["model"] = model_of(client, given.model)
    if given.script:
        fields["script"] = script_of(client, given.script)
    if given.to:
        fields["results"] = {"kind": "area", "path": given.to}
    source: dict[str, Any] = {"kind": "area", "path": given.folder}
    if given.dataset:
        name, _, version = given.dataset.partition(":")
        dataset = client.datasets.find(name)
        version = version or dataset.current_version or ""
        source = {"kind": "dataset", "dataset_id": dataset.id, "version": version}
    spec = client.specs.find(given.spec) if given.spec else client.specs.cheapest("serving")
    batch = client.batches.create(given.name, spec.id, source, **fields)
    if given.wait:
        terminal.progress("working on files")
        batch = client.batches.wait(batch.id)
    done = f"{batch.counts.done} of {batch.counts.total} done, {batch.counts.failed} failed"
    terminal.object(batch, [("batch service", batch.id), ("state", state(batch.status)), ("files", done)])
    return 0 if batch.status not in ("failed", "stopped") else 1


def _results(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    batch = client.batches.find(given.batch)
    target = client.batches.download(batch.id, Path(given.target or f"{batch.name}.zip"))
    terminal.object({"batch": batch.id, "path": str(target)}, [("saved", target)])


def _dataset(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    batch = client.batches.find(given.batch)
    made = client.batches.to_dataset(batch.id, given.name, publish=not given.no_publish)
    lines = [
        ("dataset", made.dataset.id if made.dataset else None),
        ("state", state(made.status)),
        ("version", made.version),
        ("proposed", made.proposed),
        ("kept", made.kept),
        ("refused", made.refused),
        ("reason", made.reason.message if made.reason else None),
    ]
    terminal.object(made, lines)
    return 0 if made.status == "succeeded" else 1


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    canary = verb(
        verbs, shared, "canary", _canary, purpose="Try a second version of a service on a part of the requests.",
        examples="""
        aispace canary digits-api digits:V0002 --share 10
        aispace canary digits-api digits:V0002 --errors 2 --p99 50 --minutes 5
        aispace canary answers --script answers:V0003 --share 0 --note "only by header"
    """)  # fmt: skip
    canary.add_argument("service", help="name or id")
    canary.add_argument("model", nargs="?", help="name or id, with :V0001 for a version other than the current one")
    canary.add_argument("--script", help="algorithm, with :V0001 and /file.py where needed")
    canary.add_argument("--share", type=int, default=10, help="percent of the requests; default 10")
    canary.add_argument("--errors", type=float, help="take it back when more than this percentage of its calls fail")
    canary.add_argument("--p99", type=float, help="take it back when its p99 is above so many milliseconds")
    canary.add_argument("--minutes", type=int, help="over so many minutes; default 5")
    canary.add_argument("--min-calls", type=int, help="fewer calls say nothing; default 20")
    canary.add_argument("--note", default="", help="why, for the records")
    share = verb(verbs, shared, "share", _share, purpose="Change a canary's share in place.", examples="""
        aispace share digits-api 30
        aispace share svc_0190 100 --note "the figures are good"
        aispace share digits-api 50 --json
    """)  # fmt: skip
    share.add_argument("service", help="name or id")
    share.add_argument("share", type=int, help="percent of the requests")
    share.add_argument("--note", default="", help="why, for the records")
    for name, act, purpose in (
        ("promote", _promote, "Make a canary production; no request is refused."),
        ("withdraw", _withdraw, "Take a canary back; no request is refused."),
    ):
        one = verb(verbs, shared, name, act, purpose=purpose, examples=f"""
        aispace {name} digits-api
        aispace {name} svc_0190 --note "seen enough"
        aispace {name} digits-api --json
    """)  # fmt: skip
        one.add_argument("service", help="name or id")
        one.add_argument("--note", default="", help="why, for the records")
    batch = verb(
        verbs, shared, "batch", _batch, purpose="Put files through a model or script once, in the background.",
        examples="""
        aispace batch digits:V0001 --name night --folder pictures --to results
        aispace batch digits --name all --dataset digits:V0002 --wait
        aispace batch --script reader:V0001 --name texts --folder letters
    """)  # fmt: skip
    batch.add_argument("model", nargs="?", help="name or id, with :V0001 for a version other than the current one")
    batch.add_argument("--script", help="algorithm, with :V0001 and /file.py where needed")
    batch.add_argument("--name", required=True)
    batch.add_argument("--folder", help="folder of your area")
    batch.add_argument("--dataset", help="name or id, with :V0001 for a version other than the current one")
    batch.add_argument("--to", help="folder of your area for the results")
    batch.add_argument("--spec", help="name or id; default: the cheapest")
    batch.add_argument("--wait", action="store_true", help="until it has ended")
    results = verb(
        verbs, shared, "batch-results", _results, purpose="Save the results of a batch service as a zip archive.",
        examples="""
        aispace batch-results night
        aispace batch-results night there.zip
        aispace batch-results bat_0190 --json
    """)  # fmt: skip
    results.add_argument("batch", help="name or id")
    results.add_argument("target", nargs="?", help="file; default: <name>.zip here")
    dataset = verb(
        verbs, shared, "batch-dataset", _dataset,
        purpose="Put the results of a batch service into a dataset, as proposals.",
        examples="""
        aispace batch-dataset night
        aispace batch-dataset night --name digits-sorted
        aispace batch-dataset bat_0190 --name found --no-publish --json
    """)  # fmt: skip
    dataset.add_argument("batch", help="name or id")
    dataset.add_argument("--name", help="of a new dataset; default: the dataset that the files came from")
    dataset.add_argument("--no-publish", action="store_true", help="leave the proposals in the working copy")
