"""Cases in the hands of staff: seen, taken, answered, closed; and what else their people write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from bot.capability import NotDone
from bot.clock import instant, local_date, ms
from bot.messages import Lane
from bot.store import staff
from bot.store.session import Row
from bot.turn import Turn
from dialogs.staff import rules
from dialogs.staff.service import posts, records

WAITING = timedelta(minutes=10)
"""Who wrote within this time is waiting: an answer to them is a reply, which quiet hours do not hold back."""
_LOOK = (
    "SELECT c.id, c.kind, c.about, c.words, c.state, c.opened, c.due, s.name AS holder FROM desk_case c"
    " LEFT JOIN staff s ON s.id = c.staff_id"
)


def typed(act: rules.CaseAct, case: int, turn: Turn) -> None:
    """A case's button, typed with the case's number instead."""
    if act == "answer":
        turn.start("answer", case=case)
    else:
        (take if act == "take" else close)(turn, {"case": case})


def listed(turn: Turn) -> None:
    """The oldest open cases, each with its buttons; what people wrote is unsealed for these eyes, and that is audited."""
    rows = turn.db.all(f"{_LOOK} WHERE c.state <> 'closed' ORDER BY c.id")
    shown = rows[: rules.CASES_SHOWN]
    turn.audit("cases.read", "cases", shown=[int(row["id"]) for row in shown])
    if not rows:
        turn.say("staff.no_cases")
        return
    turn.say("staff.cases", count=len(rows), shown=len(shown))
    for row in shown:
        _say(turn, row)


def show(turn: Turn, payload: dict[str, Any]) -> None:
    """One case, with what its person wrote; the button stays good, for there may be more later."""
    if not posts.may(turn, "cases") or turn.overheard:
        turn.say("staff.overheard" if turn.overheard else "staff.no_longer")
        raise NotDone
    row = turn.db.one(f"{_LOOK} WHERE c.state <> 'closed' AND c.id = :id", id=payload["case"])
    if row is None:
        turn.say("staff.closed_before", case=int(payload["case"]))
    else:
        turn.audit("cases.read", "cases", shown=[int(row["id"])])
        _say(turn, row)
    raise NotDone


def _say(turn: Turn, row: Row) -> None:
    payload, until = {"case": int(row["id"])}, turn.now + rules.BUTTON_LIFE
    acts = ("answer", "close") if row["state"] == "taken" else ("take", "answer", "close")
    own = [] if turn.everyone is None else turn.everyone.case_buttons(turn, row["kind"], int(row["id"]))
    turn.say(
        "staff.case",
        [turn.action(f"case.{act}", f"staff.button.{act}", payload, deadline=until) for act in acts],
        *([own] if own else []),
        case=int(row["id"]),
        kind=kind_name(turn, row["kind"]),
        about=about(turn, row["about"]),
        opened=instant(int(row["opened"])),
        holder=row["holder"] or "",
        due=None if row["due"] is None else _last_day(turn, int(row["due"])),
        words="" if row["words"] is None else turn.unseal(row["words"], "case.words"),
    )


def about(turn: Turn, row: str) -> str:
    """What duty must know of the row a case is about, by the service whose row it is; else its kind and number."""
    if not row:
        return ""
    told = turn.everyone.describe(turn, row) if turn.everyone is not None else ""
    return told or records.object_name(turn, row)


def _last_day(turn: Turn, due: int) -> str:
    """The last day on which an answer is in time: a case due at midnight is due on the day that ends with it."""
    return local_date(instant(due - 1), turn.ground.settings.zone).isoformat()


def kind_name(turn: Turn, kind: str) -> str:
    """What a kind of case is called: each service names its own under case.<kind>.name."""
    key = f"case.{kind}.name"
    return turn.label(key if turn.ground.texts.has(key) else "case.other.name")


def take(turn: Turn, payload: dict[str, Any]) -> None:
    """Somebody takes a case in hand; the first one has it."""
    row = _open_case(turn, payload)
    if row is None:
        return
    if row["state"] == "taken" and row["staff_id"] != turn.who.staff_id:
        turn.say("staff.taken_by", case=int(row["id"]), name=staff.name_of(turn.db, int(row["staff_id"])))
        return
    _hold(turn, int(row["id"]))
    turn.say("staff.taken", case=int(row["id"]))


def close(turn: Turn, payload: dict[str, Any]) -> None:
    """A case is done: what was written for it is forgotten, and its person is told, at a decent hour."""
    row = _open_case(turn, payload)
    if row is None:
        return
    turn.db.run(
        "UPDATE desk_case SET state = 'closed', closed = :now, staff_id = :staff, words = NULL WHERE id = :id",
        now=ms(turn.now),
        staff=turn.who.staff_id,
        id=row["id"],
    )
    turn.audit("case.closed", f"case:{row['id']}")
    turn.say("staff.closed", case=int(row["id"]))
    if row["person_id"] is not None and row["person_id"] != turn.who.id:
        turn.push(
            int(row["person_id"]),
            "staff.closed_for_you",
            dedupe=f"case:{row['id']}:closed",
            case=int(row["id"]),
        )


def answer(turn: Turn, payload: dict[str, Any]) -> None:
    """Begin writing an answer to the person behind a case; there may be a second one, so the button stays good."""
    if not posts.may(turn, "cases"):
        turn.say("staff.no_longer")
        return
    turn.start("answer", case=int(payload["case"]))
    raise NotDone


def answer_look(turn: Turn) -> Literal["ok", "gone", "stranger"]:
    """Is there anybody to answer?"""
    if not posts.may(turn, "cases") or turn.overheard:
        return "stranger"
    row = turn.db.one("SELECT person_id, state FROM desk_case WHERE id = :id", id=turn.data.get("case"))
    return "ok" if row is not None and row["person_id"] is not None and row["state"] != "closed" else "gone"


def answer_send(turn: Turn) -> Literal["sent", "listed", "gone"]:
    """Send the answer to the person, and hold the case."""
    if answer_look(turn) != "ok":
        return "gone"
    case = int(turn.data["case"])
    person = int(turn.db.value("SELECT person_id FROM desk_case WHERE id = :id", id=case))
    seen = turn.db.value("SELECT max(last_seen) FROM address WHERE person_id = :person", person=person)
    waits = seen is not None and turn.now - instant(int(seen)) <= WAITING
    lane: Lane = "reply" if waits else "result"
    sent = turn.push(person, "staff.answer_for_you", lane=lane, case=case, words=str(turn.data["words"]))
    turn.audit("case.answered", f"case:{case}")
    if turn.db.value("SELECT state FROM desk_case WHERE id = :id", id=case) == "open":
        _hold(turn, case)
    return "sent" if sent is not None else "listed"


def _open_case(turn: Turn, payload: dict[str, Any]) -> Row | None:
    """The case of a button, locked, if it is open and the person is still staff; what is otherwise is said."""
    if not posts.may(turn, "cases"):
        turn.say("staff.no_longer")
        return None
    lock = " FOR UPDATE" if turn.db.postgres else ""
    row = turn.db.one(
        f"SELECT id, state, staff_id, person_id FROM desk_case WHERE id = :id{lock}", id=payload["case"]
    )
    if row is None or row["state"] == "closed":
        turn.say("staff.no_case" if row is None else "staff.closed_before", case=int(payload["case"]))
        return None
    return row


def _hold(turn: Turn, case: int) -> None:
    turn.db.run(
        "UPDATE desk_case SET state = 'taken', staff_id = :staff WHERE id = :id",
        staff=turn.who.staff_id,
        id=case,
    )
    turn.audit("case.taken", f"case:{case}")
