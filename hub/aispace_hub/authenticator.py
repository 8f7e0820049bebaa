"""Sign-in with AI Space's own accounts."""

from __future__ import annotations

from typing import Any

from aispace_spawner.internal_client import InternalClient, Refused, ServeAway
from jupyterhub import orm
from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Instance, default

AWAY = "Signing in does not work right now: the AI Space service is away. It is being restarted; try again in a moment."


class AISpaceAuthenticator(Authenticator):  # type: ignore[misc]  # JupyterHub has no types
    """Asks `aispace serve` whether name and password are right; keeps no account of its own.

    Everybody whom serve accepts may enter (``allow_all``); who is disabled there is refused at the next check, at
    the latest ``auth_refresh_age`` seconds later. When serve is away nobody signs in, and whoever is signed in stays.
    """

    client = Instance(InternalClient)

    @default("client")
    def _default_client(self) -> InternalClient:
        return InternalClient.from_environment()

    @default("allow_all")
    def _default_allow_all(self) -> bool:
        return True

    @default("auth_refresh_age")
    def _default_refresh_age(self) -> int:
        return 60

    @default("refresh_pre_spawn")
    def _default_refresh_pre_spawn(self) -> bool:
        return True

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """Check a name and a password.

        Parameters
        ----------
        handler : jupyterhub.handlers.BaseHandler or None
            The request, whose address counts failures.
        data : dict
            The sign-in form: ``username`` and ``password``.

        Returns
        -------
        dict or None
            Name, administrator flag and display name; None for a wrong name or password.

        Raises
        ------
        tornado.web.HTTPError
            429 while locked out after failures, 403 for a disabled account, 503 when serve is away.
        """
        source = handler.request.remote_ip if handler is not None else ""
        body = {"name": data.get("username", ""), "password": data.get("password", ""), "source": source}
        try:
            answer = await self.client.call("verify_login", body)
        except ServeAway as error:
            self.log.error("Nobody can sign in: aispace serve is away (%s)", error)
            raise web.HTTPError(503, AWAY) from error
        except Refused as error:
            if error.status in {401, 404, 422}:
                return None
            raise web.HTTPError(error.status, error.message.replace("%", "%%")) from error
        known = handler.find_user(answer["name"]) if handler is not None else None
        if known is not None:
            self._close_others(known, answer)
        return self._as_hub_user(answer)

    async def refresh_user(self, user: Any, handler: Any = None) -> bool | dict[str, Any]:
        """Check that a signed-in user still may be here, and what he is.

        Returns
        -------
        bool or dict
            False for a disabled or deleted account and where its sessions were closed, True while serve is away, else
            the current administrator flag.
        """
        try:
            answer = await self.client.call("user_state", {"name": user.name})
        except ServeAway:
            return True
        except Refused as error:
            return error.status >= 500
        if not answer["enabled"] or self._close_others(user, answer):
            return False
        return {"name": user.name, "admin": answer["role"] == "administrator"}

    def _close_others(self, user: Any, answer: dict[str, Any]) -> bool:
        """End the sessions that began before serve closed all of an account; tell whether there was anything to end.

        The cookie of all browsers names the ``cookie_id``; the tokens of pages and servers name a session. Tokens
        without one were made by the user, or are those of his servers, and stay.
        """
        info = user.orm_user.user_info or {}
        if info.get("sessions", 0) == answer["sessions"]:
            return False
        row = user.orm_user
        row.user_info = {**info, "sessions": answer["sessions"]}
        row.cookie_id = orm.new_token()
        for token in user.db.query(orm.APIToken).filter_by(user_id=row.id):
            if token.session_id:
                user.db.delete(token)
        user.db.commit()
        self.log.info("All sessions of %s are closed", user.name)
        return True

    def _as_hub_user(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": answer["name"],
            "admin": answer["role"] == "administrator",
            "user_info": {
                "name": answer["name"],
                "display_name": answer.get("display_name") or answer["name"],
                "sessions": answer["sessions"],
            },
        }
