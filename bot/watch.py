"""What troubles the bot, by name: found again and again, said on /readyz and in the logs, and told to duty staff once.

A trouble is a row that every worker which meets it keeps fresh; when nobody has met it for a minute it is over. So
several workers tell of it once, and a worker that dies takes its own troubles with it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.clock import instant, ms
from bot.figures import Figures, figures
from bot.store.session import Db, Store
from bot.turn import Ground, Turn

log = structlog.get_logger(__name__)
LATE_S = 60.0
"""A timer that is due for longer than this says that the bot does not keep up."""
WAIT_S = 30.0
"""Nobody waits longer than this for an answer without duty being told."""
FAILING = 3
"""So many failed turns within ten minutes are no accident."""
STUCK_S = 60.0
"""A transaction that waits longer than this: the database does not take anything any more."""
LASTS = timedelta(seconds=10)
"""A trouble that is gone before this was none."""
CALM = timedelta(minutes=1)
"""When nobody has met a trouble for this long it is over."""
AGAIN = timedelta(minutes=15)
"""Of one that comes and goes staff are told no more often than this."""
HARD = ("database", "timers")
"""Troubles by which a worker cannot do its work at all; a channel that cannot be reached counts among them."""
SOFT = ("keys",)
"""Sources that are named while the work goes on: the keys in memory still open everything."""
SELF_CHECK = "self_check"
"""The setting that holds what the last self-check found."""


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong now. `why` is in words for the operator: ids and numbers only. `hard`: not ready."""

    name: str
    why: str
    hard: bool = False


class Watch:
    """Looks for troubles of one process.

    `sources` are further ones by name: why, in words, "" while all is well; with those of `milder` people are answered
    all the same. They are asked in any thread. `kinds` are the timers that it knows.
    """

    def __init__(self, ground: Ground, store: Store, kinds: Collection[str]) -> None:
        self._kinds = kinds
        self._ground = ground
        self._store = store
        self.sources: dict[str, Callable[[], str]] = {}
        self.milder: dict[str, Callable[[], str]] = {}

    def look(self) -> list[Trouble]:
        """What is wrong now. Never raises."""
        found = [
            Trouble(name, why, hard=name not in SOFT) for name, ask in self.sources.items() if (why := ask())
        ]
        if (low := full(self._ground.settings.data_dir, self._ground.settings.disk_min_mb)) is not None:
            found.append(Trouble("disk", low))
        if self._store.waits_s > STUCK_S:
            found.append(Trouble("database", f"a write waits for {self._store.waits_s:.0f} s", hard=True))
        now = self._ground.clock.now()
        try:
            counted, differs = self._store.read(
                lambda db: (figures(db, now, self._kinds), last_self_check(db)[1])
            )
        except Exception as why:  # noqa: BLE001  whatever it is, the answer is that the database does not answer
            log.warning("database does not answer", error=type(why).__name__)
            return [*found, Trouble("database", type(why).__name__, hard=True)]
        if differs:
            found.append(Trouble(SELF_CHECK, f"{len(differs)} found; first: {differs[0]}"))
        return found + of_figures(counted)

    def settle(self, db: Db, found: Iterable[Trouble]) -> list[int]:
        """Keep the rows of what was found, end those that are over, tell staff. Returns the outbox rows to send."""
        turn = Turn(self._ground, db, self._ground.clock.now(), id="watch")
        settle(turn, found)
        return turn.posted


def of_figures(counted: Figures) -> list[Trouble]:
    """What the figures say is wrong."""
    found = []
    if counted.timer_lag_s > LATE_S:
        found.append(Trouble("timers", f"due for {counted.timer_lag_s:.0f} s", hard=True))
    if counted.reply_s > WAIT_S:
        found.append(Trouble("replies", f"the oldest waits for {counted.reply_s:.0f} s"))
    if counted.failing >= FAILING:
        found.append(Trouble("turns", f"{counted.failing} failed within ten minutes"))
    return found


def full(folder: Path, least_mb: int) -> str | None:
    """How little room is left for the data, in words; None while there is enough."""
    try:
        free = shutil.disk_usage(folder if folder.exists() else Path()).free // 2**20
    except OSError as why:
        return f"{why.strerror}"
    return f"{free} MB left" if free < least_mb else None


# -- rows --------------------------------------------------------------------------------------------------------


def settle(turn: Turn, found: Iterable[Trouble], over: Collection[str] = ()) -> None:
    """Keep the row of every trouble that was found, and tell staff of what lasts and of what has ended.

    `over` names those that are known to have ended; others end when nobody has met them for a while.
    """
    present = list(found)
    for trouble in present:
        _met(turn, trouble, [each.name for each in present])
    gone = turn.db.all(
        "SELECT name, since, told FROM trouble WHERE over IS NULL AND seen < :before",
        before=ms(turn.now - CALM),
    ) + [
        row
        for name in over
        for row in turn.db.all(
            "SELECT name, since, told FROM trouble WHERE over IS NULL AND name = :name", name=name
        )
    ]
    for row in gone:
        ended = turn.db.run(
            "UPDATE trouble SET over = :now WHERE name = :name AND over IS NULL AND since = :since",
            now=ms(turn.now),
            name=row["name"],
            since=row["since"],
        )
        if ended:
            log.info("trouble is over", trouble=row["name"])
        if ended and row["told"] is not None and int(row["told"]) >= int(row["since"]):
            _tell(turn, "desk.trouble_over", str(row["name"]), int(row["since"]), "", ())


def _met(turn: Turn, trouble: Trouble, present: Collection[str]) -> None:
    row = turn.db.one(
        "INSERT INTO trouble (name, why, since, seen) VALUES (:name, :why, :now, :now)"
        " ON CONFLICT (name) DO UPDATE SET seen = :now, why = :why, over = NULL,"
        " since = CASE WHEN trouble.over IS NULL THEN trouble.since ELSE :now END RETURNING since, told",
        name=trouble.name,
        why=trouble.why,
        now=ms(turn.now),
    )
    if row is None:
        raise LookupError(f"the trouble {trouble.name} was not kept")
    since, told = int(row["since"]), row["told"]
    if since == ms(turn.now):
        log.error("trouble", trouble=trouble.name, why=trouble.why)
    lasting = ms(turn.now) - since >= LASTS // timedelta(milliseconds=1)
    fresh = told is None or (int(told) < since and turn.now - instant(int(told)) >= AGAIN)
    if (lasting or trouble.name == SELF_CHECK) and fresh:
        turn.db.run("UPDATE trouble SET told = :now WHERE name = :name", now=ms(turn.now), name=trouble.name)
        _tell(turn, "desk.trouble", trouble.name, since, trouble.why, present)


def _tell(turn: Turn, key: str, name: str, since: int, why: str, present: Collection[str]) -> None:
    """Tell duty, by a channel that still works where they have one."""
    turn.audit("trouble.told" if present else "trouble.over", f"trouble:{name}")
    turn.push_staff(
        ("duty", "admin"),
        key,
        avoid=present,
        dedupe=f"{key}:{name}:{since}",
        what=words(turn.ground, name, "name"),
        remedy=words(turn.ground, name, "remedy"),
        since=instant(since),
        why=why,
    )


def words(ground: Ground, name: str, part: str) -> dict[str, str]:
    """What a trouble is called, or what to do about it, by language; a channel's by one text for all of them."""
    texts = ground.texts
    key = f"trouble.{name}.{part}"
    if not texts.has(key):
        key = f"trouble.channel.{part}"
    return {lang: texts.label(lang, key, {"name": name}) for lang in ("zh", "zh-Hant", "en")}


# -- the self-check ----------------------------------------------------------------------------------------------


def keep_self_check(turn: Turn, found: list[str]) -> None:
    """Keep what a self-check found, log it line by line, and tell duty or give the all-clear."""
    turn.db.run(
        "INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = :value",
        key=SELF_CHECK,
        value=json.dumps({"at": ms(turn.now), "found": found[:100]}, ensure_ascii=False),
    )
    for line in found:
        log.error("the self-check differs", line=line)
    turn.audit("self_check", "rows", found=len(found))
    trouble = [Trouble(SELF_CHECK, f"{len(found)} found; first: {found[0]}")] if found else []
    settle(turn, trouble, over=() if found else (SELF_CHECK,))


def last_self_check(db: Db) -> tuple[datetime | None, list[str]]:
    """When the last self-check was made (None: never), and what it found."""
    value = db.value("SELECT value FROM setting WHERE key = :key", key=SELF_CHECK)
    if value is None:
        return None, []
    kept = json.loads(value)
    return instant(int(kept["at"])), list(kept["found"])
