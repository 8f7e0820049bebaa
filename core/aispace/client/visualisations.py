"""TensorBoard over training runs."""

from __future__ import annotations

from ..errors import Conflict
from ..visualisations.schemas import ViewRead, VisualisationRead
from ..workloads.states import ENDED
from .collection import Collection, body, wait


class Visualisations(Collection[VisualisationRead]):
    """What shows training runs."""

    path = "/visualisations"
    shape = VisualisationRead

    def start(
        self, runs: list[dict[str, str]], *, spec_id: str | None = None, idle_minutes: int | None = None
    ) -> VisualisationRead:
        """Start one, or give the one that runs already over the same runs.

        Parameters
        ----------
        runs : list of dict
            ``{"job_id": ..., "version": "V0001"}``; without version the newest.
        idle_minutes : int, optional
            It stops by itself when nobody has looked at it for so long.
        """
        wanted = {"runs": runs, "spec_id": spec_id, "idle_minutes": idle_minutes}
        return self._post(VisualisationRead, self.path, body(wanted))

    def stop(self, visualisation_id: str) -> VisualisationRead:
        """Stop it; the same runs start it again."""
        return self._post(VisualisationRead, f"{self.path}/{visualisation_id}/stop")

    def open(self, visualisation_id: str) -> ViewRead:
        """Give the address of its page; this is a visit."""
        return self._post(ViewRead, f"{self.path}/{visualisation_id}/open")

    def wait(self, visualisation_id: str, timeout: float = 3600) -> VisualisationRead:
        """Wait until it can be looked at.

        Raises
        ------
        Conflict
            It ended before; says why.
        """

        def ready() -> VisualisationRead | None:
            found = self.get(visualisation_id)
            if found.status in ENDED:
                why = found.reason
                message = why.message if why else f"It is {found.status}."
                raise Conflict(why.code if why else "not_running", f"TensorBoard was not started. {message}")
            return found if found.ready else None

        return wait(ready, timeout=timeout, what=f"TensorBoard {visualisation_id} being ready")
