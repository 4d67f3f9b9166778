"""Cases: a matter for staff, opened from a conversation. (Hand-over of a whole conversation comes with the staff side.)"""

from __future__ import annotations

from datetime import datetime

from bot.clock import ms
from bot.turn import Turn


def open_case(turn: Turn, kind: str, about: str = "", words: str = "", due: datetime | None = None) -> int:
    """Open a case for the person who is talking; one of the same kind and matter that is open already is kept.

    `about` names the row it concerns ("ticket:12"), `words` is what they wrote (sealed). Duty staff are told.
    Returns the case's number.
    """
    person = turn.person.id if turn.person else None
    known = turn.db.value(
        "SELECT id FROM desk_case WHERE kind = :kind AND about = :about AND person_id = :person"
        " AND state <> 'closed'",
        kind=kind,
        about=about,
        person=person,
    )
    if known is not None:
        return int(known)
    case = int(
        turn.db.value(
            "INSERT INTO desk_case (kind, person_id, address_id, about, words, state, opened, due)"
            " VALUES (:kind, :person, :address, :about, :words, 'open', :now, :due) RETURNING id",
            kind=kind,
            person=person,
            address=turn.address_id,
            about=about,
            words=turn.seal(words, "case.words") if words else None,
            now=ms(turn.now),
            due=None if due is None else ms(due),
        )
    )
    turn.audit("case.opened", f"case:{case}", kind=kind, about=about)
    turn.push_staff(("duty", "admin"), "desk.new_case", case=case, kind=kind, dedupe=f"case:{case}")
    return case
