"""counters sort by their codes: a range of keys is one walk of the index, whatever language the database speaks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0009"
down_revision = "bot_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("scarce", "key", type_=sa.String(collation="C"), existing_nullable=False)
