"""Whose words these are: finding a place, booking some hours, activities, a question. Never a safety card for daily life."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.world import World

ROWS = Path(__file__).parent / "begins.csv"


async def test_each_sentence_begins_what_it_means(world: World) -> None:
    with ROWS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 40
    wrong = []
    for number, row in enumerate(rows):
        await world.say(f"p{number}", row["text"])
        key = world.keys(f"p{number}")[-1]
        if key.partition(".")[0] != row["service"]:
            wrong.append(f"{row['text']}: {key}")
    assert wrong == []
