"""Serving: ``deploy``, ``predict``, ``start``."""

from __future__ import annotations

import argparse
import json
import mimetypes
from pathlib import Path
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .naming import resolve
from .releases import model_of, script_of
from .terminal import Terminal, state
from .verbs import Verbs, verb


def _deploy(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    answered: dict[str, Any] = {}
    if given.model:
        answered["model"] = model_of(client, given.model)
    if given.script:
        answered["script"] = script_of(client, given.script)
    if not answered:
        raise Invalid("model", "Nothing to serve: name a model, or a script with --script.")
    if given.stop_after_hours or given.stop_idle_minutes:
        limits = {"after_hours": given.stop_after_hours, "idle_minutes": given.stop_idle_minutes}
        answered["auto_stop"] = {key: value for key, value in limits.items() if value is not None}
    spec = client.specs.find(given.spec) if given.spec else client.specs.cheapest("serving")
    existing = [item for item in client.services.list(q=given.name, scope="mine") if item.name == given.name]
    if existing:
        changes: dict[str, Any] = {"spec_id": spec.id} if given.spec else {}
        service = client.services.update(existing[0].id, **answered, **changes)
        if service.target == "stopped":
            service = client.services.start(service.id)
        else:
            terminal.say(f"rolling edit of {service.id}: no request is refused")
    else:
        service = client.services.create(given.name, None, None, spec.id, **answered)
    if not given.no_wait:
        terminal.progress("deploying")
        service = client.services.wait(service.id, deployment=service.desired)
    terminal.object(service, [("service", service.id), ("state", state(service.status)), ("address", service.endpoint)])
    return 0


def _predict(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    service = client.services.find(given.service)
    path = Path(given.file)
    if path.suffix == ".json":
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Invalid("file", f"{path} is not JSON in UTF-8: {error}.") from None
        prediction = client.services.try_it(service.id, body)
    else:
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        prediction = client.services.try_it(service.id, path.read_bytes(), media_type, name=path.name)
    terminal.object(
        prediction,
        [("answer", json.dumps(prediction.outputs, ensure_ascii=False)), ("took", f"{prediction.milliseconds:.1f} ms")],
    )
    return 0 if prediction.status < 400 else 1


def _start(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.service.startswith(("job_", "jobs/")):
        job = client.jobs.get(resolve(client, given.service))
        run = client.jobs.start(job.id, job.current_version)
        terminal.object(run, [("job", job.id), ("run", run.version), ("state", state(run.status))])
        return
    service = client.services.start(client.services.find(given.service).id)
    terminal.object(service, [("service", service.id), ("state", state(service.status)), ("address", service.endpoint)])


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    deploy = verb(
        verbs, shared, "deploy", _deploy, purpose="Serve a model version, or roll a service over to it.",
        examples="""
        aispace deploy digits:V0001 --name digits-api
        aispace deploy digits --name digits-api --spec cpu-1
        aispace deploy --script answers:V0001/inference.py --name answers --stop-idle-minutes 30
    """)  # fmt: skip
    deploy.add_argument("model", nargs="?", help="name or id, with :V0001 for a version other than the current one")
    deploy.add_argument("--script", help="algorithm, with :V0001 and /file.py where needed")
    deploy.add_argument("--stop-after-hours", type=float, help="stop by itself so long after each start")
    deploy.add_argument("--stop-idle-minutes", type=int, help="stop by itself when nobody called it for so long")
    deploy.add_argument("--name", required=True, help="of the service; an existing one is edited")
    deploy.add_argument("--spec", help="name or id; default: the cheapest")
    deploy.add_argument("--no-wait", action="store_true")
    predict = verb(verbs, shared, "predict", _predict, purpose="Ask a service once.", examples="""
        aispace predict digits-api seven.png
        aispace predict svc_0190 request.json
        aispace predict digits-api seven.png --json
    """)  # fmt: skip
    predict.add_argument("service", help="name or id")
    predict.add_argument("file", help="picture, or a .json file")
    start = verb(
        verbs, shared, "start", _start, purpose="Start a stopped service at its old address, or a draft of a job.",
        examples="""
        aispace start digits-api
        aispace start svc_0190
        aispace start jobs/digits --json
    """)  # fmt: skip
    start.add_argument("service", help="name or id of a service; id of a job, or jobs/NAME")
