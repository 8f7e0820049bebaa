"""TensorBoard over training jobs: ``tensorboard``, and ``jobs tensorboard``, which is the same."""

from __future__ import annotations

import argparse

from ..client import AISpaceClient
from .listing import link_to
from .terminal import Terminal, money, state
from .verbs import Verbs, verb


def _tensorboard(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    spec = client.specs.find(given.spec) if given.spec else None
    board = client.jobs.tensorboard(*given.jobs, spec_id=spec.id if spec else None, idle_minutes=given.idle, wait=False)
    if not given.no_wait and not board.ready:
        terminal.say(f"{board.name}: {state(board.status)}")
        board = client.visualisations.wait(board.id)
    lines = [
        ("tensorboard", board.id),
        ("runs", ", ".join(f"{run.job.name} {run.version}" for run in board.runs)),
        ("state", state(board.status)),
        ("stops", f"{board.idle_minutes} min after the last visit"),
        ("cost", money(board.cost)),
        ("open", link_to(client, board.id, elsewhere=given.url is not None)),
    ]
    terminal.object(board, lines)


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    board = verb(
        verbs, shared, "tensorboard", _tensorboard, purpose="Show training jobs in TensorBoard.",
        examples="""
        aispace tensorboard digits
        aispace tensorboard digits:V0001 digits:V0002
        aispace tensorboard job_0190 job_0191 --idle 30
    """)  # fmt: skip
    jobs = verb(
        verbs, shared, "jobs", _tensorboard, purpose="Do something with several training jobs.",
        examples="""
        aispace jobs tensorboard digits
        aispace jobs tensorboard digits:V0001 digits:V0002
        aispace jobs tensorboard job_0190 --no-wait --json
    """)  # fmt: skip
    jobs.add_argument("what", choices=["tensorboard"], help="show them in TensorBoard")
    for parser in (board, jobs):
        parser.add_argument(
            "jobs", nargs="+", metavar="JOB", help="name or id, with :V0001 for a run other than the newest"
        )
        parser.add_argument("--idle", type=int, metavar="MINUTES", help="stop after so long without a visitor")
        parser.add_argument("--spec", help="name or id; default: the cheapest that is large enough")
        parser.add_argument("--no-wait", action="store_true", help="do not wait until it can be opened")
