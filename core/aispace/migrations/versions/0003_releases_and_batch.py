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
    pass
