"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voucher_0001"
down_revision = None
branch_labels = ("voucher",)
depends_on = "bot_0001"


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _voucher_child()
    _voucher_round()
    _voucher_document()
    _voucher_family()
    _voucher_ticket()
    _voucher()
    _voucher_redemption()


def _voucher_child() -> None:
    op.create_table(
        "voucher_child",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("birth", sa.LargeBinary(), nullable=False),
        sa.Column("verified", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_child")),
    )


def _voucher_round() -> None:
    op.create_table(
        "voucher_round",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.BigInteger(), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("publish", sa.BigInteger(), nullable=False),
        sa.Column("reference_day", sa.String(), nullable=False),
        sa.Column("programme_json", sa.Text(), nullable=False),
        sa.Column("programme_hash", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("list_hash", sa.String(), nullable=False),
        sa.Column("public_value", sa.String(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_round")),
        sa.UniqueConstraint("name", name=op.f("uq_voucher_round_name")),
        sa.UniqueConstraint("programme", "calendar_id", name=op.f("uq_voucher_round_programme_calendar_id")),
    )
    with op.batch_alter_table("voucher_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_round_programme"), ["programme"], unique=False)


def _voucher_document() -> None:
    op.create_table(
        "voucher_document",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["voucher_child.id"], name=op.f("fk_voucher_document_child_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_document")),
        sa.UniqueConstraint("programme", "hash", name=op.f("uq_voucher_document_programme_hash")),
    )
    with op.batch_alter_table("voucher_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_document_child_id"), ["child_id"], unique=False)


def _voucher_family() -> None:
    op.create_table(
        "voucher_family",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["voucher_child.id"], name=op.f("fk_voucher_family_child_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_family_person_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_voucher_family_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_family")),
        sa.UniqueConstraint("person_id", "child_id", name=op.f("uq_voucher_family_person_id_child_id")),
    )
    with op.batch_alter_table("voucher_family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_family_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_family_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_family_subject_id"), ["subject_id"], unique=False)


def _voucher_ticket() -> None:
    op.create_table(
        "voucher_ticket",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=True),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("to_verify", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["voucher_child.id"], name=op.f("fk_voucher_ticket_child_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_voucher_ticket_guardian_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_ticket_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["voucher_round.id"], name=op.f("fk_voucher_ticket_round_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_voucher_ticket_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_voucher_ticket_number")),
        sa.UniqueConstraint("round_id", "child_id", name=op.f("uq_voucher_ticket_round_id_child_id")),
        sa.UniqueConstraint("round_id", "phone_hash", name=op.f("uq_voucher_ticket_round_id_phone_hash")),
    )
    with op.batch_alter_table("voucher_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_ticket_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_ticket_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_ticket_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_ticket_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_ticket_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index("voucher_ticket_band", ["round_id", "band", "state"], unique=False)


def _voucher() -> None:
    op.create_table(
        "voucher",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["voucher_ticket.id"], name=op.f("fk_voucher_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_voucher_code_hash")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_voucher_ticket_id")),
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_ticket_id"), ["ticket_id"], unique=False)


def _voucher_redemption() -> None:
    op.create_table(
        "voucher_redemption",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_redemption_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_redemption")),
    )
    with op.batch_alter_table("voucher_redemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_redemption_voucher_id"), ["voucher_id"], unique=False)
