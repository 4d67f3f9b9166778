"""members of groups: their index holds them only, for everybody else has the same empty member."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bot_0007"
down_revision = "bot_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    in_a_group = sa.text("member <> ''")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index("address_member")
        batch_op.create_index(
            "address_member", ["channel", "member"], sqlite_where=in_a_group, postgresql_where=in_a_group
        )
