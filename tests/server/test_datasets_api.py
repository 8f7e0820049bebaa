from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

Api = Callable[[str], httpx.Client]


def png(value: int, size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), (value % 256, value // 256 % 256, 7)).save(out, "PNG")
    return out.getvalue()


def upload(client: httpx.Client, data: bytes, **metadata: str) -> str:
    said = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
    answer = client.post(
        "uploads",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": said,
            "Content-Type": "application/offset+octet-stream",
        },
        content=data,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def finished(client: httpx.Client, answer: httpx.Response, limit: float = 30) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        read: dict[str, Any] = client.get(f"imports/{answer.json()['id']}").json()
        if read["status"] in ("succeeded", "failed", "cancelled"):
            return read
        time.sleep(0.02)
    raise AssertionError(read)


def make(client: httpx.Client, name: str = "digits", **more: Any) -> dict[str, Any]:
    answer = client.post("datasets", json={"name": name, "data_type": "image", **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def digits(api: Api) -> str:
    """Six labelled and four unlabelled images, brought as a batch of uploads."""
    client = api("alice")
    dataset = make(client)["id"]
    for n in range(6):
        upload(client, png(n), filename=f"{n}.png", relativePath=f"digits/{n % 2}/{n}.png", batch="one")
    for n in range(4):
        upload(client, png(50 + n), filename=f"u{n}.png", relativePath=f"more/u{n}.png", batch="two")
    for batch, layout in (("one", "auto"), ("two", "flat")):
        source = {"kind": "batch", "batch": batch}
        read = finished(client, client.post(f"datasets/{dataset}/import", json={"source": source, "layout": layout}))
        assert read["status"] == "succeeded", read
    return str(dataset)


@pytest.mark.capability("AS1-48", "AS1-62")
def test_the_path_of_the_tour(api: Api, digits: str) -> None:
    client = api("alice")
    read = client.get(f"datasets/{digits}").json()
    assert (read["counts"]["labelled"], read["counts"]["unlabelled"], read["status"]) == (6, 4, "labelling")
    assert read["current_version"] is None
    assert client.get("datasets?published=true").json()["page"]["total"] == 0
    refused = client.post(f"datasets/{digits}/publish", json={"note": "too early"})
    assert (refused.status_code, refused.json()["error"]["details"]["params"]["states"]) == (409, {"unlabelled": 4})
    samples = client.get(f"datasets/{digits}/samples?state=unlabelled").json()["items"]
    for sample in samples[:2]:
        url = f"datasets/{digits}/samples/{sample['id']}/annotation"
        body = {"objects": [{"label": "1"}], "confirm": True}
        assert client.put(url, json=body).status_code == 428
        saved = client.put(url, json=body, headers={"If-Match": f'"{sample["revision"]}"'})
        assert (saved.status_code, saved.json()["state"], saved.headers["ETag"]) == (200, "labelled", '"2"')
        stale = client.put(url, json=body, headers={"If-Match": f'"{sample["revision"]}"'})
        assert stale.status_code == 412
        assert stale.json()["error"]["details"]["params"]["current"]["state"] == "labelled"
    items = [{"path": s["path"], "objects": [{"label": "0"}], "confirm": True} for s in samples[2:]]
    results = client.post(f"datasets/{digits}/annotations", json={"items": items}).json()["results"]
    assert [r["status"] for r in results] == ["saved", "saved"]
    assert client.get(f"datasets/{digits}").json()["status"] == "labelled"
    published = client.post(f"datasets/{digits}/publish", json={"note": "all"})
    assert published.status_code == 201, published.text
    assert published.json()["version"] == "V0001"
    assert published.headers["Location"].endswith(f"datasets/{digits}/versions/V0001")
    assert client.get("datasets?published=true").json()["page"]["total"] == 1
    assert client.post(f"datasets/{digits}/publish", json={}).json()["version"] == "V0002"
    page = client.get(f"datasets/{digits}/versions/V0001/samples?label=1&limit=2").json()
    assert len(page["items"]) == 2
    content = client.get(f"datasets/{digits}/versions/V0001/content", params={"path": page["items"][0]["path"]})
    assert content.status_code == 200
    assert content.headers["Content-Type"] == "image/png"
    assert "immutable" in content.headers["Cache-Control"]
    assert [v["version"] for v in client.get(f"datasets/{digits}/versions?limit=200").json()["items"]] == [
        "V0002",
        "V0001",
    ]
    current = client.post(f"datasets/{digits}/versions/V0001/set-current")
    assert current.json()["is_current"]


@pytest.mark.capability("AS1-52")
def test_an_export_is_a_zip_that_holds_chinese_names(api: Api, digits: str) -> None:
    client = api("alice")
    etag = client.get(f"datasets/{digits}").headers["ETag"]
    assert client.patch(f"datasets/{digits}", json={"name": "手写数字"}, headers={"If-Match": etag}).status_code == 200
    client.post(f"datasets/{digits}/publish", json={"include": "confirmed"})
    export = client.post(f"datasets/{digits}/versions/V0001/export", json={"layout": "class_folders"})
    assert export.status_code == 202, export.text
    answer = client.get(f"exports/{export.json()['id']}/content")
    assert "filename*=UTF-8''%E6%89%8B" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(archive.namelist()) == sorted(f"手写数字/{n % 2}/{n}.png" for n in range(6))
    assert archive.read("手写数字/1/3.png") == png(3)
    assert api("bob").get(f"exports/{export.json()['id']}").status_code == 404


@pytest.mark.capability("TD-27")
def test_an_export_holds_annotations_as_json_and_the_files_only_when_asked(api: Api, digits: str) -> None:
    client = api("alice")
    version = client.post(f"datasets/{digits}/publish", json={"include": "confirmed"}).json()["version"]

    def exported(**body: Any) -> dict[str, bytes]:
        made = client.post(f"datasets/{digits}/versions/{version}/export", json=body)
        assert made.status_code == 202, made.text
        codes = [note["code"] for note in made.json()["losses"]]
        assert ("data" in codes) is (body.get("data") is False)
        with zipfile.ZipFile(io.BytesIO(client.get(f"exports/{made.json()['id']}/content").content)) as archive:
            return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}

    for layout, said in (("manifest", "manifest.jsonl"), ("line_manifest", f"digits-{version}.manifest")):
        whole, bare = exported(layout=layout), exported(layout=layout, data=False)
        assert {name: data for name, data in whole.items() if not name.endswith(".png")} == bare
        assert sum(name.endswith(".png") for name in whole) == len(bare[said].splitlines()) == 6
        for line in map(json.loads, bare[said].splitlines()):
            labels = [one.get("label") or one.get("name") for one in line.get("objects") or line["annotation"]]
            assert whole[line.get("path") or line["source"]].startswith(b"\x89PNG")
            assert labels in (["0"], ["1"])
    refused = client.post(
        f"datasets/{digits}/versions/{version}/export", json={"layout": "class_folders", "data": False}
    )
    assert (refused.status_code, refused.json()["error"]["details"]["fields"][0]["field"]) == (422, "data")


def test_others_may_neither_see_nor_change_a_private_dataset(api: Api, digits: str) -> None:
    client = api("bob")
    sample = api("alice").get(f"datasets/{digits}/samples?limit=1").json()["items"][0]["id"]
    assert client.get("datasets").json()["page"]["total"] == 0
    for method, path in (
        ("GET", f"datasets/{digits}"),
        ("GET", f"datasets/{digits}/samples"),
        ("GET", f"datasets/{digits}/samples/{sample}"),
        ("GET", f"datasets/{digits}/samples/{sample}/content"),
        ("GET", f"datasets/{digits}/samples/{sample}/thumbnail"),
        ("GET", f"datasets/{digits}/statistics"),
        ("GET", f"datasets/{digits}/diff"),
        ("GET", f"datasets/{digits}/versions"),
        ("POST", f"datasets/{digits}/publish"),
        ("DELETE", f"datasets/{digits}"),
    ):
        answer = client.request(method, path, headers={"If-Match": "*"})
        assert answer.status_code == 404, (method, path, answer.text)


def test_the_etag_of_a_dataset_guards_changes_but_never_hides_new_counts(api: Api, digits: str) -> None:
    client = api("alice")
    before = client.get(f"datasets/{digits}")
    client.post(f"datasets/{digits}/annotations/bulk", json={"filter": {"state": "unlabelled"}, "label": "0"})
    after = client.get(f"datasets/{digits}", headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json()["counts"]["unlabelled"]) == (200, 0)


def test_thumbnails_are_small_and_kept_by_the_browser(api: Api) -> None:
    client = api("alice")
    dataset = make(client)["id"]
    one = upload(client, png(1, 400), filename="a.png")
    source = {"kind": "upload", "upload_id": one}
    assert finished(client, client.post(f"datasets/{dataset}/import", json={"source": source}))["status"] == "succeeded"
    sample = client.get(f"datasets/{dataset}/samples").json()["items"][0]
    answer = client.get(f"datasets/{dataset}/samples/{sample['id']}/thumbnail?size=96")
    assert Image.open(io.BytesIO(answer.content)).size == (96, 96)
    again = client.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    wrong = client.get(f"datasets/{dataset}/samples/{sample['id']}/thumbnail?size=97")
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "a", "description": "x" * 101}, "description"),
        ({"name": "a", "annotation_type": "object_tracking"}, "annotation_type"),
        ({"name": "a", "data_type": "audio"}, "data_type"),
        ({"name": "a", "template": "both"}, "template"),
        ({"name": "a", "labels": [{"name": "x" * 31}]}, "labels.0.name"),
        ({"name": "a", "labels": [{"name": "x", "color": "red"}]}, "labels.0.color"),
        ({"name": "a", "surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api("alice").post("datasets", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"]["fields"][0]["field"] == field


def test_a_name_is_taken_once_per_owner(api: Api) -> None:
    make(api("alice"), "same")
    make(api("bob"), "same")
    again = api("alice").post("datasets", json={"name": "same"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "name_taken")


def test_bulk_changes_by_filter_can_be_undone(api: Api, digits: str) -> None:
    client = api("alice")
    body = {"filter": {"state": "unlabelled"}, "label": "0"}
    done = client.post(f"datasets/{digits}/annotations/bulk", json=body).json()
    assert done["changed"] == 4
    assert client.get(f"datasets/{digits}").json()["status"] == "labelled"
    undone = client.post(f"datasets/{digits}/annotations/undo", json={"undo_token": done["undo_token"]}).json()
    assert undone == {"undone": 4, "changed_meanwhile": 0}
    assert client.get(f"datasets/{digits}").json()["counts"]["unlabelled"] == 4
    empty = client.post(f"datasets/{digits}/annotations/bulk", json={"filter": {}})
    assert empty.status_code == 422


def test_files_are_placed_packed_and_unpacked(api: Api) -> None:
    client = api("alice")
    placed = client.post(
        "files/place", json={"upload_id": upload(client, b"hello", filename="a.txt"), "path": "docs/a.txt"}
    )
    assert placed.status_code == 201, placed.text
    packed = client.post("files/compress", json={"paths": ["docs"], "to": "docs.tar.gz"})
    assert packed.status_code == 201, packed.text
    unpacked = client.post("files/extract", json={"path": "docs.tar.gz", "to": "again"}).json()
    assert unpacked["files"] == 1
    answer = client.get("files/content", params={"path": "again/docs/a.txt"}, headers={"Range": "bytes=1-2"})
    assert (answer.status_code, answer.content) == (206, b"el")
    moved = client.post("files/move", json={"from": "again/docs/a.txt", "to": "docs/a.txt"})
    assert (moved.status_code, moved.json()["error"]["code"]) == (409, "file_exists")
    assert client.request("DELETE", "files", params={"path": ["again", "docs.tar.gz"]}).status_code == 204
    assert [f["name"] for f in client.get("files").json()["items"]] == ["docs"]
    assert api("bob").get("files/content", params={"path": "docs/a.txt"}).status_code == 404


def test_the_annotations_of_an_export_come_back(api: Api, digits: str) -> None:
    client = api("alice")
    client.post(f"datasets/{digits}/publish", json={"include": "confirmed"})
    export = client.post(f"datasets/{digits}/versions/V0001/export", json={}).json()
    archive = client.get(f"exports/{export['id']}/content").content
    copy = make(client, "copy")["id"]
    source = {"kind": "upload", "upload_id": upload(client, archive, filename="x.zip")}
    looked = client.post(f"datasets/{copy}/import/inspect", json={"source": source}).json()
    assert (looked["layout"], looked["count"], looked["labels"]) == ("manifest", 6, {"0": 3, "1": 3})
    assert finished(client, client.post(f"datasets/{copy}/import", json={"source": source}))["report"]["imported"] == 6
    client.post(f"datasets/{copy}/publish", json={})

    def said(dataset: str) -> list[str]:
        items = client.get(f"datasets/{dataset}/versions/V0001/samples").json()["items"]
        return sorted(json.dumps([i["path"], i["sha256"], i["annotation"]["objects"], i["state"]]) for i in items)

    assert said(copy) == said(digits)
