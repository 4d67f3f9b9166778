"""what was moved late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "booking_0007"
down_revision = "booking_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _booking()


def _booking() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_late", sa.Integer(), server_default="0", nullable=False))
