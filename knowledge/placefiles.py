"""Reads the places of a pack: places.csv or places.geojson, the files that hang on them, events.csv and landmarks.csv.

What hangs on the places belongs to them: whoever replaces the places of a pack replaces these files with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from knowledge.events import COLUMNS as EVENT_COLUMNS
from knowledge.events import EVENTS_FILE, Event
from knowledge.events import MORE_COLUMNS as MORE_EVENT_COLUMNS
from knowledge.landmarks import COLUMNS as LANDMARK_COLUMNS
from knowledge.landmarks import Landmark
from knowledge.opening import DoctorDay, Hours, Row, Special
from knowledge.packfiles import Lined, Path, problems_of, read_csv, read_text, read_yaml
from knowledge.places import COLUMNS, MORE_COLUMNS, Place
from knowledge.problems import Problem
from knowledge.services import CareClass, Service

PLACES_FILE, GEOJSON_FILE, LANDMARKS_FILE = "places.csv", "places.geojson", "landmarks.csv"
EVERY = "*"
"""In the column `place` of days.csv: every place of the pack."""
# file -> (the field of Place, what a row is, the columns it must name, the ones it may)
HANGING: dict[str, tuple[str, type[Row], tuple[str, ...], tuple[str, ...]]] = {
    "hours.csv": ("hours", Hours, ("place", "days", "opens", "closes"), ()),
    "days.csv": ("specials", Special, ("place", "date", "opens", "closes"), ("why",)),
    "classes.csv": (
        "classes",
        CareClass,
        ("place", "class", "months_from", "months_to", "ratio", "cap"),
        ("name", "carers"),
    ),
    "services.csv": (
        "services",
        Service,
        ("place", "service"),
        ("price_fen", "unit", "notice_hours", "days", "opens", "closes", "months_from", "months_to"),
    ),
    "doctor.csv": ("doctor", DoctorDay, ("place", "days"), ("weeks", "opens", "closes", "who")),
}
FILES = (PLACES_FILE, GEOJSON_FILE, LANDMARKS_FILE, EVENTS_FILE, *HANGING)
Placed = list[tuple[Lined, Place]]
R = TypeVar("R", bound=BaseModel)


def sources_of(folders: Iterable[Traversable]) -> dict[str, Traversable]:
    """The files of the places by name, of several folders the later one's."""
    found: dict[str, Traversable] = {}
    for folder in folders:
        here = {name: source for name in FILES if (source := folder.joinpath(name)).is_file()}
        if PLACES_FILE in here or GEOJSON_FILE in here:
            found = {name: source for name, source in found.items() if name == LANDMARKS_FILE}
        found |= here
    return found


def read_places(sources: Mapping[str, Traversable], folder: str, problems: list[Problem]) -> Placed:
    """The places with all that hangs on them; what is wrong is added to `problems`."""
    both = [name for name in (PLACES_FILE, GEOJSON_FILE) if name in sources]
    if not both:
        reason = f"is missing, and so is {GEOJSON_FILE}"
        problems.append(Problem(f"{folder}/{PLACES_FILE}", 0, reason, "a pack needs one of them"))
        return []
    if len(both) > 1:
        reason = f"stands beside {PLACES_FILE}"
        problems.append(Problem(str(sources[GEOJSON_FILE]), 0, reason, "keep one of the two"))
    rows = rows_of(sources, PLACES_FILE, COLUMNS, MORE_COLUMNS, problems) or features_of(sources, problems)
    # A place with a mistake of its own is no unknown place.
    named = list(dict.fromkeys(str(row.value.get("id")) for row in rows))
    placed = _distinct(_models(Place, rows, problems), problems)
    hanging: dict[str, dict[str, list[tuple[Lined, Row]]]] = {}
    for name, (part, model, columns, optional) in HANGING.items():
        hanging[part] = _hung(model, rows_of(sources, name, columns, optional, problems), named, problems)
    whole = [(row, _with(place, hanging)) for row, place in placed]
    for _, place in whole:
        problems += _hours_apart(hanging["hours"][place.id])
        problems += _of_one_day(hanging["specials"][place.id])
        problems += _classes_fit(place, hanging["classes"][place.id])
    return whole


def read_landmarks(sources: Mapping[str, Traversable], problems: list[Problem]) -> tuple[Landmark, ...]:
    """The landmarks of a pack, none where it has no such file; what is wrong is added to `problems`."""
    rows = rows_of(sources, LANDMARKS_FILE, LANDMARK_COLUMNS, (), problems)
    return tuple(one for _, one in _distinct(_models(Landmark, rows, problems), problems))


def read_events(sources: Mapping[str, Traversable], problems: list[Problem]) -> tuple[Event, ...]:
    """The events of a pack, none where it has no such file; what is wrong is added to `problems`."""
    rows = rows_of(sources, EVENTS_FILE, EVENT_COLUMNS, MORE_EVENT_COLUMNS, problems)
    found = _distinct(_models(Event, rows, problems), problems)
    # A place with a mistake of its own is no unknown place; what is wrong with its line was told before.
    places = rows_of(sources, PLACES_FILE, COLUMNS, MORE_COLUMNS, []) or features_of(sources, [])
    known = {str(place.value.get("id")) for place in places}
    given = {event.gives for _, event in found}
    for row, event in found:
        if known and event.place not in known:
            reason = f"place: there is no place {event.place}"
            problems.append(Problem(row.file, row.first_line, reason, "correct the id, or add the place"))
        if event.needs is not None and event.needs not in given:
            reason = f"needs: no training gives {event.needs}"
            problems.append(
                Problem(row.file, row.first_line, reason, "add a training with it in the column gives")
            )
    return tuple(event for _, event in found)


def rows_of(
    sources: Mapping[str, Traversable],
    name: str,
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    problems: list[Problem],
) -> list[Lined]:
    """The rows of one of the files, none where there is no such file; what is wrong is added to `problems`."""
    if name not in sources:
        return []
    file = str(sources[name])
    text = read_text(sources[name], file)
    if isinstance(text, Problem):
        problems.append(text)
        return []
    rows, bad = read_csv(text, file, columns, optional)
    problems += bad
    return rows


def features_of(sources: Mapping[str, Traversable], problems: list[Problem]) -> list[Lined]:
    """The features of places.geojson as rows: its properties are the columns; RFC 7946 has longitude first, WGS-84."""
    if GEOJSON_FILE not in sources:
        return []
    file = str(sources[GEOJSON_FILE])
    text = read_text(sources[GEOJSON_FILE], file)
    # JSON is YAML, whose reader knows the lines; only tabs between its parts are no YAML.
    lined = text if isinstance(text, Problem) else read_yaml(text.replace("\t", " "), file)
    if isinstance(lined, Problem):
        problems.append(lined)
        return []
    features = lined.value.get("features")
    if lined.value.get("type") != "FeatureCollection" or not isinstance(features, list):
        problems.append(
            Problem(
                file, 1, "is no FeatureCollection", 'begin with {"type": "FeatureCollection", "features": ['
            )
        )
        return []
    rows = []
    for number, feature in enumerate(features):
        line = lined.line(("features", number))
        row = _feature(feature)
        if row is None:
            remedy = "a feature has `properties` and a `geometry` of type Point with [longitude, latitude]"
            problems.append(Problem(file, line, "is no place", remedy))
            continue
        spot = lined.line(("features", number, "geometry", "coordinates"))
        lines: dict[Path, int] = {("lat",): spot, ("lon",): spot}
        for key in feature["properties"]:
            lines[(str(key),)] = lined.line(("features", number, "properties", str(key)))
        rows.append(Lined(file, row, lines, line))
    return rows


def _feature(feature: Any) -> dict[str, Any] | None:
    match feature:
        case {"properties": dict(said), "geometry": {"type": "Point", "coordinates": [lon, lat, *_]}}:
            named = {key: value for key, value in said.items() if value is not None}
            return {"datum": "WGS-84", **({"id": feature["id"]} if "id" in feature else {}), **named, "lat": lat, "lon": lon}  # fmt: skip
    return None


def _models(model: type[R], rows: Iterable[Lined], problems: list[Problem]) -> list[tuple[Lined, R]]:
    found = []
    for row in rows:
        try:
            found.append((row, model.model_validate(row.value)))
        except ValidationError as error:
            problems += problems_of(row, error)
    return found


def _distinct(rows: list[tuple[Lined, R]], problems: list[Problem]) -> list[tuple[Lined, R]]:
    seen: dict[str, int] = {}
    for row, one in rows:
        name = str(one.id)  # type: ignore[attr-defined]  # places and landmarks have one
        if name in seen:
            reason = f"id {name} stands in line {seen[name]} already"
            problems.append(Problem(row.file, row.first_line, reason, "give every one an id of its own"))
        seen.setdefault(name, row.first_line)
    return rows


def _hung(
    model: type[Row], rows: Iterable[Lined], known: list[str], problems: list[Problem]
) -> dict[str, list[tuple[Lined, Row]]]:
    """The rows of a file by the place on which they hang; `known` is empty where the places could not be read."""
    found: dict[str, list[tuple[Lined, Row]]] = defaultdict(list)
    for row in rows:
        name = row.value.pop("place")
        if known and name != EVERY and name not in known:
            reason = f"place: there is no place {name}"
            problems.append(Problem(row.file, row.first_line, reason, "correct the id, or add the place"))
            continue
        if name == EVERY and model is not Special:
            reason = f"place: {EVERY} is for days that differ"
            problems.append(Problem(row.file, row.first_line, reason, "write a line for every place"))
            continue
        for made in _models(model, [row], problems):
            for one in known if name == EVERY else [name]:
                found[one].append(made)
    return found


def _with(place: Place, hanging: Mapping[str, Mapping[str, list[tuple[Lined, Row]]]]) -> Place:
    parts = {part: tuple(one for _, one in by_place[place.id]) for part, by_place in hanging.items()}
    return place.model_copy(update=parts)


def _hours_apart(rows: Iterable[tuple[Lined, Row]]) -> Iterable[Problem]:
    """Two rows of one day must not overlap."""
    spans = sorted(
        (
            (day, row.opens, row.closes, lined)
            for lined, row in rows
            if isinstance(row, Hours)
            for day in row.days
        ),
        key=lambda span: span[:3],
    )
    told = set()
    for (day, _, closes, before), (next_day, opens, _, lined) in pairwise(spans):
        if day == next_day and opens < closes and lined.first_line not in told:
            told.add(lined.first_line)
            reason = f"overlaps the hours of line {before.first_line}"
            yield Problem(lined.file, lined.first_line, reason, "leave the break out, or join the two lines")


def _of_one_day(rows: Iterable[tuple[Lined, Row]]) -> Iterable[Problem]:
    """A day is either closed or has hours."""
    first: dict[object, tuple[int, bool]] = {}
    for lined, row in rows:
        if isinstance(row, Special):
            line, closed = first.setdefault(row.date, (lined.first_line, row.opens is None))
            if line != lined.first_line and (closed or row.opens is None):
                reason = f"says otherwise than line {line} of the same day"
                yield Problem(lined.file, lined.first_line, reason, "keep one of the two")


def _classes_fit(place: Place, rows: Iterable[tuple[Lined, Row]]) -> Iterable[Problem]:
    low, high = place.months_from, place.months_to
    for lined, row in rows:
        if not isinstance(row, CareClass):
            continue
        if low is None or high is None or not low <= row.months_from <= row.months_to <= high:
            reason = f"months: {place.id} takes children of {low} to {high} months"
            yield Problem(lined.file, lined.first_line, reason, "keep the class within the ages of its place")
        if (row.class_ == "home") != (place.kind == "home"):
            reason = f"class: {row.class_} is not for a place of kind {place.kind}"
            yield Problem(lined.file, lined.first_line, reason, "home is the one class of a home-based place")
    if place.kind == "home" and len(place.classes) > 1:
        lined = list(rows)[-1][0]
        yield Problem(lined.file, lined.first_line, "class: a home-based place has one", "join the lines")
