"""Routes of the internal listener for the gateway: routes of services, whose a token is, counts of calls."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aispace.errors import Forbidden, Unauthenticated
from aispace.serving.access import PREFIX as SERVICE_TOKEN
from aispace.serving.schemas import CallReport, Routes, RoutesQuery, TokenQuestion, TokenVerdict
from tornado.web import RequestHandler

from .auth import AccessTokenAuthenticator, Authenticator
from .handlers.base import InternalHandler, operation

# A gateway's long poll holds a thread: those of requests are not for that.
_waiting = ThreadPoolExecutor(8, thread_name_prefix="aispace-routes")


class RoutesHandler(InternalHandler):
    """Where services are."""

    @operation(internal=True, summary="Give the routes once they have changed", query=RoutesQuery, response=Routes)
    async def get(self, query: RoutesQuery) -> Routes:
        """Give the routes once they have changed."""
        wait = self.platform.serving.routing.wait
        return await asyncio.get_running_loop().run_in_executor(
            _waiting, wait, query.gateway, query.address, query.after, query.wait
        )


class VerifyTokenHandler(InternalHandler):
    """Who calls."""

    @operation(
        internal=True,
        summary="Tell whether a token's user may call a service",
        body=TokenQuestion,
        response=TokenVerdict,
    )
    async def post(self, body: TokenQuestion) -> TokenVerdict:
        """Tell whether a token's user may call a service.

        Asked are the ``token_authenticators`` of the application: those that know tokens, never the one that lets in
        whoever reaches a socket. A token of the service itself comes here while it is so new that the gateway has not
        learned of it.
        """
        if body.token.startswith(SERVICE_TOKEN):
            return await self.call(self.platform.serving.tokens.verdict, body.token, body.service_id)
        executor: Any = self.settings["executor"]
        authenticators: list[Authenticator] = self.settings.get("token_authenticators") or [
            AccessTokenAuthenticator(self.platform, executor)
        ]
        carrier = _with_token(self, body.token)
        try:
            for authenticator in authenticators:
                principal = await authenticator.authenticate(carrier)
                if principal is not None:
                    return await self.call(self.platform.serving.verdict, principal, body.service_id)
        except Unauthenticated:
            return TokenVerdict(verdict="invalid")
        except Forbidden:
            return TokenVerdict(verdict="forbidden")
        return TokenVerdict(verdict="invalid")


class CallsHandler(InternalHandler):
    """What was called."""

    @operation(internal=True, summary="Take a gateway's report of calls", body=CallReport, status=204)
    async def post(self, body: CallReport) -> None:
        """Take a gateway's report of calls; a repeated one is counted once."""
        await self.call(self.platform.serving.take_report, body)


def _with_token(handler: RequestHandler, token: str) -> RequestHandler:
    """Put the asked token where authenticators look; this request's own was checked before."""
    handler.request.headers["Authorization"] = f"Bearer {token}"
    return handler


ROUTES = [
    ("/internal/gateway/routes", RoutesHandler),
    ("/internal/gateway/verify_token", VerifyTokenHandler),
    ("/internal/gateway/calls", CallsHandler),
]
