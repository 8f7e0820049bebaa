"""What an attempt used, thinned for a chart."""

from __future__ import annotations

from collections.abc import Sequence

from ..engines.base import UsageSample
from .schemas import UsageSeries


def usage_series(samples: Sequence[UsageSample], attempt: int, limit: int | None, buckets: int) -> UsageSeries:
    """Put usage samples into at most ``buckets`` points.

    Of each bucket the largest memory and the mean of the CPU are kept: a peak of memory is what kills.
    """
    size = max(-(-len(samples) // buckets), 1)
    groups = [samples[start : start + size] for start in range(0, len(samples), size)]
    indices = sorted({index for sample in samples for index in sample.accelerators})
    accelerators: dict[str, dict[str, list[float | None]]] = {}
    for index in indices:
        found = [[sample.accelerators.get(index, (None, None)) for sample in group] for group in groups]
        accelerators[str(index)] = {
            "utilisation": [_largest([u for u, _ in group]) for group in found],
            "memory_bytes": [_largest([m for _, m in group]) for group in found],
        }
    return UsageSeries(
        attempt=attempt,
        times=[group[-1].time for group in groups],
        cpu=[sum(sample.cpu for sample in group) / len(group) for group in groups],
        memory_bytes=[max(sample.memory_bytes for sample in group) for group in groups],
        memory_limit_bytes=limit,
        accelerators=accelerators,
    )


def _largest(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known) if known else None
