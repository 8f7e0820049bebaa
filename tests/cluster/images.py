"""The images of the cluster, as OCI archives: each one layer, made of programs or of a small Debian."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .programs import cache_folder, locked

REGISTRY = "aispace.test"
PAUSE = f"{REGISTRY}/pause:1"
KUEUE = f"{REGISTRY}/kueue:1"
COREDNS = f"{REGISTRY}/coredns:1"
PYTHON = f"{REGISTRY}/python:1"
"""A small Debian with its Python: what workloads of the tests run in."""
ADDONS = (KUEUE, COREDNS)
DEBIAN = "bookworm"


@dataclass(frozen=True)
class Image:
    """An image to be made."""

    name: str
    layer: Callable[[Path], bytes]
    """Gets the folder of the programs and gives the layer, a tar."""
    config: Mapping[str, Any] = field(default_factory=dict)


def _program(name: str) -> Callable[[Path], bytes]:
    def layer(programs: Path) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(programs / name, arcname=name, filter=_plain)
            for folder in ("tmp", "etc"):
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
                tar.addfile(entry)
        return buffer.getvalue()

    return layer


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755
    return entry


def _debian(_: Path) -> bytes:
    """Make a Debian with Python and nothing else that matters; kept beside the programs."""
    path = cache_folder() / f"{DEBIAN}-python.tar"
    with locked(cache_folder() / "debian.lock"):
        if not path.exists():
            making = path.with_suffix(".making.tar")
            subprocess.run(
                [
                    "mmdebstrap", "--quiet", "--variant=minbase", "--include=python3-minimal,libpython3-stdlib",
                    "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
                    "--dpkgopt=path-exclude=/usr/share/doc/*", DEBIAN, str(making),
                ],
                check=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
            )  # fmt: skip
            making.rename(path)
    return path.read_bytes()


IMAGES = (
    Image(PAUSE, _program("pause"), {"Entrypoint": ["/pause"]}),
    Image(KUEUE, _program("kueue"), {"Entrypoint": ["/kueue"], "User": "65532:65532"}),
    Image(COREDNS, _program("coredns"), {"Entrypoint": ["/coredns"]}),
    Image(PYTHON, _debian, {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"], "Cmd": ["/bin/sh"]}),
)


def archives(programs: Path) -> dict[str, Path]:
    """Give an OCI archive of each image by its name; make those that are missing."""
    folder = programs / "images"
    folder.mkdir(exist_ok=True)
    made: dict[str, Path] = {}
    for image in IMAGES:
        path = folder / f"{image.name.split('/')[-1].replace(':', '-')}.tar"
        with locked(folder / ".lock"):
            if not path.exists():
                making = path.with_suffix(".making")
                _write(making, image, image.layer(programs))
                making.rename(path)
        made[image.name] = path
    return made


def _write(path: Path, image: Image, layer: bytes) -> None:
    with tarfile.open(path, "w") as tar:

        def add(name: str, data: bytes) -> None:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))

        def blob(data: bytes, kind: str) -> dict[str, Any]:
            digest = hashlib.sha256(data).hexdigest()
            add(f"blobs/sha256/{digest}", data)
            return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

        content = blob(layer, "layer.v1.tar")
        config = blob(
            json.dumps(
                {
                    "architecture": "arm64" if os.uname().machine == "aarch64" else "amd64",
                    "os": "linux",
                    "config": dict(image.config),
                    "rootfs": {"type": "layers", "diff_ids": [content["digest"]]},
                }
            ).encode(),
            "config.v1+json",
        )
        manifest = blob(
            json.dumps(
                {
                    "schemaVersion": 2,
                    "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": config,
                    "layers": [content],
                }
            ).encode(),
            "manifest.v1+json",
        )
        names = {"org.opencontainers.image.ref.name": image.name, "io.containerd.image.name": image.name}
        add("index.json", json.dumps({"schemaVersion": 2, "manifests": [{**manifest, "annotations": names}]}).encode())
        add("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
