from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path

import pytest
from aispace.errors import AISpaceError, Invalid, NotFound
from aispace.files.beneath import Exists
from aispace.files.schemas import FileCompress, FileExtract, FileMove, FilePlace, FileQuery, FolderCreate
from aispace.identity import Principal
from aispace.platform import Platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import put, upload

ROOT = os.geteuid() == 0


def names(platform: Platform, principal: Principal, path: str = "", **query: object) -> list[str]:
    return [f.name for f in platform.areas.list(principal, FileQuery(path=path, **query)).items]  # type: ignore[arg-type]


def root(platform: Platform, principal: Principal) -> Path:
    return platform.areas.area(principal).root


@pytest.mark.capability("AS1-25", "AS1-27")
def test_a_folder_is_listed_with_kinds_sizes_and_order(platform: Platform, alice: Principal) -> None:
    put(platform, alice, {"b.png": b"12", "a.txt": b"1", "c.mp4": b"123", "d.wav": b"", "e.tar.gz": b"", "sub/x": b""})
    (root(platform, alice) / "outside.log").write_text("put there without the platform")
    page = platform.areas.list(alice, FileQuery())
    assert {f.name: f.type for f in page.items} == {
        "sub": "folder", "a.txt": "file", "b.png": "image", "c.mp4": "video", "d.wav": "audio", "e.tar.gz": "archive",
        "outside.log": "file",
    }  # fmt: skip
    assert page.items[0].name == "sub"
    assert names(platform, alice, sort="-name")[1:3] == ["outside.log", "e.tar.gz"]
    os.utime(root(platform, alice) / "d.wav", (1, 1))
    assert names(platform, alice, sort="modified")[1] == "d.wav"
    assert names(platform, alice, limit=2, offset=1) == ["a.txt", "b.png"]
    assert names(platform, alice, q="PNG") == ["b.png"]
    (root(platform, alice) / ".cache").mkdir()
    assert ".cache" not in names(platform, alice)
    assert names(platform, alice, hidden=True)[0] == ".cache"


@pytest.mark.parametrize("path", ["..", "a/../../b", "../usr_bob/secret", "a\x00b", "x" * 300])
def test_a_path_that_leads_out_is_refused(platform: Platform, alice: Principal, path: str) -> None:
    for call in (
        lambda: platform.areas.list(alice, FileQuery(path=path)),
        lambda: platform.areas.open_file(alice, path),
        lambda: platform.areas.delete(alice, [path]),
        lambda: platform.areas.make_folder(alice, FolderCreate(path=path)),
        lambda: platform.areas.write_file(alice, path, io.BytesIO(b"x")),
    ):
        with pytest.raises(Invalid):
            call()


def test_links_lead_nowhere(platform: Platform, alice: Principal, bob: Principal, tmp_path: Path) -> None:
    put(platform, bob, {"secret.txt": b"of bob"})
    put(platform, alice, {"own/x.txt": b"x"})
    area = root(platform, alice)
    (area / "out").symlink_to(root(platform, bob))
    (area / "file").symlink_to(root(platform, bob) / "secret.txt")
    (area / "own/up").symlink_to("/etc")
    assert names(platform, alice) == ["own"]
    for path in ("out/secret.txt", "file", "own/up/passwd"):
        with pytest.raises(NotFound):
            platform.areas.open_file(alice, path)
    with pytest.raises(NotFound):
        platform.areas.list(alice, FileQuery(path="out"))
    with pytest.raises(NotFound):
        platform.areas.write_file(alice, "out/new.txt", io.BytesIO(b"x"))
    with pytest.raises(Exists):
        platform.areas.write_file(alice, "file", io.BytesIO(b"x"))
    platform.areas.write_file(alice, "file", io.BytesIO(b"mine"), overwrite=True)
    platform.areas.delete(alice, ["own", "out"])
    assert (root(platform, bob) / "secret.txt").read_bytes() == b"of bob"
    assert Path("/etc/passwd").exists()


@pytest.mark.skipif(not ROOT, reason="needs root to give files to others")
def test_files_belong_to_the_user_and_a_hard_link_to_a_strangers_file_is_not_read(
    platform: Platform, tmp_path: Path
) -> None:
    carol = Principal(user_id="usr_carol", name="carol", uid=200_321)
    put(platform, carol, {"a/b.txt": b"x"})
    area = root(platform, carol)
    assert {p.stat().st_uid for p in [area, area / "a", area / "a/b.txt"]} == {200_321}
    assert area.stat().st_mode & 0o777 == 0o700
    shadow = tmp_path / "shadow"
    shadow.write_text("secret")
    shadow.chmod(0o600)
    os.link(shadow, area / "looted")
    with pytest.raises(NotFound):
        platform.areas.open_file(carol, "looted")


def test_a_pipe_is_neither_opened_nor_waited_for(platform: Platform, alice: Principal) -> None:
    put(platform, alice, {"x": b""})
    os.mkfifo(root(platform, alice) / "pipe")
    with pytest.raises(AISpaceError):
        platform.areas.open_file(alice, "pipe")


@pytest.mark.parametrize("name", ["", " a", ".hidden", "-x", "a b", "x" * 65, "a*b"])
def test_the_name_of_a_new_folder_has_rules(platform: Platform, alice: Principal, name: str) -> None:
    with pytest.raises(Invalid):
        platform.areas.make_folder(alice, FolderCreate.model_construct(path=name))
    assert platform.areas.make_folder(alice, FolderCreate(path="数据_2.1-b")).type == "folder"


def test_copy_move_and_delete_one_or_several_never_replace_unasked(platform: Platform, alice: Principal) -> None:
    put(platform, alice, {"a.txt": b"a", "b.txt": b"b", "dir/sub/c.txt": b"c", "to/a.txt": b"old"})
    with pytest.raises(Exists):
        platform.areas.move(alice, FileMove(**{"from": ["b.txt", "a.txt"], "to": "to"}))
    assert (root(platform, alice) / "to/a.txt").read_bytes() == b"old"
    platform.areas.move(alice, FileMove(**{"from": "a.txt", "to": "to/a.txt", "overwrite": True}))
    assert (root(platform, alice) / "to/a.txt").read_bytes() == b"a"
    platform.areas.copy(alice, FileMove(**{"from": ["dir"], "to": "to"}))
    assert (root(platform, alice) / "to/dir/sub/c.txt").read_bytes() == b"c"
    assert (root(platform, alice) / "dir/sub/c.txt").exists()
    for act in (platform.areas.move, platform.areas.copy):
        with pytest.raises(Invalid, match="into itself"):
            act(alice, FileMove(**{"from": "dir", "to": "dir/sub/again"}))
    with pytest.raises(Exists):
        platform.areas.move(alice, FileMove(**{"from": "to", "to": "dir", "overwrite": True}))
    with pytest.raises(NotFound):
        platform.areas.delete(alice, ["dir", "missing"])
    assert names(platform, alice) == ["dir", "to"]
    platform.areas.delete(alice, ["dir", "to"])
    assert names(platform, alice) == []


@pytest.mark.capability("AS1-33")
@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2"])
def test_what_is_packed_comes_out_again(platform: Platform, alice: Principal, suffix: str) -> None:
    put(platform, alice, {"set/中/a.txt": b"a" * 100, "set/b": b"", "c.txt": b"c"})
    (root(platform, alice) / "set/link").symlink_to("/etc/passwd")
    platform.areas.compress(alice, FileCompress(paths=["set", "c.txt"], to=f"out{suffix}"))
    with pytest.raises(Exists):
        platform.areas.compress(alice, FileCompress(paths=["c.txt"], to=f"out{suffix}"))
    report = platform.areas.extract(alice, FileExtract(path=f"out{suffix}"))
    assert (report.folder.path, report.files) == ("out", 3)
    assert (root(platform, alice) / "out/set/中/a.txt").read_bytes() == b"a" * 100
    assert not (root(platform, alice) / "out/set/link").exists()
    (root(platform, alice) / "out/c.txt").write_bytes(b"mine")
    with pytest.raises(Exists):
        platform.areas.extract(alice, FileExtract(path=f"out{suffix}"))
    assert (root(platform, alice) / "out/c.txt").read_bytes() == b"mine"
    platform.areas.extract(alice, FileExtract(path=f"out{suffix}", overwrite=True))
    assert (root(platform, alice) / "out/c.txt").read_bytes() == b"c"


@pytest.mark.capability("AS1-34")
def test_one_archive_is_unpacked_and_what_leads_out_of_it_is_not(platform: Platform, alice: Principal) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("in.txt", "../up.txt", "/abs.txt", "a/../../up.txt"):
            archive.writestr(name, b"new")
    put(platform, alice, {"here/x.zip": out.getvalue(), "here/to/in.txt": b"old", "up.txt": b"mine"})
    report = platform.areas.extract(alice, FileExtract(path="here/x.zip", to="here/to", overwrite=True))
    assert (report.files, len(report.refused)) == (1, 3)
    area = root(platform, alice)
    assert sorted(p.relative_to(area).as_posix() for p in area.rglob("*") if p.is_file()) == [
        "here/to/in.txt", "here/x.zip", "up.txt",
    ]  # fmt: skip
    assert (area / "here/to/in.txt").read_bytes() == b"new"
    assert (area / "up.txt").read_bytes() == b"mine"


def test_an_archive_that_breaks_in_the_middle_leaves_nothing(platform: Platform, alice: Principal) -> None:
    put(platform, alice, {f"set/{n}": os.urandom(5000) for n in range(20)})
    platform.areas.compress(alice, FileCompress(paths=["set"], to="x.tar.gz"))
    whole = (root(platform, alice) / "x.tar.gz").read_bytes()
    (root(platform, alice) / "x.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AISpaceError, match="damaged"):
        platform.areas.extract(alice, FileExtract(path="x.tar.gz", to="new/out"))
    assert os.listdir(root(platform, alice) / "new") == []


@pytest.mark.parametrize("to", ["out.rar", "x" * 61 + ".zip", ".zip", "a b.zip"])
def test_the_name_of_an_archive_has_rules(platform: Platform, alice: Principal, to: str) -> None:
    put(platform, alice, {"a": b""})
    with pytest.raises(Invalid):
        platform.areas.compress(alice, FileCompress(paths=["a"], to=to))
    assert names(platform, alice) == ["a"]


def test_an_upload_is_placed_once(platform: Platform, alice: Principal, bob: Principal) -> None:
    source = upload(platform, alice, "x.bin", b"data")
    with pytest.raises(NotFound):
        platform.areas.place(bob, FilePlace(upload_id=source.upload_id, path="x"))
    placed = platform.areas.place(alice, FilePlace(upload_id=source.upload_id, path="new/x.bin"))
    assert (placed.path, placed.size) == ("new/x.bin", 4)
    with pytest.raises(NotFound):
        platform.areas.place(alice, FilePlace(upload_id=source.upload_id, path="again"))


def test_a_write_that_fails_leaves_the_old_file(platform: Platform, alice: Principal) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(28, "No space left on device")

    put(platform, alice, {"a": b"old"})
    with pytest.raises(OSError, match="space"):
        platform.areas.write_file(alice, "a", Broken(), overwrite=True)
    assert (root(platform, alice) / "a").read_bytes() == b"old"
    assert os.listdir(root(platform, alice)) == ["a"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(["a", ".", "..", "/", "\\", "\x00", "é", "link", "\ud800", " "]), max_size=12))
def test_no_path_whatever_reaches_outside(platform: Platform, alice: Principal, parts: list[str]) -> None:
    area = root(platform, alice)
    link = area / "link"
    if not link.is_symlink():
        link.unlink(missing_ok=True)  # an example before may have replaced the link by a file of its own
        link.symlink_to(platform.path)
    before = sorted(p for p in platform.path.rglob("*") if not p.is_relative_to(area))
    with contextlib.suppress(AISpaceError):
        platform.areas.write_file(alice, "".join(parts), io.BytesIO(b"x"), overwrite=True)
    assert sorted(p for p in platform.path.rglob("*") if not p.is_relative_to(area)) == before
