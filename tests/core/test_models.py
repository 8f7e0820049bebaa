from __future__ import annotations

import contextlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest
from aispace.algorithms.schemas import ExportRequest
from aispace.errors import AISpaceError, Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound
from aispace.lineage.service import Point
from aispace.models.config import BadConfig, read_config
from aispace.models.schemas import ModelCreate, ModelQuery, ModelRead, ModelUpdate, ModelVersionCreate
from aispace.platform import Platform
from aispace.schemas import CursorQuery, ListQuery
from aispace.storage.schemas import UploadQuery
from classifier_setup import Classifier
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from samples import upload as uploaded

CONFIG: dict[str, Any] = {
    "format": "onnx",
    "framework": "scikit-learn",
    "task": "image_classification",
    "inputs": [{"name": "input", "datatype": "FP32", "shape": [-1, 256]}],
    "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]}],
    "labels": ["a", "b"],
    "metrics": {"accuracy": 0.9, "broken": "x"},
}


@pytest.fixture
def world(platform: Platform) -> Classifier:
    return Classifier(platform)


def upload(world: Classifier, model: ModelRead, files: dict[str, bytes], **more: Any) -> Any:
    folder = f"upload-{model.version_count}-{len(files)}-{len(more)}"
    world.put({f"{folder}/{name}": data for name, data in files.items()})
    body = {"source": {"kind": "area", "path": folder}} | more
    return world.platform.models.add_version(world.alice, model.id, ModelVersionCreate.model_validate(body))


@pytest.mark.capability("AS2-68", "AS2-69", "AS2-70", "AS2-71", "AS2-75")
def test_a_model_is_made_empty_and_filled_later(world: Classifier) -> None:
    models, alice = world.platform.models, world.alice
    model = models.create(
        alice, ModelCreate(name="数字", framework="scikit-learn", format="ONNX", category="image_classification")
    )
    assert (model.current_version, model.version_count, "deploy" in model.can) == (None, 0, False)
    with pytest.raises(NameTaken):
        models.create(alice, ModelCreate(name="数字"))
    with pytest.raises(Conflict, match="no version"):
        models.resolve(alice, model.id, None)
    first = upload(world, model, {"model.onnx": b"onnx", "config.json": json.dumps(CONFIG).encode()})
    assert (first.version, first.source, first.labels, first.metrics) == (
        "V0001",
        "upload",
        ["a", "b"],
        {"accuracy": 0.9},
    )
    assert (first.inputs[0].shape, first.warnings) == ([-1, 256], [])
    world.put({"packed.zip": _zip({"top/model.onnx": b"other"})})
    body = ModelVersionCreate.model_validate({"source": {"kind": "area", "path": "packed.zip"}})
    second = models.add_version(alice, model.id, body)
    assert (second.version, [w.code for w in second.warnings]) == ("V0002", ["no_config"])
    assert "config.json" in second.warnings[0].message
    assert [v.version for v in models.versions(alice, model.id, ListQuery()).items] == ["V0002", "V0001"]
    assert models.get(alice, model.id).current_version == "V0002"
    chosen = models.update(alice, model.id, ModelUpdate(current_version="V0001"))
    assert (chosen.current_version, chosen.metrics) == ("V0001", {"accuracy": 0.9})
    with pytest.raises(Invalid, match="Version"):
        models.update(alice, model.id, ModelUpdate(current_version="V0009"))
    assert models.resolve(alice, model.id, None).version == "V0001"
    edited = models.update(alice, model.id, ModelUpdate(name="二", description="d", framework="torch"), chosen.revision)
    assert (edited.name, edited.description, edited.framework) == ("二", "d", "torch")
    found = models.resolve_for_service(alice, model.id, "V0002")
    assert found.path is not None
    assert (found.path / "model.onnx").read_bytes() == b"other"


def _zip(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


@pytest.mark.capability("AS2-76", "AS2-77")
def test_versions_are_downloaded_exported_and_deleted(world: Classifier) -> None:
    models, alice = world.platform.models, world.alice
    model = models.create(alice, ModelCreate(name="mine"))
    upload(world, model, {"model.onnx": b"1"})
    upload(world, model, {"model.onnx": b"2"}, note="two")
    name, parts = models.download(alice, model.id, "V0001")
    assert name == "mine-V0001.zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(parts))).read("mine-V0001/model.onnx") == b"1"
    done = models.export(alice, model.id, "V0002", ExportRequest(path="kept"))
    with world.platform.areas.open_file(alice, f"{done.path}/model.onnx") as file:
        assert file.read() == b"2"
    models.delete_version(alice, model.id, "V0002")
    assert models.get(alice, model.id).current_version == "V0001"
    with pytest.raises(NotFound):
        models.version(alice, model.id, "V0002")
    again = models.get(alice, model.id)
    assert upload(world, again, {"model.onnx": b"3"}, note="x").version == "V0003"
    models.delete(alice, model.id)
    with pytest.raises(NotFound):
        models.get(alice, model.id)


def test_a_model_belongs_to_its_owner(world: Classifier) -> None:
    models = world.platform.models
    model = models.create(world.alice, ModelCreate(name="mine"))
    with pytest.raises(NotFound):
        models.get(world.bob, model.id)
    public = models.update(world.alice, model.id, ModelUpdate(visibility="public"), model.revision)
    assert models.get(world.bob, model.id).can == []
    assert models.list(world.bob, ModelQuery(scope="shared")).page.total == 1
    with pytest.raises(Forbidden):
        models.update(world.bob, model.id, ModelUpdate(name="stolen"))
    with pytest.raises(Forbidden, match="administrator"):
        models.update(world.alice, model.id, ModelUpdate(visibility="preset"))
    assert models.update(world.admin, model.id, ModelUpdate(visibility="preset")).visibility == "preset"
    with pytest.raises(AISpaceError) as error:
        models.delete(world.alice, model.id, public.revision)
    assert error.value.status in (403, 412)


@pytest.mark.parametrize(
    "both", [{}, {"source": {"kind": "area", "path": "x"}, "run": {"job_id": "j", "version": "V0001"}}]
)
def test_a_version_has_one_origin(both: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either"):
        ModelVersionCreate.model_validate(both)


@pytest.mark.capability("MA2-34")
@pytest.mark.parametrize(
    "change",
    [
        {"inputs": "x"},
        {"inputs": [{"name": "", "datatype": "FP32", "shape": []}]},
        {"outputs": [{"name": "y", "datatype": "float", "shape": []}]},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [-2]}]},
        {"labels": {"a": 1}},
        {"preprocess": {"width": 10**9}},
        {"preprocess": {"mode": "CMYK"}},
        {"preprocess": {"scale": "big"}},
        {"metrics": []} | {"task": 5},
    ],
)
def test_a_config_that_cannot_be_used_is_refused(world: Classifier, change: dict[str, Any]) -> None:
    model = world.platform.models.create(world.alice, ModelCreate(name="mine"))
    files = {"model.onnx": b"1", "config.json": json.dumps(CONFIG | change).encode()}
    with pytest.raises(Invalid, match=r"config\.json") as refused:
        upload(world, model, files)
    assert any(key in refused.value.message for key in change)
    assert world.platform.models.get(world.alice, model.id).version_count == 0


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_are_a_config_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadConfig):
        assert isinstance(read_config(data), dict)


def test_a_model_that_a_service_uses_is_not_deleted(world: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    models, alice = world.platform.models, world.alice
    model = models.create(alice, ModelCreate(name="served"))
    upload(world, model, {"model.onnx": b"1"})

    class Serving:
        def names(self, _principal: object, ids: Iterable[str]) -> dict[str, str]:
            return dict.fromkeys(ids, "answers")

    monkeypatch.setattr(world.platform, "serving", Serving())
    world.platform.lineage.record(Point(model.id, "V0001", "served"), Point("svc_1", None, "answers"), "deployed")
    for delete in (lambda: models.delete(alice, model.id), lambda: models.delete_version(alice, model.id, "V0001")):
        with pytest.raises(InUse, match="answers"):
            delete()
    assert models.get(alice, model.id).used_by[0]["id"] == "svc_1"
    monkeypatch.undo()


@pytest.mark.capability("AP-60")
@pytest.mark.parametrize("name", ["m.onnx", "m.zip", "m.tar", "m.tar.gz"])
def test_an_upload_is_gone_once_it_became_a_version(world: Classifier, name: str) -> None:
    platform, alice = world.platform, world.alice
    model = platform.models.create(alice, ModelCreate(name="m"))
    data = b"onnx" if name == "m.onnx" else _zip({"m.onnx": b"onnx"}) if name == "m.zip" else _tar(name, b"onnx")
    body = ModelVersionCreate.model_validate({"source": uploaded(platform, alice, name, data).model_dump()})
    version = platform.models.add_version(alice, model.id, body)
    files = platform.models.list_files(alice, model.id, version.version, CursorQuery()).items
    assert [(file.path, file.size) for file in files] == [("m.onnx", 4)]
    assert platform.uploads.list(alice, UploadQuery(finished=True)).items == []


def _tar(name: str, content: bytes) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz" if name.endswith("gz") else "w") as made:
        info = tarfile.TarInfo("m.onnx")
        info.size = len(content)
        made.addfile(info, io.BytesIO(content))
    return data.getvalue()
