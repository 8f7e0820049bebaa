"""The installation into safety and back: ``backup``, ``restore``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sqlalchemy.exc import OperationalError

from ..backup.restoring import restore, verify
from ..backup.taking import take
from ..configuration import database_url, home_folder, read_configuration
from ..db import Database
from ..errors import Conflict, Unavailable
from .terminal import Terminal, size
from .verbs import Verbs, verb

FEW = 20


def _installation(given: argparse.Namespace) -> tuple[Path, Database]:
    configured = read_configuration(given.config).Platform
    home = home_folder(given.home or configured.get("home"))
    return home, Database(database_url(home, configured.get("database_url")))


def _away(database: Database, error: OperationalError) -> Unavailable:
    where = database.url.render_as_string(hide_password=True)
    return Unavailable(
        "database_away",
        f"The database {where} cannot be opened ({error.orig}). Name the folder with --home or AISPACE_HOME, or the "
        "database with AISPACE_DATABASE_URL or Platform.database_url in the configuration file.",
    )


def _backup(given: argparse.Namespace, terminal: Terminal) -> int:
    target = Path(given.target)
    if given.verify:
        return _verify(given, terminal)
    home, database = _installation(given)
    terminal.say(f"it will hold the secrets and the users' files of {home}: keep {target} as safe as the installation")
    try:
        made = take(home, database, target, lambda files, taken: _progress(terminal, "copied", files, taken))
    except OperationalError as error:
        raise _away(database, error) from None
    finally:
        terminal.end_progress()
        database.close()
    terminal.object(
        made,
        [
            ("snapshot", made.name),
            ("files", made.file_count),
            ("size", size(made.size_bytes)),
            ("added", size(made.added_bytes)),
            ("skipped", len(made.skipped)),
            ("damaged blobs", len(made.damaged)),
        ],
    )
    for line in made.skipped[:FEW]:
        terminal.say(f"skipped {line}")
    for digest in made.damaged[:FEW]:
        terminal.say(f"damaged blob {digest}: `aispace storage verify` tells what needs it")
    if "AISPACE_SECRET_KEY" in os.environ:
        terminal.say("AISPACE_SECRET_KEY comes from the environment and is not in the backup: keep it elsewhere")
    return 1 if made.damaged else 0


def _verify(given: argparse.Namespace, terminal: Terminal) -> int:
    try:
        found = verify(
            Path(given.target), given.snapshot, lambda files, taken: _progress(terminal, "checked", files, taken)
        )
    finally:
        terminal.end_progress()
    terminal.object(
        found,
        [
            ("snapshot", found.snapshot),
            ("taken", found.created_at),
            ("objects", found.objects),
            ("size", size(found.size_bytes)),
            ("damaged", len(found.damaged)),
        ],
    )
    for line in found.damaged[:FEW]:
        terminal.say(f"damaged: {line}")
    return 1 if found.damaged else 0


def _progress(terminal: Terminal, word: str, files: int, taken: int) -> None:
    if files % 100 == 0:
        terminal.progress(f"{word} {files} files, {size(taken)}")


def _restore(given: argparse.Namespace, terminal: Terminal) -> int:
    home, database = _installation(given)
    if (home / "run" / "serve.json").exists():
        raise Conflict(
            "home_not_empty", f"Not restored. {home} is an installation already. Name a new folder with --home."
        )
    try:
        made = restore(
            Path(given.source),
            home,
            database,
            given.snapshot,
            lambda files, taken: _progress(terminal, "restored", files, taken),
        )
    except OperationalError as error:
        raise _away(database, error) from None
    finally:
        terminal.end_progress()
        database.close()
    terminal.object(
        made,
        [("snapshot", made.name), ("taken", made.created_at), ("files", made.file_count), ("home", os.fspath(home))],
    )
    terminal.say(f"start it with AISPACE_HOME={home}; what ran when the snapshot was taken is told to be lost")
    return 0


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    backup = verb(
        verbs, shared, "backup", _backup, local=True,
        purpose="Copy the installation on this machine, also while it runs; or check a copy.",
        examples="""
        aispace backup /backups/aispace
        aispace backup /backups/aispace-today.tar.gz --home /srv/aispace
        aispace backup --verify /backups/aispace
    """)  # fmt: skip
    backup.add_argument(
        "target", metavar="FOLDER|FILE", help="folder that grows with each snapshot, or a new .tar[.gz]"
    )
    backup.add_argument("--verify", action="store_true", help="take nothing: re-hash all that the snapshot holds")
    backup.add_argument("--snapshot", help="which one to check; default: the newest")
    _places(backup)
    back = verb(
        verbs, shared, "restore", _restore, local=True,
        purpose="Make an installation of a backup, in an empty folder.", examples="""
        aispace restore /backups/aispace --home /srv/aispace-new
        aispace restore /backups/aispace --snapshot 20261121T040000000000Z --home /srv/aispace-new
        aispace restore /backups/aispace-today.tar.gz --home /srv/aispace-new
    """)  # fmt: skip
    back.add_argument("source", metavar="FOLDER|FILE", help="what `aispace backup` wrote")
    back.add_argument("--snapshot", help="default: the newest")
    _places(back)


def _places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", help="folder of the installation; default: as configured, $AISPACE_HOME or ./var")
    parser.add_argument("--config", help="configuration file; default: $AISPACE_CONFIG")
