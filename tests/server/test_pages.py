"""The pages on the hub: sign-in through OAuth, and cookies that alone do nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from aispace_server import pages
from aispace_server.auth import HubCookieAuthenticator, HubIdentity, HubTokenAuthenticator
from aispace_server.routes import collect
from server.fake_hub import FakeHub
from server_thread import RunningServer

PREFIX = "/services/aispace"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    made = FakeHub()
    yield made
    made.close()


@pytest.fixture
def running(
    platform: Platform, hub: FakeHub, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningServer]:
    platform.users.create(SYSTEM, UserCreate(name="root", password="Long-enough-1", role="administrator"))
    platform.users.create(SYSTEM, UserCreate(name="carol", password="Long-enough-1"))
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "main.js").write_text("export {}")
    monkeypatch.setattr(pages, "bundle_folder", lambda: bundle)
    server = RunningServer(platform, [], routes=collect(("me", "tokens", "users", "stream")))
    tokens = HubTokenAuthenticator(platform, server.executor, HubIdentity(hub.url))
    oauth = pages.make_oauth(PREFIX, hub.url, "service-token", "service-aispace")
    cookies = HubCookieAuthenticator(tokens, oauth, "cookie-secret")
    server.authenticators += [tokens, cookies]
    server.settings |= {"pages": pages.page_routes(PREFIX), "page_cookies": cookies, "cookie_secret": "cookie-secret"}
    with server:
        yield server


def sign_in(running: RunningServer, hub: FakeHub, name: str) -> httpx.Client:
    """Walk through the hub's OAuth as a browser does."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{running.port}", trust_env=False)
    away = client.get(f"{PREFIX}/usage")
    assert away.status_code == 302
    target = urlsplit(away.headers["Location"])
    assert target.path == "/hub/api/oauth2/authorize"
    asked = {key: values[0] for key, values in parse_qs(target.query).items()}
    assert asked["code_challenge_method"] == "S256"
    hub.add(
        f"oauth-{name}",
        name,
        "access:services!service=aispace",
        *(f"custom:aispace:{s}" for s in ("read", "write", "admin")),
    )
    hub.codes["c1"] = f"oauth-{name}"
    back = client.get(asked["redirect_uri"], params={"code": "c1", "state": asked["state"]})
    assert (back.status_code, back.headers["Location"]) == (302, f"{PREFIX}/usage")
    return client


def page_data(page: httpx.Response) -> dict[str, Any]:
    match = re.search(r'<script id="aispace-page-data" type="application/json">(.*?)</script>', page.text)
    assert match is not None
    data: dict[str, Any] = json.loads(match.group(1))
    return data


def test_page_for_who_is_signed_in(running: RunningServer, hub: FakeHub) -> None:
    client = sign_in(running, hub, "carol")
    page = client.get(f"{PREFIX}/usage")
    assert page.status_code == 200
    data = page_data(page)
    assert (data["page"], data["user"]["name"], data["apiUrl"]) == ("usage", "carol", f"{PREFIX}/api/v1")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    script = client.get(f"{PREFIX}/static/main.js")
    assert (script.status_code, script.text) == (200, "export {}")
    assert client.get(f"{PREFIX}/static/../../../etc/passwd").status_code in (403, 404)


def test_cookie_alone_does_nothing(running: RunningServer, hub: FakeHub) -> None:
    client = sign_in(running, hub, "carol")
    token = page_data(client.get(f"{PREFIX}/usage"))["xsrfToken"]
    api = f"{PREFIX}/api/v1"
    for headers in ({}, {"X-XSRFToken": "wrong"}, {"X-XSRFToken": token, "Origin": "http://evil.example"}):
        for answer in (
            client.get(f"{api}/me", headers=headers),
            client.post(f"{api}/tokens", json={"name": "x"}, headers=headers),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "xsrf")
    assert client.get(f"{api}/me", headers={"X-XSRFToken": token}).json()["name"] == "carol"
    made = client.post(f"{api}/tokens", json={"name": "x"}, headers={"X-XSRFToken": token})
    assert made.status_code == 201
    picture = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "same-origin"}
    assert client.get(f"{api}/me", headers=picture).status_code == 200
    assert client.post(f"{api}/tokens", json={"name": "y"}, headers=picture).status_code == 403
    assert client.get(f"{api}/me", params={"_xsrf": token}).status_code == 200


def test_scripts_of_other_pages_cannot_read_the_page(running: RunningServer, hub: FakeHub) -> None:
    client = sign_in(running, hub, "carol")
    assert client.get(f"{PREFIX}/usage", headers={"Sec-Fetch-Mode": "cors"}).status_code == 403


def test_administration_is_for_administrators(running: RunningServer, hub: FakeHub) -> None:
    refused = sign_in(running, hub, "carol").get(f"{PREFIX}/admin/users")
    assert refused.status_code == 403
    assert "administrators" in refused.text
    page = sign_in(running, hub, "root").get(f"{PREFIX}/admin/users?sort=name")
    assert (page.status_code, page_data(page)["user"]["role"]) == (200, "administrator")


def test_address_without_a_page_leads_to_the_page_that_one_comes_for(running: RunningServer, hub: FakeHub) -> None:
    for name, page in (("root", "admin"), ("carol", "usage")):
        client = sign_in(running, hub, name)
        assert client.get(f"{PREFIX}/").headers["Location"] == f"{PREFIX}/{page}"
        assert client.get(PREFIX).headers["Location"] == f"{PREFIX}/"
    stranger = httpx.get(f"http://127.0.0.1:{running.port}{PREFIX}/", trust_env=False)
    assert stranger.headers["Location"].startswith("/hub/api/oauth2/authorize")


def test_session_that_the_hub_ended_signs_in_again(running: RunningServer, hub: FakeHub, platform: Platform) -> None:
    client = sign_in(running, hub, "carol")
    hub.tokens.clear()
    running.app.settings["page_cookies"].tokens.hub._known.clear()
    assert client.get(f"{PREFIX}/usage").headers["Location"].startswith("/hub/api/oauth2/authorize")
