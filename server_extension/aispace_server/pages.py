"""The pages on the hub that work when no user's server runs: administration, notebooks, usage.

They are one static bundle; this module signs people in through the hub's OAuth and gives the bundle what it must know.
"""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from aispace._version import __version__
from aispace.errors import AISpaceError, Forbidden, Unauthenticated
from aispace.identity import Principal
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
from tornado.template import Loader
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from .auth import HubCookieAuthenticator
from .failures import INTERNAL, public_error
from .requestlog import accept_request_id, request_id_var

TEMPLATES = Loader(str(Path(__file__).parent / "templates"))
PAGES = ("admin", "notebooks", "usage")
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def bundle_folder() -> Path:
    """Find the built pages inside the installed hub package."""
    spec = find_spec("aispace_hub")
    origin = Path(spec.origin).parent if spec is not None and spec.origin else Path(__file__).parent
    return origin / "static" / "admin"


class SignInHandler(HubOAuthCallbackHandler):  # type: ignore[misc]
    """Where the hub sends people back to after they signed in."""

    def initialize(self) -> None:
        """Use this application's client of the hub."""
        self.hub_auth = self.settings["page_cookies"].oauth


class PageHandler(HubOAuthenticated, RequestHandler):  # type: ignore[misc]
    """One of the pages; the path below it belongs to the bundle's own router."""

    def initialize(self) -> None:
        """Use this application's client of the hub."""
        self.hub_auth = self.settings["page_cookies"].oauth

    def prepare(self) -> None:
        """Give the request its id."""
        self.request_id = accept_request_id(self.request.headers.get("X-Request-Id"))
        request_id_var.set(self.request_id)

    def set_default_headers(self) -> None:
        """Nobody may frame or sniff a page."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    async def get(self, page: str, _rest: str | None = None) -> None:
        """Show the page to those who are signed in; send the others to the hub."""
        signed_in = await self._signed_in()
        if signed_in is None:
            return
        principal, token = signed_in
        if page == "admin" and not principal.is_administrator:
            raise Forbidden("This page is for administrators. Ask one of them, or go back.")
        self._show(page, principal, token)

    async def _signed_in(self) -> tuple[Principal, str] | None:
        """Tell who looks and give the token of his page; who is not signed in is sent to the hub."""
        if self.request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            # The page holds this session's token: it is for the eyes of a person, not for scripts of other pages.
            raise HTTPError(403)
        cookies: HubCookieAuthenticator = self.settings["page_cookies"]
        cookie = cookies.cookie(self)
        principal: Principal | None = None
        if cookie is not None:
            try:
                principal = await cookies.tokens.principal(cookie)
            except Unauthenticated:
                self.hub_auth.clear_cookie(self)
        if principal is None or cookie is None:
            self.redirect(self.get_login_url())
            return None
        return principal, cookies.page_token(cookie)

    def _show(self, page: str, principal: Principal, token: str) -> None:
        prefix: str = self.settings["prefix"]
        data = {
            "page": page,
            "baseUrl": f"{prefix}/",
            "apiUrl": f"{prefix}/api/v1",
            "streamUrl": f"{prefix}/api/v1/stream?_xsrf={token}",
            "staticUrl": f"{prefix}/static/",
            "hubUrl": self.hub_auth.hub_host + self.hub_auth.hub_prefix,
            "xsrfToken": token,
            "user": {"id": principal.user_id, "name": principal.name, "role": principal.role},
            "version": __version__,
        }
        text = json.dumps(data).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        language = "zh-CN" if self.get_browser_locale().code.startswith("zh") else "en"
        self.finish(
            TEMPLATES.load("page.html").generate(
                data=text, static=data["staticUrl"], version=__version__, language=language
            )
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a small page with the reason."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        public = (public_error(error) if error is not None else None) or INTERNAL
        if isinstance(error, AISpaceError):
            self.set_status(error.status)
        page = TEMPLATES.load("refused.html").generate(
            message=public.message,
            code=public.code,
            request_id=getattr(self, "request_id", ""),
            home=f"{self.settings['prefix']}/usage",
            hub=self.hub_auth.hub_host + self.hub_auth.hub_prefix,
        )
        self.finish(page)

    def _handle_request_exception(self, e: BaseException) -> None:
        public = public_error(e)
        if public is None or self._finished:
            super()._handle_request_exception(e)
        else:
            self.send_error(public.status, exc_info=(type(e), e, e.__traceback__))


class FrontDoorHandler(PageHandler):
    """The address without a page: leads to the page that one comes for."""

    async def get(self, page: str, _rest: str | None = None) -> None:
        """Send administrators to the overview of the installation, the others to what they use."""
        prefix = self.settings["prefix"]
        if not self.request.path.endswith("/"):
            self.redirect(f"{prefix}/")  # the cookie is for what is below the prefix
            return
        signed_in = await self._signed_in()
        if signed_in is not None:
            self.redirect(f"{prefix}/{'admin' if signed_in[0].is_administrator else 'usage'}")


class BundleHandler(StaticFileHandler):
    """Files of the bundle."""

    def set_extra_headers(self, path: str) -> None:
        """Let browsers keep the files: the version in the address changes with the bundle."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "public, max-age=3600")


def make_oauth(prefix: str, api_url: str, api_token: str, client_id: str) -> HubOAuth:
    """Make the OAuth client of this service."""
    return HubOAuth(
        base_url=f"{prefix}/",
        api_url=api_url,
        api_token=api_token,
        oauth_client_id=client_id,
        oauth_redirect_uri=os.environ.get("JUPYTERHUB_OAUTH_CALLBACK_URL") or f"{prefix}/oauth_callback",
        hub_prefix=os.environ.get("JUPYTERHUB_BASE_URL", "/").rstrip("/") + "/hub/",
        cache_max_age=10,
    )


def page_routes(prefix: str) -> list[Any]:
    """Make the routes of the pages below the service's prefix."""
    names = "|".join(PAGES)
    return [
        (f"{prefix}/?()", FrontDoorHandler),
        (f"{prefix}/oauth_callback", SignInHandler),
        (f"{prefix}/({names})(/.*)?", PageHandler),
        (f"{prefix}/static/(.*)", BundleHandler, {"path": str(bundle_folder())}),
    ]
