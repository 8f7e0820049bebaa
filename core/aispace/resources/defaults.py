"""The specs that an installation begins with, made for the machine it is on."""

from __future__ import annotations

from decimal import Decimal

from ..engines.base import Capacity
from .schemas import GIB, Accelerator, Purpose, SpecCreate

CORE_HOUR = Decimal("0.10")
"""Price of a core for an hour in the specs made at the first start; an administrator sets his own."""
ACCELERATOR_HOUR = Decimal("2.00")
EVERY: tuple[Purpose, ...] = ("notebook", "training", "serving", "evaluation")
STEP = 256 << 20


def _memory(capacity: Capacity, cpu: float, least: int) -> int:
    share = int(capacity.memory_bytes * 0.9 * cpu / capacity.cpu)
    return max(share // STEP * STEP, min(least, capacity.memory_bytes))


def _size(cpu: float, memory: int) -> str:
    # The same in every language: a name is stored once.
    return f"{cpu:g} CPU, {memory / GIB:.3g} GiB"


def default_specs(capacity: Capacity) -> list[SpecCreate]:
    """Make specs that fit into a machine, from a quarter of a core to nearly all of it.

    Parameters
    ----------
    capacity : Capacity
        What the machine has.

    Returns
    -------
    list of SpecCreate
        CPU specs by size, then one spec for a single accelerator of each kind and one for all of them.
    """
    sizes = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    chosen = [size for size in sizes if size <= capacity.cpu / 2]
    # Half a core is left for a notebook beside the largest one.
    largest = max(capacity.cpu - 0.5, 0.25)
    if largest not in chosen:
        chosen.append(largest)
    specs = []
    for cpu in chosen:
        memory = _memory(capacity, cpu, GIB if cpu >= 0.5 else GIB // 2)
        specs.append(
            SpecCreate(
                name=_size(cpu, memory),
                cpu=cpu,
                memory_bytes=memory,
                purposes=list(EVERY),
                price_per_hour=(CORE_HOUR * Decimal(str(cpu))).quantize(Decimal("0.000001")),
            )
        )
    for resource, card in sorted(capacity.accelerators.items()):
        for count in sorted({1, card.count}):
            cpu = max(round(capacity.cpu * count / card.count * 0.8, 1), 0.5)
            memory = _memory(capacity, cpu, GIB)
            name = f"{count} × {card.product}, {_size(cpu, memory)}"[:64]
            if any(spec.name == name for spec in specs):
                name = f"{count} × {resource}"[:64]
            specs.append(
                SpecCreate(
                    name=name,
                    cpu=cpu,
                    memory_bytes=memory,
                    accelerator=Accelerator(resource=resource, count=count, product=card.product),
                    purposes=list(EVERY),
                    price_per_hour=ACCELERATOR_HOUR * count,
                )
            )
    return specs
