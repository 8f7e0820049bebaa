"""The wire between a panel that JupyterLab draws and the kernel that made it.

A live panel needs no kernel, but a model in the loop does: the panel opens a comm to `TARGET` and names the link; a
kernel that does not know it (it was restarted) closes the comm, and the panel says that the cell must run again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from comm import get_comm_manager
from IPython.core.getipython import get_ipython

TARGET: Final = "aispace.panel"
Handler = Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], None]
"""Called in a thread with a message of the panel and a function that answers."""

_handlers: dict[str, Handler] = {}
_known: set[int] = set()


def offer(link: str, handler: Handler) -> None:
    """Let panels that name a link talk to a handler."""
    _handlers[link] = handler
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    manager = get_comm_manager()
    if id(manager) not in _known:
        manager.register_target(TARGET, _opened)
        _known.add(id(manager))


def _opened(comm: Any, message: dict[str, Any]) -> None:
    handler = _handlers.get(str(message["content"]["data"].get("link")))
    if handler is None:
        comm.close()
        return
    comm.on_msg(lambda said: _run(comm, handler, said["content"]["data"]))
    comm.send({"op": "ready"})


def _run(comm: Any, handler: Handler, said: dict[str, Any]) -> None:
    # In a thread: the notebook goes on while the model looks at samples.
    threading.Thread(target=handler, args=(said, comm.send), name="aispace-panel", daemon=True).start()
