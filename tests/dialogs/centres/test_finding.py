"""Finding a place in a conversation: known places are not asked for, what narrows, what is remembered and forgotten."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.world import World

HOME = (34.2701, 108.9402)
"""At the door of liuyin."""
SHANGHAI = (31.2, 121.4)


@pytest_asyncio.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    world = World(tmp_path, url=database_url)
    await world.open()
    yield world
    world.close()


def look_ups(town: World) -> list[str]:
    return [
        str(row["payload"]) for row in town.rows("SELECT payload FROM action WHERE kind = 'centres.narrow'")
    ]


async def test_a_shared_location_is_answered_at_once_and_kept_sealed_for_two_hours(town: World) -> None:
    await town.share("mama", location=HOME)
    assert town.keys("mama") == ["centres.found"]
    said = town.last("mama").text
    assert "柳荫托育中心（示例）" in said
    assert "就在旁边，现在开着" in said
    kept = look_ups(town)
    assert kept
    assert not any(b"34.27" in base64.b64decode(json.loads(payload)["find"]) for payload in kept)
    await town.forward(hours=4)
    assert look_ups(town) == []
    await town.say("mama", "周六能托的")
    assert town.keys("mama")[-1] != "centres.found"


async def test_words_narrow_what_was_just_looked_for_and_nothing_else(town: World) -> None:
    await town.say("mama", "收7个月的")
    assert "centres.found" not in town.keys("mama")
    await town.share("mama", location=HOME)
    await town.say("mama", "收7个月的")
    assert "收 7 个月的" in town.last("mama").text
    await town.say("mama", "能用券的")
    said = town.last("mama").text
    assert "收 7 个月的、能用券" in said
    assert "石桥托育园" not in said
    await town.say("mama", "附近有托育吗")
    assert "收 7 个月的" not in town.last("mama").text, "looked for anew, from the same place"
    assert town.keys("mama")[-1] == "centres.found"
    await town.say("gran", "能用券的")
    assert "centres.found" not in town.keys("gran"), "another's look-up"


async def test_a_landmark_in_the_words_is_from_where(town: World) -> None:
    await town.say("mama", "石桥菜市场附近的食堂")
    said = town.last("mama").text
    assert "从石桥菜市场（示例）算" in said
    assert "1. 石桥长者食堂（示例）：60 米，走路约 2 分钟" in said.replace("<b>", "").replace("</b>", "")
    await town.say("mama", "锦澜弯北区")
    await town.say("papa", "柳荫小区")
    assert town.keys("papa") == ["centres.found"]


async def test_an_honest_nothing_names_the_nearest_beyond(town: World) -> None:
    await town.share("mama", location=(34.285, 108.93))
    await town.say("mama", "15分钟圈")
    said = town.last("mama").text
    assert town.keys("mama")[-1] == "centres.nothing"
    assert "15 分钟能走到的范围里，一家都没有" in said
    assert "最近的是" in said


async def test_from_far_away_it_is_asked_for_whom(town: World) -> None:
    await town.share("mama", location=SHANGHAI)
    assert town.keys("mama") == ["centres.far", "centres.spot.ask"]
    assert "替住在" in town.last("mama").text
    await town.press("mama", "都行")
    assert town.keys("mama")[-1] == "centres.found"
    assert "分钟" not in town.last("mama").text


async def test_a_region_elsewhere_gets_what_was_reported_and_no_booking(town: World) -> None:
    await town.say("mama", "我在深圳罗湖，附近有托育吗")
    said = town.last("mama").text
    assert town.keys("mama") == ["centres.elsewhere_said"]
    assert "成长小屋" in said
    assert "深圳新闻网" in said
    assert "在这里约" not in town.buttons("mama")


async def test_a_card_says_what_was_published_and_nothing_else(town: World) -> None:
    await town.say("mama", "清禾幼儿园托班在哪")
    venue, card = town.shown_to("mama")[-2:]
    assert venue.message.location == (34.2619, 108.9498)
    for words in ("评定 5 星", "共 40 个托位", "今天早上7:40–下午5:00", "全日托 980 元/月", "民生服务科"):
        assert words in card.text
    for words in ("备案", "面积", "医生", "None"):
        assert words not in card.text
    links = [button.url for row in card.message.buttons for button in row if button.url]
    assert links[0].startswith("https://uri.amap.com/marker?position=")
    await town.press("mama", "签之前看什么")
    assert town.keys("mama")[-1] == "questions.answer"


async def test_a_canteens_card_offers_no_booking_and_a_place_that_is_gone_says_so(town: World) -> None:
    await town.say("gran", "石桥长者食堂电话")
    assert "000-0000-0021" in town.last("gran").text
    assert "在这里约" not in town.buttons("gran")
    await town.press("gran", "go:place:nowhere")
    assert town.keys("gran")[-1] == "centres.place_gone"


async def test_booking_begins_with_the_place(town: World) -> None:
    await town.press("mama", "go:place:xiaoman:here")
    await town.say("mama", "14个月")
    await town.say("mama", "明天上午九点到十一点")
    assert "小满早托之家" in town.last("mama").text, "though nine others come before it in the pack"
    assert "booking.not_there" not in town.keys("mama")


async def test_a_place_that_has_no_room_for_that_age_is_not_passed_over_in_silence(town: World) -> None:
    await town.press("mama", "go:place:xiaoman:here")
    await town.say("mama", "7个月")
    await town.say("mama", "明天上午九点到十一点")
    assert "booking.not_that_age" in town.keys("mama")


async def test_the_open_form_is_asked_again_after_a_look_up(town: World) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "附近有没有托育园")
    await town.say("mama", "柳荫小区")
    assert "centres.found" in town.keys("mama")
    assert town.keys("mama")[-1] == "booking.age.ask"


async def test_which_kind_suits_is_one_tap_away_and_no_wish_for_a_place(town: World) -> None:
    await town.say("mama", "哪种托适合我")
    assert town.keys("mama")[-1] == "choosing.age.ask"
    await town.say("papa", "柳荫小区")
    await town.press("papa", "哪种托适合我")
    assert town.keys("papa")[-1] == "choosing.age.ask"


@pytest.mark.parametrize(
    "words", ["柳荫小区能领补贴吗", "7个月的孩子能领多少补贴", "周六能用券吗", "石桥站什么时候修好"]
)
async def test_questions_are_left_to_those_who_answer_them(town: World, words: str) -> None:
    await town.say("mama", words)
    assert not [key for key in town.keys("mama") if key.startswith("centres")]


async def test_a_question_of_a_kind_of_places_is_first_the_corpuss(town: World) -> None:
    await town.share("mama", location=HOME)
    await town.say("mama", "幼儿园能收两岁的孩子吗")
    assert town.keys("mama")[-1] == "questions.answer"
    await town.say("mama", "助餐点周末营业吗")
    assert town.keys("mama")[-1] == "centres.found", "it has none for here, the directory has"


@pytest.mark.parametrize("words", ["附近哪里有吃饭的食堂", "附近的食堂", "附近哪里吃饭"])
async def test_canteens_are_found_by_how_people_ask_for_them(town: World, words: str) -> None:
    await town.say("gran", words)
    assert town.keys("gran") == ["centres.spot.ask"]
    await town.say("gran", "石桥菜市场")
    assert town.keys("gran")[-1] == "centres.found"
    assert "石桥长者食堂" in town.last("gran").text
    assert "收7个月的" not in town.last("gran").text


async def test_who_walks_slowly_is_told_an_elders_minutes(town: World) -> None:
    await town.say("mama", "石桥菜市场附近的托育园")
    await town.say("gran", "我腿脚不好，石桥菜市场附近的托育园")
    quick, slow = (town.last(who).text for who in ("mama", "gran"))
    assert "走路约 3 分钟" in quick
    assert "走路约 5 分钟" in slow
    await town.press("gran", "能用券的")
    assert "走路约 5 分钟" in town.last("gran").text, "for as long as the look-up goes on"


async def test_far_beyond_any_town_the_telephone_may_be_mistaken(town: World) -> None:
    await town.share("mama", location=(48.85, 2.35))
    assert town.keys("mama") == ["centres.far", "centres.spot.ask"]
    assert "手机定位没开对" in town.last("mama").text
    await town.share("papa", location=SHANGHAI)
    assert "手机定位" in town.last("papa").text, "1200 km"


async def test_words_narrow_for_half_an_hour_and_buttons_for_two(town: World) -> None:
    await town.share("mama", location=HOME)
    await town.forward(minutes=31)
    await town.say("mama", "周六能托的")
    assert town.keys("mama")[-1] == "centres.spot.ask", "from where is asked again"
    await town.press("mama", "能用券的")
    assert town.keys("mama")[-2:] == ["centres.found", "centres.spot.ask"]


async def test_short_questions_after_a_card_are_about_its_place(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "第一个")
    assert town.keys("mama")[-1] == "centres.card"
    for words, key, told in (
        ("电话多少", "common.telephone", "000-0000-0011"),
        ("怎么去？", "centres.asked.way", "柳荫路1号"),
        ("他们几点关门", "centres.asked.hours", "早上7:30–晚上6:00"),
        ("贵不贵", "centres.asked.price", "计时托 20 元/小时"),
        ("能约吗", "centres.asked.book", "最多还能约"),
    ):
        await town.say("mama", words)
        assert town.keys("mama")[-1] == key, words
        assert told in town.last("mama").text
    await town.press("mama", "在这里约")
    assert town.keys("mama")[-1] == "booking.age.ask"
    await town.say("mama", "取消")
    await town.forward(minutes=31)
    await town.say("mama", "怎么去？")
    assert town.keys("mama")[-1] != "centres.asked.way", "nobody knows any more what was looked at"
    await town.say("mama", "电话多少")
    assert "000-0000-0011" not in town.last("mama").text
    await town.say("papa", "怎么去？")
    assert town.keys("papa")[-1] != "centres.asked.way"


async def test_a_card_leads_to_what_else_is_near_it(town: World) -> None:
    await town.say("nainai", "石桥长者食堂电话")
    assert town.keys("nainai")[-1] == "centres.card"
    await town.say("nainai", "能约吗")
    assert "不在这里约" in town.last("nainai").text
    await town.press("nainai", "附近还有哪些")
    assert "从石桥长者食堂（示例）算，「助餐点」找到 2 家" in town.last("nainai").text


async def test_the_cheapest_come_first_where_that_is_wished(town: World) -> None:
    await town.say("mama", "柳荫小区附近有托育吗")
    await town.say("mama", "最便宜的")
    assert "便宜的先说" in town.last("mama").text
    assert town.buttons("mama")[:2] == ["东塘社区托育点（示例）", "石桥托育园（示例）"]
    await town.say("mama", "收7个月的")
    assert town.buttons("mama")[0] == "柳荫托育中心（示例）", (
        "the order stays, whoever takes no such child goes"
    )


@pytest.mark.parametrize("words", ["15分钟圈内有没有托育", "15分钟托育圈里有托育吗"])
async def test_a_circle_is_a_wish_for_what_lies_in_it(town: World, words: str) -> None:
    await town.say("mama", words)
    assert town.keys("mama")[-1] == "centres.spot.ask"
    await town.say("mama", "柳荫小区")
    assert "「走路 15 分钟以内」找到 3 家" in town.last("mama").text


async def test_a_spot_that_nobody_knows_is_told_and_a_name_half_typed_is_asked_about(town: World) -> None:
    await town.say("mama", "火星小区附近有托育吗")
    assert "「火星小区」我没找到" in town.last("mama").text
    assert town.keys("mama")[-1] == "centres.spot.ask"
    await town.say("papa", "柳荫")
    assert town.keys("papa")[-1] == "centres.landmark.ask"
    assert len(town.buttons("papa")) >= 2


async def test_an_open_form_is_not_left_for_a_place_that_reports_named(town: World) -> None:
    await town.say("mama", "约临时托")
    await town.say("mama", "红庙坡永安在哪")
    assert "centres.report" not in town.keys("mama"), "an address may be the answer to a form's question"
