"""From nothing to the first panel on the screen: a new environment, the wheel, `jupyter lab`, a browser. One JSON line.

``python benchmarks/first_panel.py [wheel]``; without one the wheel is built first, which is not counted. Package caches
are as they are.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from added_size import build_wheel, make_environment
from playwright.sync_api import expect, sync_playwright

TARGET = 60.0
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
TOKEN = "bench"


def free_port() -> int:
    """Find a port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether JupyterLab answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def end(home: Path) -> None:
    """End what runs from a home."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(str(home) in part for part in process.cmdline()) or process.environ().get("AISPACE_HOME") == str(
                home
            ):
                process.send_signal(signal.SIGKILL)


def measure(wheel: Path | None, folder: Path) -> dict[str, object]:
    """Do what a person does who begins."""
    wheel = wheel or build_wheel(folder)
    venv, home, port = folder / "venv", folder / "state", free_port()
    begin = time.perf_counter()
    make_environment(venv, str(wheel), link_mode="hardlink")
    installed = time.perf_counter()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AISPACE_", "JUPYTER", "PYTHONPATH"))}
    lab = subprocess.Popen(
        [venv / "bin" / "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
         f"--IdentityProvider.token={TOKEN}"],
        env={**clean, "HOME": str(folder), "AISPACE_HOME": str(home), "PATH": f"{venv}/bin:{os.environ['PATH']}"},
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not answers(port):
            if lab.poll() is not None:
                raise SystemExit("jupyter lab ended")
            time.sleep(0.05)  # before it listens there is nothing that could tell
        started = time.perf_counter()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"http://127.0.0.1:{port}/lab?token={TOKEN}")
            tab = page.locator('.jp-SideBar [data-id="aispace-sidebar"]')
            tab.click(timeout=60_000)
            # It is drawn when it shows what only the platform knows: that there is one algorithm already.
            tree = page.locator("#aispace-sidebar").get_by_role("treeitem", name=re.compile("^Algorithms [1-9]"))
            expect(tree).to_be_visible(timeout=60_000)
            shown = time.perf_counter()
            if len(sys.argv) > 2:
                page.screenshot(path=sys.argv[2])
            browser.close()
    finally:
        lab.terminate()
        lab.wait(20)
        end(home)
    total = shown - begin
    return {
        "row": "first_panel",
        "figure": round(total, 1),
        "unit": "s from nothing to the first panel",
        "target": TARGET,
        "ratio": round(TARGET / total, 2),
        "install": round(installed - begin, 1),
        "start": round(started - installed, 1),
        "panel": round(shown - started, 1),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        print(json.dumps(measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None, Path(temporary))))
