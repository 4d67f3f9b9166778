"""A grandparent fills everything in; a guardian confirms by a link before the list is frozen."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from bot import timers
from bot.clock import instant, ms
from bot.flow.readers import RECOVERY
from bot.store.people import recovery_code
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service import first_come, issuing, rounds, tickets
from dialogs.voucher.service.agreed import rests
from dialogs.voucher.service.names import child_name, subject_birth
from dialogs.voucher.service.results import guardians

PREFIX = "g"


def ask_guardian(turn: Turn, row: Row, ticket: Row) -> None:
    """Give the applicant the link to pass on, and set the reminders."""
    turn.say(
        "voucher.guardian_link",
        link=link(turn, ticket),
        name=child_name(turn, ticket),
        frozen=ends(row, ticket),
        steps=tickets.steps_left(ticket),
        reason="no_channel" if turn.attended else "",
    )
    frozen = ends(row, ticket)
    for at in rules.guardian_moments(frozen, turn.now):
        # Named by the hours left: a ticket withdrawn and applied for again keeps each reminder it has not had.
        hours = (frozen - at) // timedelta(hours=1)
        timers.set_timer(turn.db, "voucher.guardian", f"{ticket['id']}:{hours}", at, {"ticket": ticket["id"]})


def ends(row: Row, ticket: Row) -> datetime:
    """Until when a guardian may confirm: the freeze, or the end of what is held for them."""
    return instant(int(ticket["held"] if ticket["held"] is not None else row["frozen"]))


def link(turn: Turn, ticket: Row) -> str:
    """The address a guardian opens."""
    channel = turn.place.channel if turn.place is not None else "web"
    return turn.ground.link.to(f"{PREFIX}_{ticket['id']}-{_sign(turn, int(ticket['id']))}", channel)


def _sign(turn: Turn, ticket: int) -> str:
    return turn.ground.keys.sign("voucher.guardian", ticket)


def open_link(turn: Turn, payload: str) -> None:
    """Somebody opened a guardian's link."""
    number, _, sign = payload.partition("-")
    good = number.isdigit() and turn.ground.keys.check_sign(sign, "voucher.guardian", int(number))
    turn.start("voucher_guardian", ticket=int(number) if good else 0)


def look(turn: Turn) -> Literal["ok", "gone", "own"]:
    """Whether there is something to confirm, and not by the one who applied."""
    ticket = _waiting(turn)
    if ticket is None:
        turn.data["why"] = _why_gone(turn)
        return "gone"
    if ticket["person_id"] == turn.who.id:
        return "own"
    born = subject_birth(turn, ticket["subject_id"])
    turn.data.update(name=child_name(turn, ticket), birth_month=born.isoformat(), number=ticket["number"])
    return "ok"


def accept(turn: Turn) -> Literal["ok", "phone", "gone"]:
    """The guardian agrees: the ticket stands, the child's data has its consent, both know."""
    ticket = _waiting(turn)
    if (
        ticket is None
        or turn.db.run(
            "UPDATE voucher_ticket SET state = CASE WHEN must_show = 1 THEN 'unseen' ELSE 'applied' END,"
            " guardian_id = :guardian WHERE id = :id AND state = 'unconfirmed'",
            guardian=turn.who.id,
            id=ticket["id"],
        )
        != 1
    ):
        turn.data["why"] = _why_gone(turn)
        return "gone"
    for purpose in ("basic", "child"):
        turn.db.run(
            "INSERT INTO consent (person_id, subject_id, purpose, wording, paper, given) VALUES (:person, :subject,"
            " :purpose, :wording, :paper, :now)",
            person=turn.who.id,
            subject=ticket["subject_id"],
            purpose=purpose,
            wording=turn.ground.wording,
            paper=turn.data.get("form", ""),
            now=ms(turn.now),
        )
    for hours in rules.GUARDIAN_HOURS:
        timers.cancel(turn.db, "voucher.guardian", f"{ticket['id']}:{hours}")
    turn.audit("ticket.confirmed", f"ticket:{ticket['id']}")
    first_come.follow(turn, int(ticket["id"]))
    turn.data["at_once"] = issuing.of(turn, int(ticket["id"])) is not None
    if not turn.data["at_once"]:
        turn.push(
            ticket["person_id"],
            "voucher.guardian_agreed",
            lane="result",
            name=child_name(turn, ticket),
            dedupe=f"guardian:{ticket['id']}:{ticket['applied']}",
        )
    turn.data["agreed"] = True
    if turn.place is None or turn.place.channel != "web":
        return "ok"
    return "ok" if _give_code(turn) else "phone"


def keep_phone(turn: Turn) -> Literal["ok"]:
    """A guardian on a page, which forgets them with its cookie, left a telephone number, or would rather not."""
    if turn.data["phone"] != "none":
        turn.db.run(
            "UPDATE person SET phone = :phone WHERE id = :id",
            phone=turn.seal(str(turn.data["phone"]), "person.phone"),
            id=turn.who.id,
        )
        _give_code(turn)
    return "ok"


def _give_code(turn: Turn) -> bool:
    """The recovery code, to be said; False where no telephone is known, without which it opens nothing."""
    if turn.db.value("SELECT phone FROM person WHERE id = :id", id=turn.who.id) is None:
        return False
    code = recovery_code(turn.db, turn.ground.keys, turn.who.id, secrets.SystemRandom())
    turn.data["recovery"] = RECOVERY.show(code)
    return True


def refuse(turn: Turn) -> Literal["ok", "gone"]:
    """The guardian does not agree: the ticket is out, the applicant is told. Undone for some minutes.

    "gone": another guardian has agreed meanwhile, or this one has, and went back.
    """
    ticket = _waiting(turn)
    if ticket is None:
        turn.data["why"] = _why_gone(turn)
        return "gone"
    turn.db.run("UPDATE voucher_ticket SET state = 'refused' WHERE id = :id", id=ticket["id"])
    turn.push(
        ticket["person_id"],
        "voucher.guardian_refused",
        name=child_name(turn, ticket),
        dedupe=f"refused:{ticket['id']}:{ms(turn.now)}",
    )
    turn.audit("ticket.refused", f"ticket:{ticket['id']}")
    first_come.follow(turn, int(ticket["id"]))
    frozen = instant(int(rounds.round_row(turn.db, int(ticket["round_id"]))["frozen"]))
    undo = turn.action(
        "voucher.refuse_undo",
        "voucher.button.undo",
        {"ticket": ticket["id"], "applied": ticket["applied"]},
        deadline=min(turn.in_(minutes=rules.UNDO_MINUTES), frozen),
    )
    turn.say("voucher.refused", [undo], minutes=rules.UNDO_MINUTES)
    return "ok"


def refuse_undo(turn: Turn, payload: dict[str, Any]) -> None:
    """Ask the guardian once more, unless the applicant's own consent is gone by now."""
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=payload["ticket"])
    restored = 0
    row = None if ticket is None else rounds.round_row(turn.db, int(ticket["round_id"]))
    if (
        ticket is not None
        and row is not None
        and ticket["state"] == "refused"
        and rests(turn, ticket, "unconfirmed")
        and first_come.may_return(turn, row, ticket, "unconfirmed")
    ):
        restored = turn.db.run(
            "UPDATE voucher_ticket SET state = 'unconfirmed' WHERE id = :id AND state = 'refused'"
            " AND applied = :applied",
            id=payload["ticket"],
            applied=payload["applied"],
        )
    if restored == 1:
        turn.audit("ticket.restored", f"ticket:{payload['ticket']}")
    turn.start("voucher_guardian", ticket=payload["ticket"])


def tell_others(turn: Turn, ticket: Row, key: str) -> None:
    """Tell the other one of applicant and guardian what was done with their ticket."""
    for person in {int(ticket["person_id"]), *guardians(ticket)} - {turn.who.id}:
        turn.push(
            person,
            key,
            name=child_name(turn, ticket),
            ticket=ticket["number"],
            dedupe=f"{key}:{ticket['id']}:{person}:{ms(turn.now)}",
        )


def on_remind(turn: Turn, due: Due) -> None:
    """Remind the applicant that a guardian has not confirmed yet."""
    ticket = turn.db.one(
        "SELECT * FROM voucher_ticket WHERE id = :id AND state = 'unconfirmed'", id=due.payload["ticket"]
    )
    if ticket is None:
        return
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    turn.push(
        ticket["person_id"],
        "voucher.guardian_reminder",
        lane="reminder",
        name=child_name(turn, ticket),
        frozen=ends(row, ticket),
        link=link(turn, ticket),
        dedupe=f"guardian-remind:{due.key}",
        deadline=ends(row, ticket) - timedelta(minutes=1),
    )


def _why_gone(turn: Turn) -> str:
    """Why a link leads to nothing: agreed | out | late | bad."""
    state = turn.db.value("SELECT state FROM voucher_ticket WHERE id = :id", id=turn.data.get("ticket", 0))
    if state in ("applied", "unseen", "won", "reserve"):
        return "agreed"
    return "bad" if state is None else "late" if state == "unheard" else "out"


def _waiting(turn: Turn) -> Row | None:
    return turn.db.one(
        "SELECT * FROM voucher_ticket WHERE id = :id AND state = 'unconfirmed'", id=turn.data.get("ticket", 0)
    )
