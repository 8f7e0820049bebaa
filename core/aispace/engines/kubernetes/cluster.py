"""What is known of the cluster: one watch per kind, and which objects belong to which attempt."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ..base import Key
from . import manifests
from .connection import AWAY, Connection, Refused
from .manifests import Manifest
from .places import Places
from .watching import Change, Kind, Store

QUEUES = "/apis/kueue.x-k8s.io/v1beta2"
MANAGED = "app.kubernetes.io/managed-by=aispace"
Heard = Callable[[Key | None, Manifest | None, bool], None]


class Cluster:
    """The platform's own objects in one namespace, and the nodes.

    Parameters
    ----------
    heard : callable
        Is told of each change: the attempt, the pod where it is one, and whether it is gone.
    listed : callable
        Is told when everything was asked for anew.
    """

    def __init__(self, connection: Connection, namespace: str, heard: Heard, listed: Callable[[], None]) -> None:
        self.connection = connection
        self.namespace = namespace
        self.has_queues = False
        self._heard = heard
        self._listed = listed
        self._lock = threading.Lock()
        self._pods: dict[Key, set[str]] = {}
        self._quota: dict[tuple[str, str], str] = {}
        """Name of Kueue's object by kind and name of what it admits."""
        inside = f"namespaces/{namespace}"
        self.paths = {
            "jobs": f"/apis/batch/v1/{inside}/jobs",
            "deployments": f"/apis/apps/v1/{inside}/deployments",
            "services": f"/api/v1/{inside}/services",
            "pods": f"/api/v1/{inside}/pods",
            "secrets": f"/api/v1/{inside}/secrets",
        }
        self.jobs = Store(Kind("Job", self.paths["jobs"], MANAGED), self._owner_changed)
        self.deployments = Store(Kind("Deployment", self.paths["deployments"], MANAGED), self._owner_changed)
        self.services = Store(Kind("Service", self.paths["services"], MANAGED), self._owner_changed)
        self.pods = Store(Kind("Pod", self.paths["pods"], MANAGED), self._pod_changed)
        self.quota = Store(Kind("Workload", f"{QUEUES}/{inside}/workloads"), self._quota_changed)
        self.nodes = Store(Kind("Node", "/api/v1/nodes"), self._node_changed)
        self.places = Places(connection, namespace, self.quota.all, self._place_changed)
        self._running: Future[None] | None = None
        self._since = 0.0
        self._known = threading.Event()
        self._trouble: str | None = None

    # Life

    def open(self) -> float:
        """Begin to watch, once; tell when that was, on the monotonic clock."""
        with self._lock:
            if self._running is None:
                self._running = self.connection.submit(self._run())
                self._since = time.monotonic()
            return self._since

    def close(self) -> None:
        """Stop watching."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.cancel()

    async def _run(self) -> None:
        while True:
            try:
                self.has_queues = await self._find_queues()
                break
            except (Refused, *AWAY) as error:
                self._trouble = f"{type(error).__name__}: {error}"
                await asyncio.sleep(1.0)
        self._trouble = None
        self._known.set()
        asking = [self.places.run()] if self.has_queues else []
        await asyncio.gather(*(store.run(self.connection) for store in self._stores()), *asking)

    async def _find_queues(self) -> bool:
        try:
            found = await self.connection.call("GET", QUEUES)
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return any(one["name"] == "workloads" for one in found["resources"])

    def _stores(self) -> list[Store]:
        stores = [self.jobs, self.deployments, self.services, self.pods, self.nodes]
        return [*stores, self.quota] if self.has_queues else stores

    @property
    def synced(self) -> bool:
        """Everything was listed at least once."""
        return self._known.is_set() and all(store.synced.is_set() for store in self._stores())

    def wait(self, seconds: float) -> bool:
        """Wait until everything was listed once."""
        end = time.monotonic() + seconds
        if not self._known.wait(seconds):
            return False
        return all(store.synced.wait(max(end - time.monotonic(), 0)) for store in self._stores())

    def trouble(self) -> str | None:
        """Tell why the cluster is not known, or not known well."""
        return self._trouble or next((store.error for store in self._stores() if store.error), None)

    # What changes

    def _owner_changed(self, change: Change, found: Manifest) -> None:
        if change == "listed":
            if self.synced:
                self._listed()
            return
        self._heard(manifests.key_of(found), None, change == "gone")

    def _pod_changed(self, change: Change, found: Manifest) -> None:
        if change == "listed":
            self._owner_changed(change, found)
            return
        key = manifests.key_of(found)
        if key is None:
            return
        name = found["metadata"]["name"]
        with self._lock:
            names = self._pods.setdefault(key, set())
            if change == "gone":
                names.discard(name)
                if not names:
                    del self._pods[key]
            else:
                names.add(name)
        self._heard(key, found, change == "gone")

    def _quota_changed(self, change: Change, found: Manifest) -> None:
        if change == "listed":
            self._owner_changed(change, found)
            return
        for owner in found["metadata"].get("ownerReferences") or ():
            who = (owner["kind"], owner["name"])
            with self._lock:
                if change == "gone":
                    if self._quota.get(who) == found["metadata"]["name"]:
                        del self._quota[who]
                else:
                    self._quota[who] = found["metadata"]["name"]
            store = {"Job": self.jobs, "Pod": self.pods}.get(owner["kind"])
            of = store.get(owner["name"]) if store else None
            self._heard(manifests.key_of(of) if of else None, None, change == "gone")

    def _place_changed(self, name: str) -> None:
        found = self.quota.get(name)
        if found is not None:
            self._quota_changed("set", found)

    def _node_changed(self, change: Change, found: Manifest) -> None:
        if change == "listed":
            self._owner_changed(change, found)

    # What is there

    def owner(self, key: Key) -> Manifest | None:
        """Give the Job or Deployment of an attempt."""
        name = manifests.name_of(key)
        job = self.jobs.get(name)
        if job is not None:
            return {**job, "kind": "Job"}
        found = self.deployments.get(name)
        return {**found, "kind": "Deployment"} if found is not None else None

    def owned(self) -> set[Key]:
        """Give all attempts that have objects."""
        keys = (manifests.key_of(one) for store in (self.jobs, self.deployments, self.services) for one in store.all())
        return {key for key in keys if key is not None}

    def pods_of(self, key: Key) -> list[Manifest]:
        """Give the pods of an attempt."""
        with self._lock:
            names = sorted(self._pods.get(key, ()))
        return [pod for name in names if (pod := self.pods.get(name)) is not None]

    def quota_of(self, owner: Manifest, pods: list[Manifest]) -> Manifest | None:
        """Give the object by which Kueue admits an attempt."""
        who = [(owner["kind"], owner["metadata"]["name"]), *(("Pod", pod["metadata"]["name"]) for pod in pods)]
        with self._lock:
            names = [self._quota[one] for one in who if one in self._quota]
        return self.quota.get(names[0]) if names else None

    def place_of(self, quota: Manifest | None) -> int | None:
        """Tell the place of one that waits, 1 is next; None while it is not known."""
        return None if quota is None else self.places.places.get(quota["metadata"]["name"])

    def queue_of(self, owner: Manifest) -> str | None:
        """Tell in which queue of Kueue an attempt is; None when it is in none."""
        queue: str | None = (owner["metadata"].get("labels") or {}).get(manifests.QUEUE)
        return queue

    def size(self, owner: Manifest) -> int:
        """Tell of how many pods an attempt is made."""
        return int(owner["spec"].get("parallelism") or owner["spec"].get("replicas") or 1)

    def ports(self, key: Key) -> dict[str, tuple[str, int]]:
        """Give the addresses of an attempt's ports."""
        service = self.services.get(manifests.name_of(key))
        address = (service or {}).get("spec", {}).get("clusterIP")
        if service is None or not address or address == "None":
            return {}
        return {port["name"]: (address, int(port["port"])) for port in service["spec"]["ports"]}

    # What is made and taken away

    async def apply(self, what: str, manifest: Manifest) -> dict[str, Any]:
        """Make an object."""
        return await self.connection.apply(f"{self.paths[what]}/{manifest['metadata']['name']}", manifest)

    async def remove(self, key: Key, *, propagation: str = "Background") -> None:
        """Delete the objects of an attempt."""
        name = manifests.name_of(key)
        job = self.jobs.get(name)
        deployment = self.deployments.get(name)
        owner = job or deployment
        if owner is not None:
            path = self.paths["jobs" if job is not None else "deployments"]
            await self.connection.delete(f"{path}/{name}", propagation=propagation)
        if self.services.get(name) is not None:
            await self.connection.delete(f"{self.paths['services']}/{name}")
        if owner is None or _has_secret(owner):
            await self.connection.delete(f"{self.paths['secrets']}/{name}")

    async def end_pod(self, name: str, grace: int) -> None:
        """Ask a pod to end within so many seconds."""
        await self.connection.delete(f"{self.paths['pods']}/{name}", grace=grace)


def _has_secret(owner: Manifest) -> bool:
    return bool(owner["spec"]["template"]["spec"]["containers"][0].get("envFrom"))
