"""Job templates: ``template save``, ``template run``, ``template export`` and ``template import``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal, state
from .train import pairs
from .verbs import Verbs, verb


def _template(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.what == "save":
        job = client.jobs.find(given.name)
        made = client.templates.of_run(job.id, given.run or job.current_version, given.into or job.name)
        terminal.object(made, [("template", made.id), ("name", made.name)])
    elif given.what == "run":
        changes = {"parameters": pairs(given.param, "param")} if given.param else {}
        if not given.into:
            raise Invalid("as", "--as: give the new job a name.", code="missing")
        started = client.templates.submit(given.name, given.into, **changes)
        terminal.object(started, [("id", started.id), ("state", state(started.status))])
    elif given.what == "export":
        document = client.templates.export(client.templates.find(given.name))
        terminal.text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        made = client.templates.take(_read(given.name), name=given.into)
        terminal.object(made, [("template", made.id), ("name", made.name)])


def _read(path: str) -> dict[str, Any]:
    text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    document = json.loads(text)
    if not isinstance(document, dict):
        raise Invalid("file", f"{path}: this is no template. Give a file that `aispace template export` wrote.")
    return document


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    template = verb(
        verbs, shared, "template", _template, purpose="Keep the settings of a job under a name, and use them again.",
        examples="""
        aispace template save digits --run V0002 --as digits-small
        aispace template run digits-small --as digits-3 --param epochs=40
        aispace template export digits-small
        aispace template import digits-small.json
    """)  # fmt: skip
    template.add_argument("what", choices=["save", "run", "export", "import"], help="what to do")
    template.add_argument("name", metavar="NAME", help="job to save, template to run or export, file to import")
    template.add_argument("--as", dest="into", metavar="NAME", help="name of the template, or of the new job")
    template.add_argument("--run", help="run of the job to save; default: the newest")
    template.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
