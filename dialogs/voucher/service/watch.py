"""What looks unusual among redemptions, listed for duty; and a spot check of at least one in a hundred, every day.

Nothing here accuses anybody: a list is something to look at. The day's sample follows from a seed that is recorded, so
that an auditor can draw it again.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from math import ceil
from secrets import token_hex
from typing import Any

from bot.capability import NotDone
from bot.clock import end_of_day, instant, ms
from bot.store.session import Row
from bot.turn import Turn
from bot.workdays import is_workday
from dialogs.voucher.service import mine
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.results import language
from knowledge.city import City

MANY, WITHIN = 5, timedelta(minutes=10)
"""So many redemptions at one place in this time are worth a look: each takes a code, a paper, a confirmation."""
BUSY = 20
"""So many by one member of staff in a day."""
HOURS = (time(7), time(20))
"""Local time between which children are brought and fetched."""
ONE_IN = 100
"""At least one redemption of so many is asked about, every day at least one."""
ANSWER_DAYS = 7
_DAY = (
    "SELECT r.*, s.name AS staff_name, s.person_id AS staff_person, t.person_id, t.guardian_id, t.subject_id"
    " FROM voucher_redemption r JOIN voucher v ON v.id = r.voucher_id JOIN voucher_ticket t ON t.id = v.ticket_id"
    " LEFT JOIN staff s ON s.id = r.staff_id WHERE r.at >= :start AND r.at < :ends ORDER BY r.at, r.id"
)


def daily(turn: Turn, city: City) -> None:
    """Every morning, of the day before: what is unusual goes to duty, the sample to its families, the answers to auditors."""
    zone = turn.ground.settings.zone
    day = turn.today - timedelta(days=1)
    start, ends = end_of_day(day - timedelta(days=1), zone), end_of_day(day, zone)
    rows = turn.db.all(_DAY, start=ms(start), ends=ms(ends))
    names = {place.id: place.name for place in city.known}
    lines = [
        turn.label(f"voucher.watch.{kind}", **{**values, "place_name": names.get(place, place)})
        for kind, place, values in unusual(rows, lambda at: instant(int(at)).astimezone(zone))
    ]
    if lines:
        turn.push_staff(
            ("duty", "auditor"),
            "voucher.watch.unusual",
            day=day.isoformat(),
            count=len(rows),
            lines=lines,
            dedupe=f"unusual:{day}",
        )
    _ask(turn, day, [row for row in rows if row["reversed"] is None], names)
    _report(turn, day)


def unusual(rows: Sequence[Row], local: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, place, values for its line) of everything worth a look among a day's redemptions, in their order.

    many: MANY within WITHIN at one place · staff: one member of staff, BUSY in the day · hours: outside HOURS or on a
    day that is not worked · own: by the member of staff whose family's voucher it is · disputed · late: entered later.
    """
    found: list[tuple[str, str, dict[str, Any]]] = []
    for place in dict.fromkeys(row["place"] for row in rows):
        found += _bursts(place, [row for row in rows if row["place"] == place])
    by_staff = Counter((row["staff_name"] or "", row["place"]) for row in rows if row["staff_id"] is not None)
    found += [
        ("staff", place, {"name": name, "count": count})
        for (name, place), count in by_staff.items()
        if count >= BUSY
    ]
    for row in rows:
        at: datetime = local(row["at"])
        values = {"receipt": str(row["id"]), "at": at, "name": row["staff_name"] or ""}
        if row["outage_day"] is not None:
            found.append(("late", row["place"], {**values, "day": row["outage_day"]}))
        elif not HOURS[0] <= at.time() < HOURS[1] or not is_workday(at.date()):
            found.append(("hours", row["place"], values))
        if row["staff_person"] is not None and row["staff_person"] in (row["person_id"], row["guardian_id"]):
            found.append(("own", row["place"], values))
        if row["disputed"] is not None:
            found.append(("disputed", row["place"], values))
    return found


def _bursts(place: str, rows: Sequence[Row]) -> list[tuple[str, str, dict[str, Any]]]:
    """Runs of many in little time; each run once, with its whole length."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    start = 0
    while start < len(rows):
        limit = int(rows[start]["at"]) + WITHIN // timedelta(milliseconds=1)
        end = start
        while end < len(rows) and int(rows[end]["at"]) < limit:
            end += 1
        if end - start >= MANY:
            found.append(("many", place, {"count": end - start, "at": instant(int(rows[start]["at"]))}))
            start = end
        else:
            start += 1
    return found


def picked(seed: str, redemptions: Iterable[int]) -> list[int]:
    """The day's sample: the first hundredth (at least one) by HMAC-SHA256(seed, number). The same for the same seed."""
    ordered = sorted(
        redemptions, key=lambda number: hmac.new(seed.encode(), str(number).encode(), sha256).digest()
    )
    return ordered[: ceil(len(ordered) / ONE_IN)]


def _ask(turn: Turn, day: date, rows: Sequence[Row], names: dict[str, str]) -> None:
    """Draw the sample of a day, record its seed, and ask each family with one tap to answer."""
    seed = token_hex(16)
    chosen = picked(seed, [int(row["id"]) for row in rows])
    if not chosen:
        return
    turn.audit("spot.drawn", "spot", day=day.isoformat(), seed=seed, of=len(rows), count=len(chosen))
    for row in rows:
        if int(row["id"]) not in chosen:
            continue
        spot = turn.db.value(
            "INSERT INTO voucher_spot (redemption_id, day, seed, asked, answer) VALUES (:redemption, :day, :seed, :now, '')"
            " ON CONFLICT (redemption_id) DO NOTHING RETURNING id",
            redemption=row["id"],
            day=day.isoformat(),
            seed=seed,
            now=ms(turn.now),
        )
        if spot is None:
            continue
        person = int(row["person_id"])
        buttons = [
            turn.action(
                "voucher.spot",
                f"voucher.button.spot_{answer}",
                {"spot": int(spot), "answer": answer},
                person=person,
                deadline=turn.in_(days=ANSWER_DAYS),
                lang=language(turn, person),
            )
            for answer in ("used", "not")
        ]
        turn.push(
            person,
            "voucher.watch.question",
            buttons,
            lane="reminder",
            dedupe=f"spot:{spot}",
            deadline=turn.in_(days=ANSWER_DAYS),
            name=child_name(turn, row),
            place_name=names.get(row["place"], row["place"]),
            at=instant(int(row["at"])) if row["outage_day"] is None else None,
            day=row["outage_day"] or day.isoformat(),
            amount=int(row["amount"]),
        )


def answered(turn: Turn, payload: dict[str, Any]) -> None:
    """The family's tap. 没去过 is a dispute like any other; auditors hear of it at once."""
    spot = turn.db.one(
        "UPDATE voucher_spot SET answer = :answer, answered = :now WHERE id = :id AND answer = '' RETURNING redemption_id",
        answer=payload["answer"],
        now=ms(turn.now),
        id=payload["spot"],
    )
    if spot is None:
        turn.say("voucher.watch.answered_before", telephone=turn.ground.telephone)
        raise NotDone
    turn.audit("spot.answered", f"redemption:{spot['redemption_id']}", answer=payload["answer"])
    if payload["answer"] == "used":
        turn.say("voucher.watch.thanks")
        return
    mine.not_me(turn, {"redemption": int(spot["redemption_id"])})
    turn.push_staff(("auditor",), "voucher.watch.denied", receipt=str(spot["redemption_id"]))


def _report(turn: Turn, day: date) -> None:
    """What the sample of the last thirty days has brought, to auditors, on a day on which something was asked."""
    since = (day - timedelta(days=30)).isoformat()
    rows = turn.db.all("SELECT day, answer FROM voucher_spot WHERE day > :since", since=since)
    if not any(row["day"] == day.isoformat() for row in rows):
        return
    counts = Counter(row["answer"] for row in rows)
    turn.push_staff(
        ("auditor",),
        "voucher.watch.report",
        day=day.isoformat(),
        asked_now=sum(row["day"] == day.isoformat() for row in rows),
        count=len(rows),
        used_count=counts["used"],
        not_count=counts["not"],
        open_count=counts[""],
        dedupe=f"spots:{day}",
    )
