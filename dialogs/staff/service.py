"""What staff do in their own chat: take up a post, see cases, answer and close them, read the audit; and 找人 for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from bot import approvals, outbox
from bot.capability import Claim, NotDone
from bot.clock import instant, ms
from bot.desk import open_case
from bot.messages import Button, Lane
from bot.store import people, staff
from bot.store.session import Row
from bot.texts import plain
from bot.turn import Turn
from dialogs.staff import rules

WAITING = timedelta(minutes=10)
"""Who wrote within this time is waiting: an answer to them is a reply, which quiet hours do not hold back."""


def claims(text: str, turn: Turn) -> Claim | None:
    """Staff's words for staff; the taking up of an invitation and the wish for a person for everybody."""
    code = rules.invitation(text)
    if code is not None:
        return Claim(flow="onboard", known={"code": code.upper()} if code else {})
    word = rules.word_of(text, (role for role, _ in turn.who.roles))
    if word is not None:
        acts: dict[rules.Word, Callable[[Turn], None]] = {
            "cases": cases,
            "calls": calls,
            "audit": audit,
            "approvals": waiting_approvals,
            "help": duty_help,
        }
        return Claim(call=acts[word] if not turn.overheard else overheard)
    act = rules.case_act(text, (role for role, _ in turn.who.roles))
    if act is not None:
        return Claim(call=partial(typed, *act) if not turn.overheard else overheard)
    return Claim(call=reach_person) if rules.wants_person(text) else None


def typed(act: rules.CaseAct, case: int, turn: Turn) -> None:
    """A case's button, typed with the case's number instead."""
    if act == "answer":
        turn.start("answer", case=case)
    else:
        (take if act == "take" else close)(turn, {"case": case})


def overheard(turn: Turn) -> None:
    """Cases and numbers are not for a group."""
    turn.say("staff.overheard")


def reach_person(turn: Turn) -> None:
    """A person is wanted, in whatever sentence: a case is left, with the sentence."""
    case = open_case(turn, "person_wanted", words=turn.words)
    turn.say("common.person", case=case, telephone=turn.ground.telephone)


def duty_help(turn: Turn) -> None:
    """The words that somebody with these roles may use."""
    words = [
        (turn.label(f"command.{word}"), turn.label(f"staff.does.{word}"))
        for word in rules.words_for(role for role, _ in turn.who.roles)
    ]
    posts = [(turn.label(f"staff.role.{role}"), place) for role, place in turn.who.roles]
    turn.say("staff.help", name=turn.who.name, posts=posts, words=words)


# -- taking up a post --------------------------------------------------------------------------------------------


def opened(turn: Turn, code: str) -> None:
    """An invitation's link was opened."""
    turn.start("onboard", code=code.upper())


def onboard_place(turn: Turn) -> Literal["ok", "overheard"]:
    """A code typed in a group is everybody's code."""
    return "overheard" if turn.overheard else "ok"


def onboard_accept(turn: Turn) -> Literal["accepted", "unknown", "expired", "used"]:
    """Take the invitation up for whoever is talking."""
    code = str(turn.data.pop("code"))
    accepted = staff.accept(turn.db, turn.ground.keys, code, turn.who.id, turn.now)
    if not isinstance(accepted, staff.Accepted):
        turn.audit(f"invite.{accepted}", f"person:{turn.who.id}")
        if accepted == "unknown":
            turn.say("onboard.wrong")
        return accepted
    turn.person = people.person_of(turn.db, turn.who.id)
    turn.audit("invite.accepted", f"staff:{accepted.staff_id}", role=accepted.role, place=accepted.place)
    turn.data.update(name=accepted.name, role=turn.label(f"staff.role.{accepted.role}"), place=accepted.place)
    return "accepted"


# -- cases -------------------------------------------------------------------------------------------------------


def cases(turn: Turn) -> None:
    """The oldest open cases, each with its buttons; what people wrote is unsealed for these eyes, and that is audited."""
    rows = turn.db.all(
        "SELECT c.id, c.kind, c.about, c.words, c.state, c.opened, c.due, s.name AS holder FROM desk_case c"
        " LEFT JOIN staff s ON s.id = c.staff_id WHERE c.state <> 'closed' ORDER BY c.id"
    )
    shown = rows[: rules.CASES_SHOWN]
    turn.audit("cases.read", "cases", shown=[int(row["id"]) for row in shown])
    if not rows:
        turn.say("staff.no_cases")
        return
    turn.say("staff.cases", count=len(rows), shown=len(shown))
    for row in shown:
        payload = {"case": int(row["id"])}
        until = turn.now + rules.BUTTON_LIFE
        taking = (
            []
            if row["state"] == "taken"
            else [turn.action("case.take", "staff.button.take", payload, deadline=until)]
        )
        turn.say(
            "staff.case",
            [
                *taking,
                turn.action("case.answer", "staff.button.answer", payload, deadline=until),
                turn.action("case.close", "staff.button.close", payload, deadline=until),
            ],
            case=int(row["id"]),
            kind=kind_name(turn, row["kind"]),
            about=row["about"],
            opened=instant(int(row["opened"])),
            holder=row["holder"] or "",
            due=None if row["due"] is None else instant(int(row["due"])),
            words="" if row["words"] is None else turn.unseal(row["words"], "case.words"),
        )


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
    if not may(turn, "cases"):
        turn.say("staff.no_longer")
        return
    turn.start("answer", case=int(payload["case"]))
    raise NotDone


def answer_look(turn: Turn) -> Literal["ok", "gone", "stranger"]:
    """Is there anybody to answer?"""
    if not may(turn, "cases") or turn.overheard:
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


def may(turn: Turn, word: rules.Word) -> bool:
    """Whether the person may (still) use a staff word: a button outlives a post."""
    return turn.who.may(*rules.MAY[word])


def _open_case(turn: Turn, payload: dict[str, Any]) -> Row | None:
    """The case of a button, locked, if it is open and the person is still staff; what is otherwise is said."""
    if not may(turn, "cases"):
        turn.say("staff.no_longer")
        return None
    lock = " FOR UPDATE" if turn.db.postgres else ""
    row = turn.db.one(
        f"SELECT id, state, staff_id, person_id FROM desk_case WHERE id = :id{lock}", id=payload["case"]
    )
    if row is None or row["state"] == "closed":
        turn.say("staff.closed_before", case=int(payload["case"]))
        return None
    return row


def _hold(turn: Turn, case: int) -> None:
    turn.db.run(
        "UPDATE desk_case SET state = 'taken', staff_id = :staff WHERE id = :id",
        staff=turn.who.staff_id,
        id=case,
    )
    turn.audit("case.taken", f"case:{case}")


# -- the call list -----------------------------------------------------------------------------------------------


def calls(turn: Turn) -> None:
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
    return plain(outbox.of_json(turn.ground.keys.unseal(bytes(words), "outbox.payload")).text)


def reached(turn: Turn, payload: dict[str, Any]) -> None:
    """Somebody was told by telephone: the words are forgotten."""
    if not may(turn, "calls"):
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
    if not may(turn, "calls"):
        turn.say("staff.no_longer")
        return
    turn.audit("call.missed", f"call:{payload['call']}")
    turn.say("staff.missed")


# -- what was done -----------------------------------------------------------------------------------------------


def audit(turn: Turn) -> None:
    """The last acts on record: when, who, what, on what. Never words."""
    rows = turn.db.all(
        "SELECT at, actor, act, object FROM audit ORDER BY id DESC LIMIT :most", most=rules.AUDIT_SHOWN
    )
    turn.audit("audit.read", "audit")
    acts = [(instant(int(row["at"])), _actor(turn, row["actor"]), row["act"], row["object"]) for row in rows]
    turn.say("staff.audit", acts=acts)


def _actor(turn: Turn, actor: str) -> str:
    kind, _, number = actor.partition(":")
    return staff.name_of(turn.db, int(number)) if kind == "staff" and number.isdigit() else actor


def waiting_approvals(turn: Turn) -> None:
    """What waits for a second person, with who asked."""
    found = []
    for approval in approvals.pending(turn.db, turn.now):
        asker = turn.db.value(
            "SELECT name FROM staff WHERE person_id = :id ORDER BY id LIMIT 1", id=approval.asked_by
        )
        key = f"approval.{approval.kind}.name"
        kind = turn.label(key if turn.ground.texts.has(key) else "approval.other.name")
        found.append((kind, approval.subject, asker or "", approval.asked))
    turn.say("staff.approvals" if found else "staff.no_approvals", approvals=found)
