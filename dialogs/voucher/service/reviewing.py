"""A 人工复核 as its family sees it: the way to ask for one, and the one that is under way."""

from __future__ import annotations

from bot.messages import Button
from bot.store.session import Db, Row
from bot.turn import Turn

KIND = "voucher.review"


def of(db: Db, ticket_id: int) -> Row | None:
    """The case of a ticket's review that is not decided yet, or None."""
    return db.one(
        "SELECT * FROM desk_case WHERE kind = :kind AND about = :about AND state <> 'closed' ORDER BY id LIMIT 1",
        kind=KIND,
        about=f"ticket:{ticket_id}",
    )


def button(turn: Turn, ticket: Row) -> list[list[Button]]:
    """The way to it, as rows of buttons; none where one is under way."""
    if of(turn.db, int(ticket["id"])) is not None:
        return []
    wanted = {"ticket": ticket["id"]}
    return [[turn.action(KIND, "voucher.button.review", wanted, deadline=turn.in_(days=30))]]
