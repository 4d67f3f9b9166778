"""Where a voucher can be used: the accepting places that take a child of this age."""

from __future__ import annotations

from typing import Any

from bot.turn import Turn
from dialogs.voucher.service.names import subject_birth
from knowledge.ages import completed_months
from knowledge.city import City

SEEN = (
    "(t.person_id = :person OR t.guardian_id = :person OR EXISTS (SELECT 1 FROM voucher_link l WHERE"
    " l.child_id = t.child_id AND l.state = 'linked' AND ((l.person_id = :person AND l.other_id IN (t.person_id,"
    " t.guardian_id)) OR (l.other_id = :person AND l.person_id IN (t.person_id, t.guardian_id)))))"
)
"""SQL for the tickets `t` that the person :person sees: their own, and those they and another agreed to see together."""
NAMED = 3
"""Places named in a message about something else; the question itself is answered with all of them."""


def places(turn: Turn, city: City, programme: str, subject: int, most: int | None = NAMED) -> dict[str, Any]:
    """`places` (name, address, phone) for the child's age today, at most so many, and how many `more` there are."""
    if programme not in city.programmes:
        return {"places": [], "more": 0}
    found = city.places_for(programme, completed_months(subject_birth(turn, subject), turn.today))
    named = found if most is None else found[:most]
    return {
        "places": [{"name": p.name, "address": p.address, "phone": p.phone} for p in named],
        "more": len(found) - len(named),
    }


def held(turn: Turn) -> bool:
    """Whether the person who asks has a voucher that can be used."""
    return bool(_vouchers(turn))


def show(turn: Turn, city: City) -> None:
    """Answer where: for each child with a voucher, every place that takes it."""
    told: set[int] = set()
    for row in _vouchers(turn):
        if row["child_id"] not in told:
            told.add(row["child_id"])
            name = turn.unseal(
                turn.db.value("SELECT name FROM subject WHERE id = :id", id=row["subject_id"]), "subject.name"
            )
            turn.say(
                "voucher.where",
                name=name,
                **places(turn, city, row["programme"], int(row["subject_id"]), None),
                telephone=turn.ground.telephone,
            )


def _vouchers(turn: Turn) -> list[dict[str, Any]]:
    return [
        dict(row)
        for row in turn.db.all(
            "SELECT t.child_id, t.subject_id, r.programme FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
            f" JOIN voucher_round r ON r.id = t.round_id WHERE {SEEN}"
            " AND v.state = 'valid' ORDER BY v.id DESC",
            person=turn.who.id,
        )
    ]
