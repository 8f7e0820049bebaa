"""Alembic environment: runs migrations on the engine that `aispace.db.Database` hands over."""

from __future__ import annotations

from alembic import context

from aispace.db import tables  # noqa: F401
from aispace.db.base import Base
from aispace.db.database import VERSION_TABLE

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        transaction_per_migration=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
