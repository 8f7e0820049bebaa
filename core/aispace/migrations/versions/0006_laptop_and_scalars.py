"""laptop and scalars.

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
    pass
