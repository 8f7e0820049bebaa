"""``doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

import argparse

from ..doctor import examine, find_patient
from .terminal import Terminal, plain, width
from .verbs import Verbs, verb

MARKS = {"ok": "✓", "note": "!", "broken": "✕"}


def _doctor(given: argparse.Namespace, terminal: Terminal) -> int:
    report = examine(find_patient(given.home, given.url, given.token))
    if given.json:
        terminal.document(report)
        return 0 if report.healthy else 1
    column = max(width(one.check) for one in report.findings)
    for one in report.findings:
        if given.quiet and one.state == "ok":
            continue
        terminal.text(f"{MARKS[one.state]} {one.check.ljust(column)}  {plain(one.found)}\n")
        if one.remedy:
            terminal.text(f"  {' ' * column}  → {plain(one.remedy)}\n")
    wrong = sum(one.state == "broken" for one in report.findings)
    notes = sum(one.state == "note" for one in report.findings)
    where = f" of the {report.size} size" + (f" in {report.home}" if report.home else "")
    terminal.say(f"{len(report.findings)} checks{where}: {wrong} broken, {notes} to note")
    return 0 if report.healthy else 1


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verb of this module."""
    doctor = verb(
        verbs, shared, "doctor", _doctor, local=True, purpose="Look for what is wrong, and say the remedy.",
        examples="""
        aispace doctor
        aispace doctor --home /srv/aispace
        aispace doctor --json
    """)  # fmt: skip
    doctor.add_argument("--home", help="folder of an installation; default: $AISPACE_HOME, ./var, or your own")
