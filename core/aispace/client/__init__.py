"""The typed REST client that notebooks, magics, the command line and scripts use.

Examples
--------
>>> from aispace.client import AISpaceClient
>>> client = AISpaceClient()                                    # doctest: +SKIP
>>> digits = client.datasets.create("digits", labels=["0", "1"])  # doctest: +SKIP
>>> client.datasets.import_files(digits.id, "photos")           # doctest: +SKIP
"""

from __future__ import annotations

from types import TracebackType

from .algorithms import Algorithms, Images
from .batches import Batches
from .cells import CellInputs, Cells
from .datasets import Datasets, LabelGroups
from .keeping import Reproductions, Transfers, Trash
from .models import Endpoint, Models, Services
from .operations import About, Files, Specs, Tokens, Usage, Users, Workloads
from .templates import Templates
from .training import Evaluations, Jobs
from .transport import RemoteError, ServiceAway, Transport
from .uploads import Uploads
from .visualisations import Visualisations

__all__ = ["AISpaceClient", "CellInputs", "Endpoint", "RemoteError", "ServiceAway"]


class AISpaceClient:
    """One platform as one user; each attribute is an area with the verbs of the REST routes.

    Parameters
    ----------
    url : str, optional
        Address up to, not including, ``/api/v1``. Default: ``AISPACE_URL``, else the hub of `make run` on this machine.
    token : str, optional
        Default: ``AISPACE_TOKEN``, else the token that the hub gave this server.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.transport = Transport(url, token)
        self.uploads = Uploads(self.transport)
        self.datasets = Datasets(self.transport, self.uploads)
        self.label_groups = LabelGroups(self.transport)
        self.algorithms = Algorithms(self.transport, self.uploads)
        self.images = Images(self.transport)
        self.jobs = Jobs(self.transport)
        self.specs = Specs(self.transport)
        self.cells = Cells(self.algorithms, self.images, self.datasets, self.specs, self.jobs)
        self.evaluations = Evaluations(self.transport)
        self.templates = Templates(self.transport)
        self.visualisations = Visualisations(self.transport)
        self.models = Models(self.transport, self.uploads)
        self.services = Services(self.transport)
        self.batches = Batches(self.transport)
        self.workloads = Workloads(self.transport)
        self.users = Users(self.transport)
        self.files = Files(self.uploads)
        self.tokens = Tokens(self.transport)
        self.usage = Usage(self.transport)
        self.trash = Trash(self.transport)
        self.transfers = Transfers(self.transport)
        self.reproductions = Reproductions(self.transport)
        self.about = About(self.transport)

    def __enter__(self) -> AISpaceClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()
