"""A town on the virtual clock: a house, its channels, invented households, and some months of rounds played through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.assembly import open_house
from bot.clock import VirtualClock, ms, parse_instant
from bot.house import House
from bot.messages import Outgoing, Place
from bot.settings import Settings
from bot.store import people
from bot.store.session import Db
from tests.dialogs.voucher.district import bands, write_pack
from tests.dialogs.voucher.families import Family, Rim
from tests.rehearsal.households import Child, Event, Household
from tests.world import START

SEED = 20261201
FIRST = date(2026, 12, 1)
QUOTAS = {"m00-12": 30, "m13-24": 60, "m25-k": 500}
"""Two bands are oversubscribed, one is not."""


class Town:
    """`months` rounds from December 2026 on. Households begin in the first `starts` of them, and some come again."""

    def __init__(
        self,
        folder: Path,
        url: str,
        households: int,
        months: int,
        starts: int = 1,
        quotas: Mapping[str, int] = QUOTAS,
    ) -> None:
        self.quotas = quotas
        write_pack(folder / "data", "small", bands=bands(*quotas.values()), extend_days=30)
        self.settings = Settings(
            _env_file=None,
            data_dir=folder / "data",
            keys=folder / "keys",
            city="small",
            database_url=url,
        )  # type: ignore[call-arg]
        self.clock = VirtualClock(parse_instant(START, self.settings.zone))
        self.house: House = open_house(self.settings, self.clock)
        self.rims = {name: Rim(name) for name in ("terminal", "telegram", "web")}
        self.house.channels.update(self.rims)
        self.opens = [FIRST + relativedelta(months=month) for month in range(months)]
        rng = Random(SEED)
        self.households = [
            Household(n, rng, self.house, self.rims, self.opens[n % starts]) for n in range(1, households + 1)
        ]
        self._staff = {
            name: Family(self.house, self.rims["terminal"], name) for name in ("lin", "boss", "second")
        }

    @property
    def children(self) -> list[Child]:
        return [child for household in self.households for child in household.children]

    @property
    def rounds(self) -> list[str]:
        """The rounds' names, YYYY-MM."""
        return [f"{opens:%Y-%m}" for opens in self.opens]

    async def begin(self) -> None:
        """Open the house; appoint its staff."""
        self.house.open()
        self.house.store.write(self._appoint)

    async def end(self) -> None:
        """Let a month pass, in which the last vouchers and offers come to their end."""
        await self.until(self.opens[-1] + relativedelta(months=2, days=8), 9)

    async def month(self, opens: date) -> None:
        """One round: people apply, hear the result, use what they won, and answer what comes free."""
        here = [home for home in self.households if home.takes_part(opens)]
        begins = self._at(opens, 9) if opens == FIRST else self._at(opens + timedelta(days=2), 15)
        await self._carry_out([event for home in here for event in home.events(begins, f"{opens:%Y-%m}")])
        results = opens + relativedelta(months=1, days=2)
        await self.until(results, 9)
        for home in here:
            await home.use(self._staff["lin"])
        await self.until(results, 15)  # past the undo: what was declined has been offered
        for home in here:
            await home.answer_offers()

    async def extend(self, round_name: str, days: int, reason: str) -> None:
        """Two of the staff move a round's last day."""
        await self._staff["boss"].say(f"顺延 {round_name} {days} {reason}")
        assert await self._staff["second"].press("确认")

    async def restart(self) -> None:
        """The process ends and begins again on the same database."""
        self.house.store.close()
        self.house = open_house(self.settings, self.clock)
        self.house.channels.update(self.rims)
        self.house.open()
        for family in self._staff.values():
            family.house = self.house
        for home in self.households:
            home.house = home.family.house = self.house

    async def until(self, day: date, hour: int) -> None:
        """Let the time pass until this hour of a day."""
        await self.house.advance(self.clock, self._at(day, hour))

    async def _carry_out(self, events: Sequence[Event]) -> None:
        for at, _, act in sorted(events, key=lambda event: event[:2]):
            if at > self.clock.now():
                await self.house.advance(self.clock, at)
            await act()

    def _at(self, day: date, hour: int) -> datetime:
        return parse_instant(f"{day.isoformat()}T{hour:02}:00", self.settings.zone)

    def _appoint(self, db: Db) -> None:
        for name, role, place in (
            ("lin", "centre", "liuyin"),
            ("boss", "admin", ""),
            ("second", "admin", ""),
        ):
            _, who = people.meet(db, Place("terminal", name), self.clock.now())
            db.run("INSERT INTO staff (person_id, name, role, place, since) VALUES (:p, :name, :role, :place, :now)",
                   p=who.id, name=name, role=role, place=place, now=ms(self.clock.now()))  # fmt: skip

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        return self.house.store.read(lambda db: [dict(row) for row in db.all(sql, **values)])

    def words(self, blob: bytes) -> str:
        return Outgoing.of_json(self.house.ground.keys.unseal(bytes(blob), "outbox.payload")).text
