"""Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload): resumable, checked, small files in parallel."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from ..errors import AISpaceError
from .collection import Resource
from .transport import RemoteError, ServiceAway

CHUNK: Final = 8 << 20
"""Bytes of one request; the platform takes 16 MiB at most."""
WORKERS: Final = 6
TRIES: Final = 5

Told = Callable[[int, int], None]
"""Called with bytes (or files) done and in all."""


def _metadata(values: dict[str, str | None]) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items() if value is not None
    )


class Uploads(Resource):
    """Bring bytes to the platform; what was uploaded is then the source of an import or of a version."""

    def file(
        self,
        path: str | Path,
        *,
        relative_path: str | None = None,
        batch: str | None = None,
        told: Told | None = None,
    ) -> dict[str, str]:
        """Upload one file, going on where a cut connection ended.

        Parameters
        ----------
        path : path
            The file.
        relative_path : str, optional
            Where it lies in the folder that is uploaded.
        batch : str, optional
            Name of the group of uploads that belong together.

        Returns
        -------
        dict
            ``{"kind": "upload", "upload_id": ...}``, to be used as a source.
        """
        path = Path(path)
        size = path.stat().st_size
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(size),
            "Upload-Metadata": _metadata({"filename": path.name, "relativePath": relative_path, "batch": batch}),
        }
        with path.open("rb") as file:
            first = file.read(CHUNK)
            headers |= {"Content-Type": "application/offset+octet-stream", **_checksum(first)}
            response = self.transport.send("POST", "/uploads", headers=headers, data=first, repeatable=False)
            upload_id = response.headers["Location"].rstrip("/").rsplit("/", 1)[-1]
            offset = int(response.headers.get("Upload-Offset", 0))
            while True:
                if told:
                    told(offset, size)
                if offset >= size:
                    return {"kind": "upload", "upload_id": upload_id}
                offset = self._patch(upload_id, file, offset)

    def _patch(self, upload_id: str, file: Any, offset: int) -> int:
        for attempt in range(TRIES):
            file.seek(offset)
            chunk = file.read(CHUNK)
            headers = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
                **_checksum(chunk),
            }
            try:
                response = self.transport.send("PATCH", f"/uploads/{upload_id}", headers=headers, data=chunk)
                return int(response.headers["Upload-Offset"])
            except (RemoteError, ServiceAway) as error:
                # 409: the platform has another offset; 460: the bytes were damaged on the way.
                if attempt == TRIES - 1 or (error.status not in (409, 423, 460) and error.status < 500):
                    raise
                head = self.transport.send("HEAD", f"/uploads/{upload_id}", headers={"Tus-Resumable": "1.0.0"})
                offset = int(head.headers["Upload-Offset"])
        raise AssertionError("unreachable")

    def files(
        self, files: Iterable[tuple[Path, str]], *, told: Told | None = None, workers: int = WORKERS
    ) -> dict[str, str]:
        """Upload many files, several at a time.

        Parameters
        ----------
        files : iterable of (path, relative path)
            What to upload and where it lies.

        Returns
        -------
        dict
            ``{"kind": "batch", "batch": ...}``, to be used as a source.

        Raises
        ------
        AISpaceError
            The first error; what was uploaded until then expires by itself.
        """
        batch = uuid.uuid4().hex
        wanted = list(files)
        if not wanted:
            raise AISpaceError("nothing_to_upload", "Not uploaded. The folder holds no files. Choose another one.")
        done = 0
        with ThreadPoolExecutor(workers) as pool:
            tasks = [pool.submit(self.file, path, relative_path=name, batch=batch) for path, name in wanted]
            try:
                for task in tasks:
                    task.result()
                    done += 1
                    if told:
                        told(done, len(wanted))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return {"kind": "batch", "batch": batch}

    def folder(self, folder: str | Path, *, told: Told | None = None) -> dict[str, str]:
        """Upload all files below a folder; hidden ones and links are left out."""
        root = Path(folder)
        if not root.is_dir():
            raise AISpaceError("no_folder", f"Not uploaded. {root} is not a folder. Name a folder or an archive.")
        found = (
            (path, path.relative_to(root).as_posix())
            for path in sorted(root.rglob("*"))
            if path.is_file()
            and not path.is_symlink()
            and not any(part.startswith(".") for part in path.relative_to(root).parts)
        )
        return self.files(found, told=told)

    def source(self, path: str | Path, *, told: Told | None = None) -> dict[str, str]:
        """Upload a file or a folder, whichever it is."""
        return self.folder(path, told=told) if Path(path).is_dir() else self.file(path, told=told)


def _checksum(chunk: bytes) -> dict[str, str]:
    return {"Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(chunk).digest()).decode()}"}
