"""What was called, how it went and how long it took."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

BUCKETS_PER_OCTAVE = 8


def bucket_of(seconds: float) -> int:
    """Give the latency bucket: 8 for each doubling, so a percentile is right to 9 %; bucket 0 ends at 1 microsecond."""
    microseconds = seconds * 1e6
    return 0 if microseconds <= 1 else math.ceil(math.log2(microseconds) * BUCKETS_PER_OCTAVE)


@dataclass
class Tally:
    """Calls of one deployment within one minute."""

    total: int = 0
    client_errors: int = 0
    server_errors: int = 0
    seconds: float = 0.0
    latency: Counter[int] = field(default_factory=Counter)

    def add(self, status: int, seconds: float) -> None:
        """Count one call."""
        self.total += 1
        if status >= 500:
            self.server_errors += 1
        elif status >= 400:
            self.client_errors += 1
        self.seconds += seconds
        self.latency[bucket_of(seconds)] += 1

    def include(self, other: Tally) -> None:
        """Add what another one counted but for its latencies."""
        self.total += other.total
        self.client_errors += other.client_errors
        self.server_errors += other.server_errors
        self.seconds += other.seconds


class Counters:
    """Counts of all services since the last batch, and what runs right now."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, int, int], Tally] = {}
        self._sequence = 0
        self._unsent: dict[str, Any] | None = None
        self.in_flight: Counter[tuple[str, int]] = Counter()
        self.refused: Counter[str] = Counter()
        """Requests that the gateway answered itself, by code."""
        self._totals: dict[str, Tally] = {}
        """Of the batches so far."""

    @property
    def totals(self) -> dict[str, Tally]:
        """Count what each service was called since the start, without latencies."""
        totals: dict[str, Tally] = {}
        for service_id, tally in self._totals.items():
            totals.setdefault(service_id, Tally()).include(tally)
        for (service_id, _, _), tally in self._tallies.items():
            totals.setdefault(service_id, Tally()).include(tally)
        return totals

    def add(self, service_id: str, deployment: int, status: int, seconds: float, now: float) -> None:
        """Count one call; ``deployment`` is 0 when none could answer."""
        key = (service_id, deployment, int(now // 60))
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally()
        tally.add(status, seconds)

    def batch(self) -> dict[str, Any]:
        """Give what has to be reported.

        A batch keeps its number and content until `reported`: who sends it twice is recognised by the number.
        """
        if self._unsent is None:
            tallies = self._tallies
            self._totals, self._tallies = self.totals, {}
            self._sequence += 1
            self._unsent = {
                "sequence": self._sequence,
                "calls": [
                    {
                        "service_id": service_id,
                        "deployment": deployment,
                        "minute": minute,
                        "total": tally.total,
                        "client_errors": tally.client_errors,
                        "server_errors": tally.server_errors,
                        "seconds": tally.seconds,
                        "latency": {str(bucket): count for bucket, count in tally.latency.items()},
                    }
                    for (service_id, deployment, minute), tally in tallies.items()
                ],
            }
        return {
            **self._unsent,
            "in_flight": [
                {"service_id": service_id, "deployment": deployment, "requests": count}
                for (service_id, deployment), count in self.in_flight.items()
                if count
            ],
        }

    def reported(self) -> None:
        """Forget the batch that arrived."""
        self._unsent = None

    def metrics(self) -> str:
        """Write the counters in Prometheus' text format."""
        lines = ["# TYPE aispace_gateway_calls_total counter"]
        totals = self.totals
        for service_id, tally in totals.items():
            succeeded = tally.total - tally.client_errors - tally.server_errors
            for name, count in (
                ("ok", succeeded),
                ("client_error", tally.client_errors),
                ("server_error", tally.server_errors),
            ):
                lines.append(f'aispace_gateway_calls_total{{service="{service_id}",result="{name}"}} {count}')
        lines.append("# TYPE aispace_gateway_call_seconds_sum counter")
        for service_id, tally in totals.items():
            lines.append(f'aispace_gateway_call_seconds_sum{{service="{service_id}"}} {tally.seconds:.6f}')
        lines.append("# TYPE aispace_gateway_refused_total counter")
        lines += [f'aispace_gateway_refused_total{{code="{code}"}} {n}' for code, n in self.refused.items()]
        lines.append("# TYPE aispace_gateway_in_flight gauge")
        lines.append(f"aispace_gateway_in_flight {sum(self.in_flight.values())}")
        return "\n".join(lines) + "\n"
