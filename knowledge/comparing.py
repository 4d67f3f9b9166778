"""What a load changes, in lines for the operator: places that come, change field by field, or go; other files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any

from pydantic import BaseModel

from knowledge.events import EVENTS_FILE
from knowledge.geo import Point, metres
from knowledge.loading import Coming
from knowledge.places import Place

FAR = 100_000
"""Metres from the middle of the others from which on a place's coordinates are doubted."""
_WHERE = ("lat", "lon", "datum")


def compared(coming: Coming) -> list[str]:
    """The differences between what stands and what comes; the first line counts the places."""
    old = {place.id: place for place in (coming.before.known if coming.before else ())}
    added = [one for one in coming.after.places if one.id not in old or old[one.id].hidden]
    both = [(old[one.id], one) for one in coming.after.places if one.id in old and not old[one.id].hidden]
    changed = [(was, now, lines) for was, now in both if (lines := list(_fields(was, now)))]
    same = len(both) - len(changed)
    lines = [f"places: {len(added)} added, {len(changed)} changed, {len(coming.gone)} gone, {same} as before"]
    lines += [f"+ {one.id}  {one.name}, {one.address}" for one in added]
    for one, now, differences in changed:
        lines += [f"~ {now.id}  {one.name}", *(f"    {line}" for line in differences)]
    lines += [
        f"- {one}  {old[one].name}: hidden from now on, found and booked no more" for one in coming.gone
    ]
    was = coming.before
    marks = [
        [(one.id, one.name, one) for one in city.landmarks] if city else [] for city in (was, coming.after)
    ]
    lines += _by_id("landmarks", marks)
    if EVENTS_FILE in coming.files:
        events = [
            [(one.id, one.title, one) for one in city.events] if city else [] for city in (was, coming.after)
        ]
        lines += _by_id("events", events) if coming.after.events else []
    lines += [f"{name}: comes" for name in sorted(coming.files) if "/" in name or name.endswith(".yaml")]
    return lines + list(doubts(coming.after.places))


def doubts(places: Sequence[Place]) -> Iterator[str]:
    """Places far from all others: a wrong datum is half a kilometre, a wrong sign or digit much more."""
    if len(places) < 3:
        return
    middle = Point(median(one.point.lat for one in places), median(one.point.lon for one in places))
    for one in places:
        if (far := metres(one.point, middle)) > FAR:
            yield f"look again: {one.id} lies {far / 1000:.0f} km from the others; are lat and lon right?"


def _fields(was: Place, now: Place) -> Iterator[str]:
    if (apart := metres(was.point, now.point)) >= 1:
        yield f"moved by {apart:.0f} m: {_spot(was)} -> {_spot(now)}"
    for name in Place.model_fields:
        old, new = getattr(was, name), getattr(now, name)
        if old == new or name in _WHERE:
            continue
        if isinstance(old, tuple) and any(isinstance(one, BaseModel) for one in (*old, *new)):
            yield from (f"{name}: - {_row(one)}" for one in old if one not in new)
            yield from (f"{name}: + {_row(one)}" for one in new if one not in old)
        else:
            yield f"{name}: {_value(old)} -> {_value(new)}"


def _spot(place: Place) -> str:
    return f"{place.lat:g},{place.lon:g} {place.datum}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | frozenset):
        return ";".join(sorted(map(str, value))) or "nothing"
    return "nothing" if value in (None, "") else str(value)


def _row(row: BaseModel) -> str:
    said = row.model_dump(exclude_defaults=True)
    return ", ".join(f"{name.rstrip('_')} {_value(value)}" for name, value in said.items())


def _by_id(what: str, rows: Sequence[Iterable[tuple[str, str, object]]]) -> list[str]:
    """The differences of two lists of (id, name, all of it): what was, what comes."""
    was, now = ({one[0]: one for one in some} for some in rows)
    if was == now:
        return []
    changed = [one for one in now if one in was and now[one] != was[one]]
    added, gone = [one for one in now if one not in was], [one for one in was if one not in now]
    signs = (("+", added), ("~", changed), ("-", gone))
    return [
        f"{what}: {len(added)} added, {len(changed)} changed, {len(gone)} gone",
        *(f"{sign} {one}  {(now.get(one) or was[one])[1]}" for sign, some in signs for one in some),
    ]
