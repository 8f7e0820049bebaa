"""The wheel, installed into an empty environment on a machine without Node, is complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import laptop_size
import pytest
from conditions import until

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


def uv() -> str:
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel alone; its PATH holds a shell and nothing that could build anything."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    run(uv(), "venv", "--quiet", "--python", sys.executable, place)
    run(uv(), "pip", "install", "--quiet", "--only-binary", ":all:", "--python", place, wheel)
    run(uv(), "pip", "check", "--python", place)
    return place


def inside(environment: Path, *command: str) -> str:
    return run(*command, **bare(environment), HOME=str(environment / "home"))


def bare(environment: Path) -> dict[str, str]:
    return {"PATH": f"{environment}/bin:/bin", "JUPYTER_PATH": "", "PYTHONPATH": ""}


def test_wheel_carries_all_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if name.endswith(".py") and ".data/" not in name} == PACKAGES
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


SUBMIT = """
import sys, time
from pathlib import Path
from aispace.client import AISpaceClient

folder = Path(sys.argv[1])
code = folder / "code"
code.mkdir()
(code / "main.py").write_text(
    "import os, time\\nprint('begun', flush=True)\\n"
    "while not os.path.exists(os.environ['GATE']):\\n    time.sleep(0.02)\\nprint('done')\\n"
)
with AISpaceClient() as client:
    image = client.images.create("plain", "# nothing but Python\\n", ["training"])
    image = client.images.wait(image.id, timeout=300)
    algorithm = client.algorithms.create("waits", code, run_command="python main.py", image_id=image.id)
    spec = client.specs.cheapest("training")
    job = client.jobs.submit("waits", algorithm.id, spec.id, environment={"GATE": str(folder / "gate")})
    while "begun" not in client.jobs.log(job.id, "V0001").text:
        time.sleep(0.05)
    print(job.id)
"""


def test_laptop_size_needs_nothing_but_the_wheel(environment: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="aispace-wheel-"))
    env = {**laptop_size.environment(place / "state", place), **bare(environment)}
    python = str(environment / "bin" / "python")
    try:
        with laptop_size.jupyter_lab(env, place, python) as lab:
            with lab.client() as http:
                assert http.get("/version").json()["size"] == "laptop"
                assert "@aispace/labextension" in http.get(f"{lab.url}/lab").text
            # A kernel of this environment reaches the same platform; what builds runtimes is brought along.
            submitted = subprocess.run(
                [python, "-c", SUBMIT, str(place)], env=env, cwd=place, capture_output=True, text=True, check=False
            )
            assert submitted.returncode == 0, submitted.stderr
            job = submitted.stdout.split()[-1]
            lab.close()
        with laptop_size.jupyter_lab(env, place, python) as lab, lab.client() as http:

            def status() -> str:
                return str(http.get(f"/training-jobs/{job}/runs/V0001").json()["status"])

            assert status() == "running", "closing JupyterLab stops no job"
            (place / "gate").touch()
            until(lambda: status() == "succeeded", 60)
        doctor = subprocess.run(
            [f"{environment}/bin/aispace", "doctor"], env=env, cwd=place, capture_output=True, text=True, check=False
        )
        assert doctor.returncode == 0, doctor.stdout
        assert "answers, process" in doctor.stdout
    finally:
        laptop_size.end_all(place)
        shutil.rmtree(place, ignore_errors=True)


def test_hub_of_the_same_wheel(environment: Path, wheel: Path) -> None:
    run(uv(), "pip", "install", "--quiet", "--only-binary", ":all:", "--python", environment, f"{wheel}[lab,hub]")
    run(uv(), "pip", "check", "--python", environment)
    assert "--gateway-port" in inside(environment, f"{environment}/bin/aispace", "up", "--help")
