"""The installation itself: ``db``, ``users``, ``storage``, ``token``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import requests
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from ..client import AISpaceClient
from ..configuration import database_url, home_folder, read_configuration
from ..db import Database
from ..errors import AISpaceError, Forbidden, Unavailable
from ..identity import SYSTEM
from ..platform import Platform
from ..storage.schemas import CollectReport, VerifyReport
from .terminal import Terminal, size
from .verbs import Verbs, verb


def _db(given: argparse.Namespace, terminal: Terminal) -> int:
    configured = read_configuration(given.config).Platform
    home = home_folder(given.home or configured.get("home"))
    database = Database(database_url(home, configured.get("database_url")))
    try:
        if given.action == "upgrade":
            copy = database.upgrade()
            if copy is not None:
                terminal.say(f"kept the database as it was in {copy}")
        current = database.current()
    except OperationalError as error:
        where = database.url.render_as_string(hide_password=True)
        raise Unavailable(
            "database_away",
            f"The database {where} cannot be opened ({error.orig}). Name the folder with --home or AISPACE_HOME, "
            "or the database with AISPACE_DATABASE_URL or Platform.database_url in the configuration file.",
        ) from None
    terminal.text(f"revision {current} of {database.head()}\n")
    return 0 if current == database.head() else 1


def _users(given: argparse.Namespace, terminal: Terminal) -> int:
    configuration = read_configuration(given.config)
    home = home_folder(given.home or configuration.Platform.get("home"))
    try:
        secret = (home / "secrets" / "internal_token").read_text().strip()
    except OSError as error:
        raise Forbidden(
            f"Not done. {home} is no folder of an installation, or you may not read its secrets ({error.strerror}). "
            "Name it with --home or AISPACE_HOME, and be the user whom AI Space runs as.",
            code="no_rights_on_home",
        ) from None
    password = _ask_serve(home, secret, given.name) or _change_alone(home, configuration, given.name)
    terminal.object({"name": given.name, "password": password}, [("name", given.name), ("password", password)])
    terminal.say("the password is shown this once; the sessions of the account are closed within a minute")
    return 0


def _ask_serve(home: Path, secret: str, name: str) -> str | None:
    """Let the running `aispace serve` do it; ``None`` where none runs."""
    try:
        port = int(json.loads((home / "run" / "serve.json").read_text())["internal_port"])
        answer = requests.post(
            f"http://127.0.0.1:{port}/internal/reset_password",
            json={"name": name},
            headers={"Authorization": f"Bearer {secret}"},
            timeout=30,
            proxies={"http": ""},
        )
    except (FileNotFoundError, requests.ConnectionError):
        return None
    said = answer.json()
    if answer.status_code >= 400:
        error = said["error"]
        raise AISpaceError(error["code"], error["message"], status=answer.status_code)
    return str(said["password"])


def _change_alone(home: Path, configuration: Config, name: str) -> str:
    """Do it in the database itself, while no `aispace serve` runs."""
    platform = Platform(home=str(home), config=configuration)
    try:
        platform.db.check()
        return platform.users.reset_password_of(SYSTEM, name).password
    finally:
        platform.close()


def _storage(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    answer = client.transport.ask("POST", f"/storage/{given.action}")
    if given.action == "collect":
        freed = CollectReport.model_validate(answer)
        terminal.object(freed, [("kept", freed.kept), ("removed", freed.removed), ("freed", size(freed.freed_bytes))])
        return 0
    report = VerifyReport.model_validate(answer)
    terminal.object(
        report, [("blobs", report.blobs), ("size", size(report.size_bytes)), ("damaged", len(report.damaged))]
    )
    for damage in report.damaged[:20]:
        terminal.say(f"{damage.problem} {damage.sha256}, needed by {', '.join(damage.needed_by) or 'nothing'}")
    return 1 if report.damaged else 0


def _token(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.action == "delete":
        client.tokens.delete(given.name)
        terminal.say(f"deleted {given.name}")
    elif given.action == "create":
        made = client.tokens.create(given.name, given.scope)
        terminal.object(made, [("id", made.id), ("scope", made.scope), ("token", made.token)])
        terminal.say("the token is shown this once")
    else:
        terminal.table(
            client.tokens.list(), [("ID", lambda t: t.id), ("NAME", lambda t: t.name), ("SCOPE", lambda t: t.scope)]
        )


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    db = verb(verbs, shared, "db", _db, purpose="Look at or upgrade the database.", local=True, examples="""
        aispace db upgrade
        aispace db status
        aispace db upgrade --home /srv/aispace
        aispace db upgrade --config /etc/aispace/config.py
    """)  # fmt: skip
    db.add_argument("action", choices=["status", "upgrade"])
    db.add_argument("--home", help="folder of the installation; default: as configured, $AISPACE_HOME or ./var")
    db.add_argument("--config", help="configuration file; default: $AISPACE_CONFIG")
    users = verb(
        verbs, shared, "users", _users, purpose="Give an account a new password, on the machine itself.", local=True,
        examples="""
        aispace users reset-password admin
        aispace users reset-password admin --home /srv/aispace
        aispace users reset-password alice --json
    """)  # fmt: skip
    users.add_argument("action", choices=["reset-password"])
    users.add_argument("name", help="user name; for when nobody is left who could do it on the page of the users")
    users.add_argument("--home", help="folder of the installation; default: as configured, $AISPACE_HOME or ./var")
    users.add_argument("--config", help="configuration file; default: $AISPACE_CONFIG")
    storage = verb(verbs, shared, "storage", _storage, purpose="Check or clean the stored bytes.", examples="""
        aispace storage verify
        aispace storage collect
        aispace storage verify --json
    """)  # fmt: skip
    storage.add_argument(
        "action", choices=["verify", "collect"], help="verify re-hashes all; collect frees what no version needs"
    )
    token = verb(verbs, shared, "token", _token, purpose="List, create or delete personal access tokens.", examples="""
        aispace token list
        aispace token create ci --scope read
        aispace token delete tok_0190
    """)  # fmt: skip
    token.add_argument("action", choices=["list", "create", "delete"])
    token.add_argument("name", nargs="?", help="name of a new token; id of the one to delete")
    token.add_argument("--scope", choices=["read", "write", "admin"], default="write")
