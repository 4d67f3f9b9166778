"""Every journey comes out as written, on both databases, whatever process answers each line."""

from __future__ import annotations

import shutil
from collections.abc import Container
from pathlib import Path

import pytest

from tests.dialogs.questions.small import services
from tests.dialogs.voucher.district import bands, write_pack
from tests.journeys.player import EVERY, Journey, Player, read
from tests.walks import CAPABILITY
from tests.world import Given, World

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))


def name_of(path: Path) -> str:
    return path.relative_to(HERE).as_posix()


OWN = ("walk", "corrections")
"""Journeys in worlds with services of their own."""
NAMES = [name_of(path) for path in FILES]


async def played(world: World, journey: Journey, restarts: Container[int] = ()) -> None:
    await world.open()
    try:
        await Player(world, journey, restarts).play()
    finally:
        world.close()


def world_of(journey: Journey, folder: Path, migrated: Path | None = None, url: str = "") -> World:
    """The district's world, on a copy of the migrated file; for the tests' own service its own."""
    if journey.path.parent.name == "walk":
        return World(folder, url, journey.at, Given((CAPABILITY,)))
    if journey.path.parent.name == "corrections":
        return World(folder, url, journey.at, Given(services(folder / "data" / "content" / "corpus")))
    if migrated is not None:
        shutil.copy(migrated, folder / "world.db")
    if not journey.programme:
        return World(folder, url, journey.at, city=journey.city)
    changes = {name: value for name, value in journey.programme.items() if name != "quotas"}
    write_pack(folder / "data", "own", bands=bands(*journey.programme["quotas"]), **changes)
    return World(folder, url, journey.at, city="own")


def test_there_are_journeys() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=NAMES)
async def test_as_written(path: Path, tmp_path: Path, migrated_file: Path) -> None:
    journey = read(path)
    await played(world_of(journey, tmp_path, migrated_file), journey)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
async def test_with_a_restart_between_any_two_lines(path: Path, tmp_path: Path, migrated_file: Path) -> None:
    journey = read(path)
    if journey.no_restarts:
        return
    await played(world_of(journey, tmp_path, migrated_file), journey, EVERY)


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name not in OWN], ids=name_of)
async def test_on_postgresql(path: Path, tmp_path: Path, migrated_url: str) -> None:
    journey = read(path)
    await played(world_of(journey, tmp_path, url=migrated_url), journey)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name in OWN], ids=name_of)
async def test_a_service_of_ones_own_on_postgresql(path: Path, tmp_path: Path, database_url: str) -> None:
    journey = read(path)
    await played(world_of(journey, tmp_path, url=database_url), journey)


WRONG = {
    "another answer": ("bot: [walk.day.ask]", "bot: [walk.off]"),
    "an answer left out": ("- bot: [walk.day.ask]\n", ""),
    "a button that is not there": ("press: tomorrow", "press: yesterday"),
    "somebody else told": ("duty: [walk.new]", "mama: [walk.new]"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_journey_can_fail(wrong: str, tmp_path: Path) -> None:
    text = (HERE / "walk" / "arranged.yaml").read_text(encoding="utf-8")
    assert WRONG[wrong][0] in text
    (tmp_path / "walk").mkdir()
    path = tmp_path / "walk" / "wrong.yaml"
    path.write_text(text.replace(*WRONG[wrong], 1), encoding="utf-8")
    journey = read(path)
    with pytest.raises(AssertionError):
        await played(world_of(journey, tmp_path), journey)


@pytest.mark.parametrize(
    "text", ["at: 2026-12-01\nlines: [{mama: 1, baba: 2}]", "lines: []\nline: 1", "lines: [a]"]
)
def test_what_is_no_journey_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"x\.yaml"):
        read(path)
