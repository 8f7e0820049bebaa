"""Users' servers at a real hub: form, start, forwarding, isolation, restarts, stop."""

from __future__ import annotations

import os
import re
import signal
import time

import httpx
import psutil
import pytest
from installation import Installation, Person, wait_for


@pytest.fixture(scope="module")
def running(alice: Person) -> Person:
    alice.start_server()
    return alice


def started(person: Person) -> str:
    response = person.api("GET", f"/user/{person.name}/api/status")
    return str(response.json()["started"]) if response.status_code == 200 else ""


def test_spawn_form_is_plain_and_shows_specs(installation: Installation, bob: Person) -> None:
    page = bob.http.get("/hub/spawn", follow_redirects=True)
    assert page.status_code == 200
    radios = re.findall(r'<input type="radio" name="spec_id"[^>]*>', page.text)
    assert radios
    assert sum("checked" in radio for radio in radios) == 1
    assert "free now" in page.text
    chinese = bob.http.get("/hub/spawn", follow_redirects=True, headers={"Accept-Language": "zh-CN"})
    assert "资源规格" in chinese.text
    assert "free now" not in chinese.text


def test_bad_choice_comes_back_with_the_form(bob: Person) -> None:
    page = bob.http.post(f"/hub/spawn?_xsrf={bob.xsrf}", data={"spec_id": "spc_none", "max_hours": "999"})
    assert page.status_code == 400
    assert "max_hours" in page.text
    assert 'name="spec_id"' in page.text


def test_rest_api_validates_the_same_options(bob: Person) -> None:
    refused = bob.api("POST", "/hub/api/users/bob/server", json={"user_options": {"image": "evil/x"}})
    assert refused.status_code == 400
    assert "image" in refused.text
    unknown = bob.api("POST", "/hub/api/users/bob/server", json={"user_options": {"spec_id": "spc_none"}})
    assert unknown.status_code == 422
    assert "does not exist" in unknown.text


def test_server_started_by_the_form_runs(installation: Installation, bob: Person) -> None:
    page = bob.http.get("/hub/spawn", follow_redirects=True).text
    chosen = re.search(r'value="(spc_[0-9a-f]+)"[^>]*checked', page.replace("\n", " "))
    assert chosen is not None
    posted = bob.http.post(f"/hub/spawn?_xsrf={bob.xsrf}", data={"spec_id": chosen.group(1), "max_hours": "2"})
    assert posted.status_code == 302
    wait_for(lambda: bob.server().get("ready"), 90, "bob's server")
    (workload,) = installation.rest(bob, "GET", "/workloads?kind=notebook&active=true").json()["items"]
    assert workload["spec"]["spec_id"] == chosen.group(1)
    assert workload["time_limit_seconds"] == 7200
    bob.stop_server()


def test_own_server_forwards_to_the_platform(running: Person) -> None:
    me = running.api("GET", "/user/alice/aispace/api/v1/me")
    assert me.status_code == 200
    assert me.json()["name"] == "alice"


def test_own_server_lets_the_pages_of_visualisations_through_to_the_platform(running: Person) -> None:
    """They have no cookie to sign in with; the platform asks for the ticket in their address."""
    answer = httpx.get(f"{running.url}/user/alice/aispace/views/no-ticket/", timeout=60, trust_env=False)
    assert (answer.status_code, answer.text[:10]) == (401, "Not shown.")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")


def test_server_runs_in_the_users_area_under_his_uid(installation: Installation, running: Person) -> None:
    body = {"type": "file", "format": "text", "content": "hello"}
    assert running.api("PUT", "/user/alice/api/contents/hello.txt", json=body).status_code == 201
    user_id = installation.rest(running, "GET", "/me").json()["id"]
    area = installation.home / "areas" / user_id
    status = (area / "hello.txt").stat()
    assert (area / "hello.txt").read_text() == "hello"
    if os.geteuid() == 0 and "AISPACE_SHARED_UID" not in installation.environment():
        assert status.st_uid >= 200_000
        assert area.stat().st_mode & 0o777 == 0o700


def test_labextension_and_server_extension_are_enabled(running: Person) -> None:
    page = running.api("GET", "/user/alice/lab")
    assert page.status_code == 200
    assert "@aispace/labextension" in page.text


def test_other_users_cannot_reach_the_server(running: Person, bob: Person, admin: Person) -> None:
    assert bob.api("GET", "/user/alice/api/status").status_code in {403, 404}
    refused = bob.api("GET", "/user/alice/aispace/api/v1/me")
    assert refused.status_code in {401, 403, 404}
    assert "alice" not in refused.text
    assert bob.api("DELETE", "/hub/api/users/alice/server").status_code in {403, 404}
    assert bob.api("GET", "/hub/api/users/alice").status_code in {403, 404}


def test_killed_hub_comes_back_and_the_server_stays(installation: Installation, running: Person) -> None:
    before, pid = started(running), installation.pid("hub")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: installation.pid("hub") not in {0, pid}, 5, "a new hub")
    assert started(running) == before, "the server is reached while the hub is away"
    wait_for(installation.hub_answers, 60, "the hub")
    wait_for(lambda: running.server().get("ready"), 60, "the server, found again")
    assert started(running) == before


def test_killed_serve_is_back_within_a_second_and_the_server_stays(installation: Installation, running: Person) -> None:
    before, pid = started(running), installation.pid("serve")
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: installation.pid("serve") not in {0, pid}, 5, "a new serve")
    assert time.monotonic() - began < 1.0
    assert started(running) == before
    wait_for(installation.serve_answers, 60, "serve")
    assert running.api("GET", "/user/alice/aispace/api/v1/me").status_code == 200
    assert running.server()["ready"]


def test_killed_proxy_gets_its_routes_back(installation: Installation, running: Person) -> None:
    before, pid = started(running), installation.pid("proxy")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: installation.pid("proxy") not in {0, pid}, 5, "a new proxy")

    def reached() -> bool:
        try:
            return started(running) == before
        except OSError:
            return False
        except Exception as error:
            if type(error).__module__.startswith("httpx"):
                return False
            raise

    wait_for(reached, 15, "the route to the server")


def test_start_while_serve_is_away_says_so(installation: Installation, bob: Person) -> None:
    pid = installation.pid("serve")
    os.kill(pid, signal.SIGSTOP)
    try:
        refused = bob.api("POST", "/hub/api/users/bob/server", json={"user_options": {}})
        assert refused.status_code == 503
        assert "AI Space service is away" in refused.text
    finally:
        os.kill(pid, signal.SIGCONT)


def test_everything_stopped_and_started_again_finds_the_server(installation: Installation, running: Person) -> None:
    before = started(running)
    pids = [installation.pid(name) for name in ("hub", "serve", "gateway", "proxy")]
    assert installation.stop(signal.SIGINT) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    began = time.monotonic()
    said = installation.start()
    assert time.monotonic() - began < 60
    assert "password" not in said
    wait_for(lambda: running.server().get("ready"), 60, "the server, found again")
    assert started(running) == before


def test_supervisor_killed_and_started_again_finds_the_server(installation: Installation, running: Person) -> None:
    before = started(running)
    assert installation.process is not None
    installation.process.kill()
    installation.process.wait()
    installation.start()
    wait_for(lambda: running.server().get("ready"), 60, "the server, found again")
    assert started(running) == before


def test_disabling_a_user_stops_his_server(installation: Installation, admin: Person, bob: Person) -> None:
    bob.start_server()
    user = next(u for u in installation.rest(admin, "GET", "/users?q=bob").json()["items"] if u["name"] == "bob")
    headers = {"If-Match": f'"{user["revision"]}"'}
    path = f"/users/{user['id']}"
    assert installation.rest(admin, "PATCH", path, json={"enabled": False}, headers=headers).status_code == 200
    assert installation.rest(bob, "GET", "/me").status_code in {401, 403}
    (workload,) = installation.rest(admin, "GET", f"/workloads?kind=notebook&owner={user['id']}&limit=1").json()[
        "items"
    ]
    wait_for(
        lambda: installation.rest(admin, "GET", f"/workloads/{workload['id']}").json()["status"] == "stopped",
        30,
        "the stop of the server",
    )


def test_stopped_server_is_gone(installation: Installation, running: Person) -> None:
    (workload,) = installation.rest(running, "GET", "/workloads?kind=notebook&active=true").json()["items"]
    running.stop_server()
    assert installation.rest(running, "GET", f"/workloads/{workload['id']}").json()["status"] == "stopped"
    assert running.api("GET", "/user/alice/api/status", follow_redirects=False).status_code in {302, 424, 503}
