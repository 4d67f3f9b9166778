"""Room for children: units that add up, classes, heads, and half hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.booking.rules import counting
from dialogs.booking.rules.counting import CARER_UNITS, MONTHS, ClassRoom, House, Stay
from knowledge.services import RATIO

DAY = date(2026, 12, 2)
CLASSES = (ClassRoom("small", 6, 11, 10), ClassRoom("middle", 12, 23, 15), ClassRoom("big", 24, 41, 20))


def house(carers: int = 1, **more: object) -> House:
    return House("liuyin", dict.fromkeys(range(16, 36), carers), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("months", "units"), [(6, 35), (11, 35), (12, 21), (23, 21), (24, 15), (40, 15)])
def test_a_child_takes_its_part_of_a_carer(months: int, units: int) -> None:
    assert counting.units(months) == units


def test_one_carer_has_exactly_three_five_or_seven() -> None:
    for months, many in ((8, 3), (14, 5), (30, 7)):
        assert counting.units(months) * many == CARER_UNITS
    assert counting.units(8) + 2 * counting.units(14) + 1 * counting.units(30) <= CARER_UNITS


def test_at_home_every_child_counts_as_one_of_three_and_five_are_all() -> None:
    home = House("heting", {16: 2}, home=True)
    assert counting.units(30, ratio=3) == 35
    assert counting.caps(home, DAY) == {
        "care/heting/2026-12-02/16/care": 210,
        "care/heting/2026-12-02/16/heads": 5,
    }


def test_a_child_below_six_months_is_nobodys() -> None:
    assert counting.age_class(5) is None
    assert not house().takes(5)
    with pytest.raises(ValueError, match="5 months"):
        counting.units(5)


@pytest.mark.parametrize(
    ("starts", "ends", "slots"),
    [
        (time(14), time(17), range(28, 34)),
        (time(14, 20), time(15, 10), range(28, 31)),
        (time(9), time(9, 30), range(18, 19)),
        (time(23), time(0), range(46, 48)),
    ],
)
def test_a_stay_takes_every_half_hour_that_it_touches(starts: time, ends: time, slots: range) -> None:
    assert counting.slots(starts, ends) == slots


def test_what_siblings_take_is_added_up() -> None:
    own = house(classes=CLASSES, licensed=12, area=30.0)
    wanted = counting.wanted(own, DAY, [Stay(14, range(28, 29)), Stay(15, range(28, 30))])
    assert wanted == {
        "care/liuyin/2026-12-02/28/care": 42,
        "care/liuyin/2026-12-02/28/class:middle": 2,
        "care/liuyin/2026-12-02/28/heads": 2,
        "care/liuyin/2026-12-02/29/care": 21,
        "care/liuyin/2026-12-02/29/class:middle": 1,
        "care/liuyin/2026-12-02/29/heads": 1,
    }
    assert own.heads == 10, "thirty square metres hold ten"


def test_the_enrolled_take_first_and_never_below_nothing() -> None:
    own = house(carers=1, classes=CLASSES)
    caps = counting.caps(replace(own, enrolled=(Stay(8, range(16, 20)),) * 4), DAY)
    assert caps["care/liuyin/2026-12-02/16/care"] == 0
    assert caps["care/liuyin/2026-12-02/16/class:small"] == 6
    assert caps["care/liuyin/2026-12-02/20/care"] == CARER_UNITS


def test_a_class_that_nobody_runs_takes_nobody() -> None:
    assert not house(classes=CLASSES[:1]).takes(14)
    assert house().takes(14)


@given(st.lists(st.integers(6, 47), max_size=12), st.integers(1, 4))
def test_whatever_fits_keeps_the_ratio_of_every_age(months: list[int], carers: int) -> None:
    """Children of one age among those who fit are never more than their ratio, and those who fit need no more carers."""
    fits = sum(counting.units(one) for one in months) <= CARER_UNITS * carers
    alike = {name: sum(counting.age_class(one) == name for one in months) for name in MONTHS}
    needed = sum(Fraction(many, RATIO[name]) for name, many in alike.items())
    assert fits == (needed <= carers)
