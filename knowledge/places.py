"""A place of a city pack: one line of places.csv, and what the files beside it say of it.

A field that nobody published is empty, and is then not spoken of.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from knowledge.geo import Datum, Point, to_wgs84
from knowledge.opening import Blank, DoctorDay, Hours, Opening, Special
from knowledge.programme import Identifier
from knowledge.services import CAP, CareClass, Service

COLUMNS = (
    "id",
    "name",
    "address",
    "phone",
    "lat",
    "lon",
    "datum",
    "months_from",
    "months_to",
    "accepting",
    "kind",
)
MORE_COLUMNS = ("inclusive", "stars", "filing", "licensed", "area", "source", "source_date", "hidden")
"""Columns that a places.csv may have or not."""

Kind = Literal["centre", "community", "kindergarten", "home", "employer", "canteen", "station"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CARE: frozenset[Kind] = frozenset({"centre", "community", "kindergarten", "home", "employer"})
"""Where small children are looked after."""


def _blank_is_no(value: object) -> object:
    return value or False


class Place(BaseModel):
    """Where people go. `lat`, `lon` in degrees of `datum`; `months_from`, `months_to` are completed months, both
    included, or both None where no child is looked after; `accepting` are programme ids. `inclusive`: marked as 普惠;
    `stars` 1 to 5; `filing`: the number under which it is filed; `licensed`: places in all; `area`: square metres;
    `source`, `source_date`: who published what stands here, and when; `hidden`: it is on the list no more, and stays for
    what names it. Times are local."""

    # Cells are text: here, and only here, numbers are read from strings.
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    phone: str = Field(pattern=r"^\+?[0-9][0-9 -]{4,19}$")
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    datum: Datum
    months_from: int | None = Field(default=None, ge=0, le=84)
    months_to: int | None = Field(default=None, ge=0, le=84)
    accepting: tuple[Identifier, ...] = ()
    kind: Kind
    inclusive: Annotated[bool | None, Blank] = None
    stars: Annotated[Annotated[int, Field(ge=1, le=5)] | None, Blank] = None
    filing: str = ""
    licensed: Annotated[Annotated[int, Field(ge=1, le=2000)] | None, Blank] = None
    area: Annotated[Annotated[float, Field(gt=0, le=100_000)] | None, Blank] = None
    source: str = ""
    source_date: Annotated[date | None, Blank] = None
    hidden: Annotated[bool, BeforeValidator(_blank_is_no)] = False
    hours: tuple[Hours, ...] = ()
    specials: tuple[Special, ...] = ()
    classes: tuple[CareClass, ...] = ()
    services: tuple[Service, ...] = ()
    doctor: tuple[DoctorDay, ...] = ()

    @field_validator("months_from", "months_to", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("accepting", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(";") if part.strip())
            if isinstance(value, str)
            else value
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        low, high = self.months_from, self.months_to
        if (low is None) != (high is None):
            raise ValueError("months_from and months_to belong together: fill both or none")
        if low is not None and high is not None and low > high:
            raise ValueError("months_to lies below months_from")
        if bool(self.source) != (self.source_date is not None):
            raise ValueError("source and source_date belong together: fill both or none")
        if self.kind == "home" and self.licensed is not None and self.licensed > CAP["home"]:
            raise ValueError(f"licensed: a home-based place has at most {CAP['home']} children")
        return self

    def takes(self, months: int) -> bool:
        """Whether the place looks after a child of that many completed months: some class, where it published them."""
        low, high = self.months_from, self.months_to
        if low is None or high is None or not low <= months <= high:
            return False
        return not self.classes or bool(self.classes_for(months))

    @property
    def point(self) -> Point:
        """Where it is, in WGS-84."""
        return to_wgs84(Point(self.lat, self.lon), self.datum)

    @property
    def bookable(self) -> bool:
        """Whether some hours can be booked here: a place of care that said when it is open and who is there."""
        return (
            self.kind in CARE
            and not self.hidden
            and bool(self.hours)
            and any(one.carers for one in self.classes)
            and any(one.by_the_day for one in self.services)
        )

    @property
    def opening(self) -> Opening:
        """Its hours."""
        return Opening(self.hours, self.specials)

    def classes_for(self, months: int) -> list[CareClass]:
        """The classes published for a child of that many completed months."""
        return [one for one in self.classes if one.months_from <= months <= one.months_to]

    def offers(self, service: str) -> list[Service]:
        """The rows of a service, the cheapest first; those without a price last."""
        rows = [one for one in self.services if one.service == service]
        return sorted(rows, key=lambda one: (one.price_fen is None, one.price_fen or 0))

    def doctor_on(self, day: date) -> tuple[DoctorDay, ...]:
        """The doctor's visits of a local day, the earliest first."""
        return tuple(
            sorted((one for one in self.doctor if one.on(day)), key=lambda one: one.opens or time.min)
        )
