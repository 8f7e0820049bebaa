"""Put every file of a folder through a model once: ``python -m aispace_runtime.inference.batch``.

Each file has a result of its own below ``--results``; a line in ``journal.jsonl`` says how it went, written after the
result is whole. Whoever starts again reads the journal first: what is done is not done again. ``progress.json`` tells
how far it is.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import csv
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..metrics import progress
from . import jsontext
from .answers import Answer, make_answer
from .errors import InferenceError, ModelError
from .model import Model
from .predict import answer, image_feed, json_feed
from .script import Script
from .starting import add_model_arguments, load, workers

JOURNAL = "journal.jsonl"
PROGRESS = "progress.json"
SUMMARY = "predictions.csv"
FOLDER = "files"
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
SUFFIXES = {
    "application/json": ".json", "text/plain": ".txt", "text/csv": ".csv", "image/png": ".png", "image/jpeg": ".jpg",
    "image/gif": ".gif", "image/bmp": ".bmp", "image/webp": ".webp",
}  # fmt: skip
SAY_SECONDS = 0.5

log = logging.getLogger("aispace.inference")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="aispace_runtime.inference.batch", description=__doc__.partition("\n")[0])
    add_model_arguments(parser)
    parser.add_argument("--data", type=Path, required=True, help="folder of files, or a dataset version")
    parser.add_argument("--results", type=Path, required=True, help="folder for results, journal and progress")
    parser.add_argument("--max-file-bytes", type=int, default=1 << 30)
    parser.add_argument("--max-files", type=int, default=1_000_000)
    return parser.parse_args(argv)


def files_of(data: Path) -> Iterator[str]:
    """Give the files, sorted: of a dataset version its samples, of a folder all but hidden ones; links are left out."""
    listed = data / ".aispace" / "annotations.jsonl"
    if listed.is_file():
        with listed.open(encoding="utf-8") as lines:
            paths = sorted(json.loads(line)["path"] for line in lines if line.strip())
        yield from (path for path in paths if (data / path).is_file())
        return
    for root, folders, names in os.walk(data):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not (Path(root) / f).is_symlink())
        for name in sorted(names):
            path = Path(root) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(data).as_posix()


class Journal:
    """What became of each file; a line that a kill cut off is dropped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: dict[str, dict[str, Any]] = {}
        self.failed: dict[str, dict[str, Any]] = {}
        path = folder / JOURNAL
        good = 0
        if path.exists():
            with path.open("rb") as lines:
                for line in lines:
                    try:
                        self._take(json.loads(line))
                    except (ValueError, KeyError, TypeError):
                        break
                    if not line.endswith(b"\n"):
                        break
                    good += len(line)
            os.truncate(path, good)
        self._file = path.open("ab")

    def _take(self, entry: dict[str, Any]) -> None:
        path = entry["path"]
        self.failed.pop(path, None)
        (self.done if entry["status"] == "done" else self.failed)[path] = entry

    def write(self, entry: dict[str, Any]) -> None:
        """Add a line."""
        self._take(entry)
        self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Put everything on the disk."""
        os.fsync(self._file.fileno())
        self._file.close()


def replace(path: Path, data: bytes) -> None:
    """Write a file as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    temporary.replace(path)


class Batch:
    """One pass over the files.

    Parameters
    ----------
    model : Model
        A model, or a script.
    data, results : pathlib.Path
        Where files come from, and where results go.
    """

    def __init__(self, model: Model, data: Path, results: Path, *, max_file_bytes: int = 1 << 30) -> None:
        self.model = model
        self.data = data
        self.results = results
        self.max_file_bytes = max_file_bytes
        self.journal = Journal(results)
        self.stop = threading.Event()
        self._said = 0.0

    def run(self, paths: list[str], threads: int = 1) -> bool:
        """Do what is not done yet.

        Returns
        -------
        bool
            Whether it came to the end; False when it was stopped.
        """
        here = set(paths)
        again = [path for path in paths if path not in self.journal.done]
        if len(again) < len(paths):
            log.info("%d of %d files are done already", len(paths) - len(again), len(paths))
        self._say(here, force=True)
        with concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="file") as pool:
            pending: set[concurrent.futures.Future[dict[str, Any]]] = set()
            left = iter(again)
            while not self.stop.is_set() or pending:
                while len(pending) < threads and not self.stop.is_set():
                    path = next(left, None)
                    if path is None:
                        break
                    pending.add(pool.submit(self.one, path))
                if not pending:
                    break
                ended, pending = concurrent.futures.wait(pending, 0.2, concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    self.journal.write(future.result())
                self._say(here)
        self._say(here, force=True)
        self.journal.close()
        return not self.stop.is_set()

    def one(self, path: str) -> dict[str, Any]:
        """Put one file through the model; give its line of the journal."""
        begin = time.perf_counter()
        entry: dict[str, Any] = {"path": path}
        try:
            found = self._ask(path)
            name = f"{FOLDER}/{path}{SUFFIXES.get(found.media_type.partition(';')[0], '.bin')}"
            replace(self.results / name, found.data)
            entry |= {"status": "done", "result": name, **_headline(found)}
        except InferenceError as error:
            entry |= {"status": "failed", "code": error.code, "message": error.message}
            log.warning("%s: %s", path, error.message)
        except OSError as error:
            entry |= {"status": "failed", "code": "file", "message": f"The file could not be used: {error.strerror}."}
            log.warning("%s: %s", path, error)
        return {**entry, "seconds": round(time.perf_counter() - begin, 4)}

    def _ask(self, path: str) -> Answer:
        file = self.data / path
        if file.stat().st_size > self.max_file_bytes:
            raise InferenceError(413, "too_large", f"The file is larger than {self.max_file_bytes} bytes.")
        if isinstance(self.model, Script):
            return make_answer(self.model.infer({"data_path": str(file), "data_name": path}, path))
        return Answer(jsontext.dumps(answer(self.model, self.model.run(self._feed(file)))), "application/json")

    def _feed(self, file: Path) -> dict[str, Any]:
        suffix = file.suffix.lower()
        if suffix in PICTURES:
            return image_feed(self.model, [file.read_bytes()])
        if suffix == ".json":
            try:
                body = jsontext.loads(file.read_bytes())
            except (ValueError, RecursionError):
                raise InferenceError(400, "bad_json", "The file is not valid JSON.") from None
            return json_feed(self.model, body if isinstance(body, dict) else {"instances": body})
        if suffix == ".csv":
            return json_feed(self.model, {"instances": _rows(file)})
        if suffix in (".txt", ".text") and self.model.inputs[0].datatype == "BYTES":
            return json_feed(self.model, {"instances": [file.read_text("utf-8", "replace")]})
        raise InferenceError(
            415,
            "unsupported_media",
            f"The model takes no {suffix or 'files without a suffix'}: pictures, .json and .csv with rows, or .txt for "
            "models of texts. Use a script for others.",
        )

    def _say(self, here: set[str], *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._said < SAY_SECONDS:
            return
        self._said = now
        done = sum(path in here for path in self.journal.done)
        failed = sum(path in here for path in self.journal.failed)
        progress(done + failed, len(here), unit="files")
        told = {"total": len(here), "done": done, "failed": failed}
        replace(self.results / PROGRESS, json.dumps(told).encode())

    def summarise(self) -> None:
        """Write all labels and scores as one table, where the answers have some."""
        rows = [(path, e["label"], e.get("score")) for path, e in sorted(self.journal.done.items()) if "label" in e]
        if not rows:
            return
        temporary = self.results / f".{SUMMARY}.part"
        with temporary.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("path", "label", "score"))
            table.writerows(rows)
        temporary.replace(self.results / SUMMARY)


def _rows(file: Path) -> list[list[float]]:
    """Read rows of numbers; a first line with names is passed over."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
        if rows and not all(_is_number(cell) for cell in rows[0]):
            rows = rows[1:]
        return [[float(cell) for cell in row] for row in rows]
    except (ValueError, csv.Error):
        raise InferenceError(422, "invalid", "The table has cells that are no numbers.") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _headline(found: Answer) -> dict[str, Any]:
    """Give the label of an answer that has one for the file, for lists."""
    if found.media_type != "application/json":
        return {}
    value = jsontext.loads(found.data)
    predictions = value.get("predictions") if isinstance(value, dict) else None
    if isinstance(predictions, list) and len(predictions) == 1 and isinstance(predictions[0], dict):
        value = predictions[0]
    if not isinstance(value, dict) or not isinstance(value.get("label"), (str, int)):
        return {}
    score = value.get("score")
    return {"label": str(value["label"]), **({"score": score} if isinstance(score, (int, float)) else {})}


def main(argv: list[str] | None = None) -> int:
    """Run.

    Returns
    -------
    int
        0 at the end, whatever became of single files; 3 when the model cannot be loaded, 4 without any file, 5 with too
        many, 143 when it was stopped.
    """
    options = arguments(argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stdout)
    paths = list(files_of(options.data))
    if not paths:
        log.error("There is no file to work on.")
        return 4
    if len(paths) > options.max_files:
        log.error("There are %d files; at most %d are taken. Split them.", len(paths), options.max_files)
        return 5
    try:
        model = load(options)
    except ModelError as error:
        log.error("The model cannot be used. %s", error)
        return 3
    batch = Batch(model, options.data, options.results, max_file_bytes=options.max_file_bytes)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: batch.stop.set())
    complete = batch.run(paths, workers(options))
    if not complete:
        log.info("stopped; what is done stays done")
        return 143
    batch.summarise()
    log.info("%d files done, %d failed", len(batch.journal.done), len(batch.journal.failed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
