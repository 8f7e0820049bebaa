"""Imports every table, so that the metadata is complete for migrations."""

from __future__ import annotations

import importlib

MODULES = (
    "aispace.algorithms.orm",
    "aispace.billing.orm",
    "aispace.datasets.orm",
    "aispace.db.lease",
    "aispace.events.orm",
    "aispace.idempotency",
    "aispace.images.orm",
    "aispace.labels.orm",
    "aispace.lineage.orm",
    "aispace.models.orm",
    "aispace.notebooks.orm",
    "aispace.reproductions.orm",
    "aispace.resources.orm",
    "aispace.serving.orm",
    "aispace.storage.orm",
    "aispace.tokens.orm",
    "aispace.training.orm",
    "aispace.transfers.orm",
    "aispace.trash.orm",
    "aispace.users.orm",
    "aispace.visualisations.orm",
    "aispace.workloads.orm",
)

for _module in MODULES:
    importlib.import_module(_module)
