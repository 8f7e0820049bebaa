from __future__ import annotations

import errno
import io
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aispace.errors import AISpaceError, NotFound
from aispace.platform import Platform
from aispace.storage.blobs import EMPTY, BlobStore, StorageFull
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def leftovers(store: BlobStore) -> list[Path]:
    return list(store.tmp.iterdir())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=5000))
def test_what_is_put_is_read_again_and_stored_once(platform: Platform, data: bytes) -> None:
    store = platform.blobs
    first = store.put(data)
    status = store.path(first.sha256).stat()
    with store.batch() as batch:
        second = batch.put(data)
    assert first == second
    assert store.path(first.sha256).stat().st_ino == status.st_ino
    assert store.read(first.sha256) == data
    assert store.size(first.sha256) == len(data)
    assert store.is_intact(first.sha256)
    assert status.st_mode & 0o222 == 0
    assert not leftovers(store)


def test_the_folder_of_blobs_is_closed_to_others(platform: Platform) -> None:
    assert platform.blobs.root.stat().st_mode & 0o077 == 0
    blob = platform.blobs.put(b"x")
    assert platform.blobs.path(blob.sha256).parent.stat().st_mode & 0o077 == 0


def test_an_empty_blob_has_the_hash_of_nothing(platform: Platform) -> None:
    assert platform.blobs.put(b"").sha256 == EMPTY


def test_a_stream_over_its_limit_leaves_nothing(platform: Platform) -> None:
    with pytest.raises(AISpaceError, match="more than 10 bytes"):
        platform.blobs.put_stream(io.BytesIO(b"x" * 11), limit=10)
    assert not leftovers(platform.blobs)
    assert not list(platform.blobs.digests())


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_a_digest_that_is_none_is_refused(platform: Platform, sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        platform.blobs.open(sha256)


def test_an_unknown_blob_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound):
        platform.blobs.open("a" * 64)


def test_a_batch_that_fails_leaves_nothing(platform: Platform) -> None:
    with pytest.raises(RuntimeError, match="no"), platform.blobs.batch() as batch:
        batch.put(b"one")
        raise RuntimeError("no")
    assert not leftovers(platform.blobs)
    assert not list(platform.blobs.digests())


def test_a_full_disk_is_told_and_leaves_nothing(platform: Platform) -> None:
    """The limit of the size of a file stands for a full disk: the kernel refuses the write in the middle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, hard))
        with pytest.raises(StorageFull) as caught:
            platform.blobs.put(b"x" * (4 << 20))
        with pytest.raises(StorageFull), platform.blobs.batch() as batch:
            batch.put(b"y" * (4 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.status == 507
    assert not leftovers(platform.blobs)
    assert not list(platform.blobs.digests())


def test_no_space_left_at_the_sync_leaves_nothing(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFull):
            platform.blobs.put(b"late")
    assert not leftovers(platform.blobs)
    assert not list(platform.blobs.digests())


WRITER = """
import sys, os
from aispace.platform import Platform
platform = Platform(home=sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    with platform.blobs.batch() as batch:
        for _ in range(50):
            n += 1
            batch.put(os.urandom(20) + bytes(n % 5000))
    platform.blobs.put(os.urandom(3_000_000))
"""


def test_a_killed_writer_leaves_only_whole_blobs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and sum(1 for _ in (home / "blobs/sha256").rglob("*")) < 400:
        time.sleep(0.01)
    process.kill()
    process.wait()
    platform = Platform(home=str(home))
    store = platform.blobs
    found = [digest for digest, _ in store.digests()]
    assert len(found) > 100
    assert all(store.is_intact(digest) for digest in found)
    store.clear_temporary()
    assert not leftovers(store)
    platform.close()
