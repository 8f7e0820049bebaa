"""The engine of a cluster: an attempt is an Indexed Job, or a Deployment with a Service when it has ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Float, Int, List, Unicode
from traitlets.config import LoggingConfigurable

from ...errors import AISpaceError, Unavailable
from ..base import AttemptPlan, AttemptState, Capacity, Engine, Key, UsageSample
from ..usage import read_usage
from . import manifests, nodes, states
from .cluster import Cluster
from .connection import AWAY, Connection, Refused, may_pass
from .notes import Notes
from .preparing import Preparing
from .states import End

if TYPE_CHECKING:
    from ...platform import Platform

SENT_SECONDS = 60.0
"""So long the objects of an attempt may take to be made before it counts as absent again."""
STOP_AGAIN_SECONDS = 5.0
LIMIT_SLACK_SECONDS = 600
"""So much later than the launcher the cluster ends what runs too long: images are fetched in that time too."""
AT_ONCE = 20
"""So many attempts are made at the same time."""


class KubernetesEngine(LoggingConfigurable, Engine):
    """Runs attempts as Jobs and Deployments in one namespace of a cluster.

    The platform's home must be on a volume that pods can mount too (ReadWriteMany): logs, outputs and data are
    exchanged by it, and each part is found in the pod under the same path as here.
    """

    name = "kubernetes"

    namespace = Unicode(help="Namespace of all workloads. Default: that of the pod this runs in, else 'aispace'.").tag(
        config=True
    )
    kubeconfig = Unicode(
        help="File that says how the API server is reached. Default: from within the cluster, else the user's own."
    ).tag(config=True)
    context = Unicode(help="Context of that file. Default: its current one.").tag(config=True)
    claim = Unicode("aispace-home", help="PersistentVolumeClaim whose volume holds the platform's home.").tag(
        config=True
    )
    claim_path = Unicode(
        help="Where that volume is mounted here. Default: the home itself. Example: '/srv' for the home '/srv/aispace'."
    ).tag(config=True)
    image = Unicode(
        "aispace/runtime:latest",
        help="Image of workloads that name none: the platform's own. It needs Python 3.9 or newer.",
    ).tag(config=True)
    python = Unicode("python3", help="Python of the images, which starts the workload.").tag(config=True)
    pull_policy = Unicode("IfNotPresent", help="When nodes fetch images: Always, IfNotPresent, Never.").tag(config=True)
    pull_secrets = List(Unicode(), help="Names of Secrets by which images are fetched.").tag(config=True)
    pull_seconds = Float(300.0, min=0, help="An attempt whose image cannot be fetched for so many seconds fails.").tag(
        config=True
    )
    service_account = Unicode(
        "aispace-workload", help="Service account of the pods. It needs no right; no token of it is mounted."
    ).tag(config=True)
    uid = Int(10_000, min=1, help="User id of workloads whose owner has none of his own.").tag(config=True)
    priority_classes = Dict(
        default_value={"low": "aispace-low", "normal": "aispace-normal", "high": "aispace-high"},
        help="Kueue's WorkloadPriorityClass of each priority.",
    ).tag(config=True)
    product_labels = Dict(
        default_value={
            "nvidia.com/": "nvidia.com/gpu.product",
            "amd.com/": "amd.com/gpu.product-name",
            "huawei.com/": "huawei.com/npu.product",
            "enflame.com/": "enflame.com/gcu.product",
        },
        help="Label of nodes that tells the product of their accelerators, by beginning of the resource name.",
    ).tag(config=True)
    log_limit_bytes = Int(4 << 30, min=1 << 20, help="An attempt whose log grows over this fails.").tag(config=True)
    sample_seconds = Float(10.0, min=0.1, help="Seconds between two samples of CPU and memory.").tag(config=True)
    connect_seconds = Float(30.0, min=0, help="So many seconds after the start questions wait for the cluster.").tag(
        config=True
    )

    def __init__(self, platform: Platform) -> None:
        super().__init__(parent=platform)
        self.root = platform.path / "workloads"
        self.notes = Notes(self.root)
        self.preparing = Preparing(self, platform.path)
        self.connection = Connection(self.kubeconfig, self.context)
        self.cluster = Cluster(self.connection, self._namespace(), self._heard, self._listed)
        self._lock = threading.RLock()
        self._notify: Callable[[], None] = lambda: None
        self._dirty: set[Key] = set()
        self._making: dict[Key, float] = {}
        self._stopped: dict[Key, float] = {}
        self._ends: dict[Key, End] = {}
        """How pods ended whose attempt is not told of yet: when it is stopped, they are gone first."""
        self._ending: set[Key] = set()
        self._gate: asyncio.Semaphore | None = None

    def _namespace(self) -> str:
        if self.namespace:
            return self.namespace
        with contextlib.suppress(OSError):
            return Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace").read_text().strip()
        return "aispace"

    # Life

    def start(self, notify: Callable[[], None]) -> None:
        """Begin to watch; a cluster that is away is waited for."""
        self._notify = notify
        self.cluster.open()

    def close(self) -> None:
        """Stop watching."""
        self.cluster.close()
        self.connection.close()

    @property
    def schedules(self) -> bool:  # type: ignore[override]  # known only once the cluster has answered
        """Kueue decides who may start, where there is one; otherwise the platform's own queue does."""
        self._wait_for_the_cluster()
        return self.cluster.has_queues

    def _wait_for_the_cluster(self) -> None:
        # Counted from the beginning: who asks later is told at once that there is no answer yet.
        since = self.cluster.open()
        if not self.cluster.wait(max(since + self.connect_seconds - time.monotonic(), 0.0)):
            raise Unavailable(
                "cluster_away",
                f"The cluster does not answer ({self.cluster.trouble() or 'no answer yet'}). Try again in a moment, or "
                "ask your administrator.",
            )

    def _heard(self, key: Key | None, found: manifests.Manifest | None, gone: bool) -> None:
        """Take in that an object has changed."""
        if key is None:
            return
        owned = self.cluster.owner(key) is not None
        with self._lock:
            if found is not None and owned and (end := states.end_of(found)) is not None:
                self._ends.setdefault(key, end)
            self._dirty.add(key)
            over = not owned and key in self._ending
        if over:
            self._forget_marks(key)
        self._notify()

    def _listed(self) -> None:
        """Delete what is left of attempts that have ended, and of workloads that were forgotten."""
        if self.root.is_dir():
            for key in self.cluster.owned():
                if not (self.root / key.workload_id).is_dir() or self.notes.end(key) is not None:
                    self._submit(self._remove(key))
        self._notify()

    def _submit(self, work: Any) -> Future[Any]:
        future = self.connection.submit(work)
        future.add_done_callback(self._report)
        return future

    def _report(self, future: Future[Any]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.log.warning("a call to the cluster failed: %s: %s", type(error).__name__, error)

    # Attempts

    def directory(self, key: Key) -> Path:
        """Folder of an attempt."""
        return self.root / key.workload_id / str(key.number)

    def ensure(self, plans: Sequence[AttemptPlan]) -> None:
        """Make the objects of attempts that have none."""
        if not plans:
            return
        self._wait_for_the_cluster()
        now = time.monotonic()
        for plan in plans:
            key = plan.key
            with self._lock:
                known = self.cluster.owner(key) is not None or now - self._making.get(key, -SENT_SECONDS) < SENT_SECONDS
                if known or self.notes.made(key) or self.notes.end(key) is not None:
                    continue
                if self.notes.stopping(key):
                    self.notes.note_end(key, End(reason="stopped", ended_at=datetime.now(UTC)))
                    continue
                self._making[key] = now
            try:
                inside, setting = self.preparing.inside(plan), self._setting()
            except (AISpaceError, OSError) as error:
                self._refuse(key, error.message if isinstance(error, AISpaceError) else str(error))
                continue
            self._submit(self._make(plan, inside, setting))

    def _setting(self) -> manifests.Setting:
        return manifests.Setting(
            claim=self.claim,
            account=self.service_account,
            pull_policy=self.pull_policy,
            pull_secrets=tuple(self.pull_secrets),
            queues=self.cluster.has_queues,
            priorities=self.priority_classes,
            product_label=self.product_labels,
        )

    def _refuse(self, key: Key, error: str) -> None:
        self.notes.note_end(key, End(reason="start_failed", params={"error": error}, ended_at=datetime.now(UTC)))
        with self._lock:
            self._making.pop(key, None)
            self._dirty.add(key)
        self._notify()

    async def _make(self, plan: AttemptPlan, inside: manifests.Inside, setting: manifests.Setting) -> None:
        """Make the objects of one attempt: what others refer to first, what runs last."""
        if self._gate is None:
            self._gate = asyncio.Semaphore(AT_ONCE)
        key, cluster = plan.key, self.cluster
        async with self._gate:
            try:
                if inside.secret:
                    await cluster.apply("secrets", manifests.secret(plan, self.preparing.secrets(plan)))
                if plan.ports or plan.nodes > 1:
                    found = await cluster.apply("services", manifests.service(plan, headless=plan.nodes > 1))
                    cluster.services.put(found)
                if plan.ports and plan.nodes == 1:
                    made = await cluster.apply("deployments", manifests.deployment(plan, inside, setting))
                    cluster.deployments.put(made)
                else:
                    job = manifests.job(plan, inside, setting, limit_slack_seconds=LIMIT_SLACK_SECONDS)
                    made = await cluster.apply("jobs", job)
                    cluster.jobs.put(made)
            except (Refused, *AWAY) as error:
                if may_pass(error):
                    # It stays absent, so it is asked for again; what was made already is found then.
                    self.log.warning("attempt %s/%d was not made: %s", *key, error)
                    with self._lock:
                        self._making.pop(key, None)
                    return
                self._refuse(key, str(error))
                await self._remove(key)
                return
            self.notes.note_made(key, made["metadata"]["uid"])
            with self._lock:
                self._making.pop(key, None)
                self._dirty.add(key)
        if self.notes.stopping(key):
            await self._end_early(key, plan.stop_grace_seconds)
        self._notify()

    def look(self, keys: Iterable[Key], *, changed_only: bool = False) -> dict[Key, AttemptState]:
        """Say what the watches know; nothing of what is not known yet."""
        wanted = list(keys)
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        if changed_only:
            wanted = [key for key in wanted if key in dirty]
        found = {key: self._look(key) for key in wanted}
        return {key: state for key, state in found.items() if state is not None}

    def _look(self, key: Key) -> AttemptState | None:
        owner = self.cluster.owner(key)
        if owner is None:
            return self._without_objects(key)
        pods = self.cluster.pods_of(key)
        quota = self.cluster.quota_of(owner, pods)
        end = self._end_now(key, owner, pods, quota)
        if end is not None:
            self._finish(key, end)
            return end.state(key, self.cluster.ports(key))
        if pods and all(states.is_running(pod) for pod in pods) and len(pods) >= self.cluster.size(owner):
            began = min((at for pod in pods if (at := states.started(pod)) is not None), default=None)
            return AttemptState(key, "running", began, ports=self.cluster.ports(key))
        wait = states.waits_for(pods, quota, self.cluster.queue_of(owner), self.cluster.place_of(quota))
        return AttemptState(key, "starting", reason=wait.reason, params=wait.params)

    def _end_now(
        self, key: Key, owner: manifests.Manifest, pods: list[manifests.Manifest], quota: manifests.Manifest | None
    ) -> End | None:
        """Tell how an attempt ended whose objects are there."""
        if owner["metadata"].get("deletionTimestamp"):
            return None
        end = states.preempted(owner, quota)
        if end is None and owner["kind"] == "Job":
            end = states.job_end(owner, pods, self._ends.get(key))
        elif end is None:
            end = next((end for pod in pods if (end := states.end_of(pod)) is not None), self._ends.get(key))
        if end is None:
            wait = states.waits_for(pods, quota, self.cluster.queue_of(owner))
            now = datetime.now(UTC)
            if wait.reason == "image_pull" and wait.since and (now - wait.since).total_seconds() > self.pull_seconds:
                end = End(reason="image_pull", params=wait.params, ended_at=now)
        if end is not None and end.reason != "stopped" and self.notes.stopping(key):
            end = replace(end, reason="stopped", params={})
        return end

    def _without_objects(self, key: Key) -> AttemptState | None:
        end = self.notes.end(key)
        if end is None:
            with self._lock:
                sent = self._making.get(key)
            if sent is not None and time.monotonic() - sent < SENT_SECONDS:
                return AttemptState(key, "starting")
            if not self.cluster.synced:
                return None
            last = self._ends.get(key, End(ended_at=datetime.now(UTC)))
            if self.notes.stopping(key):
                end = replace(last, reason="stopped", params={})
            elif self.notes.made(key):
                end = replace(last, reason="deleted_outside", params={})
            else:
                return AttemptState(key, "absent")
            self.notes.note_end(key, end)
        self._forget_marks(key)
        return end.state(key, {})

    def _finish(self, key: Key, end: End) -> None:
        """Note how an attempt ended, then take its objects away."""
        with self._lock:
            if key in self._ending:
                return
            self._ending.add(key)
        self.notes.note_end(key, end)
        self._submit(self._remove(key))

    def _forget_marks(self, key: Key) -> None:
        with self._lock:
            for table in (self._making, self._stopped, self._ends):
                table.pop(key, None)
            self._ending.discard(key)

    async def _remove(self, key: Key) -> None:
        """Delete the objects of an attempt; those that are not there are no trouble."""
        for pause in (0.5, 2.0, 8.0, 0.0):
            try:
                await self.cluster.remove(key)
                return
            except (Refused, *AWAY) as error:
                if not may_pass(error) or not pause:
                    raise
                await asyncio.sleep(pause)

    def stop(self, key: Key, grace_seconds: float) -> None:
        """Leave word, and take the attempt's objects away: its pods are asked to end first."""
        with self._lock:
            now = time.monotonic()
            if now - self._stopped.get(key, float("-inf")) < STOP_AGAIN_SECONDS:
                return
            self._stopped[key] = now
        if self.notes.end(key) is None:
            self.notes.note_stop(key, grace_seconds)
        self._submit(self._end_early(key, grace_seconds))

    async def _end_early(self, key: Key, grace_seconds: float) -> None:
        owner = self.cluster.owner(key)
        if owner is None:
            self._heard(key, None, gone=True)
            return
        pods = self.cluster.pods_of(key)
        if not owner["metadata"].get("deletionTimestamp"):
            # The owner stays until its pods are gone, so that nothing counts as ended before.
            await self.cluster.remove(key, propagation="Foreground")
        grace = manifests.grace_of(grace_seconds)
        for pod in pods:
            if states.end_of(pod) is None and pod["spec"].get("terminationGracePeriodSeconds") != grace:
                await self.cluster.end_pod(pod["metadata"]["name"], grace)

    def metrics(self, key: Key) -> list[UsageSample]:
        """Read the usage samples that the launcher wrote."""
        return read_usage(self.directory(key) / "usage.jsonl")

    def address(self, key: Key, port: str) -> tuple[str, int] | None:
        """Tell the address of the attempt's Service while it runs."""
        pods = self.cluster.pods_of(key)
        if not any(states.is_running(pod) for pod in pods):
            return None
        return self.cluster.ports(key).get(port)

    def forget(self, workload_id: str) -> None:
        """Delete the folder of a workload, and its objects where any are left."""
        for key in self.cluster.owned():
            if key.workload_id == workload_id:
                self._submit(self._remove(key))
        shutil.rmtree(self.root / workload_id, ignore_errors=True)

    def capacity(self) -> Capacity:
        """Add up the nodes that take pods."""
        self._wait_for_the_cluster()
        return nodes.capacity(self.cluster.nodes.all(), self.product_labels)

    @property
    def default_uid(self) -> int:
        """User id of workloads whose owner has none: only root can give files away."""
        return self.uid if os.geteuid() == 0 else os.geteuid()
