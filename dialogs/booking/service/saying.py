"""What a family says in words beside the form: that it does not come, that it waits for room, what it asks of its stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from bot.capability import Claim
from bot.flow import when
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import houses, names, wishes
from dialogs.booking.rules import saying as rules
from dialogs.booking.rules import terms as cut_offs
from dialogs.booking.service import choosing, holding, kept, start, which
from knowledge.city import City
from knowledge.places import Place

SHOWN = 6
"""Bookings that are shown as buttons where words may mean several."""
FORM = "booking"


def claim(text: str, turn: Turn, city: City) -> Claim | None:
    """周三不去了 · 柳荫的周三下午有空位叫我 · 太贵了 · 要带什么."""
    rows = which.standing(turn)
    if rows and rules.gives_up(text):
        meant = which.meant(turn, rows, text)
        elsewhere = meant.said and not meant.rows and not rules.of_care(text)
        return Claim(call=partial(give_up, city=city, rows=rows, text=text), last=elsewhere)
    if not rows and rules.gives_up(text) and rules.of_care(text):
        return Claim(call=_nothing_booked)
    if rules.asks_code(text):
        return Claim(call=partial(_codes, city=city))
    if rules.overnight(text):
        return Claim(call=partial(_no_night, city=city))
    if rules.waits(text) and (known := _wish(text, turn, city)) is not None:
        return Claim(flow=FORM, known=known, joins=True)
    if rules.too_dear(text) and turn.form == FORM and _on_card(turn) is not None:
        place = choosing.cheaper(turn, city)
        return Claim(flow=FORM, known={"place": place}, joins=True) if place else Claim(call=_cheapest)
    asked = rules.question(text)
    if asked is not None and (turn.form == FORM or rows):
        return Claim(call=partial(answer, city=city, asked=asked, rows=rows))
    return None


def _nothing_booked(turn: Turn) -> None:
    turn.say(
        "booking.nothing_booked",
        [turn.go("command.booking", "booking"), Button(turn.label("common.button.person"), id="w:person")],
    )


def _codes(turn: Turn, city: City) -> None:
    """Every stay that is still to come or to end, each with its code."""
    if turn.who.new or not kept.my_things(turn, city):
        _nothing_booked(turn)


def _no_night(turn: Turn, city: City) -> None:
    """Nobody takes a child for a night; which place is open longest is told instead."""
    ends = [
        (at, place.name) for place in city.places if houses.bookable(place) for at in _ends(place, turn.today)
    ]
    latest = max(ends, default=None)
    turn.say(
        "booking.no_night",
        [turn.go("command.booking", "booking"), Button(turn.label("common.button.person"), id="w:person")],
        latest=None if latest is None else {"shuts_at": f"{latest[0]:%H:%M}", "place": latest[1]},
    )


def _ends(place: Place, today: date) -> Iterator[time]:
    """When a place closes on the days of a week, and until when it keeps a child for whoever asks for the extended hours."""
    for later in range(7):
        spans = place.opening.on(today + timedelta(days=later))
        if spans:
            yield spans[-1][1]
    yield from (row.closes for row in place.services if row.service == "extended" and row.closes is not None)


def _cheapest(turn: Turn) -> None:
    turn.say("booking.cheapest")


def give_up(turn: Turn, city: City, rows: list[Row], text: str) -> None:
    """They do not come: the one that is surely meant is cancelled, with its 撤销; else it is asked which.

    One whose cancellation would count is asked about first: words are heard wrong more easily than a button.
    """
    meant = which.meant(turn, rows, text)
    sure = meant.rows[0] if len(meant.rows) == 1 and (meant.said or rules.of_care(text)) else None
    if sure is not None and not _late(turn, city, sure):
        kept.cancelled(turn, {"booking": int(sure["id"])}, city)
        return
    shown = meant.rows or rows
    buttons = [
        turn.action(
            "booking.cancel",
            "booking.button.cancel_this",
            {"booking": int(row["id"])},
            deadline=kept.begins(turn, row),
            **kept.told(turn, city, row),
        )
        for row in shown[:SHOWN]
    ]
    minutes = city.settings.care.at(str(shown[0]["place"])).cancel_minutes
    turn.say(
        "booking.cancel_which",
        *([button] for button in buttons),
        no_such=meant.said and not meant.rows,
        only_one=len(shown) == 1,
        cancel_minutes=minutes if _late(turn, city, shown[0]) else 0,
        **kept.told(turn, city, shown[0]),
    )


def _late(turn: Turn, city: City, row: Row) -> bool:
    minutes = city.settings.care.at(str(row["place"])).cancel_minutes
    return cut_offs.too_late(turn.now, kept.begins(turn, row), minutes)


def _wish(text: str, turn: Turn, city: City) -> dict[str, Any] | None:
    """What a wish for room tells the form; None where it may be about anything: it tells neither a day nor that it is a
    place that is waited for, or another form is open."""
    told = when.read(text, turn.now.astimezone(turn.ground.settings.zone))
    if not (told.days or told.perhaps) and (turn.busy or "位" not in text):
        return None
    known = {**wishes.first_words(text, turn.today), "wait": True, "spot": "anywhere"}
    place = names.place_in(text, start.bookable(city), short=True)
    return {**known, "place": place} if place else known


def answer(turn: Turn, city: City, asked: rules.Question, rows: Sequence[Row]) -> None:
    """What is asked of the stay on the card, of the form as far as it is, or else of the next one that is booked.

    The open form's last question is asked again by whoever called this.
    """
    row = _on_card(turn) if turn.form == FORM else rows[0]
    care = city.settings.care.at("" if row is None else str(row["place"]))
    told: dict[str, Any] = {"visit": "", "credit": 0}
    if row is not None:
        told = {**kept.told(turn, city, row), "credit": int(row["credit"])}
        if not holding.children_of(turn, int(row["id"])):  # nobody of theirs was ever booked
            told["visit"] = "first"
    turn.say(f"booking.asked.{asked}", picked=row is not None, cancel_minutes=care.cancel_minutes, **told)


def telephones(turn: Turn, city: City) -> list[tuple[str, str]]:
    """The telephone of the place on the open card, or else of the next stay."""
    if turn.overheard:
        return []
    row = _on_card(turn) if turn.form == FORM else next(iter(which.standing(turn)), None)
    place = None if row is None else next((one for one in city.known if one.id == row["place"]), None)
    return [] if place is None or not place.phone else [(place.name, place.phone)]


def _on_card(turn: Turn) -> Row | None:
    """What the open form holds for its family; None: it has not come to that."""
    return turn.db.one(
        "SELECT * FROM booking WHERE id = :id AND person_id = :person",
        id=int(turn.data.get("booking", 0)),
        person=turn.who.id,
    )
