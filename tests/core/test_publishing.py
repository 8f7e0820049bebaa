"""Publishing under bad luck: a kill, a full disk; and the lines that versions are made of."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.datasets.orm import DatasetVersion
from aispace.datasets.records import differences, record_path, seek_record
from aispace.datasets.requests import BulkAnnotate
from aispace.datasets.schemas import DatasetCreate, PublishRequest, SampleFilter, VersionSampleQuery
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage import blobs
from aispace.storage.blobs import StorageFull
from hypothesis import given
from hypothesis import strategies as st
from samples import LABELS, add, check_counters, fill
from sqlalchemy import select

PUBLISHER = """
import sys
from aispace.platform import Platform
from aispace.identity import Principal
from aispace.datasets.requests import BulkAnnotate
from aispace.datasets.schemas import PublishRequest, SampleFilter
platform = Platform(home=sys.argv[1])
alice = Principal(user_id="usr_alice", name="alice")
print("ready", flush=True)
n = 0
while True:
    n += 1
    change = BulkAnnotate(filter=SampleFilter(q=f"{n % 10}.png"), label=str(n % 3))
    platform.datasets.bulk.annotate(alice, sys.argv[2], change)
    platform.datasets.versions.publish(alice, sys.argv[2], PublishRequest(include="confirmed"))
    print(n, flush=True)
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_publish_leaves_only_whole_versions(tmp_path: Path, alice: Principal, seed: int) -> None:
    home = tmp_path / "home"
    platform = Platform(home=str(home))
    platform.db.upgrade()
    dataset = platform.datasets.create(alice, DatasetCreate(name="d", labels=LABELS))
    add(platform, dataset, range(3000))
    platform.close()
    process = subprocess.Popen([sys.executable, "-c", PUBLISHER, str(home), dataset.id], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    time.sleep(random.Random(seed).random() * 0.4)  # somewhere within one of the next publishings
    process.kill()
    process.wait()
    platform = Platform(home=str(home))
    with platform.db.read() as session:
        rows = session.scalars(select(DatasetVersion).order_by(DatasetVersion.number)).all()
    assert rows
    for row in rows:
        assert platform.blobs.is_intact(row.manifest)
        assert platform.blobs.is_intact(row.annotations)
        lines = list(platform.datasets.snapshots.lines(row))
        assert len(lines) == row.file_count
        assert sum(line.entry.size for line in lines) == row.size_bytes
    check_counters(platform, dataset.id)
    last = platform.datasets.versions.publish(alice, dataset.id, PublishRequest(include="confirmed"))
    assert last.version == f"V{rows[-1].number + 1:04d}"
    platform.close()


def test_a_full_disk_makes_no_version_and_the_next_try_succeeds(
    platform: Platform, alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = fill(platform, alice, 30)
    request = PublishRequest(include="confirmed")
    platform.datasets.versions.publish(alice, dataset.id, request)
    platform.datasets.bulk.annotate(alice, dataset.id, BulkAnnotate(filter=SampleFilter(), label="2"))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(blobs.os, "fsync", full)
        with pytest.raises(StorageFull):
            platform.datasets.versions.publish(alice, dataset.id, request)
    assert [v.version for v in platform.datasets.versions.list(alice, dataset.id).items] == ["V0001"]
    assert list(platform.blobs.tmp.iterdir()) == []
    assert platform.datasets.versions.publish(alice, dataset.id, request).version == "V0002"
    page = platform.datasets.versions.samples(alice, dataset.id, "V0002", VersionSampleQuery(label="2", limit=200))
    assert len(page.items) == 30


# Lines

PATHS = st.text(st.sampled_from("ab/-é数 "), min_size=1, max_size=6)
RECORDS = st.dictionaries(PATHS, st.integers(0, 3), max_size=30)


def blob(records: dict[str, int], padding: int) -> bytes:
    ordered = sorted(records.items(), key=lambda kv: kv[0].encode())
    return b"".join(f'{path}\t{{"v":{value}}}{" " * padding}\n'.encode() for path, value in ordered)


@given(before=RECORDS, after=RECORDS, padding=st.sampled_from([0, 70_000]))
def test_two_states_differ_in_exactly_the_lines_that_differ(
    before: dict[str, int], after: dict[str, int], padding: int
) -> None:
    """Long lines reach over the blocks that are compared at once."""
    one, other = blob(before, padding), blob(after, padding)

    def walk(i: int, j: int) -> Iterator[tuple[str, bool, bool, int, int]]:
        for a, b, p, q in differences(one, other, i, j):
            yield record_path(a or b or b"").decode(), a is not None, b is not None, p, q

    found = list(walk(0, 0))
    expected = {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    assert {path for path, *_ in found} == expected
    assert len(found) == len(expected)
    assert all((path in before, path in after) == (old, new) for path, old, new, *_ in found)
    for n, (*_, i, j) in enumerate(found):  # every place is a place to go on from
        assert list(walk(i, j)) == found[n + 1 :]


@given(records=RECORDS, wanted=PATHS)
def test_a_line_is_found_by_halving(records: dict[str, int], wanted: str) -> None:
    view = blob(records, 0)
    offset = seek_record(view, wanted.encode())
    rest = [record_path(line).decode() for line in view[offset:].splitlines()]
    assert rest == sorted((p for p in records if p.encode() >= wanted.encode()), key=str.encode)
