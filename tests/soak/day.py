"""Ten thousand stays booked in one day by as many families, each by one sentence and one tap, on the virtual clock.

They want some hours on the five working days that follow, near their estate; some think better of it. Then the days come:
reminders, morning lists, evening sheets. Everything must be accounted for, from the rows.
"""

from __future__ import annotations

import asyncio
import csv
import logging
import re
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import structlog

from bot.appointments import EVENING_AT
from bot.assembly import open_house
from bot.clock import VirtualClock, ms, parse_instant
from bot.house import House
from bot.messages import Place
from bot.settings import Settings
from bot.store import people
from bot.store.session import Db, sqlite_url
from bot.turn import Turn
from dialogs import home
from dialogs.booking.service import holding
from dialogs.booking.service.place import proof
from tests.bench.report import Row
from tests.dialogs.voucher.district import write_pack
from tests.dialogs.voucher.families import Family, Rim
from tests.soak.part import Given

STAYS, QUICK = 10_000, 300
PLACES, QUICK_PLACES = 150, 8
BEGINS = "2026-12-01T09:00:00+08:00"
"""A Tuesday morning; people book until 21:00."""
HOURS = 12
DAYS = ("明天", "后天", "12月4号", "12月7号", "12月8号")
STARTS = ("八点", "九点", "十点", "下午一点", "下午两点", "下午三点")
MONTHS = (7, 10, 14, 18, 20, 25, 30)
CHANGED_MIND = 0.04
ESTATES = tuple(f"{first}{second}小区" for first in "松竹梅兰桂枫榆荷" for second in "溪岭湾坪塘")
"""Names of nobody's estates."""


def measure(given: Given) -> list[Row]:
    """The day on each database."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        folder = given.folder / name
        folder.mkdir()
        url = sqlite_url(folder / "day.db") if name == "SQLite" else given.postgres.create_database("day")
        day = Day(folder, url, given)
        try:
            asyncio.run(day.live())
            rows += [Row(f"{name}: {row.what}", row.figure, row.bound, row.holds) for row in day.rows()]
        finally:
            day.house.store.close()
    return rows


class Day:
    """A district of its own, its families and what they saw."""

    def __init__(self, folder: Path, url: str, given: Given) -> None:
        self.rng = Random(given.seed)
        self.stays, self.places = (QUICK, QUICK_PLACES) if given.quick else (STAYS, PLACES)
        _write_district(folder / "data", self.places)
        settings = Settings(
            _env_file=None, data_dir=folder / "data", keys=folder / "keys", city="wide", database_url=url
        )  # type: ignore[call-arg]
        self.clock = VirtualClock(parse_instant(BEGINS, settings.zone))
        self.house: House = open_house(settings, self.clock)
        self.rim = Rim("terminal")
        self.house.channels["terminal"] = self.rim
        self.first, self.ratio = self.clock.now().date(), ""
        self.saw: Counter[str] = Counter()
        self.took: list[float] = []

    async def live(self) -> None:
        """Everybody books at a moment of their own; then a week and a day pass."""
        self.house.open()
        self.house.store.write(self._appoint)
        for number in range(self.stays):
            await self.house.advance(
                self.clock,
                parse_instant(BEGINS, self.house.ground.settings.zone)
                + timedelta(hours=HOURS) * number / self.stays,
            )
            begin = time.perf_counter()
            await self._book(Family(self.house, self.rim, f"f{number}"))
            self.took.append(time.perf_counter() - begin)
        self.ratio = self.house.store.write(self._proof)
        for _ in range(9):
            await self.house.advance(self.clock, self.clock.now() + timedelta(days=1))

    async def _book(self, family: Family) -> None:
        rng = self.rng
        await family.say(
            f"{rng.choice(ESTATES)}附近，{rng.choice(DAYS)}{rng.choice(STARTS)}想托{rng.choice('两两三')}小时，"
            f"孩子{rng.choice(MONTHS)}个月"
        )
        await family.press("就约这个")
        self.saw[family.last_key] += 1
        if family.last_key == "booking.receipt" and rng.random() < CHANGED_MIND:
            assert await family.press("来不了，取消")
            self.saw["cancelled"] += 1

    def _appoint(self, db: Db) -> None:
        for number in range(self.places):
            _, who = people.meet(db, Place("terminal", f"s{number}"), self.clock.now())
            db.run(
                "INSERT INTO staff (person_id, name, role, place, since) VALUES (:person, :name, 'centre', :place, :now)",
                person=who.id,
                name=f"s{number}",
                place=f"p{number}",
                now=ms(self.clock.now()),
            )

    def rows(self) -> list[Row]:
        """What came of it."""
        asked = self._all("SELECT state, count(*) AS n FROM booking GROUP BY state")
        by_state = {row["state"]: int(row["n"]) for row in asked}
        kept = sum(n for state, n in by_state.items() if state not in ("cancelled", "lapsed"))
        evening = datetime.combine(self.first, EVENING_AT, self.house.ground.settings.zone)
        warned = sum(
            row["day"] > (self.first + timedelta(days=1)).isoformat() or row["created"] < ms(evening)
            for row in self._all(
                "SELECT day, created FROM booking WHERE state NOT IN ('cancelled', 'lapsed')"
            )
        )
        receipts = self.saw["booking.receipt"]
        took = sorted(self.took)
        arrived = Counter(
            message.keys[-1] for heard in self.rim.arrived.values() for message in heard if message.keys
        )
        listed = {row["place"] + row["day"] for row in self._all(
            "SELECT place, day FROM booking WHERE state NOT IN ('cancelled', 'lapsed')"
        )}  # fmt: skip
        differ = self.house.store.write(lambda db: holding.recounted(self._turn(db)))
        return [
            Row("stays booked by a sentence and a tap", f"{receipts:,}", f"{self.stays:,}", receipts == self.stays),
            Row("cancelled", f"{by_state.get('cancelled', 0):,}", f"{self.saw['cancelled']:,}", by_state.get("cancelled", 0) == self.saw["cancelled"]),
            Row("a sentence to its receipt, median and p95", f"{_ms(took[len(took) // 2])}, {_ms(took[len(took) * 95 // 100])}"),
            Row("the whole day's talk on one core", f"{sum(took):,.0f} s", "< 3,600 s", sum(took) < 3600),
            Row("reminders of the evening before", f"{arrived['booking.evening']:,}", f"{warned:,}", arrived["booking.evening"] == warned),
            Row("reminders of two hours before", f"{arrived['booking.soon']:,}", f"{kept:,}", arrived["booking.soon"] == kept),
            Row("morning lists", f"{arrived['booking.list']:,}", f"{len(listed):,}", arrived["booking.list"] == len(listed)),
            Row("counters that differ from the rows", str(len(differ)), "0", not differ),
            Row("half hours with children by the rows; above ratio", self.ratio, "none above", self.ratio.endswith(" none")),
        ]  # fmt: skip

    def _turn(self, db: Db) -> Turn:
        return Turn(self.house.ground, db, self.clock.now())

    def _proof(self, db: Db) -> str:
        """The half hours of the month with children in them, and how many are above their ratio."""
        try:
            said = proof.ratio(self._turn(db), ("2026-12",), home(self.house.ground.settings))
        except ValueError as broken:
            return str(broken).splitlines()[-1]
        looked_at = re.search(r"(\d+) half hours", said.splitlines()[-1])
        return f"{int(looked_at[1]) if looked_at else 0:,}; none"

    def _all(self, sql: str) -> list[dict[str, Any]]:
        return self.house.store.read(lambda db: [dict(row) for row in db.all(sql)])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def _write_district(data: Path, places: int) -> None:
    """A pack `wide`: the sample's rules, places and estates on a grid of some 150 m."""
    write_pack(data, "wide", city={"care": {"ahead_days": 40, "at_once": 3, "cancel_minutes": 120}})
    folder = data / "content" / "cities" / "wide"
    heads = {
        "places": "id,name,address,phone,lat,lon,datum,months_from,months_to,accepting,kind,licensed,area,source,source_date",
        "classes": "place,class,name,months_from,months_to,ratio,cap,carers",
        "hours": "place,days,opens,closes",
        "services": "place,service,price_fen,unit,notice_hours,days,opens,closes,months_from,months_to",
        "landmarks": "id,name,other_names,kind,lat,lon,datum",
    }
    lines: dict[str, list[str]] = {name: [] for name in heads}
    for number in range(places):
        at = f"{34.25 + 0.0014 * (number % 12):.4f},{108.93 + 0.0016 * (number // 12):.4f},WGS-84"
        lines["places"].append(
            f"p{number},{number + 1}号托育点（示例）,示例路{number + 1}号,000-0000-0000,{at},6,36,voucher,centre,60,520,示例,2026-09-01"
        )
        lines["classes"] += [
            f"p{number},infant,乳儿班（示例）,6,11,1:3,10,3",
            f"p{number},toddler,托小班（示例）,12,23,1:5,15,3",
            f"p{number},older,托大班（示例）,24,36,1:7,20,3",
        ]
        lines["hours"].append(f"p{number},1-5,07:30,18:00")
        lines["services"].append(f"p{number},hourly,2000,hour,0,,,,,")
    for number, name in enumerate(ESTATES):
        at = f"{34.25 + 0.0042 * (number % 4):.4f},{108.93 + 0.0021 * (number // 4):.4f},WGS-84"
        lines["landmarks"].append(f"e{number},{name}（示例）,,estate,{at}")
    for name, head in heads.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(line.split(",") for line in [head, *lines[name]])
