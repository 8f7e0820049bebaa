"""Configuration of a JupyterHub for AI Space: ``configure(c)`` in ``jupyterhub_config.py``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from traitlets.config.loader import LazyConfigValue

from .home import Home

SERVICE = "aispace"
TEMPLATES = Path(__file__).with_name("templates")
SCOPES: dict[str, dict[str, Any]] = {
    "custom:aispace:read": {"description": "See the datasets, jobs, models and services that the user may see"},
    "custom:aispace:write": {
        "description": "Create, change and run what the user may create, change and run",
        "subscopes": ["custom:aispace:read"],
    },
    "custom:aispace:admin": {
        "description": "Administer AI Space, if the user is an administrator there",
        "subscopes": ["custom:aispace:write"],
    },
}
ACCESS = f"access:services!service={SERVICE}"
USER_SCOPES = [ACCESS, *SCOPES]
SERVER_SCOPES = ["users:activity!user", "access:servers!server", *USER_SCOPES]


def configure(c: Any, *, home: Path | str | None = None) -> None:
    """Add AI Space to a hub's configuration.

    Lists and dictionaries are extended, hooks and classes that the administrator chose are kept: call it first or
    last, it never overwrites.

    Parameters
    ----------
    c : traitlets.config.Config
        The configuration being loaded.
    home : path, optional
        ``AISPACE_HOME``; default from the environment, else ``./var``.
    """
    place = Home(Path(home or os.environ.get("AISPACE_HOME") or "var"))
    ports: dict[str, int] = json.loads((place.run / "ports.json").read_text())
    host = os.environ.get("AISPACE_HOST", "127.0.0.1")
    serve_url = f"http://127.0.0.1:{ports['serve']}"
    os.environ.setdefault("AISPACE_HOME", str(place.path))
    os.environ.setdefault("AISPACE_INTERNAL_URL", f"http://127.0.0.1:{ports['internal']}")

    _default(c.JupyterHub, "authenticator_class", "aispace_hub.authenticator.AISpaceAuthenticator")
    _default(c.JupyterHub, "spawner_class", "aispace_spawner.local.AISpaceLocalSpawner")
    _default(c.JupyterHub, "bind_url", f"http://{host}:{ports['hub']}")
    _default(c.JupyterHub, "hub_bind_url", f"http://127.0.0.1:{ports['hub_api']}")
    _default(c.JupyterHub, "db_url", f"sqlite:///{place.path / 'hub' / 'jupyterhub.sqlite'}")
    _default(c.JupyterHub, "cookie_secret_file", str(place.path / "secrets" / "hub_cookie_secret"))
    # Users' servers are workloads and the proxy is a process of the supervisor: both outlive the hub.
    _default(c.JupyterHub, "cleanup_servers", False)
    _default(c.JupyterHub, "cleanup_proxy", False)
    _default(c.ConfigurableHTTPProxy, "should_start", False)
    _default(c.ConfigurableHTTPProxy, "api_url", f"http://127.0.0.1:{ports['proxy_api']}")
    _default(c.ConfigurableHTTPProxy, "auth_token", place.secret("proxy_token"))

    _extend_list(c.JupyterHub, "template_paths", [str(TEMPLATES)])
    _extend_dict(c.JupyterHub, "custom_scopes", SCOPES)
    _add_named(
        c.JupyterHub,
        "services",
        [
            {
                "name": SERVICE,
                "url": serve_url,
                "api_token": place.secret("service_token"),
                "oauth_client_id": f"service-{SERVICE}",
                "oauth_client_allowed_scopes": list(SCOPES),
                "oauth_no_confirm": True,
                "display": False,  # our templates have a link of their own
            },
            {"name": "aispace-supervisor", "api_token": place.secret("supervisor_token"), "display": False},
        ],
    )
    _extend_role(c, "user", "Standard user privileges", ["self", *USER_SCOPES], {})
    # Serve sees who runs what and stops the servers of users who are disabled or deleted.
    _extend_role(
        c,
        "aispace-serve",
        "The AI Space service",
        ["read:users", "read:servers", "delete:servers", "delete:users"],
        {"services": [SERVICE]},
    )
    _extend_role(
        c,
        "aispace-supervisor",
        "Tells a restarted proxy its routes",
        ["proxy"],
        {"services": ["aispace-supervisor"]},
    )

    _extend_list(c.Spawner, "oauth_client_allowed_scopes", USER_SCOPES)
    _extend_list(c.Spawner, "server_token_scopes", SERVER_SCOPES)
    _default(c.Spawner, "cmd", [sys.executable, "-m", "jupyterhub.singleuser"])
    _default(c.Spawner, "default_url", "/lab")
    _default(c.Spawner, "http_timeout", 60)
    # Long, since a server may wait in the queue for free resources.
    _default(c.Spawner, "start_timeout", 1800)
    _default(c.Spawner, "poll_interval", 5)
    _extend_dict(
        c.Spawner,
        "environment",
        {
            "AISPACE_URL": f"{serve_url}/services/{SERVICE}",
            "AISPACE_GATEWAY_URL": f"http://127.0.0.1:{ports['gateway']}",
            "AISPACE_HUB_URL": f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{ports['hub']}",  # noqa: S104
        },
    )


def _default(section: Any, name: str, value: Any) -> None:
    if name not in section:
        setattr(section, name, value)


def _extend_list(section: Any, name: str, values: list[str]) -> None:
    given = section.get(name) if name in section else []
    if isinstance(given, LazyConfigValue):
        given.extend(values)
        return
    if callable(given):
        # A hook of the administrator's: it decides, ours is added to what it answers.
        setattr(section, name, lambda spawner: [*given(spawner), *(v for v in values if v not in given(spawner))])
        return
    setattr(section, name, [*given, *(value for value in values if value not in given)])


def _extend_dict(section: Any, name: str, values: dict[str, Any]) -> None:
    given = section.get(name) if name in section else {}
    if isinstance(given, LazyConfigValue):
        given.update(values)
        return
    setattr(section, name, {**values, **given})


def _add_named(section: Any, name: str, values: list[dict[str, Any]]) -> None:
    given = section.get(name) if name in section else []
    if isinstance(given, LazyConfigValue):
        given.extend(values)
        return
    names = {item["name"] for item in given}
    setattr(section, name, [*given, *(value for value in values if value["name"] not in names)])


def _extend_role(c: Any, name: str, description: str, scopes: list[str], holders: dict[str, list[str]]) -> None:
    given = c.JupyterHub.get("load_roles") if "load_roles" in c.JupyterHub else []
    if isinstance(given, LazyConfigValue):
        given = given.get_value([])
    roles = [dict(role) for role in given]
    role = next((role for role in roles if role["name"] == name), None)
    if role is None:
        role = {"name": name, "description": description, "scopes": []}
        roles.append(role)
    role["scopes"] = [*role.get("scopes", []), *(s for s in scopes if s not in role.get("scopes", []))]
    for kind, who in holders.items():
        role[kind] = [*role.get(kind, []), *(w for w in who if w not in role.get(kind, []))]
    c.JupyterHub.load_roles = roles
