"""A city pack: one district's places, programmes, hours and telephones, read from a folder of files.

`load_city` reads one pack; of several folders the later one wins, file by file, so a district can replace single
files of a pack that comes with the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from knowledge.care import CareRules
from knowledge.directory import Directory
from knowledge.events import Event
from knowledge.landmarks import Landmark
from knowledge.packfiles import Lined, read_text, read_yaml, validated
from knowledge.placefiles import PLACES_FILE, read_events, read_landmarks, read_places, sources_of
from knowledge.places import Place
from knowledge.problems import PackError, Problem
from knowledge.programme import Programme, Record

SETTINGS_FILE = "city.yaml"
PROGRAMMES_FOLDER = "programmes"
BEFORE = ".{}.before"
"""How the folder of a pack is called for the instant in which another takes its place."""
# What the loader adds to a programme; written in the file they would contradict the file's name or the pack.
FROM_THE_PACK = ("id", "city", "tz")
# A sample telephone must be no one's: nobody may call a stranger because of the demo.
INVENTED_PHONE = re.compile(r"^000-")

RegionCode = Annotated[str, Field(pattern=r"^\d{6}$")]


class Region(Record):
    """A region above the pack's own, by GB/T 2260 code; 000000 is the whole country."""

    code: RegionCode
    name: str


class ServiceHours(Record):
    """Local hours in which staff can be reached. Weekdays 1 (Monday) to 7."""

    opens: time
    closes: time
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("closes must lie after opens")
        return self


class Telephone(Record):
    """A number with what it is for, in both languages."""

    name: str
    name_en: str
    number: str = Field(pattern=r"^\+?[0-9][0-9 -]{2,19}$")


class CitySettings(Record):
    """city.yaml. `parents` run from the nearest region to 全国; `links` are https addresses by short name."""

    code: RegionCode
    name: str
    name_en: str
    parents: tuple[Region, ...]
    demo: bool
    tz: str
    service_hours: ServiceHours
    staff_telephones: tuple[Telephone, ...] = Field(min_length=1)
    districts: tuple[str, ...]
    links: dict[str, str]
    care: CareRules = CareRules()

    @field_validator("tz")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value} is not a time zone; one is Asia/Shanghai") from error
        return value

    @field_validator("links")
    @classmethod
    def _safe_links(cls, value: dict[str, str]) -> dict[str, str]:
        bad = [name for name, link in value.items() if not link.startswith("https://")]
        if bad:
            raise ValueError(f"{', '.join(bad)} must begin with https://")
        return value


@dataclass(frozen=True)
class City:
    """One pack, ready for use. `pack` is the folder's name; `gone` are places that were taken off the list: what was
    booked or redeemed there still names them."""

    pack: str
    settings: CitySettings
    places: tuple[Place, ...]
    programmes: Mapping[str, Programme]
    landmarks: tuple[Landmark, ...] = ()
    events: tuple[Event, ...] = ()
    gone: tuple[Place, ...] = ()

    @property
    def code(self) -> str:
        return self.settings.code

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def demo(self) -> bool:
        """Whether everything in the pack is invented; such a pack counts as armed."""
        return self.settings.demo

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.settings.tz)

    @property
    def known(self) -> tuple[Place, ...]:
        """The places on the list, then those that are gone."""
        return (*self.places, *self.gone)

    @cached_property
    def directory(self) -> Directory:
        """The places on the list, ready to be asked for the nearest."""
        return Directory(self.places)

    def place(self, place_id: str) -> Place:
        """The place of that id, on the list or gone. Raises KeyError."""
        for place in self.known:
            if place.id == place_id:
                return place
        raise KeyError(place_id)

    def places_for(self, programme_id: str, months: int) -> list[Place]:
        """Places that accept the programme and look after a child of `months` completed months. Raises KeyError."""
        accepting = self.programmes[programme_id].accepting
        return [place for place in self.places if place.id in accepting and place.takes(months)]


def pack_folders(root: Traversable | None = None) -> dict[str, Traversable]:
    """The packs below `root`/cities by name; without `root` those that come with the program."""
    cities = (root or files("knowledge")).joinpath("cities")
    if not cities.is_dir():
        return {}
    return {entry.name: entry for entry in sorted(cities.iterdir(), key=lambda e: e.name) if _is_pack(entry)}


def _is_pack(entry: Traversable) -> bool:
    return entry.is_dir() and not entry.name.startswith((".", "_"))


def stamp(pack: str, content: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that the district's own files of a pack have changed: their names, instants and sizes."""
    folder = own_folder(pack, content)
    files_there = [*folder.glob("*"), *folder.glob(f"{PROGRAMMES_FOLDER}/*")]
    seen = [(str(path), path.stat()) for path in files_there if path.is_file()]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen))


def load_city(*folders: Traversable) -> City:
    """Read a pack from its folders; of two files with the same path the later folder's wins.

    Raises PackError with every problem found: file, line, reason, remedy.
    """
    sources = {path: source for folder in folders for path, source in _pack_files(folder)}
    problems = [
        Problem(str(folder), 0, "is not a folder", "name the folder of a pack")
        for folder in folders
        if not folder.is_dir()
    ]
    settings = _settings(sources, str(folders[-1]), problems)
    around = sources_of(folders)
    places = read_places(around, str(folders[-1]), problems)
    landmarks = read_landmarks(around, problems)
    events = read_events(around, problems)
    lists = [str(source) for name, source in around.items() if name.startswith("places.")]
    if settings and any(Path(one).parent == Path(str(sources[SETTINGS_FILE])).parent for one in lists):
        problems += _rules_of_nobody(settings, places)
    programmes = _programmes(sources, settings, places, problems)
    if settings is not None and settings[1].demo:
        problems += _real_phones(settings, places)
    if problems or settings is None:
        raise PackError(problems)
    known = [place for _, place in places]
    return City(
        folders[-1].name.removeprefix(".").removesuffix(BEFORE.removeprefix(".{}")),
        settings[1],
        tuple(place for place in known if not place.hidden),
        programmes,
        landmarks,
        events,
        tuple(place for place in known if place.hidden),
    )


def folders_of(pack: str, content: Path) -> list[Traversable]:
    """The folders of a pack by its name, a later one winning: what comes with the program, then the district's own."""
    shipped, own = files("knowledge").joinpath("cities", pack), own_folder(pack, content)
    return [folder for folder in (shipped, own) if folder.is_dir()] or [shipped]


def own_folder(pack: str, content: Path) -> Path:
    """Where the district's own part of a pack lies, or would lie."""
    folder = content / "cities" / pack
    before = folder.with_name(BEFORE.format(pack))
    return before if not folder.is_dir() and before.is_dir() else folder


def _pack_files(folder: Traversable) -> Iterable[tuple[str, Traversable]]:
    if (source := folder.joinpath(SETTINGS_FILE)).is_file():
        yield SETTINGS_FILE, source
    programmes = folder.joinpath(PROGRAMMES_FOLDER)
    if programmes.is_dir():
        for source in sorted(programmes.iterdir(), key=lambda entry: entry.name):
            if source.name.endswith((".yaml", ".yml")):
                yield f"{PROGRAMMES_FOLDER}/{source.name}", source


def _settings(
    sources: Mapping[str, Traversable], folder: str, problems: list[Problem]
) -> tuple[Lined, CitySettings] | None:
    if SETTINGS_FILE not in sources:
        problems.append(Problem(f"{folder}/{SETTINGS_FILE}", 0, "is missing", "a pack needs this file"))
        return None
    lined = _yaml(sources[SETTINGS_FILE], problems)
    if lined is None:
        return None
    settings = validated(CitySettings, lined)
    if isinstance(settings, list):
        problems += settings
        return None
    return lined, settings


def _rules_of_nobody(
    settings: tuple[Lined, CitySettings], places: list[tuple[Lined, Place]]
) -> list[Problem]:
    lined, known = settings[0], {place.id for _, place in places}
    return [
        Problem(
            lined.file,
            lined.line(("care", "places", place)),
            f"care.places: there is no place {place} in {PLACES_FILE}",
            "correct the id, or add the place",
        )
        for place in settings[1].care.places
        if known and place not in known
    ]


def _yaml(source: Traversable, problems: list[Problem]) -> Lined | None:
    text = read_text(source, str(source))
    lined = text if isinstance(text, Problem) else read_yaml(text, str(source))
    if isinstance(lined, Problem):
        problems.append(lined)
        return None
    return lined


def _programmes(
    sources: Mapping[str, Traversable],
    settings: tuple[Lined, CitySettings] | None,
    places: list[tuple[Lined, Place]],
    problems: list[Problem],
) -> dict[str, Programme]:
    found: dict[str, Programme] = {}
    named: set[str] = set()
    for path, source in sources.items():
        if not path.startswith(f"{PROGRAMMES_FOLDER}/"):
            continue
        programme_id = source.name.rpartition(".")[0]
        named.add(programme_id)
        lined = _yaml(source, problems)
        if lined is None:
            continue
        city, tz = (settings[1].code, settings[1].tz) if settings else ("000000", "UTC")
        extra = {"id": programme_id, "city": city, "tz": tz}
        extra |= _accepting(lined, programme_id, places, problems)
        problems += [_given_by_pack(lined, key) for key in FROM_THE_PACK if key in lined.value]
        programme = validated(Programme, lined, extra)
        if isinstance(programme, list):
            problems += programme
        else:
            found[programme_id] = programme
    for row, place in places:
        for unknown in sorted(set(place.accepting) - named) if not place.hidden else ():
            reason = f"accepting: there is no programme {unknown}"
            problems.append(
                Problem(
                    row.file, row.first_line, reason, f"add {PROGRAMMES_FOLDER}/{unknown}.yaml or drop it"
                )
            )
    return found


def _given_by_pack(lined: Lined, key: str) -> Problem:
    reason = f"{key} is given by the file's name and the pack"
    return Problem(lined.file, lined.line((key,)), reason, "remove the key")


def _accepting(
    lined: Lined, programme_id: str, places: list[tuple[Lined, Place]], problems: list[Problem]
) -> dict[str, Any]:
    """`accepting: listed` means the places whose line in places.csv names the programme."""
    value = lined.value.get("accepting")
    if value == "listed":
        return {
            "accepting": [
                place.id for _, place in places if programme_id in place.accepting and not place.hidden
            ]
        }
    known = {place.id for _, place in places}
    for index, place_id in enumerate(value if isinstance(value, list) else []):
        if isinstance(place_id, str) and place_id not in known:
            line = lined.line(("accepting", index))
            reason = f"accepting: there is no place {place_id} in {PLACES_FILE}"
            problems.append(Problem(lined.file, line, reason, "correct the id, or add the place"))
    return {}


def _real_phones(settings: tuple[Lined, CitySettings], places: list[tuple[Lined, Place]]) -> list[Problem]:
    lined, city = settings
    remedy = "a demo pack's numbers begin with 000-"
    bad = [
        Problem(
            lined.file,
            lined.line(("staff_telephones", index, "number")),
            f"{phone.number} might be somebody's",
            remedy,
        )
        for index, phone in enumerate(city.staff_telephones)
        if not INVENTED_PHONE.match(phone.number)
    ]
    return bad + [
        Problem(row.file, row.first_line, f"{place.phone} might be somebody's", remedy)
        for row, place in places
        if not INVENTED_PHONE.match(place.phone)
    ]
