"""What is examined, and how what was found is told."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

import requests
from traitlets.config import Config

from ..client.transport import default_token
from ..configuration import database_url, home_folder, read_configuration
from ..laptop import Laptop, laptop_home
from ..schemas import Schema

State = Literal["ok", "note", "broken"]
Size = Literal["laptop", "team", "elsewhere"]
ANSWER_SECONDS = 5.0


class Finding(Schema):
    """What one check found."""

    check: str
    state: State
    found: str
    remedy: str = ""
    """What to do; empty where nothing is to be done."""


class Report(Schema):
    """All that was found."""

    size: Size
    healthy: bool
    """Nothing is broken."""
    home: str | None
    findings: list[Finding]


@dataclass
class Patient:
    """What is examined.

    Parameters
    ----------
    size : str
        ``laptop``, ``team`` (its machine), or ``elsewhere``: a platform that is reached by its address only.
    home : pathlib.Path
        Folder of the state; of no meaning elsewhere.
    url : str, optional
        Address of a platform elsewhere.
    """

    size: Size
    home: Path
    url: str | None = None
    token: str | None = None
    config: Config = field(default_factory=Config)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clocks: list[tuple[str, float]] = field(default_factory=list)
    """Who told the time, and by how many seconds our clock is ahead of his."""

    @property
    def laptop(self) -> Laptop:
        """The platform of the user, for the laptop size."""
        return Laptop(self.home)

    @property
    def database(self) -> str:
        """Address of the database."""
        return database_url(self.home, self.config.Platform.get("database_url"))

    def get(self, who: str, url: str, **options: Any) -> requests.Response:
        """Ask somebody, and take note of his clock."""
        response = requests.get(url, timeout=ANSWER_SECONDS, stream=True, **options)
        told = response.headers.get("Date")
        if told:
            with contextlib.suppress(ValueError, TypeError):  # a date that is none says nothing of our clock
                self.clocks.append((who, (datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds()))
        return response


Check = Callable[[Patient], Finding | None]


def find_patient(home: str | None = None, url: str | None = None, token: str | None = None) -> Patient:
    """Tell what there is to examine.

    Parameters
    ----------
    home : str, optional
        A folder of state; default: ``$AISPACE_HOME``, that of `aispace up` in this folder, or that of the laptop.
    url, token : str, optional
        Of a platform elsewhere; default: ``$AISPACE_URL`` and ``$AISPACE_TOKEN``, unless a folder is named.
    """
    config = read_configuration()
    given = home or config.Platform.get("home") or os.environ.get("AISPACE_HOME")
    address = url or (None if home else os.environ.get("AISPACE_URL"))
    if address:
        return Patient("elsewhere", laptop_home(given), address.rstrip("/"), token or default_token(), config)
    here = home_folder(given)
    if (here / "run" / "ports.json").exists():
        return Patient("team", here, config=config)
    return Patient("laptop", laptop_home(given), config=config)


def examine(patient: Patient) -> Report:
    """Make all checks that concern this size, one after the other."""
    findings = list(_findings(patient))
    return Report(
        size=patient.size,
        healthy=all(one.state != "broken" for one in findings),
        home=None if patient.size == "elsewhere" else str(patient.home),
        findings=findings,
    )


def _findings(patient: Patient) -> Iterator[Finding]:
    from . import house, machine, programs

    everywhere: list[tuple[str, Check]] = [*programs.CHECKS]
    here: list[tuple[str, Check]] = [*machine.CHECKS, *house.CHECKS]
    checks = everywhere if patient.size == "elsewhere" else [*here, *everywhere]
    # The clock comes last: it is compared with those that were heard meanwhile.
    for name, check in [*checks, *house.REACHED, ("clock", machine.clock)]:
        try:
            found = check(patient)
        except Exception as error:
            # One check that fails must not keep the others from being made.
            found = Finding(
                check=name,
                state="broken",
                found=f"it cannot be looked at: {type(error).__name__}: {error}",
                remedy="Read the message; when it says nothing to you, report it with the output of 'aispace doctor'.",
            )
        if found is not None:
            yield found.model_copy(update={"check": name})


def ok(found: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(check="", state="ok", found=found)


def note(found: str, remedy: str) -> Finding:
    """Say that something works, and could be better."""
    return Finding(check="", state="note", found=found, remedy=remedy)


def broken(found: str, remedy: str) -> Finding:
    """Say that something does not work."""
    return Finding(check="", state="broken", found=found, remedy=remedy)
