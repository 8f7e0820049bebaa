"""Taking back, handing over, making once more: ``trash``, ``transfer``, ``reproduce``."""

from __future__ import annotations

import argparse
from typing import Any

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal
from .verbs import Verbs, verb

FEW = 40


def _trash(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.action == "ls":
        page = client.trash.page(q=given.id, limit=200)
        columns: list[tuple[str, Any]] = [
            ("ID", lambda r: r.id),
            ("KIND", lambda r: r.kind),
            ("NAME", lambda r: r.name),
            ("DELETED", lambda r: f"{r.deleted_at:%Y-%m-%d %H:%M}"),
            ("GOES", lambda r: f"{r.expires_at:%Y-%m-%d %H:%M}"),
        ]
        terminal.table(page.items, columns, total=page.page.total)
    elif given.action == "restore":
        back = client.trash.restore(_needed(given.id, "id", "name what comes back"), given.name)
        terminal.object(back, [("id", back.id), ("kind", back.kind), ("name", back.name)])
    elif given.id is not None:
        client.trash.delete(given.id)
        terminal.say(f"deleted {given.id} for good")
    else:
        gone = client.trash.empty()
        terminal.object(gone, [("deleted for good", gone.deleted), ("kept", gone.kept)])


def _transfer(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.action == "ls":
        page = client.transfers.page(status="offered", limit=200)
        columns: list[tuple[str, Any]] = [
            ("ID", lambda r: r.id),
            ("KIND", lambda r: r.object_kind),
            ("NAME", lambda r: r.object_name),
            ("FROM", lambda r: r.giver.name),
            ("TO", lambda r: r.receiver.name),
            ("YOU CAN", lambda r: ", ".join(r.can)),
        ]
        terminal.table(page.items, columns, total=page.page.total)
        return
    identity = _needed(given.id, "id", "name the object to offer, or the transfer")
    if given.action == "offer":
        to = _needed(given.to, "to", "name the user who gets it: --to bob")
        done = client.transfers.offer(identity, to, given.note, at_once=given.at_once)
    elif given.action == "accept":
        done = client.transfers.accept(identity, given.name)
    else:
        done = getattr(client.transfers, given.action)(identity)
    terminal.object(
        done, [("id", done.id), ("object", done.object_id), ("to", done.receiver.name), ("state", done.status)]
    )


def _needed(value: str | None, field: str, remedy: str) -> str:
    if value is None:
        raise Invalid(field, f"Nothing was done: {remedy}.", code="missing")
    return value


def _reproduce(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    name, _, version = given.model.partition(":")
    model = client.models.find(name)
    chosen = version or model.current_version
    if chosen is None:
        raise LookupError(f"a version of {model.name}")
    spec = client.specs.find(given.spec).id if given.spec else None
    made = client.reproductions.create(model.id, chosen, name=given.name, spec_id=spec)
    terminal.say(f"job {made.job_id} runs {made.original_job_id} {made.original_run} again")
    if made.environment == "unknown":
        terminal.say("the packages of the first run were not kept: it runs in the image as it is now")
    elif made.environment == "rebuilt":
        terminal.say("the image has changed since: one with exactly the packages of then is used")
    if not given.no_wait:
        terminal.progress("running")
        made = client.reproductions.wait(made.id)
        terminal.end_progress()
    terminal.object(
        made,
        [
            ("reproduction", made.id),
            ("job", made.job_id),
            ("result", made.status),
            ("same files", made.same_files),
            ("same figures", made.same_figures),
            ("differences", len(made.differences)),
        ],
    )
    for one in made.differences[:FEW]:
        terminal.say(f"{one.aspect} {one.name}: {_shown(one.before)} → {_shown(one.after)}")
    return 0 if made.status in ("same", "running") else 1


def _shown(value: str | None) -> str:
    return "none" if value is None else value


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    trash = verb(
        verbs, shared, "trash", _trash, purpose="Look into the trash, take something back, or empty it.", examples="""
        aispace trash ls
        aispace trash restore ds_0190 --name cars-again
        aispace trash empty
        aispace trash empty ds_0190
    """)  # fmt: skip
    trash.add_argument(
        "action", choices=["ls", "restore", "empty"], help="empty deletes for good: all, or the named one"
    )
    trash.add_argument("id", nargs="?", help="id of what lies there; with ls, a part of its name")
    trash.add_argument("--name", help="new name of what comes back")
    transfer = verb(
        verbs, shared, "transfer", _transfer, purpose="Hand an object over to another user, or take one.", examples="""
        aispace transfer ls
        aispace transfer offer ds_0190 --to bob
        aispace transfer accept trf_0190 --name cars-of-alice
        aispace transfer decline trf_0190
    """)  # fmt: skip
    transfer.add_argument("action", choices=["ls", "offer", "accept", "decline", "withdraw"])
    transfer.add_argument("id", nargs="?", help="of the object to offer; else of the transfer")
    transfer.add_argument("--to", help="name of the user who gets it")
    transfer.add_argument("--note", default="", help="what he should know")
    transfer.add_argument("--at-once", action="store_true", help="move it without asking him; for administrators")
    transfer.add_argument("--name", help="new name of what is accepted")
    again = verb(
        verbs, shared, "reproduce", _reproduce,
        purpose="Make a model version once more and tell what differs; exit code 1 when something does.", examples="""
        aispace reproduce digits:V0001
        aispace reproduce digits --no-wait
        aispace reproduce mdl_0190:V0002 --spec cpu-2 --json
    """)  # fmt: skip
    again.add_argument("model", help="name or id, with :V0001 for a version other than the current one")
    again.add_argument("--name", help="of the training job that does it")
    again.add_argument("--spec", help="name or id of other resources than the first run had")
    again.add_argument("--no-wait", action="store_true")
