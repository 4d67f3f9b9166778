"""A programme as data: who gets how much, in which rounds, and how a child's band follows from its birth date.

A Programme is one YAML file of a city pack. It is immutable; its canonical bytes are what is hashed, kept by a
round at its opening and read again later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from knowledge.ages import completed_months, kindergarten_day

FEN_PER_YUAN = 100
LIST_ENDS = time(20, 0)
"""Local time at which a reserve list given in days ends: nobody is asked at night."""

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
RoundId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,23}$")]
YearMonth = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Proof = Literal["id_card", "birth_certificate", "permit", "in_person"]
"""What proves who a child is: a number typed, or (in_person) a paper shown to staff before the freeze."""
NoBand = Literal["unborn", "too_young", "too_old"]


class Record(BaseModel):
    """What every record of a pack shares: no unknown keys, no silent conversions, no later change."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Band(Record):
    """One age band: completed months on the round's reference day, both ends included.

    `months_to: kindergarten` runs to the 31 August before kindergarten. `quota` is vouchers per round.
    """

    id: Identifier
    name: str
    name_en: str
    months_from: int = Field(ge=0, le=48)
    months_to: int | Literal["kindergarten"]
    amount_yuan: int = Field(gt=0, le=100_000)
    quota: int = Field(gt=0, le=1_000_000)

    @property
    def amount_fen(self) -> int:
        """Value of one voucher in fen."""
        return self.amount_yuan * FEN_PER_YUAN

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if isinstance(self.months_to, int) and not self.months_from <= self.months_to <= 84:
            raise ValueError("months_to must not lie before months_from, nor above 84")
        return self


@dataclass(frozen=True)
class Round:
    """One round on the calendar. All instants are aware; it takes applications in [opens, closes)."""

    id: str
    opens: datetime
    closes: datetime
    frozen: datetime
    draw: datetime
    publish: datetime
    reference_day: date

    def is_open(self, at: datetime) -> bool:
        """Whether an application is taken at the aware instant `at`."""
        return self.opens <= at < self.closes


class Moment(Record):
    """A day and local time within a month, or `months_later` months after it. Day 1-28 exists in every month."""

    day: int = Field(ge=1, le=28)
    at: time
    months_later: int = Field(default=0, ge=0, le=3)

    def local(self, year: int, month: int, zone: ZoneInfo) -> datetime:
        """The aware instant for the round of that month."""
        index = year * 12 + month - 1 + self.months_later
        return datetime.combine(date(index // 12, index % 12 + 1, self.day), self.at, zone)


class MonthlyRounds(Record):
    """One round every month, named 2026-12. Minutes count from the closing; `first` and `last` are months.

    `reference` says which day of the round the ages are counted on.
    """

    every: Literal["month"]
    opens: Moment
    closes: Moment
    freeze_minutes: int = Field(default=0, ge=0)
    draw_minutes: int = Field(default=60, ge=0)
    publish_minutes: int = Field(default=90, ge=0)
    reference: Literal["opens", "closes"] = "opens"
    first: YearMonth | None = None
    last: YearMonth | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        opens, closes = self.opens, self.closes
        if (opens.months_later, opens.day, opens.at) >= (closes.months_later, closes.day, closes.at):
            raise ValueError("the round must close after it opens")
        if not self.freeze_minutes <= self.draw_minutes <= self.publish_minutes:
            raise ValueError("freeze_minutes, draw_minutes, publish_minutes must not run backwards")
        if self.first and self.last and self.first > self.last:
            raise ValueError("first must not lie after last")
        return self

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Round]:
        # A round stands from its opening month to its publication: look back far enough to meet its tail.
        tail = self.closes.months_later + 1 + self.publish_minutes // (28 * 24 * 60)
        begin = start.astimezone(zone)
        index = begin.year * 12 + begin.month - 1 - tail
        finish = end.astimezone(zone)
        while index <= finish.year * 12 + finish.month - 1:
            year, month = divmod(index, 12)
            if date.min.year <= year <= 9990:
                yield from self._of_month(year, month + 1, zone)
            index += 1

    def _of_month(self, year: int, month: int, zone: ZoneInfo) -> Iterator[Round]:
        name = f"{year:04d}-{month:02d}"
        if (self.first and name < self.first) or (self.last and name > self.last):
            return
        opens, closes = self.opens.local(year, month, zone), self.closes.local(year, month, zone)
        yield Round(
            id=name,
            opens=opens,
            closes=closes,
            frozen=closes + timedelta(minutes=self.freeze_minutes),
            draw=closes + timedelta(minutes=self.draw_minutes),
            publish=closes + timedelta(minutes=self.publish_minutes),
            reference_day=(opens if self.reference == "opens" else closes).date(),
        )


class ListedRound(Record):
    """One round written out in full. Instants are local to the pack's time zone, without an offset."""

    id: RoundId
    opens: datetime
    closes: datetime
    frozen: datetime
    draw: datetime
    publish: datetime
    reference_day: date

    @field_validator("opens", "closes", "frozen", "draw", "publish")
    @classmethod
    def _local(cls, value: datetime) -> datetime:
        if value.tzinfo is not None:
            raise ValueError("write the local time without an offset")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.opens < self.closes <= self.frozen <= self.draw <= self.publish:
            raise ValueError("opens, closes, frozen, draw, publish must follow each other")
        return self

    def placed(self, zone: ZoneInfo) -> Round:
        return Round(
            id=self.id,
            opens=self.opens.replace(tzinfo=zone),
            closes=self.closes.replace(tzinfo=zone),
            frozen=self.frozen.replace(tzinfo=zone),
            draw=self.draw.replace(tzinfo=zone),
            publish=self.publish.replace(tzinfo=zone),
            reference_day=self.reference_day,
        )


def _rounds_kind(value: object) -> str:
    return "listed" if isinstance(value, list | tuple) else "monthly"


Rounds = Annotated[
    Annotated[MonthlyRounds, Tag("monthly")] | Annotated[tuple[ListedRound, ...], Tag("listed")],
    Discriminator(_rounds_kind),
]


class Programme(Record):
    """One programme. `id` is the file's name, `city` and `tz` come from its pack, `accepting` is resolved to
    place ids by the loader; everything else stands in the file. Money is integer fen (`Band.amount_fen`).

    `allocation`: who gets the vouchers of a round, by lot or in the order of coming. `reserve_until`: how long the
    vouchers that come free are offered down the reserve list: so many days after the publication (to 20:00), or a
    local moment; None = nothing is offered. `extend_days`: by how many days in all a voucher's last day may be moved
    afterwards (a closed centre, a long holiday); 0 = not at all.
    """

    id: Identifier
    city: str
    tz: str
    name: str
    name_en: str
    bands: tuple[Band, ...] = Field(min_length=1)
    rounds: Rounds
    valid_days: int = Field(gt=0, le=1000)
    reminder_days: tuple[Annotated[int, Field(gt=0)], ...]
    awards_per_child: Annotated[int, Field(gt=0)] | Literal["unlimited"]
    use: Literal["once", "balance"]
    accepting: tuple[str, ...]
    residents_only: bool
    publish: Literal["automatic", "after_approval"]
    proof: tuple[Proof, ...] | Literal["none"]
    public_value: str | None = None
    allocation: Literal["lottery", "first_come"] = "lottery"
    extend_days: int = Field(default=0, ge=0, le=366)
    reserve_until: Annotated[int, Field(gt=0, le=365)] | datetime | None = None

    @field_validator("reserve_until")
    @classmethod
    def _local_moment(cls, value: int | datetime | None) -> int | datetime | None:
        if isinstance(value, datetime) and value.tzinfo is not None:
            raise ValueError("write the local time without an offset")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _bands_in_order(self.bands)
        if any(day >= self.valid_days for day in self.reminder_days):
            raise ValueError("a reminder day must be smaller than valid_days")
        if len(set(self.reminder_days)) != len(self.reminder_days):
            raise ValueError("reminder_days names a day twice")
        if isinstance(self.proof, tuple) and (not self.proof or len(set(self.proof)) != len(self.proof)):
            raise ValueError("proof must be none, or a list of different documents")
        if isinstance(self.rounds, tuple):
            _rounds_in_order(self.rounds)
        if self.allocation == "first_come" and self.public_value is not None:
            raise ValueError("a public_value is for a draw; first come, first served draws nothing")
        return self

    def reserve_ends(self, published: datetime) -> datetime | None:
        """Until when a list published at this aware instant is asked, or None: it is not asked at all."""
        if isinstance(self.reserve_until, datetime):
            return self.reserve_until.replace(tzinfo=self.zone)
        if self.reserve_until is None:
            return None
        day = published.astimezone(self.zone).date() + timedelta(days=self.reserve_until)
        return datetime.combine(day, LIST_ENDS, self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """The pack's time zone."""
        return ZoneInfo(self.tz)

    def rounds_between(self, start: datetime, end: datetime) -> list[Round]:
        """Rounds that touch [start, end] at any point from their opening to their publication, in order.

        Both arguments must be aware instants.
        """
        if start.tzinfo is None or end.tzinfo is None:
            raise ValueError("rounds_between takes aware instants")
        zone = self.zone
        if isinstance(self.rounds, MonthlyRounds):
            found = list(self.rounds.between(start, end, zone))
        else:
            found = [listed.placed(zone) for listed in self.rounds]
        return sorted((r for r in found if r.opens <= end and r.publish >= start), key=lambda r: r.opens)

    def band_of(self, birth: date, round_: Round) -> Band | None:
        """The child's band in that round, or None (then `why_no_band` names the reason)."""
        return self.band_on(birth, round_.reference_day)

    def band_on(self, birth: date, day: date) -> Band | None:
        """The band that a child of this birth date would be in if ages were counted on `day`."""
        if birth > day:
            return None
        months = completed_months(birth, day)
        for band in self.bands:
            if band.months_to == "kindergarten":
                if months >= band.months_from and day < kindergarten_day(birth):
                    return band
            elif band.months_from <= months <= band.months_to:
                return band
        return None

    def why_no_band(self, birth: date, round_: Round) -> NoBand | None:
        """`unborn`: born after the reference day; `too_young`: below the first band; `too_old`: above the
        last one or of kindergarten age. None when there is a band."""
        if self.band_of(birth, round_) is not None:
            return None
        if birth > round_.reference_day:
            return "unborn"
        months = completed_months(birth, round_.reference_day)
        return "too_young" if months < self.bands[0].months_from else "too_old"

    def band(self, band_id: str) -> Band:
        """The band of that id. Raises KeyError."""
        for band in self.bands:
            if band.id == band_id:
                return band
        raise KeyError(band_id)

    def canonical(self) -> bytes:
        """The programme as UTF-8 JSON, keys sorted, no spaces: the same programme gives the same bytes.

        A field that came later is left out where it says nothing: what was armed before it stays armed.
        """
        plain = self.model_dump(mode="json")
        for name in _CAME_LATER:
            if plain[name] == type(self).model_fields[name].default:
                del plain[name]
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_canonical(cls, data: bytes) -> Self:
        """Read what `canonical` wrote. Raises pydantic.ValidationError."""
        return cls.model_validate_json(data)


_CAME_LATER = ("allocation", "extend_days", "reserve_until")
"""Fields with a default that programmes of the first version did not have."""


def _bands_in_order(bands: tuple[Band, ...]) -> None:
    if len({band.id for band in bands}) != len(bands):
        raise ValueError("two bands have the same id")
    for lower, upper in pairwise(bands):
        if not isinstance(lower.months_to, int):
            raise ValueError("only the last band may run to kindergarten")
        if upper.months_from != lower.months_to + 1:
            wanted = lower.months_to + 1
            raise ValueError(f"band {upper.id} must begin at {wanted} months, right after {lower.id}")


def _rounds_in_order(rounds: tuple[ListedRound, ...]) -> None:
    if not rounds:
        raise ValueError("rounds is empty")
    if len({listed.id for listed in rounds}) != len(rounds):
        raise ValueError("two rounds have the same id")
    for earlier, later in pairwise(rounds):
        if later.opens < earlier.closes:
            raise ValueError(f"round {later.id} opens before round {earlier.id} closes")
