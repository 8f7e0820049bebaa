"""Rules of the house that a machine can check."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aispace import _version

ROOT = Path(__file__).resolve().parents[2]
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_source_file_is_longer_than_600_lines() -> None:
    kinds = {".py", ".ts", ".tsx", ".css"}
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix in kinds
        and "generated" not in path.parts
        and "versions" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        str(path) for path in tracked() if {part.split(".")[0] for part in path.relative_to(ROOT).parts} & VAGUE
    ] == []


def test_versions_of_the_python_and_npm_packages_are_equal() -> None:
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] == _version.__version__


def test_lock_files_carry_no_download_addresses() -> None:
    lock = (ROOT / "labextension" / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://registry" not in lock


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "XX" + "X:"])
def test_nothing_is_left_for_later(mark: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {".py", ".ts", ".tsx"} and mark in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_every_claimed_capability_exists() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "meta" / "capabilities.py"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["unknown"] == []
