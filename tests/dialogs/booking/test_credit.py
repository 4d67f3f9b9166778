"""A voucher that can be used at the place, for the child, on the day, stands on the card; any other one does not."""

from __future__ import annotations

from tests.dialogs.voucher.district import District

AT_LIUYIN = (34.2701, 108.9402)
ASKED = "1月5日下午两点到四点想托"


async def card(district: District, who: str, asked: str, at: tuple[float, float], *answers: str) -> str:
    await district.says(who, asked, *answers)
    await district.share(who, location=at)
    assert district.keys(who)[-1] == "booking.confirm.ask"
    return district.last(who).text


async def test_a_voucher_in_hand_is_shown_where_it_is_taken(any_district: District) -> None:
    await any_district.win("mama")
    told = await card(any_district, "mama", ASKED, AT_LIUYIN)
    assert "〔小宇·20个月〕" in told
    assert "500 元的消费券能在这家用" in told
    await any_district.press("mama", "就约这个")
    [row] = any_district.rows("SELECT credit FROM booking WHERE state = 'booked'")
    assert row["credit"] == 50_000


async def test_none_after_its_last_day_and_none_of_somebody_elses(any_district: District) -> None:
    await any_district.win("mama")
    later = await card(any_district, "mama", ASKED.replace("1月5日", "2月3日"), AT_LIUYIN)
    assert "消费券" not in later
    other = await card(any_district, "papa", ASKED, AT_LIUYIN, "20个月")
    assert "消费券" not in other


async def test_a_voucher_is_good_elsewhere_when_the_place_closes(any_district: District) -> None:
    await any_district.win("mama")
    await card(any_district, "mama", ASKED, AT_LIUYIN)
    await any_district.press("mama", "就约这个")
    any_district.staff("wang", "centre", "liuyin")
    await any_district.say("wang", "停业")
    await any_district.press("wang", "确认")
    await any_district.forward(seconds=2)
    assert any_district.keys("mama")[-1] == "booking.move_sorry"
    assert "消费券没动" in any_district.last("mama").text
    held = any_district.rows("SELECT place, credit FROM booking WHERE state = 'aside'")
    assert 50_000 in {row["credit"] for row in held}, "there is one that takes it"
