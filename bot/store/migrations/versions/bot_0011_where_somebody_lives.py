"""where somebody lives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0011"
down_revision = "bot_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _subject()


def _subject() -> None:
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.add_column(sa.Column("home", sa.LargeBinary(), nullable=True))
