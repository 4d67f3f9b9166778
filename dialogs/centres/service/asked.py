"""A place that is named or tapped, and what is asked after its card: its telephone, the way, hours, prices, whether one can book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bot import offered
from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from dialogs.centres.rules import looking as rules
from dialogs.centres.rules.follow_ups import FollowUp, follow_up
from dialogs.centres.rules.looking import Find
from dialogs.centres.service import answering, card, spot
from dialogs.centres.service.spot import Ground
from knowledge.geo import metres, minutes
from knowledge.places import CARE, Place
from knowledge.wanted import Wanted


def claims(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """The button of a place, the button that books there, a place's name, or a short question about what was just shown."""
    head, _, rest = text.partition(":")
    if head == "place" and rest:
        return _of_button(rest, ground)
    if turn.overheard or turn.busy:
        return None
    if (named := card.names(text, ground)) is not None:
        return Claim(call=partial(show, place=named))
    asked = follow_up(text, turn.today)
    return None if asked is None or not _still_at_it(turn) else _about(turn, asked, ground)


def _still_at_it(turn: Turn) -> bool:
    """Whether the last that was said was about places: a short question belongs to what it follows."""
    last = offered.subject(turn)
    return last is not None and last.keys[0].startswith("centres.")


def _about(turn: Turn, asked: FollowUp, ground: Ground) -> Claim | None:
    """What is asked of the place on the card, of one of the list, or of all that the list shows."""
    find = spot.remembered(turn)
    on_card = spot.on_card(turn, ground) if asked.nth is None else None
    if on_card is not None:
        return _of_one(turn, on_card, asked, ground)
    if find is None:
        return None
    if asked.asked == "others":
        return Claim(call=partial(answering.tell, ground=ground, find=replace(find, page=find.page + 1)))
    places = [near.place for near in answering.shown(turn, ground, find)]
    first = find.page * rules.SHOWN
    if asked.nth is not None:
        places = places[asked.nth - 1 - first :][:1] if asked.nth > first else places[asked.nth - 1 :][:1]
    if len(places) == 1:
        return _of_one(turn, places[0], asked, ground)
    narrows = bool(asked.days) or asked.months is not None  # 周六开吗 of a list: those that are
    if not places or narrows or asked.asked in ("card", "take"):
        return None
    return Claim(call=partial(answer_all, places=places, asked=asked))


def _of_one(turn: Turn, place: Place, asked: FollowUp, ground: Ground) -> Claim | None:
    match asked.asked:
        case "take" if card.can_book(place, card.values(turn, place)):
            return _of_button(f"{place.id}:{card.HERE}", ground)
        case "take":
            return Claim(call=partial(answer, place=place, asked=replace(asked, asked="book")))
        case "card":
            return None if asked.nth is None else Claim(call=partial(show, place=place))
        case "others":
            return Claim(call=partial(_around, place=place, ground=ground))
    return Claim(call=partial(answer, place=place, asked=asked))


def telephones(turn: Turn, ground: Ground) -> list[tuple[str, str]]:
    """The telephone of the place whose card was shown in the last half hour."""
    place = None if turn.overheard else spot.on_card(turn, ground)
    return [] if place is None or not place.phone else [(place.name, place.phone)]


def _of_button(rest: str, ground: Ground) -> Claim:
    name, _, here = rest.partition(":")
    place = next((one for one in ground.city.places if one.id == name), None)
    if place is None:
        return Claim(call=_gone)
    if here == card.HERE:
        return Claim(flow="booking", known={"place": place.id, "spot": "anywhere"})
    return Claim(call=partial(show, place=place))


def _gone(turn: Turn) -> None:
    turn.say("centres.place_gone", [turn.go("centres.button.another", "centres")])


def answer(turn: Turn, place: Place, asked: FollowUp) -> None:
    """The one thing, with the button that belongs to it."""
    rows: list[list[Button]] = []
    values = _values(turn, place, asked)
    if asked.asked in ("way", "far"):
        rows.append([card.map_button(turn, place)])
    if asked.asked in ("book", "price", "ages", "hours") and values["bookable"]:
        rows.append([card.book_button(turn, place)])
    turn.say(
        f"centres.asked.{asked.asked}",
        *rows,
        [Button(turn.label("common.button.person"), id="w:person")],
        **values,
    )


def answer_all(turn: Turn, places: Sequence[Place], asked: FollowUp) -> None:
    """The same of every place that the list shows."""
    lines = [turn.label(f"centres.asked.{asked.asked}", **_values(turn, place, asked)) for place in places]
    rows = [
        [Button(turn.label("centres.button.place", name=place.name), id=f"go:place:{place.id}")]
        for place in places
    ]
    turn.say(
        "centres.asked_of_each",
        *rows,
        [Button(turn.label("common.button.person"), id="w:person")],
        lines=lines,
    )


def _values(turn: Turn, place: Place, asked: FollowUp) -> dict[str, Any]:
    """What the card says, for the days and the age that were asked for, and how far it is from where one looked."""
    values = card.values(turn, place, asked.days)
    find = spot.remembered(turn)
    away = None
    if find is not None and find.spot is not None:
        straight = metres(find.spot, place.point)
        away = (answering.rounded(straight), minutes(straight, find.elder))
    return {
        **values,
        "bookable": card.can_book(place, values),
        "away": away,
        "months": asked.months,
        "care": place.kind in CARE,
    }


def show(turn: Turn, place: Place) -> None:
    """The card, remembered for the questions that follow it."""
    spot.CARDS.forget(turn)
    card.show(turn, place, spot.CARDS.button(turn, "centres.button.around", {"place": place.id}))


def around(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """The places of its kind that are nearest to a place, itself first."""
    kept = spot.CARDS.opened(turn, payload)
    place = (
        None if kept is None else next((one for one in ground.city.places if one.id == kept["place"]), None)
    )
    if place is None:
        turn.start("centres")
        return
    _around(turn, place, ground)


def _around(turn: Turn, place: Place, ground: Ground) -> None:
    wanted = Wanted() if place.kind in CARE else Wanted(kinds=frozenset({place.kind}))
    answering.tell(turn, ground, Find(wanted, place.point, place.name))
