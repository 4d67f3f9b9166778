"""First come, first served: a voucher at once, a place in the line, a hold for the guardian; never one too many."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import home
from dialogs.voucher.service import apply as service
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import BORN, District, bands, id18
from tests.dialogs.voucher.lists import counted, give_up, offers
from tests.races.test_ticket_race import at_once, fill_in
from tests.world import World

PHONE = "138001380{:02d}"


async def fills_in(d: District, number: int, relation: str = "1") -> str:
    """Apply as p<number>; the keys of the last answer."""
    who = f"p{number}"
    await d.says(who, "voucher", BORN)
    if d.keys(who)[-1] == "voucher.gone.said":
        return "voucher.gone.said"
    await d.says(who, relation, "同意", "小宇", id18(BORN, serial=number + 1), PHONE.format(number), "1")
    return d.keys(who)[-1]


async def test_the_first_get_it_at_once_and_the_last_is_told_honestly(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=None, bands=bands(1, 2, 1))
    for number in range(2):
        await fills_in(d, number)
        assert d.keys(f"p{number}")[-2:] == ["voucher.issued", "voucher.first.receipt"]
    assert "还剩 <b>1</b>" in d.told("p1", "voucher.first.left")[0].message.text
    assert [v["last_day"] for v in d.vouchers()] == ["2026-12-30"] * 2
    assert [t["state"] for t in d.tickets()] == ["won"] * 2
    counted(d)
    assert await fills_in(d, 2) == "voucher.gone.said"
    assert "2 张券已经发完了" in d.last("p2").text
    assert "2027年1月1日" in d.last("p2").text
    assert d.code("p0")
    await d.say("p0", "我的券")
    assert d.keys("p0")[-1] == "voucher.mine.valid"
    await d.press("p0", "不要这张了")
    await d.forward(minutes=11)
    await fills_in(d, 2)
    assert d.keys("p2")[-1] == "voucher.first.receipt", (
        "what came free is free for anybody where there is no line"
    )
    counted(d)
    await d.say("p2", "怎么查公平")
    assert d.keys("p2")[-1] == "voucher.fair.first_come"
    assert d.document() is None
    await d.to("2027-01-01T12:00")
    assert d.round()["state"] == "published"
    assert [v["state"] for v in d.vouchers()] == ["declined", "expired", "expired"]
    counted(d)


async def test_the_line_is_asked_in_the_order_of_coming(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    for number in range(3):
        await fills_in(d, number)
    assert "候补第 1 位" in d.told("p1", "voucher.first.in_line")[0].text
    assert "候补第 2 位" in d.told("p2", "voucher.first.in_line")[0].text
    await d.say("p2", "我的券")
    assert d.keys("p2")[-1] == "voucher.mine.reserve"
    await d.press("p0", "不要这张了")
    await d.forward(minutes=11)
    assert offers(d) == [("p1", "offered")]
    await d.press("p1", "不要，让给下一家")
    await d.press("p2", "要这张券")
    assert d.keys("p2")[-1] == "voucher.issued"
    counted(d)


async def test_a_place_is_held_for_the_guardian_and_then_goes_on(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    await fills_in(d, 0, relation="3")
    assert "voucher.first.held" in d.keys("p0")
    assert d.vouchers() == []
    counted(d)
    await fills_in(d, 1)
    assert d.tickets()[1]["state"] == "reserve"
    await d.to("2026-12-02T09:05")
    assert d.tickets()[0]["state"] == "withdrawn"
    assert "voucher.first.hold_over" in d.keys("p0")
    assert offers(d) == [("p1", "offered")]
    counted(d)


async def test_the_guardian_confirms_and_the_voucher_is_there(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=None, bands=bands(1, 1, 1))
    await fills_in(d, 0, relation="3")
    await d.say("mama", "/start " + d.find(r"start=(g_[\w-]+)"))
    await d.say("mama", "同意")
    assert "voucher_guardian.done.said" in d.keys("mama")
    assert "voucher.result.issued" in d.keys("p0")
    assert [v["state"] for v in d.vouchers()] == ["valid"]
    counted(d)
    await d.forward(days=3)
    assert [v["state"] for v in d.vouchers()] == ["valid"], "the hold's timer is gone"


async def test_withdrawing_a_held_place_gives_it_back_and_the_undo_takes_it_if_it_is_there(
    make: Make,
) -> None:
    d = await make(allocation="first_come", reserve_until=None, bands=bands(1, 1, 1))
    await fills_in(d, 0, relation="3")
    await d.withdraw("p0")
    counted(d)
    await d.press("p0", "反悔，改回去")
    assert d.keys("p0")[-1] == "voucher.restored"
    counted(d)
    await d.withdraw("p0")
    await fills_in(d, 1)
    assert len(d.vouchers()) == 1
    await d.press("p0", "反悔，改回去")
    assert d.keys("p0")[-1] == "voucher.first.withdraw_late"
    counted(d)


async def test_somebody_leaves_the_line_and_may_come_back_to_their_place(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    for number in range(4):
        await fills_in(d, number)
    before = d.rows("SELECT * FROM scarce WHERE key LIKE 'voucher%' ORDER BY key")
    await d.withdraw("p1")
    await d.withdraw("p2")
    assert d.keys("p1")[-1] == "voucher.first.withdrawn"
    assert "候补不再问您" in d.last("p1").text
    assert [t["state"] for t in d.tickets()] == ["won", "withdrawn", "withdrawn", "reserve"]
    assert d.rows("SELECT * FROM scarce WHERE key LIKE 'voucher%' ORDER BY key") == before
    await d.say("p3", "我的券")
    assert "候补第 3 位" in d.last("p3").text, "who stands behind keeps the number they were told"
    await d.press("p1", "反悔，改回去")
    assert d.keys("p1")[-1] == "voucher.restored"
    await d.say("p1", "我的券")
    assert "候补第 1 位" in d.last("p1").text
    leave = next(b.id for row in d.last("p1").message.buttons for b in row if b.label == "撤回申请")
    await d.press("p0", "不要这张了")
    await d.forward(minutes=11)
    assert offers(d) == [("p1", "offered")]
    await d.do_press("p1", leave)
    assert d.keys("p1")[-1] == "voucher.first.withdraw_late", "an offer has answers of its own"
    await d.press("p1", "不要，让给下一家")
    assert offers(d) == [("p1", "declined"), ("p3", "offered")], "p2 is asked no more"
    counted(d)
    await d.says("p2", "voucher", "小宇", "1")
    assert [(t["state"], t["rank"]) for t in d.tickets()][2] == ("reserve", 5), "anew, behind all others"
    counted(d)


async def test_who_comes_back_to_the_line_is_asked_at_once_for_what_came_free(make: Make) -> None:
    """In the days of the list after the close too."""
    d = await make(
        allocation="first_come", reserve_until=20, bands=bands(1, 1, 1), at="2026-12-20T09:00:00+08:00"
    )
    for number in range(2):
        await fills_in(d, number)
    await d.to("2027-01-02T12:00")
    assert d.round()["state"] == "published"
    await d.say("p0", "我的券")
    await d.press("p0", "不要这张了")
    await d.forward(minutes=5)
    await d.withdraw("p1")
    assert "截止前" not in d.last("p1").text, "it is closed: nobody applies any more"
    await d.forward(minutes=6)
    assert offers(d) == []
    await d.press("p1", "反悔，改回去")
    assert offers(d) == [("p1", "offered")]
    counted(d)


async def test_who_let_an_offer_go_may_join_the_end_of_the_line_again(make: Make) -> None:
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    for number in range(4):
        await fills_in(d, number)
    await give_up(d, "p0")
    await d.press("p1", "不要，让给下一家")
    assert "排到队尾" in d.last("p1").text
    assert offers(d) == [("p1", "declined"), ("p2", "offered")]
    await d.to("2026-12-05T12:00")
    assert offers(d) == [("p1", "declined"), ("p2", "lapsed"), ("p3", "offered")]
    assert "排到队尾" in d.told("p2", "voucher.result.offer_lapsed")[-1].text
    for who in ("p2", "p1"):
        await d.say(who, "我的券")
        assert "排到队尾" in d.last(who).text
        await d.press(who, "再申请一次")
        await d.says(who, "1", "1")
        assert "voucher.first.in_line" in d.keys(who)[-3:], d.keys(who)[-3:]
    places = {d.person(f"p{n}"): f"p{n}" for n in range(4)}
    ranks = {places[t["person_id"]]: t["rank"] for t in d.tickets()}
    assert ranks["p3"] < ranks["p2"] < ranks["p1"]
    await d.press("p3", "不要，让给下一家")
    assert offers(d)[-1] == ("p2", "offered"), "asked once more, in the order of coming back"
    await d.press("p2", "要这张券")
    assert d.keys("p2")[-1] == "voucher.issued"
    counted(d)


async def test_thirty_confirm_at_once_for_five_vouchers(any_world: World) -> None:
    """Whole submits in transactions of their own, on both databases."""
    world = any_world
    world.house.store.write(_five)

    def submit(number: int) -> Any:
        def work(db: Db) -> str:
            place = Place("terminal", f"p{number}")
            _, who = people.meet(db, place, world.now)
            turn = Turn(world.house.ground, db, world.now, who, place)
            fill_in(turn, number)
            turn.data["document"] = {"kind": "id_card", "digest": f"{number:064x}"}
            return service.submit(turn, city=home(turn.ground.settings))

        return work

    outcomes = at_once(world, [submit(number) for number in range(30)])
    assert Counter(outcomes) == {"granted": 5, "gone": 25}
    assert len(world.rows("SELECT 1 FROM voucher")) == 5
    counter = world.rows("SELECT cap, used FROM scarce WHERE key LIKE :key", key="voucher:%:m13-24")
    assert counter == [{"cap": 5, "used": 5}]


def _five(db: Db) -> None:
    """The open round as if its programme gave five vouchers a band, first come, first served."""
    db.run(
        "UPDATE voucher_round SET programme_json = replace(replace(replace(programme_json,"
        ' \'"quota":800\', \'"quota":5\'), \'{"accepting"\', \'{"allocation":"first_come","accepting"\'),'
        " '\"reserve_until\":20,', '') WHERE state = 'open'"
    )
    for row in db.all("SELECT id FROM voucher_round WHERE state = 'open'"):
        db.run("INSERT INTO scarce (key, cap, used) VALUES (:key, 5, 0)", key=f"voucher:{row['id']}:m13-24")
