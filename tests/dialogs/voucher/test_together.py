"""A second parent: learns only that the child is registered, sees along when both agree, and either may leave."""

from __future__ import annotations

import re

from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, certificate, id18

SECOND = ("voucher", "2025-05-01", "1", "同意", "宇宇", id18())


async def refused(d: District, who: str = "papa") -> None:
    await d.says(who, *SECOND)
    assert d.keys(who)[-1] == "voucher.registered.said"


async def asked(d: District) -> None:
    """Papa was refused, asked mama, and she has the question before her."""
    await d.apply("mama")
    await refused(d)
    await d.says("papa", "一起看", "孩子爸爸")
    assert d.keys("papa")[-1] == "voucher.link_relayed"
    assert "孩子爸爸" in d.told("mama", "voucher.link_asked")[0].text


def sees(d: District, who: str) -> bool:
    return any(key.startswith("voucher.mine.") and key != "voucher.mine.nothing" for key in d.keys(who)[-2:])


async def test_one_tap_and_both_see_ticket_result_and_voucher(any_district: District) -> None:
    d = any_district
    await asked(d)
    await d.say("papa", "我的券")
    assert not sees(d, "papa")
    await d.press("mama", "同意一起看")
    assert d.keys("papa")[-1] == d.keys("mama")[-1] == "voucher.link_both"
    await d.say("papa", "我的券")
    assert d.keys("papa")[-1] == "voucher.mine.applied"
    assert "撤回申请" not in [b.label for row in d.last("papa").message.buttons for b in row]
    await d.to("2027-01-01T12:00")
    assert len(d.told("papa", "voucher.result.won_guardian")) == 1
    await d.say("papa", "我的券")
    assert d.code("mama")[:4] in d.last("papa").text
    labels = [b.label for row in d.last("papa").message.buttons for b in row]
    assert "不要这张了" not in labels
    await d.press("papa", "不再一起看")
    assert d.keys("mama")[-1] == "voucher.link_ended"
    await d.say("papa", "我的券")
    assert not sees(d, "papa")


async def test_a_no_and_silence_look_the_same_and_nobody_is_asked_twice(district: District) -> None:
    d = district
    await asked(d)
    heard = len(d.shown_to("papa"))
    await d.press("mama", "不同意")
    assert len(d.shown_to("papa")) == heard
    for _ in range(2):
        await refused(d)
        await d.says("papa", "一起看", "孩子爸爸")
        assert d.keys("papa")[-1] == "voucher.link_relayed"
    assert len(d.told("mama", "voucher.link_asked")) == 1
    await d.press("papa", "说法不一样，请人来看")
    assert d.cases() == ["voucher.parents"]
    assert d.rows("SELECT about FROM desk_case") == [{"about": "child:1"}]


async def test_a_code_counts_once_for_a_day_and_guesses_are_few(district: District) -> None:
    d = district
    await d.apply("mama")
    await d.say("mama", "我的券")
    await d.press("mama", "让另一位家长一起看")
    code = d.find(r"\b([A-Z]{10})\b")
    await d.says("mama", "一起看", code)
    assert d.keys("mama")[-1] == "voucher_together.own.said"
    await d.say("papa", d.find(r"(\S+\?start=with_[A-Z]+)"))
    assert d.keys("papa")[-1] == "voucher_together.linked.said"
    assert d.keys("mama")[-1] == "voucher.link_both"
    await d.says("oma", "一起看", code)
    assert "voucher_together.wrong" in d.keys("oma")[-2:]
    for _ in range(4):
        await d.say("oma", "BCDFGHJKMN")
    assert d.keys("oma")[-1] == "voucher_together.limited.said"
    await d.press("mama", "让另一位家长一起看")
    late = d.find(r"\b([A-Z]{10})\b")
    await d.forward(hours=25)
    await d.says("gu", "一起看", late)
    assert "voucher_together.wrong" in d.keys("gu")


async def test_nothing_leaks_of_the_first_parents_ticket(make: Make) -> None:
    """Whatever stands behind the child, the second person is shown the very same words."""
    shown: set[str] = set()
    for state in ("applied", "unconfirmed", "seen", "certificate too"):
        d = await make()
        ticket = await d.apply(
            "mama", relation="3" if state == "unconfirmed" else "1", name="秘密", phone="13912345678"
        )
        if state in ("seen", "certificate too"):
            d.staff("chen", "counter")
            paper = certificate() if state == "certificate too" else id18()
            await d.says("chen", f"核对 {ticket['number']}", paper, "是同一个孩子")
        await refused(d)
        await d.says("papa", "我的券", "一起看", "爸爸")
        words = "\n".join(one.text for one in d.shown_to("papa"))
        for secret in ("秘密", ticket["number"], "5678", "mama"):
            assert secret not in re.sub(r"(?<=\d) (?=\d)", "", words)
        shown.add(words)
    assert len(shown) == 1


async def test_the_vouchers_of_one_round_tell_a_stranger_nothing_in_the_next(make: Make) -> None:
    d = await make(awards_per_child=1)
    await d.win("mama")
    await d.says("papa", *SECOND)
    assert d.keys("papa")[-1] == "voucher.awarded.said"
    assert "领过" not in d.last("papa").text
    await d.says("mama", "voucher", "小宇")
    assert "领过" in d.last("mama").text


async def test_links_follow_a_child_that_turns_out_to_be_another(district: District) -> None:
    d = district
    await asked(d)
    await d.press("mama", "同意一起看")
    await d.forward(minutes=1)
    await d.apply("oma", document=certificate(), phone="13900139000", name="阿宇")
    d.staff("chen", "counter")
    await d.says("chen", f"核对 {d.tickets()[1]['number']}", id18(), "是同一个孩子")
    assert [t["state"] for t in d.tickets()] == ["applied", "void"]
    await d.say("papa", "我的券")
    assert "阿宇" not in d.last("papa").text
    await d.say("oma", "我的券")
    assert d.keys("oma")[-1] == "voucher.mine.ticket_void"
    assert "小宇" not in d.last("oma").text
