"""Train a text classifier with scikit-learn: how often words occur, weighed, and a linear model on it."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence

import aispace_runtime as run
import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight

WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


def arguments() -> argparse.Namespace:
    """Read the command line as AI Space writes it: ``--name=value``."""
    parser = run.arguments("Train a text classifier.", starts_from="not taken, a vocabulary belongs to its texts")
    parser.add_argument("--units", choices=["auto", "words", "characters"], default="auto")
    parser.add_argument("--features", type=int, default=50_000)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--regularisation", type=float, default=1e-5)
    parser.add_argument("--balance", type=run.truth, default=True)
    return parser.parse_args()


def vectoriser(units: str, features: int, texts: Sequence[str]) -> TfidfVectorizer:
    """Make what turns texts into weighed counts (tf-idf with logarithmic counts)."""
    if units == "auto":
        letters = sum(len(text) for text in texts) or 1
        without = sum(len(WITHOUT_SPACES.findall(text)) for text in texts)
        units = "characters" if without / letters > 0.1 else "words"
    if units == "characters":
        made = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), max_features=features, sublinear_tf=True)
    else:
        made = TfidfVectorizer(
            ngram_range=(1, 2),
            token_pattern=r"(?u)\b\w+\b",  # noqa: S106  # of words
            max_features=features,
            sublinear_tf=True,
            strip_accents="unicode",
        )
    print(f"counted: {units}", flush=True)
    return made


def main() -> None:
    """Read, learn, predict, save."""
    options = arguments()
    if options.model_load_dir is not None:
        sys.exit("Not trained: this algorithm does not go on from a model. Start without one.")
    parts = run.read_parts(options, "texts")
    labels = list(parts.labels)
    texts, other = ([sample.text for sample in samples] for samples in (parts.training, parts.validation))
    y, vy = (
        np.array([parts.number[sample.label or ""] for sample in samples], dtype=np.int64)
        for samples in (parts.training, parts.validation)
    )
    count = vectoriser(options.units, options.features, texts)
    try:
        x = count.fit_transform(texts)
    except ValueError:
        sys.exit("Not trained: the texts hold no words. Check that they are texts.")
    vx = count.transform(other) if other else None
    print(f"{x.shape[1]} features", flush=True)
    classifier = SGDClassifier(loss="log_loss", alpha=options.regularisation, average=True, random_state=options.seed)
    weights = compute_sample_weight("balanced", y) if options.balance else np.ones(len(y))
    rng = np.random.default_rng(options.seed)
    for epoch in range(1, options.epochs + 1):
        begin = time.perf_counter()
        order = rng.permutation(len(y))
        classifier.partial_fit(x[order], y[order], classes=np.arange(len(labels)), sample_weight=weights[order])
        figures = measured(classifier, x, y, "") | (measured(classifier, vx, vy, "validation_") if len(vy) else {})
        run.log(epoch, **figures)
        run.progress(epoch, options.epochs, unit="epochs")
        shown = " ".join(f"{key} {value:.4f}" for key, value in figures.items())
        print(f"epoch {epoch}/{options.epochs} {shown} ({time.perf_counter() - begin:.2f} s)", flush=True)
    metrics = {}
    if len(vy):
        probabilities = classifier.predict_proba(vx)
        metrics = measured(classifier, vx, vy, "validation_")
        run.predictions(
            labels=labels,
            paths=[sample.name for sample in parts.validation],
            truth=[sample.label or "" for sample in parts.validation],
            predicted=[labels[i] for i in probabilities.argmax(axis=1)],
            scores=probabilities,
            dataset="data_url" if options.val_data_url is None else "val_data_url",
            folder=options.train_out,
        )
    options.train_model_out.mkdir(parents=True, exist_ok=True)
    # ONNX has no words beyond the simplest: what is saved is the pipeline itself.
    joblib.dump(Pipeline([("count", count), ("classify", classifier)]), options.train_model_out / "model.joblib")
    run.save_model_config(
        format="sklearn",
        framework="scikit-learn",
        task="text_classification",
        inputs=[{"name": "text", "datatype": "BYTES", "shape": [-1]}],
        outputs=[
            {"name": "label", "datatype": "INT64", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP64", "shape": [-1, len(labels)]},
        ],
        labels=labels,
        metrics=metrics,
        folder=options.train_model_out,
    )
    print("model saved", flush=True)


def measured(classifier: SGDClassifier, x: object, y: np.ndarray, prefix: str) -> dict[str, float]:
    """Give cross entropy and accuracy."""
    probabilities = classifier.predict_proba(x)
    return {
        f"{prefix}loss": float(log_loss(y, probabilities, labels=classifier.classes_)),
        f"{prefix}accuracy": float(accuracy_score(y, probabilities.argmax(axis=1))),
    }


if __name__ == "__main__":
    main()
