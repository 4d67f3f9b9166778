"""the way home."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "booking_0006"
down_revision = "booking_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _fetcher()
    _stay_step()


def _fetcher() -> None:
    op.create_table(
        "fetcher",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("tail", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_fetcher_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetcher")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fetcher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fetcher_subject_id"), ["subject_id"], unique=False)


def _stay_step() -> None:
    op.create_table(
        "stay_step",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=True),
        sa.Column("belated", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_stay_step_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_step")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stay_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stay_step_booking_id"), ["booking_id"], unique=False)
