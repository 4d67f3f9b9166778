"""what could not be kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "booking_0005"
down_revision = "booking_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _care_stop()
    _booking_move()
    _booking()


def _care_stop() -> None:
    op.create_table(
        "care_stop",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_stop")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("care_stop", schema=None) as batch_op:
        batch_op.create_index("care_stop_place", ["place", "state"], unique=False)


def _booking_move() -> None:
    op.create_table(
        "booking_move",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("chosen", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_move_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_move")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("booking_move", schema=None) as batch_op:
        batch_op.create_index("booking_move_stop", ["stop_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_move_booking_id"), ["booking_id"], unique=False)


def _booking() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("instead_of", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_booking_instead_of"), ["instead_of"], unique=False)
