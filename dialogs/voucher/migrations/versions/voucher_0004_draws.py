"""draws that can be told apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voucher_0004"
down_revision = "voucher_0003"
branch_labels = None
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _voucher_event()
    _voucher_extension()
    _voucher_spot()
    _voucher()
    _voucher_redemption()


def _voucher_event() -> None:
    op.create_table(
        "voucher_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("list_hash", sa.String(), nullable=False),
        sa.Column("public_value", sa.String(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["voucher_round.id"], name=op.f("fk_voucher_event_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_event")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_voucher_event_round_id_number")),
    )
    with op.batch_alter_table("voucher_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_event_round_id"), ["round_id"], unique=False)


def _voucher_extension() -> None:
    op.create_table(
        "voucher_extension",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["voucher_round.id"], name=op.f("fk_voucher_extension_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_extension")),
    )
    with op.batch_alter_table("voucher_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_extension_round_id"), ["round_id"], unique=False)


def _voucher_spot() -> None:
    op.create_table(
        "voucher_spot",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["voucher_redemption.id"], name=op.f("fk_voucher_spot_redemption_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_spot")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_voucher_spot_redemption_id")),
    )
    with op.batch_alter_table("voucher_spot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_spot_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_spot_redemption_id"), ["redemption_id"], unique=False)


def _voucher() -> None:
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extension_id", sa.BigInteger(), nullable=True))


def _voucher_redemption() -> None:
    with op.batch_alter_table("voucher_redemption", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reversed", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("outage_day", sa.String(), nullable=True))
