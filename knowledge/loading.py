"""`doorstep city load DIR`: a folder of pack files takes the place of what the district has, all of it or nothing.

What comes is read over what stands, as in service; a place that does not come any more is hidden and not dropped, for
receipts, vouchers and bookings name it. The new folder is written whole beside the old one and then takes its name.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from knowledge.city import BEFORE, SETTINGS_FILE, City, folders_of, load_city, own_folder
from knowledge.entries import Spot, read_corpus
from knowledge.events import EVENTS_FILE
from knowledge.packfiles import Lined, read_text, read_yaml
from knowledge.placefiles import (
    EVERY,
    FILES,
    GEOJSON_FILE,
    HANGING,
    LANDMARKS_FILE,
    PLACES_FILE,
    features_of,
    rows_of,
    sources_of,
)
from knowledge.places import COLUMNS, MORE_COLUMNS
from knowledge.privacy import load_privacy
from knowledge.problems import PackError, Problem

NEW = ".{}.new"
# Besides the files of places: (folder, ending) of what a pack may hold.
_ALONE = (SETTINGS_FILE, "privacy.yaml")
_IN_FOLDERS = (("programmes", (".yaml", ".yml")), ("corpus", (".md", ".yaml")))
_REMEDY = "knowledge/README.md names the files of a pack; take it out or correct its name"
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Coming:
    """What would stand if it were loaded. `pack` is the folder it goes to; `before` what stands there now, None where
    nothing does; `gone` the ids of the places that are hidden by it; `files` what is written, by path in the pack;
    `dropped` the files of the district that go with them."""

    pack: str
    before: City | None
    after: City
    gone: tuple[str, ...]
    files: Mapping[str, bytes]
    dropped: tuple[str, ...]


def prepared(folder: Path, home: City, content: Path) -> Coming:
    """Read a folder as it would stand. A folder with a city.yaml of another code is a pack of its own, by its name.

    Raises PackError with every problem: file, line, reason, remedy.
    """
    given = _given(folder)
    pack = _pack_of(folder, given, home)
    standing = [one for one in folders_of(pack, content) if one.is_dir()]
    before = home if pack == home.pack else load_city(*standing) if standing else None
    after = load_city(*standing, folder)
    load_privacy(*standing, folder)
    if (corpus := folder / "corpus").is_dir():
        _, bad = read_corpus(corpus, here=Spot(after.code, after.settings.name))
        if bad:
            raise PackError(bad)
    around = sources_of([folder])
    files = {
        name: text
        for name in given
        if (name not in FILES or name in (LANDMARKS_FILE, EVENTS_FILE))
        and (text := (folder / name).read_bytes()) != _stands(standing, name)
    }
    gone: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    if PLACES_FILE in around or GEOJSON_FILE in around:
        coming = {place.id for place in after.known}
        known = before.known if before is not None else ()
        left = [place.id for place in known if place.id not in coming]
        gone = tuple(place.id for place in known if place.id in left and not place.hidden)
        files |= _places(around, sources_of(standing), set(left))
        if EVENTS_FILE not in given and (events := _stands(standing, EVENTS_FILE)) is not None:
            files[EVENTS_FILE] = events  # who signed up did so for what stands there
        dropped = tuple({*HANGING, GEOJSON_FILE} - set(files))
    elif alone := sorted(set(HANGING) & set(around)):
        raise PackError(
            Problem(str(folder / name), 0, "comes without the places", f"add {PLACES_FILE} or {GEOJSON_FILE}")
            for name in alone
        )
    return Coming(pack, before, after, gone, files, dropped)


def _stands(standing: Sequence[Traversable], name: str) -> bytes | None:
    """What a file holds now, None where there is none."""
    found = [source for one in standing if (source := one.joinpath(*name.split("/"))).is_file()]
    return found[-1].read_bytes() if found else None


def put(coming: Coming, content: Path) -> Path:
    """Let what comes stand, in one step; returns the folder. Raises PackError where it could not be read there."""
    cities = content / "cities"
    cities.mkdir(parents=True, exist_ok=True)
    target, before = cities / coming.pack, cities / BEFORE.format(coming.pack)
    if not target.is_dir() and before.is_dir():  # an earlier load was cut short between its two renames
        before.replace(target)
    new = cities / NEW.format(coming.pack)
    for old in (new, before):
        shutil.rmtree(old, ignore_errors=True)
    if target.is_dir():
        shutil.copytree(target, new)
    for name in coming.dropped:
        (new / name).unlink(missing_ok=True)
    for name, text in coming.files.items():
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).write_bytes(text)
    _read_back(coming, new, content)
    if target.is_dir():
        target.replace(before)
    new.replace(target)
    shutil.rmtree(before, ignore_errors=True)
    return target


def _read_back(coming: Coming, new: Path, content: Path) -> None:
    shipped = [one for one in folders_of(coming.pack, content) if one != own_folder(coming.pack, content)]
    city = load_city(*(one for one in shipped if one.is_dir()), new)
    if city.places != coming.after.places:
        reason = "would not say what was loaded"
        raise PackError([Problem(str(new), 0, reason, "keep both folders and report this")])


def _given(folder: Path) -> list[str]:
    """The files of a folder by their path in it. Raises PackError for one that no pack has, and for none at all."""
    if not folder.is_dir():
        raise PackError([Problem(str(folder), 0, "is not a folder", "name the folder of the files to load")])
    found: list[str] = []
    strange: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith(".") for part in Path(name).parts):
            continue
        known = name in (*FILES, *_ALONE) or any(
            name.startswith(f"{inside}/") and name.endswith(endings) for inside, endings in _IN_FOLDERS
        )
        (found if known else strange).append(name)
    problems = [Problem(str(folder / name), 0, "is no file of a pack", _REMEDY) for name in strange]
    if not found and not problems:
        problems = [Problem(str(folder), 0, "holds no file of a pack", _REMEDY)]
    if problems:
        raise PackError(problems)
    return found


def _pack_of(folder: Path, given: Sequence[str], home: City) -> str:
    if SETTINGS_FILE not in given:
        return home.pack
    text = read_text(folder / SETTINGS_FILE, SETTINGS_FILE)
    lined = text if isinstance(text, Problem) else read_yaml(text, SETTINGS_FILE)
    # Where it cannot be read, reading it over what stands will say why.
    code = home.code if isinstance(lined, Problem) else lined.value.get("code")
    return home.pack if code == home.code else folder.resolve().name


# -- the places as they are written ------------------------------------------------------------------------------


def _places(
    new: Mapping[str, Traversable], old: Mapping[str, Traversable], left: set[str]
) -> dict[str, bytes]:
    """places.csv and what hangs on it: what comes, and what is kept, hidden, of what does not come."""
    kept = [
        {**_cells(row), "hidden": "yes", "accepting": ""} for row in _raw(old) if str(row.value["id"]) in left
    ]
    files = {PLACES_FILE: _written((*COLUMNS, *MORE_COLUMNS), COLUMNS, [*map(_cells, _raw(new)), *kept])}
    for name, (_, _, columns, optional) in HANGING.items():
        rows = [_cells(row) for row in rows_of(new, name, columns, optional, [])]
        rows += [
            cells
            for row in rows_of(old, name, columns, optional, [])
            if (cells := _cells(row))["place"] in left and cells["place"] != EVERY
        ]
        if rows:
            files[name] = _written((*columns, *optional), columns, rows)
    return files


def _raw(sources: Mapping[str, Traversable]) -> list[Lined]:
    """The places as they were written; what is wrong with them was said already."""
    return rows_of(sources, PLACES_FILE, COLUMNS, MORE_COLUMNS, []) or features_of(sources, [])


def _cells(row: Lined) -> dict[str, str]:
    return {str(name): _cell(value) for name, value in row.value.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _written(order: Sequence[str], needed: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """A CSV file with the columns that are needed or filled, in this order."""
    rows = list(rows)
    columns = [name for name in order if name in needed or any(row.get(name) for row in rows)]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
