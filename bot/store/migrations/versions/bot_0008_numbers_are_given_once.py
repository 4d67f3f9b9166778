"""numbers are given once: a row that was deleted leaves its number to nobody."""

from __future__ import annotations

from bot.store.migrations.numbers import give_once

revision = "bot_0008"
down_revision = "bot_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    give_once("person", "address", "inbox", "outbox", "action")
