"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "questions_0001"
down_revision = None
branch_labels = ("questions",)
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _answer_correction()
    _answer_text()
    _answer_given()
    _answer_tap()


def _answer_correction() -> None:
    op.create_table(
        "answer_correction",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_correction")),
    )
    with op.batch_alter_table("answer_correction", schema=None) as batch_op:
        batch_op.create_index(
            "answer_correction_draft",
            ["entry"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(batch_op.f("ix_answer_correction_entry"), ["entry"], unique=False)


def _answer_text() -> None:
    op.create_table(
        "answer_text",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_answer_text")),
    )


def _answer_given() -> None:
    op.create_table(
        "answer_given",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_given_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_given")),
        sa.UniqueConstraint("person_id", "entry", name=op.f("uq_answer_given_person_id_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answer_given", schema=None) as batch_op:
        batch_op.create_index("answer_given_entry", ["entry", "digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_given_forgotten"), ["forgotten"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_given_person_id"), ["person_id"], unique=False)


def _answer_tap() -> None:
    op.create_table(
        "answer_tap",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("chosen", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_tap_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_tap")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answer_tap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_tap_forgotten"), ["forgotten"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_tap_person_id"), ["person_id"], unique=False)
