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


def upgrade() -> None:
    pass
