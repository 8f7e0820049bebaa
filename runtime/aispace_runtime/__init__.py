"""What a program that runs as a workload of AI Space says to the platform.

Standard library only; no token and no network: everything is written to files of the attempt's folder, which the
platform reads. The same program runs outside a workload too: then `log` and `progress` print, and the files go to the
current folder.

Examples
--------
>>> import aispace_runtime as run
>>> for epoch in range(1, 4):
...     run.log(epoch, loss=0.5 / epoch, validation_accuracy=0.9)
...     run.progress(epoch, 3, unit="epochs")
"""

from .arguments import arguments, truth
from .dataset import Box, Dataset, Sample, dataset
from .launch import Launch, current
from .metrics import log, progress
from .model_config import save_model_config
from .parts import Parts, parts, read_parts
from .predictions import predictions

__all__ = [
    "Box",
    "Dataset",
    "Launch",
    "Parts",
    "Sample",
    "arguments",
    "current",
    "dataset",
    "log",
    "parts",
    "predictions",
    "progress",
    "read_parts",
    "save_model_config",
    "truth",
]
