"""Where packages come from: the settings of pip and uv on this machine, as uv understands them."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Mapping
from pathlib import Path

PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
          "http_proxy", "https_proxy", "no_proxy", "all_proxy")  # fmt: skip
FROM_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
WHEELS = "AISPACE_WHEELS"
"""Folder of wheels that is used instead of an index."""


def _pip_files(environment: Mapping[str, str]) -> list[Path]:
    # Order of pip: global, user, environment; later ones win.
    home = Path(environment.get("HOME") or "~").expanduser()
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip/pip.conf", config / "pip/pip.conf"]
    files.append(Path(sys.prefix) / "pip.conf")
    if environment.get("PIP_CONFIG_FILE"):
        files.append(Path(environment["PIP_CONFIG_FILE"]))
    return files


def pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Read pip's settings of indexes: its files, then ``PIP_*``.

    Source: https://pip.pypa.io/en/stable/topics/configuration/
    """
    found: dict[str, str] = {}
    parser = configparser.RawConfigParser()
    parser.read([path for path in _pip_files(environment) if os.access(path, os.R_OK)])
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update({key: value for key, value in parser.items(section) if key in FROM_PIP})
    for key in FROM_PIP:
        value = environment.get("PIP_" + key.replace("-", "_").upper())
        if value:
            found[key] = value
    return found


def build_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of a build.

    Parameters
    ----------
    environment : mapping
        Of the platform.

    Returns
    -------
    dict
        ``UV_*`` as given, pip's settings as uv names them, certificates and proxies. It may hold credentials: it
        is handed over as secret.
    """
    env = {name: value for name, value in environment.items() if name.startswith("UV_") or name in PASSED}
    for key, value in pip_settings(environment).items():
        env.setdefault(FROM_PIP[key], " ".join(value.split()))
    wheels = environment.get(WHEELS)
    if wheels:
        env[WHEELS] = os.path.abspath(wheels)
    return env
