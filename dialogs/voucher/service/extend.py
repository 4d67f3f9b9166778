"""顺延 and 恢复: a last day moved for many (a closed centre, a long holiday), one voucher given back; both by two.

The programme says by how many days in all a last day may move (`extend_days`); reminders and the end move with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from bot import two
from bot.capability import Claim
from bot.clock import end_of_day, instant, local_date, ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import codes, rules
from dialogs.voucher.service import issuing, reserve, rounds
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.results import watchers
from knowledge.city import City

EXTEND, RESTORE = "voucher.extend", "voucher.restore"
REASON_AT_MOST = 120
RESTORED_DAYS = 7
"""A voucher given back is good for a week at least, the day itself counted."""
_EXTEND = re.compile(
    r"^\s*/?(?:顺延|延期|extend)\s+([a-z0-9][a-z0-9-]{0,40})\s+(\d{1,3})\s*(?:天|days?)?(?:\s+(.+))?$",
    re.IGNORECASE | re.DOTALL,
)
_RESTORE = re.compile(
    r"^\s*/?(?:恢复|restore)\s+(\d{3} ?\d{3} ?\d{3}|\d{1,8})(?:\s+(.+))?$", re.IGNORECASE | re.DOTALL
)
_HELD = (
    "SELECT v.id, v.last_day, v.issued FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
    " WHERE t.round_id = :round AND v.state = 'valid' AND v.expires > :now"
)
_THERE = (
    " AND t.child_id IN (SELECT u.child_id FROM voucher_redemption r JOIN voucher w ON w.id = r.voucher_id"
    " JOIN voucher_ticket u ON u.id = w.ticket_id WHERE r.place = :place AND r.reversed IS NULL)"
)
"""The children who were at a place with a voucher of this or an earlier round."""


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """顺延 ROUND DAYS [PLACE] REASON and 恢复 RECEIPT|TICKET REASON, typed by an admin."""
    if not turn.who.may(two.ROLE):
        return None
    if found := _EXTEND.match(text):
        act = partial(extend, name=found[1].lower(), days=int(found[2]), words=found[3] or "", city=city)
        return Claim(call=act)
    if found := _RESTORE.match(text):
        return Claim(
            call=partial(restore, number=found[1].replace(" ", ""), reason=found[2] or "", city=city)
        )
    return None


def extend(turn: Turn, name: str, days: int, words: str, city: City) -> None:
    """Ask that the last day of a round's vouchers move, or of those whose children use one place."""
    first, _, rest = words.strip().partition(" ")
    place = first if any(known.id == first for known in city.places) else ""
    reason = (rest if place else words).strip()[:REASON_AT_MOST]
    row = turn.db.one(
        "SELECT * FROM voucher_round WHERE name = :name AND state IN ('open', 'published')", name=name
    )
    if row is None or not reason or days < 1:
        turn.say(f"voucher.extend.{'no_reason' if row is not None else 'no_round'}", round=name)
        return
    plan = {"round": name, "days": days, "place": place, "reason": reason}
    moved = _moves(turn, row, plan, city)
    if not moved:
        most = _most(row, city)
        turn.say("voucher.extend.nothing", round=name, most=most, place=place)
        return
    longest = max((new - last).days for _, last, new in moved)
    if longest < days:
        turn.say("voucher.extend.cut", days_wanted=days, days=longest)
        days = plan["days"] = longest
    ends = sorted({new.isoformat() for _, _, new in moved})
    summary = turn.label(
        "voucher.extend.summary",
        round=name,
        place_name=city.place(place).name if place else "",
        days=days,
        count=len(moved),
        ends=ends,
        most=_most(row, city),
        reason=reason,
    )
    two.ask(turn, EXTEND, f"{name}/{place}", {**plan, "summary": summary})


def _most(row: Row, city: City) -> int:
    """How many days in all: as the programme stands today, since more can only help whoever holds a voucher."""
    return max(
        programme.extend_days
        for programme in (rounds.programme_of(row), city.programmes.get(row["programme"]))
        if programme is not None
    )


def _limit(turn: Turn, row: Row, voucher: Row, city: City) -> date:
    """The latest last day a voucher may ever get."""
    issued = local_date(instant(int(voucher["issued"])), turn.ground.settings.zone)
    first = rules.last_day(issued, rounds.programme_of(row).valid_days)
    return first + timedelta(days=_most(row, city))


def _moves(turn: Turn, row: Row, plan: dict[str, Any], city: City) -> list[tuple[int, date, date]]:
    """The vouchers whose last day moves, each with the old and the new one, never past the limit."""
    found: list[tuple[int, date, date]] = []
    there = {"place": plan["place"]} if plan["place"] else {}
    for voucher in turn.db.all(_HELD + (_THERE if there else ""), round=row["id"], now=ms(turn.now), **there):
        last = date.fromisoformat(voucher["last_day"])
        new = min(last + timedelta(days=plan["days"]), _limit(turn, row, voucher, city))
        if new > last:
            found.append((int(voucher["id"]), last, new))
    return found


def extended(turn: Turn, plan: dict[str, Any], city: City) -> str:
    """Two agreed: last days, reminders and the end move, and everybody concerned is told, in chunks."""
    row = turn.db.one("SELECT * FROM voucher_round WHERE name = :name", name=plan["round"])
    moved = [] if row is None else _moves(turn, row, plan, city)
    if row is None or not moved:
        return turn.label("voucher.extend.nobody")
    extension = int(
        turn.db.value(
            "INSERT INTO voucher_extension (round_id, place, days, reason, approval_id, at)"
            " VALUES (:round, :place, :days, :reason, :approval, :now) RETURNING id",
            round=row["id"],
            place=plan["place"],
            days=plan["days"],
            reason=plan["reason"],
            approval=plan["approval"],
            now=ms(turn.now),
        )
    )
    _move(turn, row, [(voucher, new) for voucher, _, new in moved], extension)
    turn.audit(
        "voucher.extended", f"round:{row['name']}", place=plan["place"], days=plan["days"], count=len(moved)
    )
    turn.timer("voucher.extended", str(extension), turn.now)
    return ""


def _move(turn: Turn, row: Row, moved: Iterable[tuple[int, date]], extension: int | None = None) -> None:
    zone = turn.ground.settings.zone
    turn.db.many(
        "UPDATE voucher SET last_day = :last, expires = :ends, extension_id = COALESCE(:extension, extension_id)"
        " WHERE id = :id",
        [
            {
                "last": new.isoformat(),
                "ends": ms(end_of_day(new, zone)),
                "extension": extension,
                "id": voucher,
            }
            for voucher, new in moved
        ],
    )
    programme = rounds.programme_of(row)
    for number, _ in moved:
        voucher = turn.db.one("SELECT * FROM voucher WHERE id = :id", id=number)
        if voucher is not None:
            issuing.arm(turn, voucher, programme)


def on_extended(turn: Turn, due: Due) -> str | None:
    """Tell the families of an extension, in chunks."""
    extension = turn.db.one("SELECT * FROM voucher_extension WHERE id = :id", id=int(due.key))
    if extension is None:
        raise LookupError(f"no extension {due.key}")
    vouchers = turn.db.all(
        "SELECT id, ticket_id, last_day FROM voucher WHERE extension_id = :extension AND id > :after"
        " ORDER BY id LIMIT :limit",
        extension=extension["id"],
        after=int(due.cursor or 0),
        limit=rounds.CHUNK,
    )
    for voucher in vouchers:
        _tell(turn, voucher, "voucher.extended", f"extended:{extension['id']}", extension["reason"])
    return str(vouchers[-1]["id"]) if len(vouchers) == rounds.CHUNK else None


def _tell(turn: Turn, voucher: Row, key: str, dedupe: str, reason: str) -> None:
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"])
    if ticket is None:
        raise LookupError(f"voucher {voucher['id']} has no ticket")
    for person in (int(ticket["person_id"]), *watchers(turn, ticket)):
        turn.push(
            person,
            key,
            dedupe=f"{dedupe}:{voucher['id']}:{person}",
            name=child_name(turn, ticket),
            last_day=voucher["last_day"],
            reason=reason,
            telephone=turn.ground.telephone,
        )


def restore(turn: Turn, number: str, reason: str, city: City) -> None:
    """Ask that a redemption be taken back (by its receipt), or an expired voucher be good again (by its ticket)."""
    if not reason.strip():
        turn.say("voucher.restore.no_reason", number=number)
        return
    voucher, redemption = _meant(turn, number)
    if voucher is None:
        turn.say("voucher.restore.unknown", number=number)
        return
    last = _restored_day(turn, voucher, city)
    if last is None:
        turn.say("voucher.restore.limit", number=number, last_day=voucher["last_day"])
        return
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"])
    if ticket is None:
        raise LookupError(f"voucher {voucher['id']} has no ticket")
    plan = {
        "voucher": int(voucher["id"]),
        "redemption": None if redemption is None else int(redemption["id"]),
        "state": voucher["state"],
        "reason": reason.strip()[:REASON_AT_MOST],
        "summary": turn.label(
            "voucher.restore.summary",
            receipt="" if redemption is None else redemption["id"],
            ticket=codes.show(ticket["number"]),
            amount=int(voucher["balance"] if redemption is None else redemption["amount"]),
            place_name="" if redemption is None else _place(city, redemption["place"]),
            last_day=last.isoformat(),
            reason=reason.strip()[:REASON_AT_MOST],
        ),
    }
    two.ask(turn, RESTORE, f"voucher:{voucher['id']}", plan)


def _meant(turn: Turn, number: str) -> tuple[Row | None, Row | None]:
    """The voucher, and the redemption that is to be taken back where the number is a receipt's."""
    if len(number) == codes.TICKET.length:
        found = turn.db.one(
            "SELECT v.* FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id WHERE t.number = :number"
            " AND v.state = 'expired'",
            number=number,
        )
        return found, None
    redemption = turn.db.one(
        "SELECT * FROM voucher_redemption WHERE id = :id AND reversed IS NULL", id=int(number)
    )
    if redemption is None:
        return None, None
    return turn.db.one("SELECT * FROM voucher WHERE id = :id", id=redemption["voucher_id"]), redemption


def _restored_day(turn: Turn, voucher: Row, city: City) -> date | None:
    """The last day of a voucher that is given back: its own, or a week from now within the limit. None: too late."""
    row = rounds.round_row(
        turn.db,
        int(turn.db.value("SELECT round_id FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"])),
    )
    week = turn.today + timedelta(days=RESTORED_DAYS - 1)
    last = max(date.fromisoformat(voucher["last_day"]), min(week, _limit(turn, row, voucher, city)))
    return last if last >= turn.today else None


def restored(turn: Turn, plan: dict[str, Any], city: City) -> str:
    """Two agreed: the redemption is taken back and its amount good again; family and place are told."""
    voucher = turn.db.one("SELECT * FROM voucher WHERE id = :id", id=plan["voucher"])
    last = None if voucher is None else _restored_day(turn, voucher, city)
    if voucher is None or last is None or voucher["state"] != plan["state"]:
        return turn.label("voucher.restore.changed")
    if not reserve.may_live_again(turn, int(voucher["id"])):
        return turn.label("voucher.restore.passed_on")
    amount, redemption = 0, None
    if plan["redemption"] is not None:
        redemption = turn.db.one(
            "UPDATE voucher_redemption SET reversed = :now WHERE id = :id AND reversed IS NULL RETURNING *",
            now=ms(turn.now),
            id=plan["redemption"],
        )
        if redemption is None:
            return turn.label("voucher.restore.changed")
        amount = int(redemption["amount"])
    turn.db.run(
        "UPDATE voucher SET state = 'valid', balance = balance + :amount WHERE id = :id",
        amount=amount,
        id=voucher["id"],
    )
    row = rounds.round_row(
        turn.db,
        int(turn.db.value("SELECT round_id FROM voucher_ticket WHERE id = :id", id=voucher["ticket_id"])),
    )
    _move(turn, row, [(int(voucher["id"]), last)])
    turn.audit("voucher.restored", f"voucher:{voucher['id']}", redemption=plan["redemption"])
    _tell(
        turn,
        {**dict(voucher), "last_day": last.isoformat()},
        "voucher.restored_now",
        f"restored:{plan['approval']}",
        plan["reason"],
    )
    if redemption is not None:
        turn.push_staff(
            ("centre",),
            "voucher.restore.for_place",
            place=redemption["place"],
            receipt=str(redemption["id"]),
            amount=amount,
            reason=plan["reason"],
        )
    return ""


def _place(city: City, place: str) -> str:
    return next((known.name for known in city.known if known.id == place), place)
