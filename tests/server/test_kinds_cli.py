"""Boxes, texts and tables through REST, client and the command line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from aispace import cli
from PIL import Image
from server_thread import RunningServer

Run = Callable[..., tuple[int, str, str]]
Api = Callable[[str], httpx.Client]


@pytest.fixture
def run(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> Run:
    def verb(*words: str) -> tuple[int, str, str]:
        code = cli.main([*words, "--url", f"http://127.0.0.1:{server.port}/aispace", "--token", "token-alice"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return verb


def png(path: Path, width: int, height: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height)).save(path, "PNG")


@pytest.fixture
def street(tmp_path: Path) -> Path:
    png(tmp_path / "street/images/1.png", 40, 30)
    boxes = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]
    boxes.append({"id": 2, "image_id": 1, "category_id": 1, "bbox": [90, 2, 3, 4]})
    said = {
        "images": [{"id": 1, "file_name": "1.png"}],
        "annotations": boxes,
        "categories": [{"id": 1, "name": "person"}],
    }
    (tmp_path / "street/boxes.json").write_text(json.dumps(said))
    return tmp_path / "street"


def test_boxes_come_and_go_by_the_command_line(run: Run, api: Api, street: Path, tmp_path: Path) -> None:
    words = ["import", str(street), "--dataset", "street", "--kind", "object_detection", "--map", "person=people"]
    code, out, err = run(*words, "--inspect")
    assert code == 0, err
    assert "coco (confidence 100%)" in out
    assert "person 2 -> people" in out
    code, out, err = run(*words, "--map", "persn=people")
    assert (code, "no label 'persn'. They have person" in out + err) == (1, True), out + err
    code, out, err = run(*words, "--inspect", "--map", "persn=people")
    assert (code, "label_mapping.persn" in err or "no label 'persn'" in err) == (2, True), err
    code, out, err = run(*words[:-1], "person")
    assert (code, "--map: expected 'old=new', found 'person'" in err) == (2, True), err
    code, out, err = run(*words, "--map", "person=")
    assert (code, "--map: 'person' is given twice" in err) == (2, True), err
    code, out, err = run(*words, "--strict")
    assert code == 1
    assert "refused boxes.json, line 1: 1.png: the box from (90, 2) to (93, 6) is outside" in err
    client = api("alice")
    dataset = client.get("datasets?q=street").json()["items"][0]
    sample = client.get(f"datasets/{dataset['id']}/samples").json()["items"][0]
    assert (sample["state"], sample["annotation"]["objects"][0]["label"]) == ("started", "people")
    answer = client.put(
        f"datasets/{dataset['id']}/samples/{sample['id']}/annotation",
        json={"objects": [{**sample["annotation"]["objects"][0], "hard": True}], "confirm": True, "hard": True},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    assert run("publish", "street")[0] == 0
    target = tmp_path / "street.zip"
    code, out, err = run("export", "street", str(target), "--layout", "coco", "--strict")
    assert code == 1
    assert "not carried: 1 sample is marked hard: not in COCO (1.png)" in err
    assert not target.exists()
    code, out, err = run("export", "street", str(target))
    assert code == 0, err
    with zipfile.ZipFile(target) as archive:
        assert "street/annotations/instances_default.json" in archive.namelist()


def test_texts_and_tables_come_and_go_by_the_command_line(run: Run, api: Api, tmp_path: Path) -> None:
    reviews = tmp_path / "reviews.csv"
    reviews.write_bytes("标题;评论;好坏\nx;很好很好;好\ny;不好不好不好;坏\n".encode("gb18030"))
    code, _, err = run(
        "import", str(reviews), "--dataset", "reviews", "--kind", "text_classification", "--text-column", "评论",
        "--label-column", "好坏",
    )  # fmt: skip
    assert code == 0, err
    assert "note: 1 file was not plain UTF-8" in err
    client = api("alice")
    dataset = client.get("datasets?q=reviews").json()["items"][0]
    sample = client.get(f"datasets/{dataset['id']}/samples").json()["items"][0]
    assert sample["excerpt"] == "很好很好"
    content = client.get(f"datasets/{dataset['id']}/samples/{sample['id']}/content")
    assert (content.text, content.headers["content-type"]) == ("很好很好", "text/plain; charset=utf-8")
    assert client.get(f"datasets/{dataset['id']}/samples/{sample['id']}/thumbnail").status_code == 404
    assert run("publish", "reviews")[0] == 0
    content = client.get(f"datasets/{dataset['id']}/versions/V0001/content", params={"path": sample["path"]})
    assert content.content == "很好很好".encode()
    assert run("export", "reviews", str(tmp_path / "r.zip"), "--layout", "jsonl", "--strict")[0] == 0
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        lines = io.TextIOWrapper(archive.open("reviews/texts.jsonl"), "utf-8").readlines()
    assert [json.loads(line)["label"] for line in lines] == ["好", "坏"]
    table = tmp_path / "iris.csv"
    table.write_text("a,b,species\n1,2.5,x\n3,4,y\n")
    words = ["import", str(table), "--dataset", "iris", "--kind", "tabular_classification"]
    code, out, err = run(*words, "--inspect")
    assert "a (feature, integer), b (feature, number), species (label, text)" in out, err
    assert run(*words)[0] == 0
    dataset = client.get("datasets?q=iris").json()["items"][0]
    assert client.get(f"datasets/{dataset['id']}/samples").json()["items"][1]["values"] == {"a": 3, "b": 4.0}


@pytest.mark.capability("TD-10")
def test_the_kinds_say_what_they_take(api: Api) -> None:
    kinds = {k["annotation_type"]: k for k in api("alice").get("dataset-kinds").json()["items"]}
    assert kinds["object_detection"]["shapes"] == ["bbox"]
    assert kinds["tabular_classification"]["templates"] == []
    assert "yolo" in kinds["object_detection"]["imports"]
    client = api("alice")
    for kind in kinds.values():
        body = {
            "name": kind["annotation_type"],
            "data_type": kind["data_type"],
            "annotation_type": kind["annotation_type"],
        }
        assert client.post("datasets", json=body).status_code == 201
    wrong = client.post("datasets", json={"name": "x", "data_type": "text", "annotation_type": "object_detection"})
    assert (wrong.status_code, wrong.json()["error"]["details"]["fields"][0]["field"]) == (422, "annotation_type")
    single = {"name": "y", "data_type": "tabular", "annotation_type": "tabular_classification", "template": "single"}
    assert client.post("datasets", json=single).status_code == 422


def test_a_box_with_a_wrong_field_is_refused_by_its_name(run: Run, api: Api, street: Path) -> None:
    assert run("import", str(street), "--dataset", "street", "--kind", "object_detection")[0] == 0
    client = api("alice")
    dataset = client.get("datasets?q=street").json()["items"][0]["id"]
    sample = client.get(f"datasets/{dataset}/samples").json()["items"][0]["id"]
    for shape, field in (
        ({"type": "bbox", "x": -1, "y": 0, "w": 1, "h": 1}, "objects.0.shape.x"),
        ({"type": "bbox", "x": 1, "y": 0, "w": 1}, "objects.0.shape.h"),
        ({"type": "polygon", "points": []}, "objects.0.shape.type"),
        ({"type": "bbox", "x": 39, "y": 0, "w": 2, "h": 1}, "objects.0.shape.w"),
        ("box", "objects.0.shape"),
    ):
        answer = client.put(
            f"datasets/{dataset}/samples/{sample}/annotation",
            json={"objects": [{"label": "person", "shape": shape}], "confirm": True},
            headers={"If-Match": "*"},
        )
        assert answer.status_code == 422
        assert field in {f["field"] for f in answer.json()["error"]["details"]["fields"]}
