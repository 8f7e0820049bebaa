"""visualisations, and results of batches as annotations.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aispace_visualisations",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("runs", types.JSONValue(), nullable=False),
        sa.Column("runs_key", sa.String(length=64), nullable=False),
        sa.Column("spec_id", sa.String(length=40), nullable=False),
        sa.Column("image_id", sa.String(length=40), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("workload_id", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", types.JSONValue(), nullable=True),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("ready_at", types.UTCDateTime(), nullable=True),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("visited_at", types.UTCDateTime(), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_visualisations")),
        sa.UniqueConstraint("owner_id", "runs_key", name=op.f("uq_aispace_visualisations_owner_id_runs_key")),
    )
    with op.batch_alter_table("aispace_visualisations", schema=None) as batch_op:
        for column in ("organisation_id", "owner_id", "status", "visibility", "workload_id"):
            batch_op.create_index(batch_op.f(f"ix_aispace_visualisations_{column}"), [column], unique=False)
    op.add_column("aispace_batch_services", sa.Column("delivery", types.JSONValue(), nullable=True))
