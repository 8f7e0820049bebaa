from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from aispace.algorithms.code import clean_url, notebook_script
from aispace.algorithms.launch import argument_names, build_command, check_command, split_command
from aispace.algorithms.parameters import Parameter, resolve
from aispace.algorithms.schemas import (
    AlgorithmCreate,
    AlgorithmFork,
    AlgorithmQuery,
    AlgorithmRead,
    AlgorithmUpdate,
    AlgorithmVersionCreate,
    ExportRequest,
    FilesEdit,
)
from aispace.errors import AISpaceError, Forbidden, InUse, Invalid, NameTaken, NotFound
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.schemas import CursorQuery, ListQuery
from aispace.storage.archives import Budget
from aispace.storage.schemas import UploadQuery
from classifier_setup import Classifier
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from samples import upload as uploaded

EPOCHS = Parameter(name="epochs", type="int", default=5, minimum=1, maximum=10, unit="epochs")


@pytest.fixture
def world(platform: Platform) -> Classifier:
    return Classifier(platform)


def create(world: Classifier, source: dict[str, Any], **more: Any) -> AlgorithmRead:
    body = AlgorithmCreate.model_validate({"name": "mine", "source": source} | more)
    return world.platform.algorithms.create(world.alice, body)


def archive(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return data.getvalue()


def paths(world: Classifier, algorithm: AlgorithmRead, version: str = "V0001") -> list[str]:
    page = world.platform.algorithms.list_files(world.alice, algorithm.id, version, CursorQuery())
    return [item.path for item in page.items]


def text(world: Classifier, algorithm: AlgorithmRead, path: str, version: str = "V0001") -> str:
    return world.platform.algorithms.file(world.alice, algorithm.id, version, path)[1].read_text()


# Parameters and commands


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_any_value_is_either_in_range_or_refused_by_name(value: Any) -> None:
    values, errors = resolve([EPOCHS], {"epochs": value})
    if errors:
        assert [error["field"] for error in errors] == ["parameters.epochs"]
        assert "epochs" not in values
    else:
        assert isinstance(values["epochs"], int)
        assert 1 <= values["epochs"] <= 10


@pytest.mark.capability("MA2-03")
def test_parameters_have_defaults_and_own_ones_are_passed_on() -> None:
    needed = Parameter(name="path", type="str")
    choice = Parameter(name="kind", type="choice", choices=["a", "b"], default="a")
    flag = Parameter(name="fast", type="bool", default=False)
    values, errors = resolve([EPOCHS, choice, flag, needed], {"fast": "yes", "own": 1.5, "path": "x y"})
    assert (values, errors) == ({"epochs": 5, "kind": "a", "fast": True, "path": "x y", "own": 1.5}, [])
    _, errors = resolve([needed], {"data_url": "x", "bad name": 1}, reserved={"data_url"})
    codes = {e["field"]: e["code"] for e in errors}
    assert codes == {
        "parameters.path": "missing",
        "parameters.data_url": "reserved",
        "parameters.bad name": "argument_name",
    }


@pytest.mark.parametrize(
    "declared",
    [
        {"type": "choice"},
        {"type": "int", "minimum": 2, "maximum": 1},
        {"type": "int", "default": 11, "maximum": 10},
        {"type": "bool", "default": "perhaps"},
        {"type": "str", "minimum": 1},
        {"type": "float", "minimum": float("nan")},
    ],
)
def test_a_parameter_that_contradicts_itself_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Parameter(name="x", **declared)


@pytest.mark.capability("AS2-40")
@pytest.mark.parametrize(
    "command",
    ["", "bash run.sh", "python", "python train.py; rm -rf /", "python train.py && ls", "python train.py > out",
     "python 'train.py", "/usr/bin/python train.py", "python train.py | tee log", "sudo python train.py"],
)  # fmt: skip
def test_only_a_python_command_without_a_shell_is_taken(command: str) -> None:
    with pytest.raises(Invalid) as error:
        split_command(command)
    assert error.value.details["fields"][0]["field"] == "run_command"


def test_words_of_a_command_are_those_of_a_shell() -> None:
    assert split_command("python3 -u train.py --name='a b' --x=1,2 --list=[1] --mail=a@b.c") == [
        "python3", "-u", "train.py", "--name=a b", "--x=1,2", "--list=[1]", "--mail=a@b.c"]  # fmt: skip
    assert check_command("python -m package.train", set())[1] == "-m"
    with pytest.raises(Invalid, match=r"no file 'main\.py'"):
        check_command("python main.py", {"train.py"})


@pytest.mark.capability("AS2-41")
def test_mapping_decides_the_names_of_arguments() -> None:
    names = argument_names({"data_url": "images", "train_out": None}, {"data_url": "pictures"})
    places = {name: f"/{name}" for name in ("data_url", "train_out", "train_model_out", "train_log")}
    command = build_command(["python", "train.py"], names, places, {"lr": 0.1, "fast": True})
    passed = "--pictures=/data_url --train_model_out=/train_model_out --lr=0.1 --fast=true"
    assert command == ["python", "train.py", *passed.split()]


# Code from everywhere


@pytest.mark.capability("AS2-21", "AS2-22")
def test_code_comes_from_a_folder_or_an_archive_of_ones_own_area(world: Classifier) -> None:
    world.put({"code/train.py": b"print(1)", "code/lib/a.py": b""})
    first = create(world, {"kind": "area", "path": "code"}, image_id=world.image_id)
    assert paths(world, first) == ["lib/a.py", "train.py"]
    assert first.current.image_name == "sk-onnx"
    world.put({"pack.zip": archive({"top/train.py": "print(2)"})})
    second = create(world, {"kind": "area", "path": "pack.zip"}, name="zipped")
    assert text(world, second, "train.py") == "print(2)"
    with pytest.raises(NameTaken):
        create(world, {"kind": "area", "path": "code"})
    with pytest.raises(Invalid, match="no file"):
        create(world, {"kind": "area", "path": "code"}, name="other", run_command="python main.py")
    with pytest.raises(Invalid, match="Image"):
        create(world, {"kind": "area", "path": "code"}, name="other", image_id="img_none")
    world.put({"evil.zip": archive({"../train.py": "x"})})
    with pytest.raises(AISpaceError) as error:
        create(world, {"kind": "area", "path": "evil.zip"}, name="evil")
    assert error.value.status == 422


def test_a_notebook_becomes_a_script(world: Classifier) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import sys\n", "!pip install x\n", "a = 7 % 4"]},
        {"cell_type": "code", "source": "%%bash\nls"},
        {"cell_type": "code", "source": "%%time\nfor i in range(2):\n    %timeit i\nprint('sum', a)\nprint?"},
    ]
    world.put({"nb/learn.ipynb": json.dumps({"nbformat": 4, "cells": cells}).encode()})
    made = create(world, {"kind": "area", "path": "nb/learn.ipynb"})
    assert paths(world, made) == ["learn.ipynb", "train.py"]
    script = text(world, made, "train.py")
    done = subprocess.run(["python3", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "sum 3\n"
    assert "# ls" in script
    for bad in (b"{}", b"no json", b'{"cells": []}', b'{"cells": [{"cell_type": "code"}]}'):
        with pytest.raises(Invalid):
            notebook_script(bad)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a git repository with a branch ``main`` and a branch ``old``."""
    folder = tmp_path / "repository"

    def git(*arguments: str) -> None:
        author = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *author, "-C", folder, *arguments], check=True, capture_output=True)

    folder.mkdir()
    git("init", "-q", "-b", "old")
    (folder / "train.py").write_text("print('old')")
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "main")
    (folder / "train.py").write_text("print('new')")
    (folder / "link").symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "-qm", "two")
    return folder


def test_code_comes_from_a_git_repository_below_ones_own_files(world: Classifier, repository: Path) -> None:
    files = {
        f"repo/{path.relative_to(repository)}": path.read_bytes()
        for path in repository.rglob("*")
        if path.is_file() and not path.is_symlink() and "hooks" not in path.parts
    }
    world.put(files)
    made = create(world, {"kind": "git", "url": "file:///repo", "ref": "main"})
    assert text(world, made, "train.py") == "print('new')"
    assert made.current.source["kind"] == "git"
    assert len(made.current.source["commit"]) == 40
    # A link is at most text: it never leads anywhere.
    assert all(text(world, made, path) == "/etc/passwd" for path in paths(world, made) if path == "link")
    assert not any(path.startswith(".git/") for path in paths(world, made))
    old = create(world, {"kind": "git", "url": "file:///repo", "ref": "old"}, name="old")
    assert text(world, old, "train.py") == "print('old')"
    with pytest.raises(Invalid, match="git could not clone"):
        create(world, {"kind": "git", "url": "file:///repo", "ref": "none"}, name="none")
    with pytest.raises((NotFound, Invalid)):
        create(world, {"kind": "git", "url": f"file://{repository}"}, name="outside")


@pytest.mark.parametrize(
    "url",
    ["ssh://git@example.com/a", "git@example.com:a/b.git", "ext::sh -c id", "--upload-pack=id", "https://", "file://h/x",
     "https://example.com/a?x=1", "ftp://example.com/a", "https://exa mple.com/a", "https://-oProxyCommand=x/a",
     "https://127.0.0.1/a", "http://localhost:8000/a", "http://[::1]/a", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_git_addresses_that_reach_too_far_are_refused(world: Classifier, url: str) -> None:
    with pytest.raises(Invalid) as error:
        create(world, {"kind": "git", "url": url})
    assert error.value.details["fields"][0]["field"] == "source.url"


def test_git_options_and_credentials_stay_where_they_belong(world: Classifier) -> None:
    assert clean_url("https://me:s%40cret@example.com:8443/a.git") == ("https://example.com:8443/a.git", "me:s@cret")
    for ref in ("--upload-pack=id", "a..b", "a b", "-x"):
        with pytest.raises(Invalid) as error:
            create(world, {"kind": "git", "url": "https://example.com/a.git", "ref": ref})
        assert error.value.details["fields"][0]["field"] == "source.ref"
    with pytest.raises(Invalid) as error:
        create(world, {"kind": "git", "url": "https://me:verysecret@127.0.0.1/a.git"})
    assert "verysecret" not in str(error.value.details) + str(error.value)


# Versions


@pytest.mark.capability("AS2-24", "AS2-29", "IM-13")
def test_forks_edits_and_settings_make_versions(world: Classifier) -> None:
    algorithms, alice = world.platform.algorithms, world.alice
    fork = algorithms.fork(alice, world.algorithm.id, AlgorithmFork(name="mine"))
    assert fork.visibility == "private"
    assert fork.current.source["algorithm_id"] == world.algorithm.id
    with pytest.raises(NameTaken):
        algorithms.fork(alice, world.algorithm.id, AlgorithmFork(name="mine"))
    switched = algorithms.update(alice, fork.id, AlgorithmUpdate(file_output=False, description="quiet"), fork.revision)
    assert (switched.current_version, switched.current.file_output) == ("V0002", False)
    assert algorithms.version(alice, fork.id, "V0001").file_output
    same = algorithms.update(alice, fork.id, AlgorithmUpdate(file_output=False))
    assert same.current_version == "V0002"
    edit = FilesEdit.model_validate({"changes": [{"path": "train.py", "text": "print('mine')"}], "note": "short"})
    edited = algorithms.edit(alice, fork.id, edit, same.revision)
    assert (edited.version, edited.note, edited.file_output) == ("V0003", "short", False)
    with pytest.raises(AISpaceError) as error:
        algorithms.edit(alice, fork.id, edit, same.revision)
    assert error.value.status == 412
    world.put({"new/main.py": b"print(3)"})
    body = {"source": {"kind": "area", "path": "new"}, "run_command": "python main.py"}
    assert algorithms.add_version(alice, fork.id, AlgorithmVersionCreate.model_validate(body)).version == "V0004"
    listed = algorithms.versions(alice, fork.id, ListQuery())
    assert [version.version for version in listed.items] == ["V0004", "V0003", "V0002", "V0001"]
    with pytest.raises(ValidationError):
        AlgorithmUpdate.model_validate({"parameters": [{"name": "a", "type": "int"}] * 2} | {"name": None})
    twice = [{"name": "epochs", "type": "int"}, {"name": "epochs", "type": "float"}]
    with pytest.raises(Invalid, match="twice"):
        algorithms.update(alice, fork.id, AlgorithmUpdate.model_validate({"parameters": twice}))


@pytest.mark.parametrize(
    "changes",
    [
        [{"path": "../x.py", "text": ""}],
        [{"path": "/x.py", "text": ""}],
        [{"path": "none.py", "text": None}],
        [{"path": "train.py/x", "text": ""}],
        [{"path": "train.py", "text": None}],
    ],
)
def test_an_edit_that_breaks_the_code_is_refused(world: Classifier, changes: list[dict[str, Any]]) -> None:
    fork = world.platform.algorithms.fork(world.alice, world.algorithm.id, AlgorithmFork(name="mine"))
    with pytest.raises(Invalid):
        world.platform.algorithms.edit(world.alice, fork.id, FilesEdit.model_validate({"changes": changes}))
    assert world.platform.algorithms.get(world.alice, fork.id).current_version == "V0001"


@pytest.mark.capability("AS2-30", "AS2-31")
def test_code_is_downloaded_and_exported(world: Classifier) -> None:
    algorithms = world.platform.algorithms
    name, parts = algorithms.download(world.alice, world.algorithm.id, "V0001")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert (name, packed.namelist()) == ("image-classifier-V0001.zip", ["image-classifier-V0001/train.py"])
    done = algorithms.export(world.alice, world.algorithm.id, "V0001", ExportRequest(path="here"))
    assert world.platform.areas.is_file(world.alice, f"{done.path}/train.py")
    with pytest.raises(AISpaceError) as error:
        algorithms.export(world.alice, world.algorithm.id, "V0001", ExportRequest(path="here"))
    assert error.value.status == 409


# Presets


@pytest.mark.capability("AS2-19", "AS2-32", "IM-15")
def test_presets_are_for_all_and_changed_by_administrators_only(world: Classifier) -> None:
    algorithms = world.platform.algorithms
    assert algorithms.get(world.bob, world.algorithm.id).can == ["fork", "train"]
    assert algorithms.list(world.bob, AlgorithmQuery(scope="mine")).page.total == 0
    with pytest.raises(Forbidden):
        algorithms.delete(world.bob, world.algorithm.id)
    mine = algorithms.fork(world.bob, world.algorithm.id, AlgorithmFork(name="mine"))
    with pytest.raises(Forbidden):
        algorithms.update(world.bob, mine.id, AlgorithmUpdate(visibility="preset"))
    with pytest.raises(NotFound):
        algorithms.get(world.alice, mine.id)
    algorithms.update(world.bob, mine.id, AlgorithmUpdate(visibility="public"))
    assert algorithms.get(world.alice, mine.id).can == ["fork", "train"]
    assert [a.id for a in algorithms.list(world.alice, AlgorithmQuery(scope="shared")).items] == [mine.id]
    algorithms.delete(world.bob, mine.id)
    algorithms.delete(world.admin, world.algorithm.id)
    with pytest.raises(NotFound):
        algorithms.get(world.bob, world.algorithm.id)


def test_a_second_start_installs_nothing_and_newer_code_makes_a_version(
    world: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from aispace.algorithms import presets

    algorithms = world.platform.algorithms
    algorithms.ensure_presets()
    assert algorithms.get(world.alice, world.algorithm.id).current_version == "V0001"
    shutil.copytree(presets.FOLDER, tmp_path / "presets")
    (tmp_path / "presets" / "image_classifier" / "code" / "more.py").write_text("")
    monkeypatch.setattr(presets, "FOLDER", tmp_path / "presets")
    algorithms.ensure_presets()
    assert algorithms.get(world.alice, world.algorithm.id).current_version == "V0002"


def test_an_image_that_an_algorithm_names_is_not_deleted(world: Classifier) -> None:
    with pytest.raises(InUse, match="algorithm image-classifier"):
        world.platform.images.delete(SYSTEM, world.image_id)
    world.put({"code/train.py": b""})
    private = create(world, {"kind": "area", "path": "code"}, name="secret", image_id=world.image_id)
    with pytest.raises(InUse) as refused:
        world.platform.images.delete(world.admin, world.image_id)
    assert private.id in {user.get("id") for user in refused.value.details["params"]["used_by"]}


@pytest.mark.capability("AS2-20")
def test_an_upload_is_gone_once_it_became_code(world: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    platform, alice = world.platform, world.alice
    source = uploaded(platform, alice, "code.zip", archive({"train.py": "pass"}))
    monkeypatch.setattr("aispace.algorithms.code.LIMIT", Budget(file_bytes=3))
    with pytest.raises(AISpaceError):
        create(world, source.model_dump())
    monkeypatch.undo()
    made = create(world, source.model_dump())
    assert paths(world, made) == ["train.py"]
    again = uploaded(platform, alice, "code.zip", archive({"train.py": "1"}))
    refused = AlgorithmVersionCreate.model_validate({"source": again.model_dump(), "run_command": "python no.py"})
    with pytest.raises(AISpaceError):
        platform.algorithms.add_version(alice, made.id, refused)
    (kept,) = platform.uploads.list(alice, UploadQuery(finished=True)).items
    assert kept.id == again.upload_id  # what was refused may be tried again
    platform.algorithms.add_version(
        alice, made.id, AlgorithmVersionCreate.model_validate({"source": again.model_dump()})
    )
    assert platform.uploads.list(alice, UploadQuery(finished=True)).items == []
    assert text(world, made, "train.py", "V0002") == "1"
