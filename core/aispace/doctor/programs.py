"""The programs around the platform: JupyterLab, its extensions, where packages come from, the browser."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests

from .._version import __version__
from ..images.indexes import WHEELS, build_environment
from .examination import Check, Finding, Patient, broken, note, ok

LABEXTENSION: Final = "@aispace/labextension"
SERVER_EXTENSION: Final = "aispace_server"
OLDEST_LAB: Final = (4, 6)
PUBLIC_INDEX: Final = "https://pypi.org/simple"
PROBE: Final = "uv"
"""The project that an index is asked for: the builder of images needs it."""


def jupyterlab(patient: Patient) -> Finding:
    """Look at the version of JupyterLab."""
    try:
        version = metadata.version("jupyterlab")
    except metadata.PackageNotFoundError:
        return broken("JupyterLab is not installed here", f"{sys.executable} -m pip install 'jupyterlab>=4.6,<5'")
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers[0] != OLDEST_LAB[0]:
        return broken(f"JupyterLab {version}", "AI Space is made for JupyterLab 4: pip install 'jupyterlab>=4.6,<5'")
    if numbers < OLDEST_LAB:
        return note(f"JupyterLab {version}", "It is made for 4.6 and newer: pip install -U 'jupyterlab>=4.6,<5'")
    return ok(f"JupyterLab {version}")


def lab_extension(patient: Patient) -> Finding:
    """Look whether JupyterLab finds our extension, in this version and switched on."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    reinstall = f"{sys.executable} -m pip install --force-reinstall --no-deps aispace=={__version__}"
    found = [path for path in (Path(p) / LABEXTENSION / "package.json" for p in jupyter_path("labextensions"))
             if path.exists()]  # fmt: skip
    if not found:
        return broken(f"{LABEXTENSION} is not installed for JupyterLab", reinstall)
    version = json.loads(found[0].read_text())["version"]
    if version != __version__:
        return broken(f"{found[0].parent} is of version {version}, the platform of {__version__}", reinstall)
    for folder in jupyter_config_path():
        with contextlib.suppress(OSError, ValueError):
            page = json.loads((Path(folder) / "labconfig" / "page_config.json").read_text())
            disabled = page.get("disabledExtensions", {})
            names = disabled if isinstance(disabled, list) else [name for name, on in disabled.items() if on]
            if any(name == LABEXTENSION or name.startswith(f"{LABEXTENSION}:") for name in names):
                return broken(f"{LABEXTENSION} is disabled in {folder}", f"jupyter labextension enable {LABEXTENSION}")
    return ok(f"{LABEXTENSION} {version} in {found[0].parent}")


def _server_configurations() -> Iterator[tuple[Path, Any]]:
    """Give Jupyter's configuration files, those that win last."""
    from jupyter_core.paths import jupyter_config_path

    for folder in reversed(jupyter_config_path()):
        files = [*sorted((Path(folder) / "jupyter_server_config.d").glob("*.json"))]
        for path in [*files, Path(folder) / "jupyter_server_config.json"]:
            with contextlib.suppress(OSError, ValueError):
                yield path, json.loads(path.read_text())


def server_extension(patient: Patient) -> Finding:
    """Look whether Jupyter's server loads our extension."""
    enabled: Any = None
    where = Path()
    for path, content in _server_configurations():
        extensions = content.get("ServerApp", {}).get("jpserver_extensions", {}) if isinstance(content, dict) else {}
        if SERVER_EXTENSION in extensions:
            enabled, where = extensions[SERVER_EXTENSION], path
    remedy = f"jupyter server extension enable {SERVER_EXTENSION}"
    if importlib.util.find_spec(SERVER_EXTENSION) is None:
        return broken(f"{SERVER_EXTENSION} cannot be imported", f"{sys.executable} -m pip install aispace")
    if enabled is None:
        return broken(f"no configuration of Jupyter names {SERVER_EXTENSION}", remedy)
    if not enabled:
        return broken(f"{where} disables {SERVER_EXTENSION}", remedy)
    return ok(f"enabled by {where}")


def _public(url: str) -> str:
    """Write an address without what is secret in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _wheels(folder: str) -> int:
    return sum(1 for name in os.listdir(folder) if name.endswith(".whl"))


def package_index(patient: Patient) -> Finding:
    """Ask where packages of runtimes come from."""
    settings = build_environment(patient.environment)
    folder = settings.get(WHEELS)
    if folder:
        try:
            count = _wheels(folder)
        except OSError as error:
            return broken(f"{WHEELS}={folder}: {error.strerror}", f"Name a folder of wheels in {WHEELS}, or unset it.")
        if not count:
            return broken(f"{WHEELS}={folder} holds no wheel", f"Put wheels there (pip download -d {folder} ...).")
        return ok(f"{count} wheels in {folder}")
    index = settings.get("UV_DEFAULT_INDEX") or settings.get("UV_INDEX_URL") or PUBLIC_INDEX
    remedy = (
        "Runtimes cannot be built. Check the network, proxy (HTTPS_PROXY) and certificates (SSL_CERT_FILE), set the "
        f"index (UV_DEFAULT_INDEX or pip.conf), or name a folder of wheels in {WHEELS}."
    )
    try:
        response = patient.get(_public(index), f"{index.rstrip('/')}/{PROBE}/")
        response.close()
    except requests.RequestException as error:
        return broken(f"{_public(index)} cannot be reached ({type(error).__name__})", remedy)
    if response.status_code in (401, 403, 407):
        return broken(
            f"{_public(index)} answers {response.status_code}", "Check name and password of the index. " + remedy
        )
    if response.status_code >= 400 and response.status_code != 404:
        return broken(f"{_public(index)} answers {response.status_code}", remedy)
    return ok(f"{_public(index)} answers")


def builder(patient: Patient) -> Finding:
    """Look for what builds runtimes."""
    beside = Path(sys.executable).with_name("uv")
    tools = patient.home / "tools" / "bin"
    found = str(beside) if beside.exists() else shutil.which("uv") or shutil.which("uv", path=str(tools))
    if found:
        return ok(found)
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        return broken(
            "neither uv nor venv is there",
            f"{sys.executable} -m pip install uv    (or install python3-venv of your system)",
        )
    return ok("uv is not there; the first build installs it for itself")


def browser(patient: Patient) -> Finding:
    """Say which browsers do."""
    which = "Chrome, Edge, Firefox or Safari of the last two years"
    try:
        webbrowser.get()
    except webbrowser.Error:
        return ok(f"none on this machine: open the address that is printed from another one, with {which}")
    return ok(f"{which} will do; see to it that yours is one")


CHECKS: list[tuple[str, Check]] = [
    ("jupyterlab", jupyterlab),
    ("lab-extension", lab_extension),
    ("server-extension", server_extension),
    ("package-index", package_index),
    ("builder", builder),
    ("browser", browser),
]
