"""What is done for an attempt on the shared volume before its pod is asked for."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Invalid
from .. import launch
from ..base import AttemptPlan
from . import manifests

if TYPE_CHECKING:
    from .engine import KubernetesEngine

LAUNCHER = "aispace_runtime/pod.py"


class Preparing:
    """Makes the folders of attempts and finds out what their pods are given.

    Parameters
    ----------
    home : pathlib.Path
        Of the platform.
    """

    def __init__(self, engine: KubernetesEngine, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.volume = Path(engine.claim_path).resolve() if engine.claim_path else home
        self._runtime: str | None = None

    def inside(self, plan: AttemptPlan) -> manifests.Inside:
        """Make an attempt's folder and find out the rest.

        Raises
        ------
        Invalid
            It needs a folder that is not on the shared volume.
        """
        folder = os.fspath(self.engine.directory(plan.key))
        if self._runtime is None:
            self._runtime = launch.copy_runtime(self.home / "runtime")
        uid, gid = self._owner(plan)
        self._make_folder(Path(folder), uid, gid)
        environment = self._environment_of(plan)
        command, env, cwd, _ = launch.resolve(
            plan,
            folder=folder,
            ports=manifests.port_numbers(plan.ports),
            base={"AISPACE_HOST": "0.0.0.0"},  # noqa: S104 - of the pod; who may reach it is the cluster's to say
            accelerators=plan.accelerator_count,
            runtime=self._runtime,
        )
        if environment is None:
            # The image's own PATH counts, which is not known here.
            if "PATH" not in plan.env:
                del env["PATH"]
            env.pop("VIRTUAL_ENV", None)
        if plan.nodes > 1:
            name = manifests.name_of(plan.key)
            hosts = [f"{name}-{index}.{name}" for index in range(plan.nodes)]
            env |= {"MASTER_ADDR": hosts[0], "MASTER_PORT": "29500", "AISPACE_HOSTS": ",".join(hosts)}
        mounts = [
            self._mount(Path(folder), read_only=False),
            self._mount(Path(self._runtime), read_only=True),
            *(self._mount(one.source, read_only=one.read_only) for one in plan.mounts),
        ]
        if environment is not None:
            mounts.append(self._mount(environment, read_only=True))
        return manifests.Inside(
            image=self.engine.image if plan.image is None or environment is not None else plan.image,
            python=f"{environment}/bin/python" if environment is not None else self.engine.python,
            launcher=f"{self._runtime}/{LAUNCHER}",
            command=command,
            env=env,
            cwd=cwd,
            folder=folder,
            mounts=[
                mount for index, mount in enumerate(mounts) if mount.path not in {one.path for one in mounts[:index]}
            ],
            uid=uid,
            gid=gid,
            settings={
                "folder": folder,
                "mark": f"{folder}/tmp/.started",  # noqa: S108 - a volume of the pod's own
                "time_limit": plan.time_limit_seconds,
                "grace": plan.stop_grace_seconds,
                "log_limit": self.engine.log_limit_bytes,
                "sample_seconds": self.engine.sample_seconds,
            },
            secret=manifests.name_of(plan.key) if plan.secret_env else None,
        )

    def secrets(self, plan: AttemptPlan) -> dict[str, str]:
        """Give the secret part of an attempt's environment, its placeholders filled in."""
        return launch.resolve(
            plan,
            folder=os.fspath(self.engine.directory(plan.key)),
            ports=manifests.port_numbers(plan.ports),
            base={},
            accelerators=plan.accelerator_count,
            runtime=self._runtime or "",
        )[3]

    def _environment_of(self, plan: AttemptPlan) -> Path | None:
        """Tell the folder of the runtime where it is a Python environment on the volume, not an image."""
        return Path(plan.image) if plan.image and plan.image.startswith("/") else None

    def _owner(self, plan: AttemptPlan) -> tuple[int, int]:
        if plan.uid is not None and os.geteuid() == 0:
            return plan.uid, launch.group_of(plan.uid)
        uid = self.engine.default_uid
        return uid, uid if os.geteuid() == 0 else os.getegid()

    def _make_folder(self, folder: Path, uid: int, gid: int) -> None:
        folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in (*(folder / name for name in ("out", "model", "tmp")), folder):
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o755)
            if os.geteuid() == 0:
                os.chown(path, uid, gid)
        (folder / "metrics.jsonl").touch(0o644)
        if os.geteuid() == 0:
            os.chown(folder / "metrics.jsonl", uid, gid, follow_symlinks=False)

    def _mount(self, path: Path, *, read_only: bool) -> manifests.Mount:
        try:
            below = path.resolve().relative_to(self.volume)
        except ValueError as error:
            raise Invalid(
                "mounts",
                f"{path.name} was not mounted. It is not on the volume that the cluster shares ({self.volume}). "
                "Put it there, or set KubernetesEngine.claim_path.",
                code="not_on_volume",
                params={"name": path.name},
            ) from error
        return manifests.Mount(os.fspath(path), os.fspath(below), read_only)
