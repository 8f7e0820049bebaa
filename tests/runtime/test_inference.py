"""The model server: a real process with a real ONNX model, asked over HTTP."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from models_for_tests import DIGITS, IRIS, make

RUNTIME = Path(__file__).parents[2] / "runtime"


class Server:
    """A model server of its own."""

    def __init__(self, python: Path, model: Path, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = model.parent / f"{self.port}.log"
        self.process = subprocess.Popen(
            [python, "-m", "aispace_runtime.inference", "--model", model, "--port", str(self.port), *arguments],
            env={**os.environ, "PYTHONPATH": str(RUNTIME)},
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)

    def wait_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.client.get("/v2/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def close(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)


@pytest.fixture(scope="module")
def iris(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    model = make(runtime_python, IRIS, tmp_path_factory.mktemp("iris") / "model")
    server = Server(runtime_python, model, "--name", "花 iris", "--alias", "flowers", "--version", "V0003")
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture(scope="module")
def digits_folder(runtime_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(runtime_python, DIGITS, tmp_path_factory.mktemp("digits") / "model")


@pytest.fixture(scope="module")
def digits(runtime_python: Path, digits_folder: Path) -> Iterator[Server]:
    server = Server(runtime_python, digits_folder, "--name", "digits", "--max-body", "1000000")
    server.wait_ready()
    yield server
    server.close()


def request(data: Any, shape: list[int], datatype: str = "FP32", name: str = "X", **more: Any) -> dict[str, Any]:
    return {"inputs": [{"name": name, "shape": shape, "datatype": datatype, "data": data}], **more}


SETOSA, VIRGINICA = [5.1, 3.5, 1.4, 0.2], [6.5, 3.0, 5.8, 2.2]


def test_health_and_metadata_follow_the_open_inference_protocol(iris: Server) -> None:
    assert iris.client.get("/v2/health/live").json() == {"live": True}
    assert iris.client.get("/v2/health/ready").json() == {"ready": True}
    assert iris.client.get("/v2").json() == {"name": "aispace-inference", "version": "V0003", "extensions": []}
    for path in ("/v2/models/flowers", "/v2/models/flowers/versions/V0003", "/v2/models/%E8%8A%B1%20iris"):
        body = iris.client.get(path).json()
        assert body["name"] == "花 iris"
        assert body["versions"] == ["V0003"]
        assert body["platform"] == "onnx_onnxv1"
        assert body["inputs"] == [{"name": "X", "datatype": "FP32", "shape": [-1, 4]}]
        assert [output["name"] for output in body["outputs"]] == ["label", "probabilities"]
    assert iris.client.get("/v2/models/flowers/ready").json() == {"name": "花 iris", "ready": True}


@pytest.mark.parametrize("path", ["/v2/models/flowers/infer", "/v2/models/花 iris/versions/V0003/infer"])
def test_infer_answers_with_the_outputs_of_the_model(iris: Server, path: str) -> None:
    nested = iris.client.post(path, json=request([SETOSA, VIRGINICA], [2, 4], id="q1"))
    flat = iris.client.post(path, json=request([*SETOSA, *VIRGINICA], [2, 4], id="q1"))
    assert nested.status_code == 200
    body = nested.json()
    assert body == flat.json()
    assert (body["model_name"], body["model_version"], body["id"]) == ("花 iris", "V0003", "q1")
    assert body["outputs"][0] == {"name": "label", "datatype": "INT64", "shape": [2], "data": [0, 2]}
    assert body["outputs"][1]["shape"] == [2, 3]
    assert sum(body["outputs"][1]["data"][:3]) == pytest.approx(1)


def test_infer_gives_only_the_outputs_asked_for(iris: Server) -> None:
    body = request(SETOSA, [1, 4], outputs=[{"name": "label"}])
    outputs = iris.client.post("/v2/models/flowers/infer", json=body).json()["outputs"]
    assert [output["name"] for output in outputs] == ["label"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "JSON"),
        (b"[" * 100_000, 400, "JSON"),
        ([], 400, "inputs"),
        ({"inputs": {}}, 400, "inputs"),
        ({"inputs": [1]}, 400, "name"),
        ({"inputs": []}, 400, "missing"),
        (request(SETOSA, [1, 4], name="Y"), 400, "no input 'Y'"),
        (request(SETOSA, [1, 4], "FP64"), 400, "FP32"),
        (request(SETOSA, [4]), 400, "shape"),
        (request([1, 2, 3], [1, 3]), 400, "shape"),
        (request(SETOSA, [2, 4]), 400, "4 values"),
        (request(SETOSA, [-1, 4]), 400, "shape"),
        (request(SETOSA, [10**9, 4]), 400, "at most"),
        (request(["a", 1, 2, 3], [1, 4]), 400, "FP32"),
        (request([[1, 2], [3]], [1, 4]), 400, "FP32"),
        (request("text", [1, 4]), 400, "list"),
        ({"inputs": request(SETOSA, [1, 4])["inputs"] * 2}, 400, "twice"),
        (request(SETOSA, [1, 4], outputs=[{"name": "nope"}]), 400, "no output"),
    ],
)
def test_infer_with_a_wrong_body_says_what_is_wrong(iris: Server, body: Any, status: int, says: str) -> None:
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = iris.client.post("/v2/models/flowers/infer", **sent)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert says in answer.json()["error"]


def test_unknown_model_version_and_method_are_refused(iris: Server) -> None:
    assert iris.client.get("/v2/models/other").status_code == 404
    assert iris.client.get("/v2/models/flowers/versions/V0001").status_code == 404
    assert iris.client.get("/v2/models/flowers/infer").status_code == 405
    assert iris.client.delete("/v2").status_code == 405
    unknown = iris.client.get("/nothing")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "not_found"


def test_values_that_json_cannot_say_become_null(iris: Server) -> None:
    huge = iris.client.post("/v2/models/flowers/infer", json=request([3e38, 3e38, -3e38, 3e38], [1, 4]))
    assert huge.status_code == 200
    assert "NaN" not in huge.text
    assert "Infinity" not in huge.text


def test_predict_names_the_label_and_its_scores(digits: Server, digits_folder: Path) -> None:
    right = 0
    for path in sorted(digits_folder.glob("*.png")):
        answer = digits.client.post("/predict", content=path.read_bytes(), headers={"Content-Type": "image/png"})
        prediction = answer.json()["predictions"][0]
        assert set(prediction["scores"]) == {str(n) for n in range(10)}
        assert prediction["score"] == max(prediction["scores"].values())
        right += prediction["label"] == path.stem.partition("_")[2]
    assert right >= 19
    assert answer.json()["model"] == {"name": "digits", "version": "V0001"}


@pytest.mark.parametrize(
    ("file", "media"),
    [("00_0.png", "image/png"), ("00_0.bmp", "image/bmp"), ("00_0.jpg", "image/jpeg"), ("00_0.webp", "image/webp")],
)
def test_predict_takes_every_format_that_datasets_take(
    digits: Server, digits_folder: Path, file: str, media: str
) -> None:
    data = (digits_folder / file).read_bytes()
    answer = digits.client.post("/predict", content=data, headers={"Content-Type": media})
    assert answer.status_code == 200, answer.text
    assert answer.json()["predictions"][0]["label"] == "0"


def test_predict_takes_images_as_base64_and_rows(digits: Server, iris: Server, digits_folder: Path) -> None:
    files = sorted(digits_folder.glob("*.png"))[:3]
    encoded = [base64.b64encode(path.read_bytes()).decode() for path in files]
    encoded[1] = f"data:image/png;base64,{encoded[1]}"
    labels = [p["label"] for p in digits.client.post("/predict", json={"images": encoded}).json()["predictions"]]
    assert labels == ["0", "1", "2"]
    rows = iris.client.post("/predict", json={"instances": [SETOSA, VIRGINICA]}).json()["predictions"]
    named = iris.client.post("/predict", json={"instances": [{"X": SETOSA}, {"X": VIRGINICA}]}).json()["predictions"]
    assert [row["label"] for row in rows] == ["setosa", "virginica"]
    assert rows == named


@pytest.mark.parametrize(
    ("media", "body", "status", "code"),
    [
        ("image/png", b"no image", 415, "not_an_image"),
        ("image/png", b"", 415, "not_an_image"),
        ("image/gif", b"GIF89a", 415, "unsupported_media"),
        ("text/plain", b"x", 415, "unsupported_media"),
        ("application/json", b"{", 400, "bad_json"),
        ("application/json", b"{}", 422, "invalid"),
        ("application/json", b'{"images": ["%%%"]}', 422, "invalid"),
        ("application/json", b'{"images": [1]}', 422, "invalid"),
        ("application/json", b'{"images": [], "instances": []}', 422, "invalid"),
        ("application/json", b'{"instances": [[1, 2]]}', 422, "invalid"),
        ("application/json", b'{"instances": [["a"]]}', 422, "invalid"),
        ("application/json", b'{"instances": []}', 422, "invalid"),
        ("image/png", b"x" * 1_000_001, 413, "too_large"),
    ],
)
def test_predict_with_a_wrong_body_says_what_is_wrong(
    digits: Server, media: str, body: bytes, status: int, code: str
) -> None:
    answer = digits.client.post("/predict", content=body, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


def test_a_damaged_and_a_giant_image_are_refused(digits: Server, digits_folder: Path) -> None:
    data = (digits_folder / "00_0.jpg").read_bytes()
    damaged = digits.client.post("/predict", content=data[: len(data) // 2], headers={"Content-Type": "image/jpeg"})
    assert damaged.json()["error"]["code"] == "image_broken"
    from io import BytesIO

    from PIL import Image

    giant = BytesIO()
    Image.new("L", (20_000, 20_000)).save(giant, "PNG")
    answer = digits.client.post("/predict", content=giant.getvalue(), headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "image_too_large")
    assert digits.client.get("/v2/health/ready").status_code == 200


def test_a_model_without_preprocess_takes_no_images(iris: Server, digits_folder: Path) -> None:
    data = (digits_folder / "00_0.png").read_bytes()
    answer = iris.client.post("/predict", content=data, headers={"Content-Type": "image/png"})
    assert answer.status_code == 422


@pytest.mark.parametrize("damage", ["missing", "broken", "config"])
def test_a_model_that_cannot_be_loaded_ends_the_process_with_its_reason(
    runtime_python: Path, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    if damage == "broken":
        (folder / "model.onnx").write_bytes(b"no model")
    if damage == "config":
        (folder / "config.json").write_text("[")
    server = Server(runtime_python, folder)
    assert server.process.wait(60) == 3
    assert "The model cannot be served." in server.log.read_text()
    assert "Traceback" not in server.log.read_text()
    server.close()


def test_a_stop_answers_what_is_under_way(runtime_python: Path, digits_folder: Path) -> None:
    server = Server(runtime_python, digits_folder, "--name", "digits")
    server.wait_ready()
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        body = b'{"instances": [' + b",".join([b"[" + b",".join([b"0"] * 64) + b"]"] * 50) + b"]}"
        head = b"POST /predict HTTP/1.1\r\nhost: m\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        slow.sendall(head % len(body) + body[:100])
        server.client.get("/v2/health/live")
        server.process.send_signal(signal.SIGTERM)
        refused = threading.Event()

        def watch() -> None:
            while not refused.is_set():
                try:
                    socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
                except OSError:
                    refused.set()
                time.sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert refused.wait(20)
        watcher.join()
        slow.sendall(body[100:])
        slow.settimeout(20)
        answer = b""
        while chunk := slow.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200")
    assert server.process.wait(20) == 0
    server.close()
