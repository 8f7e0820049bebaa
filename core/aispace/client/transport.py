"""HTTP between a client and the platform: addresses, tokens, errors, retries."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

import requests

from ..errors import AISpaceError, Invalid
from ..laptop import Laptop
from .unix import HOST, SocketAdapter, was_not_sent

RETRIES: Final = 4
"""Further tries of what may be repeated, when the platform is away for a moment."""
FIRST_PAUSE: Final = 0.2
"""Seconds before the first further try; each next pause is twice as long."""
ADDRESS: Final = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)
TIMEOUT: Final = (10.0, 120.0)
"""Seconds to connect, and between bytes."""


class RemoteError(AISpaceError):
    """The platform refused; ``code``, ``message``, ``status`` and ``details`` are its own.

    Parameters
    ----------
    status : int
        HTTP status of the answer.
    error : mapping
        The ``error`` object of the answer.
    """

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(
            str(error.get("code", "unknown")), str(error.get("message", f"HTTP status {status}")), status=status
        )
        self.details = dict(error.get("details") or {})
        self.request_id = str(error.get("request_id") or "")


class ServiceAway(AISpaceError):
    """Nobody answers at the address."""

    status = 503

    def __init__(self, url: str) -> None:
        super().__init__(
            "service_away",
            f"AI Space does not answer at {url}. Check the address (AISPACE_URL) and whether it is running.",
            params={"url": url},
        )


HUB_HERE: Final = "http://127.0.0.1:8000/services/aispace"
"""The hub of `make run` on this machine."""
SOCKET: Final = "unix://"


def default_url() -> str | None:
    """Tell where the platform is: ``AISPACE_URL``; on a hub's server that hub; None for the platform of this user."""
    return os.environ.get("AISPACE_URL") or (HUB_HERE if os.environ.get("JUPYTERHUB_API_TOKEN") else None)


def default_token() -> str | None:
    """Find a token: ``AISPACE_TOKEN``, or the one that the hub gave this server."""
    return os.environ.get("AISPACE_TOKEN") or os.environ.get("JUPYTERHUB_API_TOKEN")


class Transport:
    """A connection to one platform as one user.

    Parameters
    ----------
    url : str, optional
        Address up to, not including, ``/api/v1``; ``unix:///path/to/serve.sock`` for a socket. Where neither this nor
        the environment names one, it is the platform of this user on this machine, which is started when needed.
    token : str, optional
        Hub token or personal access token.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        found = url or default_url()
        self.laptop: Laptop | None = None
        if found is None:
            self.laptop = Laptop()
            found = self.laptop.url
        self.url = found.rstrip("/")
        self.session = requests.Session()
        if self.url.startswith(SOCKET):
            self.api = f"http://{HOST}/aispace/api/v1"
            self.session.mount(f"http://{HOST}/", SocketAdapter(self.url.removeprefix(SOCKET)))
        else:
            self.api = f"{self.url}/api/v1"
            adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=16)
            self.session.mount("http://", adapter)
            self.session.mount("https://", adapter)
        chosen = token or default_token()
        if chosen:
            self.session.headers["Authorization"] = f"token {chosen}"
        self.session.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        repeatable: bool | None = None,
    ) -> requests.Response:
        """Send one request; what may be repeated is repeated while the platform is away.

        Parameters
        ----------
        path : str
            Below ``/api/v1``, beginning with a slash.
        repeatable : bool, optional
            Default: ``GET``, ``HEAD``, and ``POST`` of JSON, which carries an idempotency key.

        Raises
        ------
        RemoteError
            The platform answered with an error.
        ServiceAway
            It did not answer.
        OtherVersion, NotStarted
            The platform of this user is of another version, or does not come up.
        """
        sent = dict(headers or {})
        if method == "POST" and data is None:
            sent.setdefault("Idempotency-Key", uuid.uuid4().hex)
        if repeatable is None:
            repeatable = method in ("GET", "HEAD") or "Idempotency-Key" in sent
        query = {key: value for key, value in (params or {}).items() if value is not None}
        pause = FIRST_PAUSE
        for attempt in range(RETRIES + 1):
            last = attempt == RETRIES or not repeatable
            if self.laptop is not None:
                self.laptop.ready()
            try:
                response = self.session.request(
                    method,
                    f"{self.api}{path}",
                    params={key: _query_value(value) for key, value in query.items()},
                    json=json,
                    data=data,
                    headers=sent,
                    stream=stream,
                    timeout=TIMEOUT,
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                if self.laptop is not None:
                    self.laptop.forget()
                    if was_not_sent(error) and attempt < RETRIES:
                        continue  # it is started again
                if last:
                    raise ServiceAway(self.url) from error
            except ADDRESS as error:
                raise Invalid("url", f"{self.url!r} is no address of AI Space: {error}") from None
            else:
                if response.status_code != 503 or last:
                    return _checked(response)
                response.close()
            time.sleep(pause)  # each time longer: it may be starting
            pause *= 2
        raise ServiceAway(self.url)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and give the JSON of the answer, or ``None`` for an empty one."""
        response = self.send(method, path, **options)
        return response.json() if response.content else None

    def chunks(self, path: str, params: Mapping[str, Any] | None = None, size: int = 1 << 20) -> Iterator[bytes]:
        """Stream the bytes of a download."""
        with self.send("GET", path, params=params, stream=True) as response:
            try:
                yield from response.iter_content(size)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                raise ServiceAway(self.url) from error


def _query_value(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _checked(response: requests.Response) -> requests.Response:
    if response.status_code < 400:
        return response
    error: Mapping[str, Any] = {}
    try:
        body = response.json()
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            error = body["error"]
    except ValueError:
        error = {}
    if not error and response.status_code in (502, 503, 504):
        raise ServiceAway(response.url.partition("/api/v1")[0])
    if not error:
        error = {"code": f"http_{response.status_code}", "message": f"The answer of {response.url} was HTTP "
                 f"{response.status_code} {response.reason}, which is not an answer of AI Space."}  # fmt: skip
    raise RemoteError(response.status_code, error)
