"""Models and online services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from ..models.schemas import ModelRead, ModelVersionRead
from ..serving.schemas import CallSeries, DeploymentRead, Prediction, RecordRead, ServiceRead, ServiceTokenCreated
from .collection import Collection, body, wait
from .transport import RemoteError, ServiceAway, Transport
from .uploads import Uploads


class Models(Collection[ModelRead]):
    """Models and their versions."""

    path = "/models"
    shape = ModelRead

    def __init__(self, transport: Transport, uploads: Uploads) -> None:
        super().__init__(transport)
        self.uploads = uploads

    def create(self, name: str, **fields: Any) -> ModelRead:
        """Make a model without versions."""
        return self._create({"name": name, **fields})

    def add_version(self, model_id: str, source: str | Path | Mapping[str, Any], **fields: Any) -> ModelVersionRead:
        """Upload a version: a folder, a zip file or a model file."""
        given = dict(source) if isinstance(source, Mapping) else self.uploads.source(source)
        return self._post(ModelVersionRead, f"/models/{model_id}/versions", body({"source": given, **fields}))

    def version(self, model_id: str, version: str) -> ModelVersionRead:
        """Read one version, with its lineage."""
        return self._get(ModelVersionRead, f"/models/{model_id}/versions/{version}")

    def delete_version(self, model_id: str, version: str) -> None:
        """Delete a version that nothing uses."""
        self.transport.send("DELETE", f"/models/{model_id}/versions/{version}", headers={"If-Match": "*"})

    def download(self, model_id: str, version: str, target: str | Path) -> Path:
        """Save the files of a version as a zip file."""
        return self._save(f"/models/{model_id}/versions/{version}/download", target)


class Services(Collection[ServiceRead]):
    """Online services."""

    path = "/services"
    shape = ServiceRead

    def create(self, name: str, model_id: str | None, version: str | None, spec_id: str, **fields: Any) -> ServiceRead:
        """Serve a model version; without one (``None``) give ``script={"algorithm_id": ..., "file": ...}``."""
        model = {"model": {"model_id": model_id, "version": version}} if model_id is not None else {}
        return self._create({"name": name, "spec_id": spec_id, **model, **fields})

    def start(self, service_id: str) -> ServiceRead:
        """Start a stopped service; its address is what it was."""
        return self._post(ServiceRead, f"/services/{service_id}/start")

    def stop(self, service_id: str) -> ServiceRead:
        """Stop a service; its address is kept."""
        return self._post(ServiceRead, f"/services/{service_id}/stop")

    def wait(
        self, service_id: str, status: str = "serving", timeout: float = 120, *, deployment: int | None = None
    ) -> ServiceRead:
        """Wait for a status; for ``serving``, also until the deployment that is wanted has the traffic.

        Parameters
        ----------
        deployment : int, optional
            The one that must get there (``desired`` in the answer to an edit).

        Raises
        ------
        RemoteError
            When the service or that deployment failed instead; the message is the reason.
        """

        def there() -> ServiceRead | None:
            service = self.get(service_id)
            fell_back = deployment is not None and service.desired < deployment
            if service.status == "failed" != status or fell_back:
                reason = service.reason.model_dump() if service.reason else {"code": "failed"}
                raise RemoteError(409, reason)
            settled = status != "serving" or service.deployment == service.desired
            return service if service.status == status and settled else None

        return wait(there, timeout=timeout, what=f"status {status} of service {service_id}")

    def deployments(self, service_id: str) -> list[DeploymentRead]:
        """List the deployment records, newest first."""
        answer = self.transport.ask("GET", f"/services/{service_id}/deployments")
        return [DeploymentRead.model_validate(item) for item in answer["items"]]

    def roll_back(self, service_id: str, number: int, note: str = "") -> ServiceRead:
        """Go back to an earlier deployment."""
        return self._post(ServiceRead, f"/services/{service_id}/deployments/{number}/rollback", {"note": note})

    def records(self, service_id: str, **query: Any) -> list[RecordRead]:
        """List who did what, when and why, newest first."""
        answer = self.transport.ask("GET", f"/services/{service_id}/records", params=query)
        return [RecordRead.model_validate(item) for item in answer["items"]]

    def begin_canary(self, service_id: str, share: int = 10, **fields: Any) -> ServiceRead:
        """Try a second version on a part of the requests.

        Parameters
        ----------
        share : int
            Percent of the requests.
        fields
            ``rule={"errors_percent": 2, "p99_ms": 50, "minutes": 5, "min_calls": 20}``, ``model``, ``script``,
            ``replicas``, ``parameters``, ``note`` ...: what is absent is as in production.
        """
        return self._post(ServiceRead, f"/services/{service_id}/canary", body({"share": share, **fields}))

    def change_canary(self, service_id: str, *, revision: int | None = None, **changes: Any) -> ServiceRead:
        """Change share or rule in place; a rule of ``None`` takes the rule away."""
        match = f'"{revision}"' if revision is not None else "*"
        answer = self.transport.ask(
            "PATCH", f"/services/{service_id}/canary", json=changes, headers={"If-Match": match}, repeatable=False
        )
        return ServiceRead.model_validate(answer)

    def promote(self, service_id: str, note: str = "") -> ServiceRead:
        """Make the canary production."""
        return self._post(ServiceRead, f"/services/{service_id}/canary/promote", {"note": note})

    def withdraw(self, service_id: str, note: str = "") -> ServiceRead:
        """Take the canary back."""
        return self._post(ServiceRead, f"/services/{service_id}/canary/withdraw", {"note": note})

    def create_token(self, service_id: str, name: str) -> ServiceTokenCreated:
        """Make a token for callers of this service."""
        return self._post(ServiceTokenCreated, f"/services/{service_id}/tokens", {"name": name})

    def calls(self, service_id: str, window: str = "1h") -> CallSeries:
        """Read the calls of a window of time."""
        return self._get(CallSeries, f"/services/{service_id}/calls", window=window)

    def try_it(
        self,
        service_id: str,
        data: bytes | Mapping[str, Any],
        media_type: str = "image/png",
        *,
        target: str | None = None,
        name: str | None = None,
    ) -> Prediction:
        """Ask the model once, with the rights of the caller, through the platform.

        Parameters
        ----------
        target : str, optional
            ``"production"`` or ``"canary"``; only the owner may choose.
        name : str, optional
            Name of the file, for a script.
        """
        options: dict[str, Any] = {"params": {"target": target, "name": name}}
        if isinstance(data, bytes):
            options |= {"data": data, "headers": {"Content-Type": media_type}, "repeatable": False}
        else:
            options |= {"json": dict(data)}
        return Prediction.model_validate(self.transport.ask("POST", f"/services/{service_id}/predict", **options))


class Endpoint:
    """A service's own address, called the way its users call it.

    Parameters
    ----------
    url : str
        ``ServiceRead.endpoint``.
    token : str
        A token of the service.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def predict(self, image: bytes, media_type: str = "image/png") -> dict[str, Any]:
        """Send one picture, get label and scores."""
        return self._post("/predict", data=image, headers={"Content-Type": media_type})

    def infer(self, body: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Send a request of the Open Inference Protocol to ``path`` (``ServiceRead.signature.infer_path``)."""
        return self._post(path if path.startswith("/") else f"/{path}", json=dict(body))

    def predict_all(self, images: Iterator[bytes]) -> Iterator[dict[str, Any]]:
        """Send pictures one after the other over one connection."""
        for image in images:
            yield self.predict(image)

    def _post(self, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self.session.post(f"{self.url}{path}", timeout=60, **options)
        except requests.ConnectionError as error:
            raise ServiceAway(self.url) from error
        if response.status_code >= 400:
            try:
                body = response.json()
            except ValueError:
                body = {}
            said = body.get("error", {})
            raise RemoteError(
                response.status_code, said if isinstance(said, dict) else {"code": "refused", "message": str(said)}
            )
        answer: dict[str, Any] = response.json()
        return answer
