"""What was deleted, what changes hands, what is made once more."""

from __future__ import annotations

from ..reproductions.schemas import ReproductionRead
from ..transfers.schemas import TransferRead
from ..trash.schemas import Emptied, Restored, TrashRead
from .collection import Collection, Resource, body, wait


class Trash(Collection[TrashRead]):
    """What was deleted and can be taken back; each thing has the id that it had."""

    path = "/trash"
    shape = TrashRead

    def get(self, object_id: str) -> TrashRead:
        """Read one thing in the trash by its id.

        Raises
        ------
        LookupError
            It is not there.
        """
        for item in self.list(q=object_id):
            if item.id == object_id:
                return item
        raise LookupError(f"{object_id} in the trash")

    def restore(self, object_id: str, name: str | None = None) -> Restored:
        """Take something back; with a new name where another object has its own by now."""
        return self._post(Restored, f"/trash/{object_id}/restore", body({"name": name}))

    def delete(self, object_id: str) -> None:
        """Delete something for good."""
        self.transport.send("DELETE", f"/trash/{object_id}")

    def empty(self) -> Emptied:
        """Delete for good all that lies there."""
        return Emptied.model_validate(self.transport.ask("DELETE", "/trash"))


class Transfers(Collection[TransferRead]):
    """Objects that are offered to somebody."""

    path = "/transfers"
    shape = TransferRead

    def offer(self, object_id: str, to: str, note: str = "", *, at_once: bool = False) -> TransferRead:
        """Offer an object to a user by his name; an administrator may move it at once."""
        values = {"object_id": object_id, "to": to, "note": note, "at_once": at_once}
        return self._post(TransferRead, self.path, values)

    def accept(self, transfer_id: str, name: str | None = None) -> TransferRead:
        """Take what is offered; with a new name where an object of that name is there already."""
        return self._post(TransferRead, f"{self.path}/{transfer_id}/accept", body({"name": name}))

    def decline(self, transfer_id: str) -> TransferRead:
        """Leave it with its owner."""
        return self._post(TransferRead, f"{self.path}/{transfer_id}/decline")

    def withdraw(self, transfer_id: str) -> TransferRead:
        """Take an offer back."""
        return self._post(TransferRead, f"{self.path}/{transfer_id}/withdraw")


class Reproductions(Resource):
    """Model versions made once more."""

    def create(
        self, model_id: str, version: str, *, name: str | None = None, spec_id: str | None = None
    ) -> ReproductionRead:
        """Run again what made a model version: same code, data, parameters, seed and packages."""
        path = f"/models/{model_id}/versions/{version}/reproductions"
        return self._post(ReproductionRead, path, body({"name": name, "spec_id": spec_id}))

    def get(self, reproduction_id: str) -> ReproductionRead:
        """Read a reproduction, and what differs."""
        return self._get(ReproductionRead, f"/reproductions/{reproduction_id}")

    def list(self, model_id: str, version: str) -> list[ReproductionRead]:
        """List the newest reproductions of a model version."""
        answer = self.transport.ask("GET", f"/models/{model_id}/versions/{version}/reproductions")
        return [ReproductionRead.model_validate(item) for item in answer["items"]]

    def wait(self, reproduction_id: str, timeout: float = 24 * 3600) -> ReproductionRead:
        """Wait for its end."""

        def ended() -> ReproductionRead | None:
            found = self.get(reproduction_id)
            return None if found.status == "running" else found

        return wait(ended, timeout=timeout, what=f"the end of reproduction {reproduction_id}")
