"""The whole path on real data, as a user's script walks it, against a fresh hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psutil
import pytest
from aispace_hub.home import SetupProblem, check_reachable

LIMIT = 180.0
"""Seconds that the walk may take on two cores."""


@pytest.mark.timeout(600)
@pytest.mark.capability("AS2-71", "AS2-81")
def test_tour_takes_digits_from_files_to_predictions_and_cleans_up(tmp_path: object) -> None:
    environment = dict(os.environ)
    try:
        check_reachable(tmp_path)  # type: ignore[arg-type]  # the case decides it
    except SetupProblem:
        environment["AISPACE_SHARED_UID"] = "1"
    result = subprocess.run(
        [sys.executable, "-m", "aispace.cli", "tour", "--fresh", "--clean"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=500,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    lines = result.stdout.splitlines()
    assert len(lines) == 1
    figures = json.loads(lines[0])
    assert figures["accuracy"] >= 0.95
    assert figures["evaluation_accuracy"] >= 0.95
    assert figures["seconds"] <= LIMIT
    assert set(figures["steps"]) == {
        "runtime", "data", "label", "publish", "train", "model", "evaluate", "deploy", "predict", "lineage", "usage"
    }  # fmt: skip
    assert "deleted 5 of 5 objects" in result.stderr
    assert "training_job" in result.stderr
    left = [p for p in psutil.process_iter(["cmdline"]) if any("aispace-tour-" in x for x in p.info["cmdline"] or [])]
    assert left == []
