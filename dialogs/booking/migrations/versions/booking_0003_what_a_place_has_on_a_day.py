"""what a place has on a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "booking_0003"
down_revision = "booking_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _carer_off()
    _enrolled()
    _vacancy()
    _walk_in()
    _enrolled_absent()


def _carer_off() -> None:
    op.create_table(
        "carer_off",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("fewer", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer_off")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("carer_off", schema=None) as batch_op:
        batch_op.create_index("carer_off_day", ["place", "day"], unique=False)


def _enrolled() -> None:
    op.create_table(
        "enrolled",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("nickname", sa.LargeBinary(), nullable=False),
        sa.Column("born", sa.String(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolled")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("enrolled", schema=None) as batch_op:
        batch_op.create_index("enrolled_place", ["place"], unique=False)


def _vacancy() -> None:
    op.create_table(
        "vacancy",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancy")),
        sa.UniqueConstraint("place", name=op.f("uq_vacancy_place")),
    )


def _walk_in() -> None:
    op.create_table(
        "walk_in",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("walk_in", schema=None) as batch_op:
        batch_op.create_index("walk_in_day", ["place", "day"], unique=False)


def _enrolled_absent() -> None:
    op.create_table(
        "enrolled_absent",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("enrolled_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolled_id"], ["enrolled.id"], name=op.f("fk_enrolled_absent_enrolled_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolled_absent")),
        sa.UniqueConstraint("enrolled_id", "day", name=op.f("uq_enrolled_absent_enrolled_id_day")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("enrolled_absent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolled_absent_enrolled_id"), ["enrolled_id"], unique=False)
