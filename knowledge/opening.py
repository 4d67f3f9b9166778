"""When a place is open: weekday sets with breaks, public holidays, days that differ, and the doctor's days.

One row is one span: a lunch break makes two rows of a day. On a public holiday a place is closed unless a row says
`holiday`; on a weekend day worked to make up for one it keeps the rows that say `makeup`, else those of that weekday.
A row of days.csv replaces everything else on its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Literal, Self, get_args

import chinese_calendar
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

DayKind = Literal["weekday", "holiday", "makeup"]
Calendar = Callable[[date], DayKind]
Day = Literal["1", "2", "3", "4", "5", "6", "7", "holiday", "makeup"]
DAYS: tuple[Day, ...] = get_args(Day)
WORKING = frozenset(DAYS[:5])


@lru_cache(maxsize=1024)
def mainland(day: date) -> DayKind:
    """What kind of day it is by the mainland's calendar; a year whose holidays are not published yet has none."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return "weekday"
    return "weekday" if name is None else "holiday" if off else "makeup"


def _days(value: object) -> object:
    """`1-5`, `6;7`, `1-5;holiday` as a set; 1 is Monday."""
    if not isinstance(value, str):
        return value
    found: list[str] = []
    for part in filter(None, (part.strip() for part in value.split(";"))):
        first, dash, last = part.partition("-")
        if dash and first in DAYS[:7] and last in DAYS[:7] and first <= last:
            found += [str(number) for number in range(int(first), int(last) + 1)]
        else:
            found.append(part)
    return frozenset(found)


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


Days = Annotated[frozenset[Day], BeforeValidator(_days)]
Blank = BeforeValidator(_blank_is_none)


class Row(BaseModel):
    """A row of a CSV file that hangs on a place. Cells are text: numbers and times are read from strings."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def in_order(opens: time | None, closes: time | None) -> None:
    """Raises ValueError for a span that is half given or runs backwards."""
    if (opens is None) != (closes is None):
        raise ValueError("opens and closes belong together: fill both or none")
    if opens is not None and closes is not None and opens >= closes:
        raise ValueError("closes must lie after opens")


class Hours(Row):
    """Local hours on these days, from `opens` to before `closes`."""

    days: Days = Field(min_length=1)
    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.opens, self.closes)
        return self


class Special(Row):
    """One day that differs from the week: other hours, or closed where none are given. `why` is said with it."""

    date: date
    opens: Annotated[time | None, Blank] = None
    closes: Annotated[time | None, Blank] = None
    why: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.opens, self.closes)
        return self


def _weeks(value: object) -> object:
    return (
        frozenset(part.strip() for part in value.split(";") if part.strip())
        if isinstance(value, str)
        else value
    )


class DoctorDay(Row):
    """When a doctor comes: on these weekdays, in the first to fifth of them in a month (`weeks`; none = every week)."""

    days: Days = Field(min_length=1)
    weeks: Annotated[frozenset[Annotated[int, Field(ge=1, le=5)]], BeforeValidator(_weeks)] = frozenset()
    opens: Annotated[time | None, Blank] = None
    closes: Annotated[time | None, Blank] = None
    who: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.days <= frozenset(DAYS[:7]):
            raise ValueError("days: weekdays only")
        in_order(self.opens, self.closes)
        return self

    def on(self, day: date) -> bool:
        """Whether the doctor comes on that local day, as far as the week says."""
        return str(day.isoweekday()) in self.days and (not self.weeks or (day.day - 1) // 7 + 1 in self.weeks)


class Opening:
    """The hours of one place. `hours` empty: nobody published them."""

    def __init__(self, hours: Iterable[Hours] = (), specials: Iterable[Special] = ()) -> None:
        self.hours, self.specials = tuple(hours), tuple(specials)

    def on(self, day: date, calendar: Calendar = mainland) -> tuple[tuple[time, time], ...] | None:
        """The spans in which it is open on that local day, in order; () = closed, None = not published."""
        special = [one for one in self.specials if one.date == day]
        if special:
            return tuple(sorted((one.opens, one.closes) for one in special if one.opens and one.closes))
        if not self.hours:
            return None
        wanted = self._rows_of(day, calendar(day))
        return tuple(sorted((one.opens, one.closes) for one in self.hours if wanted in one.days))

    def at(self, moment: datetime, calendar: Calendar = mainland) -> bool | None:
        """Whether it is open at that local moment; None where nobody published the hours."""
        spans = self.on(moment.date(), calendar)
        return None if spans is None else any(opens <= moment.time() < closes for opens, closes in spans)

    def _rows_of(self, day: date, kind: DayKind) -> str:
        made_up = kind == "makeup" and any("makeup" in one.days for one in self.hours)
        return kind if kind == "holiday" or made_up else str(day.isoweekday())
