"""What the model server answers when a request cannot be served."""

from __future__ import annotations


class InferenceError(Exception):
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str
        Stable machine-readable name.
    message : str
        What is wrong and what to do, for the caller.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class ModelError(Exception):
    """The model directory cannot be served; the text says why and goes into the log."""
