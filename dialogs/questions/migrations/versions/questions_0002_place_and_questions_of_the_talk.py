"""Place and questions of the talk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "questions_0002"
down_revision = "questions_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _answer_asked()
    _answer_place()


def _answer_asked() -> None:
    op.create_table(
        "answer_asked",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_asked_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_asked")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answer_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_asked_forgotten"), ["forgotten"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_asked_person_id"), ["person_id"], unique=False)


def _answer_place() -> None:
    op.create_table(
        "answer_place",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_place_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_place")),
        sa.UniqueConstraint("person_id", name=op.f("uq_answer_place_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answer_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_place_forgotten"), ["forgotten"], unique=False)
