"""Whether the process lives, whether it can work, and its counters."""

from __future__ import annotations

from aispace.errors import Unavailable
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .base import AISpaceHandler, operation


class HealthHandler(AISpaceHandler):
    """Whether the process lives."""

    route = "/healthz"

    @operation(public=True, summary="Tell that the process lives", response=dict[str, str])
    async def get(self) -> dict[str, str]:
        """Answer."""
        return {"status": "ok"}


class ReadyHandler(AISpaceHandler):
    """Whether it can work."""

    route = "/readyz"

    @operation(public=True, summary="Tell that requests can be answered", response=dict[str, str])
    async def get(self) -> dict[str, str]:
        """Ask the database; 503 while it is away or the process is stopping."""
        if self.settings.get("stopping", lambda: False)():
            raise Unavailable("stopping", "AI Space is stopping. Try again in a moment.")
        await self.call(self.platform.db.ping)
        return {"status": "ready"}


class MetricsHandler(AISpaceHandler):
    """Counters for Prometheus; not below the service's prefix, so that the hub's proxy does not show them."""

    route = "/metrics"

    @operation(public=True, summary="Give the process's metrics", media_type=CONTENT_TYPE_LATEST)
    async def get(self) -> None:
        """Give the metrics."""
        text = await self.call(generate_latest)
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(text)


ROUTES = [("/healthz", HealthHandler), ("/readyz", ReadyHandler), ("/metrics", MetricsHandler)]
