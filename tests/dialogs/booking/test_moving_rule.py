"""Who must move: as few as can be, the flexible first, then by the published rule; against looking at every set."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.booking.rules import counting, moving
from dialogs.booking.rules.counting import ClassRoom, House, Stay
from dialogs.booking.rules.moving import Promise

DAY = date(2026, 12, 2)


def promise(
    number: int, house: House, ages: tuple[int, ...], span: tuple[int, int], flexible: bool = False
) -> Promise:
    slots = range(*span)
    return Promise(
        number,
        counting.wanted(house, DAY, [Stay(age, slots) for age in ages]),
        created=number,
        minutes=30 * len(slots),
        flexible=flexible,
    )


def house(carers: int) -> House:
    return House("p", dict.fromkeys(range(16, 36), carers), (ClassRoom("mixed", 6, 36, 60),))


def by_hand(needs: dict[str, int], ordered: list[Promise]) -> list[int] | None:
    """Every set, smallest first; of each size the fewest firm ones, then the first in the order."""
    for size in range(len(ordered) + 1):
        enough = [
            chosen
            for chosen in combinations(range(len(ordered)), size)
            if all(
                sum(ordered[at].takes.get(name, 0) for at in chosen) >= need for name, need in needs.items()
            )
        ]
        if enough:
            best = min(
                enough,
                key=lambda chosen: (
                    sum(not (ordered[at].flexible or ordered[at].told) for at in chosen),
                    chosen,
                ),
            )
            return [ordered[at].number for at in best]
    return None


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([8, 15, 30]), min_size=1, max_size=2),
            st.integers(16, 33),
            st.integers(1, 8),
            st.booleans(),
            st.booleans(),
        ),
        max_size=9,
    ),
    st.integers(0, 2),
    st.sampled_from(["latest", "shortest", "lot"]),
)
@settings(max_examples=60, deadline=None)
def test_no_smaller_and_no_fairer_set_would_do(
    wishes: list[tuple[list[int], int, int, bool, bool]], carers: int, rule: moving.Rule
) -> None:
    one = house(carers)
    promises = [
        Promise(
            made.number, made.takes, made.created, made.minutes, flexible, told
        )
        for number, (ages, first, length, flexible, told) in enumerate(wishes, 1)
        for made in [promise(number, one, tuple(ages), (first, min(36, first + length)))]
    ]  # fmt: skip
    ordered = moving.order(promises, rule, DAY, "seed")
    needs = moving.above(counting.caps(one, DAY), (made.takes for made in promises))
    found = moving.must_move(needs, ordered, longest_s=60)
    assert (None if found is None else [made.number for made in found]) == by_hand(needs, ordered)
    assert found is not None, "an empty house is above nothing"
    for enough in (found, moving.plain(needs, ordered), moving.must_move(needs, ordered, longest_s=0) or []):
        left = [made.takes for made in promises if made not in enough]
        assert not moving.above(counting.caps(one, DAY), left)


def test_when_the_time_is_over_a_plain_set_is_enough_and_nobody_goes_in_vain() -> None:
    one = house(1)  # five toddlers at most
    promises = [promise(number, one, (15,), (16, 22 + number % 7)) for number in range(1, 41)]
    needs = moving.above(counting.caps(one, DAY), (made.takes for made in promises))
    ordered = moving.order(promises, "latest", DAY)
    found = moving.must_move(needs, ordered, longest_s=0)
    assert found == moving.plain(needs, ordered)
    assert [made.number for made in found] == sorted((made.number for made in found), reverse=True), (
        "by the rule"
    )
    for one_less in range(len(found)):
        stays = [made.takes for made in promises if made not in found or made is found[one_less]]
        assert moving.above(counting.caps(one, DAY), stays)


def test_one_long_stay_goes_before_two_short_ones_and_the_flexible_before_the_late() -> None:
    one = house(1)  # five toddlers at most
    morning, afternoon, long = (16, 22), (28, 34), (16, 34)
    full = [promise(number, one, (15,), long) for number in range(1, 6)]
    extra = [promise(6, one, (15,), morning), promise(7, one, (15,), afternoon)]
    needs = moving.above(counting.caps(one, DAY), (made.takes for made in [*full, *extra]))
    found = moving.must_move(needs, moving.order([*full, *extra], "latest", DAY))
    assert [made.number for made in found or ()] == [5], "the latest of those whose going is enough"
    full[1] = promise(2, one, (15,), long, flexible=True)
    found = moving.must_move(needs, moving.order([*full, *extra], "latest", DAY))
    assert [made.number for made in found or ()] == [2]


@pytest.mark.parametrize(("rule", "first"), [("latest", 3), ("shortest", 2), ("lot", 2)])
def test_the_rule_decides_among_equals(rule: moving.Rule, first: int) -> None:
    one = house(0)
    spans = {1: (16, 22), 2: (16, 18), 3: (16, 22)}
    promises = [promise(number, one, (30,), span) for number, span in spans.items()]
    assert moving.order(promises, rule, DAY, "2026")[0].number == first


def test_who_cannot_help_is_never_moved_and_who_is_there_may_be_too_many() -> None:
    one = house(1)
    late = promise(1, one, (15,), (30, 34))
    assert moving.must_move({"other": 1}, [late]) is None
    assert moving.must_move({}, [late]) == []


@pytest.mark.parametrize(("seed", "fewer", "moved"), [(0, 1, 4), (6, 1, 4), (1, 2, 10)])
def test_forty_bookings_of_all_ages_and_lengths_are_settled(seed: int, fewer: int, moved: int) -> None:
    """The largest house there is; fewer than these would not do even in parts (the linear programme, rounded up)."""
    rng, carers = Random(seed), 4
    whole = house(carers)
    promises: list[Promise] = []
    while len(promises) < 40:
        first = rng.randrange(16, 34)
        last = min(36, first + rng.choice((2, 4, 6, 8, 12, 20)))
        age = rng.choice((8, 15, 15, 30, 30))
        made = promise(len(promises) + 1, whole, (age,), (first, last), rng.random() < 0.2)
        if not moving.above(counting.caps(whole, DAY), [*(one.takes for one in promises), made.takes]):
            promises.append(made)
    caps = counting.caps(house(carers - fewer), DAY)
    found = moving.must_move(
        moving.above(caps, (made.takes for made in promises)), moving.order(promises, "latest", DAY)
    )
    assert found is not None
    assert len(found) == moved
    assert not moving.above(caps, [made.takes for made in promises if made not in found])
