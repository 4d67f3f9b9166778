"""who came to the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "events_0002"
down_revision = "events_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    _event_walk_in()


def _event_walk_in() -> None:
    op.create_table(
        "event_walk_in",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_walk_in")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_walk_in", schema=None) as batch_op:
        batch_op.create_index("event_walk_in_day", ["event", "day", "state"], unique=False)
