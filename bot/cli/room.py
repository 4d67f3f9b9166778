"""A terminal with a house behind it: people act, time moves when it is told to, a restart forgets everything.

The talk for people, the JSON door, the journeys and the tests' world all drive this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from bot.channels.terminal import NAME, Act, Shown, Terminal, inbound
from bot.clock import Clock, VirtualClock, ms
from bot.house import House
from bot.messages import Place
from bot.redact import Redacted
from bot.store import inbox, people
from bot.store.session import Db
from bot.store.staff import ROLES

Opener = Callable[[Clock], House]


class Room:
    """One house on a clock that stands still between two calls. `open` comes first, `close` last."""

    def __init__(self, opener: Opener, start: datetime) -> None:
        self.clock = VirtualClock(start)
        self._opener = opener
        self._run = uuid4().hex
        self._acts = 0
        self.house: House
        self._terminal: Terminal

    async def open(self) -> list[Shown]:
        """Open the house and let happen what is due: what was left unanswered, what is late."""
        self.house = self._opener(self.clock)
        self._terminal = Terminal(self.clock)
        self.house.channels[NAME] = self._terminal
        self.house.open()
        for key in self.house.store.read(inbox.waiting_places):
            await self._answer(Place(*key.split("|", 3)))
        await self.house.settle()
        return self._terminal.take()

    def close(self) -> None:
        """Let go of the database."""
        self.house.store.close()

    async def restart(self) -> list[Shown]:
        """Drop the house and everything in memory, and open the same database at the same time."""
        self.close()
        return await self.open()

    def words(self, act: Act) -> Redacted:
        """What was said, free of document numbers. Nothing else of it may be kept."""
        if not act.say:
            return Redacted("")
        house, place = self.house, act.place
        return house.redactor.redact(act.say, expecting=house.expects(place), holder=place.key)

    async def act(self, act: Act, words: Redacted | None = None) -> list[Shown]:
        """Somebody does something; everything that anybody is shown because of it. `words` as `words` gave them."""
        self._acts += 1
        words = self.words(act) if words is None else words
        if act.chat:
            self.house.store.write(lambda db: self._same_person(db, act))
        self._terminal.speaker = act.place
        await self.house.hear(inbound(act, words, f"{self._run}-{self._acts}"))
        self._terminal.speaker = None
        await self.house.settle()
        return self._terminal.take()

    async def to(self, instant: datetime) -> list[Shown]:
        """Move the time; everything due on the way happens, in order. Raises ValueError for an earlier one."""
        if instant < self.clock.now():
            raise ValueError("the clock never goes back")
        await self.house.advance(self.clock, instant)
        return self._terminal.take()

    def appoint(self, name: str, role: str, place: str = "") -> None:
        """Make somebody a member of staff (again: nothing). Raises ValueError for a role that does not exist."""
        if role not in ROLES:
            raise ValueError(f"{role} is no role; there are {', '.join(ROLES)}")

        def write(db: Db) -> None:
            now = self.clock.now()
            _, who = people.meet(db, Place(NAME, name), now)
            if (role, place) not in who.roles:
                db.run(
                    "INSERT INTO staff (person_id, name, role, place, since)"
                    " VALUES (:person, :name, :role, :place, :now)",
                    person=who.id,
                    name=name,
                    role=role,
                    place=place,
                    now=ms(now),
                )

        self.house.store.write(write)

    async def _answer(self, place: Place) -> None:
        while (handled := self.house.store.write(lambda db: self.house.turn(db, place))) is not None:
            await self.house.send_all(handled.replies)

    def _same_person(self, db: Db, act: Act) -> None:
        """In a chat of several the one who speaks is still the one of that name."""
        now = self.clock.now()
        _, person = people.meet(db, Place(NAME, act.who), now)
        address_id, there = people.meet(db, act.place, now)
        if there.id != person.id:
            db.run("UPDATE address SET person_id = :person WHERE id = :id", person=person.id, id=address_id)


def appointment(text: str) -> tuple[str, str, str]:
    """NAME=ROLE[@PLACE] as (name, role, place). Raises ValueError."""
    name, _, post = text.partition("=")
    role, _, place = post.partition("@")
    if not name or role not in ROLES:
        raise ValueError(f"{text!r}: wanted NAME=ROLE or NAME=ROLE@PLACE, the role one of {', '.join(ROLES)}")
    return name, role, place
