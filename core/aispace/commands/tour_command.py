"""``aispace tour``: the whole path on real data."""

from __future__ import annotations

import argparse
import json
import sys

from ..client import AISpaceClient
from ..tour.house import fresh_house
from ..tour.walk import Walk
from .terminal import Terminal
from .verbs import Verbs, verb


def _tour(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.fresh:
        with fresh_house(terminal.say) as house, AISpaceClient(house.url, house.token) as client:
            return _walk(given, terminal, client)
    with AISpaceClient(given.url, given.token) as client:
        return _walk(given, terminal, client)


def _walk(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    walk = Walk(client, terminal.say, digits=given.digits)
    try:
        figures = walk.run()
    finally:
        if given.clean:
            walk.clean()
    print(json.dumps(figures, ensure_ascii=False), file=sys.stdout)
    return 0 if figures["accuracy"] >= walk.wanted_accuracy else 1


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verb of this module."""
    tour = verb(
        verbs, shared, "tour", _tour, purpose="Walk the whole path on real data: handwritten digits.", local=True,
                examples="""
        aispace tour
        aispace tour --clean
        aispace tour --fresh --json
    """)  # fmt: skip
    tour.add_argument("--clean", action="store_true", help="delete what the tour made, also when it fails")
    tour.add_argument(
        "--fresh", action="store_true", help="against a hub of its own, started for it and removed after it"
    )
    tour.add_argument("--digits", help="scikit-learn's digits.csv.gz, where it cannot be found by itself")
