"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "account_0001"
down_revision = None
branch_labels = ("account",)
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _account_join_code()
    _account_guess()


def _account_join_code() -> None:
    op.create_table(
        "account_join_code",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_join_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_join_code")),
    )
    with op.batch_alter_table("account_join_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_join_code_code_hash"), ["code_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_join_code_person_id"), ["person_id"], unique=False)


def _account_guess() -> None:
    op.create_table(
        "account_guess",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_account_guess_address_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_guess")),
    )
    with op.batch_alter_table("account_guess", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_guess_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_guess_target"), ["target"], unique=False)
