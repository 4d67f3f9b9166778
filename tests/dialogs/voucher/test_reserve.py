"""The reserve list: what comes free goes down the order of the draw, one tap takes it, silence passes it on."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.terminal import Shown
from bot.store.session import Db
from bot.turn import Turn
from dialogs.voucher.service import aliases, quota, reserve, rounds
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands, id18
from tests.dialogs.voucher.lists import counted, give_up, offers, ranked, void

PUBLISHED = "2027-01-04T11:00"
"""A Monday; the results went out at half past ten, three vouchers for six children."""
ROUND = {
    "id": "2027-a",
    "opens": "2026-12-01T09:00:00",
    "closes": "2027-01-04T09:00:00",
    "frozen": "2027-01-04T09:00:00",
    "draw": "2027-01-04T10:00:00",
    "publish": "2027-01-04T10:30:00",
    "reference_day": "2026-12-01",
}
BORN = "2024-12-15"
"""23 completed months on the reference day; 25, and so out of the band m13-24, on 15 January 2027."""
FAMILIES = 6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def published(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> tuple[Path, list[Shown]]:
    """The district on that morning, made once: its folder, and what everybody was shown until then."""
    folder = tmp_path_factory.mktemp("published")
    instants = {
        name: date.fromisoformat(value)
        if name == "reference_day"
        else value
        if name == "id"
        else datetime.fromisoformat(value)
        for name, value in ROUND.items()
    }
    d = await District.make(
        folder,
        migrated_file,
        rounds=[instants],
        bands=bands(1, 3, 1),
        valid_days=10,
        reminder_days=[1],
        reserve_until=20,
    )
    for number in range(FAMILIES):
        await d.apply(
            f"p{number}", born=BORN, document=id18(BORN, serial=number + 1), phone=f"138001380{number:02d}"
        )
    await d.to(PUBLISHED)
    d.close()
    return folder, d.all


@pytest_asyncio.fixture
async def d(published: tuple[Path, list[Shown]], tmp_path: Path) -> AsyncIterator[District]:
    """A copy of that district."""
    folder, shown = published
    shutil.copytree(folder, tmp_path / "d")
    made = District(tmp_path / "d", "", PUBLISHED, city="own")
    await made.open()
    made.all = [*shown, *made.all]
    yield made
    made.close()


async def test_a_declined_voucher_goes_to_the_next_after_the_undo(d: District) -> None:
    first, _, _, third, fourth, _ = ranked(d)
    told = d.told(third, "voucher.result.reserve")[0].text
    assert "候补第 1 位" in told
    assert "1月24日" in told
    assert "48 小时" in told
    await d.press(first, "不要这张了")
    assert "候补的家庭" in d.last(first).text
    await d.forward(minutes=9)
    assert offers(d) == []
    counted(d)
    await d.forward(minutes=2)
    assert offers(d) == [(third, "offered")]
    counted(d)
    await d.press(first, "反悔，改回去")
    assert d.keys(first)[-1] == "common.late"
    await d.say(third, "我的券")
    assert "1月6日（周三） 11:10" in d.last(third).text
    await d.press(third, "要这张券")
    assert d.keys(third)[-1] == "voucher.issued"
    assert d.vouchers()[-1]["last_day"] == "2027-01-13", "ten days from the issue"
    assert offers(d) == [(third, "accepted")]
    assert fourth not in dict(offers(d))
    counted(d)
    await d.say(third, "我的券")
    assert d.keys(third)[-1] == "voucher.mine.valid"


async def test_an_undone_decline_frees_nothing(d: District) -> None:
    first = ranked(d)[0]
    await d.press(first, "不要这张了")
    await d.press(first, "反悔，改回去")
    await d.forward(hours=1)
    assert offers(d) == []
    assert [v["state"] for v in d.vouchers()] == ["valid"] * 3
    counted(d)


async def test_a_decline_passes_on_at_once_and_silence_at_the_deadline(d: District) -> None:
    first, _, _, third, fourth, fifth = ranked(d)
    await give_up(d, first)
    await d.press(third, "不要，让给下一家")
    assert d.keys(third)[-1] == "voucher.offer_declined"
    assert offers(d) == [(third, "declined"), (fourth, "offered")]
    await d.press(third, "要这张券")
    assert d.keys(third)[-1] in ("common.used", "voucher.offer_late")
    await d.to("2027-01-06T11:05")
    assert offers(d)[-1] == (fourth, "offered"), "48 hours from the sending, which was after eleven"
    await d.forward(hours=1)
    assert offers(d) == [(third, "declined"), (fourth, "lapsed"), (fifth, "offered")]
    assert d.keys(fourth)[-1] == "voucher.result.offer_lapsed"
    await d.press(fourth, "要这张券")
    assert d.keys(fourth)[-1] == "voucher.offer_late"
    counted(d)
    await d.press(fifth, "要这张券")
    assert len(d.vouchers()) == 4
    counted(d)


async def test_as_many_offers_at_once_as_vouchers_are_free(d: District) -> None:
    *winners, fourth, fifth, sixth = ranked(d)
    for winner in winners[:2]:
        await d.press(winner, "不要这张了")
    await d.forward(minutes=11)
    assert offers(d) == [(fourth, "offered"), (fifth, "offered")]
    await give_up(d, winners[2])
    assert offers(d)[2:] == [(sixth, "offered")]
    counted(d)
    for who in (fourth, fifth, sixth):
        await d.press(who, "要这张券")
    assert sorted(v["state"] for v in d.vouchers()) == ["declined"] * 3 + ["valid"] * 3
    counted(d)


async def test_the_deadline_counts_from_the_sending_and_ends_by_day(d: District) -> None:
    first, _, _, third, *_ = ranked(d)
    await d.to("2027-01-07T23:00")  # a Thursday night: the message waits for 7:30
    await give_up(d, first)
    row = d.rows("SELECT sent, deadline FROM offer")[0]
    assert row == {"sent": None, "deadline": None}
    await d.to("2027-01-08T07:31")
    assert third in dict(offers(d))
    await d.say(third, "我的券")
    assert "1月11日（周一） 09:00" in d.last(third).text, "Sunday 7:30 becomes Monday, 9 o'clock"


async def test_an_offer_works_while_another_form_is_open_and_only_once(any_district: District) -> None:
    """On both databases, with a whole form open in between and a restart."""
    d = any_district
    for number in range(3):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02d}")
    d.house.store.write(
        lambda db: db.run(
            "UPDATE voucher_round SET programme_json = replace(programme_json, '\"quota\":800', '\"quota\":1')"
        )
    )
    await d.to("2027-01-01T12:00")
    first, second, _ = ranked(d)
    await give_up(d, first)
    await d.say(second, "voucher")
    asking = d.keys(second)[-1]
    await d.restart()
    await d.press(second, "要这张券")
    assert d.keys(second)[-2:] == ["voucher.issued", asking], "the form goes on"
    await d.press(second, "要这张券")
    assert "common.used" in d.keys(second)[-2:]
    assert [v["state"] for v in d.vouchers()] == ["declined", "valid"]
    counted(d)


async def test_nothing_is_offered_after_the_list_has_ended(d: District) -> None:
    first, second, _, third, *_ = ranked(d)
    d.house.store.write(  # the seventh of January, 20:00
        lambda db: db.run("UPDATE voucher_round SET reserve_until = 1799323200000")
    )
    await d.to("2027-01-06T10:00")
    await give_up(d, second)
    assert offers(d) == [(third, "offered")]
    await d.to("2027-01-07T19:59")
    assert offers(d) == [(third, "offered")]
    await d.to("2027-01-07T20:01")
    assert offers(d) == [(third, "lapsed")], "never past the end of the list"
    await d.press(first, "不要这张了")
    assert "候补" not in d.last(first).text
    await d.forward(hours=1)
    assert len(offers(d)) == 1
    await d.say(ranked(d)[-1], "我的券")
    assert "没有轮到" in d.last(ranked(d)[-1]).text
    counted(d)


async def test_an_expired_voucher_goes_down_the_list_while_it_lives(d: District) -> None:
    waiting = ranked(d)[3:]
    await d.to("2027-01-14T12:00")
    assert [v["state"] for v in d.vouchers()] == ["expired"] * 3
    assert offers(d) == [(who, "offered") for who in waiting]
    counted(d)
    third = waiting[0]
    await d.press(third, "要这张券")
    assert d.vouchers()[-1]["last_day"] == "2027-01-23"
    await d.to("2027-01-22T12:00")
    assert len(d.told(third, "voucher.result.reminder")) == 1
    assert offers(d)[1:] == [(who, "lapsed") for who in waiting[1:]]
    await d.to("2027-01-24T12:00")
    assert d.vouchers()[-1]["state"] == "expired"
    assert d.keys(third)[-1] == "voucher.result.expired"
    assert "1月23日" in d.last(third).text
    counted(d)


async def test_a_child_that_outgrew_its_band_is_passed_over_and_told(d: District) -> None:
    first, _, _, third, *_ = ranked(d)
    d.house.store.write(lambda db: db.run("UPDATE timer SET state = 'done' WHERE kind = 'voucher.expire'"))
    await d.to("2027-01-13T12:00")
    await give_up(d, first)
    await d.to("2027-01-14T19:59")
    assert offers(d) == [(third, "offered")]
    await d.to("2027-01-14T20:01")
    assert offers(d)[0] == (third, "lapsed"), "the last day in the band ends it"
    await d.to("2027-01-15T12:00")
    assert [state for _, state in offers(d)] == ["lapsed", "passed", "passed"]
    assert "月龄" in d.told(ranked(d)[4], "voucher.result.passed_over")[0].text
    counted(d)


async def test_a_child_that_has_a_voucher_now_is_passed_over(d: District) -> None:
    first, second, _, third, fourth, _ = ranked(d)
    child = next(t["child_id"] for t in d.tickets() if t["person_id"] == d.person(third))

    def another_round(db: Db) -> None:
        """The child has won since: the second winner's ticket, in another round, is its own."""
        db.run(
            "INSERT INTO voucher_round SELECT :new, name || '-b', programme, calendar_id || '-b', state, opens, closes,"
            " frozen, draw, publish, reference_day, programme_json, programme_hash, secret, commitment, list,"
            " list_hash, public_value, result, last_day, expires, reserve_until FROM voucher_round WHERE id = 1",
            new=9,
        )
        db.run("UPDATE voucher_ticket SET child_id = :child, round_id = 9 WHERE person_id = :p",
               child=child, p=d.person(second))  # fmt: skip

    d.house.store.write(another_round)
    await give_up(d, first)
    assert offers(d) == [(third, "passed"), (fourth, "offered")]
    assert "已经有一张" in d.told(third, "voucher.result.passed_over")[0].text
    await d.say(third, "我的券")
    assert d.keys(third)[-1] == "voucher.mine.offer_over"


async def test_an_offer_that_cannot_be_delivered_is_on_the_call_list_before_it_passes_on(d: District) -> None:
    d.staff("duty", "duty")
    first, _, _, third, fourth, _ = ranked(d)
    d.house.store.write(
        lambda db: db.run("UPDATE address SET state = 'retired' WHERE chat = :chat", chat=third)
    )
    await give_up(d, first)
    assert offers(d) == [(third, "called")]
    calls = d.rows("SELECT reason, state FROM call_list")
    assert calls == [{"reason": "no_channel", "state": "open"}]
    await d.say("duty", "待打电话")
    assert "轮到小宇了" in d.last("duty").text
    await d.to("2027-01-06T11:00")
    assert offers(d) == [(third, "called")]
    await d.to("2027-01-06T12:00")
    assert offers(d) == [(third, "lapsed"), (fourth, "offered")]
    assert [row["state"] for row in d.rows("SELECT state FROM call_list")] == ["done"], (
        "nobody rings about it any more"
    )
    counted(d)


async def test_staff_answer_for_a_family_on_the_telephone(d: District) -> None:
    d.staff("duty", "duty")
    first, _, _, third, *_ = ranked(d)
    d.house.store.write(
        lambda db: db.run("UPDATE address SET state = 'retired' WHERE chat = :chat", chat=third)
    )
    await give_up(d, first)
    ticket = next(t["number"] for t in d.tickets() if t["person_id"] == d.person(third))
    await d.say("mama", f"候补 {ticket} 要")
    assert len(d.vouchers()) == 3, "only staff answer for others"
    await d.say("duty", f"Reserve {ticket} yes")
    assert d.keys("duty")[-1] == "voucher.issued"
    assert sorted(v["state"] for v in d.vouchers()) == ["declined", "valid", "valid", "valid"]
    assert {"offer.by_telephone", "offer.accepted"} <= {row["act"] for row in d.rows("SELECT act FROM audit")}
    await d.say("duty", "候补 123 456 789 要")
    assert d.keys("duty")[-1] == "voucher.staff.no_offer"


async def test_the_self_check_finds_what_differs(d: District) -> None:
    d.house.store.write(
        lambda db: db.run("UPDATE scarce SET used = used - 1 WHERE key LIKE 'voucher:%:m13-24'")
    )
    found = d.house.store.read(lambda db: quota.self_check(Turn(d.house.ground, db, d.now)))
    assert len(found) == 1
    assert "the counter says 2, the rows say 3" in found[0]


async def test_a_voucher_made_void_frees_its_place_once(d: District) -> None:
    third = ranked(d)[3]
    number = d.vouchers()[0]["id"]
    for _ in range(2):
        void(d, number)
    assert offers(d) == [(third, "offered")]
    counted(d)
    assert (
        d.house.store.write(lambda db: reserve.may_live_again(Turn(d.house.ground, db, d.now), number))
        is False
    )
    await d.forward(minutes=1)
    await d.press(third, "不要，让给下一家")
    counted(d)


async def test_a_ticket_that_became_void_frees_its_voucher_or_its_offer(d: District) -> None:
    first, _, _, third, fourth, _ = ranked(d)

    def make_void(who: str) -> None:
        def work(db: Db) -> None:
            turn = Turn(d.house.ground, db, d.now)
            ticket = db.one("SELECT * FROM voucher_ticket WHERE person_id = :p", p=d.person(who))
            assert ticket is not None
            aliases.make_void(turn, rounds.round_row(db, int(ticket["round_id"])), ticket, "awarded")

        d.house.store.write(work)

    make_void(first)
    assert offers(d) == [(third, "offered")]
    counted(d)
    await d.forward(minutes=1)
    make_void(third)
    assert offers(d) == [(third, "declined"), (fourth, "offered")]
    await d.press(third, "要这张券")
    assert "voucher.offer_late" in d.keys(third)
    counted(d)


async def test_a_place_that_was_void_before_the_results_is_offered_with_them(make: Make) -> None:
    d = await make(bands=bands(1, 1, 1))
    for number in range(2):
        await d.apply(f"p{number}", document=id18(serial=number + 1), phone=f"138001380{number:02d}")
    await d.to("2027-01-01T10:05")
    first, second = ranked(d)
    d.house.store.write(
        lambda db: db.run(
            "UPDATE voucher_ticket SET state = 'void', void_reason = 'awarded', voided = 1 WHERE rank = 1"
        )
    )
    await d.to("2027-01-01T10:45")
    assert d.vouchers() == []
    assert d.keys(second)[-2:] == ["voucher.result.reserve", "voucher.result.offer"]
    assert not any(key.startswith("voucher.result") for key in d.keys(first))
    counted(d)
