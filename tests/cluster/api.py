"""A small client of the API server, for what the tests and the harness themselves ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx

MANAGER = "aispace-tests"
LISTS = {"endpoints": "endpoints", "networkpolicy": "networkpolicies", "ingress": "ingresses"}
CLUSTER_WIDE = {
    "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
    "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ResourceFlavor", "ClusterQueue",
    "Cohort", "WorkloadPriorityClass", "PriorityClass", "StorageClass",
}  # fmt: skip


class ApiError(RuntimeError):
    """The API server refused something."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """Calls the API server with one token."""

    def __init__(self, server: str, authority: str, token: str) -> None:
        self.server = server
        self.token = token
        context = httpx.create_ssl_context(verify=authority)
        self.client = httpx.Client(
            base_url=server, verify=context, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    def request(self, method: str, path: str, body: Any = None, kind: str = "application/json", **query: Any) -> Any:
        """Ask; an answer that is no success raises `ApiError`."""
        answer = self.client.request(
            method,
            path,
            params=query,
            content=None if body is None else json.dumps(body),
            headers={} if body is None else {"Content-Type": kind},
        )
        if answer.is_error:
            try:
                message = answer.json().get("message", answer.text)
            except ValueError:
                message = answer.text
            raise ApiError(answer.status_code, message)
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.text

    def get(self, path: str, **query: Any) -> Any:
        return self.request("GET", path, **query)

    def find(self, path: str) -> Any | None:
        """Read an object; None when there is none."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return list(self.get(path, **query)["items"])

    def patch(self, path: str, body: Any, kind: str = "application/merge-patch+json") -> Any:
        return self.request("PATCH", path, body, kind)

    def delete(self, path: str, **query: Any) -> None:
        try:
            self.request("DELETE", path, **query)
        except ApiError as error:
            if error.status != 404:
                raise

    def apply(self, manifest: dict[str, Any], namespace: str = "default") -> Any:
        """Make an object be as a manifest says."""
        return self.request(
            "PATCH", path_of(manifest, namespace), manifest, "application/apply-patch+yaml",
            fieldManager=MANAGER, force="true",
        )  # fmt: skip

    def apply_all(self, manifests: Iterable[dict[str, Any]], namespace: str = "default") -> None:
        """Make objects, those that others need first."""
        first = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "Role")
        found = [manifest for manifest in manifests if manifest]
        found.sort(key=lambda one: first.index(one["kind"]) if one["kind"] in first else len(first))
        for manifest in found:
            self.apply(manifest, namespace)


def path_of(manifest: dict[str, Any], namespace: str) -> str:
    """Tell where an object is."""
    version, kind = manifest["apiVersion"], manifest["kind"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    lower = kind.lower()
    plural = LISTS.get(lower) or (f"{lower}es" if lower.endswith(("s", "x")) else f"{lower}s")
    if lower.endswith("y"):
        plural = f"{lower[:-1]}ies"
    name = manifest["metadata"]["name"]
    if kind in CLUSTER_WIDE:
        return f"{root}/{plural}/{name}"
    return f"{root}/namespaces/{manifest['metadata'].get('namespace', namespace)}/{plural}/{name}"
