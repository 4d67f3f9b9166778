"""Workers share the outbox: who has a message in hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0004"
down_revision = "bot_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _outbox()


def _outbox() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker", sa.BigInteger(), server_default="0", nullable=False))
