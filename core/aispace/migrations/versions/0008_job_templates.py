"""job templates.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aispace_job_templates",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("settings", types.JSONValue(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_job_templates")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_aispace_job_templates_owner_id_name")),
    )
    with op.batch_alter_table("aispace_job_templates", schema=None) as batch_op:
        for column in ("kind", "organisation_id", "owner_id", "visibility"):
            batch_op.create_index(batch_op.f(f"ix_aispace_job_templates_{column}"), [column], unique=False)
