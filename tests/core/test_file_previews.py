"""Looking at files, new files, and how large what comes and goes may be."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from aispace.errors import AISpaceError, Invalid, TooLarge, UnsupportedMedia
from aispace.files.beneath import Exists
from aispace.files.previews import LIMITS
from aispace.files.schemas import FileCreate, FileQuery, FolderCreate
from aispace.identity import Principal
from aispace.platform import Platform
from PIL import Image
from samples import put
from traitlets.config import Config

MIB = 1 << 20
KINDS = {
    "audio": ((".wav", ".mp3", ".flac"), 100 * MIB),
    "video": ((".mp4", ".avi", ".flv", ".mov"), 1024 * MIB),
    "image": ((".jpg", ".jpeg", ".png", ".tiff", ".bmp"), 20 * MIB),
    "text": (
        (".txt", ".log", ".conf", ".cfg", ".sh", ".html", ".js", ".py", ".java", ".sql", ".xml", ".json", ".md"),
        10 * MIB,
    ),
}


def grow(platform: Platform, principal: Principal, path: str, size: int) -> None:
    """Make a file that long; its bytes take no room."""
    with (platform.areas.area(principal).root / path).open("r+b") as file:
        file.truncate(size)


@pytest.mark.capability("AS1-28")
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_file_is_shown_by_its_suffix_up_to_the_size_of_its_kind(
    platform: Platform, alice: Principal, kind: str
) -> None:
    suffixes, limit = KINDS[kind]
    pictures = io.BytesIO()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(pictures, "TIFF")
    for suffix in suffixes:
        name = f"a{suffix.upper() if suffix == suffixes[0] else suffix}"
        data = pictures.getvalue() if suffix == ".tiff" else b"bytes"
        put(platform, alice, {name: data})
        media_type, file = platform.areas.preview(alice, name)
        with file:
            file.seek(0)
            shown = file.read()
        assert media_type.partition("/")[0] == kind
        assert shown.startswith(b"\x89PNG") if suffix == ".tiff" else shown == b"bytes"
        [listed] = platform.areas.list(alice, FileQuery(q=name)).items
        assert (listed.preview, listed.preview_limit) == (kind, limit)
        if suffix != ".tiff":
            grow(platform, alice, name, limit)
            platform.areas.preview(alice, name)[1].close()
        grow(platform, alice, name, limit + 1)
        with pytest.raises(TooLarge, match=rf"has {limit + 1:,} bytes.*up to {limit // MIB} MiB") as caught:
            platform.areas.preview(alice, name)
        assert caught.value.details["params"]["limit"] == limit == LIMITS[kind]  # type: ignore[index]
        platform.areas.delete(alice, [name])


@pytest.mark.parametrize(("name", "data"), [("a.bin", b"x"), ("a", b"x"), ("a.zip", b"x"), ("a.tiff", b"no picture")])
def test_what_cannot_be_shown_says_so(platform: Platform, alice: Principal, name: str, data: bytes) -> None:
    put(platform, alice, {name: data})
    with pytest.raises(UnsupportedMedia, match="Download it instead"):
        platform.areas.preview(alice, name)


@pytest.mark.capability("AS1-31")
@pytest.mark.parametrize("name", ["", " a", ".hidden", "-x", "_x", "a b", "x" * 65, "a*b", "a?", "a:b"])
def test_the_name_of_a_new_file_or_folder_has_rules(platform: Platform, alice: Principal, name: str) -> None:
    with pytest.raises(Invalid):
        platform.areas.make_folder(alice, FolderCreate.model_construct(path=name))
    with pytest.raises(Invalid):
        platform.areas.make_file(alice, FileCreate.model_construct(path=name, text=""))
    assert platform.areas.list(alice, FileQuery()).items == []
    for good in ("a", "9" * 64, "Data_2.1-b"):
        assert platform.areas.make_folder(alice, FolderCreate(path=good)).type == "folder"
        made = platform.areas.make_file(alice, FileCreate(path=f"{good}/{good}", text="héllo"))
        assert (made.type, made.size) == ("file", 6)
        with pytest.raises(Exists):
            platform.areas.make_file(alice, FileCreate(path=f"{good}/{good}"))


@pytest.mark.capability("AS1-30")
def test_uploads_and_downloads_over_the_limit_of_an_installation_are_refused(
    database_url: str, tmp_path: Path, alice: Principal
) -> None:
    limit = 1 << 30
    config = Config({"UploadService": {"max_size": limit}, "AreaService": {"max_download": limit}})
    platform = Platform(home=str(tmp_path / "limited"), database_url=database_url, config=config)
    try:
        with pytest.raises(AISpaceError, match=f"at most {limit} are taken") as caught:
            platform.uploads.create(alice, limit + 1, {"filename": "big.bin"})
        assert caught.value.status == 413
        assert platform.uploads.create(alice, limit, {"filename": "big.bin"}).length == limit
        put(platform, alice, {"big.bin": b""})
        grow(platform, alice, "big.bin", limit)
        platform.areas.download(alice, "big.bin").close()
        grow(platform, alice, "big.bin", limit + 1)
        with pytest.raises(TooLarge, match=f"at most {limit:,} go out"):
            platform.areas.download(alice, "big.bin")
    finally:
        platform.close()
