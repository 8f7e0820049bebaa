"""more kinds.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from aispace.db import types
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("aispace_datasets", sa.Column("columns", types.JSONValue(), nullable=True))
    op.add_column("aispace_samples", sa.Column("content", sa.Text(), nullable=True))
    op.add_column("aispace_samples", sa.Column("review", types.JSONValue(), nullable=True))
    op.add_column("aispace_dataset_versions", sa.Column("columns", types.JSONValue(), nullable=True))
    op.add_column("aispace_exports", sa.Column("losses", types.JSONValue(), nullable=True))
