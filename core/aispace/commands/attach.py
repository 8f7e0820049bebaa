"""Being there while a job runs: ``attach``, and what it shares with a cell that is sent from a notebook."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Final

from ..client import AISpaceClient
from ..client.training import ENDED
from ..client.transport import ServiceAway
from ..training.schemas import RunRead
from .terminal import Terminal, duration, money, plain, state
from .verbs import Verbs, verb

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0
"""Seconds between two looks at a run that says nothing."""
INTERRUPTED: Final = 130


def state_line(run: RunRead) -> str:
    """Write what a run does now in one line."""
    line = state(run.status)
    if run.status in ENDED:
        best = "".join(f"  {name} {metric.best:.4g}" for name, metric in run.metrics.items() if metric.best is not None)
        line += f" in {duration(run.started_at, run.ended_at)}{best}  {money(run.cost, 2)}"
    elif run.workload is not None and run.workload.position is not None:
        line += f": number {run.workload.position} in queue {run.workload.queue}"
    elif run.status == "running" and run.started_at is not None:
        line += f" since {run.started_at.astimezone():%H:%M:%S}"
    return line + (f": {plain(run.reason.message)}" if run.reason and run.status != "succeeded" else "")


def detached(job_id: str) -> str:
    """Say what an interrupt did, and how to go on."""
    return f"detached: the job goes on.  watch it again: aispace attach {job_id}   end it: aispace stop {job_id}"


def watch(
    client: AISpaceClient,
    job_id: str,
    version: str,
    *,
    say: Callable[[str], None],
    write: Callable[[str], None],
    seen: Callable[[RunRead], None] | None = None,
) -> RunRead:
    """Follow a run to its end: one line for each change of state, and its log as it is written.

    The platform may go away meanwhile: it is waited for.

    Parameters
    ----------
    say, write : callable
        Take a line about the run, and text of its log.
    seen : callable, optional
        Called with each state of the run that was read.

    Returns
    -------
    RunRead
        Ended, with its results kept.
    """
    after, pause, away = 0, FIRST_PAUSE, False
    before: tuple[object, ...] = ()
    while True:
        try:
            run = client.jobs.run(job_id, version)
            part = client.jobs.log(job_id, version, after) if run.workload is not None else None
        except ServiceAway as error:
            if not away:
                say(f"{error.message} Waiting for it; the job goes on meanwhile.")
            away = True
            time.sleep(LONGEST_PAUSE)  # a platform that is away says nothing: it is asked
            continue
        if away:
            say("AI Space answers again.")
        away = False
        ended = run.status in ENDED and not run.collecting
        position = run.workload.position if run.workload else None
        now = (run.status, position, run.reason.code if run.reason else None, ended)
        whole = part is None or part.complete
        news = now != before or bool(part and part.text)
        if part is not None and part.text:
            after = part.next
            write(part.text)
        if now != before and not (run.status in ENDED and not (ended and whole)):
            say(state_line(run))
            before = now
        if seen is not None:
            seen(run)
        if ended and whole:
            return run
        pause = FIRST_PAUSE if news else min(pause * 1.3, LONGEST_PAUSE)
        # Asked, not pushed: one request at a time gets through every proxy, and the pause grows while nothing is new.
        time.sleep(pause)


def _attach(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    job = client.jobs.find(given.job)
    version = given.run or job.current_version
    terminal.say(f"{job.id} {job.name} {version}   interrupt = detach, the job goes on")
    try:
        run = watch(client, job.id, version, say=terminal.say, write=terminal.text)
    except KeyboardInterrupt:
        terminal.say(detached(job.id))
        return INTERRUPTED
    return 0 if run.status == "succeeded" else 1


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verb of this module."""
    attach = verb(
        verbs, shared, "attach", _attach, purpose="Watch a job until it ends; an interrupt leaves it running.",
        examples="""
        aispace attach digits
        aispace attach job_0190
        aispace attach job_0190 --run V0002 --quiet
    """)  # fmt: skip
    attach.add_argument("job", help="name or id")
    attach.add_argument("--run", help="run of the job; default: the newest")
