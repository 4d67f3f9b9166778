"""`doorstep city load`: a bot on the same database and folder, before and after."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio

import dialogs
from bot.cli.errors import Unusable
from bot.cli.operate import operate
from bot.turn import Turn
from dialogs.booking.service.place import vacancy
from knowledge.problems import PackError
from tests.world import World

SAMPLE = Path(str(files("knowledge").joinpath("cities", "sample")))


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.open()
    yield world
    world.close()


@pytest.fixture
def without_xiaoman(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    for file in SAMPLE.glob("*.csv"):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith("xiaoman,"))
        (folder / file.name).write_text(kept.replace("000-0000-0011", "000-0000-0099"), "utf-8")
    return folder


def load(town: World, *values: str) -> str:
    """As the command line does it."""
    return "\n".join(operate(town.settings, "city load", town.house.registry.operator["city load"], values))


async def test_a_load_with_open_bookings_keeps_them_and_says_so(town: World, without_xiaoman: Path) -> None:
    await town.press("mama", "go:place:xiaoman:here")
    for words in ("14个月", "明天上午九点到十一点", "就约这个"):
        await town.say("mama", words)
    shown = load(town, str(without_xiaoman), "--dry-run")
    assert "- xiaoman  小满早托之家（示例）: hidden from now on" in shown
    assert "look: 1 bookings stand at xiaoman" in shown
    assert shown.endswith("nothing was changed")
    assert not (town.settings.data_dir / "content").exists()
    assert town.rows("SELECT * FROM audit WHERE act = 'city.loaded'") == []

    liuyin = dialogs.home(town.settings).place("liuyin")
    town.house.store.write(lambda db: vacancy.say(Turn(town.house.ground, db, town.now), liuyin, "full"))
    done = load(town, str(without_xiaoman))
    assert "phone: 000-0000-0011 -> 000-0000-0099" in done
    assert "restart it now" in done
    assert [row["object"] for row in town.rows("SELECT object FROM audit WHERE act = 'city.loaded'")] == [
        "city:sample"
    ]
    await town.restart()
    await town.press("mama", "go:place:xiaoman")
    assert town.keys("mama")[-1] == "centres.place_gone"
    await town.say("mama", "我的")
    assert "小满早托之家" in town.last("mama").text, "what stands there is told by its name"
    await town.say("gran", "柳荫托育中心电话")
    assert "000-0000-0099" in town.last("gran").text
    assert "园里看到的：满" in town.last("gran").text, "what its staff set is none of the pack's"
    await town.press("papa", "go:centres")
    await town.press("papa", "都行")
    assert "小满" not in town.last("papa").text


async def test_words_that_are_no_folder_and_files_with_mistakes_change_nothing(
    town: World, without_xiaoman: Path
) -> None:
    for values in ((), ("a", "b"), (str(without_xiaoman), "--force")):
        with pytest.raises(Unusable, match=r"city load DIR \[--dry-run\]"):
            load(town, *values)
    shutil.copy(SAMPLE / "hours.csv", without_xiaoman / "hours.csv")
    with pytest.raises(PackError, match=r"hours\.csv:\d+: place: there is no place xiaoman"):
        load(town, str(without_xiaoman))
    assert not (town.settings.data_dir / "content").exists()
    assert town.rows("SELECT * FROM audit WHERE act = 'city.loaded'") == []
