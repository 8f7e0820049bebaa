"""Evaluate a model on a labelled dataset: ``python -m aispace_runtime.evaluate --model_load_dir=... --data_url=...``.

Runs in the model's own runtime image with the model server's reading of ``config.json``, so that the figures are those
that callers of a service would get. Writes the same ``predictions.jsonl`` as a training run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .dataset import Sample, dataset
from .inference.errors import InferenceError, ModelError
from .inference.loading import load_model
from .inference.model import Model
from .inference.predict import answer, image_feed, rows_feed
from .metrics import log, progress
from .predictions import predictions

BATCH = 64


def _batches(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    for start in range(0, len(samples), BATCH):
        yield samples[start : start + BATCH]


def _feed(model: Model, batch: Sequence[Sample]) -> dict[str, Any]:
    """Make the input of samples as callers of the service would send them."""
    if batch[0].values is not None:
        return rows_feed(model, [dict(sample.values or {}) for sample in batch])
    if model.config.get("preprocess"):
        return image_feed(model, [sample.path.read_bytes() for sample in batch])
    if len(model.inputs) == 1 and model.inputs[0].datatype == "BYTES":
        return rows_feed(model, [sample.text for sample in batch])
    return image_feed(model, [sample.path.read_bytes() for sample in batch])


def _records(model: Model, samples: Sequence[Sample], name: str) -> Iterator[dict[str, Any]]:
    right = done = 0
    for batch in _batches(samples):
        outputs = model.run(_feed(model, batch))
        for sample, guess in zip(batch, answer(model, outputs)["predictions"], strict=True):
            if "label" not in guess:
                raise ModelError("The model gives no label. Its config.json needs the names of its labels.")
            done += 1
            right += guess["label"] == sample.label
            yield {
                "path": sample.name,
                "truth": sample.label,
                "predicted": guess["label"],
                "scores": list(guess["scores"].values()) if "scores" in guess else None,
                "dataset": name,
            }
        log(done, accuracy=right / done)
        progress(done, len(samples), unit="samples")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status."""
    parser = argparse.ArgumentParser(prog="aispace_runtime.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--model_load_dir", required=True, type=Path, help="folder of the model")
    parser.add_argument("--data_url", required=True, type=Path, help="folder of the dataset version")
    parser.add_argument("--train_out", type=Path, default=None, help="folder for the results")
    options = parser.parse_args(arguments)
    try:
        data = dataset(options.data_url)
        if not data.labelled:
            print("Not evaluated: no sample of the dataset has a label.", file=sys.stderr)
            return 2
        model = load_model(options.model_load_dir, options.model_load_dir.name, "1")
        print(f"{len(data.labelled)} labelled samples of {data.name} {data.version or ''}", flush=True)
        labels = list(dict.fromkeys([*model.labels, *(sample.labels[0] for sample in data.labelled)]))
        predictions(_records(model, data.labelled, "data_url"), labels=labels, folder=options.train_out)
    except (ModelError, InferenceError, FileNotFoundError) as error:
        print(f"Not evaluated: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
