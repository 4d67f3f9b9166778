"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "walks_0001"
down_revision = None
branch_labels = ("walks",)
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _walk()


def _walk() -> None:
    op.create_table(
        "walk",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_walk_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
    )
    with op.batch_alter_table("walk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_walk_person_id"), ["person_id"], unique=False)
