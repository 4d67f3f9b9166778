"""the counter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0006"
down_revision = "bot_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _counter_login()
    _call_list()
    _consent()


def _counter_login() -> None:
    op.create_table(
        "counter_login",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("cookie_hash", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("locked", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_counter_login_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_login")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_counter_login_code_hash")),
    )
    with op.batch_alter_table("counter_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counter_login_person_id"), ["person_id"], unique=False)


def _call_list() -> None:
    with op.batch_alter_table("call_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due", sa.BigInteger(), nullable=True))


def _consent() -> None:
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paper", sa.String(), server_default="", nullable=False))
