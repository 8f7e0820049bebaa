"""etcd, the API server, its controllers and its scheduler, as processes of this machine."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import httpx

from . import certificates
from .api import Api
from .place import Place
from .supervision import Supervision, free_port, until


class ControlPlane:
    """The parts of a cluster that belong to no node."""

    def __init__(self, place: Place, programs: Path, supervision: Supervision) -> None:
        self.place = place
        self.programs = programs
        self.supervision = supervision
        self.pki = place.folder / "pki"
        self.port = free_port()
        self.token = secrets.token_hex(16)

    @property
    def server(self) -> str:
        """Where the API server is called, from here, from the nodes and from pods."""
        return f"https://{self.place.host}:{self.port}"

    def api(self) -> Api:
        """Give a client with all rights."""
        return Api(self.server, str(self.pki / "ca.crt"), self.token)

    def start(self) -> None:
        """Start everything and wait for the API server."""
        self._write()
        self._etcd()
        self._api_server()
        until(self._is_ready, 60, "the API server")
        kubeconfig = str(self.place.kubeconfig)
        self.supervision.start(
            "controller-manager",
            [
                str(self.programs / "kube-controller-manager"), f"--kubeconfig={kubeconfig}", "--leader-elect=false",
                "--use-service-account-credentials", f"--root-ca-file={self.pki}/ca.crt", "--secure-port=0",
                f"--service-account-private-key-file={self.pki}/accounts.key", "--node-monitor-grace-period=20s",
                "--node-monitor-period=2s", "--v=1",
            ],
        )  # fmt: skip
        self.supervision.start(
            "scheduler",
            [
                str(self.programs / "kube-scheduler"), f"--kubeconfig={kubeconfig}", "--leader-elect=false",
                "--secure-port=0", "--v=1",
            ],
        )  # fmt: skip

    def _write(self) -> None:
        first_service = self.place.services.rsplit(".", 1)[0] + ".1"
        certificates.make(self.pki, ["127.0.0.1", self.place.host, first_service])
        tokens = self.place.folder / "tokens.csv"
        tokens.write_text(f'{self.token},admin,admin,"system:masters"\n')
        tokens.chmod(0o600)
        self.place.kubeconfig.write_text(json.dumps(kubeconfig(self.server, self.pki / "ca.crt", self.token)))
        self.place.kubeconfig.chmod(0o600)

    def _etcd(self) -> None:
        client, peer = free_port(), free_port()
        self.etcd = f"http://127.0.0.1:{client}"
        self.supervision.start(
            "etcd",
            [
                str(self.programs / "etcd"), f"--data-dir={self.place.folder}/etcd", "--unsafe-no-fsync",
                f"--listen-client-urls={self.etcd}", f"--advertise-client-urls={self.etcd}",
                f"--listen-peer-urls=http://127.0.0.1:{peer}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
                f"--initial-cluster=default=http://127.0.0.1:{peer}", "--log-level=warn",
            ],
        )  # fmt: skip

    def _api_server(self) -> None:
        pki = self.pki
        self.supervision.start(
            "apiserver",
            [
                str(self.programs / "kube-apiserver"), f"--etcd-servers={self.etcd}", f"--secure-port={self.port}",
                "--bind-address=0.0.0.0", f"--advertise-address={self.place.host}",
                f"--tls-cert-file={pki}/server.crt", f"--tls-private-key-file={pki}/server.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={pki}/accounts.pub",
                f"--service-account-signing-key-file={pki}/accounts.key",
                f"--service-cluster-ip-range={self.place.services}", "--authorization-mode=RBAC",
                f"--token-auth-file={self.place.folder}/tokens.csv", "--allow-privileged=true",
                # Else it would look the nodes' names up.
                "--kubelet-preferred-address-types=InternalIP",
                # Webhooks and aggregated APIs are called from outside the nodes, so by the pods' addresses.
                "--enable-aggregator-routing=true", f"--requestheader-client-ca-file={pki}/ca.crt",
                "--requestheader-allowed-names=front-proxy-client",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-", "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-username-headers=X-Remote-User", f"--proxy-client-cert-file={pki}/proxy.crt",
                f"--proxy-client-key-file={pki}/proxy.key", "--v=1",
            ],
        )  # fmt: skip

    def _is_ready(self) -> bool:
        self.supervision.check()
        try:
            return self.api().client.get("/readyz", timeout=2).is_success
        except httpx.HTTPError:
            return False


def kubeconfig(server: str, authority: Path, token: str, namespace: str = "default") -> dict[str, Any]:
    """Make the configuration of a client."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "aispace-test",
        "clusters": [{"name": "aispace-test", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "user", "user": {"token": token}}],
        "contexts": [
            {"name": "aispace-test", "context": {"cluster": "aispace-test", "user": "user", "namespace": namespace}}
        ],
    }
