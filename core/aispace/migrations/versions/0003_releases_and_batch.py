"""releases and batch.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aispace_batch_services",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", types.JSONValue(), nullable=True),
        sa.Column("configuration", types.JSONValue(), nullable=False),
        sa.Column("named", types.JSONValue(), nullable=False),
        sa.Column("model_id", sa.String(length=40), nullable=True),
        sa.Column("script_id", sa.String(length=40), nullable=True),
        sa.Column("image_id", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("workload_id", sa.String(length=40), nullable=True),
        sa.Column("counts", types.JSONValue(), nullable=True),
        sa.Column("stored", types.JSONValue(), nullable=True),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_batch_services")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_aispace_batch_services_owner_id_name")),
    )
    with op.batch_alter_table("aispace_batch_services", schema=None) as batch_op:
        for column in (
            "image_id",
            "model_id",
            "organisation_id",
            "owner_id",
            "script_id",
            "status",
            "visibility",
            "workload_id",
        ):
            batch_op.create_index(batch_op.f(f"ix_aispace_batch_services_{column}"), [column], unique=False)

    op.create_table(
        "aispace_service_records",
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("details", types.JSONValue(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.Column("by_id", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["aispace_services.id"],
            name=op.f("fk_aispace_service_records_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_id", "position", name=op.f("pk_aispace_service_records")),
    )
    # Columns are added in place: making the table of services anew would need its children's keys to be switched off.
    op.add_column("aispace_services", sa.Column("canary", sa.Integer(), nullable=True))
    op.add_column("aispace_services", sa.Column("rule", types.JSONValue(), nullable=True))
    op.add_column("aispace_services", sa.Column("auto_stop", types.JSONValue(), nullable=True))
    op.add_column("aispace_services", sa.Column("stop_at", types.UTCDateTime(), nullable=True))
    op.add_column("aispace_services", sa.Column("serving_since", types.UTCDateTime(), nullable=True))
    with op.batch_alter_table("aispace_service_deployments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("script_id", sa.String(length=40), nullable=True))
        batch_op.alter_column("model_id", existing_type=sa.String(length=40), nullable=True)
        batch_op.alter_column("model_version", existing_type=sa.String(length=12), nullable=True)
        batch_op.create_index(batch_op.f("ix_aispace_service_deployments_script_id"), ["script_id"], unique=False)
