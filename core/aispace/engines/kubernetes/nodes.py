"""What the nodes of a cluster have, as capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..base import Accelerators, Capacity
from .states import condition, quantity

NOT_ACCELERATORS = ("hugepages-", "attachable-volumes-", "kubernetes.io/")


def usable(node: Mapping[str, Any]) -> bool:
    """Tell whether new pods may come to a node."""
    return not node["spec"].get("unschedulable") and condition(dict(node), "Ready") is not None


def capacity(nodes: Iterable[Mapping[str, Any]], product_label: Mapping[str, str]) -> Capacity:
    """Add up what the usable nodes have.

    Parameters
    ----------
    product_label : mapping
        Label that tells the product, by beginning of the resource name.
    """
    cpu, memory = 0.0, 0
    products: dict[str, dict[str, int]] = {}
    for node in nodes:
        if not usable(node):
            continue
        has = node["status"].get("allocatable") or {}
        labels = node["metadata"].get("labels") or {}
        cpu += quantity(has.get("cpu", 0))
        memory += int(quantity(has.get("memory", 0)))
        for name, amount in has.items():
            if "/" not in name or name.startswith(NOT_ACCELERATORS):
                continue
            label = next((label for start, label in product_label.items() if name.startswith(start)), "")
            of = products.setdefault(name, {})
            product = labels.get(label) or name.rsplit("/", 1)[-1]
            of[product] = of.get(product, 0) + int(quantity(amount))
    return Capacity(
        round(cpu, 3), memory, {name: _accelerators(of) for name, of in sorted(products.items()) if any(of.values())}
    )


def _accelerators(products: dict[str, int]) -> Accelerators:
    most = max(products, key=lambda name: (products[name], name))
    return Accelerators(most, sum(products.values()), dict(products) if len(products) > 1 else {})
