"""The handler base: parsing, errors, conditions, downloads - over real HTTP, on a domain made for these tests."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from aispace.errors import Invalid, NotFound, PreconditionFailed
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.schemas import ListQuery, Name, Schema, Source
from aispace_server.handlers.base import AISpaceHandler, operation
from aispace_server.requestlog import JSONFormatter
from aispace_server.routes import Route
from pydantic import Field
from server_thread import KnownTokens, RunningServer


class ThingQuery(ListQuery):
    state: Annotated[list[str], Field(max_length=3, default_factory=list)]


class ThingCreate(Schema):
    name: Name
    size: Annotated[int, Field(ge=0)] = 0
    source: Source | None = None


class ThingRead(Schema):
    id: str
    name: str
    size: int
    revision: int


class Things:
    """A service as a domain has it."""

    def __init__(self) -> None:
        self.things: dict[str, ThingRead] = {}
        self.principals: list[Principal] = []

    def create(self, principal: Principal, body: ThingCreate) -> ThingRead:
        self.principals.append(principal)
        if body.name == "taken":
            raise Invalid("name", "Name: taken.")
        if body.name == "explode":
            raise RuntimeError("the secret is 1234")
        made = ThingRead(id=f"ds_{len(self.things) + 1}", name=body.name, size=body.size, revision=1)
        self.things[made.id] = made
        return made

    def get(self, principal: Principal, id: str) -> ThingRead:
        if id not in self.things:
            raise NotFound("thing", id)
        return self.things[id]

    def rename(self, principal: Principal, id: str, body: ThingCreate, revision: int | None) -> ThingRead:
        thing = self.get(principal, id)
        if revision is not None and revision != thing.revision:
            raise PreconditionFailed(thing.model_dump())
        changed = thing.model_copy(update={"name": body.name, "revision": thing.revision + 1})
        self.things[id] = changed
        return changed


class ThingCollectionHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="List", query=ThingQuery, response=ThingQuery)
    async def get(self, query: ThingQuery) -> ThingQuery:
        return query

    @operation(
        action="write", resource="dataset", summary="Make", body=ThingCreate, response=ThingRead, status=201,
        location="things/{id}", etag=True, idempotent=True,
    )  # fmt: skip
    async def post(self, body: ThingCreate) -> ThingRead:
        return await self.call(self.settings["things"].create, self.principal, body)


class ThingHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Get", response=ThingRead, etag=True)
    async def get(self, id: str) -> ThingRead:
        return await self.call(self.settings["things"].get, self.principal, id)

    @operation(
        action="write", resource="dataset", summary="Change", body=ThingCreate, response=ThingRead, etag=True,
        if_match=True,
    )  # fmt: skip
    async def patch(self, id: str, body: ThingCreate, revision: int | None) -> ThingRead:
        return await self.call(self.settings["things"].rename, self.principal, id, body, revision)


class ThingPublishHandler(AISpaceHandler):
    @operation(
        action="write", resource="dataset", summary="Publish", response=ThingRead, status=201,
        location="things/{id}/versions/{name}",
    )  # fmt: skip
    async def post(self, id: str) -> ThingRead:
        return await self.call(self.settings["things"].get, self.principal, id)


class ThingContentHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Bytes", media_type="application/octet-stream")
    async def get(self) -> None:
        await self.send_file(
            self.settings["file"], filename="图 1.html", media_type="text/html", etag="abc", download=False
        )


class ThingStreamHandler(AISpaceHandler):
    @operation(action="read", resource="dataset", summary="Zip", media_type="application/zip")
    async def get(self) -> None:
        await self.send_stream((bytes([n]) * 1000 for n in range(100)), filename="a.zip")


class ThingBytesHandler(AISpaceHandler):
    @operation(
        action="write", resource="upload", summary="Send", raw_body="application/offset+octet-stream", max_body=1000
    )
    async def patch(self, body: bytes) -> None:
        self.set_header("Upload-Offset", str(len(body)))


class AdminHandler(AISpaceHandler):
    @operation(action="read", resource="audit", summary="Audit", response=list[str])
    async def get(self) -> list[str]:
        return ["seen"]


class PublicHandler(AISpaceHandler):
    @operation(public=True, summary="Public", response=dict[str, str])
    async def get(self) -> dict[str, str]:
        return {"hello": "世界"}


ROUTES = [
    ("/things", ThingCollectionHandler),
    ("/things/{id}", ThingHandler),
    ("/things/{id}/publish", ThingPublishHandler),
    ("/content", ThingContentHandler),
    ("/stream-zip", ThingStreamHandler),
    ("/bytes", ThingBytesHandler),
    ("/audited", AdminHandler),
    ("/hello", PublicHandler),
]


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
def running(
    platform: Platform, alice: Principal, admin: Principal, tmp_path: Path, things: Things
) -> Iterator[RunningServer]:
    file = tmp_path / "bytes"
    file.write_bytes(bytes(range(256)) * 4096)
    reader = Principal(user_id=alice.user_id, name="reader", scopes=frozenset({"read"}))
    routes = [Route(path, handler, "things") for path, handler in ROUTES]
    with RunningServer(
        platform, [KnownTokens([alice, admin, reader])], routes=routes, things=things, file=file
    ) as server:
        yield server


@pytest.fixture
def http(running: RunningServer) -> Iterator[httpx.Client]:
    with running.client("token-alice") as client:
        yield client


def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    """Check the envelope and give its details."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["code"] == code
    assert error["request_id"] == response.headers["X-Request-Id"]
    assert error["message"]
    details: dict[str, object] = error["details"]
    return details


def test_create_answers_201_with_location_and_etag(http: httpx.Client) -> None:
    response = http.post("/things", json={"name": "数据-1"})
    assert response.status_code == 201
    assert response.json() == {"id": "ds_1", "name": "数据-1", "size": 0, "revision": 1}
    assert response.headers["ETag"] == '"1"'
    made = response.url.join(response.headers["Location"])
    assert http.get(made).json()["name"] == "数据-1"


def test_location_of_a_nested_thing_resolves_below_the_same_prefix(http: httpx.Client, running: RunningServer) -> None:
    http.post("/things", json={"name": "x"})
    response = http.post("/things/ds_1/publish")
    assert response.url.join(response.headers["Location"]).path == "/services/aispace/api/v1/things/ds_1/versions/x"
    lab = httpx.post(
        f"http://127.0.0.1:{running.port}/aispace/api/v1/things/ds_1/publish",
        headers=dict(http.headers),
        trust_env=False,
    )
    assert lab.url.join(lab.headers["Location"]).path == "/aispace/api/v1/things/ds_1/versions/x"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "name", "missing"),
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "a" * 51}, "name", "string_too_long"),
        ({"name": "a/../b"}, "name", "string_pattern_mismatch"),
        ({"name": "a", "size": "many"}, "size", "int_parsing"),
        ({"name": "a", "more": 1}, "more", "extra_forbidden"),
        ({"name": "a", "source": {"kind": "nothing"}}, "source", "union_tag_invalid"),
        ({"name": "a", "source": {"kind": "area"}}, "source.path", "missing"),
        ({"name": "a", "source": {"kind": "area", "path": "a\x00b"}}, "source.path", "nul"),
    ],
)
def test_wrong_body_names_the_field(http: httpx.Client, body: object, field: str, code: str) -> None:
    details = problem(http.post("/things", json=body), 422, "invalid")
    assert [(f["field"], f["code"]) for f in details["fields"]] == [(field, code)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 100_000])
def test_body_that_is_no_json_is_refused(http: httpx.Client, body: bytes) -> None:
    problem(http.post("/things", content=body, headers={"Content-Type": "application/json"}), 400, "not_json")


def test_body_of_another_type_is_415(http: httpx.Client) -> None:
    problem(http.post("/things", content=b"a=1", headers={"Content-Type": "text/xml"}), 415, "unsupported_media")


def test_query_is_parsed_and_lists_are_lists(http: httpx.Client) -> None:
    answer = http.get("/things", params={"limit": "7", "state": ["a", "b"]}).json()
    assert answer["limit"] == 7
    assert answer["state"] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=x", "limit", "int_parsing"),
        ("unknown=1", "unknown", "extra_forbidden"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("q=%00", "q", "nul"),
        ("q=%ff", "q", "unicode"),
    ],
)
def test_wrong_query_names_the_parameter(http: httpx.Client, query: str, field: str, code: str) -> None:
    details = problem(http.get(f"/things?{query}"), 422, "invalid")
    assert [(f["field"], f["code"]) for f in details["fields"]] == [(field, code)]  # type: ignore[attr-defined]


def test_operation_without_query_refuses_every_parameter(http: httpx.Client) -> None:
    problem(http.get("/hello?a=1"), 422, "invalid")


def test_refusal_of_a_service_reaches_the_caller_with_its_field(http: httpx.Client) -> None:
    details = problem(http.post("/things", json={"name": "taken"}), 422, "invalid")
    assert details["fields"] == [{"field": "name", "message": "Name: taken.", "code": "invalid"}]


def test_text_of_an_unexpected_exception_never_leaves(http: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    response = http.post("/things", json={"name": "explode"})
    problem(response, 500, "internal")
    assert "1234" not in response.text
    assert "1234" in caplog.text


def test_unknown_path_and_method_have_the_envelope(http: httpx.Client, running: RunningServer) -> None:
    problem(http.get("/nothing/here"), 404, "not_found")
    problem(httpx.get(f"http://127.0.0.1:{running.port}/", trust_env=False), 404, "not_found")
    response = http.request("DELETE", "/things")
    problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, POST"
    problem(http.get("/things/a%00b"), 404, "not_found")


def test_without_valid_token_is_401(running: RunningServer) -> None:
    for token in (None, "wrong"):
        with running.client(token) as client:
            response = client.post("/things", json={"unparsed": True})
            problem(response, 401, "unauthenticated")
            assert response.headers["WWW-Authenticate"] == "Bearer"
            assert client.get("/hello").json() == {"hello": "世界"}


def test_kind_is_checked_before_the_body(running: RunningServer) -> None:
    with running.client("token-reader") as client:
        problem(client.post("/things", json={"unparsed": True}), 403, "scope_too_narrow")
    with running.client("token-alice") as client:
        problem(client.get("/audited"), 403, "forbidden")
    with running.client("token-admin") as client:
        assert client.get("/audited").json() == ["seen"]


def test_change_needs_the_current_etag(http: httpx.Client) -> None:
    http.post("/things", json={"name": "a"})
    problem(http.patch("/things/ds_1", json={"name": "b"}), 428, "if_match_required")
    first = http.patch("/things/ds_1", json={"name": "b"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    details = problem(
        http.patch("/things/ds_1", json={"name": "c"}, headers={"If-Match": '"1"'}), 412, "changed_meanwhile"
    )
    assert details["params"]["current"]["name"] == "b"  # type: ignore[index]  # known to be there
    problem(http.patch("/things/ds_1", json={"name": "c"}, headers={"If-Match": "junk"}), 412, "changed_meanwhile")
    assert http.patch("/things/ds_1", json={"name": "d"}, headers={"If-Match": "*"}).status_code == 200


def test_unchanged_object_is_304(http: httpx.Client) -> None:
    http.post("/things", json={"name": "a"})
    response = http.get("/things/ds_1", headers={"If-None-Match": '"1"'})
    assert (response.status_code, response.content) == (304, b"")


def test_request_id_is_taken_over_and_reaches_the_service(http: httpx.Client, things: Things) -> None:
    response = http.post("/things", json={"name": "a"}, headers={"X-Request-Id": "abc.1"})
    assert response.headers["X-Request-Id"] == "abc.1"
    assert things.principals[-1].request_id == "abc.1"
    strange = http.post("/things", json={"name": "b"}, headers={"X-Request-Id": b"a b\xe9"})
    assert strange.headers["X-Request-Id"] != "a b"


@pytest.mark.parametrize(
    ("header", "status", "first", "length"),
    [
        (None, 200, 0, 1048576),
        ("bytes=10-19", 206, 10, 10),
        ("bytes=1048570-", 206, 1048570, 6),
        ("bytes=-5", 206, 1048571, 5),
        ("bytes=0-99999999", 206, 0, 1048576),
        ("bytes=1-2,5-6", 200, 0, 1048576),
        ("lines=1-2", 200, 0, 1048576),
    ],
)
def test_download_honours_a_range(http: httpx.Client, header: str | None, status: int, first: int, length: int) -> None:
    response = http.get("/content", headers={"Range": header} if header else {})
    assert response.status_code == status
    assert response.content == (bytes(range(256)) * 4096)[first : first + length]
    if status == 206:
        assert response.headers["Content-Range"] == f"bytes {first}-{first + length - 1}/1048576"


def test_range_behind_the_end_is_416(http: httpx.Client) -> None:
    response = http.get("/content", headers={"Range": "bytes=1048576-"})
    problem(response, 416, "range_not_satisfiable")
    assert response.headers["Content-Range"] == "bytes */1048576"


def test_download_with_etag(http: httpx.Client) -> None:
    assert http.get("/content", headers={"If-None-Match": '"abc"'}).status_code == 304
    assert http.get("/content", headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status_code == 200
    assert http.get("/content", headers={"Range": "bytes=0-1", "If-Range": '"abc"'}).status_code == 206


def test_bytes_of_users_never_become_a_page(http: httpx.Client) -> None:
    headers = http.get("/content").headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E5%9B%BE%201.html" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")


def test_generated_stream_arrives_whole(http: httpx.Client) -> None:
    assert http.get("/stream-zip").content == b"".join(bytes([n]) * 1000 for n in range(100))


def test_raw_body_up_to_its_limit(http: httpx.Client) -> None:
    kind = {"Content-Type": "application/offset+octet-stream"}
    assert http.patch("/bytes", content=b"x" * 1000, headers=kind).headers["Upload-Offset"] == "1000"
    details = problem(http.patch("/bytes", content=b"x" * 1001, headers=kind), 413, "too_large")
    assert details["params"] == {"limit": 1000}
    problem(http.patch("/bytes", content=iter([b"x" * 600, b"x" * 600]), headers=kind), 413, "too_large")
    problem(http.patch("/bytes", content=b"x", headers={"Content-Type": "text/plain"}), 415, "unsupported_media")


def test_body_of_terabytes_is_refused_before_it_is_sent(running: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(
            b"POST /aispace/api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-alice\r\n"
            b"Content-Length: 1099511627776\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_idempotency_key_does_a_create_once(http: httpx.Client, things: Things) -> None:
    first = http.post("/things", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
    again = http.post("/things", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json(), again.headers["Location"]) == (
        201,
        first.json(),
        first.headers["Location"],
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(things.things) == 1
    problem(http.post("/things", json={"name": "b"}, headers={"Idempotency-Key": "k1"}), 409, "idempotency_key_reused")
    problem(
        http.post("/things", json={"name": "b"}, headers={"Idempotency-Key": "a b"}), 400, "idempotency_key_invalid"
    )


def test_failed_create_may_be_tried_again_with_the_same_key(http: httpx.Client, things: Things) -> None:
    problem(http.post("/things", json={"name": "explode"}, headers={"Idempotency-Key": "k"}), 500, "internal")
    problem(http.post("/things", json={"name": "explode"}, headers={"Idempotency-Key": "k"}), 500, "internal")


def test_requests_are_counted_by_route_and_logged_with_their_id(
    http: httpx.Client, running: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "aispace.access")
    http.get("/things/ds_7", headers={"X-Request-Id": "log-me"})
    metrics = httpx.get(f"http://127.0.0.1:{running.port}/metrics", trust_env=False).text
    assert 'aispace_requests_total{method="GET",route="/things/{id}",status="404"}' in metrics
    line = json.loads(JSONFormatter().format(next(r for r in caplog.records if r.name == "aispace.access")))
    assert (line["request_id"], line["status"], line["user"]) == ("log-me", 404, "usr_alice")


def test_health_and_readiness(running: RunningServer, platform: Platform) -> None:
    base = f"http://127.0.0.1:{running.port}"
    assert httpx.get(f"{base}/healthz", trust_env=False).json() == {"status": "ok"}
    assert httpx.get(f"{base}/services/aispace/readyz", trust_env=False).json() == {"status": "ready"}
    assert httpx.get(f"{base}/services/aispace/metrics", trust_env=False).status_code == 404
    running.app.settings["stopping"] = lambda: True
    assert httpx.get(f"{base}/readyz", trust_env=False).status_code == 503
