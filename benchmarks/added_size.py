"""What AI Space adds to an environment with JupyterLab and ipywidgets, in bytes on disk: one JSON line.

The figure is that of the files that are installed; ``with_bytecode`` counts what Python makes of them too (pip at once,
others when a module is first used).

``python benchmarks/added_size.py [wheel]``; without one the wheel is built first. Anchor: the environment without us.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET_MB = 60.0
NEIGHBOURS = ("jupyterlab==4.6.6", "ipywidgets>=8.1.9,<9")
MB = 1e6


def find_uv() -> str:
    """Find uv beside this Python or on the path."""
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise SystemExit("uv is missing: pip install uv")
    return found


def build_wheel(target: Path) -> Path:
    """Build the wheel of this checkout."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (wheel,) = target.glob("*.whl")
    return wheel


def make_environment(place: Path, *wanted: str, link_mode: str = "copy") -> None:
    """Make an environment; with "copy" it shares no file with a cache."""
    uv = find_uv()
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
    install = [uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--link-mode", link_mode]
    subprocess.run([*install, "--python", str(place), *wanted], check=True)


def size(folder: Path) -> int:
    """Add up the bytes of all files below a folder; a file with several names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for path, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(path, name))
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def compile_all(place: Path) -> None:
    """Make the bytecode of everything; a few files of packages are templates and no Python."""
    command = [str(place / "bin" / "python"), "-m", "compileall", "-q", "-j", "0", str(place / "lib")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def packages(place: Path) -> dict[str, int]:
    """Give the bytes of each installed distribution."""
    (site,) = place.glob("lib/python*/site-packages")

    def bytes_of(one: Distribution) -> int:
        files = {Path(str(one.locate_file(file))) for file in one.files or ()}
        return sum(path.lstat().st_size for path in files if path.exists())

    return {one.metadata["Name"]: bytes_of(one) for one in distributions(path=[str(site)])}


def measure(wheel: Path | None, folder: Path) -> dict[str, object]:
    """Make both environments and compare them."""
    wheel = wheel or build_wheel(folder)
    make_environment(folder / "without", *NEIGHBOURS)
    make_environment(folder / "with", *NEIGHBOURS, str(wheel))
    without, with_us = size(folder / "without"), size(folder / "with")
    added = (with_us - without) / MB
    sizes = packages(folder / "with")
    before = packages(folder / "without")
    new = {name: size for name, size in sizes.items() if name not in before}
    largest = dict(sorted(((name, round(size / MB, 1)) for name, size in new.items()), key=lambda pair: -pair[1])[:8])
    for place in ("without", "with"):
        compile_all(folder / place)
    with_bytecode = (size(folder / "with") - size(folder / "without")) / MB
    return {
        "row": "added_size",
        "figure": round(added, 1),
        "unit": "MB on disk, added to JupyterLab and ipywidgets",
        "target": TARGET_MB,
        "ratio": round(TARGET_MB / added, 2),
        "with_bytecode": round(with_bytecode, 1),
        "without": round(without / MB, 1),
        "wheel": round(wheel.stat().st_size / MB, 2),
        "largest": largest,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None, Path(temporary))))
