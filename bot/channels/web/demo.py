"""The demonstration: three personas in one browser and a clock that can be moved. Absent anywhere else (404)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.web.needs import Live, Movable
from bot.channels.web.visitor import Door, Visitor
from bot.clock import SystemClock, VirtualClock, ms, parse_instant
from bot.messages import Place
from bot.store import people
from bot.store.session import Db

STAFF_ROLES = ("admin", "centre")
FARTHEST = timedelta(days=400)
"""One move of the clock goes no farther than this."""
_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class Demo:
    """What only a demonstration has. `prepare` and `shown` are for the chat page, `clock` answers its buttons."""

    def __init__(self, live: Live, door: Door) -> None:
        self._live = live
        self._door = door
        self._prepared: set[str] = set()
        self._moving = asyncio.Lock()

    async def prepare(self, visitor: Visitor) -> None:
        """The staff persona of a visitor is staff without an invitation."""
        if visitor.session not in self._prepared:
            place, now = visitor.places["staff"], self._live.house.ground.clock.now()
            await self._live.house.store.commit(lambda db: make_staff(db, place, now))
            self._prepared.add(visitor.session)

    def shown(self) -> str:
        """The present local time as an ISO string without an offset."""
        ground = self._live.house.ground
        return ground.clock.now().astimezone(ground.settings.zone).strftime("%Y-%m-%dT%H:%M:%S")

    async def clock(self, request: Request) -> Response:
        """POST /demo/clock {"by": "hour"|"day"|"next"} or {"to": local ISO time}: the time is played up to there."""
        tree = await self._door.json(request)
        self._door.known(request)
        clock = self._live.house.ground.clock
        if not isinstance(clock, SystemClock | VirtualClock):
            raise HTTPException(404)
        async with self._moving:
            target = await asyncio.to_thread(self._target, tree, clock)
            if target is None:
                return JSONResponse({"now": self.shown(), "moved": False})
            await self._live.advance(clock, target)
        return JSONResponse({"now": self.shown(), "moved": True})

    def _target(self, tree: dict[str, object], clock: Movable) -> datetime | None:
        """Where to move. None: nothing is due any more. Raises 422 for the past and the far future."""
        now, by, to = clock.now(), tree.get("by"), tree.get("to")
        if by == "next":
            due = self._live.house.next_due()
            return None if due is None else max(due, now)
        if isinstance(by, str) and by in _STEPS:
            return now + _STEPS[by]
        try:
            target = parse_instant(str(to), self._live.house.ground.settings.zone)
        except ValueError:
            raise HTTPException(422) from None
        if not now <= target <= now + FARTHEST:
            raise HTTPException(422)
        return target


def make_staff(db: Db, place: Place, now: datetime) -> None:
    """Give the person at this place every demonstration role, everywhere, unless they hold it."""
    _, who = people.meet(db, place, now)
    for role in STAFF_ROLES:
        if not who.may(role):
            db.run(
                "INSERT INTO staff (person_id, name, role, place, since) VALUES (:person, :name, :role, '', :now)",
                person=who.id,
                name="演示工作人员",
                role=role,
                now=ms(now),
            )
