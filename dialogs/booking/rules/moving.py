"""Who must move when a house can no longer keep all it promised: the fewest bookings, and by a rule that was published.

A booking moves whole, with all of its children, or stays. Of the sets that are as small as can be, the one with the most
families who said that another time suits them too; of these the one that the published rule names first.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

import highspy

Rule = Literal["latest", "shortest", "lot"]
"""Who goes first among equals: who booked last; who stays shortest; by lot, from a seed that is published before."""


LONGEST_S = 0.4
"""So long is looked in all, as other conversations wait meanwhile: then the best set found so far it is, or a plain one."""
HALF = 0.5
AT_ONCE = 10
"""Promises whose order is settled in one step: their ranks are powers of two."""


@dataclass(frozen=True)
class Promise:
    """A booking that stands. `takes`: units by counter (counting.wanted); `created` in ms UTC, `minutes` its length.

    `told`: its family has been asked to move already. `flexible`: it said that another time suits it too.
    """

    number: int
    takes: Mapping[str, int]
    created: int
    minutes: int
    flexible: bool = False
    told: bool = False


def above(caps: Mapping[str, int], takes: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """By how many units each counter is above what there is of it, in the order of their keys. No cap is a cap of 0."""
    used: dict[str, int] = {}
    for one in takes:
        for name, units in one.items():
            used[name] = used.get(name, 0) + units
    return {name: used[name] - caps.get(name, 0) for name in sorted(used) if used[name] > caps.get(name, 0)}


def order(promises: Iterable[Promise], rule: Rule, day: date, seed: str = "") -> list[Promise]:
    """The promises in the order in which they are given up, were any as good as another: those who were told already,
    those who are flexible, then by the rule. The lot is HMAC-SHA256(seed, "day number"), the smallest first."""

    def lot(one: Promise) -> str:
        return hmac.new(seed.encode(), f"{day.isoformat()} {one.number}".encode(), sha256).hexdigest()

    def place(one: Promise) -> tuple[int | str, ...]:
        if rule == "latest":
            return (-one.created, -one.number)
        return (one.minutes, -one.created, -one.number) if rule == "shortest" else (lot(one), one.number)

    return sorted(promises, key=lambda one: (not one.told, not one.flexible, place(one)))


def must_move(
    needs: Mapping[str, int], promises: Sequence[Promise], longest_s: float = LONGEST_S
) -> list[Promise] | None:
    """The promises to be given up so that each counter loses what it needs (units, as `above` counts them).

    `promises` come in the order of `order`. As few as can be; then as few who were not told yet and are not flexible;
    then the first by that order. By integer programming, which is exact; after `longest_s` seconds it ends with the best
    that it has, which is enough too but need not be the least. None: giving up all of them is not enough.
    """
    if any(sum(one.takes.get(name, 0) for one in promises) < need for name, need in needs.items()):
        return None
    if not needs:
        return []
    some = [one for one in promises if any(one.takes.get(name) for name in needs)]
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # its own constructor has no types
    model.silent()
    model.setOptionValue("mip_rel_gap", 0.0)
    goes = [model.addBinary() for _ in some]
    for name, need in sorted(needs.items()):
        model.addConstr(
            _sum((one.takes.get(name, 0), go) for one, go in zip(some, goes, strict=True)) >= need
        )
    # One more promise given up weighs more than all that are firm.
    weights = [len(some) + 1 + (not (one.flexible or one.told)) for one in some]
    chosen = _least(model, goes, weights, longest_s)
    if chosen is None:
        return plain(needs, some)
    model.addConstr(_sum(zip(weights, goes, strict=True)) <= sum(weights[at] for at in chosen))
    # Of equals the first by the order: of every few the best choice, earlier ones before later ones.
    for start in range(0, len(some), AT_ONCE):
        if max(chosen) < start:
            break  # all who go are settled
        few = goes[start : start + AT_ONCE]
        ranks = [-(1 << at) for at in reversed(range(len(few)))]
        better = _least(model, goes, [*[0] * start, *ranks, *[0] * (len(goes) - start - len(few))], longest_s)
        if better is None:
            break
        chosen = better
        for at, go in enumerate(few, start):
            model.changeColBounds(go.index, float(at in chosen), float(at in chosen))
    return [some[at] for at in sorted(chosen)]


def plain(needs: Mapping[str, int], promises: Sequence[Promise]) -> list[Promise]:
    """A set that is enough, found in one pass by the order; then whoever is not needed after all stays, the last first."""
    left = dict(needs)
    goes: list[Promise] = []
    for one in promises:
        if any(left[name] > 0 for name in left if one.takes.get(name)):
            goes.append(one)
            left = {name: units - one.takes.get(name, 0) for name, units in left.items()}
    for one in reversed(goes[:]):
        if all(units + one.takes.get(name, 0) <= 0 for name, units in left.items()):
            goes.remove(one)
            left = {name: units + one.takes.get(name, 0) for name, units in left.items()}
    return goes


def _sum(parts: Iterable[tuple[int, highspy.highs.highs_var]]) -> highspy.highs.highs_linear_expression:
    return highspy.Highs.qsum([weight * go for weight, go in parts if weight])


def _least(
    model: highspy.Highs, goes: Sequence[highspy.highs.highs_var], weights: Sequence[int], longest_s: float
) -> set[int] | None:
    """The positions that are chosen where the sum of their weights is the least. None: the time was over before any was found.

    The clock of the model runs over all that it was asked.
    """
    if model.getRunTime() >= longest_s:
        return None
    model.setOptionValue("time_limit", longest_s)
    model.minimize(_sum(zip(weights, goes, strict=True)))
    solution = model.getSolution()
    if not solution.value_valid:
        return None
    return {at for at, share in enumerate(solution.col_value[: len(goes)]) if share > HALF}
