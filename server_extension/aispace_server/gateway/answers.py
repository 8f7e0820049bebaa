"""Answers of the gateway itself, and what of other people's answers reaches the caller."""

from __future__ import annotations

import json
import re
from typing import Final

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
NOT_FORWARDED: Final = HOP_BY_HOP | frozenset(
    (b"authorization", b"cookie", b"host", b"content-length", b"expect", b"forwarded", b"x-real-ip", b"x-request-id")
)
"""Request headers that stay here: our callers' tokens are no business of what users run."""
NOT_FORWARDED_PREFIXES: Final = (b"x-aispace-", b"x-forwarded-")
DROPPED_ANSWER: Final = HOP_BY_HOP | frozenset(
    (
        b"set-cookie",
        b"clear-site-data",
        b"content-security-policy",
        b"content-security-policy-report-only",
        b"x-content-type-options",
        b"x-frame-options",
        b"strict-transport-security",
        b"service-worker-allowed",
        b"refresh",
        b"server",
        b"date",
        b"x-request-id",
        b"content-disposition",
        b"cache-control",
        b"referrer-policy",
        b"cross-origin-resource-policy",
    )
)
"""Headers of an answer that could act on the gateway's origin, or that are ours to say."""
SAFE_TYPES: Final = frozenset(
    (
        b"application/json",
        b"application/x-ndjson",
        b"application/octet-stream",
        b"application/problem+json",
        b"text/plain",
        b"text/csv",
        b"text/event-stream",
        b"image/png",
        b"image/jpeg",
        b"image/bmp",
        b"image/gif",
        b"image/webp",
        b"audio/wav",
        b"audio/mpeg",
        b"audio/ogg",
        b"video/mp4",
        b"video/webm",
    )
)
"""What a browser may get as it is: nothing that can run. The rest becomes a download."""
REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""What a caller may send as ``X-Request-Id``."""
SAFETY: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class Refusal(Exception):
    """A request that the gateway answers itself.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str
        Stable machine-readable name.
    message : str
        What did not happen, why, and what to do.
    retry_after : int, optional
        Seconds after which a new try makes sense.
    """

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def refusal_answer(refusal: Refusal, path: str, request_id: str) -> tuple[Headers, bytes]:
    """Make headers and body of a refusal.

    Below ``/v2`` the body has the shape of the Open Inference Protocol, elsewhere the platform's.
    """
    body: object = {"error": refusal.message}
    if path != "/v2" and not path.startswith("/v2/"):
        details = {"params": {"retry_after": refusal.retry_after}} if refusal.retry_after else {}
        body = {
            "error": {"code": refusal.code, "message": refusal.message, "details": details, "request_id": request_id}
        }
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(data)),
        (b"x-request-id", request_id.encode()),
        *SAFETY,
    ]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return headers, data


def forwarded_headers(headers: Headers) -> bytes:
    """Write the headers of a request that may reach the model, each line ended."""
    return b"".join(
        b"%b: %b\r\n" % (name, value)
        for name, value in headers
        if name not in NOT_FORWARDED and not name.startswith(NOT_FORWARDED_PREFIXES)
    )


def request_head(method: bytes, target: bytes, slug: str, framing: bytes, headers: Headers) -> bytes:
    """Write the head of a request to a model but for its id, the target's own line and the empty one."""
    return b"%b %b HTTP/1.1\r\nhost: %b\r\n%b%b" % (method, target, slug.encode(), framing, forwarded_headers(headers))


def safe_headers(headers: Headers, request_id: bytes, deployment: int) -> Headers:
    """Make the headers of an answer that reach the caller."""
    return [
        *passed_headers(headers),
        (b"x-request-id", request_id),
        (b"x-aispace-deployment", b"%d" % deployment),
    ]


def passed_headers(headers: Headers) -> Headers:
    """Make the headers of an answer that follow from those of the model's answer alone."""
    safe: Headers = []
    content_type = b""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name not in DROPPED_ANSWER and not name.startswith(b"x-aispace-"):
            safe.append((name, value))
    if content_type.partition(b";")[0].strip().lower() in SAFE_TYPES:
        safe.append((b"content-type", content_type))
    else:
        safe.append((b"content-type", b"application/octet-stream"))
        safe.append((b"content-disposition", b"attachment"))
    safe += SAFETY
    return safe
