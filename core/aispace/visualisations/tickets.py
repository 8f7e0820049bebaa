"""The right to look at a visualisation, in its address.

Its page is a sandbox without cookies: every request that it makes can show nothing but its own address. So the address
carries a ticket, signed by the platform, which names the visualisation, its workload and whom it was given to, and is
worth nothing once one of them has changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from ..errors import Unauthenticated


@dataclass(frozen=True)
class Ticket:
    """What a ticket says."""

    visualisation_id: str
    workload_id: str
    user_id: str
    expires: int
    """Unix time, seconds."""


def write(ticket: Ticket, secret: str) -> str:
    """Sign a ticket; the text fits into an address as one part of its path."""
    said = [ticket.visualisation_id, ticket.workload_id, ticket.user_id, ticket.expires]
    payload = _encode(json.dumps(said, separators=(",", ":")).encode())
    return f"{payload}.{_signature(payload, secret)}"


def read(text: str, secret: str, now: datetime) -> Ticket:
    """Read a ticket.

    Raises
    ------
    Unauthenticated
        It is not ours, or its time is over.
    """
    payload, _, signature = text.partition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(payload, secret).encode()):
        raise refused()
    visualisation_id, workload_id, user_id, expires = json.loads(_decode(payload))
    if expires <= now.timestamp():
        raise refused()
    return Ticket(visualisation_id, workload_id, user_id, expires)


def refused() -> Unauthenticated:
    """Make the error of a ticket that opens nothing: it does not tell why."""
    return Unauthenticated("Not shown. This address is no longer valid. Open TensorBoard again from AI Space.")


def _signature(payload: str, secret: str) -> str:
    return _encode(hmac.new(secret.encode(), b"view:" + payload.encode("utf-8", "replace"), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
