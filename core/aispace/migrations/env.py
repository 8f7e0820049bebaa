"""Alembic environment: runs migrations on the engine that `aispace.db.Database` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import aispace.db.tables  # noqa: F401  (fills the metadata)
from aispace.db import types
from aispace.db.base import Base
from aispace.db.database import VERSION_TABLE


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types by their short name."""
    if kind == "type" and type(item).__module__ == types.__name__:
        autogen.imports.add("from aispace.db import types")
        return f"types.{type(item).__name__}()"
    return False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        transaction_per_migration=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
