"""reserve list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voucher_0003"
down_revision = "voucher_0002"
branch_labels = None
depends_on = "bot_0002"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _voucher()
    _voucher_round()
    _voucher_ticket()


def _voucher() -> None:
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freed", sa.BigInteger(), nullable=True))


def _voucher_round() -> None:
    with op.batch_alter_table("voucher_round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reserve_until", sa.BigInteger(), nullable=True))


def _voucher_ticket() -> None:
    with op.batch_alter_table("voucher_ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.BigInteger(), nullable=True))
        batch_op.create_index("voucher_ticket_rank", ["round_id", "band", "rank"], unique=False)
