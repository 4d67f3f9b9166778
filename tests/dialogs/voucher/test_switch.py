"""换人用: two people at one device. Nothing of the first is left for the second, and the first gets their things back."""

from __future__ import annotations

import pytest

from tests.dialogs.voucher.district import PHONE, District, id18


async def switch(district: District, who: str) -> str:
    """Pass the device on. Returns the recovery code that was shown before."""
    await district.say(who, "换人用")
    assert "switch.asked" in district.keys(who)[-3:]
    code = district.find(r"(\d{3} \d{3} \d{4})")
    await district.press(who, "抄好了，换人")
    return code


async def test_the_next_person_finds_a_clean_page(any_district: District) -> None:
    district = any_district
    await district.apply("tablet", name="小宇")
    first = district.person("tablet")
    before = len(district.shown_to("tablet"))
    code = await switch(district, "tablet")
    assert district.keys("tablet")[-1] == "switch.done"
    assert district.person("tablet") != first
    kept = district.rows("SELECT payload FROM outbox WHERE payload IS NOT NULL")
    assert len(kept) == 2, "only the clearing and the greeting are left of the log"
    assert [shown.kind for shown in district.shown_to("tablet")[before:]].count("delete") == 1
    for words in ("我的券", "我的", "隐私", "设置", "voucher", "我的找回码", "刚才那个错了", "接着填", "1"):
        await district.say("tablet", words)
        for leak in ("小宇", PHONE[-4:], code):
            assert leak not in district.last("tablet").text
    await district.press("tablet", "撤回申请") if "撤回申请" in district.buttons("tablet") else None
    assert [t["state"] for t in district.tickets()] == ["applied"], "an old button is not the next person's"


async def test_an_open_form_goes_with_its_person(district: District) -> None:
    await district.apply("tablet")
    await district.says("tablet", "voucher", "2", "2024-05-02")
    await switch(district, "tablet")
    await district.say("tablet", "接着填")
    assert district.keys("tablet")[-1] == "common.nothing_open"


async def test_code_and_last_digits_open_it_again_and_nothing_else_does(district: District) -> None:
    await district.apply("tablet")
    first = district.person("tablet")
    code = await switch(district, "tablet")
    await district.says("tablet", f"找回 {code}", "9999")
    assert "recover.wrong" in district.keys("tablet")
    assert district.person("tablet") != first
    await district.says("phone", f"找回 {code}", PHONE[-4:])
    assert district.person("phone") == first
    await district.say("phone", "我的券")
    assert "小宇" in district.last("phone").text


async def test_two_people_take_turns(district: District) -> None:
    await district.apply("tablet", name="小宇")
    mine = await switch(district, "tablet")
    await district.apply(
        "tablet", born="2024-05-02", name="小美", document=id18("2024-05-02"), phone="13900139000"
    )
    await switch(district, "tablet")
    await district.says("tablet", f"找回 {mine}", PHONE[-4:])
    await district.say("tablet", "我的券")
    said = district.last("tablet").text
    assert "小宇" in said
    assert "小美" not in said


async def test_a_result_finds_the_one_who_left(district: District) -> None:
    await district.apply("tablet")
    await switch(district, "tablet")
    seen = len(district.shown_to("tablet"))
    await district.to("2027-01-01T12:00")
    assert district.shown_to("tablet")[seen:] == [], "not at the device that is another's now"
    assert [row["reason"] for row in district.rows("SELECT reason FROM call_list")] == ["no_channel"]


async def test_who_has_nothing_here_is_not_asked(district: District) -> None:
    await district.says("tablet", "你好", "换人用")
    assert district.keys("tablet")[-1] == "switch.done"


@pytest.mark.parametrize("word", ["换人用", "換人用", "换个人用", "switch user", "/switch"])
async def test_staff_do_not_pass_their_post_on(district: District, word: str) -> None:
    district.staff("boss", "admin")
    await district.say("boss", word)
    assert district.keys("boss")[-1] == "switch.staff"


async def test_not_in_a_group(district: District) -> None:
    await district.apply("mama")
    await district.say("mama", "换人用", chat="square")
    assert district.keys("mama")[-1] == "common.group"
