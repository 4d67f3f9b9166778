"""The call list: whom to ring, because a message could not be delivered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.clock import ms
from bot.desk import open_case
from bot.messages import COUNTER, Button, Outgoing
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
        " WHERE c.state = 'open' AND (c.due IS NULL OR c.due <= :now) ORDER BY tries, c.id",
        now=ms(turn.now),
    )
    shown = rows[: rules.CALLS_SHOWN]
    turn.audit("calls.read", "calls", shown=[int(row["id"]) for row in shown])
    if not rows:
        turn.say("staff.no_calls")
        return
    turn.say("staff.calls", count=len(rows), shown=len(shown))
    for number, row in enumerate(shown, start=1):
        turn.say(
            "staff.call",
            _call_buttons(turn, int(row["id"])),
            number=number,
            reason=row["reason"],
            tries=int(row["tries"]),
            names=_family(turn, int(row["person_id"])),
            phone="" if row["phone"] is None else turn.unseal(row["phone"], "person.phone"),
            words="" if row["words"] is None else _what_to_say(turn, row["words"]),
        )


def _family(turn: Turn, person: int) -> list[str]:
    rows = turn.db.all("SELECT name FROM subject WHERE person_id = :person ORDER BY id", person=person)
    return [turn.unseal(row["name"], "subject.name") for row in rows]


def describe(turn: Turn, call: int) -> str:
    """Whom a call was for: the number and the family, for duty staff."""
    row = turn.db.one(
        "SELECT c.person_id, p.phone FROM call_list c JOIN person p ON p.id = c.person_id WHERE c.id = :id",
        id=call,
    )
    if row is None:
        return ""
    phone = [] if row["phone"] is None else [turn.unseal(row["phone"], "person.phone")]
    return " · ".join([*phone, *_family(turn, int(row["person_id"]))])


def _call_buttons(turn: Turn, call: int) -> list[Button]:
    until = turn.now + rules.BUTTON_LIFE
    buttons = [
        turn.action("call.reached", "staff.button.reached", {"call": call}, deadline=until),
        turn.action("call.missed", "staff.button.missed", {"call": call}, deadline=until),
    ]
    if turn.place is not None and turn.place.channel == COUNTER:  # where there is a printer
        letter = f"{turn.ground.settings.page}/desk/letter/{call}"
        buttons.append(Button(turn.label("staff.button.letter"), url=letter))
    return buttons


def _what_to_say(turn: Turn, words: bytes) -> str:
    try:
        return plain(Outgoing.of_json(turn.ground.keys.unseal(bytes(words), "outbox.payload")).read_out)
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
    """Nobody answered: it is tried again some hours later; after three times duty decides what else can be done."""
    if not posts.may(turn, "calls"):
        turn.say("staff.no_longer")
        return
    call, lock = int(payload["call"]), " FOR UPDATE" if turn.db.postgres else ""
    if turn.db.value(f"SELECT state FROM call_list WHERE id = :id{lock}", id=call) != "open":
        turn.say("staff.called_before")
        return
    turn.audit("call.missed", f"call:{call}")
    tries = int(
        turn.db.value(
            "SELECT count(*) FROM audit WHERE act = 'call.missed' AND object = :call", call=f"call:{call}"
        )
    )
    if tries < rules.CALL_TRIES:
        due = turn.now + rules.CALL_AGAIN
        turn.db.run("UPDATE call_list SET due = :due WHERE id = :id", due=ms(due), id=call)
        turn.say("staff.missed", tries=tries, until=due)
        return
    turn.db.run(
        "UPDATE call_list SET state = 'unreached', done = :now, staff_id = :staff WHERE id = :id",
        now=ms(turn.now),
        staff=turn.who.staff_id,
        id=call,
    )
    turn.audit("call.unreached", f"call:{call}")
    case = open_case(replace(turn, person=None, address_id=None), "call_unreached", f"call:{call}")
    turn.say("staff.unreached", tries=tries, case=case)
