"""The composition root: one `Platform` is the whole product without its faces."""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from traitlets import Float, Unicode
from traitlets.config import LoggingConfigurable

from .clock import Clock
from .configuration import database_url, home_folder
from .db import Database
from .db.lease import Lease

if TYPE_CHECKING:
    from .algorithms.service import AlgorithmService
    from .billing.service import BillingService
    from .datasets.service import DatasetService
    from .engines.base import Engine
    from .events.service import EventService
    from .files.service import AreaService
    from .images.service import ImageService
    from .labels.service import LabelGroupService
    from .lineage.service import LineageService
    from .models.service import ModelService
    from .notebooks.service import NotebookService
    from .objects import ObjectKinds
    from .overview.service import OverviewService
    from .reproductions.service import ReproductionService
    from .resources.service import ResourceService
    from .serving.batches import BatchService
    from .serving.service import ServingService
    from .storage.blobs import BlobStore
    from .storage.service import StorageService
    from .storage.trees import TreeStore
    from .storage.uploads import UploadService
    from .tokens.service import TokenService
    from .training.evaluations import EvaluationService
    from .training.service import TrainingService
    from .training.templates import TemplateService
    from .transfers.service import TransferService
    from .trash.service import TrashService
    from .users.service import UserService
    from .visualisations.service import VisualisationService
    from .workloads.service import WorkloadService

FOLDERS = ("areas", "batches", "blobs", "images", "logs", "run", "runtime", "secrets", "trees", "uploads", "workloads")


SERVICES = (
    ("objects", "objects", "ObjectKinds"),
    ("events", "events.service", "EventService"),
    ("lineage", "lineage.service", "LineageService"),
    ("blobs", "storage.blobs", "BlobStore"),
    ("trees", "storage.trees", "TreeStore"),
    ("uploads", "storage.uploads", "UploadService"),
    ("storage", "storage.service", "StorageService"),
    ("users", "users.service", "UserService"),
    ("tokens", "tokens.service", "TokenService"),
    ("trash", "trash.service", "TrashService"),
    ("transfers", "transfers.service", "TransferService"),
    ("areas", "files.service", "AreaService"),
    ("resources", "resources.service", "ResourceService"),
    ("billing", "billing.service", "BillingService"),
    ("engine", "engines", "chosen"),
    ("workloads", "workloads.service", "WorkloadService"),
    ("images", "images.service", "ImageService"),
    ("notebooks", "notebooks.service", "NotebookService"),
    ("labels", "labels.service", "LabelGroupService"),
    ("datasets", "datasets.service", "DatasetService"),
    ("algorithms", "algorithms.service", "AlgorithmService"),
    ("models", "models.service", "ModelService"),
    ("training", "training.service", "TrainingService"),
    ("evaluations", "training.evaluations", "EvaluationService"),
    ("templates", "training.templates", "TemplateService"),
    ("reproductions", "reproductions.service", "ReproductionService"),
    ("visualisations", "visualisations.service", "VisualisationService"),
    ("serving", "serving.service", "ServingService"),
    ("batches", "serving.batches", "BatchService"),
    ("overview", "overview.service", "OverviewService"),
)
"""Attribute, module and class of each service, in the order in which they need each other."""


class Platform(LoggingConfigurable):
    """Everything that belongs together, built in the order in which it needs each other.

    Only `aispace serve` (and a test) makes one; every other process asks it over REST.
    """

    home = Unicode(help="Folder of all state. Default: $AISPACE_HOME or ./var. Example: '/srv/aispace'.").tag(
        config=True
    )
    database_url = Unicode(
        help="Database. Default: SQLite in the home folder. Example: 'postgresql+psycopg://aispace@db/aispace'."
    ).tag(config=True)
    timezone = Unicode(help="Time zone of days in bills and reports. Default: $AISPACE_TIMEZONE or UTC.").tag(
        config=True
    )
    currency = Unicode("CNY", help="Currency of all prices, as ISO 4217 names it. Example: 'EUR'.").tag(config=True)

    trash_days = Float(
        7.0, min=0, help="Days that something deleted stays in the trash. 0: it goes at the next tidying. Example: 30."
    ).tag(config=True)

    blobs: BlobStore
    trees: TreeStore
    uploads: UploadService
    storage: StorageService
    areas: AreaService
    events: EventService
    users: UserService
    tokens: TokenService
    resources: ResourceService
    billing: BillingService
    engine: Engine
    workloads: WorkloadService
    images: ImageService
    notebooks: NotebookService
    labels: LabelGroupService
    datasets: DatasetService
    algorithms: AlgorithmService
    training: TrainingService
    evaluations: EvaluationService
    templates: TemplateService
    visualisations: VisualisationService
    lineage: LineageService
    models: ModelService
    serving: ServingService
    batches: BatchService
    overview: OverviewService
    objects: ObjectKinds
    trash: TrashService
    transfers: TransferService
    reproductions: ReproductionService

    def __init__(self, *, clock: Clock | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clock = clock or Clock()
        self.path = home_folder(self.home)
        self.make_folders()
        self.db = Database(database_url(self.path, self.database_url))
        self.lease = Lease(self.db, self.path)
        self.zone = ZoneInfo(self.timezone or os.environ.get("AISPACE_TIMEZONE") or "UTC")
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._build()

    def make_folders(self) -> None:
        """Make the folders of the home; secrets are for the platform only."""
        self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in FOLDERS:
            mode = 0o700 if name in ("secrets", "uploads", "blobs", "logs") else 0o755
            (self.path / name).mkdir(mode=mode, exist_ok=True)

    def _build(self) -> None:
        for attribute, module, name in SERVICES:
            setattr(self, attribute, getattr(importlib.import_module(f"aispace.{module}"), name)(self))

    def secret(self, name: str) -> str:
        """Read a secret of the home; make a random one at first use (file mode 0600)."""
        path = self.path / "secrets" / name
        with contextlib.suppress(FileNotFoundError):
            return path.read_text().strip()
        value = secrets.token_hex(32)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(value)
            return value
        return path.read_text().strip()

    def amount(self, value: Decimal) -> dict[str, Any]:
        """Write money the way REST shows it."""
        return {"amount": value, "currency": self.currency}

    def start(self) -> None:
        """Start what runs beside the requests: reconciler, sealer, schedules."""
        self._thread("sealer", self._seal)
        for service in self._running:
            service.start()

    @property
    def _running(self) -> tuple[Any, ...]:
        """Services with threads of their own, in the order in which they start."""
        return (
            self.workloads,
            self.storage,
            self.trash,
            self.datasets,
            self.training,
            self.evaluations,
            self.visualisations,
            self.serving,
            self.batches,
        )

    def ensure_presets(self) -> None:
        """Install what comes with the platform; `aispace serve` calls this at each start."""
        self.images.ensure_presets()
        self.algorithms.ensure_presets()

    def _thread(self, name: str, target: Any) -> None:
        thread = threading.Thread(target=target, name=f"aispace-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _seal(self) -> None:
        generation = 0
        while not self._stop.is_set():
            try:
                if self.events.seal() == 0:
                    generation = self.events.wait(generation, timeout=1.0)
            except Exception:
                self.log.exception("sealing failed; the next try follows")
                self._stop.wait(1.0)

    def close(self) -> None:
        """Stop the threads and close the database; workloads go on."""
        self._stop.set()
        for service in reversed(self._running):
            service.close()
        for thread in self._threads:
            thread.join(timeout=5)
        self.lease.release()
        self.db.close()
