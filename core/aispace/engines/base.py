"""What every engine does. The platform above knows nothing of processes or pods."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple


class Key(NamedTuple):
    """Name of an attempt: derived from ids, so the same attempt is never made twice."""

    workload_id: str
    number: int


Phase = Literal["absent", "starting", "running", "ended"]


@dataclass(frozen=True)
class MountPoint:
    """A folder that the attempt finds under a name."""

    source: Path
    target: str
    read_only: bool = True


@dataclass(frozen=True)
class AttemptPlan:
    """Everything an engine needs to start an attempt.

    Parameters
    ----------
    key : Key
        Its name.
    image : pathlib.Path or str or None
        Runtime image: a Python environment on one machine, an OCI reference on a cluster; None is the platform's own.
    cpu : float
        Cores.
    memory_bytes : int
        Limit; 0 is none.
    secret_env : dict
        Goes to the processes and nowhere else.
    """

    key: Key
    kind: str
    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    secret_env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str | None = None
    mounts: tuple[MountPoint, ...] = ()
    image: str | None = None
    cpu: float = 0.0
    memory_bytes: int = 0
    accelerator: str | None = None
    accelerator_count: int = 0
    accelerator_product: str | None = None
    nodes: int = 1
    queue: str = "default"
    priority: str = "normal"
    ports: tuple[str, ...] = ()
    time_limit_seconds: float | None = None
    stop_grace_seconds: float = 10.0
    uid: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class AttemptState:
    """What an engine sees of an attempt.

    Parameters
    ----------
    phase : str
        ``absent``: nothing of it exists, it may be made.
    exit_code : int, optional
        Of the main process; negative: the signal that ended it.
    reason : str, optional
        Why it ended when the engine ended it or lost it: ``memory_limit``, ``time_limit``, ``log_limit``, ``stopped``,
        ``supervisor_lost``, ``start_failed``, ``preempted``, ``evicted``, ``image_pull``, ``deleted_outside``. While it
        starts: what it waits for (``cluster_queue``, ``cluster_queue_place``, ``unschedulable``, ``image_pull``), or
        None.
    """

    key: Key
    phase: Phase
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    reason: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    ports: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    accelerators: tuple[int, ...] = ()


@dataclass(frozen=True)
class Accelerators:
    """Accelerators of one resource name."""

    product: str
    """Of most of them."""
    count: int
    products: Mapping[str, int] = field(default_factory=dict)
    """How many there are of each product, where there are several."""

    def of(self, product: str | None) -> int:
        """Count those that a need for a product may take."""
        if product in (None, self.product) and not self.products:
            return self.count
        return self.count if product is None else self.products.get(product, 0)


@dataclass(frozen=True)
class Capacity:
    """What an engine has in all."""

    cpu: float
    memory_bytes: int
    accelerators: Mapping[str, Accelerators] = field(default_factory=dict)


@dataclass(frozen=True)
class UsageSample:
    """What an attempt used at one moment.

    Parameters
    ----------
    time : float
        Unix time, seconds.
    cpu : float
        Cores, mean since the sample before.
    accelerators : mapping
        Index and ``(utilisation in per cent, memory in bytes)``.
    """

    time: float
    cpu: float
    memory_bytes: int
    accelerators: Mapping[int, tuple[float | None, int | None]] = field(default_factory=dict)


class Engine:
    """Runs attempts. All methods may be called from any thread.

    ``ensure`` and ``stop`` say what should be and return at once; what is, is seen by ``look``.
    """

    name: str = "abstract"
    schedules: bool = False
    """It has queues of its own: all attempts are handed over at once, and it says what those that wait wait for."""

    @abstractmethod
    def start(self, notify: Callable[[], None]) -> None:
        """Begin to work; ``notify()`` is called when something changed that ``look`` would show."""

    @abstractmethod
    def ensure(self, plans: Sequence[AttemptPlan]) -> None:
        """Make these attempts exist. Doing it again, also after a crash of ours, makes nothing twice."""

    @abstractmethod
    def look(self, keys: Iterable[Key], *, changed_only: bool = False) -> dict[Key, AttemptState]:
        """Look at attempts.

        Parameters
        ----------
        keys : iterable of Key
            Those that are not known to have ended.
        changed_only : bool, optional
            Leave out those of which the engine heard nothing since the last call.
        """

    @abstractmethod
    def stop(self, key: Key, grace_seconds: float) -> None:
        """Ask an attempt to end, and kill all its processes ``grace_seconds`` later."""

    @abstractmethod
    def directory(self, key: Key) -> Path:
        """Folder of an attempt, as the platform sees it: ``log``, ``metrics.jsonl``, ``out/``, ``model/``."""

    @abstractmethod
    def metrics(self, key: Key) -> list[UsageSample]:
        """Give all usage samples of an attempt, oldest first."""

    @abstractmethod
    def address(self, key: Key, port: str) -> tuple[str, int] | None:
        """Tell where a port of an attempt listens, or None when the attempt does not run."""

    @abstractmethod
    def capacity(self) -> Capacity:
        """Tell what there is in all."""

    @abstractmethod
    def forget(self, workload_id: str) -> None:
        """Delete what is left of an ended workload: logs, outputs, everything."""

    @abstractmethod
    def close(self) -> None:
        """Stop working; attempts go on."""
