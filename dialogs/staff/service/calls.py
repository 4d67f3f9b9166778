"""The call list: whom to ring, because a message could not be delivered."""

from __future__ import annotations

from typing import Any

from bot import outbox
from bot.clock import ms
from bot.messages import Button
from bot.store.sealed import Unreadable
from bot.texts import plain
from bot.turn import Turn
from dialogs.staff import rules
from dialogs.staff.service import posts


def listed(turn: Turn) -> None:
    """Whom to ring and what to say, the fewest tries first; numbers are unsealed for these eyes, and that is audited."""
    rows = turn.db.all(
        "SELECT c.id, c.person_id, c.reason, c.words, p.phone, (SELECT count(*) FROM audit a WHERE a.act = 'call.missed'"
        " AND a.object = 'call:' || c.id) AS tries FROM call_list c JOIN person p ON p.id = c.person_id"
        " WHERE c.state = 'open' ORDER BY tries, c.id"
    )
    shown = rows[: rules.CALLS_SHOWN]
    turn.audit("calls.read", "calls", shown=[int(row["id"]) for row in shown])
    if not rows:
        turn.say("staff.no_calls")
        return
    turn.say("staff.calls", count=len(rows), shown=len(shown))
    for number, row in enumerate(shown, start=1):
        names = turn.db.all(
            "SELECT name FROM subject WHERE person_id = :person ORDER BY id", person=row["person_id"]
        )
        turn.say(
            "staff.call",
            _call_buttons(turn, int(row["id"])),
            number=number,
            reason=row["reason"],
            tries=int(row["tries"]),
            names=[turn.unseal(name["name"], "subject.name") for name in names],
            phone="" if row["phone"] is None else turn.unseal(row["phone"], "person.phone"),
            words="" if row["words"] is None else _what_to_say(turn, row["words"]),
        )


def _call_buttons(turn: Turn, call: int) -> list[Button]:
    until = turn.now + rules.BUTTON_LIFE
    return [
        turn.action("call.reached", "staff.button.reached", {"call": call}, deadline=until),
        turn.action("call.missed", "staff.button.missed", {"call": call}, deadline=until),
    ]


def _what_to_say(turn: Turn, words: bytes) -> str:
    try:
        return plain(outbox.of_json(turn.ground.keys.unseal(bytes(words), "outbox.payload")).text)
    except Unreadable:
        return "—"


def reached(turn: Turn, payload: dict[str, Any]) -> None:
    """Somebody was told by telephone: the words are forgotten."""
    if not posts.may(turn, "calls"):
        turn.say("staff.no_longer")
        return
    done = turn.db.run(
        "UPDATE call_list SET state = 'done', done = :now, staff_id = :staff, words = NULL"
        " WHERE id = :id AND state = 'open'",
        now=ms(turn.now),
        staff=turn.who.staff_id,
        id=payload["call"],
    )
    if done:
        turn.audit("call.reached", f"call:{payload['call']}")
    turn.say("staff.reached" if done else "staff.called_before")


def missed(turn: Turn, payload: dict[str, Any]) -> None:
    """Nobody answered: it stays on the list, behind those not tried yet."""
    if not posts.may(turn, "calls"):
        turn.say("staff.no_longer")
        return
    turn.audit("call.missed", f"call:{payload['call']}")
    turn.say("staff.missed")
