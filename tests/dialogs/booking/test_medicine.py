"""Medicine in families' words: heard in all scripts, no amount of it kept; food and allergies are none."""

from __future__ import annotations

import pytest

from dialogs.booking.rules import medicine


@pytest.mark.parametrize(
    "words",
    [
        "下午两点喂一次药",
        "退烧药在书包里",
        "布洛芬",
        "中午要做雾化",
        "早晚各吃一包头孢",
        "請幫忙餵藥",
        "午睡前點眼藥水，退燒藥放書包",
        "他对青霉素过敏，喂药前问我",
        "Please give ibuprofen at two",
        "He needs his inhaler after lunch",
        "tylenol in the bag",
    ],
)
def test_medicine_is_heard(words: str) -> None:
    assert medicine.speaks_of(words)


@pytest.mark.parametrize(
    "words",
    [
        "对青霉素过敏",
        "头孢过敏，鸡蛋也过敏",
        "没有在吃药",
        "不用喂药",
        "奶180毫升，下午三点",
        "接的人在药店门口等",
        "睡觉要抱小熊",
        "allergic to antibiotics",
        "no medicine, no allergies",
    ],
)
def test_an_allergy_or_a_meal_is_no_medicine(words: str) -> None:
    assert not medicine.speaks_of(words)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("下午两点喂布洛芬5毫升", "下午两点喂布洛芬…"),
        ("头孢一天三次，每次半包，奶180毫升", "头孢…，…，奶180毫升"),
        ("退烧药3ml，烧到38度5再喂", "退烧药…，烧到38度5再喂"),
        ("ibuprofen 5 ml twice, milk 180 ml at three", "ibuprofen … twice, milk 180 ml at three"),
        ("奶180毫升，睡两次", "奶180毫升，睡两次"),
    ],
)
def test_no_amount_is_kept(words: str, kept: str) -> None:
    assert medicine.without_amounts(words).replace("，", ",") == kept.replace("，", ",")
