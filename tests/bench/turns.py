"""Committed turns a second, side by side with bots that store nothing: rounds in turn, the median of each.

Doorstep commits every update, turn and delivery; the others answer from memory. Its pacing is on, but nobody writes
so often that it would hold a reply back. All bots run at once, each stopped while another one is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import prepared
from tests.bench.contenders import doorstep, rival, rivals
from tests.bench.farend import FarEnd
from tests.bench.load import Taken, Update, closed, opened, says
from tests.bench.process import Bot
from tests.bench.report import Row, judged, show, table

KNOWN = 8_000
"""People who write thanks in their turn: so many that none of them writes twice within a few seconds."""
UNHURRIED = 150
DELAYS = ((0.0, 40, "0 ms", 1.3, 3.0), (0.06, 200, "60 ms", 30.0, 50.0))
"""Round trip, updates outstanding, how it is called, the bound and the aim as multiples of the default echo."""


@dataclass
class Line:
    """One row of the table: a bot, what is said to it, and what was measured by round trip."""

    name: str
    bot: Bot | None
    updates: Iterator[Update]
    why_not: str = ""
    taken: dict[str, list[Taken]] = field(default_factory=dict)
    cpu_us: dict[str, list[float]] = field(default_factory=dict)

    def per_s(self, delay: str) -> float:
        """The median of the rounds."""
        return statistics.median(taken.per_s for taken in self.taken[delay])


def echoed(base: int) -> Iterator[Update]:
    """Words from 997 people in turn."""
    return (says(base + n % 997, "voucher") for n in itertools.count())


def keywords(base: int) -> Iterator[Update]:
    """The keyword, each time from somebody new."""
    return (says(base + n, "voucher") for n in itertools.count())


def thanks(base: int) -> Iterator[Update]:
    """A courtesy from people who are known."""
    return (says(base + n % KNOWN, "谢谢") for n in itertools.count())


async def measure(
    far: FarEnd, root: str, folder: Path, postgres_url: str, rounds: int, window_s: float
) -> None:
    """Start everybody, measure in turns, print."""
    async with AsyncExitStack() as stack:
        lines = await _line_up(stack, far, root, folder, postgres_url)
        running = [line for line in lines if line.bot is not None]
        for line in running:
            _bot(line).pause()
        for delay_s, outstanding, name, _, _ in DELAYS:
            for _ in range(rounds):
                for line in running:
                    far.delay = delay_s
                    await _one(far, line, name, outstanding, window_s)
        far.delay = 0.0
        calm = {}
        for line in running:
            bot = _bot(line)
            bot.go_on()
            await asyncio.sleep(0.3)
            count = int(UNHURRIED * window_s * 2)
            calm[line.name] = await opened(far, bot.target, itertools.islice(line.updates, count), UNHURRIED)
            bot.pause()
        _print(lines, calm)


def _bot(line: Line) -> Bot:
    if line.bot is None:
        raise RuntimeError(f"{line.name} does not run")
    return line.bot


async def _line_up(
    stack: AsyncExitStack, far: FarEnd, root: str, folder: Path, postgres_url: str
) -> list[Line]:
    why = await asyncio.to_thread(rivals)
    lines = []
    for number, (script, package, name) in enumerate((
        ("ptb_echo", "ptb", "python-telegram-bot, default echo: stores nothing"),
        ("ptb_conversation", "ptb", "ConversationHandler + PicklePersistence (60 s)"),
        ("aiogram_echo", "aiogram", "aiogram echo: stores nothing"),
    ), start=1):  # fmt: skip
        bot = (
            None
            if why[package]
            else await stack.enter_async_context(rival(script, far, root, folder / script))
        )
        lines.append(Line(name, bot, echoed(number * 10**9), why[package]))
    for number, (name, url) in enumerate((("SQLite", ""), ("PostgreSQL", postgres_url)), start=5):
        home = folder / name
        home.mkdir()
        await asyncio.to_thread(prepared.know, home, url, range(number * 10**9, number * 10**9 + KNOWN))
        bot = await stack.enter_async_context(doorstep(far, root, home, url))
        lines.append(
            Line(f"Doorstep, {name}, committed: voucher, new people", bot, keywords((number + 2) * 10**9))
        )
        lines.append(Line(f"Doorstep, {name}, committed: thanks, known people", bot, thanks(number * 10**9)))
    return lines


async def _one(far: FarEnd, line: Line, name: str, outstanding: int, window_s: float) -> None:
    bot = _bot(line)
    bot.go_on()
    await asyncio.sleep(0.2)
    before, sent = bot.cpu_s, far.sent
    taken = await closed(far, bot.target, line.updates, outstanding, window_s / 3, window_s)
    await asyncio.sleep(0.3)  # the last deliveries are committed
    line.taken.setdefault(name, []).append(taken)
    line.cpu_us.setdefault(name, []).append(1e6 * (bot.cpu_s - before) / max(1, far.sent - sent))
    bot.pause()


def _print(lines: list[Line], calm: dict[str, Taken]) -> None:
    for _, outstanding, name, bound, aim in DELAYS:
        base = lines[0].per_s(name) if lines[0].bot else float("nan")
        table(
            f"Turns a second, webhook -> commit -> reply, {outstanding} updates outstanding, {name} API round trip",
            "pacing on, nobody writes fast enough to be paced; every bot on one core, load and API on the other",
            ("", "turns/s", "x default", "p50 ms", "p99 ms", "CPU us", "lost"),
            [_figures(line, name, base) for line in lines],
        )
        show(
            f"Against the default echo, {name}",
            "",
            [
                Row(
                    line.name,
                    f"{line.per_s(name) / base:.2f} x",
                    f">= {bound:g} x (aim {aim:g} x)",
                    line.per_s(name) >= bound * base,
                )
                for line in lines
                if "SQLite" in line.name
            ],
        )
    show(
        f"Unhurried: {UNHURRIED} updates a second at random moments, webhook -> reply",
        "",
        [
            row
            for line in lines
            if line.name in calm
            for row in (
                Row(f"{line.name}: p50", f"{calm[line.name].ms(50):.1f} ms"),
                _unhurried_p99(line.name, calm[line.name]),
            )
        ],
    )


def _unhurried_p99(name: str, taken: Taken) -> Row:
    if "SQLite" in name:
        return judged(f"{name}: p99", taken.ms(99), "ms", 50)
    return Row(f"{name}: p99", f"{taken.ms(99):,.1f} ms")


def _figures(line: Line, delay: str, base: float) -> tuple[str, ...]:
    if line.bot is None:
        return (line.name, line.why_not, "", "", "", "", "")
    taken = [round_ for round_ in line.taken[delay] if round_.times] or line.taken[delay]
    per_s = line.per_s(delay)
    return (
        line.name,
        f"{per_s:,.1f}",
        f"{per_s / base:.2f}",
        f"{statistics.median(t.ms(50) for t in taken):,.0f}",
        f"{statistics.median(t.ms(99) for t in taken):,.0f}",
        f"{statistics.median(line.cpu_us[delay]):,.0f}",
        str(sum(t.lost + t.refused for t in taken)),
    )
