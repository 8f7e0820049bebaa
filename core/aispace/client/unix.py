"""HTTP over a unix socket for `requests`."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

HOST = "aispace"
"""What stands for the host in addresses."""


class SocketConnection(HTTPConnection):
    """A connection to a unix socket."""

    socket_path = ""

    def _new_conn(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
            made.connect(self.socket_path)
        except TimeoutError as error:
            made.close()
            raise ConnectTimeoutError(self, f"{self.socket_path} does not answer") from error
        except OSError as error:
            made.close()
            raise NewConnectionError(self, f"{self.socket_path}: {error.strerror}") from error
        return made


class SocketAdapter(requests.adapters.HTTPAdapter):
    """Sends requests to one unix socket, whatever their host; proxies are for hosts.

    Parameters
    ----------
    path : str or os.PathLike
        The socket.
    """

    def __init__(self, path: str | os.PathLike[str], *, connections: int = 16) -> None:
        super().__init__()
        self._pool = HTTPConnectionPool(HOST, maxsize=connections)
        self._pool.ConnectionCls = type("Connection", (SocketConnection,), {"socket_path": os.fspath(path)})

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Give the pool of the socket."""
        return self._pool

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """Give the path: no proxy is between."""
        return request.path_url

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
        super().close()


def was_not_sent(error: BaseException) -> bool:
    """Tell whether a failed request never left: nobody accepted the connection."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
