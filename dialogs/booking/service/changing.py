"""Another time for a booking, in one go: the new room is taken and the old given back at once, or nothing changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import Any, Literal

from bot import timers
from bot.capability import Claim, NotDone, Service
from bot.flow import when
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import changes, counting
from dialogs.booking.rules.counting import Span
from dialogs.booking.service import finding, form, holding, kept, kids, room, terms, which
from dialogs.booking.service.finding import Offer, Sought
from dialogs.booking.service.holding import Child, Wish
from knowledge.city import City

AHEAD = 14
"""Days in which another time is looked for where the wished one is full."""
ELSEWHERE, HERE = 2, 3
"""Other places at the same hour, and other hours at the same place, that are offered then."""
DAYLIGHT = range(7 * 60, 19 * 60, 30)
_TO = re.compile(
    r"[改换挪推延移调][到成为去在]|改约(?:到|成)?|(?:推迟|延后|推后|提前|提早|顺延|调整)(?:到|成)"
    r"|[改换挪调](?=周|星期|礼拜|明|后|大后|下|这|早上|上午|下午|中午|晚|[0-9一二三四五六七八九十]+[点号月:])|\bto\b"
)
_ALONE = re.compile(
    r"(?:我?(?:想|要)?(?:给孩子)?)?(?:改期|改(?:个|一下)?(?:时间|日子|预约|约)|换(?:个|一下)?(?:时间|日子)|预约改期"
    r"|reschedule|change (?:my )?(?:booking|time))(?:吧|一下)?"
)
_MOVE = re.compile(r"\b(?:move|change|reschedule)\b")


def claim(text: str, turn: Turn) -> Claim | None:
    """Words that move a booking: 改期, 把周三的改到周四下午."""
    plain = text.strip().strip("。.!！ ").lower()
    if _ALONE.fullmatch(plain):
        return Claim(flow="booking_change")
    left, marker, right = _parted(plain)
    if not marker or not when.read(right, _local(turn)).said or not which.standing(turn):
        return None
    return Claim(flow="booking_change", known={"said": left, "when": right})


def _parted(text: str) -> tuple[str, str, str]:
    found = _TO.search(text)
    if found is None or (found[0] == "to" and not _MOVE.search(text)):
        return text, "", ""
    return text[: found.start()], found[0], text[found.end() :]


def does(city: City) -> dict[str, Service]:
    """What the form of a change does between its questions."""
    return {
        "booking_change.look": partial(look, city=city),
        "booking_change.old": partial(old, city=city),
        "booking_change.clear": partial(clear, city=city),
        "booking_change.find": partial(find, city=city),
        "booking_change.hear": hear,
        "booking_change.switch": switch,
        "booking_change.change": partial(change, city=city),
    }


def press(turn: Turn, payload: dict[str, Any]) -> None:
    """改时间 below a booking. The button stays good: nothing is changed before the yes."""
    turn.start("booking_change", booking=int(payload["booking"]))
    raise NotDone


def look(turn: Turn, city: City) -> Literal["one", "which", "none"]:
    """Which booking is meant: the one of the button, or those that the words tell of, or all that stand."""
    data = turn.data
    data.update(telephone=turn.ground.telephone, today=turn.today.isoformat())
    rows = which.standing(turn)
    if "booking" in data:
        return "one"
    rows = which.meant(turn, rows, str(data.pop("said", ""))).rows or rows
    if not rows:
        return "none"
    if len(rows) == 1:
        data["booking"] = int(rows[0]["id"])
        return "one"
    data["bookings"] = [
        {"value": str(row["id"]), "label": turn.label("booking.standing_label", **kept.told(turn, city, row))}
        for row in rows
    ]
    return "which"


def old(turn: Turn, city: City) -> Literal["ok", "gone"]:
    """What stands now, for the words of the next questions."""
    data = turn.data
    if "which" in data:
        data["booking"] = int(data.pop("which"))
    row = _mine(turn)
    if row is None:
        return "gone"
    told = kept.told(turn, city, row)
    data["children"] = told["children"]
    data["old"] = {
        "day": told["day"].isoformat(),
        "begins": f"{told['begins']:%H:%M}",
        "ends_at": f"{told['ends_at']:%H:%M}",
        "place": told["place_name"],
        "price": told["price"],
    }
    return "ok"


def clear(turn: Turn, city: City) -> Literal["ok", "again", "day", "hours"]:
    """The new hours; what nobody said of them is as it was (「改到周四」: the same hours; 「改到下午四点」: the same day)."""
    data = turn.data
    if "hours" not in data and "day" not in data:
        now, was = _local(turn), _old_span(data)
        said = when.read(str(data["when"]), now)
        data.update(changes.as_before(said, was, form.PARTS))
    row = holding.by_number(turn, int(data["booking"]))
    data.update(kids=kids.of_booking(turn, row), wished=row["place"])
    found = form.clear(turn, city=city)
    if found != "none":
        return found
    turn.say("booking.full_ahead")
    data.pop("when", None)
    return "again"


def find(turn: Turn, city: City) -> Literal["ok", "full", "again", "gone"]:
    """Room at the same place, or at the one that was chosen instead; else what else there is, the old hours kept."""
    data, row = turn.data, _mine(turn)
    if row is None:
        return "gone"
    place = str(data.get("place", row["place"]))
    wanted = _sought(turn, row)
    if wanted.span == holding.span_of(row) and place == row["place"]:
        turn.say("booking.same_time")
        turn.start("booking_change", booking=data["booking"])
        return "again"
    offer = next(finding.offers(turn, city, wanted, None, place), None)
    if offer is None:
        data.pop("place", None)
        data["others"] = [_label(turn, other) for other in _others(turn, city, row, wanted)]
        data["others"].append({"value": "keep", "label": turn.label("booking.button.keep")})
        return "full"
    data["place"] = place
    data["offer"] = {
        "place": offer.place.name,
        "address": offer.place.address,
        "phone": offer.place.phone,
        "elsewhere": place != row["place"],
        "price": offer.wish.price,
        "cut_off": terms.move_counts(turn, city, row),
    }
    return "ok"


def switch(turn: Turn) -> Literal["ok"]:
    """Another time or place, as it was offered."""
    data = turn.data
    data["place"], data["day"], data["begins"], data["ends_at"] = str(data.pop("instead")).split("|")
    return "ok"


def hear(turn: Turn) -> Literal["ok"]:
    """Another time was said where one was to be chosen: it is looked for from the beginning."""
    data = turn.data
    said = next(data.pop(name) for name in ("sure", "instead") if name in data)
    turn.start("booking_change", booking=data["booking"], when=said["when"])
    return "ok"


def change(turn: Turn, city: City) -> Literal["changed", "full", "late", "twice", "gone"]:
    """The yes: both at once, or nothing. Reminders and the calendar follow; a place that is concerned today hears of it.

    `late`: since the question the cut-off began, after which a move counts; nothing counts that was not told before.
    """
    row = _mine(turn)
    turn.data.pop("sure", None)
    if row is None:
        return "gone"
    late = terms.move_counts(turn, city, row)
    if late and not turn.data["offer"].get("cut_off"):
        return "late"
    offer = next(finding.offers(turn, city, _sought(turn, row), None, str(turn.data["place"])), None)
    if offer is None:
        return "full"
    wish = replace(offer.wish, credit=_credit(turn, offer))
    done = move(turn, int(row["id"]), wish)
    if done != "changed":
        return done
    if late:
        terms.counts(turn, int(row["id"]), why="moved_late")
    moved(turn, city, row)
    new = holding.by_number(turn, int(row["id"]))
    turn.say(
        "booking.changed",
        *kept.ways(turn, new),
        *([_excuse(turn, new)] if late else ()),
        counts_one=bool(late),
        files=[kept.entry(turn, city, new)],
        **kept.told(turn, city, new),
    )
    return "changed"


def _excuse(turn: Turn, row: Row) -> list[Button]:
    """孩子不舒服, below a move that counts."""
    payload = {"booking": int(row["id"]), "why": "moved_late"}
    return [turn.action("booking.excused", "booking.button.excused", payload, deadline=turn.in_(days=7))]


def move(turn: Turn, booking: int, wish: Wish) -> Literal["changed", "full", "twice", "gone"]:
    """Move a booking to other hours or another place at once; where that is refused it stands as it was.

    `twice`: a child of it has another stay at that time; `gone`: it is booked no more.
    """
    row = holding.mine(turn, booking)
    if row["state"] != "booked":
        return "gone"
    if holding.elsewhere(turn, wish.subjects, wish.span, but=booking):
        return "twice"
    new = room.take(turn.db, wish.house, wish.span.day, wish.stays, holding.taken(row))
    if new is None:
        return "full"
    turn.db.run(
        "UPDATE booking SET place = :place, service = :service, day = :day, starts = :starts, ends = :ends, price = :price,"
        " credit = :credit, taken = :taken, sequence = sequence + 1 WHERE id = :id",
        place=wish.house.place,
        service=wish.service,
        day=wish.span.day.isoformat(),
        starts=wish.span.first,
        ends=wish.span.last,
        price=wish.price,
        credit=wish.credit,
        taken=json.dumps(new),
        id=booking,
    )
    for child in wish.children:
        turn.db.run(
            "UPDATE booked_child SET months = :months WHERE booking_id = :id AND subject_id = :child",
            months=child.months,
            id=booking,
            child=child.subject,
        )
    turn.audit("booking.changed", f"booking:{booking}", day=wish.span.day.isoformat(), place=wish.house.place)
    holding.ask_others(turn, row)
    return "changed"


def moved(turn: Turn, city: City, was: Row) -> None:
    """A booking `was` so and is otherwise by now: its reminders, and what the places hear today."""
    number = int(was["id"])
    row = holding.by_number(turn, number)
    for kind in (holding.EVENING, holding.SOON):
        timers.cancel(turn.db, kind, str(number))
    kept.remind_of(turn, row)
    today = turn.today.isoformat()
    before, after = kept.told(turn, city, was), kept.told(turn, city, row)
    mark = f"{number}:{row['sequence']}"
    if was["day"] == row["day"] == today and was["place"] == row["place"]:
        old_hours = {"old": {"begins": before["begins"], "ends_at": before["ends_at"]}}
        kept.tell_place(turn, row, "booking.comes_later", f"booking.later:{mark}", {**after, **old_hours})
        return
    if was["day"] == today:
        kept.tell_place(turn, was, "booking.comes_not", f"booking.not:{mark}", before)
    if row["day"] == today:
        kept.tell_place(turn, row, "booking.comes_today", f"booking.today:{mark}", after)


def _local(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)


def _mine(turn: Turn) -> Row | None:
    """The booking that is to be changed, as it stands; None where there is nothing to change any more."""
    return next((row for row in which.standing(turn) if row["id"] == turn.data.get("booking")), None)


def _old_span(data: dict[str, Any]) -> Span:
    was = data["old"]
    return Span(
        date.fromisoformat(was["day"]), time.fromisoformat(was["begins"]), time.fromisoformat(was["ends_at"])
    )


def _sought(turn: Turn, row: Row) -> Sought:
    """The same children at the new hours, with the room that comes back by the change."""
    data = turn.data
    span = Span(
        date.fromisoformat(data["day"]),
        time.fromisoformat(data["begins"]),
        time.fromisoformat(data["ends_at"]),
    )
    return Sought(children_on(turn, row, span.day), span, holding.taken(row), int(row["id"]))


def children_on(turn: Turn, row: Row, day: date) -> tuple[Child, ...]:
    """The children of a booking with their months on another day."""
    was = date.fromisoformat(row["day"])
    return tuple(
        Child(int(one["subject_id"]), changes.months_on(int(one["months"]), kept.birth(turn, one), was, day))
        for one in holding.children_of(turn, int(row["id"]))
    )


def _others(turn: Turn, city: City, row: Row, wanted: Sought) -> list[Offer]:
    """Other places at that hour, the nearest to the old one first; and other hours where it is, the nearest first."""
    home = next((place for place in city.places if place.id == row["place"]), None)
    spot = home.point if home is not None else None
    away = (one for one in finding.offers(turn, city, wanted, spot) if one.place.id != row["place"])
    return [*islice(_hours_near(turn, city, row, wanted), HERE), *islice(away, ELSEWHERE)]


def _hours_near(turn: Turn, city: City, row: Row, wanted: Sought) -> Iterator[Offer]:
    asked, was = wanted.span, holding.span_of(row)
    for later in range(AHEAD):
        day = asked.day + timedelta(days=later)
        begins = sorted(DAYLIGHT, key=lambda at: abs(at - asked.first)) if later == 0 else [asked.first]
        for first in begins:
            if first + asked.length >= counting.DAY_MINUTES:
                continue
            span = counting.span_of(day, first, first + asked.length)
            if span == was or finding.instant_of(turn, span) <= turn.now:
                continue
            sought = Sought(children_on(turn, row, day), span, wanted.back, wanted.moves)
            offer = next(finding.offers(turn, city, sought, None, str(row["place"])), None)
            if offer is not None:
                yield offer
                break


def _label(turn: Turn, offer: Offer) -> dict[str, str]:
    span = offer.wish.span
    starts, ends = f"{span.starts:%H:%M}", f"{span.ends:%H:%M}"
    words = turn.label(
        "booking.other_label",
        place=offer.place.name,
        day=span.day,
        today=turn.today,
        begins=starts,
        ends_at=ends,
    )
    return {"value": f"{offer.place.id}|{span.day.isoformat()}|{starts}|{ends}", "label": words}


def _credit(turn: Turn, offer: Offer) -> int:
    """Fen that a voucher takes off it there and then."""
    if turn.everyone is None or not offer.wish.price:
        return 0
    child = offer.wish.subjects[0] if offer.wish.subjects else None
    found = turn.everyone.credit_for(turn, child, offer.place.id, offer.wish.span.day)
    return found[0].fen if found else 0
