"""The terminal: its JSON lines as they are promised, the talk for people, and talks that become journeys."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Container
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.assembly import open_house
from bot.channels.terminal import Act
from bot.channels.terminal_human import Desk, Quit
from bot.channels.terminal_json import NotUnderstood, Restart, ToClock, parse
from bot.channels.terminal_record import Recorder
from bot.cli.chat import Talk, json_lines
from bot.cli.room import Room, appointment
from bot.clock import VirtualClock, parse_instant
from bot.house import House
from bot.messages import Inbound, Place
from bot.settings import Settings
from bot.store.session import sqlite_url
from tests.journeys.player import EVERY, Player, read
from tests.walks import CAPABILITY
from tests.world import START, Given, World, invented

ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = invented(date(2024, 5, 1))
BOOK = [{"as": "mama", "say": "散步"}, {"as": "mama", "say": "今天"}, {"as": "mama", "say": f"号码{NUMBER}"}]


class Door:
    """The JSON door with the tests' own service behind it, on one database."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, keys=folder / "keys",
                                 database_url=sqlite_url(folder / "talk.db"))  # fmt: skip
        self.recorded = folder / "talk.yaml"
        self.houses: list[House] = []

    def talk(self, *lines: Any, staff: tuple[str, ...] = (), at: str = START) -> list[dict[str, Any]]:
        """One run of the program; lines that are no text are written as JSON."""
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        out, start = io.StringIO(), parse_instant(at, ZONE)
        with asyncio.Runner() as runner:
            room = Room(self._open, start)
            first = runner.run(room.open())
            for post in staff:
                room.appoint(*appointment(post))
            recorder = Recorder(self.recorded, ZONE, start, "", list(staff))
            json_lines(runner, Talk(room, self.settings, recorder), first, io.BytesIO(b"\n".join(raw)), out)
            room.close()
        return [json.loads(line) for line in out.getvalue().splitlines()]

    def _open(self, clock: Any) -> House:
        self.houses.append(open_house(self.settings, clock, Given((CAPABILITY,))))
        return self.houses[-1]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def button(lines: list[dict[str, Any]], label: str) -> str:
    return next(
        b["id"] for line in lines for row in line.get("buttons", ()) for b in row if b["label"] == label
    )


def test_a_line_is_answered_by_messages_and_done(door: Door) -> None:
    asked, done = door.talk({"as": "mama", "say": "散步"})
    assert done == {"done": 1}
    assert asked.keys() == {"id", "to", "kind", "text", "buttons", "files", "location", "at"}
    assert (asked["to"], asked["kind"], asked["text"]) == ("mama", "reply", "哪天去？")
    assert [[b["label"] for b in row] for row in asked["buttons"]] == [["今天", "明天"], ["不办了", "找人"]]
    assert (asked["files"], asked["location"], asked["at"]) == ([], None, START)


def test_what_a_message_carries_and_who_else_is_told(door: Door) -> None:
    lines = door.talk(*BOOK, staff=("zhang=duty",))
    booked = next(line for line in lines if "约好了" in line.get("text", ""))
    assert booked["text"] == "约好了，编号 1。路线"
    assert booked["buttons"][1] == [{"id": "", "label": "ⓘ", "url": "https://example.org/walks?start=walk"}]
    (file,) = booked["files"]
    assert (file["name"], file["type"], base64.b64decode(file["bytes"])) == (
        "walk.png",
        "image/png",
        b"\x89PNG",
    )
    assert booked["location"] == [34.27, 108.95]
    told = next(line for line in lines if line.get("to") == "zhang")
    assert told["kind"] == "push"
    assert [line["done"] for line in lines if "done" in line] == [1, 2, 3]


def test_time_passes_when_it_is_told_to_and_never_back(door: Door) -> None:
    lines = door.talk(*BOOK, {"clock": "2026-12-02T10:00"}, {"clock": "2026-12-02T09:59:59+08:00"},
                      {"as": "mama", "say": "散步"})  # fmt: skip
    remind = next(line for line in lines if "今天散步" in line.get("text", ""))
    assert (remind["kind"], remind["at"]) == ("push", "2026-12-02T09:00:00+08:00")
    back = lines.index({"done": 4}) + 1
    assert lines[back : back + 2] == [{"error": "the clock never goes back"}, {"done": 5}]
    assert lines[-2]["at"] == "2026-12-02T10:00:00+08:00"


def test_a_restart_forgets_memory_and_nothing_else(door: Door) -> None:
    half, rest = NUMBER[:10], NUMBER[10:]
    lines = door.talk(*BOOK[:2], {"as": "mama", "say": half}, {"restart": True}, {"as": "mama", "say": rest},
                      {"as": "mama", "say": half}, {"as": "mama", "say": rest})  # fmt: skip
    texts = [line.get("text") or line["done"] for line in lines]
    assert not any("约好了" in str(text) for text in texts[: texts.index(6)])
    assert "约好了" in texts[-2]
    assert len(door.houses) == 2
    assert door.houses[0] is not door.houses[1]


def test_a_later_run_goes_on_where_the_first_one_stopped(door: Door) -> None:
    first = door.talk(*BOOK)
    second = door.talk({"as": "mama", "press": button(first, "不去了")}, at="2026-12-01T12:00:00+08:00")
    assert second[0]["text"] == "好，不去了。"
    late = door.talk({"as": "mama", "say": "my walks"}, at="2026-12-03T12:00:00+08:00")
    assert [line.get("text") for line in late[:2]] == ["今天散步，编号 1。", "您有 0 次散步。"]


def test_what_a_crash_left_unanswered_is_answered_at_the_start(door: Door) -> None:
    door.talk({"as": "mama", "say": "散步"})
    house = door._open(VirtualClock(parse_instant(START, ZONE)))
    left = Inbound(Place("terminal", "mama"), "left-1", text="今天")
    assert house.store.write(lambda db: house.keep(db, left))
    house.store.close()
    assert [line["text"] for line in door.talk()] == ["请报证件号。"]


def test_what_cannot_be_understood_is_said_and_the_next_line_goes_on(door: Door) -> None:
    lines = door.talk(b"{", b"", b"\xff\xfe", {"as": "mama"}, {"as": "mama", "say": "散步"})
    assert [next(iter(line)) for line in lines] == ["error", "done"] * 4 + ["id", "done"]
    assert lines[-1] == {"done": 5}


def test_a_bug_is_apologised_for(door: Door) -> None:
    lines = door.talk({"as": "mama", "say": "boom"}, {"as": "mama", "say": "散步"})
    assert "对不起" in lines[0]["text"]
    assert lines[2]["text"] == "哪天去？"


def test_several_in_one_chat_stay_themselves(door: Door) -> None:
    where = {"chat": "yard", "topic": "walks"}
    lines = door.talk(
        {"as": "mama", "say": "散步"},
        {"as": "mama", "say": "散步"} | where,
        {"as": "baba", "say": "散步"} | where,
    )
    assert [line.get("to") for line in lines] == ["mama", None, "mama", None, "baba", None]
    with door.houses[-1].store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT chat, thread, member, person_id FROM address").fetchall()
    person = {(chat, thread, member): number for chat, thread, member, number in rows}
    assert person["mama", "", ""] == person["yard", "walks", "mama"]
    assert person["baba", "", ""] == person["yard", "walks", "baba"] != person["mama", "", ""]


@pytest.mark.parametrize(("line", "act"), [
    ({"as": "a", "say": "x"}, Act("a", say="x")),
    ({"as": "a", "press": "q:1:yes"}, Act("a", press="q:1:yes")),
    ({"as": "a", "share": {"location": [34, 108.5]}, "chat": "c"}, Act("a", location=(34.0, 108.5), chat="c")),
    ({"as": "a", "share": {"contact": "029-88880000"}}, Act("a", contact="029-88880000")),
    ({"as": "a", "share": {"photo": "/nowhere.jpg"}, "chat": "c", "topic": "t"}, Act("a", media="photo", chat="c", topic="t")),
    ({"restart": True}, Restart()),
    ({"clock": "2026-12-05T09:00"}, ToClock(parse_instant("2026-12-05T09:00+08:00", ZONE))),
])  # fmt: skip
def test_lines_that_are_understood(line: dict[str, Any], act: Any) -> None:
    assert parse(json.dumps(line), ZONE) == act


@pytest.mark.parametrize("line", [
    "nonsense", "[]", "1", "{}", '{"as": "", "say": "x"}', '{"as": 1, "say": "x"}', '{"as": "a", "say": 1}',
    '{"as": "a", "say": "x", "press": "y"}', '{"as": "a", "say": "x", "to": "b"}', '{"as": "a", "press": null}',
    '{"as": "a", "share": {}}', '{"as": "a", "share": {"location": [91, 0]}}', '{"as": "a", "share": {"location": "x"}}',
    '{"as": "a", "share": {"location": [1, 2], "contact": "1"}}', '{"as": "a", "share": {"video": "x"}}',
    '{"as": "a", "say": "x", "topic": "t"}', '{"clock": "tomorrow"}', '{"clock": 5}', '{"restart": false}',
    '{"restart": true, "as": "a"}',
])  # fmt: skip
def test_lines_that_are_not(line: str) -> None:
    with pytest.raises(NotUnderstood):
        parse(line, ZONE)


@pytest.mark.parametrize(
    "link", ["/start walk", "http://127.0.0.1:8080/?start=walk", "https://t.me/somebot?start=walk"]
)
def test_a_link_is_opened_by_saying_it(door: Door, link: str) -> None:
    assert door.talk({"as": "mama", "say": link})[0]["text"] == "哪天去？"


def test_posts(door: Door) -> None:
    assert appointment("li=centre@p01") == ("li", "centre", "p01")
    for wrong in ("li", "li=", "=duty", "li=king"):
        with pytest.raises(ValueError, match="wanted NAME=ROLE"):
            appointment(wrong)
    door.talk(staff=("li=centre@p01",))
    door.talk({"as": "li", "say": "散步"}, staff=("li=centre@p01", "li=duty"))
    with door.houses[-1].store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, role, place FROM staff ORDER BY role").fetchall()
    assert [tuple(row) for row in rows] == [("li", "centre", "p01"), ("li", "duty", "")]


# -- recordings ------------------------------------------------------------------------------------------------------


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def replay(path: Path, folder: Path, restarts: Container[int]) -> None:
    world = await World(folder, at=read(path).at, dialogs=Given((CAPABILITY,))).open()
    try:
        await Player(world, read(path), restarts).play()
    finally:
        world.close()


@pytest.fixture
def recorded(door: Door) -> Path:
    first = door.talk(*BOOK)
    say = partial(dict, **{"as": "baba"})
    door.talk(
        *BOOK, {"as": "mama", "say": "one line:\nand # another"}, {"clock": "2026-12-02T09:30"}, {"restart": True},
        {"as": "mama", "share": {"location": [34.27, 108.95]}}, {"as": "mama", "share": {"contact": "029-88880000"}},
        {"as": "mama", "share": {"photo": "x"}}, {"as": "mama", "press": "go:walk"}, {"as": "mama", "press": "w:cancel"},
        {"as": "mama", "press": button(first, "不去了")}, say(say="true", chat="yard"),
        staff=("zhang=duty",),
    )  # fmt: skip
    return door.recorded


def test_a_recording_holds_keys_and_no_number(recorded: Path) -> None:
    text = recorded.read_text(encoding="utf-8")
    assert NUMBER not in text
    assert "号码[id18 2024-05-01 1]" in text
    assert "walk.paper.ask" in text
    assert "请报证件号" not in text
    assert read(recorded).staff == ("zhang=duty",)


async def test_a_recording_can_be_played(door: Door, tmp_path: Path) -> None:
    def record() -> None:
        lines = [*BOOK, {"as": "mama", "say": "a: b\n# c"}, {"clock": "2026-12-02T09:30"}, {"restart": True},
                 {"as": "mama", "share": {"location": [34.27, 108.95]}}, {"as": "mama", "press": "go:walk"},
                 {"as": "mama", "press": "w:cancel"}, {"as": "baba", "say": "true", "chat": "yard"}]  # fmt: skip
        door.talk(*lines, staff=("zhang=duty",))

    await asyncio.to_thread(record)
    await replay(door.recorded, made(tmp_path / "as it was"), ())
    await replay(door.recorded, made(tmp_path / "with restarts"), EVERY)
    altered = door.recorded.read_text(encoding="utf-8").replace("walk.remind", "walk.mine")
    door.recorded.write_text(altered, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"walk\.mine"):
        await replay(door.recorded, made(tmp_path / "altered"), ())


# -- for people ------------------------------------------------------------------------------------------------------


async def test_the_desk_numbers_buttons_and_names_the_others(tmp_path: Path) -> None:
    world = await World(tmp_path, dialogs=Given((CAPABILITY,))).open()
    desk = Desk(ZONE, colours=False)
    first = await world.say("me", "散步")
    assert desk.drawn(first[0]).splitlines() == ["·", "  哪天去？", "  1 今天", "  2 明天", "  不办了 · 找人"]
    pressed = desk.read("2", world.now)
    assert pressed == Act("me", press=first[0].message.buttons[0][1].id)
    asked = await world.do(pressed)
    desk.show(asked)
    assert desk.read("2", world.now) == Act("me", say="2"), "no numbered button is left"
    booked = desk.drawn((await world.say("me", NUMBER))[0])
    assert "路线 (https://example.org/walks?start=walk)" in booked
    assert "[walk.png, 4 bytes]" in booked
    assert "▀" in booked, "a picture with a link is drawn as a QR code"
    assert "ⓘ (https://example.org/walks?start=walk)" in booked
    assert desk.drawn(first[0]).startswith("·")
    desk.read(":as baba", world.now)
    assert desk.drawn(first[0]).startswith("me ·")
    world.close()


def test_the_desk_understands_its_own_words() -> None:
    desk, now = Desk(ZONE, colours=False), parse_instant(START, ZONE)
    assert desk.read("  ", now) is None
    assert desk.read(":clock +3d", now) == ToClock(parse_instant("2026-12-04T09:00", ZONE))
    assert desk.read(":clock 2026-12-05T09:00", now) == ToClock(parse_instant("2026-12-05T09:00", ZONE))
    assert desk.read(":restart", now) == Restart()
    assert desk.read(":quit", now) == Quit()
    assert desk.read(":location 34.27,108.95", now) == Act("me", location=(34.27, 108.95))
    assert desk.read(":contact 029-88880000", now) == Act("me", contact="029-88880000")
    assert desk.prompt(now) == "12-01 09:00 me> "
    for wrong in (":nonsense", ":clock soon", ":location here", ":as"):
        with pytest.raises(NotUnderstood):
            desk.read(wrong, now)
