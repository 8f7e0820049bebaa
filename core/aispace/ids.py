"""Ids of objects: ``<prefix>_<uuid7 hex>``, so that they sort by the time they were made."""

from __future__ import annotations

import os
import threading
import time
from typing import Literal

Prefix = Literal[
    "aud", "alg", "bat", "bkt", "dep", "ds", "evl", "evt", "exp", "grp", "idm", "img", "imp", "itv", "job", "lbl",
    "mdl", "mnt", "nb", "org", "rep", "run", "smp", "spc", "svc", "tok", "tpl", "trf", "upl", "usr", "ver", "vis", "wl",
]  # fmt: skip

_lock = threading.Lock()
_last = 0


def new_id(prefix: Prefix) -> str:
    """Make a new id.

    Parameters
    ----------
    prefix : str
        Short name of the kind, for instance ``"ds"``.

    Returns
    -------
    str
        The prefix, an underscore and 32 hexadecimal digits of a UUID version 7 (RFC 9562, section 5.7): 48 bits of
        Unix time in milliseconds, then a counter and random bits. Ids made by one process increase strictly.
    """
    global _last
    with _lock:
        # 60 bits of time: milliseconds and, below them, 12 bits of a sub-millisecond counter (RFC 9562, 6.2 method 3).
        stamp = time.time_ns() * 4096 // 1_000_000
        _last = max(stamp, _last + 1)
        stamp = _last
    millis, sub = stamp >> 12, stamp & 0xFFF
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFFFFFFFFFFFFFF | 0x8000000000000000
    return f"{prefix}_{millis:012x}7{sub:03x}{tail:016x}"
