from __future__ import annotations

import base64
import hashlib
import random
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from aispace.identity import Principal
from aispace.platform import Platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TUS = {"Tus-Resumable": "1.0.0"}
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}
Api = Callable[[str], httpx.Client]


def b64(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def metadata(**values: str) -> str:
    return ",".join(f"{key} {b64(value)}" for key, value in values.items())


def make(client: httpx.Client, length: int, **values: str) -> str:
    answer = client.post(
        "uploads", headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(**values)}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def send(client: httpx.Client, upload: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
    return client.patch(f"uploads/{upload}", headers={**BODY, "Upload-Offset": str(offset), **headers}, content=data)


def test_the_server_says_what_it_can(api: Api) -> None:
    answer = httpx.options(f"{api('alice').base_url}uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip
    assert int(answer.headers["Tus-Max-Size"]) >= 1 << 30


def test_a_file_in_one_request(api: Api, platform: Platform, alice: Principal) -> None:
    client = api("alice")
    head = {
        **BODY,
        "Upload-Length": "5",
        "Upload-Metadata": metadata(filename="数字.png", relativePath="a/数字.png", batch="b1"),
    }
    answer = client.post("uploads", headers=head, content=b"hello")
    assert answer.status_code == 201, answer.text
    assert answer.json()["finished"]
    assert answer.headers["Upload-Offset"] == "5"
    kept = platform.uploads.finished_batch(alice, "b1")
    assert [(k.relative_path, k.file.read_bytes()) for k in kept] == [("a/数字.png", b"hello")]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), size=st.integers(1, 3_000_000))
def test_an_upload_that_is_cut_again_and_again_ends_intact(
    api: Api, platform: Platform, alice: Principal, seed: int, size: int
) -> None:
    """Half of the requests are cut in the middle of their body, by closing the connection."""
    chance = random.Random(seed)
    data = chance.randbytes(size)
    client = api("alice")
    upload = make(client, size, filename="big.bin")
    url = urlsplit(f"{client.base_url}uploads/{upload}")
    for _ in range(200):
        head = client.head(f"uploads/{upload}", headers=TUS)
        if head.status_code == 423:
            continue
        offset = int(head.headers["Upload-Offset"])
        if offset == size:
            break
        piece = data[offset : offset + chance.randint(1, size)]
        if chance.random() < 0.5:
            cut = chance.randint(0, len(piece) - 1) if piece else 0
            with socket.create_connection((url.hostname or "", url.port or 0)) as connection:
                lines = [
                    f"PATCH {url.path} HTTP/1.1", f"Host: {url.netloc}",
                    f"Authorization: {client.headers['Authorization']}",
                    "Tus-Resumable: 1.0.0", f"Upload-Offset: {offset}", f"Content-Length: {len(piece)}",
                    "Content-Type: application/offset+octet-stream", "", "",
                ]  # fmt: skip
                connection.sendall("\r\n".join(lines).encode() + piece[:cut])
        else:
            answer = send(client, upload, offset, piece)
            assert answer.status_code in (204, 409, 423), answer.text
    finished = platform.uploads.finished(alice, upload)
    assert finished.file.read_bytes() == data
    platform.uploads.terminate(alice, upload)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_wrong_checksum_is_460_and_keeps_nothing(api: Api, algorithm: str) -> None:
    client = api("alice")
    upload = make(client, 10, filename="x")
    wrong = f"{algorithm} {b64(hashlib.new(algorithm, b'other').digest())}"
    right = f"{algorithm} {b64(hashlib.new(algorithm, b'01234').digest())}"
    assert send(client, upload, 0, b"01234", **{"Upload-Checksum": wrong}).status_code == 460
    assert client.head(f"uploads/{upload}", headers=TUS).headers["Upload-Offset"] == "0"
    assert send(client, upload, 0, b"01234", **{"Upload-Checksum": right}).status_code == 204
    assert client.head(f"uploads/{upload}", headers=TUS).headers["Upload-Offset"] == "5"


def test_wrong_offset_too_many_bytes_and_a_stranger_are_refused(api: Api) -> None:
    client = api("alice")
    upload = make(client, 10, filename="x")
    conflict = send(client, upload, 3, b"abc")
    assert (conflict.status_code, conflict.json()["error"]["details"]["params"]) == (409, {"offset": 0})
    assert send(client, upload, 0, b"x" * 11).status_code == 413
    assert send(api("bob"), upload, 0, b"abc").status_code == 404
    assert api("bob").head(f"uploads/{upload}", headers=TUS).status_code == 404
    assert client.patch(f"uploads/{upload}", headers={**BODY, "Tus-Resumable": "0.2"}, content=b"").status_code == 412
    assert httpx.patch(f"{client.base_url}uploads/{upload}", headers=BODY, content=b"x").status_code == 401


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"relativePath": "../../etc/passwd"}, "relativePath"),
        ({"relativePath": "/etc/passwd"}, "relativePath"),
        ({"filename": "a\x00b"}, "filename"),
        ({"filename": "x" * 300}, "filename"),
        ({"filename": "x", "batch": "no spaces"}, "batch"),
    ],
)
def test_metadata_that_cannot_be_used_names_its_field(api: Api, values: dict[str, str], field: str) -> None:
    answer = api("alice").post("uploads", headers={**TUS, "Upload-Length": "1", "Upload-Metadata": metadata(**values)})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == field


def test_an_upload_is_listed_terminated_and_gone(api: Api, platform: Platform) -> None:
    client = api("alice")
    upload = make(client, 10, filename="x")
    assert [u["id"] for u in client.get("uploads").json()["items"]] == [upload]
    assert api("bob").get("uploads").json()["items"] == []
    assert client.delete(f"uploads/{upload}", headers=TUS).status_code == 204
    assert client.head(f"uploads/{upload}", headers=TUS).status_code == 404
    assert not platform.uploads.path(upload).exists()


def test_an_upload_nobody_finishes_expires(api: Api, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    client = api("alice")
    platform.uploads.lifetime_hours = -1
    upload = make(client, 10, filename="x")
    assert client.head(f"uploads/{upload}", headers=TUS).status_code == 410
    assert platform.uploads.expire() == 1
    assert client.head(f"uploads/{upload}", headers=TUS).status_code == 404
    assert not platform.uploads.path(upload).exists()


def test_more_than_a_user_may_have_waiting_is_refused(api: Api, platform: Platform) -> None:
    platform.uploads.max_open_bytes = 15
    client = api("alice")
    make(client, 10, filename="x")
    head = {**TUS, "Upload-Length": "10", "Upload-Metadata": metadata(filename="y")}
    answer = client.post("uploads", headers=head)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_many_uploads")
