"""What is said of a look-up: the nearest places, an honest nothing with what lies beyond, and buttons that narrow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bot.messages import Button
from bot.turn import Turn
from dialogs.centres import rules
from dialogs.centres.rules import SHOWN, Find
from dialogs.centres.service import spot
from dialogs.centres.service.spot import Ground
from knowledge.directory import Near
from knowledge.geo import Point
from knowledge.places import CARE
from knowledge.wanted import Wanted

FILTERS: dict[str, Wanted] = {
    "open": Wanted(open_now=True),
    "saturday": Wanted(weekdays=frozenset({6})),
    "voucher": Wanted(voucher=True),
}
"""Filters that are offered as buttons where they are not set and make sense."""


def answer(turn: Turn, ground: Ground) -> Literal["told", "far"]:
    """Say the nearest places of a look-up; from very far away it is asked for whom."""
    find = Find.of_json(turn.data["find"])
    if find.spot is not None:
        closest = ground.directory.nearest(find.spot, Wanted(), k=1)
        if closest and closest[0].metres > rules.FAR:
            turn.data["find"] = replace(find, spot=None).to_json()
            turn.say("centres.far", city=ground.city.name, metres=_rounded(closest[0].metres))
            return "far"
    tell(turn, ground, find)
    return "told"


def narrow(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """A button of the answer: one more filter, none at all, or the next page."""
    find = spot.opened(turn, payload)
    if find is None:
        turn.start("centres")
        return
    if "page" in payload:
        find = replace(find, page=int(payload["page"]))
    elif "only" in payload:
        find = Find(rules.wanted_of(payload["only"]), find.spot, find.name)
    else:
        find = find.narrowed(rules.wanted_of(payload["more"]))
    tell(turn, ground, find)


def tell(turn: Turn, ground: Ground, find: Find) -> None:
    """The answer to a look-up, which is remembered in its buttons."""
    spot.forget(turn)
    wanted = rules.with_kinds(find.wanted)
    found = _nearest(turn, ground, find, wanted)
    if not found:
        _nothing(turn, ground, find, wanted)
        return
    first = find.page * SHOWN if find.page * SHOWN < len(found) else 0
    shown = found[first : first + SHOWN]
    rows = [[place_button(turn, near)] for near in shown]
    changes = _filters(turn, find, wanted)
    if first + SHOWN < len(found):
        changes.insert(0, _change(turn, find, "more", page=find.page + 1))
    if find.wanted != (only := Wanted(kinds=find.wanted.kinds)):
        changes.append(_change(turn, find, "without", only=rules.kept(only)))
    ways = [turn.go("centres.button.another", "centres")]
    if wanted.kinds <= CARE:
        ways.append(turn.go("centres.button.which", "choosing"))
    turn.say(
        "centres.found",
        *rows,
        *_pairs(changes),
        ways,
        items=[_item(turn, near, find, wanted, first + number) for number, near in enumerate(shown, 1)],
        count=len(found),
        filters=said_of(turn, find.wanted),
        spot_name=find.name,
    )


def place_button(turn: Turn, near: Near) -> Button:
    """The way to a place's card, good for ever."""
    return Button(turn.label("centres.button.place", name=near.place.name), id=f"go:place:{near.place.id}")


def _nearest(turn: Turn, ground: Ground, find: Find, wanted: Wanted, k: int | None = None) -> list[Near]:
    """Places that pass, the nearest first; in the pack's order where it is all the same."""
    point = find.spot
    if point is None:
        everywhere = replace(wanted, minutes=None)
        origin = ground.city.places[0].point if ground.city.places else Point(0, 0)
        found = ground.directory.nearest(origin, everywhere, None, _local(turn))
        order = {place.id: number for number, place in enumerate(ground.city.places)}
        return sorted(found, key=lambda near: order[near.place.id])[:k]
    return ground.directory.nearest(point, wanted, k, _local(turn), find.elder)


def _nothing(turn: Turn, ground: Ground, find: Find, wanted: Wanted) -> None:
    """No place passes: said so, with the nearest beyond the circle, or what is there without the filters."""
    beyond: list[Near] = []
    if wanted.minutes is not None:
        beyond = _nearest(turn, ground, find, replace(wanted, minutes=None), 1)
    only = Wanted(kinds=find.wanted.kinds)
    rows = [[place_button(turn, near)] for near in beyond]
    if find.wanted != only:
        rows.append([_change(turn, find, "without", only=rules.kept(only))])
    turn.say(
        "centres.nothing",
        *rows,
        [
            turn.go("centres.button.another", "centres"),
            Button(turn.label("common.button.person"), id="w:person"),
        ],
        circle=wanted.minutes or 0,
        filters=said_of(turn, replace(find.wanted, minutes=None)),
        beyond=[_item(turn, near, find, wanted, 1) for near in beyond],
    )


def _item(turn: Turn, near: Near, find: Find, wanted: Wanted, number: int) -> dict[str, Any]:
    """What a line of the answer says of a place: what was published, and nothing else."""
    place = near.place
    return {
        "number": number,
        "name": place.name,
        "metres": None if find.spot is None else _rounded(near.metres),
        "walk": None if find.spot is None else near.minutes,
        "open": near.open_now,
        "prices": [price_words(turn, price) for price in rules.prices(place, wanted)],
        "months": None if place.months_from is None else (place.months_from, place.months_to),
        "inclusive": place.inclusive is True,
        "voucher": bool(place.accepting),
    }


def price_words(turn: Turn, price: rules.Price) -> str:
    """A price with its service and unit: 计时 20 元/小时."""
    return turn.label(
        "centres.price_words",
        service=turn.label(f"centres.service.{price.service}"),
        fen=price.fen,
        unit=turn.label(f"centres.unit.{price.unit}"),
        more=price.more,
    )


def said_of(turn: Turn, wanted: Wanted) -> list[str]:
    """The filters in words, as they were understood."""
    found = (
        [turn.label(f"centres.kind.{kind}") for kind in sorted(wanted.kinds)]
        if len(wanted.kinds) == 1
        else []
    )
    found += [turn.label(f"centres.service.{one}") for one in sorted(wanted.services)]
    if wanted.months is not None:
        found.append(turn.label("centres.filter.months", months=wanted.months))
    if wanted.weekdays:
        days = [turn.label(f"centres.weekday.d{day}") for day in sorted(wanted.weekdays)]
        found.append(turn.label("centres.filter.weekdays", weekdays=days))
    if wanted.hour is not None:
        found.append(turn.label("centres.filter.hour", begins=wanted.hour, after=wanted.after))
    if wanted.max_fen is not None:
        unit = turn.label(f"centres.unit.{wanted.unit}") if wanted.unit else ""
        found.append(turn.label("centres.filter.price", fen=wanted.max_fen, unit=unit))
    for mark in ("voucher", "inclusive", "doctor", "open_now"):
        if getattr(wanted, mark):
            found.append(turn.label(f"centres.filter.{mark}"))
    if wanted.minutes is not None:
        found.append(turn.label("centres.filter.minutes", circle=wanted.minutes))
    return found


def _filters(turn: Turn, find: Find, wanted: Wanted) -> list[Button]:
    names = ["open"] if not wanted.open_now else []
    if not find.elder:
        names += ["saturday"] if not wanted.weekdays else []
        names += ["voucher"] if not wanted.voucher else []
    return [_change(turn, find, name, more=rules.kept(FILTERS[name])) for name in names]


def _change(turn: Turn, find: Find, name: str, **change: Any) -> Button:
    payload = {"find": spot.closed(turn, find), **change}
    return turn.action(spot.NARROW, f"centres.button.{name}", payload, deadline=turn.now + spot.LIFE)


def _pairs(buttons: Sequence[Button]) -> list[Sequence[Button]]:
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def _rounded(metres: float) -> int:
    """Metres to the nearest ten; what is nearer than that is said in metres."""
    return round(metres) if metres < 10 else round(metres / 10) * 10


def _local(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)
