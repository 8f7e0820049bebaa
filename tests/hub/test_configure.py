"""``configure(c)`` extends an administrator's configuration and overwrites nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aispace_hub.configure import configure
from aispace_hub.home import Home
from traitlets.config import Config


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AISPACE_HOME", "AISPACE_INTERNAL_URL"):
        monkeypatch.setenv(name, "before")
        monkeypatch.delenv(name)
    place = Home(tmp_path / "home")
    place.make()
    place.ports({"hub": 8000, "gateway": 8001})
    return place.path


def role(c: Any, name: str) -> dict[str, Any]:
    return next(role for role in c.JupyterHub.load_roles if role["name"] == name)


def test_plain_configuration_is_complete(home: Path) -> None:
    c = Config()
    configure(c, home=home)
    assert c.JupyterHub.authenticator_class.endswith("AISpaceAuthenticator")
    assert c.JupyterHub.spawner_class.endswith("AISpaceLocalSpawner")
    assert c.JupyterHub.cleanup_servers is False
    assert c.ConfigurableHTTPProxy.should_start is False
    (service, _) = c.JupyterHub.services
    assert service["name"] == "aispace"
    assert "command" not in service
    wanted = {"custom:aispace:read", "custom:aispace:write", "custom:aispace:admin", "access:services!service=aispace"}
    assert wanted | {"self"} == set(role(c, "user")["scopes"])
    assert wanted == set(c.Spawner.oauth_client_allowed_scopes)
    assert wanted < set(c.Spawner.server_token_scopes)
    assert "access:servers!server" in c.Spawner.server_token_scopes
    assert c.Spawner.environment["AISPACE_URL"].endswith("/services/aispace")


def test_settings_before_the_call_are_kept(home: Path) -> None:
    c = Config()
    c.JupyterHub.bind_url = "https://hub.example:443"
    c.JupyterHub.services = [{"name": "idle-culler"}]
    c.JupyterHub.load_roles = [
        {"name": "user", "scopes": ["self", "read:users:name"]},
        {"name": "culler", "scopes": ["list:users"], "services": ["idle-culler"]},
    ]
    c.Spawner.environment = {"AISPACE_URL": "https://elsewhere", "MINE": "1"}
    c.Spawner.default_url = "/tree"
    c.Spawner.oauth_client_allowed_scopes.append("read:users!user")
    configure(c, home=home)
    assert c.JupyterHub.bind_url == "https://hub.example:443"
    assert [service["name"] for service in c.JupyterHub.services] == ["idle-culler", "aispace", "aispace-supervisor"]
    assert role(c, "user")["scopes"][:2] == ["self", "read:users:name"]
    assert "custom:aispace:write" in role(c, "user")["scopes"]
    assert role(c, "culler")["services"] == ["idle-culler"]
    assert c.Spawner.environment["AISPACE_URL"] == "https://elsewhere"
    assert c.Spawner.environment["MINE"] == "1"
    assert c.Spawner.default_url == "/tree"
    assert "custom:aispace:read" in c.Spawner.oauth_client_allowed_scopes.get_value([])
    assert "read:users!user" in c.Spawner.oauth_client_allowed_scopes.get_value([])


def test_hook_for_scopes_is_wrapped(home: Path) -> None:
    c = Config()
    c.Spawner.server_token_scopes = lambda spawner: [f"read:users!user={spawner}"]
    configure(c, home=home)
    scopes = c.Spawner.server_token_scopes("li")
    assert scopes[0] == "read:users!user=li"
    assert "custom:aispace:read" in scopes


def test_second_call_changes_nothing(home: Path) -> None:
    c = Config()
    configure(c, home=home)
    before = repr(c)
    configure(c, home=home)
    assert repr(c) == before


def test_settings_after_the_call_win(home: Path) -> None:
    c = Config()
    configure(c, home=home)
    c.Spawner.http_timeout = 5
    c.JupyterHub.services.append({"name": "mine"})
    assert c.Spawner.http_timeout == 5
    assert len(c.JupyterHub.services) == 3
