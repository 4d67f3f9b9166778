"""What a part of the soak is: a name and a function that takes what is given and returns rows of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.report import Row
from tests.servers import Postgres


@dataclass(frozen=True)
class Given:
    """`quick`: small sizes, to see that it works. `seed`: what every random choice is drawn from. `kills`: how many in
    all, None = the part's own number. `folder` is the run's own, `postgres` a cluster of its own."""

    quick: bool
    seed: int
    kills: int | None
    folder: Path
    postgres: Postgres


Part = Callable[[Given], list[Row]]
