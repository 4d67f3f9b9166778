"""A place of a city pack: one line of places.csv."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from knowledge.programme import Identifier

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


class Place(BaseModel):
    """Where people go. `lat`, `lon` in degrees of `datum`; `months_from`, `months_to` are completed months, both
    included, or both None where no child is looked after; `accepting` are programme ids."""

    # Cells are text: here, and only here, numbers are read from strings.
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    phone: str = Field(pattern=r"^\+?[0-9][0-9 -]{4,19}$")
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    datum: Literal["WGS-84", "GCJ-02", "BD-09"]
    months_from: int | None = Field(default=None, ge=0, le=84)
    months_to: int | None = Field(default=None, ge=0, le=84)
    accepting: tuple[Identifier, ...] = ()
    kind: Literal["centre", "community", "kindergarten", "home", "employer", "canteen", "station"]

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
    def _ages_in_order(self) -> Self:
        low, high = self.months_from, self.months_to
        if (low is None) != (high is None):
            raise ValueError("months_from and months_to belong together: fill both or none")
        if low is not None and high is not None and low > high:
            raise ValueError("months_to lies below months_from")
        return self

    def takes(self, months: int) -> bool:
        """Whether the place looks after a child of that many completed months."""
        low, high = self.months_from, self.months_to
        return low is not None and high is not None and low <= months <= high
