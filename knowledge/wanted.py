"""What somebody looks for in a place: the filters of the directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from knowledge.places import Kind
from knowledge.services import ServiceName, Unit


@dataclass(frozen=True)
class Wanted:
    """Filters; what is empty, None or False filters nothing. Nothing that was not published passes a filter on it.

    `kinds`: any of these. `months`: a child of so many completed months. `services`: all of these. `weekdays`: open on
    any of these (1 is Monday). `hour`: open at that local time, the closing time included, or with `after` still open
    after it; on one of `weekdays`, else on a working day. `max_fen`: some price for that `unit` is at most so many fen,
    of `services` where they are named. `voucher`: takes part in a programme. `minutes`: so far on foot at most.
    """

    kinds: frozenset[Kind] = frozenset()
    months: int | None = None
    services: frozenset[ServiceName] = frozenset()
    weekdays: frozenset[int] = frozenset()
    hour: time | None = None
    after: bool = False
    max_fen: int | None = None
    unit: Unit | None = None
    voucher: bool = False
    inclusive: bool = False
    doctor: bool = False
    open_now: bool = False
    minutes: int | None = None
