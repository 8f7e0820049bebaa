"""The programs of the cluster: built once from pinned Go modules, kept by the hash of what they are built from.

`AISPACE_CLUSTER_CACHE` names the folder that keeps them; the default is below the user's cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "programs"
KUBERNETES = "v1.36.3"
CONTAINERD = "github.com/containerd/containerd/v2"
KEPT = 2
"""So many builds stay in the cache; older ones are deleted."""


@dataclass(frozen=True)
class Build:
    """Programs of one Go module."""

    module: str
    packages: tuple[str, ...]
    output: str = ""
    """Name of the program where the package has another."""
    flags: tuple[str, ...] = ()
    variables: str = ""


BUILDS = (
    Build("pause", (".",), "pause"),
    Build(
        "containerd",
        tuple(f"{CONTAINERD}/cmd/{name}" for name in ("containerd", "containerd-shim-runc-v2", "ctr")),
        flags=("-tags", "no_btrfs no_zfs no_devmapper"),
    ),
    Build("kubernetes", ("go.etcd.io/etcd/server/v3",), "etcd"),
    *(
        # One at a time: two of these together would need more memory than a small machine has.
        Build(
            "kubernetes",
            (f"k8s.io/kubernetes/cmd/{name}",),
            # Without it the server says v0.0.0 and clients that ask for a version refuse it.
            variables=f"-X k8s.io/component-base/version.gitVersion={KUBERNETES}",
        )
        for name in (
            "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl",
        )
    ),
    Build("kubernetes", ("sigs.k8s.io/kueue/cmd/kueue",)),
    Build("coredns", ("github.com/coredns/coredns",)),
)  # fmt: skip
KUEUE_MANIFESTS = "kueue.yaml"


def cache_folder() -> Path:
    """Tell where builds are kept."""
    named = os.environ.get("AISPACE_CLUSTER_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aispace" / "cluster"


def fingerprint() -> str:
    """Hash what the programs are made of."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(SOURCES)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file: two that need the same thing make it once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def programs() -> Path:
    """Give the folder with all programs; build them where they are missing.

    Returns
    -------
    pathlib.Path
        Holds the programs and ``kueue.yaml``.
    """
    folder = cache_folder() / fingerprint()
    if (folder / "complete").exists():
        os.utime(folder)
        return folder
    with locked(cache_folder() / "build.lock"):
        if not (folder / "complete").exists():
            folder.mkdir(parents=True, exist_ok=True)
            _build(folder)
            (folder / "complete").touch()
            _forget_old()
    return folder


def _build(folder: Path) -> None:
    if shutil.which("go") is None:
        raise RuntimeError(
            "Go 1.26 or newer is needed to build the cluster's programs. Install it from https://go.dev/dl"
        )
    print(f"Building the programs of the cluster into {folder}; the first time takes minutes.", file=sys.stderr)
    environment = {**os.environ, "CGO_ENABLED": "0"}
    for build in BUILDS:
        names = [build.output or package.rsplit("/", 1)[-1] for package in build.packages]
        if all((folder / name).exists() for name in names):
            continue
        begin = time.monotonic()
        making = folder / ".making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        subprocess.run(
            [
                "go", "build", "-trimpath", *build.flags, "-ldflags", f"-s -w {build.variables}".strip(),
                "-o", str(making / build.output) if build.output else f"{making}/", *build.packages,
            ],
            cwd=SOURCES / build.module, env=environment, check=True,
        )  # fmt: skip
        # A build that was killed leaves no half program.
        for name in names:
            (making / name).rename(folder / name)
        making.rmdir()
        print(f"  {' '.join(names)}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    found = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kueue"],
        cwd=SOURCES / "kubernetes", env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    manifests = subprocess.run(
        [str(folder / "kubectl"), "kustomize", f"{found.stdout.strip()}/config/default"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / KUEUE_MANIFESTS).write_bytes(manifests.stdout)


def _forget_old() -> None:
    builds = sorted(
        (path for path in cache_folder().iterdir() if (path / "complete").exists()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in builds[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
