"""What a place of the pack has on a day: carers by the half hour, classes, heads; and what some hours there cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import ClassRoom, House, Span, Stay
from knowledge.opening import Calendar, mainland
from knowledge.places import Place
from knowledge.services import BOOKABLE, CareClass, Service

HALF_DAY, WHOLE_DAY = 5 * 60, 12 * 60
"""Minutes that a half day and a day have at most."""


def bookable(place: Place) -> bool:
    """Whether some hours can be booked here."""
    return place.bookable


def house(place: Place, day: date, calendar: Calendar = mainland, fewer: int = 0) -> House:
    """The place on that day, with `fewer` carers than it usually has. Closed: no half hour has a carer."""
    carers = max(0, sum(one.carers or 0 for one in place.classes) - fewer)
    present: dict[int, int] = {}
    for opens, closes in place.opening.on(day, calendar) or ():
        whole = range(
            -(-counting.minutes(opens) // counting.SLOT_MINUTES),
            counting.minutes(closes) // counting.SLOT_MINUTES,
        )
        present.update(dict.fromkeys(whole, carers))
    return House(
        place.id,
        present,
        tuple(
            ClassRoom(name, one.months_from, one.months_to, one.cap, one.children_per_carer)
            for name, one in rooms(place)
        ),
        place.licensed,
        place.area,
        place.kind == "home",
    )


def rooms(place: Place) -> list[tuple[str, CareClass]]:
    """The classes of a place, each with the id that it has in a House."""
    return [(f"{number}-{one.class_}", one) for number, one in enumerate(place.classes, 1)]


def without(house: House, place: Place, room: str) -> House:
    """The house while one of its classes stays at home: no child of it, none of its carers; the others as they were.

    Its carers look after nobody else: they were with the children who are ill.
    """
    away = next((one.carers or 0 for name, one in rooms(place) if name == room), 0)
    return replace(
        house,
        carers={slot: max(0, carers - away) for slot, carers in house.carers.items()},
        classes=tuple(replace(one, cap=0) if one.id == room else one for one in house.classes),
        enrolled=tuple(stay for stay in house.enrolled if _room_of(house, stay) != room),
    )


def _room_of(house: House, stay: Stay) -> str:
    found = house.class_for(stay.months)
    return found.id if found is not None else ""


def is_open(house: House, span: Span) -> bool:
    """Whether somebody is there in every half hour of a stay."""
    return all(slot in house.carers for slot in span.slots)


@dataclass(frozen=True)
class Price:
    """What a stay of one child costs by one row of the place's services. `fen` None: nobody published it."""

    service: str
    fen: int | None


def price(
    place: Place, span: Span, months: int, ahead: float = 1e9, calendar: Calendar = mainland
) -> Price | None:
    """The cheapest published way for a child of so many months to stay so long; None where there is none.

    `ahead`: hours between now and the beginning; a row that wants to be booked earlier is no way any more.
    """
    kind = calendar(span.day)
    served = "holiday" if kind == "holiday" else "1" if kind == "makeup" else str(span.day.isoweekday())
    rows = [
        row
        for row in place.services
        if row.service in BOOKABLE
        and served in row.served
        and row.ages[0] <= months <= row.ages[1]
        and (row.notice_hours or 0) <= ahead
        and (row.opens is None or row.opens <= span.starts)
        and (row.closes is None or counting.minutes(row.closes) >= span.last)
    ]
    priced = [(fen, row.service) for row in rows if (fen := _for(row, span.length)) is not None]
    if priced:
        return Price(min(priced)[1], min(priced)[0])
    unpriced = sorted((BOOKABLE.index(row.service), row.service) for row in rows if row.price_fen is None)
    return Price(unpriced[0][1], None) if unpriced else None


def _for(row: Service, length: int) -> int | None:
    """Fen for so many minutes; None where the row has no price or is no way to stay so long."""
    if row.price_fen is None:
        return None
    if row.unit == "hour":
        return row.price_fen * -(-length // 60)
    if row.unit in ("session", "half_day"):
        return row.price_fen if length <= HALF_DAY else None
    return row.price_fen if row.unit == "day" and length <= WHOLE_DAY else None
