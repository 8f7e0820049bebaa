"""What is private shows nowhere: not in lists, counts, errors, events, lineage, nor through what is shared."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from aispace.identity import HIDDEN, SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from aispace_server.openapi import described
from aispace_server.routes import collect
from seeds import Seeds, done, plant
from server_thread import KnownTokens, RunningServer
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

KINDS = {
    "datasets": "hush-ds", "algorithms": "hush-alg", "models": "hush-mdl", "services": "hush-svc",
    "training-jobs": "hush-job", "label-groups": "hush-lbl", "images": "hush-img", "batch-services": "hush-bat",
    "job-templates": "hush-tpl",
}  # fmt: skip
NEVER_SHARED = {"batch-services"}
"""Kinds that stay their owner's."""
READ = [route for route in collect() for verb, one in described(route) if verb == "get" and one.access == "user"]
OPEN = ("/specs", "/users", "/lineage", "/me")
BY_ID = [
    (route, verb)
    for route in collect()
    for verb, one in described(route)
    if route.parts and one.access == "user" and not route.path.startswith(OPEN)
]
NAMED_BY = {
    "training-jobs": {"datasets", "algorithms", "images", "models"},
    "job-templates": {"datasets", "algorithms", "images", "models"},
    "services": {"models", "images"},
    "algorithms": {"images"},
}
"""Whoever shares one of these shares what it is made of by name, not what is in it."""


class Named:
    """A client whose objects called ``seeds`` get names that tell what they are."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def post(self, path: str, **options: Any) -> httpx.Response:
        body = options.get("json")
        if isinstance(body, dict) and body.get("name") == "seeds":
            environment = {"environment": {"KEY": "hush-key"}} if path == "/training-jobs" else {}
            options["json"] = {**body, "name": KINDS[path.strip("/")], **environment}
        return self.client.post(path, **options)


class Pair:
    """Alice with one object of every kind, and bob who looks for them."""

    def __init__(self, platform: Platform, server: RunningServer, alice: httpx.Client, bob: httpx.Client) -> None:
        self.platform, self.server, self.alice, self.bob = platform, server, alice, bob
        self.seeds: Seeds = plant(Named(alice), platform)  # type: ignore[arg-type]  # the case decides it
        self.ids = {kind: self.seeds.ids[kind] for kind in self.seeds.ids if kind not in ("specs", "users")}
        self.own: dict[str, str] = {}

    def seen(self, *allowed: str) -> dict[str, list[str]]:
        """Ask every route that reads as bob; give what shows anything of alice's that is not allowed."""
        self.platform.events.seal()
        found = {}
        for route in READ:
            path = self.seeds.address(route.path)
            if path is None or route.path == "/events/stream":
                continue
            params = {"q": "hush"} if route.path == "/search" else {"path": "train.py"} if "content" in path else {}
            answer = self.bob.get(path, params=params)
            assert answer.status_code < 500
            told = [name for kind, name in KINDS.items() if name in answer.text and kind not in allowed]
            told += [kind for kind, i in self.ids.items() if i in answer.text and i not in path and kind not in allowed]
            if "hush-key" in answer.text:
                told.append("hush-key")
            if told:
                found[route.path] = told
        return found

    def share(self, kind: str, visibility: str) -> None:
        change = {"visibility": visibility}
        done(self.alice.patch(f"/{kind}/{self.ids[kind]}", json=change, headers={"If-Match": "*"}))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    platform = Platform(home=str(tmp_path_factory.mktemp("apart")))
    platform.db.upgrade()
    people = [
        platform.users.principal(platform.users.create(SYSTEM, UserCreate(name=name, password="Long-enough-1")).id)
        for name in ("alice", "bob")
    ]
    with (
        RunningServer(platform, [KnownTokens(people)]) as server,
        server.client("token-alice") as alice,
        server.client("token-bob") as bob,
    ):
        made = Pair(platform, server, alice, bob)
        yield made
    platform.close()


def test_nothing_private_shows_anywhere(pair: Pair) -> None:
    assert pair.seen() == {}
    overview = done(pair.bob.get("/overview"))
    assert set(overview["counts"].values()) == {0}
    assert (overview["running_total"], overview["needs_you"]) == (0, [])
    assert done(pair.bob.get("/search", params={"q": "hush"})) == {"items": [], "total": 0}
    for kind in KINDS:
        assert done(pair.bob.get(f"/{kind}", params={"q": "hush"}))["page"]["total"] == 0


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - NEVER_SHARED))
def test_shared_object_shows_nothing_of_the_private_ones_around_it(pair: Pair, kind: str) -> None:
    pair.share(kind, "public")
    seen = pair.seen(kind, *NAMED_BY.get(kind, ()))
    pair.share(kind, "private")
    # Ids without names are the shape of the graph.
    opaque = {path: [told for told in tolds if told.startswith("hush")] for path, tolds in seen.items()}
    assert {path: told for path, told in opaque.items() if told and path != "/events"} == {}
    graphs = ("/lineage/{object}", "/models/{id}/lineage", "/models/{id}/versions/{version}", "/events")
    assert [path for path in seen if path not in graphs] == []


def test_events_of_what_is_private_now_are_not_told(pair: Pair) -> None:
    """What happened before it was shared is not told, and nothing any more once it is private again."""
    dataset, address = pair.ids["datasets"], f"/datasets/{pair.ids['datasets']}"

    def told() -> list[Any]:
        pair.platform.events.seal()
        streamed = pair.platform.events.tail(0, 1 << 40, pair.platform.users.principal_by_name("bob"), limit=100_000)
        page = done(pair.bob.get("/events", params={"object_id": dataset, "limit": 200}))["items"]
        assert {event["id"] for event in page} == {s.event.id for s in streamed if s.event.object_id == dataset}
        return [event["code"] for event in page]

    assert told() == []
    pair.share("datasets", "public")
    done(pair.alice.patch(address, json={"name": "seen-by-all"}, headers={"If-Match": "*"}))
    assert told() == ["dataset.changed", "dataset.changed"]
    pair.share("datasets", "private")
    done(pair.alice.patch(address, json={"name": KINDS["datasets"]}, headers={"If-Match": "*"}))
    assert told() == []
    mine = done(pair.alice.get("/events", params={"object_id": dataset}))["items"]
    assert len(mine) > 4
    assert pair.platform.events.verify() is None


def test_private_use_of_something_shared_is_counted_and_not_named(pair: Pair) -> None:
    pair.share("datasets", "public")
    spec = pair.seeds.ids["specs"]
    job = {
        "name": "bobs-secret", "spec_id": spec, "image_id": pair.ids["images"],
        "inputs": [{"role": "training", "dataset_id": pair.ids["datasets"], "version": "V0001"}],
    }  # fmt: skip
    for kind in ("images", "algorithms"):
        pair.share(kind, "public")
    job["algorithm"] = {"algorithm_id": pair.ids["algorithms"], "version": "V0001"}
    made = done(pair.bob.post("/training-jobs", json=job))
    used = [done(pair.alice.get(f"/datasets/{pair.ids['datasets']}"))["used_by"]]
    used.append(done(pair.alice.get(f"/datasets/{pair.ids['datasets']}/versions/V0001"))["used_by"])
    for kind in ("datasets", "images", "algorithms"):
        answer = pair.alice.delete(f"/{kind}/{pair.ids[kind]}", headers={"If-Match": "*"})
        assert answer.status_code == 409
        used.append(answer.json()["error"]["details"]["params"]["used_by"])
        assert "bobs-secret" not in answer.text
        assert made["id"] not in answer.text
    for users in used:
        assert HIDDEN in [user["name"] for user in users]
        assert "bobs-secret" not in json.dumps(users)
    for kind in ("datasets", "images", "algorithms"):
        pair.share(kind, "private")


def references(own: dict[str, str], other: dict[str, str], spec: str) -> list[tuple[str, str, Any]]:
    """Give every field that names an object, with somebody else's in it."""
    job = {"name": "j", "algorithm": {"algorithm_id": own["algorithms"]}, "image_id": own["images"], "spec_id": spec}
    model = {"model_id": own["models"], "version": "V0001"}
    service = {"name": "s", "model": model, "image_id": own["images"], "spec_id": spec}
    code = {"name": "x", "source": {"kind": "area", "path": "code"}, "run_command": "python train.py"}
    data = [{"dataset_id": own["datasets"], "version": "V0001"}]
    theirs = {"model_id": other["models"], "version": "V0001"}
    inputs = [{"dataset_id": other["datasets"], "version": "V0001"}]
    upload = {"kind": "upload", "upload_id": other["uploads"]}
    one = {kind: f"/{kind}/{own[kind]}" for kind in KINDS}
    trial = {**model, "inputs": data, "spec_id": spec, "image_id": own["images"], "name": "e"}
    return [
        ("POST", "/datasets", {"name": "x", "label_group_id": other["label-groups"]}),
        ("PATCH", one["datasets"], {"label_group_id": other["label-groups"]}),
        ("POST", f"{one['datasets']}/import", {"source": upload}),
        ("POST", f"{one['datasets']}/import/inspect", {"source": upload}),
        ("POST", "/files/place", {"upload_id": other["uploads"], "path": "z"}),
        ("POST", "/algorithms", {**code, "image_id": other["images"]}),
        ("POST", "/algorithms", {**code, "serving_image_id": other["images"]}),
        ("POST", "/algorithms", {**code, "source": upload}),
        ("PATCH", one["algorithms"], {"image_id": other["images"]}),
        ("PATCH", one["algorithms"], {"serving_image_id": other["images"]}),
        ("POST", "/training-jobs", {**job, "algorithm": {"algorithm_id": other["algorithms"]}}),
        ("POST", "/training-jobs", {**job, "image_id": other["images"]}),
        ("POST", "/training-jobs", {**job, "inputs": inputs}),
        ("POST", "/training-jobs", {**job, "model": theirs}),
        ("POST", f"{one['training-jobs']}/runs", {"inputs": inputs}),
        ("POST", f"{one['training-jobs']}/runs/V0001/save-model", {"model_id": other["models"]}),
        ("POST", "/evaluations", {**trial, **theirs}),
        ("POST", "/evaluations", {**trial, "inputs": inputs}),
        ("POST", "/evaluations", {**trial, "image_id": other["images"]}),
        ("POST", f"{one['models']}/versions", {"run": {"job_id": other["training-jobs"], "version": "V0001"}}),
        ("POST", f"{one['models']}/versions", {"source": upload}),
        ("POST", "/services", {**service, "model": theirs}),
        ("POST", "/services", {**service, "image_id": other["images"]}),
        ("POST", "/services", {**service, "model": None, "script": {"algorithm_id": other["algorithms"]}}),
        ("PATCH", one["services"], {"model": theirs}),
        ("POST", "/batch-services", {**service, "model": theirs, "source": {"kind": "area", "path": "letters"}}),
        ("PATCH", one["services"], {"image_id": other["images"]}),
        ("GET", f"/training-jobs/compare?run={other['training-jobs']}:V0001", None),
        ("GET", f"/evaluations?model_id={other['models']}", None),
        ("GET", f"/services?model_id={other['models']}", None),
        ("GET", f"/usage/lines?object_id={other['training-jobs']}", None),
        ("GET", f"/imports?dataset_id={other['datasets']}", None),
        ("GET", f"/exports?dataset_id={other['datasets']}", None),
        ("POST", f"/services/{other['services']}/predict", {"inputs": []}),
    ]


Request = tuple[str, str, Any]


def same(pair: Pair, ghosts: dict[str, str], one: Request, other: Request) -> None:
    """Both requests fail with the same words, but for the ids."""
    answers = [
        pair.bob.request(verb, path, json=body, headers={"If-Match": "*", "Tus-Resumable": "1.0.0"})
        for verb, path, body in (one, other)
    ]
    texts = []
    for answer, ids in zip(answers, (pair.ids, ghosts), strict=True):
        text = answer.text.replace(answer.headers["X-Request-Id"], "")
        for known in ids.values():
            text = text.replace(known, "")
        texts.append(text)
    assert one[2] is None or answers[0].status_code >= 400, f"{one}: {answers[0].text}"
    assert answers[0].status_code == answers[1].status_code, f"{one}: {texts}"
    assert texts[0] == texts[1], one


def test_name_of_anothers_object_is_answered_as_one_that_does_not_exist(pair: Pair) -> None:
    if not pair.own:
        pair.own = plant(pair.bob, pair.platform).ids
    ghosts = {kind: f"{i.partition('_')[0]}_{'0' * 32}" for kind, i in pair.ids.items()}
    spec = pair.seeds.ids["specs"]
    blind = Seeds(ids={**pair.seeds.ids, **ghosts}, parts=pair.seeds.parts)
    for route, verb in BY_ID:
        body = None if verb == "get" else {}
        real, ghost = ((verb.upper(), str(seeds.address(route.path)), body) for seeds in (pair.seeds, blind))
        same(pair, ghosts, real, ghost)
    pairs = zip(references(pair.own, pair.ids, spec), references(pair.own, ghosts, spec), strict=True)
    for real, ghost in pairs:
        same(pair, ghosts, real, ghost)


def test_stream_gives_nothing_of_anothers_workloads_and_services(pair: Pair) -> None:
    topics = [f"{kind}/{pair.ids['workloads']}" for kind in ("log", "scalars", "metrics")]
    topics.append(f"service/{pair.ids['services']}")
    url = f"ws://127.0.0.1:{pair.server.port}/services/aispace/api/v1/stream"

    async def listen() -> list[dict[str, Any]]:
        headers = {"Authorization": "Bearer token-bob"}
        answers = []
        socket = await websocket_connect(HTTPRequest(url, headers=headers))
        for number, topic in enumerate(topics):
            await socket.write_message(json.dumps({"op": "subscribe", "id": str(number), "topic": topic}))
            answers.append(json.loads(await asyncio.wait_for(socket.read_message(), 10) or "{}"))
        socket.close()
        return answers

    for answer in asyncio.run(listen()):
        assert answer["op"] == "error"
        assert answer["error"]["code"] == "not_found"
