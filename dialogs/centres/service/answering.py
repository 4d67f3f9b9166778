"""What is said of a look-up: the nearest places, an honest nothing with what lies beyond, and buttons that narrow it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bot import homes
from bot.homes import Home, Spot
from bot.messages import Button
from bot.turn import Turn
from dialogs.centres.rules import looking as rules
from dialogs.centres.rules.looking import SHOWN, Find
from dialogs.centres.service import served, spot
from dialogs.centres.service.spot import Ground
from knowledge.directory import Near
from knowledge.geo import Point
from knowledge.geo import metres as metres_to
from knowledge.landmarks import next_to
from knowledge.places import CARE
from knowledge.wanted import Wanted

FILTERS: dict[str, Wanted] = {
    "open": Wanted(open_now=True),
    "saturday": Wanted(weekdays=frozenset({6})),
    "voucher": Wanted(voucher=True),
}
"""Filters that are offered as buttons where they are not set and make sense."""


def answer(turn: Turn, ground: Ground) -> Literal["told", "far", "whom"]:
    """Say the nearest places of a look-up; from very far away, or far from home, it is asked for whom."""
    find = Find.of_json(turn.data["find"])
    if find.spot is not None:
        closest = ground.directory.nearest(find.spot, Wanted(), k=1)
        far = bool(closest) and closest[0].metres > rules.FAR
        mine = [] if find.home or turn.overheard else homes.known(turn)
        away = _away(find.spot, mine)
        if far:
            turn.data["find"] = replace(find, spot=None, name="", home=False).to_json()
            metres = rounded(closest[0].metres)
            turn.say("centres.far", city=ground.city.name, metres=metres, lost=metres > rules.LOST)
        elif away > rules.FAR and not turn.data.get("here"):
            turn.say("centres.far_from_home", km=round(away / 1000), home=homes.said(turn, mine[0]))
        else:
            tell(turn, ground, find)
            return "told"
        if not mine:
            return "far"
        more = (spot.OTHER,) if far else (spot.HERE, spot.OTHER)
        turn.data.update(landmarks=spot.choices(turn, mine, *more), whom=True)
        return "whom"
    tell(turn, ground, find)
    return "told"


def _away(here: Point, mine: Sequence[Home]) -> float:
    """Metres to the nearest of these homes; 0 where there is none."""
    return min((metres_to(here, Point(one.spot.lat, one.spot.lon)) for one in mine), default=0.0)


def narrow(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """A button of the answer: one more filter, none at all, or the next page."""
    kept = spot.LOOK_UPS.opened(turn, payload)
    if kept is None:
        turn.start("centres")
        return
    find = Find.of_json(kept)
    if "page" in payload:
        find = replace(find, page=int(payload["page"]))
    elif "only" in payload:
        find = Find(rules.wanted_of(payload["only"]), find.spot, find.name, slow=find.slow, home=find.home)
    else:
        find = find.narrowed(rules.wanted_of(payload["more"]))
    tell(turn, ground, find)


def tell(turn: Turn, ground: Ground, find: Find) -> None:
    """The answer to a look-up, which is remembered in its buttons."""
    spot.LOOK_UPS.forget(turn)
    wanted = rules.with_kinds(find.wanted)
    shut = served.shut(turn, ground.city.places) if wanted.open_now else frozenset()
    count = ground.directory.count(find.spot, wanted, _local(turn), find.elder, shut)
    if not count:
        _nothing(turn, ground, find, wanted, shut)
        return
    first = _first(find, count)
    shown = _nearest(turn, ground, find, wanted, first + SHOWN, shut)[first:]
    rows = [[place_button(turn, near)] for near in shown]
    changes = _filters(turn, find, wanted)
    if first + SHOWN < count:
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
        *_to_remember(turn, ground, find),
        ways,
        items=[_item(turn, near, find, wanted, first + number) for number, near in enumerate(shown, 1)],
        count=count,
        care=not rules.for_elders(wanted),
        cheap=wanted.cheapest,
        today=turn.today,
        filters=said_of(turn, find.wanted),
        spot_name=find.name,
    )


def shown(turn: Turn, ground: Ground, find: Find) -> list[Near]:
    """The places that the answer to a look-up names."""
    wanted = rules.with_kinds(find.wanted)
    shut = served.shut(turn, ground.city.places) if wanted.open_now else frozenset()
    count = ground.directory.count(find.spot, wanted, _local(turn), find.elder, shut)
    first = _first(find, count)
    return _nearest(turn, ground, find, wanted, first + SHOWN, shut)[first:]


def _first(find: Find, count: int) -> int:
    """How many of the places that pass come before those of its page; behind the last page comes the first."""
    return find.page * SHOWN if find.page * SHOWN < count else 0


def place_button(turn: Turn, near: Near) -> Button:
    """The way to a place's card, good for ever."""
    return Button(turn.label("centres.button.place", name=near.place.name), id=f"go:place:{near.place.id}")


def _to_remember(turn: Turn, ground: Ground, find: Find) -> list[list[Button]]:
    """The button by which this spot is somebody's home from now on; not where it is one."""
    if find.spot is None or find.home:
        return []
    near = find.name or next_to(ground.city.landmarks, find.spot)
    found = homes.button(turn, Spot(*find.spot, rules.bare(near)), elder=find.elder and not turn.who.plain)
    return [found] if found else []


def _nearest(
    turn: Turn, ground: Ground, find: Find, wanted: Wanted, k: int | None, but: Collection[str] = ()
) -> list[Near]:
    """The first `k` places that pass, the nearest first, or those that ask least; in the pack's order where it is all the same."""
    if wanted.cheapest:
        return rules.cheapest_first(
            _nearest(turn, ground, find, replace(wanted, cheapest=False), None, but), wanted
        )[:k]
    if find.spot is None:
        return ground.directory.listed(wanted, k, _local(turn), but)
    return ground.directory.nearest(find.spot, wanted, k, _local(turn), find.elder, but)


def _nothing(turn: Turn, ground: Ground, find: Find, wanted: Wanted, shut: Collection[str]) -> None:
    """No place passes: said so, with the nearest beyond the circle, or what is there without the filters."""
    beyond: list[Near] = []
    if wanted.minutes is not None:
        beyond = _nearest(turn, ground, find, replace(wanted, minutes=None), 1, shut)
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
        "metres": None if find.spot is None else rounded(near.metres),
        "walk": None if find.spot is None else near.minutes,
        "open": near.open_now,
        "prices": [price_words(turn, price) for price in rules.prices(place, wanted)],
        "months": None if place.months_from is None else (place.months_from, place.months_to),
        "inclusive": place.inclusive is True,
        "voucher": bool(place.accepting),
        **served.told(turn, place, wanted.weekdays, wanted.months),
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
    if not rules.for_elders(wanted):
        names += ["saturday"] if not wanted.weekdays else []
        names += ["voucher"] if not wanted.voucher else []
    return [_change(turn, find, name, more=rules.kept(FILTERS[name])) for name in names]


def _change(turn: Turn, find: Find, name: str, **change: Any) -> Button:
    return spot.LOOK_UPS.button(turn, f"centres.button.{name}", find.to_json(), **change)


def _pairs(buttons: Sequence[Button]) -> list[Sequence[Button]]:
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def rounded(metres: float) -> int:
    """Metres to the nearest ten; what is nearer than that is said in metres."""
    return round(metres) if metres < 10 else round(metres / 10) * 10


def _local(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)
