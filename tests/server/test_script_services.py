"""Services that answer with a user's script, with scikit-learn, and services that stop by themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aispace.clock import Clock
from aispace.platform import Platform
from gateway_installation import Installation, auth, create, running, token_of
from serving_setup import until

SCRIPT = """
import json
from logger import Logger
from shared import DOUBLED

log = Logger().logger

class CommonInferenceService:
    loads = 0

    def __init__(self, args):
        CommonInferenceService.loads += 1
        self.args = args
        self.words = json.loads(open(args.where + "config.json").read())["labels"]

    def inference(self, data):
        if "ask" in data:
            return {"loads": self.loads, "gpu": self.args.use_gpu, "factor": self.args.factor, "word": self.words[0]}
        if data.get("want") == "picture":
            from PIL import Image
            return Image.new("RGB", (3, 2), "red")
        if data.get("want") == "page":
            return b"<script>alert(1)</script>", "text/html"
        if data.get("want") == "set":
            return {"a": {1, 2}}
        if data.get("want") == "fail":
            log.info("about to fail")
            raise KeyError("no such thing")
        text = open(data["data_path"]).read()
        return {"name": data["data_name"], "text": text * DOUBLED, "note": data.get("note")}
"""
SKLEARN = """
import json, sys
from pathlib import Path
import joblib
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

folder = Path(sys.argv[1])
data = load_iris()
tree = DecisionTreeClassifier(random_state=0).fit(data.data, data.target_names[data.target])
joblib.dump(tree, folder / "model.joblib")
"""


@pytest.fixture
def installation(platform: Platform, runtime_python: Path) -> Iterator[Installation]:
    with running(platform, runtime_python) as made:
        yield made


def caller(installation: Installation, service: dict[str, Any]) -> Any:
    secret = token_of(installation, service)["token"]

    def call(path: str = "/predict", **more: Any) -> httpx.Response:
        headers = {**auth(secret), **more.pop("headers", {})}
        return installation.http.post(f"/s/{service['slug']}{path}", headers=headers, **more)

    until(lambda: call(json={"ask": 1}).status_code != 401, 10)
    return call


@pytest.mark.capability("AS3-09")
def test_a_script_is_loaded_once_and_answers_json_files_and_pictures(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"format": "other", "labels": ["first"]}')
    (tmp_path / "weights.py").write_text("")
    model = installation.model(tmp_path, "weights")
    algorithm = installation.script("reader", inference=SCRIPT, shared="DOUBLED = 2\n")
    service = create(
        installation,
        model,
        name="reader",
        script={"algorithm_id": algorithm},
        parameters={"factor": 3},
        argument_mapping={"model_path": "where"},
    )
    assert service["script"]["file"] == "inference.py"
    assert service["signature"]["accepts_files"] is True
    call = caller(installation, service)
    for _ in range(3):
        assert call(json={"ask": 1}).json() == {"loads": 1, "gpu": False, "factor": 3, "word": "first"}
    sent = call(content=b"abc", headers={"Content-Type": "text/plain", "Content-Disposition": 'x; filename="a b.txt"'})
    assert sent.json() == {"name": "a b.txt", "text": "abcabc", "note": None}
    form = call(files={"file": ("b.txt", b"xy")}, data={"note": "hello"})
    assert form.json() == {"name": "b.txt", "text": "xyxy", "note": "hello"}
    picture = call(json={"want": "picture"})
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    page = call(json={"want": "page"})
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in page.headers["content-security-policy"]
    # A path may not be given from outside.
    stolen = call(json={"data_path": "/etc/passwd", "data_name": "x"})
    assert (stolen.status_code, "passwd" in stolen.text) == (422, False)
    failed = call(json={"want": "fail"}, headers={"X-Request-Id": "call-77"})
    error = failed.json()["error"]
    assert (failed.status_code, error["code"]) == (500, "script_failed")
    assert "KeyError: 'no such thing' (inference.py, line 28)" in error["message"]
    assert call(json={"want": "set"}).json()["error"]["code"] == "bad_answer"
    with installation.client(installation.alice) as client:

        def log() -> str:
            return str(client.get(f"/services/{service['id']}/log").json()["text"])

        until(lambda: "request call-77 failed" in log(), 10, log)
        assert "about to fail" in log()
        assert "Traceback" in log()
        tried = client.post(
            f"/services/{service['id']}/predict?name=c.txt", content=b"q", headers={"Content-Type": "text/plain"}
        ).json()
        assert tried["outputs"]["name"] == "c.txt"
        refused = client.delete(f"/algorithms/{algorithm}", headers={"If-Match": "*"})
        assert refused.status_code == 409


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1\n", "has no class with a method inference(self, data)"),
        ("class A:\n    def inference(self, data): ...\nclass B:\n    def inference(self, data): ...\n", "several"),
        ("class A:\n    def inference(self): ...\n", "with 1 arguments"),
        ("class A(:\n", "is not valid Python"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_before_anything_is_deployed(
    installation: Installation, source: str, says: str
) -> None:
    algorithm = installation.script("odd", inference=source)
    body = {"name": "odd", "script": {"algorithm_id": algorithm}, "spec_id": installation.spec_id}
    with installation.client(installation.alice) as client:
        refused = client.post("/services", json=body)
        field = refused.json()["error"]["details"]["fields"][0]
        assert (refused.status_code, field["field"], field["code"]) == (422, "script.file", "not_a_script")
        assert says in field["message"]


@pytest.mark.capability("AS3-02")
def test_a_service_without_a_model(installation: Installation) -> None:
    algorithm = installation.script("alone", inference="class A:\n    def inference(self, data):\n        return [1]\n")
    service = create(installation, None, name="alone", model=None, script={"algorithm_id": algorithm})
    assert service["model"] is None
    assert caller(installation, service)(json={}).json() == [1]


@pytest.mark.capability("TD-63")
def test_each_version_of_a_service_has_variables_of_its_own(installation: Installation) -> None:
    source = "import os\nclass A:\n    def inference(self, data):\n        return [os.environ.get('GREETING')]\n"
    script = {"algorithm_id": installation.script("greeter", inference=source)}
    service = create(installation, None, name="greeter", model=None, script=script, environment={"GREETING": "hello"})
    call = caller(installation, service)
    assert call(json={}).json() == ["hello"]
    with installation.client(installation.alice) as client:
        address = f"/services/{service['id']}"
        change = {"environment": {"GREETING": "good day"}}
        assert client.patch(address, json=change, headers={"If-Match": "*"}).status_code == 200
        until(lambda: call(json={}).json() == ["good day"], 60)
        newest, first = client.get(f"{address}/deployments").json()["items"]
        assert (newest["environment"], first["environment"]) == ({"GREETING": "good day"}, {"GREETING": "hello"})
        wrong = client.patch(address, json={"environment": {"AISPACE_X": "y"}}, headers={"If-Match": "*"})
        assert wrong.status_code == 422


def test_an_estimator_of_scikit_learn_answers(installation: Installation, runtime_python: Path, tmp_path: Path) -> None:
    subprocess.run([runtime_python, "-c", SKLEARN, tmp_path], check=True)
    service = create(installation, installation.model(tmp_path, "tree"), name="tree")
    call = caller(installation, service)
    found = call(json={"instances": [[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]]}).json()["predictions"]
    assert [one["label"] for one in found] == ["setosa", "virginica"]
    tensor = {"name": "X", "datatype": "FP64", "shape": [1, 4], "data": [5.1, 3.5, 1.4, 0.2]}
    outputs = call("/v2/models/tree/infer", json={"inputs": [tensor]}).json()["outputs"]
    assert [(o["name"], o["data"]) for o in outputs] == [("label", ["setosa"]), ("probabilities", [1.0, 0.0, 0.0])]


@pytest.mark.capability("MA2-50")
def test_a_service_stops_by_itself_after_its_time_and_says_so(installation: Installation) -> None:
    algorithm = installation.script("brief", inference="class A:\n    def inference(self, data):\n        return 1\n")
    service = create(installation, None, name="brief", model=None, script={"algorithm_id": algorithm})
    path = f"/services/{service['id']}"
    with installation.client(installation.alice) as client:
        for wrong in ({}, {"after_hours": 0}, {"at": "2020-01-01T00:00:00Z"}, {"idle_minutes": 0}):
            refused = client.patch(path, json={"auto_stop": wrong}, headers={"If-Match": "*"})
            assert refused.status_code == 422, wrong
        limits = {**service["limits"], "requests_per_second": 50}
        changed = client.patch(
            path, json={"auto_stop": {"after_hours": 2 / 3600}, "limits": limits}, headers={"If-Match": "*"}
        ).json()
        assert changed["stop_at"] is not None
        assert (changed["desired"], changed["limits"]["requests_per_second"]) == (1, 50)
        stopped = installation.wait(service["id"], "stopped")
        assert stopped["reason"]["code"] == "auto_stop_time"
        record = client.get(f"{path}/records").json()["items"][0]
        assert (record["action"], record["details"]["reason"]["code"]) == ("auto_stopped", "auto_stop_time")
        # An hour now: a start counts anew.
        client.patch(path, json={"auto_stop": {"after_hours": 1}}, headers={"If-Match": "*"})
        client.post(f"{path}/start")
        assert installation.wait(service["id"], "serving")["reason"] is None
        taken = client.patch(path, json={"auto_stop": None}, headers={"If-Match": "*"}).json()
        assert (taken["auto_stop"], taken["stop_at"]) == (None, None)


class MovableClock(Clock):
    """The time of day, moved forward by hand."""

    forward = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.forward


def test_a_service_that_nobody_calls_stops_and_every_call_puts_it_off(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = MovableClock()
    monkeypatch.setattr(installation.platform, "clock", clock)
    algorithm = installation.script("quiet", inference="class A:\n    def inference(self, data):\n        return 1\n")
    service = create(installation, None, name="quiet", model=None, script={"algorithm_id": algorithm})
    path = f"/services/{service['id']}"
    assert (service["stop_at"], service["stop_rule"]) == (None, None)

    def moment() -> datetime:
        return datetime.fromisoformat(client.get(path).json()["stop_at"])

    with installation.client(installation.alice) as client:
        client.patch(path, json={"auto_stop": {"idle_minutes": 30}}, headers={"If-Match": "*"})
        read = client.get(path).json()
        assert read["stop_rule"] == "idle"
        first = moment()
        assert timedelta(minutes=25) < first - clock.now() <= timedelta(minutes=31)
        # The first of several rules is the one that is told.
        client.patch(path, json={"auto_stop": {"idle_minutes": 30, "after_hours": 0.1}}, headers={"If-Match": "*"})
        assert client.get(path).json()["stop_rule"] == "time"
        client.patch(path, json={"auto_stop": {"idle_minutes": 30}}, headers={"If-Match": "*"})
        assert caller(installation, service)(json={}).json() == 1
        until(lambda: moment() > first)  # from the end of the minute of the call
        clock.forward = timedelta(minutes=25)
        installation.platform.serving.reconcile()
        assert client.get(path).json()["status"] == "serving"
        clock.forward = timedelta(minutes=40)
        stopped = installation.wait(service["id"], "stopped")
        assert (stopped["reason"]["code"], stopped["reason"]["params"]) == ("auto_stop_idle", {"minutes": 30})
        assert (stopped["stop_at"], stopped["stop_rule"]) == (None, None)
        record = client.get(f"{path}/records").json()["items"][0]
        assert (record["action"], record["by"]["name"]) == ("auto_stopped", "AI Space")
        installation.platform.events.seal()
        told = client.get("/events", params={"object_id": service["id"], "code": "service.auto_stopped"}).json()[
            "items"
        ]
        assert [event["params"]["reason"]["code"] for event in told] == ["auto_stop_idle"]
