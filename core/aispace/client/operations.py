"""What runs, what it costs, who may use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..billing.schemas import UsageLine, UsageSummary
from ..events.schemas import EventRead
from ..files.schemas import FileRead
from ..lineage.schemas import LineageGraph
from ..overview.schemas import MeRead, OverviewRead, SearchRead, VersionRead
from ..resources.schemas import SpecRead
from ..tokens.schemas import TokenCreated, TokenRead
from ..users.schemas import UserCreated, UserRead
from ..workloads.schemas import LogRead, WorkloadRead
from .collection import PAGE, Collection, Resource, body
from .uploads import Uploads


class Workloads(Collection[WorkloadRead]):
    """Everything that runs."""

    path = "/workloads"
    shape = WorkloadRead

    def stop(self, workload_id: str) -> WorkloadRead:
        """Stop it."""
        return self._post(WorkloadRead, f"{self.path}/{workload_id}/stop")

    def log(self, workload_id: str, after: int = 0, **query: Any) -> LogRead:
        """Read a part of its log."""
        return self._get(LogRead, f"{self.path}/{workload_id}/log", after=after, **query)


class Specs(Collection[SpecRead]):
    """Resource specs; only administrators change them."""

    path = "/specs"
    shape = SpecRead

    def create(self, name: str, **fields: Any) -> SpecRead:
        """Make a spec."""
        return self._create({"name": name, **fields})

    def cheapest(self, purpose: str) -> SpecRead:
        """Choose the enabled spec for a purpose that costs least, of those without price the smallest.

        Raises
        ------
        LookupError
            When none serves the purpose.
        """
        fit = [spec for spec in self.list(purpose=purpose) if spec.enabled and spec.capacity.total > 0]
        if not fit:
            raise LookupError(f"no spec serves {purpose}: an administrator can add one")
        return min(fit, key=lambda s: (s.price_per_hour.amount if s.price_per_hour else 0, s.cpu, s.memory_bytes))


class Users(Collection[UserRead]):
    """Accounts; for administrators."""

    path = "/users"
    shape = UserRead

    def create(self, name: str, password: str | None = None, role: str = "user") -> UserCreated:
        """Add an account; without password a random one is made and given here, once."""
        return self._post(UserCreated, self.path, body({"name": name, "password": password, "role": role}))


class Files(Resource):
    """The caller's own area."""

    def __init__(self, uploads: Uploads) -> None:
        super().__init__(uploads.transport)
        self.uploads = uploads

    def list(self, path: str = "", *, hidden: bool = False) -> Iterator[FileRead]:
        """Go through a folder; with ``hidden`` also through what begins with a dot."""
        offset: int | None = 0
        while offset is not None:
            params = {"path": path, "limit": PAGE, "offset": offset, "hidden": hidden}
            answer = self.transport.ask("GET", "/files", params=params)
            for item in answer["items"]:
                yield FileRead.model_validate(item)
            offset = answer["page"]["next"]

    def upload(self, source: str | Path, path: str, *, overwrite: bool = False) -> FileRead:
        """Put a file of this machine into the area."""
        upload = self.uploads.file(source)
        return self._post(
            FileRead, "/files/place", {"upload_id": upload["upload_id"], "path": path, "overwrite": overwrite}
        )

    def download(self, path: str, target: str | Path) -> Path:
        """Save a file of the area here."""
        return self._save("/files/content", target, path=path)

    def make_folder(self, path: str) -> FileRead:
        """Make a folder."""
        return self._post(FileRead, "/files/folders", {"path": path})

    def make_file(self, path: str, text: str = "") -> FileRead:
        """Make a file of text."""
        return self._post(FileRead, "/files", {"path": path, "text": text})

    def preview(self, path: str) -> bytes:
        """Read what can be looked at of a picture, a sound, a film or a text."""
        return self.transport.send("GET", "/files/preview", params={"path": path}).content

    def move(self, source: str, target: str, *, overwrite: bool = False) -> None:
        """Move or rename."""
        self.transport.send("POST", "/files/move", json={"from": source, "to": target, "overwrite": overwrite})

    def delete(self, *paths: str) -> None:
        """Delete files and folders."""
        self.transport.send("DELETE", "/files", params={"path": list(paths)})


class Tokens(Resource):
    """Personal access tokens of the caller."""

    def list(self) -> list[TokenRead]:
        """List them, without their secrets."""
        answer = self.transport.ask("GET", "/tokens")
        return [TokenRead.model_validate(item) for item in answer["items"]]

    def create(self, name: str, scope: str = "write", expires_at: str | None = None) -> TokenCreated:
        """Make a token; its secret is shown this once."""
        return self._post(TokenCreated, "/tokens", body({"name": name, "scope": scope, "expires_at": expires_at}))

    def delete(self, token_id: str) -> None:
        """Delete a token; it is refused from then on."""
        self.transport.send("DELETE", f"/tokens/{token_id}")


class Usage(Resource):
    """What was used, and what it costs."""

    def summary(self, **query: Any) -> UsageSummary:
        """Read the sums of a period; by default of this month."""
        return self._get(UsageSummary, "/usage/summary", **query)

    def lines(self, **query: Any) -> Iterator[UsageLine]:
        """Go through the lines of the bill."""
        offset: int | None = 0
        while offset is not None:
            params = {**query, "limit": PAGE, "offset": offset}
            answer = self.transport.ask("GET", "/usage/lines", params=params)
            for item in answer["items"]:
                yield UsageLine.model_validate(item)
            offset = answer["page"]["next"]


class About(Resource):
    """The platform and the caller."""

    def version(self) -> VersionRead:
        """Tell what answers."""
        return self._get(VersionRead, "/version")

    def me(self) -> MeRead:
        """Tell who the caller is and what he may do."""
        return self._get(MeRead, "/me")

    def overview(self) -> OverviewRead:
        """Read what runs and what needs the caller."""
        return self._get(OverviewRead, "/overview")

    def search(self, text: str) -> SearchRead:
        """Look for names."""
        return self._get(SearchRead, "/search", q=text)

    def lineage(self, point: str) -> LineageGraph:
        """Read what an object (``id`` or ``id:V0001``) was made from and what was made from it."""
        return self._get(LineageGraph, f"/lineage/{point}")

    def events(self, **query: Any) -> list[EventRead]:
        """Read a page of events, the newest first, or those after a position."""
        return [EventRead.model_validate(item) for item in self.transport.ask("GET", "/events", params=query)["items"]]
