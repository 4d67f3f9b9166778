"""What people are told of their ticket: the result, reminders, the end. One message for one ticket, once."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import segno

from bot import scarce
from bot.clock import end_of_day, instant, ms
from bot.messages import Button, File, Outgoing
from bot.store.people import reachable
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import codes, rules
from dialogs.voucher.service import usable
from dialogs.voucher.service.issuing import arm, issue, of, valid_of
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.rows import programme_of, short_row
from knowledge.city import City

QR_SCALE = 6
RESULT, WATCHED = "voucher.result", "voucher.result.watched"
"""The composers of a result: for the applicant, and for others who see the ticket."""


def issue_and_queue(turn: Turn, row: Row, ticket: Row, event: str = "") -> None:
    """Issue the voucher of a winner, and queue the result for whoever sees the ticket: its words are made as it leaves.

    A draw has a hundred thousand results, which take more than an hour to leave. `event` tells a later draw from the
    first.
    """
    if ticket["state"] == "won":
        issue(turn, ticket, row["last_day"], int(row["expires"]))
    turn.push_composed(
        int(ticket["person_id"]), RESULT, str(ticket["id"]), dedupe=f"result:{ticket['id']}{event}"
    )
    for person in watchers(turn, ticket):
        turn.push_composed(
            person, WATCHED, f"{ticket['id']}:{person}", dedupe=f"result:{ticket['id']}:{person}{event}"
        )
    turn.db.run("UPDATE voucher_ticket SET told = :now WHERE id = :id", now=ms(turn.now), id=ticket["id"])


def later(turn: Turn, row: Row, ticket: Row, event: str, last: date) -> None:
    """The same after another draw or a review: whoever wins by it has all their days, ending with `last`."""
    ends = ms(end_of_day(last, turn.ground.settings.zone))
    issue_and_queue(turn, {**dict(row), "last_day": last.isoformat(), "expires": ends}, ticket, event)
    if (voucher := of(turn, int(ticket["id"]))) is not None:
        arm(turn, voucher, programme_of(row))


def say_result(turn: Turn, about: str, city: City) -> Outgoing | None:
    """The result of a ticket for its applicant, as things stand now; None where it has become void meanwhile."""
    ticket, row = _drawn(turn, int(about))
    if ticket["state"] == "reserve":
        return _reserve(turn, row, ticket)
    voucher = valid_of(turn, int(ticket["id"]))
    return None if voucher is None else _won(turn, row, ticket, voucher, city)


def say_watched(turn: Turn, about: str) -> Outgoing | None:
    """The same, shorter, for somebody who sees the ticket without having applied."""
    number, _, person = about.partition(":")
    ticket, row = _drawn(turn, int(number))
    lang, name = language(turn, int(person)), child_name(turn, ticket)
    if ticket["state"] == "reserve":
        place = int(ticket["rank"]) - programme_of(row).band(ticket["band"]).quota
        return turn.letter(lang, "voucher.result.reserve_guardian", name=name, place=place)
    voucher = valid_of(turn, int(ticket["id"]))
    if voucher is None:
        return None
    return turn.letter(
        lang,
        "voucher.result.won_guardian",
        name=name,
        amount=ticket["amount"],
        last_day=voucher["last_day"],
    )


def _drawn(turn: Turn, ticket_id: int) -> tuple[Row, Row]:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=ticket_id)
    if ticket is None:
        raise LookupError(f"no ticket {ticket_id}")
    return ticket, short_row(turn.db, int(ticket["round_id"]))


def _won(turn: Turn, row: Row, ticket: Row, voucher: Row, city: City) -> Outgoing:
    lang = language(turn, ticket["person_id"])
    code = turn.unseal(voucher["code"], "voucher.code")
    decline = turn.action(
        "voucher.decline",
        "voucher.button.decline",
        {"voucher": voucher["id"]},
        lang=lang,
        person=ticket["person_id"],
        deadline=instant(int(voucher["expires"])),
    )
    where = Button(turn.ground.texts.label(lang, "voucher.button.where"), id="go:voucher_places")
    return turn.letter(
        lang,
        "voucher.result.won",
        [where],
        [decline],
        files=[qr_file(turn, ticket["person_id"], code)],
        **said_of(turn, row, ticket, voucher, city),
    )


def said_of(turn: Turn, row: Row, ticket: Row, voucher: Row, city: City) -> dict[str, Any]:
    """What the texts of a new voucher say of it."""
    return {
        "name": child_name(turn, ticket),
        "ticket": ticket["number"],
        "amount": ticket["amount"],
        "code": codes.show(turn.unseal(voucher["code"], "voucher.code")),
        "last_day": voucher["last_day"],
        "round": row["name"],
        "to_verify": bool(ticket["to_verify"]),
        "days": programme_of(row).valid_days,
        **usable.places(turn, city, row["programme"], int(ticket["subject_id"])),
    }


def _reserve(turn: Turn, row: Row, ticket: Row) -> Outgoing:
    quota = programme_of(row).band(ticket["band"]).quota
    lang = language(turn, ticket["person_id"])
    review = turn.action(
        "voucher.review",
        "voucher.button.review",
        {"ticket": ticket["id"]},
        lang=lang,
        person=ticket["person_id"],
        deadline=turn.in_(days=30),
    )
    return turn.letter(
        lang,
        "voucher.result.reserve",
        [review],
        name=child_name(turn, ticket),
        ticket=ticket["number"],
        place=int(ticket["rank"]) - quota,
        quota=quota,
        round=row["name"],
        rank=ticket["rank"],
        **next_round(turn, row),
        until=None if row["reserve_until"] is None else instant(int(row["reserve_until"])),
        hours=scarce.HOURS,
        review_days=rules.REVIEW_DAYS,
    )


def tell_left_out(turn: Turn, row: Row, ticket: Row) -> None:
    """No guardian confirmed in time, or nobody saw the paper: this ticket is not in the list."""
    turn.push(
        ticket["person_id"],
        f"voucher.result.{ticket['state']}",
        dedupe=f"result:{ticket['id']}",
        name=child_name(turn, ticket),
        round=row["name"],
    )


def tell_reminder(turn: Turn, row: Row, ticket: Row, left: int, city: City) -> None:
    """Some days are left; only for who has not used it and wants reminders."""
    voucher = valid_of(turn, int(ticket["id"]))
    wants = turn.db.value("SELECT reminders FROM person WHERE id = :id", id=ticket["person_id"])
    if voucher is None or not wants:
        return
    code = turn.unseal(voucher["code"], "voucher.code")
    off = turn.action(
        "voucher.reminders_off",
        "voucher.button.reminders_off",
        {},
        person=ticket["person_id"],
        lang=language(turn, ticket["person_id"]),
    )
    turn.push(
        ticket["person_id"],
        "voucher.result.reminder",
        [off],
        lane="reminder",
        dedupe=f"remind:{ticket['id']}:{left}:{voucher['last_day']}",
        deadline=instant(int(voucher["expires"])),
        name=child_name(turn, ticket),
        left=left,
        last_day=voucher["last_day"],
        code=codes.show(code),
        amount=voucher["balance"],
        **usable.places(turn, city, row["programme"], int(ticket["subject_id"])),
    )


def tell_expired(turn: Turn, row: Row, ticket: Row) -> None:
    """The voucher ran out unused; a short word, and the next round."""
    last = turn.db.value(
        "SELECT last_day FROM voucher WHERE ticket_id = :id AND state = 'expired'", id=ticket["id"]
    )
    if last is not None:
        turn.push(
            ticket["person_id"],
            "voucher.result.expired",
            lane="reminder",
            dedupe=f"expired:{ticket['id']}:{last}",
            name=child_name(turn, ticket),
            last_day=last,
            **next_round(turn, row),
        )


def next_round(turn: Turn, row: Row) -> dict[str, Any]:
    """`next_…`: the programme's round that is open now or opens next, for "apply again": None where none is known.

    `again_until`: so long one may join the end of the line in this round itself, where it is first come, first served.
    """
    closes = instant(int(row["closes"]))
    open_line = row["state"] == "open" and turn.now < closes and programme_of(row).allocation == "first_come"
    again = {"again_until": closes if open_line else None}
    following = turn.db.one(
        "SELECT name, opens, closes FROM voucher_round WHERE programme = :p AND id <> :id"
        " AND closes > :now ORDER BY opens LIMIT 1",
        p=row["programme"],
        id=row["id"],
        now=ms(turn.now),
    )
    if following is None:
        return {**again, "next_opens": None, "next_open": False, "next_round": "", "next_closes": None}
    return {
        **again,
        "next_opens": instant(int(following["opens"])),
        "next_open": int(following["opens"]) <= ms(turn.now),
        "next_round": following["name"],
        "next_closes": instant(int(following["closes"])),
    }


def guardians(ticket: Row) -> list[int]:
    """The guardian who confirmed a ticket that somebody else applied for."""
    return [] if ticket["guardian_id"] in (None, ticket["person_id"]) else [int(ticket["guardian_id"])]


def watchers(turn: Turn, ticket: Row) -> list[int]:
    """Everybody but the applicant who sees a ticket: the guardian who confirmed it, and who agreed to see it together."""
    holders = {int(ticket["person_id"]), *guardians(ticket)}
    found = guardians(ticket)
    for link in turn.db.all(
        "SELECT person_id, other_id FROM voucher_link WHERE child_id = :child AND state = 'linked' ORDER BY id",
        child=ticket["child_id"],
    ):
        pair = {int(link["person_id"]), int(link["other_id"])}
        if pair & holders:
            found += sorted(pair - holders - set(found))
    return found


def language(turn: Turn, person_id: int) -> str:
    """The language somebody is written to in."""
    return str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person_id) or "zh")


def qr_file(turn: Turn, person_id: int, code: str) -> File:
    """The QR code of a voucher: a link that opens the bot with the code, as PNG."""
    return qr_of(turn, person_id, f"r_{code}", f"voucher-{code[-4:]}.png")


def qr_of(turn: Turn, person_id: int, payload: str, name: str) -> File:
    """A link to the bot as a PNG, for the channel on which the person is best reached."""
    address = reachable(turn.db, person_id)
    channel = str(turn.db.value("SELECT channel FROM address WHERE id = :id", id=address) or "web")
    made = io.BytesIO()
    segno.make(turn.ground.link.to(payload, channel), error="m").save(
        made, kind="png", scale=QR_SCALE, border=4
    )
    return File(name, "image/png", made.getvalue())
