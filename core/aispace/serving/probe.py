"""Ask model servers whether they are ready."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

READY_PATH = "/v2/health/ready"
Address = tuple[str, int]


def is_ready(address: Address, seconds: float = 2.0) -> bool:
    """Tell whether a model server answers ``GET /v2/health/ready`` with 200."""
    connection = http.client.HTTPConnection(*address, timeout=seconds)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Prober:
    """Asks several at once."""

    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="aispace-probe")

    def probe(self, addresses: Mapping[str, Address]) -> dict[str, bool]:
        """Ask all; the key is the workload."""
        answers = {key: self._pool.submit(is_ready, address) for key, address in addresses.items()}
        return {key: answer.result() for key, answer in answers.items()}

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
