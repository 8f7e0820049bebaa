"""Imports from folders of the server that lie outside of everybody's area."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace.datasets.requests import ImportInspectRequest, ImportRequest
from aispace.datasets.schemas import DatasetCreate
from aispace.errors import Forbidden, Invalid, NotFound
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import ServerSource
from samples import bring, check_counters, png, samples
from traitlets.config import Config


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Give a folder of the server with pictures, and a secret beside it."""
    folder = tmp_path / "datasets"
    for n in range(4):
        path = folder / f"digits/{n % 2}/{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(n))
    (tmp_path / "secret.png").write_bytes(png(99))
    (folder / "digits/0/link.png").symlink_to(tmp_path / "secret.png")
    (folder / "out").symlink_to(tmp_path)
    return folder


@pytest.fixture
def open_platform(database_url: str, tmp_path: Path, shared: Path) -> Iterator[Platform]:
    config = Config({"AreaService": {"server_folders": [str(shared)]}})
    made = Platform(home=str(tmp_path / "home"), database_url=database_url, config=config)
    yield made
    made.close()


def server(path: Path | str) -> ServerSource:
    return ServerSource(kind="server", path=str(path))


@pytest.mark.capability("AP-43")
def test_an_administrator_makes_a_dataset_of_a_path_of_the_server_and_nobody_else(
    open_platform: Platform, admin: Principal, alice: Principal, shared: Path, tmp_path: Path
) -> None:
    dataset = open_platform.datasets.create(admin, DatasetCreate(name="digits"))
    look = open_platform.datasets.imports.inspect(
        admin, dataset.id, ImportInspectRequest(source=server(shared / "digits"))
    )
    assert (look.count, look.labels) == (4, {"0": 2, "1": 2})
    done = bring(open_platform, admin, dataset, server(shared / "digits"))
    assert (done.status, done.report.imported) == ("succeeded", 4), done
    assert {s.path: s.annotation.objects[0].label for s in samples(open_platform, admin, dataset)} == {
        f"{n % 2}/{n}.png": str(n % 2) for n in range(4)
    }
    check_counters(open_platform, dataset.id)
    assert open_platform.blobs.read(samples(open_platform, admin, dataset)[0].sha256) == png(0)
    own = open_platform.datasets.create(alice, DatasetCreate(name="own"))
    with pytest.raises(Forbidden, match="Only an administrator"):
        bring(open_platform, alice, own, server(shared / "digits"))


@pytest.mark.parametrize("path", ["/etc", "{}/../secret.png", "{}x", "datasets", "/", "../etc"])
def test_nothing_outside_of_the_named_folders_is_read(
    open_platform: Platform, admin: Principal, shared: Path, path: str
) -> None:
    dataset = open_platform.datasets.create(admin, DatasetCreate(name="d"))
    with pytest.raises(Invalid) as caught:
        open_platform.datasets.imports.create(admin, dataset.id, ImportRequest(source=server(path.format(shared))))
    assert caught.value.details["fields"][0]["field"] == "source.path"
    for link in ("out/secret.png", "out", "digits/0/link.png", "gone"):
        with pytest.raises(NotFound):
            open_platform.datasets.imports.create(admin, dataset.id, ImportRequest(source=server(shared / link)))


def test_no_folder_is_open_unless_the_operator_names_it(platform: Platform, admin: Principal, shared: Path) -> None:
    dataset = platform.datasets.create(admin, DatasetCreate(name="d"))
    with pytest.raises(Invalid, match="server_folders"):
        bring(platform, admin, dataset, server(shared))
