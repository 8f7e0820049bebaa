"""Algorithms and runtime images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..algorithms.schemas import AlgorithmRead, AlgorithmVersionRead
from ..images.schemas import ImageRead
from .collection import Collection, body, wait
from .transport import RemoteError, Transport
from .uploads import Uploads


class Algorithms(Collection[AlgorithmRead]):
    """Code that learns."""

    path = "/algorithms"
    shape = AlgorithmRead

    def __init__(self, transport: Transport, uploads: Uploads) -> None:
        super().__init__(transport)
        self.uploads = uploads

    def create(self, name: str, source: str | Path | Mapping[str, Any], **fields: Any) -> AlgorithmRead:
        """Make an algorithm of a folder, a zip file or a notebook here, or of another source.

        Parameters
        ----------
        source : path or mapping
            A path here, or for instance ``{"kind": "git", "url": ...}``.
        **fields
            ``run_command``, ``parameters``, ``argument_mapping``, ``image_id`` and the others of the REST route.
        """
        given = dict(source) if isinstance(source, Mapping) else self.uploads.source(source)
        return self._create({"name": name, "source": given, **fields})

    def fork(self, algorithm_id: str, name: str, **fields: Any) -> AlgorithmRead:
        """Copy an algorithm to make it one's own."""
        return self._post(AlgorithmRead, f"/algorithms/{algorithm_id}/fork", body({"name": name, **fields}))

    def edit(self, algorithm_id: str, changes: Mapping[str, str | None], note: str = "") -> AlgorithmVersionRead:
        """Change files (path -> new text, or ``None`` to delete); makes the next version."""
        files = [{"path": path, "text": text} for path, text in changes.items()]
        answer = self.transport.ask(
            "PUT", f"/algorithms/{algorithm_id}/files", json={"changes": files, "note": note}, headers={"If-Match": "*"}
        )
        return AlgorithmVersionRead.model_validate(answer)

    def add_version(
        self, algorithm_id: str, source: str | Path | Mapping[str, Any], **fields: Any
    ) -> AlgorithmVersionRead:
        """Make the next version from new code; ``source`` as for `create`."""
        given = dict(source) if isinstance(source, Mapping) else self.uploads.source(source)
        return self._post(
            AlgorithmVersionRead, f"/algorithms/{algorithm_id}/versions", body({"source": given, **fields})
        )

    def annotate_version(self, algorithm_id: str, version: str, note: str) -> AlgorithmVersionRead:
        """Change the note of a version."""
        answer = self.transport.ask(
            "PATCH", f"/algorithms/{algorithm_id}/versions/{version}", json={"note": note}, headers={"If-Match": "*"}
        )
        return AlgorithmVersionRead.model_validate(answer)

    def versions(self, algorithm_id: str) -> list[AlgorithmVersionRead]:
        """List the versions, newest first."""
        answer = self.transport.ask("GET", f"/algorithms/{algorithm_id}/versions", params={"limit": 200})
        return [AlgorithmVersionRead.model_validate(item) for item in answer["items"]]

    def version(self, algorithm_id: str, version: str) -> AlgorithmVersionRead:
        """Read one version."""
        return self._get(AlgorithmVersionRead, f"/algorithms/{algorithm_id}/versions/{version}")

    def download(self, algorithm_id: str, version: str, target: str | Path) -> Path:
        """Save the code of a version as a zip file."""
        return self._save(f"/algorithms/{algorithm_id}/versions/{version}/download", target)


class Images(Collection[ImageRead]):
    """Runtimes that training and services run in."""

    path = "/images"
    shape = ImageRead

    def create(self, name: str, requirements: str, purposes: list[str], **fields: Any) -> ImageRead:
        """Build a runtime from a list of requirements."""
        return self._create({"name": name, "requirements": requirements, "purposes": purposes, **fields})

    def build(self, image_id: str) -> ImageRead:
        """Build it again."""
        return self._post(ImageRead, f"/images/{image_id}/build")

    def wait(self, image_id: str, timeout: float = 900) -> ImageRead:
        """Wait until a runtime can be used; one that waits to be needed is built now.

        Raises
        ------
        RemoteError
            When its build failed; the message is the reason.
        """

        def usable() -> ImageRead | None:
            image = self.get(image_id)
            if image.usable:
                return image
            if image.status == "unbuilt":
                self.build(image_id)
            if image.status == "failed":
                reason = (
                    image.reason.model_dump() if image.reason else {"code": "failed", "message": "The build failed."}
                )
                raise RemoteError(409, reason)
            return None

        return wait(usable, timeout=timeout, what=f"the build of image {image_id}")
