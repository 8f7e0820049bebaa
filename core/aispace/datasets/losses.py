"""What a form of export cannot carry of a version, counted before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from .annotations import Kind, Layout, labels_of
from .formats import voc
from .requests import Note

EXAMPLES: Final = 5
NAMES: Final[dict[str, str]] = {
    "class_folders": "class folders",
    "manifest": "the manifest",
    "line_manifest": "the line manifest",
    "coco": "COCO",
    "voc": "Pascal VOC",
    "yolo": "YOLO",
    "csv": "CSV",
    "tsv": "TSV",
    "jsonl": "JSON lines",
}
WORDS: Final[dict[str, tuple[str, str]]] = {
    "hard": ("1 sample is marked hard", "{n} samples are marked hard"),
    "states": ("1 sample is not plainly labelled ({detail})", "{n} samples are not plainly labelled ({detail})"),
    "reviews": ("1 sample has a review ({reviews})", "{n} samples have reviews ({reviews})"),
    "scores": ("1 sample has scores", "{n} samples have scores"),
    "attributes": ("1 sample has attributes", "{n} samples have attributes"),
    "object_hard": ("1 sample has objects marked hard", "{n} samples have objects marked hard"),
    "ids": ("1 sample has objects with ids", "{n} samples have objects with ids"),
    "labels": ("1 sample has several labels", "{n} samples have several labels"),
    "unlabelled_splits": ("1 unlabelled sample is in a split", "{n} unlabelled samples are in a split"),
    "unused_labels": ("1 label is on no sample", "{n} labels are on no sample"),
}
CARRIED: Final[dict[str, frozenset[str]]] = {
    "manifest": frozenset(WORDS),
    "class_folders": frozenset(("unlabelled_splits",)),
    "line_manifest": frozenset(("hard", "scores", "attributes", "object_hard", "labels", "unlabelled_splits")),
    "flat": frozenset(),
    "origin": frozenset(),
    "coco": frozenset(("scores", "attributes", "unused_labels")),
    "voc": frozenset(("object_hard", "unlabelled_splits")),
    "yolo": frozenset(("unused_labels", "unlabelled_splits")),
    "csv": frozenset(("labels", "unlabelled_splits")),
    "tsv": frozenset(("labels", "unlabelled_splits")),
    "jsonl": frozenset(("labels", "unlabelled_splits")),
}
"""What of the things in `Facts` each form carries; all of them carry splits of labelled samples."""


@dataclass
class Facts:
    """What a version holds of the things that not every form carries.

    Parameters
    ----------
    counts : Counter
        How many samples have each thing: those of `WORDS`, ``folder`` (not in the folder of its label) and ``stem``
        (another file differs in its suffix only).
    examples : dict
        Paths of the first of them.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, thing: str, path: str) -> None:
        """Count a sample that has a thing."""
        self.counts[thing] += 1
        examples = self.examples.setdefault(thing, [])
        if len(examples) < EXAMPLES:
            examples.append(path)


def gather(lines: Iterable[tuple[str, dict[str, Any]]], kind: Kind) -> Facts:
    """Look at all samples of a version once.

    Parameters
    ----------
    lines : iterable of (path, record)
        As `records.read_record` gives them.
    """
    facts = Facts()
    stems: set[int] = set()
    for path, record in lines:
        objects, state = record.get("o") or [], record["s"]
        if record.get("d"):
            facts.add("hard", path)
        if state not in ("labelled", "unlabelled"):
            facts.add("states", path)
            facts.states[state] += 1
        if "r" in record:
            facts.add("reviews", path)
            facts.verdicts["rejected" if record["r"]["verdict"] == "reject" else "accepted"] += 1
        for thing in ("score", "attributes", "hard", "id"):
            if any(o.get(thing) not in (None, {}, False) for o in objects):
                facts.add({"score": "scores", "hard": "object_hard", "id": "ids"}.get(thing, thing), path)
        if state == "unlabelled" and record.get("p"):
            facts.add("unlabelled_splits", path)
        if not all(voc.carries(o.get("attributes") or {}) for o in objects):
            facts.add("other_attributes", path)
        if not kind.many and len(objects) > 1:
            facts.add("labels", path)
        if kind.many:
            # Hashes instead of names: a million take a third of the memory.
            stem = hash(path.rpartition(".")[0])
            if stem in stems:
                facts.add("stem", path)
            stems.add(stem)
        elif not path.startswith(f"{next(iter(labels_of(objects)), '_unlabelled')}/"):
            facts.add("folder", path)
    return facts


def losses(layout: Layout, kind: Kind, facts: Facts, unused: list[str]) -> list[Note]:
    """Say what a form does not carry.

    Parameters
    ----------
    unused : list of str
        Labels of the group that no sample has.

    Returns
    -------
    list of Note
        Empty when nothing is lost.
    """
    carried, form = CARRIED[layout], NAMES[layout]
    outlines = "voc" if layout == "line_manifest" and kind.shapes else layout
    if outlines != layout:  # boxes lie in XML files, the line itself says the rest
        carried = CARRIED["voc"] | {"hard"}
    found = []
    for thing, (one, many) in WORDS.items():
        if thing in carried:
            continue
        counted = "other_attributes" if (outlines, thing) == ("voc", "attributes") else thing
        n = len(unused) if thing == "unused_labels" else facts.counts[counted]
        if not n:
            continue
        detail, reviews = (
            ", ".join(f"{count} {word}" for word, count in sorted(counted.items()))
            for counted in (facts.states, facts.verdicts)
        )
        words = (one if n == 1 else many).format(n=f"{n:,}", detail=detail, reviews=reviews)
        examples = unused[:EXAMPLES] if thing == "unused_labels" else facts.examples.get(counted, [])
        found.append(Note(code=thing, n=n, message=f"{words}: not in {form}", examples=examples))
    if layout == "class_folders" and facts.counts["folder"]:
        n = facts.counts["folder"]
        found.append(_note(facts, "folder", "paths", n, "move into the folder of their label"))
    if layout == "yolo" and facts.counts["stem"]:
        found.append(_note(facts, "stem", "paths", facts.counts["stem"], "get another name: only their suffix differs"))
    if kind.data_type == "tabular":
        return [note for note in found if note.code != "paths"]
    return found


def _note(facts: Facts, thing: str, code: str, n: int, words: str) -> Note:
    who = "1 sample will" if n == 1 else f"{n:,} samples will"
    return Note(code=code, n=n, message=f"{who} {words}", examples=facts.examples.get(thing, []))
