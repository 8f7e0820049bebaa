"""Logs and counters of requests: JSON lines that carry the request id, Prometheus metrics by route template."""

from __future__ import annotations

import contextvars
import json
import logging
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram
from tornado.web import RequestHandler

REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
request_id_var: contextvars.ContextVar[str | None] = contextvars.ContextVar("aispace_request_id", default=None)
"""Id of the request that this task or thread works for."""

REQUESTS = Counter("aispace_requests_total", "Requests answered", ["method", "route", "status"])
LATENCY = Histogram(
    "aispace_request_seconds",
    "Time from the request's head to the end of the answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
STREAMS = Gauge("aispace_streams", "Open WebSocket and event streams", ["kind"])

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
access_log = logging.getLogger("aispace.access")


def accept_request_id(given: str | None) -> str:
    """Take the caller's request id where it is harmless, else make one."""
    return given if given and REQUEST_ID.match(given) else secrets.token_hex(8)


def log_request(handler: RequestHandler) -> None:
    """Count a request and write its line; tornado calls this at the end of each."""
    seconds, status = handler.request.request_time(), handler.get_status()
    path = getattr(handler, "logged_path", handler.request.path)  # some addresses are nobody else's
    method = handler.request.method if handler.request.method in handler.SUPPORTED_METHODS else "OTHER"
    route = getattr(handler, "route", "") or "page"
    REQUESTS.labels(method, route, str(status)).inc()
    LATENCY.labels(method, route).observe(seconds)
    fields = {
        "method": method,
        "path": path,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "user": getattr(getattr(handler, "principal", None), "user_id", None),
        "request_id": getattr(handler, "request_id", None),
    }
    level = logging.ERROR if status >= 500 else logging.DEBUG if route in QUIET else logging.INFO
    access_log.log(level, "%s %s %d", method, path, status, extra={"fields": fields})


class JSONFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time, level, logger, message, request id and what ``extra={"fields": {...}}`` added."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request_id = request_id_var.get()
        if request_id is not None:
            line["request_id"] = request_id
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(level: int | str = "INFO") -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("tornado.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
