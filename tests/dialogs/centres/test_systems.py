"""Every system that the reports tell of: whoever asks where it is gets the place, or what is known and what is not."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from dialogs.centres.service import reported
from knowledge.answering import Answers
from knowledge.atlas import shipped
from knowledge.coverage import IDS, covers
from knowledge.entries import load_corpus
from tests.world import World

ROWS = list(csv.DictReader(Path(__file__).with_name("systems.csv").read_text("utf-8").splitlines()))
ANSWERS = Answers(load_corpus(files("knowledge").joinpath("corpus")))
RUNS = {"S14": "S13"}
"""Who runs it is no place of its own."""
HONEST = {"centres.report", "centres.elsewhere_said", "questions.answer", "questions.choices"}


def test_every_system_is_asked_for() -> None:
    assert [row["system"] for row in ROWS] == sorted(one for one in IDS if one.startswith("S"))
    named = {row["found"] for row in ROWS if row["by"] == "atlas"}
    assert named == {place.id for place in shipped().places}, "and every place of the atlas"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["system"]))
def test_what_is_asked_for_is_found(row: dict[str, str]) -> None:
    found = shipped().spoken_of(row["words"])
    if row["by"] == "atlas":
        assert found is not None
        assert found[0].id == row["found"]
        assert found[0].system == RUNS.get(row["system"], row["system"])
        assert reported.asks_where(found[1])
        return
    assert found is None or not reported.asks_where(found[1])
    reply = ANSWERS.answer(row["words"], "999901", date(2026, 12, 1), False)
    assert (reply.kind, reply.entries[0].id) == (row["by"], row["found"])
    assert row["found"] in covers()[row["system"]]


async def test_none_of_them_ends_in_not_understood_and_none_can_be_booked(tmp_path: Path) -> None:
    town = World(tmp_path)
    await town.open()
    try:
        for row in ROWS:
            await town.say(row["system"], row["words"])
            assert set(town.keys(row["system"])) <= HONEST, row["words"]
            assert not {"在这里约", "打开地图"} & set(town.buttons(row["system"])), row["words"]
            assert town.last(row["system"]).message.location is None
    finally:
        town.close()


@pytest.mark.parametrize(
    ("words", "found", "rest"),
    [
        ("红庙坡永安有没有托班", "yongan", "有没有托班"),
        ("紅廟坡永安有沒有托班", "yongan", "有没有托班"),
        ("西安莲湖区红庙坡街道永安社区有托班吗", "yongan", "有托班吗"),
        ("北京亦庄托育综合服务中心", "etown", ""),
        ("湖畔嘉苑", "hupan", ""),
        ("兖州儒易托电话", "ruyituo", "电话"),
        ("永安社区在哪", None, None),
        ("鼓楼街道有托育吗", None, None),
        ("柳荫小区", None, None),
        ("", None, None),
    ],
)
def test_a_name_or_two_words_of_an_address_are_enough(
    words: str, found: str | None, rest: str | None
) -> None:
    meant = shipped().spoken_of(words)
    assert (meant and meant[0].id, meant and meant[1]) == (found, rest)


def test_prices_and_telephones_are_left_to_the_entries() -> None:
    assert [reported.asks_where(rest) for rest in ("", "在哪", "有没有托班", "怎么样")] == [True] * 4
    assert [reported.asks_where(rest) for rest in ("电话", "多少钱", "几点开门", "有备案吗")] == [False] * 4


async def test_a_place_in_another_town_than_was_said_is_told_apart(tmp_path: Path) -> None:
    town = World(tmp_path)
    await town.open()
    try:
        await town.say("mama", "沈阳东新实验幼托园")
        said = town.last("mama").text
        assert "杭州市拱墅区" in said
        assert "沈阳市有没有同名的，我没见过报道" in said
        await town.press("mama", "报道里还说了什么")
        assert town.keys("mama")[-1] == "questions.answer"
        await town.say("papa", "附近有托育吗")
        await town.say("papa", "红庙坡永安")
        assert town.keys("papa")[-1] == "centres.report", "as an answer to the question from where, too"
        assert "没有说收托日托" in town.last("papa").text
    finally:
        town.close()
