"""Build hook: the wheel carries the built front end; an editable install carries links to it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "style", "schema", "package-lock.json", "build.mjs", "tsconfig.json")
SHARED = {
    "labextension/dist": "share/jupyter/labextensions/@aispace/labextension",
    "widgets/ipython-config/ipython_config.py": "etc/ipython/ipython_config.py",
    "server_extension/jupyter-config/aispace.json": "etc/jupyter/jupyter_server_config.d/aispace.json",
}


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Build the front end when it is missing or older than its sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run npm where needed and add the shared data of a wheel."""
        if version == "editable":
            return
        root = Path(self.root) / "labextension"
        done = root / "dist" / "install.json"
        newest = max(
            (p.stat().st_mtime for name in SOURCES for p in [root / name, *(root / name).rglob("*")] if p.exists()),
            default=0.0,
        )
        if not done.exists() or done.stat().st_mtime < newest:
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=root, check=True)
            subprocess.run(["npm", "run", "build"], cwd=root, check=True)
        if self.target_name == "wheel":
            build_data["shared_data"].update(SHARED)
