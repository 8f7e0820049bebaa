"""Write an Alembic revision for what changed in the tables: ``make revision m="add pinned to datasets"``."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import alembic.command
from aispace.db import Database
from aispace.db.database import MIGRATIONS


def main(message: str) -> int:
    """Compare the tables with an upgraded empty database and write the difference."""
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:40]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        if database.head() is not None:
            database.upgrade()
        made = alembic.command.revision(
            database.alembic_config(), message=message, autogenerate=True, rev_id=f"{number:04d}"
        )
        database.close()
    path = Path(made.path)  # type: ignore[union-attr]  # one revision is made
    path.rename(path.with_name(f"{number:04d}_{slug}.py"))
    print(f"wrote {path.with_name(f'{number:04d}_{slug}.py')}: read it before it is committed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
