"""more in the trash.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: making a table anew would need its children's keys to be switched off.
    for name in ("batch_services", "evaluations"):
        op.add_column(f"aispace_{name}", sa.Column("trashed_at", types.UTCDateTime(), nullable=True))
    # Names of evaluations are longer than those of other objects.
    for name, column in (("trash", "name"), ("transfers", "object_name")):
        with op.batch_alter_table(f"aispace_{name}", schema=None) as batch_op:
            batch_op.alter_column(
                column, existing_type=sa.String(length=50), type_=sa.String(length=120), existing_nullable=False
            )
