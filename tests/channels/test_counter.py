"""The counter's page over HTTP: let in once, locked when idle, one person at a time, nothing of the last one left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from bot.channels.counter.door import COOKIE
from bot.clock import VirtualClock
from bot.messages import Place
from bot.store import counter, people
from bot.store.session import Db
from bot.turn import Turn
from tests.channels.web_world import NUMBER, World, at, in_database, running, text_of

RNG = Random(7)
START = at("2026-12-01T04:00")
IDLE = counter.LOCK_AFTER + timedelta(seconds=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, clock=VirtualClock(START)) as world:
        yield world


def appoint(world: World, chat: str = "lan", role: str = "counter") -> int:
    """Somebody of the staff. Returns their person."""

    def write(db: Db) -> int:
        _, who = people.meet(db, Place("web", chat), START)
        db.run(
            "INSERT INTO staff (person_id, name, role, place, since) VALUES (:person, :name, :role, '', 0)",
            person=who.id,
            name=chat,
            role=role,
        )
        return who.id

    return int(world.house.store.write(write))


def code_for(world: World, person: int) -> tuple[str, str]:
    """A code and the digits that unlock, as 柜台 gives them."""
    keys, now = world.house.ground.keys, world.house.ground.clock.now()
    return world.house.store.write(
        lambda db: counter.invite(db, keys, people.person_of(db, person), now, RNG)
    )


class Desk:
    """A browser at the counter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = httpx.Client(base_url=world.url, headers={"Origin": world.url}, timeout=20)
        self._said = 0

    def enter(self, code: str) -> httpx.Response:
        return self.client.post("/desk/in", data={"code": code})

    def post(self, path: str, **tree: Any) -> httpx.Response:
        return self.client.post(f"/desk/{path}", json=tree)

    def say(self, whose: str = "visit", after: int = 0, **what: Any) -> httpx.Response:
        self._said += 1
        return self.post("say", id=f"message-{self._said}", **{"as": whose}, after=after, **what)

    def words(self, answer: httpx.Response) -> str:
        return "\n".join(text_of(event) for event in answer.raise_for_status().json()["events"])

    def page(self) -> str:
        return self.client.get("/desk").text


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """Somebody of the staff, let in."""
    desk = Desk(world)
    desk.unlock = code_for(world, appoint(world))  # type: ignore[attr-defined]
    assert desk.enter(desk.unlock[0]).status_code == 303  # type: ignore[attr-defined]
    yield desk
    desk.client.close()


def pass_time(world: World, span: timedelta) -> None:
    clock = world.house.ground.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(clock.now() + span)


# ---- the way in


def test_a_code_opens_the_page_once_and_looking_at_its_link_uses_nothing_up(world: World) -> None:
    code, _ = code_for(world, appoint(world))
    desk, other = Desk(world), Desk(world)
    looked = desk.client.get(f"/desk/in/{code}")
    assert looked.headers["cache-control"] == "no-store"
    assert code in looked.text
    opened = desk.enter(f"{code[:4]} {code[4:8].lower()} {code[8:]}")
    assert opened.status_code == 303
    cookie = opened.headers["set-cookie"]
    for part in (COOKIE, "HttpOnly", "SameSite=strict", "Path=/desk"):
        assert part in cookie
    assert "新来一位" in desk.page()
    again = other.enter(code)
    assert again.status_code == 422
    assert "用过了" in again.text
    assert "登录码（12 位）" in other.page()
    assert not in_database(world.folder, code)


def test_a_code_is_late_after_five_minutes_and_a_made_up_one_unknown(world: World) -> None:
    code, _ = code_for(world, appoint(world))
    pass_time(world, counter.CODE_LIFE)
    assert "过期了" in Desk(world).enter(code).text
    assert "没有这个登录码" in Desk(world).enter("AAAABBBBCCCC").text


def test_a_new_login_ends_the_former_and_so_does_the_end_of_the_post(world: World, desk: Desk) -> None:
    person = world.rows("SELECT person_id FROM staff")[0]["person_id"]
    desk.post("visit", do="begin")
    second = Desk(world)
    second.enter(code_for(world, person)[0])
    assert desk.say(text="菜单").status_code == 401
    assert "现在没有人在办" in second.page()
    world.house.store.write(lambda db: db.run("UPDATE staff SET until = 1"))
    assert second.post("visit", do="begin").status_code == 401


def test_only_our_own_page_posts(world: World, desk: Desk) -> None:
    for path in ("in", "unlock", "lock", "out", "visit", "say", "log", "alive"):
        assert (
            desk.client.post(f"/desk/{path}", json={}, headers={"Origin": "https://evil.example"}).status_code
            == 403
        )
    assert "新来一位" in desk.page()


def test_a_role_without_a_counter_is_not_let_in(world: World) -> None:
    desk = Desk(world)
    desk.enter(code_for(world, appoint(world, role="canteen"))[0])
    assert "登录码（12 位）" in desk.page()


# ---- the lock


def test_an_idle_page_locks_itself_and_shows_nothing(world: World, desk: Desk) -> None:
    desk.post("visit", do="begin")
    desk.say(text="note 小宇的事")
    for _ in range(3):  # somebody who goes on is not locked out
        pass_time(world, counter.LOCK_AFTER - timedelta(seconds=1))
        assert desk.post("alive").status_code == 204
    pass_time(world, IDLE)
    for answer in (
        desk.say(text="菜单"),
        desk.post("log", **{"as": "visit"}, after=0),
        desk.post("visit", do="begin"),
        desk.post("alive"),
        desk.client.get("/desk/slip/ticket-1"),
        desk.client.get("/desk/letter/1"),
        desk.client.get("/desk/file/1/0"),
    ):
        assert answer.status_code == 423
        assert "小宇" not in answer.text
    assert "柜台已锁屏" in desk.page()
    desk.client.post("/desk/unlock", data={"pin": desk.unlock[1]})  # type: ignore[attr-defined]
    assert "小宇" in desk.words(desk.post("log", **{"as": "visit"}, after=0))


def test_after_long_the_person_is_taken_to_have_gone(world: World, desk: Desk) -> None:
    desk.post("visit", do="begin")
    pass_time(world, counter.VISIT_AFTER)
    desk.client.post("/desk/unlock", data={"pin": desk.unlock[1]})  # type: ignore[attr-defined]
    assert "现在没有人在办" in desk.page()
    pass_time(world, counter.END_AFTER)
    assert "登录码（12 位）" in desk.page()


def test_five_wrong_digits_end_the_login(world: World, desk: Desk) -> None:
    desk.post("lock")
    right = desk.unlock[1]  # type: ignore[attr-defined]
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(counter.PIN_TRIES - 1):
        assert "数字不对" in desk.client.post("/desk/unlock", data={"pin": wrong}).text
    desk.client.post("/desk/unlock", data={"pin": wrong})
    desk.client.post("/desk/unlock", data={"pin": right})
    assert "登录码（12 位）" in desk.page()
    assert len(world.rows("SELECT id FROM audit WHERE act = 'counter.wrong_pin'")) == counter.PIN_TRIES


# ---- one person at a time


def test_what_is_keyed_in_is_the_persons_and_names_who_keyed_it_in(world: World, desk: Desk) -> None:
    assert desk.say(text="菜单").status_code == 409, "nobody stands there"
    desk.post("visit", do="begin")
    asked = desk.say(text="菜地").json()["events"][-1]
    green = next(b["id"] for row in asked["buttons"] for b in row if b["label"] == "绿色")
    asked = desk.say(button=green, after=asked["id"]).json()["events"][-1]
    assert not [b for row in asked["buttons"] for b in row if "/id/" in b.get("url", "")], (
        "no page for one's own eyes"
    )
    done = desk.say(text=NUMBER, after=asked["id"])
    assert done.json()["text"] == "[证件号]"
    assert "办好了" in desk.words(done)
    assert not in_database(world.folder, NUMBER)
    picture = done.json()["events"][-1]["files"][0]["url"]
    assert desk.client.get(picture).headers["content-type"] == "image/png"
    staff = world.rows("SELECT id FROM staff")[0]["id"]
    person = world.rows(
        "SELECT person_id FROM address WHERE channel = 'counter' AND chat NOT LIKE 'staff-%'"
    )[0]
    [visit] = world.rows("SELECT actor, object FROM audit WHERE act = 'counter.visit'")
    assert visit["actor"] == f"staff:{staff}"
    desk.say(text="找人")
    [case] = world.rows("SELECT actor, detail FROM audit WHERE act = 'case.opened'")
    assert case["actor"] == f"staff:{staff}"
    assert json.loads(case["detail"])["for"] == person["person_id"]


def test_when_they_are_done_nothing_of_them_is_left(world: World, desk: Desk) -> None:
    desk.post("visit", do="begin")
    said = desk.say(text="note 小宇的事").json()["events"][-1]
    garden = desk.say(text="菜地", after=said["id"]).json()["events"][-1]
    desk.say("own", text="note 打给小宇家")
    desk.post("visit", do="begin")
    words = desk.words(desk.post("log", **{"as": "visit"}, after=0))
    assert "我能帮您做这些" in words
    assert "小宇" not in words
    assert "小宇" not in desk.words(desk.post("log", **{"as": "own"}, after=0))
    late = next(b["id"] for row in garden["buttons"] for b in row if b["label"] == "绿色")
    assert "办好了" not in desk.words(desk.say(button=late))
    desk.post("visit", do="end")
    assert "现在没有人在办" in desk.page()
    assert desk.say(text="菜单").status_code == 409
    left = world.rows(
        "SELECT a.state, c.state AS form FROM address a JOIN conversation c ON c.address_id = a.id"
        " WHERE a.channel = 'counter' AND a.chat NOT LIKE 'staff-%'"
    )
    assert left == [{"state": "retired", "form": None}] * 2
    assert not world.rows(
        "SELECT o.id FROM outbox o JOIN address a ON a.id = o.address_id WHERE a.channel = 'counter'"
        " AND a.chat NOT LIKE 'staff-%' AND o.payload IS NOT NULL"
    )


def test_what_comes_later_is_told_by_telephone_even_while_they_stand_there(world: World, desk: Desk) -> None:
    desk.post("visit", do="begin")
    row = world.rows("SELECT person_id FROM address WHERE channel = 'counter' AND chat NOT LIKE 'staff-%'")[0]
    ground = world.house.ground
    world.house.store.write(
        lambda db: Turn(ground, db, ground.clock.now()).push(int(row["person_id"]), "garden.result")
    )
    assert world.rows("SELECT reason, person_id FROM call_list") == [
        {"reason": "no_channel", "person_id": row["person_id"]}
    ]
    letter = desk.client.get("/desk/letter/1?paper=80mm")
    assert "东边第三块" in letter.text
    assert "slip-80mm.css" in letter.text
    assert desk.client.get("/desk/letter/2").status_code == 303
    assert desk.client.get("/desk/slip/ticket-1").status_code == 303


def test_a_post_is_not_lent_to_whoever_keys_in(world: World, desk: Desk) -> None:
    """Somebody who holds a post comes to the counter as anybody else: their words for staff are not for the counter."""
    desk.post("visit", do="begin")
    boss = appoint(world, "boss", "admin")
    world.house.store.write(
        lambda db: db.run(
            "UPDATE address SET person_id = :boss WHERE channel = 'counter' AND chat NOT LIKE 'staff-%'",
            boss=boss,
        )
    )
    seen: list[tuple[tuple[str, str], ...]] = []
    claims = world.house.registry.all[0].claims
    assert claims is not None
    object.__setattr__(
        world.house.registry.all[0],
        "claims",
        lambda text, turn: seen.append(turn.who.roles) or claims(text, turn),
    )
    desk.say(text="note 一")
    desk.say("own", text="note 二")
    assert seen == [(), (("counter", ""),)]


def test_staff_answer_by_telephone_or_at_the_counter_and_it_is_said_so(world: World, desk: Desk) -> None:
    desk.post("visit", do="begin")
    words = desk.words(desk.say(text="找人"))
    assert "就在这里回复" not in words
    assert "带着编号来柜台问" in words
    keys = world.house.ground.keys
    world.house.store.write(
        lambda db: db.run(
            "UPDATE person SET phone = :phone WHERE id = (SELECT person_id FROM address WHERE channel = 'counter'"
            " AND state = 'active' AND chat NOT LIKE 'staff-%')",
            phone=keys.seal(b"+8613800138000", "person.phone"),
        )
    )
    assert "打您留的电话答复" in desk.words(desk.say(text="找人"))
