"""The places that reports from all over the country have named: to be found by region and name, never to be booked.

Nobody published where exactly they lie, so that none has coordinates; a field stands here only where a report has it,
and the entry of the corpus says the rest, with what is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from rapidfuzz.distance import Indel

from knowledge import regions
from knowledge.coverage import covers
from knowledge.entries import Entry
from knowledge.normalise import normalise
from knowledge.opening import Blank, Row
from knowledge.packfiles import Lined, problems_of, read_csv, read_text
from knowledge.places import Kind
from knowledge.problems import PackError, Problem
from knowledge.programme import Identifier
from knowledge.services import ServiceName
from knowledge.wording import syllables

FOLDER, NAME = "atlas", "places.csv"
COLUMNS = (
    "id",
    "system",
    "name",
    "other_names",
    "kind",
    "region",
    "address",
    "months_from",
    "months_to",
    "services",
    "licensed",
    "area",
    "inclusive",
    "status",
    "note",
    "source",
    "source_date",
    "entry",
)
AtlasKind = Kind | Literal["complex", "guidance", "association", "residence", "space"]
_LIKE = 0.75
# Words of any such place: a name needs more than these.
_ANY = re.compile(r"托育|托班|中心|社区|综合|服务|日间照料|幼儿园|宝宝屋|食堂|养老|家政|协会|指导|的")
# What is left of a name that was said in another form.
_PARTS = re.compile(r"街道|社区|党群服务中心|西区")
_SUFFIXES = re.compile(r"(?<= )(?:街道|社区|党群服务中心|新悦园区|西区|[省市区县的])+")
_NO_NAME = re.compile(r"[^\u3400-\u9fffa-z0-9]")


def _several(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value
    )


Months = Annotated[Annotated[int, Field(ge=0, le=84)] | None, Blank]


class AtlasPlace(Row):
    """A place as reports tell of it. `system`: what it is counted as in coverage.csv; `region`: a code of regions.csv;
    `address`: as exact as it was published; `months_from`, `months_to`: completed months, both included, each on its own;
    `area`: square metres; `status`: reported as working, closed, or only named; `entry`: the corpus's own words on it;
    `source_date`: 2025 or 2025-11-12."""

    id: Identifier
    system: str = Field(pattern=r"^S\d\d$")
    name: str = Field(min_length=1)
    other_names: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    kind: AtlasKind
    region: str
    address: str = ""
    months_from: Months = None
    months_to: Months = None
    services: Annotated[tuple[ServiceName, ...], BeforeValidator(_several)] = ()
    licensed: Annotated[Annotated[int, Field(ge=1)] | None, Blank] = None
    area: Annotated[Annotated[float, Field(gt=0)] | None, Blank] = None
    inclusive: Annotated[bool | None, Blank] = None
    status: Literal["reported", "closed", "named"]
    note: str = ""
    source: str = Field(min_length=1)
    source_date: str = Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")
    entry: str = Field(min_length=1)

    @field_validator("region")
    @classmethod
    def _a_region(cls, value: str) -> str:
        if value not in regions.names():
            raise ValueError(f"{value} is no code of regions.csv")
        return value


class Atlas:
    """The places, ready to be asked."""

    def __init__(self, places: Iterable[AtlasPlace]) -> None:
        self.places = tuple(places)

    def in_region(self, code: str) -> tuple[AtlasPlace, ...]:
        """What lies in a region, or may: a place told of a whole city may lie in each of its districts."""
        inside = [place for place in self.places if regions.within(place.region, code)]
        above = [
            place
            for place in self.places
            if place not in inside and place.region.endswith("00") and regions.within(code, place.region)
        ]
        return (*inside, *above)

    def named(self, text: str) -> tuple[AtlasPlace, ...]:
        """The places whose name is in a text, else those whose name is like it, the likest first."""
        said = _bare(text)
        if len(_ANY.sub("", said)) < 2:
            return ()
        found = [place for place in self.places if any(name in said for name in _names(place))]
        if found:
            return tuple(found)
        heard = syllables(said)
        alike = [
            (max(_likeness(said, heard, name) for name in _names(place)), -at)
            for at, place in enumerate(self.places)
        ]
        return tuple(self.places[-at] for score, at in sorted(alike, reverse=True) if score >= _LIKE)

    def spoken_of(self, text: str) -> tuple[AtlasPlace, str] | None:
        """The place that words surely name, by its name or by two words of its address, and what else they say.

        The names of regions are taken out of the rest: 兖州儒易托在哪 leaves 在哪. None where none is named, or two.
        """
        said = _bare(text)
        by_name = [(name, place) for place in self.places for name in _names(place) if name in said]
        if by_name:
            name, place = max(by_name, key=lambda pair: len(pair[0]))
            return place, _left(place, said.replace(name, " "))
        found = [place for place in self.places if _at_its_address(place, said)]
        if len({place.address for place in found}) != 1:
            return None
        return found[0], _left(found[0], said)


def _parts(place: AtlasPlace) -> list[str]:
    """The names in an address: 红庙坡, 永安."""
    return [part for part in _PARTS.split(_bare(place.address)) if len(part) > 1]


def _at_its_address(place: AtlasPlace, said: str) -> bool:
    """Whether words say two parts of an address, or one that is like no other (红庙坡, 湖畔嘉苑)."""
    found = [part for part in _parts(place) if part in said]
    return len(found) > 1 or any(len(part) > 2 for part in found)


def _left(place: AtlasPlace, said: str) -> str:
    """What words say beside a place, its address and regions."""
    named = {place.region, *regions.mentioned(said, [place.region])}
    over = {higher for code in named for higher in regions.parents(code)}
    written = {
        form
        for code in over
        for form in (regions.full_name(code), regions.names()[code], regions.short(regions.names()[code]))
    }
    for form in sorted({*written, *_parts(place)}, key=len, reverse=True):
        said = said.replace(form, " ")
    return _SUFFIXES.sub("", said).strip()


def _likeness(said: str, heard: Sequence[str], name: str) -> float:
    if len(said) > 2 and said in name:
        return 1.0
    return max(Indel.normalized_similarity(said, name), Indel.normalized_similarity(heard, syllables(name)))


def _names(place: AtlasPlace) -> list[str]:
    return [_bare(name) for name in (place.name, *place.other_names)]


def _bare(text: str) -> str:
    return _NO_NAME.sub("", normalise(text))


@lru_cache(maxsize=1)
def shipped() -> Atlas:
    """The atlas that comes with the program. Raises PackError with every problem."""
    return Atlas(place for _, place in load(files("knowledge").joinpath(FOLDER)))


def load(folder: Traversable) -> list[tuple[Lined, AtlasPlace]]:
    """The rows of an atlas. Raises PackError with every problem."""
    source = folder.joinpath(NAME)
    text = read_text(source, f"{FOLDER}/{NAME}")
    if isinstance(text, Problem):
        raise PackError([text])
    rows, problems = read_csv(text, f"{FOLDER}/{NAME}", COLUMNS)
    found = []
    for row in rows:
        try:
            found.append((row, AtlasPlace.model_validate(row.value)))
        except ValidationError as error:
            problems += problems_of(row, error)
    if problems:
        raise PackError(problems)
    return found


def atlas_problems(entries: Iterable[Entry], folder: Traversable | None = None) -> list[Problem]:
    """What is wrong with the atlas: a row must say what its entry says, by the same source, of a system it covers."""
    try:
        rows = load(folder or files("knowledge").joinpath(FOLDER))
        told = covers()
    except PackError as why:
        return list(why.problems)
    known = {entry.id: entry for entry in entries}
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row, place in rows:
        line = row.first_line
        if (before := seen.setdefault(place.id, line)) != line:
            reason, remedy = (
                f"id {place.id} stands in line {before} already",
                "give every place an id of its own",
            )
        elif place.entry not in told.get(place.system, ()) or place.entry not in known:
            reason = f"entry: {place.entry} does not tell {place.system}"
            remedy = "name one that coverage.csv has for it"
        elif (place.source, place.source_date) not in [
            (source.publisher, source.date) for source in known[place.entry].head.sources
        ]:
            reason = f"source: {place.entry} is not by {place.source}, {place.source_date}"
            remedy = "copy the entry's source"
        else:
            continue
        problems.append(Problem(row.file, line, reason, remedy))
    return problems
