"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "events_0001"
down_revision = None
branch_labels = ("events",)
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _event_off()
    _event_certificate()
    _event_training()
    _event_seat()


def _event_off() -> None:
    op.create_table(
        "event_off",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_off")),
        sa.UniqueConstraint("event", "day", name=op.f("uq_event_off_event_day")),
    )


def _event_certificate() -> None:
    op.create_table(
        "event_certificate",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_event_certificate_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_certificate_person_id"), ["person_id"], unique=False)


def _event_training() -> None:
    op.create_table(
        "event_training",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("training", sa.String(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_training_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_training")),
        sa.UniqueConstraint("person_id", "training", name=op.f("uq_event_training_person_id_training")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_training", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_training_person_id"), ["person_id"], unique=False)


def _event_seat() -> None:
    op.create_table(
        "event_seat",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("came", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_seat_person_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_event_seat_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_seat")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_seat", schema=None) as batch_op:
        batch_op.create_index(
            "event_seat_child_once",
            ["event", "day", "subject_id"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('waiting', 'offered', 'signed', 'leaving', 'came') AND subject_id IS NOT NULL"
            ),
            postgresql_where=sa.text(
                "state IN ('waiting', 'offered', 'signed', 'leaving', 'came') AND subject_id IS NOT NULL"
            ),
        )
        batch_op.create_index("event_seat_day", ["event", "day", "state"], unique=False)
        batch_op.create_index("event_seat_person", ["person_id", "state"], unique=False)
        batch_op.create_index(
            "event_seat_person_once",
            ["event", "day", "person_id", "who"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('waiting', 'offered', 'signed', 'leaving', 'came') AND subject_id IS NULL"
            ),
            postgresql_where=sa.text(
                "state IN ('waiting', 'offered', 'signed', 'leaving', 'came') AND subject_id IS NULL"
            ),
        )
        batch_op.create_index(batch_op.f("ix_event_seat_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_seat_subject_id"), ["subject_id"], unique=False)
