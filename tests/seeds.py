"""One object of every kind, made over REST: what the walks over all routes look at."""

from __future__ import annotations

import base64
import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from aispace.identity import SYSTEM
from aispace.ids import new_id
from aispace.platform import Platform
from aispace.reproductions.orm import Reproduction
from aispace.users.schemas import UserCreate
from aispace.visualisations.orm import Visualisation
from aispace.workloads.schemas import WorkloadSpec
from PIL import Image

LIMIT = 60.0
TRAIN = b"import aispace_runtime\naispace_runtime.log(step=1, loss=0.5)\n"


@dataclass
class Seeds:
    """Ids by the collection they belong to, for instance ``{"datasets": "ds_..."}``."""

    ids: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    """Values of the other parts of paths: ``version``, ``sample_id``, ``number``, ``token_id``."""

    def of(self, path: str, part: str) -> list[str]:
        """Give known values for a part of a path."""
        if part in self.parts:
            return [self.parts[part]]
        if part == "object":
            return [self.ids[name] for name in ("datasets", "models", "training-jobs") if name in self.ids]
        collection = path.split("/")[1]
        return [self.ids[collection]] if collection in self.ids else []

    def address(self, path: str) -> str | None:
        """Fill in a path; ``None`` when a part is not known."""
        pieces = path.split("/")
        for index, piece in enumerate(pieces):
            if piece.startswith("{"):
                known = self.of(path, piece.strip("{}"))
                if not known:
                    return None
                pieces[index] = known[0]
        return "/".join(pieces)


def picture(value: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (value % 256, 7, 7)).save(out, "PNG")
    return out.getvalue()


def done(answer: httpx.Response, *codes: int) -> dict[str, Any]:
    assert answer.status_code in (codes or (200, 201, 202)), f"{answer.request.url}: {answer.text}"
    return dict(answer.json()) if answer.content else {}


def upload(client: httpx.Client, data: bytes, **metadata: str) -> str:
    said = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(data)),
        "Upload-Metadata": said,
        "Content-Type": "application/offset+octet-stream",
    }
    answer = client.post("/uploads", headers=headers, content=data)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def place(client: httpx.Client, path: str, data: bytes) -> None:
    """Put a file into the client's own area."""
    done(client.post("/files/place", json={"upload_id": upload(client, data, filename="f"), "path": path}))


def finished(client: httpx.Client, address: str) -> dict[str, Any]:
    deadline = time.monotonic() + LIMIT
    while True:
        read = done(client.get(address))
        if read["status"] in ("succeeded", "failed", "cancelled", "ready"):
            return read
        assert time.monotonic() < deadline, read
        time.sleep(0.05)


def plant(client: httpx.Client, platform: Platform) -> Seeds:
    """Make everything as the user of the client; the platform's reconciler need not run."""
    platform.resources.ensure_defaults()
    seeds = Seeds()
    spec = done(client.get("/specs"))["items"][0]["id"]
    seeds.ids["specs"] = spec
    seeds.ids["uploads"] = _open_upload(client)
    seeds.ids["tokens"] = done(client.post("/tokens", json={"name": "seed"}))["id"]
    seeds.ids["label-groups"] = done(
        client.post("/label-groups", json={"name": "seeds", "labels": [{"name": "a", "color": "#ff0000"}]})
    )["id"]
    _plant_dataset(client, seeds)
    image = _plant_image(client, platform, seeds)
    _plant_algorithm(client, seeds, image)
    _plant_model(client, seeds)
    _plant_runs(client, seeds, spec, image)
    _plant_workload(client, platform, seeds)
    _plant_kept(client, platform, seeds)
    return seeds


def _open_upload(client: httpx.Client) -> str:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "100", "Upload-Metadata": "filename YQ=="}
    answer = client.post("/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def _plant_dataset(client: httpx.Client, seeds: Seeds) -> None:
    for number in range(4):
        place(client, f"photos/{'ab'[number % 2]}/{number}.png", picture(number))
    dataset = seeds.ids["datasets"] = done(client.post("/datasets", json={"name": "seeds"}))["id"]
    source = {"source": {"kind": "area", "path": "photos"}, "layout": "class_folders"}
    imported = seeds.ids["imports"] = done(client.post(f"/datasets/{dataset}/import", json=source))["id"]
    assert finished(client, f"/imports/{imported}")["status"] == "succeeded"
    seeds.parts["sample_id"] = done(client.get(f"/datasets/{dataset}/samples"))["items"][0]["id"]
    version = done(client.post(f"/datasets/{dataset}/publish", json={"note": "", "include": "all"}))
    seeds.parts["version"] = version["version"]
    export = client.post(
        f"/datasets/{dataset}/versions/V0001/export", json={"layout": "manifest", "target": "download"}
    )
    seeds.ids["exports"] = done(export)["id"]


def _plant_image(client: httpx.Client, platform: Platform, seeds: Seeds) -> str:
    body = {"name": "seeds", "purposes": ["training", "serving"], "requirements": ""}
    image: str = done(client.post("/images", json=body))["id"]
    seeds.ids["images"] = image
    with platform.db.write() as session:
        session.connection().exec_driver_sql("UPDATE aispace_images SET status = 'ready'")
    return image


def _plant_algorithm(client: httpx.Client, seeds: Seeds, image: str) -> None:
    place(client, "code/train.py", TRAIN)
    body = {
        "name": "seeds",
        "category": "image_classification",
        "source": {"kind": "area", "path": "code"},
        "run_command": "python train.py",
        "image_id": image,
    }
    seeds.ids["algorithms"] = done(client.post("/algorithms", json=body))["id"]


def _plant_model(client: httpx.Client, seeds: Seeds) -> None:
    config = {
        "format": "onnx", "framework": "onnx", "task": "image_classification", "labels": ["a", "b"],
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 64]}],
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 2]}],
    }  # fmt: skip
    place(client, "model/model.onnx", b"not really a model")
    place(client, "model/config.json", json.dumps(config).encode())
    model = seeds.ids["models"] = done(
        client.post("/models", json={"name": "seeds", "framework": "onnx", "format": "onnx"})
    )["id"]
    done(client.post(f"/models/{model}/versions", json={"source": {"kind": "area", "path": "model"}}))


def _plant_runs(client: httpx.Client, seeds: Seeds, spec: str, image: str) -> None:
    inputs = [{"role": "training", "dataset_id": seeds.ids["datasets"], "version": "V0001"}]
    job = {
        "name": "seeds", "algorithm": {"algorithm_id": seeds.ids["algorithms"], "version": "V0001"}, "image_id": image,
        "inputs": inputs, "spec_id": spec,
    }  # fmt: skip
    seeds.ids["training-jobs"] = done(client.post("/training-jobs", json=job))["id"]
    kept = {"name": "seeds", "settings": {key: value for key, value in job.items() if key != "name"}}
    seeds.ids["job-templates"] = done(client.post("/job-templates", json=kept))["id"]
    model = {"model_id": seeds.ids["models"], "version": "V0001"}
    evaluated = [{"dataset_id": seeds.ids["datasets"], "version": "V0001"}]
    evaluation = client.post("/evaluations", json={**model, "inputs": evaluated, "spec_id": spec, "image_id": image})
    seeds.ids["evaluations"] = done(evaluation)["id"]
    service = done(
        client.post("/services", json={"name": "seeds", "model": model, "image_id": image, "spec_id": spec})
    )["id"]
    seeds.ids["services"] = service
    place(client, "letters/one.json", b"[[0]]")
    batch = {"name": "seeds", "model": model, "image_id": image, "spec_id": spec}
    batch["source"] = {"kind": "area", "path": "letters"}
    seeds.ids["batch-services"] = done(client.post("/batch-services", json=batch))["id"]
    seeds.parts["number"] = "1"
    token = done(client.post(f"/services/{service}/tokens", json={"name": "seed"}))
    seeds.parts["token_id"] = token["id"]


def _plant_workload(client: httpx.Client, platform: Platform, seeds: Seeds) -> None:
    me = done(client.get("/me"))
    principal = platform.users.principal(me["id"])
    spec = WorkloadSpec(kind="batch", name="seeds", command=["true"], spec_id=seeds.ids["specs"])
    seeds.ids["workloads"] = platform.workloads.submit(principal, spec).id
    seeds.ids["users"] = me["id"]


def _plant_kept(client: httpx.Client, platform: Platform, seeds: Seeds) -> None:
    """Something in the trash, something offered to a third person, a model version made once more, a TensorBoard."""
    gone = done(client.post("/label-groups", json={"name": "thrown-away"}))["id"]
    assert client.delete(f"/label-groups/{gone}", headers={"If-Match": "*"}).status_code == 204
    seeds.ids["trash"] = gone
    third = platform.users.create(SYSTEM, UserCreate(name=f"third-{gone[-8:]}"))
    offered = done(client.post("/label-groups", json={"name": "offered"}))["id"]
    offer = client.post("/transfers", json={"object_id": offered, "to": third.name})
    seeds.ids["transfers"] = done(offer)["id"]
    original = {
        "job_id": seeds.ids["training-jobs"], "run": "V0001", "status": "succeeded", "model": None, "metrics": {},
        "settings": {"algorithm": {"algorithm_id": seeds.ids["algorithms"]}, "spec_id": seeds.ids["specs"]},
        "environment": None,
    }  # fmt: skip
    row = Reproduction(
        id=new_id("rep"), model_id=seeds.ids["models"], number=1, job_id=seeds.ids["training-jobs"], run="V0001",
        original=original, owner_id=seeds.ids["users"],
    )  # fmt: skip
    with platform.db.write() as session:
        session.add(row)
    seeds.ids["reproductions"] = row.id
    shown = Visualisation(
        id=new_id("vis"), name="seeds V0001", runs=[{"job_id": seeds.ids["training-jobs"], "name": "seeds",
        "version": "V0001"}], runs_key="0" * 64, spec_id=seeds.ids["specs"], image_id=seeds.ids["images"],
        idle_minutes=60, status="stopped", owner_id=seeds.ids["users"],
    )  # fmt: skip
    with platform.db.write() as session:
        session.add(shown)
    seeds.ids["visualisations"] = shown.id


__all__ = ["Seeds", "plant"]
