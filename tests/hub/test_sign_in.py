"""Sign-in at a real hub: who may enter, and what happens when serve is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from installation import PASSWORD, Installation, Person


@pytest.mark.capability("AP-03")
def test_first_administrator_signs_in_and_is_one(installation: Installation, admin: Person) -> None:
    me = installation.rest(admin, "GET", "/me").json()
    assert (me["name"], me["role"]) == ("admin", "administrator")
    assert admin.api("GET", "/hub/api/user").json()["admin"] is True


def test_wrong_password_is_refused(installation: Installation) -> None:
    response = Person(installation.url).sign_in("admin", "wrong")
    assert response.status_code == 403
    assert "Invalid username or password" in response.text


def test_unknown_name_is_refused_in_the_same_words(installation: Installation) -> None:
    response = Person(installation.url).sign_in("nobody-here", "wrong")
    assert response.status_code == 403
    assert "Invalid username or password" in response.text


def test_ordinary_user_is_no_administrator_of_the_hub(installation: Installation, alice: Person) -> None:
    assert alice.api("GET", "/hub/api/user").json()["admin"] is False
    assert alice.api("GET", "/hub/api/users").status_code == 403
    assert installation.rest(alice, "GET", "/users").status_code == 403


def test_too_many_failures_lock_out_with_the_reason(installation: Installation, admin: Person) -> None:
    installation.rest(admin, "POST", "/users", json={"name": "carl", "password": PASSWORD})
    person = Person(installation.url)
    for _ in range(3):
        assert person.sign_in("carl", "wrong").status_code == 403
    locked = person.sign_in("carl", PASSWORD)
    assert locked.status_code == 429
    assert "too many failed attempts" in locked.text


def test_disabled_account_cannot_sign_in(installation: Installation, admin: Person) -> None:
    created = installation.rest(admin, "POST", "/users", json={"name": "dora", "password": PASSWORD}).json()
    changed = installation.rest(
        admin, "PATCH", f"/users/{created['id']}", json={"enabled": False}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    refused = Person(installation.url).sign_in("dora", PASSWORD)
    assert refused.status_code == 403
    assert "disabled" in refused.text


def test_sign_in_fails_closed_while_serve_is_away(installation: Installation) -> None:
    pid = installation.pid("serve")
    os.kill(pid, signal.SIGSTOP)
    try:
        response = Person(installation.url).sign_in("admin", installation.password)
        assert response.status_code == 503
        assert "AI Space service is away" in response.text
    finally:
        os.kill(pid, signal.SIGCONT)
    assert Person(installation.url).sign_in("admin", installation.password).status_code == 302


def test_pages_on_the_hub_open_by_the_hubs_session(installation: Installation, admin: Person, alice: Person) -> None:
    page = admin.http.get("/services/aispace/admin", follow_redirects=True)
    assert page.status_code == 200
    assert str(page.url).endswith("/services/aispace/admin"), "no question in between"
    assert '"name": "admin"' in page.text
    refused = alice.http.get("/services/aispace/admin", follow_redirects=True)
    assert refused.status_code == 403
    assert "administrators" in refused.text
    assert alice.http.get("/services/aispace/usage", follow_redirects=True).status_code == 200


def test_nobody_reaches_the_platform_without_signing_in(installation: Installation) -> None:
    stranger = Person(installation.url)
    assert stranger.http.get("/services/aispace/api/v1/me").status_code == 401
    assert "/hub/login" in str(stranger.http.get("/services/aispace/admin", follow_redirects=True).url)
    assert "/hub/login" in str(stranger.http.get("/user/alice/lab", follow_redirects=True).url)


def test_internal_listener_is_not_routed_by_the_proxy(installation: Installation, admin: Person) -> None:
    for path in ("/internal/verify_login", "/services/aispace/internal/verify_login"):
        answer = admin.api("POST", path, json={"name": "admin", "password": installation.password})
        assert answer.status_code in {403, 404, 405}


def test_reset_on_the_machine_closes_the_sessions_and_gives_a_new_password(
    installation: Installation, admin: Person
) -> None:
    installation.rest(admin, "POST", "/users", json={"name": "erna", "password": PASSWORD})
    erna = installation.person("erna", PASSWORD)
    assert erna.http.get("/hub/home").status_code == 200
    command = [sys.executable, "-m", "aispace.cli", "users", "reset-password", "erna", "--json"]
    done = subprocess.run(command, env=installation.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    new = json.loads(done.stdout)["password"]
    # The start of a server asks at once whether the session still holds; other pages within a minute.
    assert erna.http.post("/hub/spawn", params={"_xsrf": erna.xsrf}, data={}).status_code >= 400
    assert erna.http.get("/hub/home").headers["Location"].startswith("/hub/login")
    assert erna.http.get("/services/aispace/usage", follow_redirects=True).url.path == "/hub/login"
    assert Person(installation.url).sign_in("erna", PASSWORD).status_code == 403
    again = installation.person("erna", new)
    assert again.http.get("/hub/home").status_code == 200
    assert again.api("GET", "/hub/api/user").status_code == 200
    events = installation.rest(admin, "GET", "/audit", params={"code": "user.password_reset"})
    assert events.json()["items"][0]["params"]["name"] == "erna"
