"""offers on short notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0010"
down_revision = "bot_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _offer()


def _offer() -> None:
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minutes", sa.Integer(), server_default="0", nullable=False))
