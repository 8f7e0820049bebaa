from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aispace.errors import Conflict, Forbidden
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage.manifests import Entry, write_manifest
from aispace.storage.trees import TreeBuilder
from aispace_hub.home import blocked_folder

ROOT = os.geteuid() == 0
UID = 200_123


def manifest(platform: Platform, files: dict[str, bytes]) -> str:
    entries = [Entry(path, len(data), platform.blobs.put(data).sha256) for path, data in files.items()]
    return write_manifest(platform.blobs, entries).sha256


def as_user(uid: int, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as somebody else, with an interpreter that everybody may run."""
    interpreters = (os.path.realpath(sys.executable), "/usr/bin/python3")
    python = next(path for path in interpreters if os.path.exists(path) and blocked_folder(Path(path)) is None)
    return subprocess.run(
        [python, "-I", "-S", "-c", code, *arguments],
        cwd="/", user=uid, group=uid, extra_groups=[], capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def open_up(path: Path) -> None:
    """Let everybody pass the folders of pytest on the way to the home."""
    for folder in path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)


def test_a_tree_holds_the_bytes_read_only_and_is_built_once(platform: Platform) -> None:
    digest = manifest(platform, {"a/b.txt": b"hello", "数/c": b""})
    tree = platform.trees.materialise_manifest("ver_1", digest, None)
    assert (tree / "a/b.txt").read_bytes() == b"hello"
    assert (tree / "数/c").read_bytes() == b""
    assert all(p.stat().st_mode & 0o222 == 0 for p in [tree, *tree.rglob("*")])
    inode = tree.stat().st_ino
    assert platform.trees.materialise_manifest("ver_1", digest, None).stat().st_ino == inode


def test_a_reader_with_the_platforms_uid_gets_copies(platform: Platform) -> None:
    digest = manifest(platform, {"a": b"hello"})
    tree = platform.trees.materialise_manifest("ver_1", digest, None)
    (tree / "a").chmod(0o644)
    (tree / "a").write_bytes(b"changed")
    assert platform.blobs.read(platform.blobs.put(b"hello").sha256) == b"hello"


@pytest.mark.skipif(not ROOT, reason="needs root to run as another user")
def test_another_uid_reads_links_and_can_change_neither_tree_nor_blob(platform: Platform) -> None:
    digest = manifest(platform, {"a/b": b"hello"})
    tree = platform.trees.materialise_manifest("ver_1", digest, UID)
    open_up(platform.path)
    blob = platform.blobs.path(platform.blobs.put(b"hello").sha256)
    assert (tree / "a/b").stat().st_ino == blob.stat().st_ino
    assert as_user(UID, "import sys; print(open(sys.argv[1]).read())", str(tree / "a/b")).stdout == "hello\n"
    for attack in (
        "open(p, 'w')",
        "os.chmod(p, 0o666)",
        "os.unlink(p)",
        "os.rename(p, p + 'x')",
        "open(os.path.dirname(p) + '/new', 'w')",
        "os.rename(os.path.dirname(os.path.dirname(p)), os.path.dirname(os.path.dirname(p)) + 'x')",
        "os.truncate(p, 0)",
    ):
        done = as_user(UID, f"import os, sys; p = sys.argv[1]; {attack}", str(tree / "a/b"))
        assert "PermissionError" in done.stderr, attack
    assert platform.blobs.is_intact(blob.name)
    stranger = as_user(UID + 1, "import sys; open(sys.argv[1])", str(tree / "a/b"))
    assert "PermissionError" in stranger.stderr
    direct = as_user(UID, "import sys; open(sys.argv[1])", str(blob))
    assert "PermissionError" in direct.stderr


def test_a_tree_that_fails_to_build_is_not_there(platform: Platform) -> None:
    def broken(tree: TreeBuilder) -> None:
        tree.write("a", [b"x"])
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        platform.trees.materialise("ver_1", None, broken)
    assert list(platform.trees.root.glob("*/*")) == []
    with pytest.raises(ValueError, match="key"):
        platform.trees.materialise("../x", None, broken)


def test_unused_trees_go_and_used_ones_stay(platform: Platform) -> None:
    digest = manifest(platform, {"a": b"hello"})
    one, two = (platform.trees.materialise_manifest(key, digest, None) for key in ("ver_1", "ver_2"))
    old = time.time() - 100 * 3600
    for tree in (one, two):
        os.utime(tree, (old, old))
    platform.trees.in_use.append(lambda: [f"{two}/a"])
    assert platform.trees.collect() == 1
    assert not one.exists()
    assert (two / "a").read_bytes() == b"hello"


# Verify and collect


def age(platform: Platform) -> None:
    for digest, _ in list(platform.blobs.digests()):
        os.utime(platform.blobs.path(digest), (1, 1))


def test_verify_names_changed_and_missing_blobs_and_who_needs_them(
    platform: Platform, admin: Principal, alice: Principal
) -> None:
    from aispace.datasets.schemas import DatasetCreate, PublishRequest
    from samples import bring, png, put

    put(platform, alice, {"set/0/1.png": png(1), "set/0/2.png": png(2)})
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    bring(platform, alice, dataset, "set", layout="class_folders")
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    clean = platform.storage.verify(admin)
    assert (clean.damaged, clean.blobs > 3) == ([], True)
    one, two = (platform.blobs.path(platform.blobs.put(png(n)).sha256) for n in (1, 2))
    one.chmod(0o600)
    one.write_bytes(b"rot")
    two.unlink()
    found = {d.sha256: d for d in platform.storage.verify(admin).damaged}
    assert found[one.name].problem == "changed"
    assert found[two.name].problem == "missing"
    assert f"{dataset.id} V0001" in found[two.name].needed_by
    with pytest.raises(Forbidden):
        platform.storage.verify(alice)


def test_collect_frees_what_no_version_needs_after_the_grace_period(
    platform: Platform, admin: Principal, alice: Principal
) -> None:
    from aispace.datasets.schemas import DatasetCreate, PublishRequest
    from samples import bring, png, put

    put(platform, alice, {"set/0/1.png": png(1), "set/0/2.png": png(2)})
    dataset = platform.datasets.create(alice, DatasetCreate(name="d"))
    bring(platform, alice, dataset, "set", layout="class_folders")
    platform.datasets.versions.publish(alice, dataset.id, PublishRequest())
    orphan = platform.blobs.put(b"nobody needs this")
    assert platform.storage.collect(admin).removed == 0  # too young
    age(platform)
    young = platform.blobs.put(b"just stored")
    upload = platform.uploads.create(alice, 10, {"filename": "x"})
    with pytest.raises(Conflict, match="1 uploads"):
        platform.storage.collect(admin)
    platform.uploads.terminate(alice, upload.id)
    report = platform.storage.collect(admin)
    assert report.removed >= 1
    assert not platform.blobs.exists(orphan.sha256)
    assert platform.blobs.exists(young.sha256)
    assert platform.storage.verify(admin).damaged == []
    platform.datasets.delete(alice, dataset.id)
    age(platform)
    assert platform.storage.collect(admin).kept > 0  # it can be taken back
    platform.trash.delete(alice, dataset.id)
    age(platform)
    assert platform.storage.collect(admin).kept == 0
    with pytest.raises(Forbidden):
        platform.storage.collect(alice)
