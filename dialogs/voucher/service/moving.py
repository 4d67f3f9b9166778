"""A form belongs to a round. When that closes while the form is open, the form moves to the round open by then."""

from __future__ import annotations

from bot.clock import instant, ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import rounds
from knowledge.programme import Programme


def enter(turn: Turn, programme: Programme, row: Row) -> None:
    """Let the open form be about this round."""
    turn.data.update(
        programme=programme.id,
        name=programme.name if turn.lang != "en" else programme.name_en,
        round_id=row["id"],
        round=row["name"],
        closes=instant(int(row["closes"])).isoformat(),
        reference=row["reference_day"],
        proofs=[] if programme.proof == "none" else list(programme.proof),
    )


def closed(turn: Turn) -> bool:
    """Whether the round of the open form takes no more applications."""
    row = rounds.round_row(turn.db, turn.data["round_id"])
    return row["state"] != "open" or not int(row["opens"]) <= ms(turn.now) < int(row["closes"])


def move(turn: Turn) -> bool:
    """Carry the form over to the programme's open round, and say so. False: none is open; the next one is noted."""
    programme = turn.data["programme"]
    row = rounds.open_round(turn.db, programme, turn.now)
    if row is None:
        following = rounds.next_round(turn.db, programme, turn.now)
        turn.data["next_opens"] = None if following is None else instant(int(following["opens"])).isoformat()
        return False
    before = turn.data["round"]
    enter(turn, rounds.programme_of(row), row)
    turn.say("voucher.moved", before=before, round=row["name"], closes=instant(int(row["closes"])))
    return True
