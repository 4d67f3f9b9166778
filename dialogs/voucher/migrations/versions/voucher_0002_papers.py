"""Papers: children that turn out to be one, tickets that wait for a paper, pairs to look at, people who see together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voucher_0002"
down_revision = "voucher_0001"
branch_labels = None
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _voucher_link()
    _voucher_pair()
    _voucher_child()
    _voucher_ticket()


def _voucher_link() -> None:
    op.create_table(
        "voucher_link",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["voucher_child.id"], name=op.f("fk_voucher_link_child_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_voucher_link_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_link")),
    )
    with op.batch_alter_table("voucher_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_link_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_link_code_hash"), ["code_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_link_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_link_person_id"), ["person_id"], unique=False)


def _voucher_pair() -> None:
    op.create_table(
        "voucher_pair",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("one_ticket", sa.BigInteger(), nullable=False),
        sa.Column("other_ticket", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("noticed", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["one_id"], ["voucher_child.id"], name=op.f("fk_voucher_pair_one_id")),
        sa.ForeignKeyConstraint(
            ["one_ticket"], ["voucher_ticket.id"], name=op.f("fk_voucher_pair_one_ticket")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["voucher_child.id"], name=op.f("fk_voucher_pair_other_id")),
        sa.ForeignKeyConstraint(
            ["other_ticket"], ["voucher_ticket.id"], name=op.f("fk_voucher_pair_other_ticket")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["voucher_round.id"], name=op.f("fk_voucher_pair_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_pair")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_voucher_pair_one_id_other_id")),
    )
    with op.batch_alter_table("voucher_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_pair_one_id"), ["one_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_pair_one_ticket"), ["one_ticket"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_pair_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_pair_other_ticket"), ["other_ticket"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_pair_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_pair_state"), ["state"], unique=False)


def _voucher_child() -> None:
    # Columns are added in place: a rebuilt table would be copied row by row on SQLite.
    op.add_column("voucher_child", sa.Column("same_as", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_voucher_child_same_as"), "voucher_child", ["same_as"], unique=False)


def _voucher_ticket() -> None:
    op.add_column("voucher_ticket", sa.Column("voided", sa.BigInteger(), nullable=True))
    op.add_column("voucher_ticket", sa.Column("must_show", sa.Integer(), nullable=False, server_default="0"))
    for name in ("void_reason", "mark_birth", "mark_phone", "mark_name"):
        op.add_column("voucher_ticket", sa.Column(name, sa.String(), nullable=False, server_default=""))
