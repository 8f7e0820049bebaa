"""Starts users' Jupyter servers on this machine, as workloads of AI Space."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aispace.notebooks.schemas import NotebookOptions, NotebookState, SpawnForm
from aispace.users.uids import separate_uids
from jupyterhub.spawner import Spawner, SpawnException
from jupyterhub.utils import url_path_join
from tornado import web
from traitlets import Float, Instance, default

from .form import OptionsError, language_of, read_form, render, validate
from .internal_client import InternalClient, Refused, ServeAway

SECRET_VARIABLES = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")
AWAY = (
    "Not started. The AI Space service is away, so it cannot be told what you may use. "
    "It is being restarted; try again in a moment."
)
AWAY_SECONDS = 60.0
"""How long serve may be away while a server starts or stops."""
PHASES = {
    "scheduled": (5, "Waiting for its time"),
    "queued": (10, "Waiting for free resources"),
    "starting": (40, "Starting the server"),
    "running": (80, "The server runs; waiting for Jupyter to answer"),
}


class AISpaceLocalSpawner(Spawner):  # type: ignore[misc]  # JupyterHub has no types
    """A user's server is a workload: `aispace serve` admits it, its engine runs it, this class only asks.

    So a server outlives the hub, is metered, queued and limited like everything else that runs, and is found again
    after a restart by the workload's id.
    """

    client = Instance(InternalClient)
    poll_seconds = Float(0.2, help="How often a starting or stopping server is looked at, in seconds.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.workload_id = ""
        self._last_state: NotebookState | None = None

    @default("client")
    def _default_client(self) -> InternalClient:
        return InternalClient.from_environment()

    # Options

    @default("options_form")
    def _default_options_form(self) -> Any:
        return type(self).make_form

    @default("options_from_form")
    def _default_options_from_form(self) -> Any:
        return self._read_form

    @default("apply_user_options")
    def _default_apply_user_options(self) -> Any:
        return type(self)._check_options

    async def make_form(self) -> str:
        """Write the spawn form, with what is free now.

        Raises
        ------
        tornado.web.HTTPError
            503 when serve is away.
        """
        body = {"user": self.user.name, "server_name": self.name}
        try:
            form = SpawnForm.model_validate(await self.client.call("spawn_form", body))
        except ServeAway as error:
            raise web.HTTPError(503, AWAY) from error
        except Refused as error:
            raise web.HTTPError(error.status, error.message.replace("%", "%%")) from error
        request = getattr(self.handler, "request", None)
        return render(form, language_of(request.headers.get("Accept-Language") if request else None))

    def _read_form(self, form_data: Mapping[str, list[Any]]) -> dict[str, Any]:
        try:
            return read_form(form_data)
        except OptionsError as error:
            raise SpawnException(f"Not started. {error}", reason="invalid_options") from error

    @staticmethod
    def _check_options(spawner: AISpaceLocalSpawner, user_options: Mapping[str, Any]) -> None:
        spawner._options(user_options)

    def _options(self, user_options: Mapping[str, Any]) -> NotebookOptions:
        try:
            return validate(user_options)
        except OptionsError as error:
            raise SpawnException(f"Not started. {error}", reason="invalid_options") from error

    # State that outlives the hub

    def load_state(self, state: dict[str, Any]) -> None:
        """Remember the workload after a restart of the hub."""
        super().load_state(state)
        self.workload_id = state.get("workload_id", "")

    def get_state(self) -> dict[str, Any]:
        """Give what the hub stores: the workload's id."""
        state: dict[str, Any] = super().get_state()
        if self.workload_id:
            state["workload_id"] = self.workload_id
        return state

    def clear_state(self) -> None:
        """Forget the workload, before a new start."""
        super().clear_state()
        self.workload_id = ""
        self._last_state = None

    # Life of a server

    def get_env(self) -> dict[str, str]:
        """Give the server's environment; the port is filled in by the engine."""
        env = {name: str(value) for name, value in super().get_env().items() if value is not None}
        base_url = self.server.base_url if self.server else "/"
        env["JUPYTERHUB_SERVICE_URL"] = f"http://127.0.0.1:{{port:http}}{base_url}"
        for name in ("HOME", "USER", "LOGNAME", "SHELL", "AISPACE_INTERNAL_URL", "CONFIGPROXY_AUTH_TOKEN"):
            env.pop(name, None)
        return env

    async def start(self) -> tuple[str, int]:
        """Have a workload admitted and wait until it runs.

        Returns
        -------
        tuple of str and int
            Host and port of the server.

        Raises
        ------
        jupyterhub.spawner.SpawnException
            Serve refused (its reason is given), the server ended early, or serve is away (503).
        """
        options = self._options(self.user_options)
        env = self.get_env()
        body = {
            "user": self.user.name,
            "server_name": self.name,
            "options": options.model_dump(exclude_none=True),
            "command": [*self.cmd, *self.get_args(), *_root_arguments()],
            "env": {name: value for name, value in env.items() if name not in SECRET_VARIABLES},
            "secret_env": {name: env[name] for name in SECRET_VARIABLES if name in env},
        }
        try:
            self.workload_id = (await self.client.call("admit_notebook", body))["workload_id"]
            state = await self._wait(lambda s: s.ended or (s.status == "running" and s.port is not None))
        except ServeAway as error:
            raise SpawnException(AWAY, reason="serve_away", status_code=503, log_message=f"{AWAY} {error}") from error
        except Refused as error:
            raise SpawnException(error.message, reason=error.code, status_code=error.status) from error
        if state.ended or state.host is None or state.port is None:
            raise self._ended_early(state)
        return state.host, state.port

    def _ended_early(self, state: NotebookState) -> SpawnException:
        why = state.reason.message if state.reason and state.reason.message else f"it ended with code {state.exit_code}"
        said = " / ".join(state.log_tail[-3:])
        message = f"Not started. The server ended before it answered: {why}" + (
            f" Its last words: {said}" if said else ""
        )
        return SpawnException(message, reason="ended_early", status_code=500)

    async def _wait(self, done: Any) -> NotebookState:
        away_since: float | None = None
        while True:
            try:
                state = await self._state()
            except ServeAway:
                # The workload is admitted and goes on: serve is being restarted, and will say what became of it.
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > AWAY_SECONDS:
                    raise
            else:
                away_since = None
                if done(state):
                    return state
            await asyncio.sleep(self.poll_seconds)

    async def _state(self) -> NotebookState:
        answer = await self.client.call("notebook_state", {"workload_id": self.workload_id})
        self._last_state = NotebookState.model_validate(answer)
        return self._last_state

    async def poll(self) -> int | None:
        """Tell whether the server runs.

        Returns
        -------
        int or None
            None while it runs, also while serve is away and cannot be asked; else its exit code.
        """
        if not self.workload_id:
            return 0
        try:
            state = await self._state()
        except ServeAway:
            return None
        except Refused as error:
            return 0 if error.status == 404 else None
        return (state.exit_code or 0) if state.ended else None

    async def stop(self, now: bool = False) -> None:
        """Have the workload stopped and wait until it has ended.

        Raises
        ------
        tornado.web.HTTPError
            503 when serve is away: then the server still runs.
        """
        if not self.workload_id:
            return
        try:
            await self.client.call("release", {"workload_id": self.workload_id, "now": now})
            if not now:
                await self._wait(lambda state: state.ended)
        except Refused as error:
            if error.status != 404:
                raise
        except ServeAway as error:
            raise web.HTTPError(
                503, "Not stopped. The AI Space service is away. It is being restarted; try again in a moment."
            ) from error

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell the spawn page what the server waits for.

        Yields
        ------
        dict
            ``progress`` and ``message``, once for each change.
        """
        said = ""
        while True:
            state = self._last_state
            if state is not None and state.status in PHASES:
                number, message = PHASES[state.status]
                if state.status == "queued" and state.position:
                    message = f"{message}: number {state.position} in the queue"
                if state.spec:
                    message = f"{message} ({state.spec})"
                if message != said:
                    said = message
                    yield {"progress": number, "message": message}
            if state is not None and state.ended:
                return
            await asyncio.sleep(self.poll_seconds)

    async def get_url(self) -> str:
        """Give the server's address, also where the engine has moved it since the hub last knew.

        Returns
        -------
        str
            Without a trailing path when serve cannot be asked: what the hub remembers.
        """
        known = str(await super().get_url())
        try:
            state = await self._state()
        except (ServeAway, Refused):
            return known
        if state.host is None or state.port is None or self.server is None:
            return known
        return str(url_path_join(f"http://{state.host}:{state.port}", self.server.base_url))


def _root_arguments() -> list[str]:
    """Let Jupyter run as root where all users share root's uid, which an administrator chose (AISPACE_SHARED_UID)."""
    return ["--allow-root"] if os.geteuid() == 0 and not separate_uids() else []
