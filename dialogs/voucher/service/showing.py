"""A paper shown instead of typed: what the family brings and where, reminders, and what staff do who see it.

A ticket that waits for it stands as `unseen`; not seen by the freeze, it is not in this round.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from bot import limits, timers
from bot.clock import instant
from bot.limits import Rule
from bot.messages import File
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from bot.workdays import office_before
from dialogs.voucher import codes, rules
from dialogs.voucher.service import children, papers, rounds, tickets, usable
from dialogs.voucher.service.names import child_name, subject_birth
from dialogs.voucher.service.results import guardians, qr_of
from knowledge.city import City

PREFIX = "show"
"""A link show_TICKET opens the check for staff, nothing for anybody else. (One letter before nine digits would be taken for
a birth certificate.)"""
COUNTER, CENTRE = "counter", "centre"
GUESSING = Rule("voucher.ticket", rules.CODE_TRIES, timedelta(hours=1), timedelta(hours=1))
"""Ticket numbers that do not exist, typed by one member of staff: a ticket's number is short, and shows a name."""


def ask_to_show(turn: Turn, row: Row, ticket: Row, city: City) -> None:
    """Say what is to be shown, where and until when, with the QR code for staff; set the reminders."""
    say_where(turn, row, ticket, city)
    remind_later(turn, ticket, instant(int(row["frozen"])))


def say_where(turn: Turn, row: Row, ticket: Row, city: City) -> None:
    """What is to be shown, where, and until when."""
    turn.say(
        "voucher.show_paper",
        files=[_qr(turn, ticket)],
        show_by=show_by(turn, row, ticket),
        steps=tickets.steps_left(ticket),
        **_values(turn, ticket),
        **usable.places(turn, city, row["programme"], int(ticket["subject_id"])),
    )


def show_by(turn: Turn, row: Row, ticket: Row) -> datetime:
    """The last office hour in which a paper can be shown in time: before the freeze, or the end of what is held for it."""
    end = instant(int(ticket["held"] if ticket["held"] is not None else row["frozen"]))
    last = office_before(end, turn.ground.settings.zone)
    return last if last > turn.now else end


def remind_later(turn: Turn, ticket: Row, frozen: datetime) -> None:
    """Two reminders before the freeze."""
    for number, at in enumerate(rules.paper_moments(frozen, turn.now), start=1):
        timers.set_timer(turn.db, "voucher.show", f"{ticket['id']}:{number}", at, {"ticket": ticket["id"]})


def on_remind(turn: Turn, due: Due, city: City) -> None:
    """Nobody has seen the paper yet."""
    ticket = turn.db.one(
        "SELECT * FROM voucher_ticket WHERE id = :id AND must_show = 1 AND state IN ('unseen', 'unconfirmed')",
        id=due.payload["ticket"],
    )
    if ticket is None:
        return
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    frozen = instant(int(row["frozen"]))
    for person in (int(ticket["person_id"]), *guardians(ticket)):
        push_where(
            turn,
            row,
            ticket,
            city,
            person,
            "voucher.show_reminder",
            lane="reminder",
            dedupe=f"show:{due.key}:{ticket['applied']}:{person}",
            deadline=frozen - timedelta(minutes=1),
        )


def push_where(
    turn: Turn, row: Row, ticket: Row, city: City, person: int, key: str, **how: Any
) -> int | None:
    """Push a text about what is to be shown, with the QR code and places. Returns the outbox row, or None (`Turn.push`)."""
    number = ticket["number"]
    return turn.push(
        person,
        key,
        files=[qr_of(turn, person, f"{PREFIX}_{number}", f"ticket-{number[-3:]}.png")],
        show_by=show_by(turn, row, ticket),
        **_values(turn, ticket),
        **usable.places(turn, city, row["programme"], int(ticket["subject_id"])),
        **how,
    )


def _values(turn: Turn, ticket: Row) -> dict[str, Any]:
    return {
        "name": child_name(turn, ticket),
        "ticket": ticket["number"],
        "telephone": turn.ground.telephone,
    }


def _qr(turn: Turn, ticket: Row) -> File:
    number = ticket["number"]
    return qr_of(turn, int(ticket["person_id"]), f"{PREFIX}_{number}", f"ticket-{number[-3:]}.png")


# -- staff see it ------------------------------------------------------------------------------------------------------


def may_check(turn: Turn) -> bool:
    """Whether the person who talks may look at papers anywhere."""
    return turn.who.may(COUNTER, CENTRE)


def open_link(turn: Turn, payload: str) -> None:
    """A ticket's QR code was opened: staff check its paper, anybody else is told what it is."""
    if may_check(turn):
        number = codes.parse_ticket(payload)
        turn.start("voucher_papers", **({"number": number} if number and number != "mistyped" else {}))
    else:
        turn.say("voucher.for_staff")


def role(turn: Turn) -> Literal["ok", "stranger"]:
    """Only staff of a counter or a centre look at papers."""
    return "ok" if may_check(turn) else "stranger"


def look(
    turn: Turn, city: City
) -> Literal["ok", "unknown", "out", "nothing", "seen", "not_accepting", "locked", "limited"]:
    """The ticket behind a number: what its child is called, and whether there is a paper to see."""
    counted = [(GUESSING, f"person:{turn.who.id}")]
    turn.data["telephone"] = turn.ground.telephone
    if not limits.guess(turn, counted):
        return "limited"
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE number = :number", number=turn.data["number"])
    if ticket is None:
        turn.audit("paper.unknown", "ticket:?")
        return "unknown" if limits.wrong(turn, counted) else "limited"
    limits.right(turn, counted)
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    turn.data["ticket"] = ticket["id"]
    if not _accepts(turn, city, row["programme"]):
        return "not_accepting"
    if ticket["state"] in ("withdrawn", "refused", "unheard", "void"):
        return "out"
    if rounds.programme_of(row).proof == "none":
        return "nothing"
    if not ticket["must_show"] and turn.db.value(
        "SELECT verified FROM voucher_child WHERE id = :id", id=ticket["child_id"]
    ):
        return "seen"
    if papers.tries_left(turn, f"ticket:{ticket['id']}") <= 0:
        return "locked"
    unshown = children.unshown(turn, int(ticket["child_id"]))
    turn.data.update(
        name=child_name(turn, ticket),
        birth_month=subject_birth(turn, int(ticket["subject_id"])).isoformat(),
        waits=bool(ticket["must_show"]),
        unshown=unshown,
        ways=[{"value": "unreadable", "label": turn.label("voucher_papers.paper.choice.unreadable")}]
        if unshown
        else [],
    )
    return "ok"


def _accepts(turn: Turn, city: City, programme: str) -> bool:
    """A counter sees every paper, a centre those of programmes whose vouchers it takes."""
    if turn.who.may(COUNTER) or programme not in city.programmes:
        return turn.who.may(COUNTER)
    accepting = city.programmes[programme].accepting
    return any(name == CENTRE and place in ("", *accepting) for name, place in turn.who.roles)


def check(turn: Turn) -> Literal["ok", "again", "ask", "stopped"]:
    """The number typed from the paper, against what the child is registered with."""
    paper = turn.data["paper"]
    ticket = _ticket(turn)
    if paper["kind"] == "unreadable" and not turn.data["unshown"]:
        return wrong(turn)
    verdict = papers.shown(turn, paper, int(ticket["child_id"]))
    if verdict == "ok":
        return _noted(turn)
    if verdict == "other_birth":
        return wrong(turn, "voucher_papers.birth_differs")
    turn.data["found"] = verdict
    return "ask"


def attach(turn: Turn) -> Literal["ok", "again", "stopped"]:
    """Staff say it is the same child: one more paper of this child, or two children become one."""
    if not may_check(turn):
        return "stopped"
    if papers.shown(turn, turn.data["paper"], int(_ticket(turn)["child_id"]), vouched=True) != "ok":
        return wrong(turn)
    return _noted(turn)


def wrong(turn: Turn, said: str = "voucher_papers.differs") -> Literal["again", "stopped"]:
    """It is not this child's paper: counted; after three the ticket's check stops and duty looks at it."""
    turn.data.pop("paper", None)
    ticket = _ticket(turn)
    left = papers.differs(turn, f"ticket:{ticket['id']}", ticket, "voucher.show_locked")
    if left > 0:
        closes = instant(int(rounds.round_row(turn.db, int(ticket["round_id"]))["closes"]))
        turn.say(
            said, left=left, closes=closes if turn.now < closes else None, telephone=turn.ground.telephone
        )
        return "again"
    return "stopped"


def _noted(turn: Turn) -> Literal["ok"]:
    """Say at the end what became of the ticket: applied | void | late | noted."""
    turn.data.pop("paper", None)
    ticket = _ticket(turn)
    state = {"applied": "in", "void": "void", "unseen": "late", "unconfirmed": "unconfirmed"}
    turn.data["result"] = state.get(ticket["state"], "noted")
    return "ok"


def _ticket(turn: Turn) -> Row:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=turn.data["ticket"])
    if ticket is None:
        raise LookupError(f"no ticket {turn.data['ticket']}")
    return ticket
