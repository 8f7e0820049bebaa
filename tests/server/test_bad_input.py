"""Bad values in every field of every request of the path: refused by name, and nothing is lost."""

from __future__ import annotations

import copy
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aispace
import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from PIL import Image
from seeds import Seeds, done, finished, picture, place, plant, upload
from server_thread import KnownTokens, RunningServer

CHINESE: Final = json.loads((Path(aispace.__file__).parent / "locale/zh_CN/errors.json").read_text("utf-8"))
"""Words of codes, as the interface has them."""
LONG: Final = "x" * 200_000
HOPELESS: Final = {"object": {"zz": {"q": [1]}}, "list": [[["x"]]], "nul": "a\0b", "long": LONG}
"""What no field of any request takes."""
PARAMETER = {"name": "epochs", "type": "int", "default": 3, "minimum": 1, "maximum": 9, "unit": "n", "help": "h"}
LABEL = {"name": "x", "color": "#ff0000", "key": "a"}
AREA = {"kind": "area", "path": "photos"}
CODE = {
    "description": "d", "category": "custom", "run_command": "python train.py", "parameters": [PARAMETER],
    "argument_mapping": {"data_url": "data_url"}, "image_id": "@images", "serving_image_id": "@images",
    "framework": "f", "accepts": {"data_types": ["image"], "annotation_types": ["image_classification"]},
    "file_output": True, "model_output": True,
}  # fmt: skip
RUN = {
    "algorithm": {"algorithm_id": "@algorithms", "version": "V0001"}, "image_id": "@images",
    "inputs": [{"role": "training", "dataset_id": "@datasets", "version": "V0001", "split": "training"}],
    "model": {"model_id": "@models", "version": "V0001"}, "parameters": {}, "argument_mapping": {"data_url": "x"},
    "spec_id": "@specs", "nodes": 1, "queue": "default", "priority": "low", "delay_hours": 1.0, "max_hours": 1.0,
    "retries": 1, "environment": {"A": "b"}, "seed": 1, "note": "n", "notify": ["failed"],
}  # fmt: skip
SERVICE = {
    "name": "n", "description": "d", "model": {"model_id": "@models", "version": "V0001"}, "image_id": "@images",
    "spec_id": "@specs", "replicas": 1, "visibility": "private", "parameters": {"a": "b"}, "environment": {"A": "b"},
    "limits": {"requests_per_second": 1.0, "max_in_flight": 1, "max_body_bytes": 2000, "timeout_seconds": 2.0},
    "note": "n",
}  # fmt: skip
DATASET, ALGORITHM, JOB, MODEL, SERVED = (
    f"/{kind}/@{kind}" for kind in ("datasets", "algorithms", "training-jobs", "models", "services")
)
ITEM = {"objects": [{"label": "a"}], "confirm": True, "revision": 1, "automatic": False}
BODIES: list[tuple[str, dict[str, Any]]] = [
    ("PATCH /me", {"language": "en", "theme": "dark", "dismissed": ["x"]}),
    ("POST /tokens", {"name": "n", "scope": "read", "expires_at": "2030-01-01T00:00:00Z"}),
    ("POST /me/password", {"old": "a", "new": "b"}),
    ("POST /users", {"name": "xx", "password": "Long-enough-1", "role": "user", "display_name": "x"}),
    ("PATCH /users/@users", {"role": "user", "enabled": True, "display_name": "x"}),
    ("POST /files/folders", {"path": "f"}),
    ("POST /files/move", {"from": "photos", "to": "p2", "overwrite": False}),
    ("POST /files/copy", {"from": ["photos"], "to": "p3", "overwrite": False}),
    ("POST /files/place", {"upload_id": "@uploads", "path": "q", "overwrite": False}),
    ("POST /files/extract", {"path": "photos.zip", "to": "z", "overwrite": False}),
    ("POST /files/compress", {"paths": ["photos"], "to": "z.zip", "overwrite": False}),
    ("POST /label-groups", {"name": "n", "kind": "vision", "labels": [LABEL], "description": "d"}),
    ("PATCH /label-groups/@label-groups", {"name": "n", "labels": [LABEL], "visibility": "private"}),
    ("POST /label-groups/@label-groups/copy", {"name": "n", "description": "d"}),
    ("POST /trash/@trash/restore", {"name": "n"}),
    ("POST /transfers", {"object_id": "@models", "to": "zz", "note": "n", "at_once": False}),
    ("POST /transfers/@transfers/accept", {"name": "n"}),
    ("POST /models/@models/versions/V0001/reproductions", {"name": "n", "spec_id": "@specs"}),
    (
        "POST /visualisations",
        {"runs": [{"job_id": "@training-jobs", "version": "V0001"}], "spec_id": "@specs", "idle_minutes": 5},
    ),
    ("POST /datasets", {"name": "n", "description": "d", "data_type": "image", "template": "single"}),
    ("POST /datasets", {"name": "n", "annotation_type": "image_classification", "label_group_id": "@label-groups"}),
    ("POST /datasets", {"name": "n", "labels": [LABEL], "visibility": "private"}),
    (f"PATCH {DATASET}", {"name": "n", "description": "d", "label_group_id": "@label-groups"}),
    (f"POST {DATASET}/publish", {"note": "n", "include": "all"}),
    (f"PATCH {DATASET}/versions/V0001", {"note": "n"}),
    (f"POST {DATASET}/versions/V0001/export", {"layout": "manifest", "target": {"area": "p4"}}),
    (f"POST {DATASET}/samples/delete", {"ids": ["zz"]}),
    (f"POST {DATASET}/samples/delete", {"filter": {"state": "labelled", "label": "q", "split": "none", "q": "z"}}),
    (f"PATCH {DATASET}/samples/@sample_id", {"split": "training", "hard": True, "review": "accept"}),
    (f"PUT {DATASET}/samples/@sample_id/annotation", {"objects": [{"label": "a"}], "confirm": True, "hard": True}),
    (f"POST {DATASET}/annotations", {"items": [{"sample_id": "@sample_id", **ITEM}]}),
    (f"POST {DATASET}/annotations", {"items": [{"path": "a/0.png", **ITEM}]}),
    (f"POST {DATASET}/annotations/bulk", {"ids": ["@sample_id"], "label": "a", "confirm": True, "split": "none"}),
    (f"POST {DATASET}/annotations/undo", {"undo_token": "a"}),
    (f"POST {DATASET}/split", {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 1, "stratified": True}),
    (f"POST {DATASET}/import", {"source": AREA, "layout": "auto", "overwrite": "skip", "duplicates": "keep"}),
    (f"POST {DATASET}/import", {"source": {"kind": "batch", "batch": "z"}, "split": "training", "confirm": True}),
    (f"POST {DATASET}/import/inspect", {"source": {"kind": "upload", "upload_id": "@uploads"}}),
    ("POST /algorithms", {"name": "n", "source": {"kind": "area", "path": "code"}, **CODE}),
    ("POST /algorithms", {"name": "n", "source": {"kind": "git", "url": "https://127.0.0.1:9/x", "ref": "main"}}),
    (f"PATCH {ALGORITHM}", {"name": "n", "visibility": "private", **CODE}),
    (f"POST {ALGORITHM}/fork", {"name": "n", "description": "d", "version": "V0001"}),
    (f"POST {ALGORITHM}/versions", {"source": AREA, "note": "n", "run_command": "python train.py"}),
    (f"POST {ALGORITHM}/versions/V0001/export", {"path": "mine"}),
    ("POST /images", {"name": "n", "purposes": ["training"], "requirements": "numpy", "python": "3.11"}),
    ("PATCH /images/@images", {"name": "n", "description": "d", "visibility": "private"}),
    ("POST /specs", {"name": "s", "cpu": 1.0, "memory_bytes": 1 << 30, "purposes": ["training"], "enabled": True}),
    ("PATCH /specs/@specs", {"price_per_hour": "1", "accelerator": {"resource": "a.b/c", "count": 1, "product": "x"}}),
    (
        "POST /training-jobs",
        {"name": "n", "description": "d", "task_type": "single_node", "template": "t", "start": False, **RUN},
    ),
    ("POST /job-templates", {"name": "n", "description": "d", "settings": RUN, "visibility": "private"}),
    ("PATCH /job-templates/@job-templates", {"description": "d", "settings": RUN, "visibility": "private"}),
    ("POST /training-jobs/estimate", {"name": "n", "description": "d", **RUN}),
    (f"PATCH {JOB}", {"name": "n", "description": "d", "visibility": "private"}),
    (f"POST {JOB}/runs", {"base": "V0001", **RUN}),
    (f"PATCH {JOB}/runs/V0001", {"base": "V0001", **RUN}),
    (f"POST {JOB}/runs/V0001/save-template", {"name": "n", "description": "d"}),
    (f"POST {JOB}/runs/V0001/save-model", {"name": "n", "description": "d"}),
    (f"POST {JOB}/runs/V0001/save-model", {"model_id": "@models"}),
    (
        "POST /evaluations",
        {"model_id": "@models", "version": "V0001", "spec_id": "@specs", "image_id": "@images", "name": "n",
         "inputs": [{"dataset_id": "@datasets", "version": "V0001", "split": "test"}]},
    ),
    ("POST /models", {"name": "n", "description": "d", "framework": "onnx", "format": "onnx", "category": "custom"}),
    (f"PATCH {MODEL}", {"name": "n", "framework": "f", "visibility": "private", "current_version": "V0001"}),
    (f"POST {MODEL}/versions", {"source": AREA, "note": "n", "runtime_image_id": "@images"}),
    (f"POST {MODEL}/versions", {"run": {"job_id": "@training-jobs", "version": "V0001"}}),
    ("POST /services", SERVICE),
    (f"PATCH {SERVED}", SERVICE),
    (f"POST {SERVED}/deployments/1/rollback", {"note": "n"}),
    (f"POST {SERVED}/tokens", {"name": "n", "expires_at": "2030-01-01T00:00:00Z"}),
]  # fmt: skip


@dataclass
class House:
    """A platform with one object of every kind; alice administers it, so that every field is reached."""

    platform: Platform
    seeds: Seeds
    alice: httpx.Client

    def fill(self, value: Any) -> Any:
        """Put ids where their names stand."""
        known = {**self.seeds.ids, **self.seeds.parts}
        if isinstance(value, str):
            for name in sorted(known, key=len, reverse=True):
                value = value.replace(f"@{name}", known[name])
            return value
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        return [self.fill(item) for item in value] if isinstance(value, list) else value

    def ask(self, request: str, body: Any, **headers: str) -> httpx.Response:
        verb, _, path = request.partition(" ")
        headers = {"If-Match": "*", "Content-Type": "application/json", **headers}
        return self.alice.request(verb, self.fill(path), content=json.dumps(body).encode(), headers=headers)

    def state(self) -> dict[str, Any]:
        """What must not be lost: revisions and numbers of everything."""
        kinds = ("datasets", "algorithms", "models", "services", "training-jobs", "label-groups", "images", "specs")
        seen = {kind: done(self.alice.get(f"/{kind}/{self.seeds.ids[kind]}"))["revision"] for kind in kinds}
        seen["counts"] = done(self.alice.get(self.fill(DATASET)))["counts"]
        seen["numbers"] = {kind: done(self.alice.get(f"/{kind}"))["page"]["total"] for kind in kinds}
        seen["files"] = sorted(file["name"] for file in done(self.alice.get("/files"))["items"])
        return seen


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    platform = Platform(home=str(tmp_path_factory.mktemp("bad")))
    platform.db.upgrade()
    user = UserCreate(name="alice", password="Long-enough-1", role="administrator")
    principal = platform.users.principal(platform.users.create(SYSTEM, user).id)
    with RunningServer(platform, [KnownTokens([principal])]) as running, running.client("token-alice") as alice:
        seeds = plant(alice, platform)
        place(alice, "photos.zip", zipped({"a/0.png": picture(9)}))
        yield House(platform, seeds, alice)
    platform.close()


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield (*path, key)
        yield from leaves(item, (*path, key))


def replaced(value: Any, path: tuple[str | int, ...], item: Any) -> Any:
    value = copy.deepcopy(value)
    here = value
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = item
    return value


def fields(answer: httpx.Response, code: int = 422) -> list[str]:
    """Give the fields that an error names, after a look at its shape."""
    assert answer.status_code == code, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
    error = answer.json()["error"]
    assert len(answer.content) < 20_000
    assert error["code"]
    assert error["message"]
    assert error["request_id"] == answer.headers["X-Request-Id"]
    named = error["details"].get("fields", [])
    # What a Chinese page says of a field it says by the code: without words it would show the English sentence.
    assert [item for item in named if item["code"] not in CHINESE["fields"] | CHINESE["errors"]] == []
    return [item["field"] for item in named]


@pytest.mark.parametrize(("request_line", "body"), BODIES, ids=[f"{r} {n}" for n, (r, _) in enumerate(BODIES)])
def test_hopeless_value_in_any_field_is_refused_by_the_name_of_the_field(
    house: House, request_line: str, body: dict[str, Any]
) -> None:
    before, body = house.state(), house.fill(body)
    for path in leaves(body):
        where = ".".join(map(str, path))
        for name, value in HOPELESS.items():
            answer = house.ask(request_line, replaced(body, path, value))
            if name == "long" and answer.status_code == 404:
                continue  # an id that is that long is no id
            named = fields(answer)
            assert any(where.startswith(n) or n.startswith(where) for n in named), f"{name} in {where}: {named}"
    answer = house.ask(request_line, {**body, "unheard_of": 1})
    assert "unheard_of" in fields(answer)
    for junk in (b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"name": "\\ud800"}'):
        verb, _, target = request_line.partition(" ")
        answer = house.alice.request(verb, house.fill(target), content=junk, headers={"If-Match": "*"})
        assert answer.status_code in (400, 422), answer.text[:300]
        assert answer.json()["error"]["message"]
    assert house.state() == before


NAN, INFINITE, HUGE = float("nan"), float("inf"), 10**40
RESERVED = {"AISPACE_HOME": "/"}
WRONG: list[tuple[str, dict[str, Any], str, list[Any]]] = [
    (
        "POST /datasets", {"name": "n"}, "name",
        ["", " ", "a b", "x" * 51, "../x", "/x", "a\nb", "\u202eabc", "\U0001f600", "-a", "a-", "a\u0301" * 60, None],
    ),
    ("POST /datasets", {"name": "n"}, "description", ["x" * 101]),
    ("POST /datasets", {"name": "n"}, "data_type", ["", "picture"]),
    ("POST /datasets", {"name": "n"}, "labels", [[{"name": "x"}, {"name": "x"}], [{"name": ""}], [{"name": "a\tb"}]]),
    (f"POST {DATASET}/publish", {"note": "n"}, "note", ["x" * 101]),
    (f"POST {DATASET}/split", {"train": 0.5}, "train", [-1, 1.1, NAN, INFINITE, "x", HUGE]),
    (f"POST {DATASET}/split", {"train": 0.5}, "seed", [-1, 2**33, HUGE, 1.5]),
    (f"POST {DATASET}/annotations/bulk", {"filter": {}, "label": "a"}, "label", ["nobody", "", "x" * 31]),
    (f"PUT {DATASET}/samples/@sample_id/annotation", {"objects": []}, "objects",
     [[{"label": "nobody"}], [{"label": "a"}, {"label": "b"}], [{"label": "a", "score": 2}], [{}]]),
    (f"POST {DATASET}/import", {"source": AREA}, "source",
     [{"kind": "area", "path": p} for p in ("../..", "a/../../b", "x/\x1b")]
     + [{"kind": "batch", "batch": "../x"}, {"kind": "ftp"}, {}]),
    (f"POST {DATASET}/versions/V0001/export", {"layout": "manifest"}, "target", ["x", {"area": "../../etc"}]),
    ("POST /algorithms", {"name": "n", "run_command": "python train.py"}, "source",
     [{"kind": "git", "url": url} for url in
      ("ext::sh -c id", "file:///../../etc", "/etc", "--upload-pack=id", "-u", "ssh://-oProxyCommand=id/x", "http://[::1]/x",
       "https://127.0.0.1/x", "https://169.254.169.254/x", "https://localhost/x", "https://0x7f.1/x", "javascript:x")]
     + [{"kind": "git", "url": "https://example.invalid/x", "ref": ref} for ref in ("--upload-pack=id", "a b", "-x")]),
    ("POST /algorithms", {"name": "n", "source": {"kind": "area", "path": "code"}}, "run_command",
     ["", " ", "python train.py; id", "python train.py && id", "python $(id)", "python `id`", "python 'train.py",
      "python train.py | cat", "python train.py > x", "python other.py"]),
    (f"PATCH {ALGORITHM}", {}, "parameters",
     [[{**PARAMETER, "default": 10}], [{**PARAMETER, "default": "x"}], [{**PARAMETER, "minimum": 10}],
      [PARAMETER, PARAMETER], [{**PARAMETER, "name": "-x"}], [{**PARAMETER, "maximum": INFINITE}]]),
    (f"PUT {ALGORITHM}/files", {}, "changes",
     [[{"path": path, "text": "x"}] for path in ("../x", "/etc/x", "a/../../x", "a\\b", ".aispace/x", "x" * 300)]),
    ("POST /images", {"name": "n", "purposes": ["training"]}, "requirements",
     ["-r /etc/passwd", "--index-url x", "git+https://x/y", "./local", "a @ file:///x", "numpy; rm -rf /"]),
    ("POST /images", {"name": "n", "purposes": ["training"], "requirements": ""}, "purposes", [[], ["x"]]),
    ("POST /training-jobs", {"name": "n", **RUN, "inputs": []}, "environment", [RESERVED, {"A=B": "x"}, {"": "x"}]),
    *(
        ("POST /training-jobs", {"name": "n", **RUN, "inputs": []}, name, values)
        for name, values in {
            "max_hours": [-1, NAN, INFINITE, 1e9], "delay_hours": [-1, NAN], "retries": [-1, 101, HUGE],
            "seed": [-1, 2**31, HUGE], "nodes": [0, 2], "priority": ["urgent"], "spec_id": ["spc_none", ""],
            "image_id": ["img_none"], "algorithm": [{"algorithm_id": "@algorithms", "version": "V0099"}],
            "inputs": [
                [{"dataset_id": "@datasets", "version": "V0099"}], [{"dataset_id": "@datasets", "version": "working"}],
                [{"dataset_id": "@datasets", "version": "V0001", "split": "test"}],
                [{"dataset_id": "@models", "version": "V0001"}],
            ],
            "parameters": [{"epochs; id": "1"}, {"a b": 1}],
        }.items()
    ),
    *(
        ("POST /services", {**SERVICE, "name": "free"}, name, values)
        for name, values in {
            "name": ["x" * 33, "../x"], "replicas": [0, 11, 1.5],
            "parameters": [{"a": NAN}, {"a": INFINITE}, {"-a": 1}],
            "model": [{"model_id": "@models", "version": "V0099"}, {"model_id": "@datasets", "version": "V0001"}],
            "environment": [RESERVED], "visibility": ["everyone"],
            "limits": [{"max_in_flight": 0}, {"timeout_seconds": NAN}, {"max_body_bytes": HUGE}],
        }.items()
    ),
    ("POST /specs", {"name": "s", "memory_bytes": 1 << 30, "purposes": ["training"]}, "cpu", [0, -1, NAN, INFINITE]),
    ("PATCH /specs/@specs", {}, "price_per_hour", ["-1", "NaN", "1e30", "0.0000001", "x"]),
    ("POST /tokens", {"name": "n"}, "expires_at", ["yesterday", "2020-01-01", "2020-01-01T00:00:00"]),
    ("POST /files/folders", {}, "path", ["../x", "a/../../x", "x/\x07", "x" * 300]),
    (f"PATCH {MODEL}", {}, "name", [None, "", "x" * 51]),
    (f"PATCH {MODEL}", {}, "current_version", ["V0099", "1"]),
]  # fmt: skip


@pytest.mark.parametrize(("request_line", "body", "field", "values"), WRONG, ids=[f"{r} {f}" for r, _, f, _ in WRONG])
def test_wrong_value_is_refused_by_the_name_of_the_field(
    house: House, request_line: str, body: dict[str, Any], field: str, values: list[Any]
) -> None:
    before = house.state()
    for value in values:
        named = fields(house.ask(request_line, {**house.fill(body), field: house.fill(value)}))
        assert any(n == field or n.startswith(f"{field}.") for n in named), f"{value!r}: {named}"
    assert house.state() == before


def zipped(members: dict[str, bytes], *, link: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if link is not None:
            info = zipfile.ZipInfo("a/link.png")
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, link)
    return out.getvalue()


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def huge_picture() -> bytes:
    """Make a picture of a few bytes that says it is 60,000 pixels wide and high."""
    data = bytearray(picture(1))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    return bytes(data)


GOOD = picture(77)
REFUSED_FILES = {
    "escape.zip": zipped({"../evil.png": GOOD, "a/ok.png": GOOD}),
    "absolute.zip": zipped({"/etc/evil.png": GOOD, "a/ok.png": GOOD}),
    "link.zip": zipped({"a/ok.png": GOOD}, link="/etc/passwd"),
    "links.tar.gz": tarred(
        special("a/l.png", tarfile.SYMTYPE, "/etc/passwd"),
        special("a/h.png", tarfile.LNKTYPE, "/etc/passwd"),
        special("a/fifo.png", tarfile.FIFOTYPE),
        special("a/dev.png", tarfile.CHRTYPE),
        (tarfile.TarInfo("a/ok.png"), GOOD),
    ),
    "empty-file.zip": zipped({"a/empty.png": b"", "a/ok.png": GOOD}),
    "corrupt.zip": zipped({"a/corrupt.png": GOOD[:40], "a/ok.png": GOOD}),
    "huge.zip": zipped({"a/huge.png": huge_picture(), "a/ok.png": GOOD}),
    "suffix.zip": zipped({"a/text.png": b"hello", "a/page.exe": GOOD, "a/ok.png": GOOD}),
}
"""Archives in which one file is good."""
REFUSED_ARCHIVES = {
    "bomb.zip": zipped({"a/bomb.png": bytes(300 << 20)}),
    "cut.zip": zipped({"a/ok.png": GOOD})[:-30],
    "text.zip": b"no archive",
    "cut.tar.gz": tarred((tarfile.TarInfo("a/ok.png"), GOOD))[:60],
    "nothing.zip": zipped({}),
    "empty.zip": b"",
}


def imported(house: House, name: str, data: bytes) -> dict[str, Any]:
    dataset = done(house.alice.post("/datasets", json={"name": f"of-{name.replace('.', '-')}"}))["id"]
    source = {"kind": "upload", "upload_id": upload(house.alice, data, filename=name)}
    begun = done(house.alice.post(f"/datasets/{dataset}/import", json={"source": source, "layout": "class_folders"}))
    report = finished(house.alice, f"/imports/{begun['id']}")
    total = done(house.alice.get(f"/datasets/{dataset}"))["counts"]["total"]
    done(house.alice.delete(f"/datasets/{dataset}", headers={"If-Match": "*"}), 200, 202, 204)
    return {**report, "total": total}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_bad_file_of_an_archive_is_left_out_and_named(house: House, name: str) -> None:
    report = imported(house, name, REFUSED_FILES[name])
    assert report["status"] == "succeeded", report
    assert report["total"] == report["report"]["imported"] == 1
    assert report["report"]["refused_count"] >= 1
    assert all(item["message"] and item["code"] for item in report["report"]["refused"])


@pytest.mark.parametrize("name", REFUSED_ARCHIVES)
def test_bad_archive_is_refused_as_a_whole_with_a_reason(house: House, name: str) -> None:
    report = imported(house, name, REFUSED_ARCHIVES[name])
    assert report["status"] == "failed", report
    assert report["total"] == 0
    assert report["reason"]["message"]
    assert report["reason"]["code"] != "internal"


@pytest.mark.parametrize("name", ["escape.zip", "absolute.zip", "link.zip", "links.tar.gz", *REFUSED_ARCHIVES])
def test_bad_archive_is_no_code_and_no_model(house: House, name: str) -> None:
    data = {**REFUSED_FILES, **REFUSED_ARCHIVES}[name]
    before = house.state()
    for request in (f"POST {ALGORITHM}/versions", f"POST {MODEL}/versions"):
        source = {"kind": "upload", "upload_id": upload(house.alice, data, filename=name)}
        assert any(n.startswith("source") for n in fields(house.ask(request, {"source": source}))), name
    assert house.state() == before


def test_labels_that_look_like_paths_stay_inside_an_exported_archive(house: House) -> None:
    labels = [{"name": "../../evil"}, {"name": ".."}, {"name": "/etc"}]
    dataset = done(house.alice.post("/datasets", json={"name": "paths", "labels": labels}))["id"]
    for number in range(3):
        place(house.alice, f"flat/{number}.png", picture(number))
    body = {"source": {"kind": "area", "path": "flat"}, "layout": "flat"}
    finished(house.alice, f"/imports/{done(house.alice.post(f'/datasets/{dataset}/import', json=body))['id']}")
    items = [{"path": f"{n}.png", "objects": [{"label": label["name"]}], "confirm": True}
             for n, label in enumerate(labels)]  # fmt: skip
    assert {r["status"] for r in done(house.alice.post(f"/datasets/{dataset}/annotations", json={"items": items}))[
        "results"
    ]} == {"saved"}  # fmt: skip
    done(house.alice.post(f"/datasets/{dataset}/publish", json={}))
    export = done(house.alice.post(f"/datasets/{dataset}/versions/V0001/export", json={"layout": "class_folders"}))
    names = zipfile.ZipFile(io.BytesIO(house.alice.get(f"/exports/{export['id']}/content").content)).namelist()
    assert len(names) == 3
    assert all(name.startswith("paths/") and ".." not in name.split("/") and "//" not in name for name in names)


def test_change_without_or_with_an_old_etag_changes_nothing(house: House) -> None:
    before = house.state()
    for kind in ("datasets", "algorithms", "models", "services", "training-jobs", "label-groups"):
        address = f"/{kind}/{house.seeds.ids[kind]}"
        for method, body in (("PATCH", {"name": "taken-over"}), ("DELETE", None)):
            assert fields(house.alice.request(method, address, json=body), 428) == []
            for tag in ('"999"', "nonsense", '""', '"-1"', "1", '"1", "2"', f'"{10**30}"'):
                answer = house.alice.request(method, address, headers={"If-Match": tag}, json=body)
                assert fields(answer, 412) == []
    assert house.state() == before


def test_idempotency_key_makes_one_object_and_refuses_another_body(house: House) -> None:
    key = {"Idempotency-Key": "once"}
    first = house.alice.post("/datasets", json={"name": "once"}, headers=key)
    again = house.alice.post("/datasets", json={"name": "once"}, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert house.alice.post("/datasets", json={"name": "other"}, headers=key).status_code in (409, 422)
    for bad in ("x" * 10_000, "", "\xff"):
        answer = house.alice.post(
            "/datasets", json={"name": "once"}, headers={b"Idempotency-Key": bad.encode("latin-1")}
        )
        assert 400 <= answer.status_code < 500, answer.text
    done(house.alice.delete(f"/datasets/{first.json()['id']}", headers={"If-Match": "*"}), 204, 202)


RANGES = {
    "bytes=0-0": 206, "bytes=-1": 206, "bytes=1-": 206, "bytes=0-99999999": 206, "bytes=99999999-": 416,
    "bytes=5-1": (200, 416), "bytes=-0": 416, "bytes=a-b": (200, 416), "items=0-1": (200, 416),
    "bytes=0-1,3-4": (200, 206, 416), "bytes=": (200, 416), f"bytes={10**40}-": (200, 416), "bytes=--1": (200, 416),
}  # fmt: skip


@pytest.mark.parametrize("value", RANGES)
def test_range_gives_the_part_the_whole_or_416(house: House, value: str) -> None:
    wanted = RANGES[value]
    for address in ("/files/content?path=photos/a/0.png", house.fill(f"{DATASET}/samples/@sample_id/content")):
        answer = house.alice.get(address, headers={"Range": value})
        assert answer.status_code in (wanted if isinstance(wanted, tuple) else (wanted,)), answer.text[:200]
        if answer.status_code == 206:
            assert answer.headers["Content-Range"].startswith("bytes ")
            assert len(answer.content) == int(answer.headers["Content-Length"])


QUERIES = [
    "/datasets?limit=0", "/datasets?limit=201", "/datasets?limit=x", "/datasets?offset=-1", "/datasets?sort=password",
    "/datasets?q=%00", "/datasets?q=%ff", "/datasets?unknown=1", "/datasets?limit=1&limit=2", "/datasets?scope=other",
    "/datasets?created_after=yesterday", f"/datasets?offset={10**40}", f"/datasets?q={'x' * 65}",
    f"{DATASET}/samples?cursor=nonsense", f"{DATASET}/samples?cursor=%00", f"{DATASET}/samples?at=-1",
    f"{DATASET}/diff?from=V0099&to=V0001", f"{DATASET}/diff?to=other", f"{DATASET}/samples/@sample_id/thumbnail?size=1",
    "/files?path=../..", "/files/content?path=../../etc/passwd", "/files/content?path=photos/%2e%2e/%2e%2e/etc/passwd",
    f"{ALGORITHM}/versions/V0001/files/content?path=../../x", f"{DATASET}/versions/V0001/content?path=../x",
    "/training-jobs/compare?run=x", "/training-jobs/compare", "/usage/summary?from=x", f"{SERVED}/calls?window=1y",
    "/usage/summary?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "/workloads/@workloads/log?after=-1",
    f"/workloads/@workloads/log?after={10**30}", "/workloads/@workloads/log?attempt=-1", "/events?after=-1",
    f"/events?after={10**30}", "/search",
]  # fmt: skip


@pytest.mark.parametrize("address", QUERIES)
def test_wrong_query_is_refused(house: House, address: str) -> None:
    answer = house.alice.get(house.fill(address))
    assert answer.status_code in (404, 422), f"{answer.status_code} {answer.text[:300]}"
    assert answer.json()["error"]["message"]
    if answer.status_code == 422:
        assert fields(answer)


def test_picture_with_a_good_name_and_bad_bytes_is_no_sample(house: House) -> None:
    """Also one file alone, without an archive around it."""
    whole = io.BytesIO()
    Image.new("RGB", (64, 64)).save(whole, "JPEG")
    for name, data in {"a.jpg": whole.getvalue()[:100], "b.png": b"", "c.png": b"<svg/>", "d.gif": b"GIF89a"}.items():
        report = imported(house, name, data)
        assert report["total"] == 0, name
        assert report["report"]["refused_count"] == 1 or report["status"] == "failed", report


def test_refused_name_is_told_what_a_name_may_hold(house: House) -> None:
    error = house.ask("POST /datasets", {"name": "two words"}).json()["error"]
    assert "letters of any language" in error["message"]
    assert "[" not in error["message"]
