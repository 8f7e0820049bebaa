"""Where the configuration of an installation comes from: its file, the environment, the defaults, in this order."""

from __future__ import annotations

import os
from pathlib import Path

from traitlets.config.loader import Config, PyFileConfigLoader

from .errors import AISpaceError


def read_configuration(file: str | None = None) -> Config:
    """Read the configuration file.

    Parameters
    ----------
    file : str, optional
        Its path; without one ``$AISPACE_CONFIG``, and nothing is configured where that is empty too.

    Raises
    ------
    AISpaceError
        It does not exist, or is not Python.
    """
    name = file or os.environ.get("AISPACE_CONFIG") or ""
    if not name:
        return Config()
    path = Path(name).resolve()
    try:
        found: Config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    except Exception as error:  # the file is a program of the administrator: it may fail in any way
        why = f"{type(error).__name__}: {error}" if path.exists() else "there is no such file"
        raise AISpaceError(
            "configuration_unreadable",
            f"The configuration file {name} cannot be read ({why}). Correct it, or name another with AISPACE_CONFIG.",
        ) from error
    return found


def home_folder(given: str | None = None) -> Path:
    """Tell the folder of an installation: the given one, ``$AISPACE_HOME`` or ``./var``."""
    return Path(given or os.environ.get("AISPACE_HOME") or "var").resolve()


def database_url(home: Path, given: str | None = None) -> str:
    """Tell the database of an installation: the given one, ``$AISPACE_DATABASE_URL`` or SQLite in its folder."""
    return given or os.environ.get("AISPACE_DATABASE_URL") or f"sqlite:///{home}/aispace.db"
