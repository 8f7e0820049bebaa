"""Backups: one moment of a platform at work, whole, checked, and back in an empty folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.backup import hold, snapshot
from aispace.backup.restoring import restore, verify
from aispace.backup.snapshot import BackupUnusable
from aispace.backup.taking import take
from aispace.db import Database
from aispace.errors import Conflict, NotFound
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM, Principal
from aispace.labels.schemas import LabelGroupCreate, LabelGroupQuery
from aispace.models.schemas import ModelCreate, ModelQuery, ModelVersionCreate
from aispace.platform import Platform
from aispace.schemas import AreaSource, CursorQuery, ListQuery
from aispace.users.schemas import UserCreate
from conditions import until
from databases import postgresql


@pytest.fixture
def owner(platform: Platform) -> Principal:
    platform.users.separate = False
    return platform.users.principal(platform.users.create(SYSTEM, UserCreate(name="alice")).id)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    """Give an empty home and an empty database of the kind that is tested."""
    home = tmp_path / "restored"
    if request.config.getoption("--database") == "postgresql":
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        name = server.create()
        database = Database(server.url(name))
        yield home, database
        database.close()
        server.drop(name)
    else:
        yield home, Database(f"sqlite:///{home}/aispace.db")


def add_model(platform: Platform, owner: Principal, name: str, data: bytes) -> str:
    platform.areas.write_file(owner, f"{name}/weights.bin", io.BytesIO(data))
    model = platform.models.create(owner, ModelCreate(name=name))
    platform.models.add_version(owner, model.id, ModelVersionCreate(source=AreaSource(kind="area", path=name)))
    return model.id


def opened(home: Path, database: Database) -> Platform:
    return Platform(home=str(home), database_url=database.url.render_as_string(hide_password=False))


def test_backup_of_a_platform_at_work_is_one_moment_of_it(
    platform: Platform, owner: Principal, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    """Each version that the copy knows has all its bytes, and what belongs together was copied together."""
    enough = threading.Event()
    made = 0

    def write() -> None:
        nonlocal made
        while not enough.is_set():
            with platform.db.write():
                platform.labels.create(owner, LabelGroupCreate(name=f"left-{made}"))
                platform.labels.create(owner, LabelGroupCreate(name=f"right-{made}"))
            add_model(platform, owner, f"model-{made}", os.urandom(5000))
            made += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: made > 3)
        taken = take(platform.path, platform.db, tmp_path / "backup")
        until(lambda seen=made: made > seen)
    finally:
        enough.set()
        writer.join()
    assert taken.damaged == []
    assert verify(tmp_path / "backup").damaged == []
    home, database = elsewhere
    restore(tmp_path / "backup", home, database)

    again = opened(home, database)
    try:
        groups = {g.name for g in again.labels.list(owner, LabelGroupQuery(scope="mine", limit=200)).items}
        assert {n.removeprefix("left-") for n in groups if "left" in n} == {
            n.removeprefix("right-") for n in groups if "right" in n
        }
        models = again.models.list(owner, ModelQuery(scope="mine", limit=200)).items
        assert 3 < len(models) <= made
        for model in models:
            for version in again.models.versions(owner, model.id, ListQuery()).items:
                files = again.models.list_files(owner, model.id, version.version, CursorQuery()).items
                assert all(again.blobs.is_intact(file.sha256) for file in files)
        assert again.storage.verify(SYSTEM).damaged == []
        # It goes on where it was: numbers and the chain of events continue.
        add_model(again, owner, "after", b"after")
        again.events.seal()
        assert again.events.verify() is None
        assert again.events.list(owner, EventQuery(limit=1)).items[0].code.startswith("model.")
    finally:
        again.close()


def test_second_snapshot_brings_only_what_is_new_and_both_can_be_restored(
    platform: Platform, owner: Principal, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    add_model(platform, owner, "large", os.urandom(3 << 20))
    first = take(platform.path, platform.db, backup)
    add_model(platform, owner, "small", b"small")
    second = take(platform.path, platform.db, backup)
    assert first.added_bytes > 3 << 20
    assert second.added_bytes < 2 << 20, "only the database, lists and one small file"
    assert snapshot.names(backup) == [first.name, second.name]
    home, database = elsewhere
    restore(backup, home, database, first.name)
    again = opened(home, database)
    try:
        assert [m.name for m in again.models.list(owner, ModelQuery(scope="mine")).items] == ["large"]
    finally:
        again.close()


def test_archive_holds_a_whole_snapshot(
    platform: Platform, owner: Principal, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    add_model(platform, owner, "digits", b"weights")
    archive = tmp_path / "today.tar.gz"
    take(platform.path, platform.db, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert verify(archive).damaged == []
    home, database = elsewhere
    restore(archive, home, database)
    again = opened(home, database)
    try:
        assert again.storage.verify(SYSTEM).damaged == []
        assert [m.name for m in again.models.list(owner, ModelQuery(scope="mine")).items] == ["digits"]
    finally:
        again.close()
    with pytest.raises(BackupUnusable, match="exists already"):
        take(platform.path, platform.db, archive)
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(BackupUnusable, match="cannot be read to its end"):
        verify(archive)


def test_secrets_come_back_and_nobody_else_reads_the_backup(
    platform: Platform, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    secret = platform.secret("internal_token")
    backup = tmp_path / "backup"
    take(platform.path, platform.db, backup)
    open_to_others = [p for p in (backup, *backup.rglob("*")) if p.stat().st_mode & 0o077]
    assert open_to_others == []
    home, database = elsewhere
    restore(backup, home, database)
    path = home / "secrets" / "internal_token"
    assert path.read_text() == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert (home / "secrets").stat().st_mode & 0o777 == 0o700


def test_damage_is_found_named_and_not_restored(
    platform: Platform, owner: Principal, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    platform.areas.write_file(owner, "notes.txt", io.BytesIO(b"notes of alice"))
    backup = tmp_path / "backup"
    taken = take(platform.path, platform.db, backup)
    entry = next(e for e in snapshot.entries(backup, taken.name) if e.path.endswith("notes.txt"))
    (backup / snapshot.object_path(entry.sha256 or "")).write_bytes(b"notes of mallet")
    assert [Path(name).name for name in verify(backup).damaged] == ["notes.txt"]
    home, database = elsewhere
    with pytest.raises(BackupUnusable, match=r"notes\.txt are damaged"):
        restore(backup, home, database)
    assert not home.exists(), "nothing is left of what failed"


def test_blobs_stay_while_a_backup_is_taken(platform: Platform) -> None:
    blob = platform.blobs.put(b"nobody needs this")
    os.utime(platform.blobs.path(blob.sha256), (0, 0))
    with hold.keeping(platform.path), pytest.raises(Conflict, match="backup is being taken"):
        platform.storage.collect(SYSTEM)
    assert platform.blobs.exists(blob.sha256)
    assert platform.storage.collect(SYSTEM).removed == 1


def test_what_ran_is_told_to_be_lost_and_never_touched(
    platform: Platform, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    """The copy knows the process numbers of the original: it must neither watch nor stop those."""
    attempt = platform.path / "workloads" / "wl_1" / "1"
    attempt.mkdir(parents=True)
    state = {"supervisor": {"pid": os.getpid(), "started": 1.0, "boot": "b"}, "phase": "running"}
    (attempt / "state.json").write_text(json.dumps(state))
    (attempt / "log").write_text("so far")
    take(platform.path, platform.db, tmp_path / "backup")
    home, database = elsewhere
    restore(tmp_path / "backup", home, database)
    ended = json.loads((home / "workloads" / "wl_1" / "1" / "exit.json").read_text())
    assert (ended["reason"], ended["exit_code"]) == ("supervisor_lost", None)
    assert (home / "workloads" / "wl_1" / "1" / "log").read_text() == "so far"


def test_refusals_say_what_to_do(
    platform: Platform, owner: Principal, elsewhere: tuple[Path, Database], tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    home, database = elsewhere
    with pytest.raises(BackupUnusable, match=r"no AI Space in .* --home or AISPACE_HOME"):
        take(tmp_path / "nowhere", platform.db, backup)
    with pytest.raises(Conflict, match="outside of it"):
        take(platform.path, platform.db, platform.path / "backup")
    full = tmp_path / "full"
    full.mkdir()
    (full / "photo.jpg").touch()
    with pytest.raises(BackupUnusable, match="is no backup of AI Space"):
        take(platform.path, platform.db, full)
    with pytest.raises(BackupUnusable, match="is no backup"):
        restore(tmp_path / "nowhere", home, database)
    taken = take(platform.path, platform.db, backup)
    with pytest.raises(Conflict, match="is not empty"):
        restore(backup, platform.path, database)
    with pytest.raises(NotFound, match=taken.name):
        restore(backup, home, database, "20000101T000000000000Z")
    path = backup / "snapshots" / f"{taken.name}.json"
    manifest = json.loads(path.read_text())
    manifest["database"]["revision"] = "9999"
    path.write_text(json.dumps(manifest))
    with pytest.raises(BackupUnusable, match=r"newer than this one\. Install that version"):
        restore(backup, home, database)
    manifest["database"]["kind"] = "sqlite" if taken.database.kind == "postgresql" else "postgresql"
    manifest["database"]["revision"] = taken.database.revision
    path.write_text(json.dumps(manifest))
    with pytest.raises(Conflict, match="AISPACE_DATABASE_URL"):
        restore(backup, home, database)
    (backup / snapshot.MARK).write_text('{"format": 2}')
    with pytest.raises(BackupUnusable, match="newer AI Space"):
        verify(backup)
    assert not home.exists()


def test_full_disk_is_told_and_the_next_try_goes_on(platform: Platform, owner: Principal, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the same errors come from the same calls."""
    add_model(platform, owner, "large", os.urandom(3 << 20))
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AISPACE_")},
        "AISPACE_HOME": str(platform.path),
        "AISPACE_DATABASE_URL": platform.db.url.render_as_string(hide_password=False),
    }
    command = f"ulimit -f 2000; trap '' XFSZ; exec {sys.executable} -m aispace.cli backup {tmp_path / 'backup'}"
    tried = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert tried.returncode == 5, tried.stderr
    assert "no room left" in tried.stderr
    assert "goes on from there" in tried.stderr
    assert snapshot.names(tmp_path / "backup") == []
    with pytest.raises(BackupUnusable, match="no finished snapshot"):
        verify(tmp_path / "backup")
    take(platform.path, platform.db, tmp_path / "backup")
    assert verify(tmp_path / "backup").damaged == []


def test_command_line_takes_checks_and_restores(platform: Platform, owner: Principal, tmp_path: Path) -> None:
    if not platform.db.is_sqlite:
        pytest.skip("one kind suffices: the command adds only words")
    from aispace.cli import main

    add_model(platform, owner, "digits", b"weights")
    backup, home = tmp_path / "backup", tmp_path / "restored"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AISPACE_DATABASE_URL", platform.db.url.render_as_string(hide_password=False))
        assert main(["backup", str(backup), "--home", str(platform.path)]) == 0
        patch.delenv("AISPACE_DATABASE_URL")
        assert main(["backup", "--verify", str(backup)]) == 0
        assert main(["restore", str(backup), "--home", str(home)]) == 0
        assert main(["restore", str(backup), "--home", str(home)]) == 3
        assert main(["backup", str(tmp_path / "other"), "--home", str(tmp_path / "nowhere")]) == 2
    again = Platform(home=str(home))
    try:
        again.db.check()
        assert [m.name for m in again.models.list(owner, ModelQuery(scope="mine")).items] == ["digits"]
    finally:
        again.close()
