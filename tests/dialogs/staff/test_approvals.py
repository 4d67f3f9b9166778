"""What needs two people needs two people, and exactly what was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot import approvals
from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from tests.dialogs.account.town import Town

T = TypeVar("T")


def _as(town: Town, who: str, work: Callable[[Turn], T]) -> T:
    """Do something in a turn of somebody."""

    def write(db: Db) -> T:
        address, person = people.meet(db, Place("terminal", who), town.now)
        return work(Turn(town.house.ground, db, town.now, person, Place("terminal", who), address))

    return town.house.store.write(write)


def _states(town: Town) -> list[str]:
    return [row["state"] for row in town.rows("SELECT state FROM approval ORDER BY id")]


async def test_a_second_person_confirms(any_town: Town) -> None:
    town = any_town
    asked = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1", {"rounds": 2}))
    assert _as(town, "boss", lambda turn: approvals.confirm(turn, asked, "h1")) == "same_person"
    assert _states(town) == ["asked"]
    town.staff("second", "admin")
    assert _as(town, "second", lambda turn: approvals.confirm(turn, asked, "h1")) == "confirmed"
    assert _states(town) == ["confirmed"]
    assert _as(town, "second", lambda turn: approvals.confirm(turn, asked, "h1")) == "gone"
    acts = [row["act"] for row in town.rows("SELECT act FROM audit ORDER BY id")]
    assert acts == ["approval.asked", "approval.confirmed"]


async def test_the_asker_on_another_address_is_still_the_asker(town: Town) -> None:
    asked = _as(town, "boss-phone", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    await town.say("boss", "关联")
    await town.say("boss-phone", "关联 " + town.find(r"关联 (\d{6})"))
    await town.press("boss-phone", "是，关联")
    assert _as(town, "boss", lambda turn: approvals.confirm(turn, asked, "h1")) == "same_person"


async def test_what_changed_meanwhile_is_not_confirmed(town: Town) -> None:
    asked = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    assert _as(town, "duty", lambda turn: approvals.confirm(turn, asked, "h2")) == "changed"
    assert _states(town) == ["withdrawn"]


async def test_asking_again_for_the_same_is_the_same_and_for_another_replaces_it(town: Town) -> None:
    first = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    assert _as(town, "duty", lambda turn: approvals.ask(turn, "arm", "spring", "h1")) == first
    second = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h2"))
    assert second != first
    assert _states(town) == ["withdrawn", "asked"]


async def test_refusing_and_taking_back(town: Town) -> None:
    one = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    assert _as(town, "duty", lambda turn: approvals.refuse(turn, one))
    two = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    assert _as(town, "boss", lambda turn: approvals.refuse(turn, two))
    assert _states(town) == ["refused", "withdrawn"]
    assert not _as(town, "boss", lambda turn: approvals.refuse(turn, two))


async def test_an_asking_lapses_after_a_week(town: Town) -> None:
    asked = _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    await town.say("boss", "待批")
    assert "spring" in town.last("boss").text
    await town.forward(days=7)
    assert _as(town, "duty", lambda turn: approvals.confirm(turn, asked, "h1")) == "gone"
    await town.say("boss", "待批")
    assert town.keys("boss")[-1] == "staff.no_approvals"


async def test_the_list_shows_what_it_is_about_and_lets_one_decide(any_town: Town) -> None:
    town = any_town
    town.staff("second", "admin")
    town.staff("zhou", "auditor")
    _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1", {"summary": "两档，各 200 张"}))
    await town.say("second", "待批")
    assert "两档，各 200 张" in town.last("second").text
    assert "boss" in town.last("second").text
    assert town.buttons("second")[:2] == ["确认", "不同意"]
    await town.say("zhou", "待批")
    assert "两档，各 200 张" in town.last("zhou").text
    assert not {"确认", "不同意", "收回"} & set(town.buttons("zhou"))
    await town.press("second", "不同意")
    assert _states(town) == ["refused"]
    assert town.keys("boss")[-1] == "staff.refused_for_you"
    await town.say("boss", "待批")
    assert town.keys("boss")[-1] == "staff.no_approvals"


async def test_who_asked_can_take_it_back_and_cannot_confirm(town: Town) -> None:
    town.staff("second", "admin")
    _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    await town.say("boss", "待批")
    await town.say("second", "待批")
    assert "确认" not in town.buttons("boss")
    await town.press("boss", "收回")
    assert _states(town) == ["withdrawn"]
    assert "staff.refused_for_you" not in town.keys("boss")
    await town.press("second", "不同意")
    assert town.keys("second")[-1] == "staff.decided_before"


async def test_a_button_ends_with_the_post(town: Town) -> None:
    town.staff("second", "admin")
    _as(town, "boss", lambda turn: approvals.ask(turn, "arm", "spring", "h1"))
    await town.say("second", "待批")
    town.house.store.write(lambda db: db.run("UPDATE staff SET until = 1 WHERE name = 'second'"))
    await town.press("second", "不同意")
    assert town.keys("second")[-1] == "staff.no_longer"
    assert _states(town) == ["asked"]
