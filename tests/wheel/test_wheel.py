"""The wheel, installed into an empty environment on a machine without Node, is complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"aispace", "aispace_hub", "aispace_runtime", "aispace_server", "aispace_spawner", "aispace_widgets"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def run(*command: str | Path, **environment: str) -> str:
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel; its PATH holds a shell and nothing that could build anything."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert uv is not None
    run(uv, "venv", "--quiet", "--python", sys.executable, place)
    run(uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", place, f"{wheel}[lab,hub]")
    run(uv, "pip", "check", "--python", place)
    return place


def inside(environment: Path, *command: str) -> str:
    bare = {"PATH": f"{environment}/bin:/bin", "HOME": str(environment / "home"), "JUPYTER_PATH": "", "PYTHONPATH": ""}
    return run(*command, **bare)


def test_wheel_carries_all_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if name.endswith(".py")} == PACKAGES
    for wanted in (
        "aispace/migrations/env.py",
        "aispace/py.typed",
        "aispace_hub/embedded_config.py",
        "aispace_hub/templates/chinese.js",
        "aispace_hub/static/admin/",
        "aispace_server/locale/zh_CN/",
        "aispace_server/templates/",
        ".data/data/share/jupyter/labextensions/@aispace/labextension/package.json",
        ".data/data/etc/jupyter/jupyter_server_config.d/aispace.json",
        ".data/data/etc/ipython/ipython_config.py",
    ):
        assert any(wanted in name for name in names), wanted
    for unwanted in ("node_modules", "tests/", ".map.tmp", "__pycache__"):
        assert not any(unwanted in name for name in names), unwanted


def test_server_extension_is_enabled_by_install(environment: Path) -> None:
    said = inside(environment, f"{environment}/bin/jupyter", "server", "extension", "list")
    assert "aispace_server" in said
    assert "OK" in said.partition("aispace_server")[2].partition("\n\n")[0]


def test_labextension_is_enabled_by_install(environment: Path) -> None:
    said = inside(environment, f"{environment}/bin/jupyter", "labextension", "list")
    assert "@aispace/labextension" in said
    line = next(line for line in said.splitlines() if "@aispace/labextension" in line)
    assert "enabled" in line
    assert "OK" in line


def test_command_line_runs(environment: Path) -> None:
    assert "usage" in inside(environment, f"{environment}/bin/aispace", "--help").lower()


def test_chinese_is_found_by_jupyterlab(environment: Path) -> None:
    script = (
        "from jupyterlab_server.translation_utils import get_language_pack\n"
        "pack, message = get_language_pack('zh_CN')\n"
        "print('aispace' in pack, message)\n"
    )
    assert inside(environment, f"{environment}/bin/python", "-c", script).startswith("True")
