"""What is remembered of answers and choices: by whom, for how long, and that it goes when its person goes."""

from __future__ import annotations

from bot.store.session import Db
from bot.turn import Turn
from dialogs.questions.service import kept
from dialogs.questions.service.editors import taps
from tests.dialogs.account.town import Town

QUESTION = "国家的育儿补贴一年多少钱"
VAGUE = "托育机构全市有多少家"
TOLD = "SELECT person_id, entry, digest, forgotten FROM answer_given ORDER BY id"
TAPS = "SELECT offered, chosen, forgotten FROM answer_tap ORDER BY id"


def forgotten(town: Town, table: str, day: str) -> None:
    """Let the rows of a table go on a day, as if they were old."""
    town.house.store.write(lambda db: db.run(f"UPDATE {table} SET forgotten = :day", day=day))


async def test_an_answer_is_remembered_once_and_forgotten_after_sixty_days(any_town: Town) -> None:
    town = any_town
    await town.say("mama", QUESTION)
    (row,) = town.rows(TOLD)
    assert (row["entry"], row["forgotten"]) == ("subsidy-amount", "2027-01-30")
    await town.forward(days=3)
    await town.say("mama", QUESTION)
    (again,) = town.rows(TOLD)
    assert again == {**row, "forgotten": "2027-02-02"}
    assert "3600" in town.rows("SELECT zh FROM answer_text")[0]["zh"]
    forgotten(town, "answer_given", "2026-12-05")
    await town.to("2026-12-05T09:00")
    assert len(town.rows(TOLD)) == len(town.rows("SELECT 1 FROM answer_text")) == 1
    await town.to("2026-12-05T09:30")
    assert town.rows(TOLD) == town.rows("SELECT 1 FROM answer_text") == []


async def test_what_nobody_has_published_is_remembered_too(town: Town) -> None:
    await town.say("mama", "银川宝宝屋托一次多少钱")
    assert len(town.rows(TOLD)) == 1


async def test_the_choice_that_was_meant_is_kept_with_the_question(any_town: Town) -> None:
    town = any_town
    await town.say("mama", VAGUE)
    (row,) = town.rows(TAPS)
    assert (row["chosen"], row["forgotten"]) == (None, "2026-12-15")
    assert len(row["offered"].split()) >= 2
    await town.press("mama", next(label for label in town.buttons("mama") if "大连" in label))
    (row,) = town.rows(TAPS)
    assert row["chosen"] in row["offered"].split()
    assert row["forgotten"] == "2027-03-01"
    assert [told["entry"] for told in town.rows(TOLD)] == [row["chosen"]]
    await town.say("mama", VAGUE)
    await town.press("mama", "都不是")
    assert [tap["chosen"] for tap in town.rows(TAPS)] == [row["chosen"], ""]
    forgotten(town, "answer_tap", "2026-12-02")
    await town.say("mama", VAGUE)
    await town.to("2026-12-02T09:30")
    assert [tap["chosen"] for tap in town.rows(TAPS)] == [None]


async def test_no_word_of_a_question_lies_open(town: Town) -> None:
    await town.say("mama", VAGUE)
    row = town.rows("SELECT question FROM answer_tap")[0]
    assert VAGUE.encode() not in bytes(row["question"])
    assert VAGUE not in str(town.rows("SELECT payload FROM action"))


async def test_two_addresses_of_one_person_were_told_last_what_the_later_one_was(any_town: Town) -> None:
    town = any_town
    for who in ("mama", "pad"):
        await town.say(who, QUESTION)
        await town.forward(days=1)
    await town.say("pad", "银川宝宝屋托一次多少钱")
    mama, pad = town.person("mama"), town.person("pad")

    def joined(db: Db) -> None:
        db.run("UPDATE answer_given SET digest = 'older' WHERE person_id = :id", id=mama)
        kept.join(Turn(town.house.ground, db, town.now), mama, pad)

    town.house.store.write(joined)
    rows = town.rows(TOLD)
    assert {row["person_id"] for row in rows} == {mama}
    assert len(rows) == 2
    assert "older" not in {row["digest"] for row in rows}


async def test_editors_read_which_choice_was_meant_and_not_by_whom(town: Town) -> None:
    await town.say("mama", "托育机构全市有多少家 13800138000")
    await town.say("mama", VAGUE)
    assert "nobody" in town.house.store.write(lambda db: taps(Turn(town.house.ground, db, town.now), ()))
    await town.press("mama", "都不是")
    printed = town.house.store.write(lambda db: taps(Turn(town.house.ground, db, town.now), ()))
    (line,) = printed.splitlines()
    question, meant, offered = line.split("\t")
    assert (question, meant) == (VAGUE, "-")
    assert len(offered.split()) >= 2
    held = [
        town.house.ground.keys.unseal(bytes(row["question"]), "answer_tap.question").decode()
        for row in town.rows("SELECT question FROM answer_tap")
    ]
    assert "13800138000" not in "".join(held)
