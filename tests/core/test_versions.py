from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from aispace.errors import Invalid, NotFound
from aispace.identity import Principal
from aispace.models.orm import Model, ModelVersion
from aispace.platform import Platform
from aispace.schemas import CursorQuery
from aispace.storage.manifests import Entry, find, iterate, mapped, parse, seek, write_manifest
from aispace.storage.sources import stage_folder
from aispace.versions import (
    VersionFiles,
    add_version,
    get_version,
    list_versions,
    version_fields,
    version_name,
    version_number,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SHA = "ab" * 32
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="/\\"), min_size=1
).filter(lambda n: n not in (".", ".."))


@SLOW
@given(paths=st.sets(names, max_size=40), other=names)
def test_a_manifest_gives_back_what_it_holds(platform: Platform, paths: set[str], other: str) -> None:
    entries = [Entry(path, n, SHA) for n, path in enumerate(paths)]
    manifest = write_manifest(platform.blobs, entries)
    again = write_manifest(platform.blobs, reversed(entries))
    assert manifest == again
    read = list(iterate(platform.blobs, manifest.sha256))
    assert sorted(read, key=lambda e: e.path.encode()) == read
    assert {(e.path, e.size) for e in read} == {(e.path, e.size) for e in entries}
    assert manifest.count == len(entries)
    assert manifest.size == sum(e.size for e in entries)
    for entry in entries:
        assert find(platform.blobs, manifest.sha256, entry.path) == entry
    assert (find(platform.blobs, manifest.sha256, other) is not None) == (other in paths)
    with mapped(platform.blobs, manifest.sha256) as view:
        offset = seek(view, other.encode())
        expected = [p for p in sorted(paths, key=str.encode) if p.encode() >= other.encode()]
        assert [parse(line).path for line in bytes(view[offset:]).splitlines(keepends=True)][:1] == expected[:1]


def test_a_manifest_refuses_a_path_twice_and_a_file_that_is_a_folder(platform: Platform) -> None:
    with pytest.raises(ValueError, match="twice"):
        write_manifest(platform.blobs, [Entry("a", 1, SHA), Entry("a", 2, SHA)])
    with pytest.raises(ValueError, match="file and a folder"):
        write_manifest(platform.blobs, [Entry("a", 1, SHA), Entry("a-b", 1, SHA), Entry("a/b", 2, SHA)])


def test_versions_are_named_in_order_and_a_deleted_name_is_not_used_again(platform: Platform, alice: Principal) -> None:
    manifest = write_manifest(platform.blobs, [Entry("a", 1, SHA)])
    with platform.db.write() as session:
        session.add(Model(id="x", owner_id=alice.user_id, name="x"))
        session.flush()
        first = add_version(
            session, ModelVersion, "x", alice, manifest, source={"kind": "upload"}, note="one", metrics={}
        )
        second = add_version(session, ModelVersion, "x", alice, manifest, source={"kind": "upload"}, metrics={})
        assert (first.name, second.name) == ("V0001", "V0002")
        assert get_version(session, ModelVersion, "x", "V0002") is second
        assert list_versions(session, ModelVersion, "x") == [second, first]
        assert version_fields(first, current="V0001")["is_current"]
        session.delete(second)
        session.flush()
        third = add_version(session, ModelVersion, "x", alice, manifest, source={}, at_least=2, metrics={})
        assert third.name == "V0003"
        with pytest.raises(NotFound):
            get_version(session, ModelVersion, "x", "V0002")


@pytest.mark.parametrize("name", ["", "V1", "v0001", "V00001", "V-001", "V００01", "current"])
def test_what_is_no_version_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        version_number(name)


def test_version_names_go_beyond_four_digits() -> None:
    assert version_number(version_name(12345)) == 12345


def test_files_of_a_version_are_paged_opened_and_zipped(platform: Platform, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    contents = {f"数据/{n:03}.txt": f"content {n}".encode() * n for n in range(25)} | {"train.py": b"print(1)"}
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "link").symlink_to("/etc/passwd")
    manifest = stage_folder(platform, folder)
    files = VersionFiles(platform.blobs)
    seen: list[str] = []
    query = CursorQuery(limit=10)
    while True:
        page = files.page(manifest.sha256, query, total=manifest.count)
        seen += [item.path for item in page.items]
        if page.page.next is None:
            break
        query = CursorQuery(limit=10, cursor=page.page.next)
    assert seen == sorted(contents, key=str.encode)
    assert files.read(manifest.sha256, "train.py") == b"print(1)"
    with pytest.raises(NotFound):
        files.open(manifest.sha256, "link")
    with pytest.raises(Invalid):
        files.page(manifest.sha256, CursorQuery(cursor="7"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(files.zip(manifest.sha256, folder="名"))))
    assert archive.testzip() is None
    assert {n.removeprefix("名/"): archive.read(n) for n in archive.namelist()} == contents
