"""我的券: everything of one's own with its state, deadline, code and QR, and what can be done with it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.capability import NotDone
from bot.clock import end_of_day, instant, local_date, ms
from bot.desk import listening, open_case
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from bot.workdays import workdays_after
from dialogs.voucher import codes, rules
from dialogs.voucher.service import (
    first_come,
    guardian,
    redraw,
    reserve,
    reviewing,
    rounds,
    showing,
    tickets,
    together,
    usable,
    waiting,
)
from dialogs.voucher.service.agreed import rests
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.results import guardians, qr_file
from knowledge.city import City

_LATE = {False: "voucher.withdraw_late", True: "voucher.first.withdraw_late"}
SHOWN = 6
"""How many of the latest tickets are shown."""


def my_things(turn: Turn, city: City) -> int:
    """Say every recent ticket of the person who asks, newest last. Returns how many there are."""
    own = turn.db.all(
        f"SELECT t.* FROM voucher_ticket t WHERE {usable.SEEN} ORDER BY t.applied DESC, t.id DESC LIMIT :limit",
        person=turn.who.id,
        limit=SHOWN,
    )
    for ticket in reversed(own):
        _say(turn, ticket, city)
        if (case := reviewing.of(turn.db, int(ticket["id"]))) is not None:
            zone = turn.ground.settings.zone
            turn.say(
                "voucher.mine.reviewing",
                case=int(case["id"]),
                ticket=ticket["number"],
                by=None
                if case["due"] is None
                else local_date(instant(int(case["due"]) - 1), zone).isoformat(),
            )
    return len(own)


def show_mine(turn: Turn, city: City) -> None:
    """The words 我的券: all of it, or a kind line when there is nothing."""
    if my_things(turn, city) == 0:
        turn.say("voucher.mine.nothing", [turn.go("voucher.button.apply", "voucher")])


def _say(turn: Turn, ticket: Row, city: City) -> None:
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    voucher = turn.db.one("SELECT * FROM voucher WHERE ticket_id = :id", id=ticket["id"])
    values: dict[str, Any] = {
        "name": child_name(turn, ticket),
        "ticket": ticket["number"],
        "round": row["name"],
        "closes": instant(int(row["closes"])),
        "publish": instant(int(row["publish"])),
        "amount": ticket["amount"],
        "frozen": guardian.ends(row, ticket),
        "show_by": showing.show_by(turn, row, ticket),
        "to_verify": bool(ticket["to_verify"]),
    }
    if ticket["state"] == "void":
        turn.say("voucher.mine.ticket_void", reason=ticket["void_reason"], **values)
    elif voucher is not None and (row["state"] == "published" or first_come.is_so(row)):
        _say_voucher(
            turn,
            ticket,
            voucher,
            values,
            usable.places(turn, city, row["programme"], int(ticket["subject_id"])),
        )
    elif row["state"] == "open" and ticket["state"] in ("applied", "unconfirmed", "unseen"):
        _say_waiting(turn, ticket, values)
        if ticket["must_show"]:
            showing.say_where(turn, row, ticket, city)
    elif ticket["state"] == "reserve" and (row["state"] == "published" or first_come.is_so(row)):
        waiting.say(turn, ticket, row, values)
    elif ticket["state"] in ("withdrawn", "refused", "unheard", "unseen"):
        review = reviewing.button(turn, ticket) if row["state"] == "published" else []
        turn.say(
            f"voucher.mine.{'unshown' if ticket['state'] == 'unseen' else ticket['state']}",
            *_ways_back(turn, ticket, row),
            *review,
            **values,
        )
    else:
        again = redraw.pending(turn.db, int(row["id"]))
        at = None if again is None else instant(int(again["draw"]))
        turn.say("voucher.mine.drawing", late=turn.now >= values["publish"], again=at, **values)


def _ways_back(turn: Turn, ticket: Row, row: Row) -> list[list[Button]]:
    """The undo of what was done a moment ago, and applying again while the round is open."""
    undo = _undo_again(turn, "voucher.withdraw_undo", "ticket", int(ticket["id"]))
    again = (
        row["state"] == "open" and turn.now < instant(int(row["closes"])) and ticket["state"] in tickets.OUT
    )
    return [*([[undo]] if undo else []), *([[turn.go("voucher.button.again", "voucher")]] if again else [])]


def _undo_again(turn: Turn, kind: str, key: str, number: int) -> Button | None:
    """A new button for an undo that this person was given and that is still good."""
    for row in turn.db.all(
        "SELECT payload, deadline FROM action WHERE kind = :kind AND person_id = :person AND used IS NULL"
        " AND deadline > :now ORDER BY id DESC",
        kind=kind,
        person=turn.who.id,
        now=ms(turn.now),
    ):
        payload = json.loads(row["payload"])
        if payload[key] == number:
            return turn.action(kind, "voucher.button.undo", payload, deadline=instant(int(row["deadline"])))
    return None


def _say_waiting(turn: Turn, ticket: Row, values: dict[str, Any]) -> None:
    rows = together.rows(turn, ticket)
    if turn.who.id in (ticket["person_id"], *guardians(ticket)):
        payload = {"ticket": ticket["id"]}
        rows.insert(
            0,
            [turn.action("voucher.withdraw", "voucher.button.withdraw", payload, deadline=values["frozen"])],
        )
    if ticket["state"] == "unconfirmed":
        turn.say("voucher.mine.unconfirmed", *rows, link=guardian.link(turn, ticket), **values)
    else:
        turn.say(f"voucher.mine.{ticket['state']}", *rows, **values)


def _say_voucher(
    turn: Turn, ticket: Row, voucher: Row, values: dict[str, Any], where: dict[str, Any]
) -> None:
    values.update(last_day=voucher["last_day"], balance=voucher["balance"])
    if voucher["state"] == "valid":
        code = turn.unseal(voucher["code"], "voucher.code")
        rows = [[Button(turn.label("voucher.button.where"), id="go:voucher_places")]]
        rows += together.rows(turn, ticket)
        if ticket["person_id"] == turn.who.id:
            rows.append(
                [
                    turn.action(
                        "voucher.decline",
                        "voucher.button.decline",
                        {"voucher": voucher["id"]},
                        deadline=instant(int(voucher["expires"])),
                    )
                ]
            )
            if turn.who.reminders:
                rows.append([turn.action("voucher.reminders_off", "voucher.button.reminders_off", {})])
        turn.say(
            "voucher.mine.valid",
            *rows,
            files=[qr_file(turn, turn.who.id, code)],
            code=codes.show(code),
            **values,
            **where,
        )
    else:
        used = turn.db.value(
            "SELECT max(at) FROM voucher_redemption WHERE voucher_id = :id", id=voucher["id"]
        )
        undo = _undo_again(turn, "voucher.decline_undo", "voucher", int(voucher["id"]))
        turn.say(
            f"voucher.mine.{voucher['state']}",
            *([[undo]] if undo and voucher["state"] == "declined" else []),
            used=None if used is None else instant(int(used)),
            **values,
        )


# -- action buttons ----------------------------------------------------------------------------------------------------


def withdraw(turn: Turn, payload: dict[str, Any]) -> None:
    """Withdraw before the freeze, or leave the line; undone for some minutes. One may apply again with the same ticket."""
    ticket = _own_ticket(turn, payload["ticket"])
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    until, first = _open_until(turn, row, ticket, ticket["state"]), first_come.is_so(row)
    if (
        until is None
        or turn.db.run(
            "UPDATE voucher_ticket SET state = 'withdrawn' WHERE id = :id AND state = :state",
            id=ticket["id"],
            state=ticket["state"],
        )
        != 1
    ):
        turn.say(_LATE[first])
        return
    undo = turn.action(
        "voucher.withdraw_undo",
        "voucher.button.undo",
        {"ticket": ticket["id"], "state": ticket["state"], "applied": ticket["applied"]},
        deadline=_undo_until(turn, until),
    )
    turn.audit("ticket.withdrawn", f"ticket:{ticket['id']}")
    first_come.follow(turn, int(ticket["id"]))
    guardian.tell_others(turn, ticket, f"voucher.{'first.' if first else ''}withdrawn_by_other")
    closes = instant(int(row["closes"]))
    turn.say(
        f"voucher.{'first.' if first else ''}withdrawn",
        [undo],
        ticket=ticket["number"],
        minutes=rules.UNDO_MINUTES,
        closes=closes if turn.now < closes else None,
        line=ticket["rank"] is not None,
    )


def _open_until(turn: Turn, row: Row, ticket: Row, state: str) -> datetime | None:
    """Until when a ticket in this state may go, or come back to it; None: not any more."""
    if state == "reserve":
        return first_come.may_leave(turn, row, ticket)
    waits = row["state"] == "open" and state in ("applied", "unconfirmed", "unseen")
    return instant(int(row["frozen"])) if waits else None


def withdraw_undo(turn: Turn, payload: dict[str, Any]) -> None:
    """Take the withdrawal back, unless a consent that the ticket rests on was taken back meanwhile."""
    ticket = _own_ticket(turn, payload["ticket"])
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    open_still = _open_until(turn, row, ticket, payload["state"]) is not None
    if open_still and not rests(turn, ticket, payload["state"]):
        turn.say("voucher.undo_no_consent", [turn.go("voucher.button.again", "voucher")])
        return
    if (
        not open_still
        or ticket["state"] != "withdrawn"
        or not first_come.may_return(turn, row, ticket, payload["state"])
        or turn.db.run(
            "UPDATE voucher_ticket SET state = CASE WHEN :state = 'unseen' AND must_show = 0 THEN 'applied'"
            " ELSE :state END WHERE id = :id AND state = 'withdrawn' AND applied = :applied",
            state=payload["state"],
            applied=payload["applied"],
            id=ticket["id"],
        )
        != 1
    ):
        turn.say(_LATE[first_come.is_so(row)])
        return
    turn.audit("ticket.restored", f"ticket:{ticket['id']}")
    first_come.follow(turn, int(ticket["id"]))
    guardian.tell_others(turn, ticket, "voucher.restored_by_other")
    turn.say("voucher.restored", ticket=ticket["number"])


def decline(turn: Turn, payload: dict[str, Any]) -> None:
    """Give a won voucher up; undone for some minutes."""
    voucher = _own_voucher(turn, payload["voucher"])
    if not give_up(turn, voucher):
        turn.say("voucher.decline_late")
        return
    undo = turn.action(
        "voucher.decline_undo",
        "voucher.button.undo",
        {"voucher": voucher["id"]},
        deadline=_undo_until(turn, instant(int(voucher["expires"]))),
    )
    ticket = _own_ticket(turn, int(voucher["ticket_id"]))
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    passes_on = reserve.somebody_waits(turn, row, ticket["band"])
    turn.say("voucher.declined", [undo], minutes=rules.UNDO_MINUTES, passes_on=passes_on)


def give_up(turn: Turn, voucher: Row) -> bool:
    """Let a voucher that is valid be nobody's. False: it was used, or is over."""
    given = turn.db.run(
        "UPDATE voucher SET state = 'declined' WHERE id = :id AND state = 'valid'", id=voucher["id"]
    )
    if given == 1:
        reserve.let_go(turn, int(voucher["id"]), _undo_until(turn, instant(int(voucher["expires"]))))
        turn.audit("voucher.declined", f"voucher:{voucher['id']}")
    return given == 1


def decline_undo(turn: Turn, payload: dict[str, Any]) -> None:
    """Keep the voucher after all."""
    voucher = _own_voucher(turn, payload["voucher"])
    if (
        turn.db.run(
            "UPDATE voucher SET state = 'valid' WHERE id = :id AND state = 'declined' AND expires > :now"
            " AND freed IS NULL",
            id=voucher["id"],
            now=ms(turn.now),
        )
        != 1
    ):
        turn.say("voucher.decline_late")
        return
    turn.audit("voucher.kept", f"voucher:{voucher['id']}")
    turn.say("voucher.kept")


def reminders_off(turn: Turn, _payload: dict[str, Any]) -> None:
    """No more reminders; results still come."""
    turn.db.run("UPDATE person SET reminders = 0 WHERE id = :id", id=turn.who.id)
    turn.say("voucher.reminders_off")


def review(turn: Turn, payload: dict[str, Any]) -> None:
    """人工复核: a person looks at the ticket; leaves a case, to which what they write next is added."""
    ticket = _own_ticket(turn, payload["ticket"])
    by = workdays_after(turn.today, rules.REVIEW_DAYS)
    case = open_case(
        turn,
        "voucher.review",
        f"ticket:{ticket['id']}",
        ticket["number"],
        due=end_of_day(by, turn.ground.settings.zone),
    )
    turn.say(
        "voucher.review",
        case=case,
        days=rules.REVIEW_DAYS,
        by=by.isoformat(),
        going_on=not turn.busy and listening(turn) == case,
        telephone=turn.ground.telephone,
    )


def not_me(turn: Turn, payload: dict[str, Any]) -> None:
    """没去过: the family disputes a redemption; leaves a case."""
    turn.db.run(
        "UPDATE voucher_redemption SET disputed = :now WHERE id = :id",
        now=ms(turn.now),
        id=payload["redemption"],
    )
    case = open_case(turn, "voucher.disputed", f"redemption:{payload['redemption']}")
    turn.audit("redemption.disputed", f"redemption:{payload['redemption']}")
    turn.say("voucher.not_me", case=case, telephone=turn.ground.telephone)


def join(turn: Turn, keep: int, other: int) -> None:
    """Two addresses became one person: what the other had is theirs."""
    turn.db.run(
        "DELETE FROM voucher_family WHERE person_id = :other AND child_id IN (SELECT child_id FROM"
        " voucher_family WHERE person_id = :keep)",
        keep=keep,
        other=other,
    )
    for table, column in (
        ("voucher_family", "person_id"),
        ("voucher_ticket", "person_id"),
        ("voucher_ticket", "guardian_id"),
        ("voucher_link", "person_id"),
        ("voucher_link", "other_id"),
    ):
        turn.db.run(f"UPDATE {table} SET {column} = :keep WHERE {column} = :other", keep=keep, other=other)
    turn.db.run("DELETE FROM voucher_link WHERE person_id = other_id")


def _own_ticket(turn: Turn, ticket_id: int) -> Row:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=ticket_id)
    if ticket is None or turn.who.id not in (ticket["person_id"], *guardians(ticket)):
        turn.say("common.not_yours")
        raise NotDone
    return ticket


def _own_voucher(turn: Turn, voucher_id: int) -> Row:
    voucher = turn.db.one("SELECT * FROM voucher WHERE id = :id", id=voucher_id)
    if voucher is None:
        raise LookupError(f"no voucher {voucher_id}")
    _own_ticket(turn, int(voucher["ticket_id"]))
    return voucher


def _undo_until(turn: Turn, end: datetime) -> datetime:
    return min(turn.in_(minutes=rules.UNDO_MINUTES), end)
