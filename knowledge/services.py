"""What a place offers and what it costs, and its classes, as far as somebody published them."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from knowledge.opening import WORKING, Blank, Day, Days, Row, in_order

ServiceName = Literal[
    "hourly", "dropin", "half_day", "full_day", "extended", "weekend", "holiday", "parent_child", "meal", "day_care"
]  # fmt: skip
"""计时、临时、半日、全日、延时、周末、假期、亲子; of canteens and elders' stations 助餐 and 日间照料."""
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)
BOOKABLE: tuple[ServiceName, ...] = ("hourly", "dropin", "half_day", "full_day", "weekend", "extended")
"""Services by which some hours can be booked."""
Unit = Literal["hour", "session", "half_day", "day", "week", "month"]
UNITS: tuple[Unit, ...] = get_args(Unit)
ClassName = Literal["infant", "toddler", "older", "mixed", "home"]
"""乳儿班、托小班、托大班、混龄班, and the one group of a home-based place."""

CAP: dict[ClassName, int] = {"infant": 10, "toddler": 15, "older": 20, "mixed": 18, "home": 5}
"""Children of one class at most. Source: 托育机构设置标准（试行）(国卫人口发〔2019〕58号); for homes 家庭托育点管理办法（试行）, 2023."""
RATIO: dict[ClassName, int] = {"infant": 3, "toddler": 5, "older": 7, "mixed": 7, "home": 3}
"""Children of one carer at most, by the same sources; they say nothing of mixed classes, which go by their children's ages."""
MIXED_FROM = 18
"""Completed months from which ages may share a class, by the same source."""
YUAN = 100
MONTHS = (0, 84)
"""Completed months of which anything can be said."""


class Service(Row):
    """One thing a place offers. `price_fen` for one `unit`; `notice_hours` before it must be booked at the latest;
    `opens`, `closes` local, where it has hours of its own (延时 to 19:00), on `days`; `months_from`, `months_to` where
    the price is for children of these completed months, both included."""

    service: ServiceName
    price_fen: Annotated[Annotated[int, Field(ge=0, le=10_000_000)] | None, Blank] = None
    unit: Annotated[Unit | None, Blank] = None
    notice_hours: Annotated[Annotated[int, Field(ge=0, le=24 * 60)] | None, Blank] = None
    days: Annotated[Days | None, Blank] = None
    opens: Annotated[time | None, Blank] = None
    closes: Annotated[time | None, Blank] = None
    months_from: Annotated[Annotated[int, Field(ge=0, le=84)] | None, Blank] = None
    months_to: Annotated[Annotated[int, Field(ge=0, le=84)] | None, Blank] = None

    @property
    def by_the_day(self) -> bool:
        """Whether some hours or a day of it can be had: what costs so much a week or a month cannot."""
        return self.service in BOOKABLE and self.unit not in ("week", "month")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.price_fen is None) != (self.unit is None):
            raise ValueError("price_fen and unit belong together: fill both or none")
        if self.price_fen is not None and 0 < self.price_fen < YUAN:
            raise ValueError(f"price_fen counts fen: {self.price_fen} yuan are {self.price_fen * YUAN}")
        in_order(self.opens, self.closes)
        low, high = self.ages
        if low > high:
            raise ValueError("months_to lies below months_from")
        return self

    @property
    def ages(self) -> tuple[int, int]:
        """The completed months it is for, both included."""
        return (
            MONTHS[0] if self.months_from is None else self.months_from,
            MONTHS[1] if self.months_to is None else self.months_to,
        )

    @property
    def served(self) -> frozenset[Day]:
        """On which days: as the row says, else at weekends for `weekend`, on working days for all others."""
        return self.days or (frozenset({"6", "7"}) if self.service == "weekend" else WORKING)


class CareClass(Row):
    """One class: completed months, both included; `ratio` children of one carer (written 1:5); `cap` children at most;
    `carers` on duty together."""

    class_: ClassName = Field(alias="class")
    name: str = ""
    months_from: int = Field(ge=0, le=84)
    months_to: int = Field(ge=0, le=84)
    ratio: Literal["1:3", "1:5", "1:7"]
    cap: int = Field(ge=1)
    carers: Annotated[Annotated[int, Field(ge=1, le=20)] | None, Blank] = None

    @property
    def children_per_carer(self) -> int:
        """How many children one carer may look after."""
        return int(self.ratio.removeprefix("1:"))

    @model_validator(mode="after")
    def _within_the_rules(self) -> Self:
        if self.months_from > self.months_to:
            raise ValueError("months_to lies below months_from")
        if self.cap > CAP[self.class_]:
            raise ValueError(f"cap: a class of this kind has at most {CAP[self.class_]} children")
        if self.children_per_carer > RATIO[self.class_]:
            raise ValueError(f"ratio: one carer has at most {RATIO[self.class_]} children of this class")
        if self.class_ == "mixed" and self.months_from < MIXED_FROM:
            raise ValueError(f"months_from: ages are mixed from {MIXED_FROM} months on")
        return self
