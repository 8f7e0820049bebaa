"""REST of online services."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import quote

from aispace.errors import Conflict, Forbidden, NotFound, Unavailable, UnsupportedMedia
from aispace.schemas import Page
from aispace.serving.schemas import (
    CallSeries,
    CallsQuery,
    CanaryCreate,
    CanaryUpdate,
    DeploymentList,
    Prediction,
    RecordList,
    RecordQuery,
    RollbackRequest,
    ServiceCreate,
    ServiceQuery,
    ServiceRead,
    ServiceTokenCreate,
    ServiceTokenCreated,
    ServiceTokenList,
    ServiceUpdate,
    TryQuery,
)
from aispace.workloads.schemas import LogQuery, LogRead
from tornado.httpclient import HTTPError as ClientError
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from .base import AISpaceHandler, operation

TRY_LIMIT = 10 * 1024 * 1024
"""Largest body of a try, in bytes."""
TRY_TYPES = (
    "application/json", "image/jpeg", "image/jpg", "image/png", "image/bmp", "image/webp", "application/octet-stream",
)  # fmt: skip


class ServiceCollectionHandler(AISpaceHandler):
    """All services."""

    @operation(
        action="read", resource="service", summary="List services", query=ServiceQuery, response=Page[ServiceRead]
    )
    async def get(self, query: ServiceQuery) -> Page[ServiceRead]:
        """List services."""
        return await self.call(self.platform.serving.list, self.principal, query)

    @operation(
        action="write",
        resource="service",
        summary="Make a service and deploy it",
        body=ServiceCreate,
        response=ServiceRead,
        status=201,
        location="services/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, body: ServiceCreate) -> ServiceRead:
        """Make a service and deploy it."""
        return await self.call(self.platform.serving.create, self.principal, body)


class ServiceHandler(AISpaceHandler):
    """One service."""

    @operation(action="read", resource="service", summary="Read a service", response=ServiceRead, etag=True)
    async def get(self, id: str) -> ServiceRead:
        """Read a service."""
        return await self.call(self.platform.serving.get, self.principal, id)

    @operation(
        action="write",
        resource="service",
        summary="Change a service without a refused request",
        body=ServiceUpdate,
        response=ServiceRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: ServiceUpdate, revision: int | None) -> ServiceRead:
        """Change a service."""
        return await self.call(self.platform.serving.update, self.principal, id, body, revision)

    @operation(action="write", resource="service", summary="Delete a stopped service", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete a stopped or failed service."""
        await self.call(self.platform.serving.delete, self.principal, id, revision)


class ServiceStartHandler(AISpaceHandler):
    """Start."""

    @operation(action="write", resource="service", summary="Start a stopped service", response=ServiceRead, etag=True)
    async def post(self, id: str) -> ServiceRead:
        """Start a stopped or failed service."""
        return await self.call(self.platform.serving.start_service, self.principal, id)


class ServiceStopHandler(AISpaceHandler):
    """Stop."""

    @operation(action="write", resource="service", summary="Stop a service", response=ServiceRead, etag=True)
    async def post(self, id: str) -> ServiceRead:
        """Stop a service; its address is kept."""
        return await self.call(self.platform.serving.stop_service, self.principal, id)


class DeploymentCollectionHandler(AISpaceHandler):
    """Deployments of a service."""

    @operation(action="read", resource="service", summary="List a service's deployments", response=DeploymentList)
    async def get(self, id: str) -> DeploymentList:
        """List the deployments, newest first."""
        return await self.call(self.platform.serving.deployments, self.principal, id)


class RollbackHandler(AISpaceHandler):
    """Back to an earlier deployment."""

    @operation(
        action="write",
        resource="service",
        summary="Deploy an earlier configuration again",
        body=RollbackRequest,
        response=ServiceRead,
        status=201,
        location="services/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, id: str, number: str, body: RollbackRequest) -> ServiceRead:
        """Deploy an earlier configuration again, as a new deployment."""
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise NotFound("deployment", number)
        return await self.call(self.platform.serving.rollback, self.principal, id, int(number), body)


class RecordCollectionHandler(AISpaceHandler):
    """What was done to a service."""

    @operation(
        action="read",
        resource="service",
        summary="List what was done to a service: who, when, what, why",
        query=RecordQuery,
        response=RecordList,
    )
    async def get(self, id: str, query: RecordQuery) -> RecordList:
        """List what was done, newest first."""
        return await self.call(self.platform.serving.history, self.principal, id, query)


class CanaryHandler(AISpaceHandler):
    """A second version on a part of the requests."""

    @operation(
        action="write",
        resource="service",
        summary="Try a second version on a part of the requests",
        body=CanaryCreate,
        response=ServiceRead,
        status=201,
        location="services/{id}",
        etag=True,
        idempotent=True,
    )
    async def post(self, id: str, body: CanaryCreate) -> ServiceRead:
        """Deploy a canary; it gets its share when it is ready."""
        return await self.call(self.platform.serving.releases.begin, self.principal, id, body)

    @operation(
        action="write",
        resource="service",
        summary="Change the canary's share or rule in place",
        body=CanaryUpdate,
        response=ServiceRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: CanaryUpdate, revision: int | None) -> ServiceRead:
        """Change the canary's share or rule; nothing is deployed."""
        return await self.call(self.platform.serving.releases.change, self.principal, id, body, revision)


class CanaryPromoteHandler(AISpaceHandler):
    """The canary becomes production."""

    @operation(
        action="write",
        resource="service",
        summary="Make the canary production",
        body=RollbackRequest,
        response=ServiceRead,
        etag=True,
    )
    async def post(self, id: str, body: RollbackRequest) -> ServiceRead:
        """Make the canary production; no request is refused."""
        return await self.call(self.platform.serving.releases.promote, self.principal, id, body)


class CanaryWithdrawHandler(AISpaceHandler):
    """Production gets all requests again."""

    @operation(
        action="write",
        resource="service",
        summary="Take the canary back",
        body=RollbackRequest,
        response=ServiceRead,
        etag=True,
    )
    async def post(self, id: str, body: RollbackRequest) -> ServiceRead:
        """Take the canary back; no request is refused."""
        return await self.call(self.platform.serving.releases.withdraw, self.principal, id, body)


class ServiceTokenCollectionHandler(AISpaceHandler):
    """Tokens of a service."""

    @operation(action="read", resource="service", summary="List a service's tokens", response=ServiceTokenList)
    async def get(self, id: str) -> ServiceTokenList:
        """List the tokens; for the owner."""
        return await self.call(self.platform.serving.tokens.list, self.principal, id)

    @operation(
        action="write",
        resource="service",
        summary="Make a token that may call the service",
        body=ServiceTokenCreate,
        response=ServiceTokenCreated,
        status=201,
        location="services/{id}/tokens",
    )
    async def post(self, id: str, body: ServiceTokenCreate) -> ServiceTokenCreated:
        """Make a token; its secret is shown once."""
        return await self.call(self.platform.serving.tokens.create, self.principal, id, body)


class ServiceTokenHandler(AISpaceHandler):
    """One token."""

    @operation(action="write", resource="service", summary="Delete a token of a service")
    async def delete(self, id: str, token_id: str) -> None:
        """Delete a token; it is refused within a second."""
        await self.call(self.platform.serving.tokens.delete, self.principal, id, token_id)


class ServiceCallsHandler(AISpaceHandler):
    """Calls over time."""

    @operation(action="read", resource="service", summary="Give calls over time", query=CallsQuery, response=CallSeries)
    async def get(self, id: str, query: CallsQuery) -> CallSeries:
        """Give calls over time."""
        return await self.call(self.platform.serving.calls, self.principal, id, query)


class ServiceLogHandler(AISpaceHandler):
    """Log of the newest process."""

    @operation(
        action="read", resource="service", summary="Read the log of the process", query=LogQuery, response=LogRead
    )
    async def get(self, id: str, query: LogQuery) -> LogRead:
        """Read the log of the newest process; for the owner."""
        return await self.call(self.platform.serving.read_log, self.principal, id, query)


class PredictHandler(AISpaceHandler):
    """Try a service."""

    @operation(
        action="read",
        resource="service",
        summary="Try a service with a file or with JSON",
        query=TryQuery,
        raw_body="*/*",
        max_body=TRY_LIMIT,
        response=Prediction,
    )
    async def post(self, id: str, query: TryQuery, body: bytes) -> Prediction:
        """Send a file or JSON through the gateway to ``/predict``, or to the model's infer route when it has inputs.

        The status of this answer is 200 whenever the gateway answered; ``status`` tells what the model said.
        """
        service = await self.call(self.platform.serving.get, self.principal, id)
        if "predict" not in service.can:
            raise Conflict("not_serving", f"Not tried. {service.name} is {service.status}. Start it first.", status=409)
        if query.target is not None and "write" not in service.can:
            raise Forbidden("Not tried. Only the service's owner may choose who answers. Leave target out.")
        media = self.request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if media not in TRY_TYPES and not service.signature.accepts_files:
            raise UnsupportedMedia("unsupported_media", "Not tried. Send a JPEG, PNG, BMP or WebP image, or JSON.")
        path = _path(service, media, body)
        headers = {"Content-Type": media, "X-Request-Id": self.request_id}
        if query.target is not None:
            headers["X-AISpace-Target"] = query.target
        if query.name is not None:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(query.name, safe='')}"
        begin = time.perf_counter()
        answer = await self._send(f"/s/{quote(service.slug)}{path}", headers, body)
        milliseconds = round((time.perf_counter() - begin) * 1000, 2)
        number = answer.headers.get("X-AISpace-Deployment", "")
        answered = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Prediction(
            outputs=_outputs(answered, answer.body),
            milliseconds=milliseconds,
            status=answer.code,
            deployment=int(number) if number.isdigit() else None,
            media_type=answered,
        )

    async def _send(self, path: str, headers: dict[str, str], body: bytes) -> HTTPResponse:
        base = await self.call(self.platform.serving.gateway_address)
        away = Unavailable("gateway_away", "Not tried. The gateway does not answer. Try again in a moment.")
        if base is None:
            raise away
        secret = await self.call(self.platform.secret, "internal_token")
        request = HTTPRequest(
            f"{base}{path}",
            method="POST",
            headers=headers | {"Authorization": f"Bearer {secret}"},
            body=body,
            connect_timeout=2,
            request_timeout=3700,
            follow_redirects=False,
            decompress_response=False,
        )
        client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=64 * 1024 * 1024)
        try:
            answer = await client.fetch(request, raise_error=False)
        except (OSError, ClientError) as error:
            raise away from error
        finally:
            client.close()
        if answer.code == 599:
            raise away
        return answer


def _path(service: ServiceRead, media: str, body: bytes) -> str:
    """Choose the route: a body with ``inputs`` is one of the Open Inference Protocol."""
    if media == "application/json":
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return "/predict"
        if isinstance(parsed, dict) and "inputs" in parsed and service.signature.infer_path:
            return service.signature.infer_path
    return "/predict"


def _outputs(media: str, body: bytes) -> Any:
    """Give an answer as JSON can say it: pictures and other bytes as base64 text."""
    if media not in ("application/json", "application/problem+json") and not media.startswith("text/"):
        return base64.b64encode(body).decode()
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")[:100_000]


ROUTES = [
    ("/services", ServiceCollectionHandler),
    ("/services/{id}", ServiceHandler),
    ("/services/{id}/start", ServiceStartHandler),
    ("/services/{id}/stop", ServiceStopHandler),
    ("/services/{id}/deployments", DeploymentCollectionHandler),
    ("/services/{id}/deployments/{number}/rollback", RollbackHandler),
    ("/services/{id}/records", RecordCollectionHandler),
    ("/services/{id}/canary", CanaryHandler),
    ("/services/{id}/canary/promote", CanaryPromoteHandler),
    ("/services/{id}/canary/withdraw", CanaryWithdrawHandler),
    ("/services/{id}/tokens", ServiceTokenCollectionHandler),
    ("/services/{id}/tokens/{token_id}", ServiceTokenHandler),
    ("/services/{id}/calls", ServiceCallsHandler),
    ("/services/{id}/log", ServiceLogHandler),
    ("/services/{id}/predict", PredictHandler),
]
