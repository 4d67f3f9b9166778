"""The directory beside what one would otherwise write: the nearest ten of ten thousand places, with filters.

The plain scan looks at every place; the tree (scikit-learn's BallTree on the great circle) hands out the nearest places
until ten of them pass. All three must give the same answers, or nothing is printed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from sklearn.neighbors import BallTree

from knowledge.directory import Directory
from knowledge.geo import EARTH, Point, reach
from knowledge.places import Place
from knowledge.wanted import Wanted
from tests.bench.report import judged, show, table
from tests.knowledge.scan import CENTRE, passes, scan, town, wishes

NEAREST = 10
AT = datetime(2026, 11, 30, 10, 30)  # noqa: DTZ001 -- local
Find = Callable[[Point, Wanted], list[str]]
Asked = list[tuple[Point, Wanted]]


def measure(places: int, asked: int) -> None:
    """Print the table: the same questions to each, so many questions over so many places."""
    known = town(places)
    questions = _questions(asked)
    begin = time.perf_counter()
    directory = Directory(known)
    built = time.perf_counter() - begin
    finds: dict[str, Find] = {
        "Doorstep": lambda point, wanted: [
            near.place.id for near in directory.nearest(point, wanted, NEAREST, AT)
        ],
        "plain scan": lambda point, wanted: scan(known, point, wanted, NEAREST, AT),
        "BallTree, filters after": _tree(known),
    }
    rows, answers, ours = [], {}, 0.0
    for name, find in finds.items():
        times, answers[name] = _timed(find, questions)
        p95 = times[int(0.95 * len(times))]
        ours = p95 if name == "Doorstep" else ours
        rows.append((name, f"{times[len(times) // 2]:.2f} ms", f"{p95:.2f} ms", f"{times[-1]:.2f} ms"))
    for name, given in answers.items():
        if given != answers["plain scan"]:
            raise RuntimeError(f"{name} gives other answers than the plain scan")
    empty = sum(not one for one in answers["plain scan"])
    note = f"{asked} questions with filters, the same answers from all; {empty} of them find nothing"
    table(f"The nearest {NEAREST} of {places:,} places", note, ("", "median", "p95", "worst"), rows)
    show(
        "",
        "",
        [judged("Doorstep: a look-up, p95", ours, "ms", 5), judged("Doorstep: put together", built, "s", 5)],
    )


def _questions(count: int) -> Asked:
    rng = random.Random(11)
    return [
        (Point(CENTRE.lat + rng.gauss(0, 0.05), CENTRE.lon + rng.gauss(0, 0.05)), wishes(rng))
        for _ in range(count)
    ]


def _timed(find: Find, questions: Asked) -> tuple[list[float], list[list[str]]]:
    times, given = [], []
    for point, wanted in questions:
        start = time.perf_counter()
        given.append(find(point, wanted))
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times), given


def _tree(places: Sequence[Place]) -> Find:
    tree = BallTree(np.radians([[place.lat, place.lon] for place in places]), metric="haversine")

    def find(point: Point, wanted: Wanted) -> list[str]:
        spot, taken = np.radians([list(point)]), NEAREST
        while True:
            apart, numbers = tree.query(spot, k=min(taken, len(places)))
            far = reach(wanted.minutes) if wanted.minutes is not None else np.inf
            found = [
                places[number].id
                for distance, number in zip(apart[0] * EARTH, numbers[0], strict=True)
                if distance <= far and passes(places[number], wanted, AT)
            ]
            if len(found) >= NEAREST or taken >= len(places) or apart[0][-1] * EARTH > far:
                return found[:NEAREST]
            taken *= 4

    return find
