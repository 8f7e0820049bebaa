"""A real kernel, driven by nbclient."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook


class Notebook:
    """A notebook with its kernel.

    Parameters
    ----------
    folder : pathlib.Path
        Working folder of the kernel.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.node = new_notebook()
        self.client = NotebookClient(
            self.node, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        self._open: Any = None

    def __enter__(self) -> Notebook:
        self._open = self.client.setup_kernel()
        self._open.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.__exit__(None, None, None)

    def run(self, code: str) -> NotebookNode:
        """Execute a cell; a cell that fails keeps its error among the outputs."""
        self.node.cells.append(new_code_cell(code))
        try:
            return self.client.execute_cell(self.node.cells[-1], len(self.node.cells) - 1)
        except CellExecutionError:
            return self.node.cells[-1]

    def text(self, code: str) -> str:
        """Execute a cell and give all that it shows, as text."""
        return said(self.run(code))

    def complete(self, code: str) -> list[str]:
        """Press Tab at the end of a line."""
        kernel: Any = self.client.kc

        async def ask() -> Any:
            return await kernel.complete(code, len(code), reply=True, timeout=60)

        return list(run_sync(ask)()["content"]["matches"])

    def interrupt(self) -> None:
        """Press the stop button."""
        manager: Any = self.client.km
        os.kill(manager.provisioner.process.pid, signal.SIGINT)


def said(cell: NotebookNode) -> str:
    """Give the outputs of a cell as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append("\n".join(output.traceback))
        else:
            parts.append(output.data.get("text/plain", ""))
    return "\n".join(parts)


def shown(cell: NotebookNode, kind: str) -> list[Any]:
    """Give what the outputs of a cell have in one form."""
    return [output.data[kind] for output in cell.outputs if "data" in output and kind in output.data]


def write(nb: NotebookNode, path: Path) -> None:
    """Save a notebook."""
    nbformat.write(nb, path)
