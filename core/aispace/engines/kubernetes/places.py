"""The places of those that wait, from Kueue's visibility API: one question for a queue, while somebody waits in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from .connection import AWAY, Connection, Refused
from .manifests import Manifest
from .states import condition, moment

VISIBILITY: Final = "/apis/visibility.kueue.x-k8s.io/v1beta2"
LOOK_SECONDS: Final = 5.0
WAITED_SECONDS: Final = 3.0
"""Who waits no longer than this is not asked after: most are admitted at once."""
MOST: Final = 1000


def waits(quota: Manifest, now: datetime) -> bool:
    """Tell whether one has waited for its quota long enough to be asked after."""
    if any(condition(quota, kind) for kind in ("QuotaReserved", "Admitted", "Finished")):
        return False
    since = moment(quota["metadata"].get("creationTimestamp"))
    return since is not None and (now - since).total_seconds() > WAITED_SECONDS


class Places:
    """Places in the queues of one namespace, by the name of Kueue's object.

    Parameters
    ----------
    quota : callable
        Gives all of Kueue's objects of the namespace.
    moved : callable
        Is told of each object whose place has changed.
    """

    def __init__(
        self,
        connection: Connection,
        namespace: str,
        quota: Callable[[], Iterable[Manifest]],
        moved: Callable[[str], None],
    ) -> None:
        self.connection = connection
        self.namespace = namespace
        self.places: dict[str, int] = {}
        self._quota = quota
        self._moved = moved

    async def run(self) -> None:
        """Ask again and again, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = datetime.now(UTC)
            queues = {str(one["spec"].get("queueName")) for one in self._quota() if waits(one, now)}
            found: dict[str, int] = {}
            for queue in sorted(queues):
                found |= await self._ask(queue)
            moved = [name for name in {*found, *self.places} if found.get(name) != self.places.get(name)]
            self.places = found
            for name in moved:
                self._moved(name)

    async def _ask(self, queue: str) -> dict[str, int]:
        path = f"{VISIBILITY}/namespaces/{self.namespace}/localqueues/{queue}/pendingworkloads"
        try:
            answer = await self.connection.call("GET", path, limit=MOST)
        except (Refused, *AWAY):
            # It is a convenience: without it the reason still says what is waited for.
            return {}
        return {one["metadata"]["name"]: int(one["positionInClusterQueue"]) + 1 for one in answer.get("items") or ()}
