"""Serving: ``deploy``, ``predict``, ``start``."""

from __future__ import annotations

import argparse
import json
import mimetypes
from pathlib import Path
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal, state
from .verbs import Verbs, verb


def _deploy(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    name, _, version = given.model.partition(":")
    model = client.models.find(name)
    chosen = version or model.current_version
    if chosen is None:
        raise LookupError(f"a version of {model.name}: add one first")
    spec = client.specs.find(given.spec) if given.spec else client.specs.cheapest("serving")
    existing = [item for item in client.services.list(q=given.name, scope="mine") if item.name == given.name]
    if existing:
        changes: dict[str, Any] = {"spec_id": spec.id} if given.spec else {}
        service = client.services.update(existing[0].id, model={"model_id": model.id, "version": chosen}, **changes)
        if service.target == "stopped":
            service = client.services.start(service.id)
        else:
            terminal.say(f"rolling edit of {service.id}: no request is refused")
    else:
        service = client.services.create(given.name, model.id, chosen, spec.id)
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
        prediction = client.services.try_it(service.id, path.read_bytes(), media_type)
    terminal.object(
        prediction,
        [("answer", json.dumps(prediction.outputs, ensure_ascii=False)), ("took", f"{prediction.milliseconds:.1f} ms")],
    )
    return 0 if prediction.status < 400 else 1


def _start(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    service = client.services.start(client.services.find(given.service).id)
    terminal.object(service, [("service", service.id), ("state", state(service.status)), ("address", service.endpoint)])


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    deploy = verb(
        verbs, shared, "deploy", _deploy, purpose="Serve a model version, or roll a service over to it.",
        examples="""
        aispace deploy digits:V0001 --name digits-api
        aispace deploy digits --name digits-api --spec cpu-1
        aispace deploy mdl_0190:V0002 --name digits-api --no-wait
    """)  # fmt: skip
    deploy.add_argument("model", help="name or id, with :V0001 for a version other than the current one")
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
        verbs, shared, "start", _start, purpose="Start a stopped service; its address is what it was.",
        examples="""
        aispace start digits-api
        aispace start svc_0190
        aispace start svc_0190 --json
    """)  # fmt: skip
    start.add_argument("service", help="name or id")
