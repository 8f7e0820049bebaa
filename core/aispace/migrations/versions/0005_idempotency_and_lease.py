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
    pass
