"""The arguments that every program for training gets, as the launch contract names them."""

from __future__ import annotations

import argparse
from pathlib import Path

from .launch import current


def arguments(description: str, *, starts_from: str = "not taken") -> argparse.ArgumentParser:
    """Make what reads the command line as AI Space writes it, ``--name=value``; a program adds its own parameters.

    Parameters
    ----------
    description : str
        What the program does, for ``--help``.
    starts_from : str, optional
        What it does with a model to go on from.

    Examples
    --------
    >>> parser = arguments("Train a classifier.")
    >>> _ = parser.add_argument("--epochs", type=int, default=10)
    >>> parser.parse_args(["--data_url=/data", "--epochs=3"]).epochs
    3
    """
    launch = current()
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data_url", type=Path, required=True, help="training set")
    parser.add_argument("--val_data_url", type=Path, help="validation set; default: a part of the training set")
    parser.add_argument("--model_load_dir", type=Path, help=f"model to go on from: {starts_from}")
    parser.add_argument("--train_out", type=Path, default=launch.out, help="folder for what it writes")
    parser.add_argument("--train_model_out", type=Path, default=launch.model, help="folder for the model")
    parser.add_argument("--train_log", type=Path, help="not needed: the log is what the program prints")
    parser.add_argument(
        "--validation_share", type=float, default=0.2, help="of the training set, where it has no split"
    )
    parser.add_argument("--seed", type=int, default=launch.seed, help="of everything that is left to chance")
    return parser


def truth(text: str) -> bool:
    """Read a parameter that is on or off.

    Raises
    ------
    argparse.ArgumentTypeError
        It is neither.
    """
    if text.lower() not in ("true", "false", "1", "0"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() in ("true", "1")
