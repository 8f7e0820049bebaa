"""Random requests of every operation: never a 5xx, never an answer outside the OpenAPI document.

``AISPACE_FUZZ_EXAMPLES`` is the number of cases an operation gets at most: one without parameters has few. `make fuzz`
sets it so that there are 10,000 and more, which ``AISPACE_FUZZ_CASES`` asks for at the end.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.users.schemas import UserCreate
from aispace_server.openapi import build
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from seeds import Seeds, plant
from server_thread import KnownTokens, RunningServer

EXAMPLES = int(os.environ.get("AISPACE_FUZZ_EXAMPLES", "3"))
WANTED = int(os.environ.get("AISPACE_FUZZ_CASES", "1"))
SENT: Counter[int] = Counter()
"""Answers by status."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LONGEST = 5000
"""Characters of an address: longer heads of requests are cut off by the connection, before there is an answer."""
ENDLESS = {"/events/stream"}


@schemathesis.serializer("application/offset+octet-stream")
def octets(context: Any, value: Any) -> bytes:
    """Bytes of an upload: whatever was made up, as text."""
    return value if isinstance(value, bytes) else repr(value).encode()


schema = schemathesis.openapi.from_dict(build()).exclude(path=sorted(ENDLESS))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Seeds]]:
    """Run a platform whose reconciler sleeps: what is submitted stays queued."""
    platform = Platform(home=str(tmp_path_factory.mktemp("fuzz")))
    platform.db.upgrade()
    made = platform.users.create(SYSTEM, UserCreate(name="fuzzer", password="Long-enough-1", role="administrator"))
    fuzzer: Principal = platform.users.principal(made.id)
    with RunningServer(platform, [KnownTokens([fuzzer])]) as server, server.client("token-fuzzer") as client:
        yield server, plant(client, platform)
    platform.close()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_no_request_is_answered_outside_the_document(case: Any, fuzzed: tuple[RunningServer, Seeds]) -> None:
    server, seeds = fuzzed
    assume(len(repr((case.query, case.path_parameters))) < LONGEST)
    choose = random.Random(repr((case.path_parameters, case.query, case.body)))
    for name in list(case.path_parameters or {}):
        known = seeds.of(case.path, name)
        if known and choose.random() < 0.7:
            case.path_parameters[name] = choose.choice(known)
    headers = {"Authorization": "Bearer token-fuzzer"}
    if "If-Match" in (case.headers or {}) and choose.random() < 0.7:
        headers["If-Match"] = "*"
    answer = case.call_and_validate(
        base_url=f"http://127.0.0.1:{server.port}/aispace/api/v1", headers=headers, checks=CHECKS, timeout=30
    )
    SENT[answer.status_code] += 1


def test_enough_requests_were_sent(capfd: pytest.CaptureFixture[str]) -> None:
    """The number is part of what `make fuzz` says."""
    if not SENT:
        pytest.skip("nothing was sent in this process: only this test was chosen")
    by_status = ", ".join(f"{number} x {status}" for status, number in sorted(SENT.items()))
    with capfd.disabled():
        print(f"\n{SENT.total():,} requests were sent and their answers checked: {by_status}")
    assert SENT.total() >= WANTED
