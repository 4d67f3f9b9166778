"""the child's card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "booking_0004"
down_revision = "booking_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _child_card()
    _booking()


def _child_card() -> None:
    op.create_table(
        "child_card",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("allergy", sa.LargeBinary(), nullable=True),
        sa.Column("feeding", sa.LargeBinary(), nullable=True),
        sa.Column("sleep", sa.LargeBinary(), nullable=True),
        sa.Column("special", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_child_card_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_card")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_child_card_subject_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("child_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_card_subject_id"), ["subject_id"], unique=False)


def _booking() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(), server_default="", nullable=False))
