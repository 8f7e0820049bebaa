"""The fork server: a small process that has everything imported and turns a plan into a supervisor in a millisecond.

It reads plans from a socket and ends when the socket closes; the supervisors live on. It holds no state: when
it dies, another is started.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import struct
from typing import Any

from . import supervisor

HEADER = struct.Struct("!I")


def send(connection: socket.socket, plans: list[dict[str, Any]]) -> None:
    """Hand plans to a zygote."""
    body = json.dumps(plans).encode()
    connection.sendall(HEADER.pack(len(body)) + body)


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def main(descriptor: int) -> None:
    """Serve until the other end closes.

    Parameters
    ----------
    descriptor : int
        A stream socket.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, supervisor.WATCHED)
    # Supervisors that end are reaped by the kernel.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o022)
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    gc.collect()
    gc.freeze()
    gc.disable()
    while header := _exactly(connection, HEADER.size):
        body = _exactly(connection, HEADER.unpack(header)[0])
        if not body:
            return
        for plan in json.loads(body):
            supervisor.fork(plan, connection)
