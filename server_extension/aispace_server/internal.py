"""Routes of the internal listener for the hub: sign-in, spawn form, users' servers.

The hub's proxy does not lead here; the shared secret in ``secrets/internal_token`` is the authentication.
"""

from __future__ import annotations

from aispace.notebooks.schemas import (
    AdministratorCreate,
    LoginAttempt,
    NotebookAdmit,
    NotebookRef,
    NotebookRelease,
    NotebookState,
    SpawnForm,
    SpawnFormRequest,
    UserName,
)
from aispace.schemas import Schema
from aispace.users.schemas import AccountState, PasswordGiven

from .handlers.base import InternalHandler, operation


class NamedUser(Schema):
    """A user by his name in the hub."""

    name: UserName


class Created(Schema):
    """Whether something was made."""

    created: bool


class VerifyLoginHandler(InternalHandler):
    """Whether a name and a password are right."""

    @operation(internal=True, summary="Check a name and a password", body=LoginAttempt, response=AccountState)
    async def post(self, body: LoginAttempt) -> AccountState:
        """Check a name and a password."""
        return await self.call(self.platform.users.verify_login, body.name, body.password, body.source)


class UserStateHandler(InternalHandler):
    """Who a user of the hub is."""

    @operation(internal=True, summary="Give role and state of an account", body=NamedUser, response=AccountState)
    async def post(self, body: NamedUser) -> AccountState:
        """Give role and state of an account."""
        return await self.call(self.platform.users.state, body.name)


class ResetPasswordHandler(InternalHandler):
    """Whoever rules the machine gives an account a new password."""

    @operation(internal=True, summary="Give an account a random password", body=NamedUser, response=PasswordGiven)
    async def post(self, body: NamedUser) -> PasswordGiven:
        """Give an account a random password."""
        return await self.call(self.platform.users.reset_password_of, self.principal, body.name)


class FirstAdministratorHandler(InternalHandler):
    """The first account of an installation."""

    @operation(
        internal=True,
        summary="Make the first administrator if there is none",
        body=AdministratorCreate,
        response=Created,
    )
    async def post(self, body: AdministratorCreate) -> Created:
        """Make the first administrator if there is none."""
        created = await self.call(self.platform.users.first_administrator, body.name, body.password)
        return Created(created=created)


class SpawnFormHandler(InternalHandler):
    """What a user may start a server with."""

    @operation(internal=True, summary="Give specs, prices and what is free", body=SpawnFormRequest, response=SpawnForm)
    async def post(self, body: SpawnFormRequest) -> SpawnForm:
        """Give specs, prices and what is free."""
        return await self.call(self._form, body)

    def _form(self, body: SpawnFormRequest) -> SpawnForm:
        return self.platform.notebooks.form(self.platform.users.principal_by_name(body.user), body.server_name)


class AdmitNotebookHandler(InternalHandler):
    """The hub wants a server started."""

    @operation(internal=True, summary="Admit a server and start it", body=NotebookAdmit, response=NotebookRef)
    async def post(self, body: NotebookAdmit) -> NotebookRef:
        """Admit a server and start it."""
        return await self.call(self._admit, body)

    def _admit(self, body: NotebookAdmit) -> NotebookRef:
        principal = self.platform.users.principal_by_name(body.user, request_id=self.request_id)
        return self.platform.notebooks.admit(principal, body)


class NotebookStateHandler(InternalHandler):
    """How a server is."""

    @operation(internal=True, summary="Tell how a server is", body=NotebookRef, response=NotebookState)
    async def post(self, body: NotebookRef) -> NotebookState:
        """Tell how a server is."""
        return await self.call(self.platform.notebooks.state, self.principal, body.workload_id)


class ReleaseHandler(InternalHandler):
    """The hub wants to stop a server."""

    @operation(internal=True, summary="Stop a server", body=NotebookRelease, status=204)
    async def post(self, body: NotebookRelease) -> None:
        """Stop a server."""
        await self.call(self.platform.notebooks.release, self.principal, body.workload_id)


ROUTES = [
    ("/internal/verify_login", VerifyLoginHandler),
    ("/internal/user_state", UserStateHandler),
    ("/internal/reset_password", ResetPasswordHandler),
    ("/internal/first_administrator", FirstAdministratorHandler),
    ("/internal/spawn_form", SpawnFormHandler),
    ("/internal/admit_notebook", AdmitNotebookHandler),
    ("/internal/notebook_state", NotebookStateHandler),
    ("/internal/release", ReleaseHandler),
]
