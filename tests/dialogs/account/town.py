"""A town with the four services that every district needs, and a neighbour whose rows belong to persons too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest_asyncio

from bot.capability import Capability
from bot.clock import ms
from bot.messages import Place
from bot.store import people
from bot.store.session import Db
from bot.turn import Turn
from dialogs import account, questions, staff, urgent
from knowledge.current import Current
from knowledge.privacy import load_privacy
from knowledge.shelves import Shelves
from tests.world import Given, World

CORPUS = Current(Shelves((files("knowledge").joinpath("corpus"),)))
PHONE = "+8602900000417"


class Neighbour:
    """A service with one thing for each person of its list, and a memory of whom it was asked to move."""

    def __init__(self) -> None:
        self.owners: list[int] = []
        self.moved: list[tuple[int, int]] = []
        self.revoked: list[tuple[int | None, str]] = []

    def capability(self) -> Capability:
        return Capability("neighbour", Path(__file__).parent, join=self.join, my_things=self.my_things, revoked=self.on_revoked,
            staff_words=self.staff_words, describes={"parcel": self.describe})  # fmt: skip

    def join(self, _turn: Turn, keep: int, other: int) -> None:
        self.moved.append((keep, other))
        self.owners = [keep if owner == other else owner for owner in self.owners]

    def on_revoked(self, _turn: Turn, subject: int | None, purpose: str) -> None:
        self.revoked.append((subject, purpose))

    def staff_words(self, turn: Turn) -> list[tuple[str, str]]:
        return [("收件", "收下邻居的包裹")] if turn.who.may("centre") else []

    def describe(self, _turn: Turn, number: int) -> str:
        return f"{number} 号包裹，12 元"

    def my_things(self, turn: Turn) -> int:
        """Counts, and says it with words that are there anyway."""
        held = self.owners.count(turn.who.id)
        for _ in range(held):
            turn.say("account.revoked_before")
        return held


class Town(World):
    """The world of these tests: what they ask of it in one word."""

    neighbour: Neighbour

    def person(self, who: str) -> int:
        """The id of the person behind a name; made where there is none yet."""

        def meet(db: Db) -> int:
            return people.meet(db, Place("terminal", who), self.now)[1].id

        return self.house.store.write(meet)

    def registered(self, who: str, phone: str = PHONE) -> str:
        """Let somebody have a phone, a consent and a thing at the neighbour's. Returns their recovery code."""
        person = self.person(who)
        keys = self.house.ground.keys

        def write(db: Db) -> str:
            db.run(
                "UPDATE person SET phone = :phone WHERE id = :id",
                id=person,
                phone=keys.seal(phone.encode(), "person.phone"),
            )
            db.run(
                "INSERT INTO consent (person_id, purpose, wording, given) VALUES (:id, 'basic', '1', :now)",
                id=person,
                now=ms(self.now),
            )
            return people.recovery_code(db, keys, person, Random(person))

        self.neighbour.owners.append(person)
        return self.house.store.write(write)

    def heard(self, who: str) -> str:
        """Everything somebody was shown, as one text."""
        return "\n".join(shown.text for shown in self.shown_to(who))


async def open_town(folder: Path, url: str = "", corpus: Current = CORPUS) -> Town:
    """The town on a database, answering from a corpus; one on duty and one admin."""
    neighbour = Neighbour()
    services = (
        urgent.capability(),
        account.capability(load_privacy()),
        staff.capability({"liuyin": "柳荫园"}),
        neighbour.capability(),
        questions.capability(corpus, "999901"),
    )
    town = Town(folder, url, dialogs=Given(services))
    town.neighbour = neighbour
    await town.open()
    town.staff("duty", "duty")
    town.staff("boss", "admin")
    return town


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """The town at nine in the morning, with one on duty and one admin."""
    town = await open_town(tmp_path)
    yield town
    town.close()


@pytest_asyncio.fixture
async def any_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """The same on a fresh database of either kind; the test runs twice."""
    town = await open_town(tmp_path, database_url)
    yield town
    town.close()
