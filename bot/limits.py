"""How often somebody may do something: turns in a minute, guesses of a code in an hour.

Counted in rows, so that several workers count together and a restart forgets nothing. `count` is for what may be
done so often and no more. A guess is taken *before* it is looked at, in the same transaction: two that come at the
same moment cannot both be the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import ms
from bot.messages import COUNTER
from bot.store.session import Db
from bot.texts import LANGUAGES
from bot.turn import Turn

UNLIMITED = ("terminal", COUNTER)
"""Channels whose people sit at the machine itself, or before a member of staff: they are no strangers."""
KEPT = timedelta(days=2)
SKEW = timedelta(minutes=1)
"""So far the clocks of two workers may lie apart; a window that began later than that is of a clock set back."""


@dataclass(frozen=True)
class Rule:
    """`most` within `window`; whoever goes beyond rests for `rest`. guess.NAME.name says what is guessed at, where it is told."""

    name: str
    most: int
    window: timedelta
    rest: timedelta


@dataclass(frozen=True)
class Standing:
    """What `count` found: whether it may be done, and, if not, whether this is the first that may not."""

    free: bool
    first: bool = False


Counted = tuple[Rule, str]
"""A rule and whom or what it counts here: "person:7", "address:12", "all"."""

# One statement, so that whoever counts at the same moment waits for this row. A new window begins when the old one or
# the rest is over; within a rest the count goes on, so that the first one beyond the limit can be told apart.
_COUNT = """
INSERT INTO limit_count (rule, scope, since, used, until) VALUES (:rule, :scope, :now, 1, 0)
ON CONFLICT (rule, scope) DO UPDATE SET
  used = CASE WHEN limit_count.until > :now AND limit_count.since <= :ahead THEN limit_count.used + 1
    WHEN limit_count.until > 0 OR limit_count.since <= :old OR limit_count.since > :ahead THEN 1
    ELSE limit_count.used + 1 END,
  since = CASE WHEN limit_count.until > :now AND limit_count.since <= :ahead THEN limit_count.since
    WHEN limit_count.until > 0 OR limit_count.since <= :old OR limit_count.since > :ahead THEN :now
    ELSE limit_count.since END,
  until = CASE WHEN limit_count.until > :now AND limit_count.since <= :ahead THEN limit_count.until
    WHEN limit_count.until > 0 OR limit_count.since <= :old OR limit_count.since > :ahead THEN 0
    WHEN limit_count.used + 1 > :most THEN :rest ELSE 0 END
RETURNING used, until
"""


def count(db: Db, rule: Rule, scope: str, now: datetime) -> Standing:
    """Count one more. The one beyond the limit begins the rest."""
    used, until = _counted(db, rule, scope, now)
    return Standing(True) if until <= ms(now) else Standing(False, used == rule.most + 1)


def _counted(db: Db, rule: Rule, scope: str, now: datetime) -> tuple[int, int]:
    row = db.one(
        _COUNT,
        rule=rule.name,
        scope=scope,
        now=ms(now),
        old=ms(now - rule.window),
        ahead=ms(now + SKEW),
        most=rule.most,
        rest=ms(now + rule.rest),
    )
    if row is None:
        raise LookupError(f"{rule.name} of {scope} was not counted")
    return int(row["used"]), int(row["until"])


def forget(db: Db, now: datetime) -> int:
    """Forget counts whose windows and rests are long over. Returns how many."""
    old = ms(now - KEPT)
    return db.run("DELETE FROM limit_count WHERE since < :old AND until < :old", old=old)


# -- guesses -----------------------------------------------------------------------------------------------------


def guess(turn: Turn, counted: Sequence[Counted]) -> bool:
    """Take one guess under every rule. False: too many were wrong, this one must not even be looked at.

    A right one is given back with `right`, a wrong one settled with `wrong`.
    """
    free = [_counted(turn.db, rule, scope, turn.now)[1] <= ms(turn.now) for rule, scope in counted]
    if all(free):
        return True
    for (rule, scope), one in zip(counted, free, strict=True):
        if one:
            _give_back(turn, rule, scope)
    return False


def right(turn: Turn, counted: Sequence[Counted]) -> None:
    """The guess was none: it does not count."""
    for rule, scope in counted:
        _give_back(turn, rule, scope)


def wrong(turn: Turn, counted: Sequence[Counted]) -> int:
    """The guess was wrong. Returns how many are left under the narrowest rule; with the last one the rest begins.

    That is audited, and duty is told once.
    """
    least = min(rule.most for rule, _ in counted)
    for rule, scope in counted:
        used = int(
            turn.db.value(
                "SELECT used FROM limit_count WHERE rule = :rule AND scope = :scope",
                rule=rule.name,
                scope=scope,
            )
        )
        least = min(least, rule.most - used)
        if used >= rule.most:
            _lock(turn, rule, scope)
    return max(0, least)


def _lock(turn: Turn, rule: Rule, scope: str) -> None:
    turn.db.run(
        "UPDATE limit_count SET until = :until WHERE rule = :rule AND scope = :scope",
        until=ms(turn.now + rule.rest),
        rule=rule.name,
        scope=scope,
    )
    kind = scope.partition(":")[0]  # what is guessed at is a hash: it says nothing to anybody
    turn.audit("guess.locked", f"guess:{rule.name}", scope=scope if kind in ("address", "person") else kind)
    texts, name = turn.ground.texts, f"guess.{rule.name}.name"
    what = {lang: texts.label(lang, name) if texts.has(name) else rule.name for lang in LANGUAGES}
    turn.push_staff(
        ("duty", "admin"),
        "desk.guesses",
        what=what,
        tries=rule.most,
        minutes=int(rule.rest.total_seconds() // 60),
        dedupe=f"guess:{rule.name}:{scope}:{ms(turn.now)}",
    )


def _give_back(turn: Turn, rule: Rule, scope: str) -> None:
    turn.db.run(
        "UPDATE limit_count SET used = used - 1 WHERE rule = :rule AND scope = :scope AND used > 0",
        rule=rule.name,
        scope=scope,
    )
