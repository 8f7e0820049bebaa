"""The care of the stored bytes, as `aispace storage` asks for it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from aispace.platform import Platform

Api = Callable[[str], httpx.Client]


def test_administrators_verify_and_collect(platform: Platform, server: object, api: Api) -> None:
    digest = platform.blobs.put(b"kept by nothing").sha256
    platform.blobs.path(digest).chmod(0o644)
    admin = api("admin")
    assert admin.post("storage/verify").json()["damaged"] == []
    platform.blobs.path(digest).write_bytes(b"damaged")
    report = admin.post("storage/verify").json()
    assert [(one["sha256"], one["problem"]) for one in report["damaged"]] == [(digest, "changed")]
    assert admin.post("storage/collect").json()["removed"] == 0  # too young


def test_users_may_not(server: object, api: Api) -> None:
    for path in ("storage/verify", "storage/collect"):
        answer = api("alice").post(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
