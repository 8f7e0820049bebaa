"""REST of online services."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

from aispace.errors import Conflict, NotFound, Unavailable, UnsupportedMedia
from aispace.schemas import Page
from aispace.serving.schemas import (
    CallSeries,
    CallsQuery,
    DeploymentList,
    Prediction,
    RollbackRequest,
    ServiceCreate,
    ServiceQuery,
    ServiceRead,
    ServiceTokenCreate,
    ServiceTokenCreated,
    ServiceTokenList,
    ServiceUpdate,
)
from aispace.workloads.schemas import LogQuery, LogRead
from tornado.httpclient import HTTPError as ClientError
from tornado.httpclient import HTTPRequest
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
        summary="Try a service with an image or with JSON",
        raw_body="*/*",
        max_body=TRY_LIMIT,
        response=Prediction,
    )
    async def post(self, id: str, body: bytes) -> Prediction:
        """Send an image or JSON through the gateway to ``/predict``, or to the model's infer route when it has inputs.

        The status of this answer is 200 whenever the gateway answered; ``status`` tells what the model said.
        """
        service = await self.call(self.platform.serving.get, self.principal, id)
        if "predict" not in service.can:
            raise Conflict("not_serving", f"Not tried. {service.name} is {service.status}. Start it first.", status=409)
        media = self.request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if media not in TRY_TYPES:
            raise UnsupportedMedia("unsupported_media", "Not tried. Send a JPEG, PNG, BMP or WebP image, or JSON.")
        path = _path(service, media, body)
        begin = time.perf_counter()
        status, outputs, deployment = await self._send(f"/s/{quote(service.slug)}{path}", media, body)
        milliseconds = round((time.perf_counter() - begin) * 1000, 2)
        return Prediction(outputs=outputs, milliseconds=milliseconds, status=status, deployment=deployment)

    async def _send(self, path: str, media: str, body: bytes) -> tuple[int, Any, int | None]:
        base = await self.call(self.platform.serving.gateway_address)
        away = Unavailable("gateway_away", "Not tried. The gateway does not answer. Try again in a moment.")
        if base is None:
            raise away
        secret = await self.call(self.platform.secret, "internal_token")
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": media, "X-Request-Id": self.request_id}
        request = HTTPRequest(
            f"{base}{path}",
            method="POST",
            headers=headers,
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
        number = answer.headers.get("X-AISpace-Deployment", "")
        return answer.code, _outputs(answer.body), int(number) if number.isdigit() else None


def _path(service: ServiceRead, media: str, body: bytes) -> str:
    """Choose the route: a body with ``inputs`` is one of the Open Inference Protocol."""
    if media == "application/json":
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return "/predict"
        if isinstance(parsed, dict) and "inputs" in parsed:
            return service.signature.infer_path
    return "/predict"


def _outputs(body: bytes) -> Any:
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
    ("/services/{id}/tokens", ServiceTokenCollectionHandler),
    ("/services/{id}/tokens/{token_id}", ServiceTokenHandler),
    ("/services/{id}/calls", ServiceCallsHandler),
    ("/services/{id}/log", ServiceLogHandler),
    ("/services/{id}/predict", PredictHandler),
]
