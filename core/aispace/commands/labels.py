"""One label, on all samples that have it: ``labels``."""

from __future__ import annotations

import argparse

from ..client import AISpaceClient
from ..errors import Invalid
from .terminal import Terminal
from .verbs import Verbs, verb


def _labels(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    group = client.label_groups.find(given.group)
    if given.action == "rename":
        if not given.to:
            raise Invalid("to", "The new name is missing. Write it after the old one.")
        done = client.label_groups.rename_label(group.id, given.label, given.to, merge=given.merge)
    else:
        done = client.label_groups.delete_label(group.id, given.label, samples=given.samples)
    terminal.object(
        done,
        [
            ("group", done.group.id),
            ("labels", ", ".join(label.name for label in done.group.labels[:20])),
            ("changed", f"{done.changed:,}"),
            ("deleted", f"{done.deleted:,}" if given.samples else None),
        ],
    )


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    labels = verb(
        verbs, shared, "labels", _labels, purpose="Rename or delete a label on all samples that have it.",
        examples="""
        aispace labels rename animals cat feline
        aispace labels rename animals kitten cat --merge
        aispace labels delete animals dog
        aispace labels delete animals dog --samples
    """)  # fmt: skip
    labels.add_argument("action", choices=["rename", "delete"])
    labels.add_argument("group", help="name or id of a label group")
    labels.add_argument("label", help="name of the label")
    labels.add_argument("to", nargs="?", help="its new name")
    labels.add_argument("--merge", action="store_true", help="join it to a label of that name")
    labels.add_argument("--samples", action="store_true", help="delete the samples that have no other label, too")
