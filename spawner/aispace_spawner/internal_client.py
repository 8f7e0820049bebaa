"""Calls of the hub's own process to the internal listener of `aispace serve`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest


class ServeAway(Exception):
    """`aispace serve` does not answer."""


class Refused(Exception):
    """`aispace serve` answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    code, message : str
        As in the REST errors.
    details : dict
        Fields and parameters.
    """

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


class InternalClient:
    """Client of the internal listener.

    Parameters
    ----------
    url : str
        Its base address, on loopback.
    token : str
        The secret that hub and serve share.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.token = token

    @classmethod
    def from_environment(cls) -> InternalClient:
        """Make a client from ``AISPACE_HOME`` and ``AISPACE_INTERNAL_URL``.

        Raises
        ------
        ServeAway
            When this process was not started by `aispace up`.
        """
        try:
            home = Path(os.environ["AISPACE_HOME"])
            return cls(os.environ["AISPACE_INTERNAL_URL"], (home / "secrets" / "internal_token").read_text().strip())
        except (KeyError, OSError) as error:
            raise ServeAway("AISPACE_HOME and AISPACE_INTERNAL_URL do not lead to a running platform") from error

    async def call(self, operation: str, body: dict[str, Any], *, limit: float = 8.0) -> dict[str, Any]:
        """Call one operation.

        Parameters
        ----------
        operation : str
            Its name, for instance ``"verify_login"``.
        body : dict
            Sent as JSON.
        limit : float
            Seconds to wait for the answer.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        ServeAway
            When nobody answers in time.
        Refused
            When the answer is an error.
        """
        request = HTTPRequest(
            f"{self.url}/internal/{operation}",
            method="POST",
            body=json.dumps(body),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            connect_timeout=3,
            request_timeout=limit,
            follow_redirects=False,
        )
        try:
            response = await AsyncHTTPClient().fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            raise ServeAway(str(error)) from error
        if response.code == 599:
            raise ServeAway(str(response.error))
        try:
            answer = json.loads(response.body or b"{}")
        except ValueError as error:
            raise ServeAway(f"the internal listener answered HTTP {response.code} without JSON") from error
        if response.code >= 400:
            problem = answer.get("error", {})
            raise Refused(
                response.code,
                problem.get("code", "unknown"),
                problem.get("message", f"HTTP {response.code}"),
                problem.get("details", {}),
            )
        return dict(answer)
