"""idempotency and lease.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aispace_leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=255), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("taken_at", types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_aispace_leases")),
    )
    op.add_column("aispace_users", sa.Column("sessions", sa.Integer(), server_default="0", nullable=False))
