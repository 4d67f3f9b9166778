"""What was answered to whom, and which choice was meant: kept for some weeks, then forgotten.

Of an answer only its entry and the version of its words are kept, for 60 days: whoever was told what is not so any more
can be told so (corrections.py). A question that was met with choices is kept with the choice that was tapped, for those
who write the corpus: they read it without its person, whose export and erasure it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from bot.clock import instant, ms
from bot.redact import scrub
from bot.turn import Turn
from dialogs.questions import rules
from dialogs.questions.service import kept
from knowledge.entries import Entry

DAYS = 60
"""So long an answer is remembered: who was told it within this time hears of a correction."""
TAP_DAYS, UNTAPPED_DAYS = 90, 14
"""So long a question with its choice is kept, and one whose choices nobody tapped."""


def version_of(entry: Entry) -> str:
    """Hex SHA-256 of what an entry says: its answers and its dates, not how it is asked for or who said it."""
    head = entry.head
    said = [entry.answer, head.plain, head.en, head.ended, str(head.valid.from_), str(head.valid.until)]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def keep_words(turn: Turn, entry: Entry) -> str:
    """Keep the words of an entry as it stands now, once. Returns their version."""
    digest = version_of(entry)
    turn.db.run(
        "INSERT INTO answer_text (digest, zh, en) VALUES (:digest, :zh, :en) ON CONFLICT DO NOTHING",
        digest=digest,
        zh=entry.answer,
        en=entry.head.en,
    )
    return digest


def told(turn: Turn, entry: Entry, person: int | None = None) -> None:
    """Remember that a person (whoever talks, where none is named) has been told an entry as it stands now."""
    digest = keep_words(turn, entry)
    turn.db.run(
        "INSERT INTO answer_given (person_id, entry, digest, at, forgotten) VALUES (:person, :entry, :digest, :now, :day)"
        " ON CONFLICT (person_id, entry) DO UPDATE SET digest = :digest, at = :now, forgotten = :day",
        person=turn.who.id if person is None else person,
        entry=entry.id,
        digest=digest,
        now=ms(turn.now),
        day=kept.until(turn, DAYS),
    )


# -- which choice was meant ------------------------------------------------------------------------------------------


def offered(turn: Turn, entries: Iterable[str]) -> int:
    """Keep the question of this turn with the entries that are offered for it. Returns the row, for `tapped`."""
    return int(
        turn.db.value(
            "INSERT INTO answer_tap (person_id, question, offered, at, forgotten)"
            " VALUES (:person, :question, :offered, :now, :day) RETURNING id",
            person=turn.who.id,
            question=turn.seal(rules.masked(scrub(turn.words))[: kept.MOST], "answer_tap.question"),
            offered=" ".join(entries),
            now=ms(turn.now),
            day=kept.until(turn, UNTAPPED_DAYS),
        )
    )


def tapped(turn: Turn, payload: Mapping[str, Any], chosen: str = "") -> None:
    """The entry that was meant, "" for none of those offered. A button from before there were rows leaves none."""
    turn.db.run(
        "UPDATE answer_tap SET chosen = :chosen, forgotten = :day WHERE id = :id",
        id=payload.get("tap"),
        chosen=chosen,
        day=kept.until(turn, TAP_DAYS),
    )


# -- of a person -----------------------------------------------------------------------------------------------------


def export(turn: Turn, person: int, titles: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What was answered to a person and which choices they tapped. `titles`: the questions of the entries, by id."""
    answers = turn.db.all("SELECT * FROM answer_given WHERE person_id = :id ORDER BY id", id=person)
    taps = turn.db.all("SELECT * FROM answer_tap WHERE person_id = :id ORDER BY id", id=person)
    return {
        "answer": [
            {
                "question": titles.get(row["entry"], ""),
                "entry": row["entry"],
                "at": instant(int(row["at"])),
                "forgotten": row["forgotten"],
            }
            for row in answers
        ],
        "tap": [
            {
                "words": turn.unseal(row["question"], "answer_tap.question"),
                "meant": titles.get(row["chosen"] or "", ""),
                "chosen": row["chosen"],
                "offered": row["offered"],
                "at": instant(int(row["at"])),
                "forgotten": row["forgotten"],
            }
            for row in taps
        ],
    }
