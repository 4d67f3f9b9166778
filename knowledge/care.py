"""How some hours of care are booked in a district: the part `care:` of city.yaml."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from knowledge.programme import Record


class PlaceRules(Record):
    """What one place sets otherwise than its district; what is left out is the district's."""

    cancel_minutes: int | None = Field(default=None, ge=0, le=7 * 24 * 60)
    late_minutes: int | None = Field(default=None, ge=0, le=240)
    latest_minutes: int | None = Field(default=None, ge=0, le=7 * 24 * 60)
    free_visits: int | None = Field(default=None, ge=0, le=366)
    moved_late_counts: bool | None = None


class CareRules(Record):
    """How some hours of care are booked here: `ahead_days` from today at most, `at_once` bookings of one child that may
    stand at the same time, `cancel_minutes` before the start until which a cancellation costs nobody anything,
    `late_minutes` after the start for which a place is kept. `moves_first`: of the bookings that a place cannot keep, whose
    go before others that would do as well (dialogs/booking/rules/moving.py); by lot it follows from `moves_seed`.

    `latest_minutes` before the start until which one can book; `free_visits` of a child in a calendar year; after
    `counted_most` stays in `counted_days` that were missed or given up late, bookings for the next `counted_ahead_days`
    only (0: no such rule). `moved_late_counts`: a family that moves a stay after its cut-off has it counted like one given up
    late, else moving and then cancelling would get round the cut-off. `belated_days` back staff may enter who came and
    went (0: today only). `weeks` that one tap books behind a stay that is to come weekly. `places`: by the place's id what it sets itself."""

    ahead_days: int = Field(default=14, ge=1, le=90)
    at_once: int = Field(default=3, ge=1, le=100)
    cancel_minutes: int = Field(default=120, ge=0, le=7 * 24 * 60)
    late_minutes: int = Field(default=30, ge=0, le=240)
    moves_first: Literal["latest", "shortest", "lot"] = "latest"
    moves_seed: str = ""
    latest_minutes: int = Field(default=0, ge=0, le=7 * 24 * 60)
    free_visits: int = Field(default=0, ge=0, le=366)
    counted_most: int = Field(default=0, ge=0, le=100)
    counted_days: int = Field(default=90, ge=1, le=366)
    counted_ahead_days: int = Field(default=7, ge=1, le=90)
    moved_late_counts: bool = True
    belated_days: int = Field(default=7, ge=0, le=31)
    weeks: int = Field(default=4, ge=1, le=12)
    places: dict[str, PlaceRules] = Field(default_factory=dict)

    def at(self, place: str) -> CareRules:
        """The rules at a place: its own where it set some, else the district's."""
        own = self.places.get(place)
        return self if own is None else self.model_copy(update=own.model_dump(exclude_none=True))

    @model_validator(mode="after")
    def _lot_can_be_checked(self) -> Self:
        if self.moves_first == "lot" and not self.moves_seed:
            raise ValueError("moves_first: lot needs moves_seed, a word that was published")
        return self
