"""What TensorBoard gets to see of a run.

Of one's own runs it is the folder itself, also while the run goes on. Of somebody else's it is a copy of the event
files and the logged numbers, made once the run has ended: the folder belongs to another user of the machine, and what
he does in it later is not for the reader.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..engines.base import Key
from ..errors import Invalid, NotFound
from ..identity import Principal
from ..storage.manifests import iterate
from ..training.shown import FoundRun, find_run
from .schemas import RunChoice

if TYPE_CHECKING:
    from ..platform import Platform
    from ..storage.trees import TreeBuilder

MARK = "tfevents"
"""In the name of every event file."""
METRICS = "metrics.jsonl"
CHUNK = 1 << 20


def choose(platform: Platform, principal: Principal, choices: list[RunChoice]) -> list[FoundRun]:
    """Find the runs that were asked for, each once.

    Raises
    ------
    Invalid
        One does not exist for this principal, or is another's that has not ended.
    """
    found: dict[str, FoundRun] = {}
    for index, choice in enumerate(choices):
        try:
            run = find_run(platform, principal, choice.job_id, choice.version)
        except NotFound as error:
            raise Invalid(f"runs.{index}", f"Run: {error.message}", code="not_found") from error
        if not run.ended and not _own(principal, run):
            raise Invalid(
                f"runs.{index}",
                f"Run: {run.job_name} {run.version} of somebody else has not ended. Only its owner sees it before.",
                code="not_ended",
            )
        found.setdefault(run.id, run)
    return list(found.values())


def folder(platform: Platform, principal: Principal, run: FoundRun) -> Path:
    """Give a folder with one folder for each attempt, ``1``, ``2`` and so on, in which ``out`` and the numbers lie.

    Made never inside a transaction: files of others are copied.
    """
    own = platform.engine.directory(Key(run.workload_id, 1)).parent
    if _own(principal, run):
        return own

    def build(tree: TreeBuilder) -> None:
        for entry in iterate(platform.blobs, run.outputs) if run.outputs else ():
            if MARK in entry.path.rpartition("/")[2]:
                tree.file(f"1/out/{entry.path}", entry.sha256)
        try:
            numbers = Path(platform.workloads.directory(run.workload_id)) / METRICS
            descriptor = os.open(numbers, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except (NotFound, OSError):
            tree.write("1/none", [])  # so that the folder is there
            return
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            # The folder was the other's too: a link of any kind could lead to a file that is not his.
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
                tree.write(f"1/{METRICS}", _pieces(file))

    return platform.trees.materialise(f"view-{run.id}", principal.uid, build)


def _own(principal: Principal, run: FoundRun) -> bool:
    return run.created_by_id == principal.user_id


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
