"""What the talk is about: the place that is asked about, the last questions and what answered them.

A short question that follows belongs to the last one; 没用 carries its question to staff. All of it goes after DAYS.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from bot.clock import instant, ms
from bot.redact import scrub
from bot.turn import Turn
from dialogs.questions.service import kept
from knowledge import regions

DAYS = 14
"""So long words are kept, and a place since it was told."""
FRESH = timedelta(minutes=30)
"""So long the last question is what a short one follows."""


class Last(NamedTuple):
    """The last question and the entry that answered it, "" while it is open which city is meant."""

    words: str
    entry: str


def keep(turn: Turn, entry: str, words: str) -> int:
    """Keep a question with the entry that answers it. Returns the row, for `words_of`."""
    return int(
        turn.db.value(
            "INSERT INTO answer_asked (person_id, words, entry, at, forgotten)"
            " VALUES (:person, :words, :entry, :now, :day) RETURNING id",
            person=turn.who.id,
            words=turn.seal(scrub(words)[: kept.MOST], "answer_asked.words"),
            entry=entry,
            now=ms(turn.now),
            day=kept.until(turn, DAYS),
        )
    )


def words_of(turn: Turn, number: Any) -> str:
    """The words of a question of this person; "" where it has been forgotten."""
    row = turn.db.one(
        "SELECT words FROM answer_asked WHERE id = :id AND person_id = :person",
        id=number,
        person=turn.who.id,
    )
    return "" if row is None else turn.unseal(row["words"], "answer_asked.words")


def words_offered(turn: Turn, tap: Any) -> str:
    """The words of a question that was met with choices (its row in `given`); "" where it has been forgotten."""
    row = turn.db.one(
        "SELECT question FROM answer_tap WHERE id = :id AND person_id = :person", id=tap, person=turn.who.id
    )
    return "" if row is None else turn.unseal(row["question"], "answer_tap.question")


def last(turn: Turn) -> Last | None:
    """The last question, if that is not long ago."""
    if turn.who.new:
        return None
    row = turn.db.one(
        "SELECT words, entry FROM answer_asked WHERE person_id = :person AND at >= :since ORDER BY id DESC LIMIT 1",
        person=turn.who.id,
        since=ms(turn.now - FRESH),
    )
    return None if row is None else Last(turn.unseal(row["words"], "answer_asked.words"), row["entry"])


# -- the place -------------------------------------------------------------------------------------------------------


def place(turn: Turn) -> str | None:
    """The code of the region that the person said they ask about; None where they said none."""
    if turn.who.new:
        return None
    found = turn.db.value("SELECT region FROM answer_place WHERE person_id = :person", person=turn.who.id)
    return None if found is None else str(found)


def ask_about(turn: Turn, region: str) -> None:
    """Remember a place for the questions that come."""
    turn.db.run(
        "INSERT INTO answer_place (person_id, region, at, forgotten) VALUES (:person, :region, :now, :day)"
        " ON CONFLICT (person_id) DO UPDATE SET region = :region, at = :now, forgotten = :day",
        person=turn.who.id,
        region=region,
        now=ms(turn.now),
        day=kept.until(turn, DAYS),
    )


def home_again(turn: Turn) -> None:
    """Forget the place: what is asked is asked at home."""
    turn.db.run("DELETE FROM answer_place WHERE person_id = :person", person=turn.who.id)


# -- of a person -----------------------------------------------------------------------------------------------------


def export(turn: Turn, person: int, titles: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The place and the questions of a person. `titles`: the questions of the entries, by id."""
    places = turn.db.all("SELECT * FROM answer_place WHERE person_id = :id", id=person)
    asked = turn.db.all("SELECT * FROM answer_asked WHERE person_id = :id ORDER BY id", id=person)
    names = regions.names()
    return {
        "place": [
            {
                "place": regions.full_name(row["region"]) if row["region"] in names else "",
                "region": row["region"],
                "at": instant(int(row["at"])),
                "forgotten": row["forgotten"],
            }
            for row in places
        ],
        "asked": [
            {
                "words": turn.unseal(row["words"], "answer_asked.words"),
                "question": titles.get(row["entry"], ""),
                "entry": row["entry"],
                "at": instant(int(row["at"])),
                "forgotten": row["forgotten"],
            }
            for row in asked
        ],
    }
