"""numbers are given once: a row that was deleted leaves its number to nobody."""

from __future__ import annotations

from bot.store.migrations.numbers import give_once

revision = "account_0002"
down_revision = "account_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
    give_once("account_join_code", "account_guess")
