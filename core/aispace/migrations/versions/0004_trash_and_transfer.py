"""trash and transfer.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


TRASHABLE = ("algorithms", "datasets", "label_groups", "models", "services", "training_jobs")


def upgrade() -> None:
    # Added in place: making a table anew would need its children's keys to be switched off.
    for name in TRASHABLE:
        op.add_column(f"aispace_{name}", sa.Column("trashed_at", types.UTCDateTime(), nullable=True))

    op.create_table(
        "aispace_trash",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("deleted_by_id", sa.String(length=40), nullable=False),
        sa.Column("deleted_by_name", sa.String(length=255), nullable=False),
        sa.Column("deleted_at", types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_trash")),
    )
    with op.batch_alter_table("aispace_trash", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_aispace_trash_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_aispace_trash_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "aispace_transfers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=40), nullable=False),
        sa.Column("object_name", sa.String(length=50), nullable=False),
        sa.Column("giver_id", sa.String(length=40), nullable=False),
        sa.Column("receiver_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.Column("offered_by_id", sa.String(length=40), nullable=False),
        sa.Column("offered_by_name", sa.String(length=255), nullable=False),
        sa.Column("offered_at", types.UTCDateTime(), nullable=False),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_transfers")),
    )
    with op.batch_alter_table("aispace_transfers", schema=None) as batch_op:
        for column in ("giver_id", "object_id", "receiver_id"):
            batch_op.create_index(batch_op.f(f"ix_aispace_transfers_{column}"), [column], unique=False)

    op.create_table(
        "aispace_reproductions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("run", sa.String(length=12), nullable=False),
        sa.Column("original", types.JSONValue(), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["aispace_models.id"], name=op.f("fk_aispace_reproductions_model_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aispace_reproductions")),
    )
    with op.batch_alter_table("aispace_reproductions", schema=None) as batch_op:
        for column in ("model_id", "owner_id"):
            batch_op.create_index(batch_op.f(f"ix_aispace_reproductions_{column}"), [column], unique=False)
