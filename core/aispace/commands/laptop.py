"""The platform of this user on this machine: ``laptop``."""

from __future__ import annotations

import argparse

from ..laptop import Laptop
from .terminal import Terminal
from .verbs import Verbs, verb


def _laptop(given: argparse.Namespace, terminal: Terminal) -> int:
    laptop = Laptop(given.home)
    if given.action == "stop":
        stopped = laptop.stop()
        terminal.object({"stopped": stopped}, [("stopped", "yes; jobs go on" if stopped else "it did not run")])
        return 0
    if given.action == "start":
        laptop.ready()
    version = laptop.version()
    found = laptop.listening()
    about = {
        "running": version is not None,
        "version": version,
        "pid": found.get("pid"),
        "home": str(laptop.home),
        "socket": str(laptop.socket),
        "log": str(laptop.log),
    }
    running = f"{version}, process {found.get('pid')}" if version else "no; it is started when somebody needs it"
    lines = [("running", running), *((name, about[name]) for name in ("home", "socket", "log"))]
    terminal.object(about, lines)
    return 0


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verb of this module."""
    laptop = verb(
        verbs, shared, "laptop", _laptop, local=True,
        purpose="Look at, start or stop your own platform on this machine.",
        examples="""
        aispace laptop status
        aispace laptop stop
        aispace laptop start --home /data/me/aispace
    """)  # fmt: skip
    laptop.add_argument("action", choices=["status", "start", "stop"])
    laptop.add_argument("--home", help="folder of the platform; default: $AISPACE_HOME or ~/.local/share/aispace")
