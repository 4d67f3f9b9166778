"""Finding an activity: what words look for, from where, the next four dates with buttons, and the card of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from bot import homes
from bot.homes import Home, Spot
from bot.lookups import LookUps
from bot.messages import Button
from bot.turn import Turn
from bot.words import fold, folded
from dialogs.events import rules
from dialogs.events.rules import SHOWN, Sought
from dialogs.events.service import seats
from dialogs.events.service.ground import ELDERS, Ground, called_off, local, said_of, stopped
from knowledge.events import Date
from knowledge.geo import Point, metres, minutes
from knowledge.landmarks import says_home

LOOK_UPS = LookUps("events.narrow", timedelta(hours=2))
ALTERNATIVES = 3
SHOWN_PLAIN = 3
"""Dates of one message to old people, beside the way to a person."""
SIGN_UP = folded(("报名", "我要报名", "我报名", "想报名", "怎么报名", "sign up", "sign me up"))
FOR_ELDER = "@elder"
"""At the end of a date's button: it is looked at for an old person of the family."""


def look(turn: Turn, ground: Ground) -> Literal["told", "ask"]:
    """Read what was said; where the nearest is wished and nobody said from where, that is asked."""
    words = str(turn.data.pop("words", ""))
    sought = rules.read(words, local(turn)) if words else Sought()
    turn.data["sought"] = sought.to_json()
    if words and sought.near:
        meant = ground.landmarks.find(words)
        spot = _spot(meant.spots[0].point) if meant.sure else _at_home(turn, sought, words)
        if spot is None:
            return "ask"
        tell(turn, ground, sought, spot)
        return "told"
    tell(turn, ground, sought)
    return "told"


def where(turn: Turn, ground: Ground) -> Literal["told", "which", "again"]:
    """The answer to the question from where."""
    said = turn.data.pop("spot")
    sought = Sought.of_json(turn.data["sought"])
    if isinstance(said, list):
        tell(turn, ground, sought, Spot(*said))
        return "told"
    if said == "anywhere":
        tell(turn, ground, replace(sought, near=False))
        return "told"
    meant = ground.landmarks.find(said)
    if not meant.sure and says_home(said) and (home := _at_home(turn, sought, said)) is not None:
        tell(turn, ground, sought, home)
        return "told"
    if not meant.spots:
        turn.say("events.spot_unknown", said=said)
        return "again"
    if not meant.sure:
        turn.data["landmarks"] = [
            {"value": one.landmark.id, "label": one.landmark.name} for one in meant.spots
        ]
        return "which"
    tell(turn, ground, sought, _spot(meant.spots[0].point))
    return "told"


def chosen(turn: Turn, ground: Ground) -> Literal["told"]:
    """The landmark that was meant."""
    name = turn.data.pop("landmark")
    one = next(one for one in ground.city.landmarks if one.id == name)
    tell(turn, ground, Sought.of_json(turn.data["sought"]), _spot(one.point))
    return "told"


def _spot(point: Point) -> Spot:
    return Spot(point.lat, point.lon)


def _at_home(turn: Turn, sought: Sought, words: str) -> Spot | None:
    """The home that is remembered: of whoever is named, of who the activity is for, or one's own; None: there is none."""
    mine = homes.known(turn)
    if rules.names_a_spot(words, local(turn), [home.whose.name for home in mine if home.whose.name]):
        return None
    kind = {"elder": homes.ELDER, "child": homes.CHILD}.get(sought.for_whom, homes.ME)

    def far_from_meant(home: Home) -> tuple[bool, bool]:
        return not (home.whose.name and home.whose.name in words), home.whose.kind != kind

    home = min(mine, key=far_from_meant, default=None)
    return None if home is None else Spot(home.spot.lat, home.spot.lon, homes.said(turn, home))


def narrow(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """A button of the list: other people, other days, the next page."""
    kept = LOOK_UPS.opened(turn, payload)
    if kept is None:
        turn.start("events")
        return
    tell(turn, ground, Sought.of_json(kept["sought"]), _kept_spot(kept))


def _kept_spot(kept: Mapping[str, Any]) -> Spot | None:
    return None if kept["spot"] is None else Spot(*kept["spot"])


def tell(turn: Turn, ground: Ground, sought: Sought, spot: Spot | None = None) -> None:
    """Say at most four dates that are looked for; the nearest first where it is known from where. A spot that nobody said
    now is named."""
    LOOK_UPS.forget(turn)
    found = _found(turn, ground, sought)
    lacking = ""
    if sought.word and not found:
        lacking, sought = sought.word, replace(sought, word="")
        found = _found(turn, ground, sought)
    if spot is not None:
        found.sort(key=lambda one: metres(Point(spot.lat, spot.lon), one.place.point))
    if sought.for_whom == "elder" and not sought.days:
        found.sort(
            key=lambda one: not one.event.elders
        )  # what anybody may come to stands behind what is for them
    many = SHOWN_PLAIN if sought.for_whom == "elder" else SHOWN
    first = sought.page * many if sought.page * many < len(found) else 0
    shown = found[first : first + many]
    ways = _changes(turn, sought, spot, more=first + many < len(found), none=not shown)
    how = "events.found_plain" if sought.for_whom == "elder" else "events.found"
    turn.say(
        how if shown else "events.nothing",
        *_date_buttons(turn, shown, sought, first),
        *ways,
        items=[_item(turn, one, spot, number) for number, one in enumerate(shown, first + 1)],
        count=len(found),
        near=spot is not None,
        start="" if spot is None else spot.near,
        lacking=lacking,
        series=_series(shown),
    )


def _date_buttons(turn: Turn, shown: list[Date], sought: Sought, first: int) -> list[list[Button]]:
    """A button for each date, and one for a person. Old people read day and hour on the button itself; so does everybody
    where all are dates of one activity."""
    kind = "plain" if sought.for_whom == "elder" else "when" if _series(shown) else "date"
    whose = (FOR_ELDER,) if sought.relative else ()
    rows = [
        [
            Button(
                turn.label(f"events.button.{kind}", number=number, pick=number, **said_of(turn, one)),
                id=_id(one, *whose),
            )
        ]
        for number, one in enumerate(shown, 1 if kind == "plain" else first + 1)
    ]
    if kind != "plain" or not rows:
        return rows
    return [*rows, [Button(turn.label("events.button.help_me", pick=len(rows) + 1), id="w:person")]]


def _series(shown: list[Date]) -> bool:
    """Whether all are dates of one activity."""
    return len(shown) > 1 and len({one.event.id for one in shown}) == 1


def _found(turn: Turn, ground: Ground, sought: Sought) -> list[Date]:
    last = max((turn.today + timedelta(days=rules.AHEAD), *sought.days))
    ahead = ground.between(turn, turn.today, last)
    found = rules.found(ahead, sought, turn.now, turn.ground.settings.zone)
    return [one for one in found if not stopped(turn, one)]


def narrows(turn: Turn, words: str) -> bool:
    """Whether words say nothing but what narrows a list, or that one wants to sign up, and one was shown lately."""
    if not (fold(words) in SIGN_UP or rules.only_narrows(words, local(turn))):
        return False
    return LOOK_UPS.last(turn, LOOK_UPS.life) is not None


def narrow_by_words(turn: Turn, ground: Ground, words: str) -> None:
    """「这周末」「上午的」「8个月能去的」: the list that was shown last, narrowed by that. 「报名」: it is shown again."""
    kept = LOOK_UPS.last(turn, LOOK_UPS.life)
    sought = rules.read(words, local(turn))
    if kept is None:
        tell(turn, ground, sought)
    else:
        tell(turn, ground, Sought.of_json(kept["was"]).narrowed(sought), _kept_spot(kept))


def _item(turn: Turn, one: Date, spot: Spot | None, number: int) -> dict[str, Any]:
    straight = None if spot is None else metres(Point(spot.lat, spot.lon), one.place.point)
    return {
        **said_of(turn, one),
        "number": number,
        "left": seats.left(turn, one),
        "closed": one.closes(turn.ground.settings.zone) <= turn.now,
        "walk": None if straight is None else minutes(straight, one.event.elders or one.place.kind in ELDERS),
    }


def _changes(turn: Turn, sought: Sought, spot: Spot | None, more: bool, none: bool) -> list[list[Button]]:
    """The buttons that change what is looked for, two in a row, and the way to a person. Old people have few, and the
    person is among what they choose from."""
    ways: list[tuple[str, Sought]] = []
    if none and (sought.days or sought.part):
        ways.append(("any_day", replace(sought, days=(), part="", page=0)))
    if more:
        ways.append(("more", replace(sought, page=sought.page + 1)))
    if sought.for_whom == "elder" and not none:
        ways.append(("all", Sought()))
        return _rows(turn, sought, spot, ways)
    if not sought.days:
        ahead = (5 - turn.today.weekday()) % 7 if turn.today.weekday() < 6 else -1
        saturday = turn.today + timedelta(days=ahead)
        days = tuple(day for day in (saturday, saturday + timedelta(days=1)) if day >= turn.today)
        ways.append(("weekend", replace(sought, days=days, page=0)))
    if not sought.for_whom and not sought.kinds:
        ways += [
            ("child", Sought(for_whom="child", days=sought.days)),
            ("elder", Sought(for_whom="elder", days=sought.days)),
        ]
        ways.append(("helping", Sought(kinds=rules.HELPING)))
    if not sought.plain:
        ways.append(("all", Sought()))
    rows = _rows(turn, sought, spot, ways)
    return [*rows, [Button(turn.label("common.button.person"), id="w:person")]]


def _rows(
    turn: Turn, sought: Sought, spot: Spot | None, ways: list[tuple[str, Sought]]
) -> list[list[Button]]:
    spotted = None if spot is None else list(spot)
    kept = [
        LOOK_UPS.button(
            turn,
            f"events.button.{name}",
            {"sought": one.to_json(), "was": sought.to_json(), "spot": spotted},
        )
        for name, one in ways
    ]
    return [kept[at : at + 2] for at in range(0, len(kept), 2)]


# -- the card ------------------------------------------------------------------------------------------------------


def _id(one: Date, *more: str) -> str:
    return ":".join(("go:event", one.event.id, one.day.isoformat(), *more))


def date_button(turn: Turn, one: Date, lang: str | None = None, whose: str = "") -> Button:
    """The way to a date's card, good for ever; in the language of who is told of it."""
    label = turn.ground.texts.label(lang or turn.lang, "events.button.other", said_of(turn, one))
    return Button(label, id=_id(one, *filter(None, (whose,))))


def card(turn: Turn, ground: Ground, event: str, day: str, whose: str = "") -> None:
    """A date with all that is known of it; one tap signs up. `whose`: FOR_ELDER where somebody speaks for their mother."""
    one = ground.on(event, day)
    if one is None:
        turn.say("events.not_there", [turn.go("events.button.others", "events")])
        return
    rows = seat_buttons(turn, one, whose)
    others = [other for other in next_dates(turn, ground, one) if other.day != one.day][:2]
    rows += [[date_button(turn, other, whose=whose)] for other in others]
    turn.say(
        "events.card",
        *rows,
        [turn.go("events.button.others", "events"), Button(turn.label("common.button.person"), id="w:person")],
        **known_of(turn, one),
    )  # fmt: skip


def known_of(turn: Turn, one: Date) -> dict[str, Any]:
    """What a message says of a date and its seats: `state` is open, closed, over, stopped or off."""
    now, zone = turn.now, turn.ground.settings.zone
    why = called_off(turn, one.event.id, one.day.isoformat())
    state = (
        "off"
        if why
        else "over"
        if one.starts(zone) <= now
        else "closed"
        if one.closes(zone) <= now
        else "stopped"
        if stopped(turn, one)
        else "open"
    )
    return {
        "state": state,
        "why": "" if why is None else turn.label(f"events.why.{why}"),
        "left": seats.left(turn, one),
        "closes": one.closes(zone) if one.event.closes_hours else None,
        "seats": one.event.seats,
        "needs": one.event.needs is not None,
        **said_of(turn, one),
    }


def seat_buttons(turn: Turn, one: Date, whose: str = "") -> list[list[Button]]:
    """The buttons that take a seat on a date, or wait for one; none where nobody can sign up any more."""
    known = known_of(turn, one)
    if known["state"] != "open":
        return []
    if known["left"] > 0:
        return [[Button(turn.label(f"events.way.{way}"), id=_id(one, way))] for way in ways_of(one, whose)]
    return [[Button(turn.label("events.button.wait"), id=_id(one, "wait"))]]


def ways_of(one: Date, whose: str = "") -> tuple[str, ...]:
    """Who can take a seat on a date; whoever is meant first."""
    if one.event.comes == "pair":
        return ("parent", "grandparent")
    if one.event.kind in rules.HELPING:
        return ("me",)
    return ("elder", "me") if whose == FOR_ELDER else ("me", "elder")


def next_dates(turn: Turn, ground: Ground, one: Date) -> list[Date]:
    """The coming dates of the same activity on which there is room, the earliest first."""
    now, zone = turn.now, turn.ground.settings.zone
    ahead = ground.between(turn, turn.today, turn.today + timedelta(days=rules.AHEAD))
    return [
        other
        for other in ahead
        if other.event.id == one.event.id and other.closes(zone) > now and has_room(turn, other)
    ]


def has_room(turn: Turn, one: Date) -> bool:
    """Whether somebody could take a seat on a date now."""
    return seats.left(turn, one) > 0 and not stopped(turn, one)


def alternatives(turn: Turn, ground: Ground, event: str, day: date, months: int | None = None) -> list[Date]:
    """Up to three dates with room that somebody may like instead: of the same activity, then of the same kind."""
    now, zone = turn.now, turn.ground.settings.zone
    known = ground.calendar.events.get(event)
    ahead = [
        one
        for one in ground.between(turn, turn.today, turn.today + timedelta(days=rules.AHEAD))
        if (one.event.id, one.day) != (event, day)
        and one.closes(zone) > now
        and (known is None or one.event.kind == known.kind)
        and (months is None or rules.takes(one.event, months))
    ]
    ahead.sort(key=lambda one: (one.event.id != event, one.day))
    chosen: list[Date] = []
    for one in ahead:
        if len(chosen) < ALTERNATIVES and has_room(turn, one):
            chosen.append(one)
    return chosen


def shown(turn: Turn, payload: Mapping[str, Any], ground: Ground) -> None:
    """A button of a row that leads to a date's card."""
    card(turn, ground, str(payload["event"]), str(payload["day"]))
