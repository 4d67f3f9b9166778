"""From starting the process to its first answer, on an empty folder and again on the same one."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.bench.contenders import DOORSTEP, environment
from tests.bench.farend import Caller, FarEnd
from tests.bench.load import says
from tests.bench.process import SECRET, free_port, running
from tests.bench.report import Row, judged, show

CHAT = 40 * 10**9
GIVE_UP_S = 60.0


async def measure(far: FarEnd, root: str, folder: Path) -> None:
    """Start twice, print."""
    rows: list[Row] = []
    home = folder / "start"
    for number, what in enumerate(("first start, database and keys made", "start on what is there")):
        took, megabytes = await _first_answer(far, root, home, CHAT + number)
        rows += [
            judged(f"{what}: to the first answer", took, "s", 3),
            Row(f"{what}: resident memory", f"{megabytes:.0f} MB"),
        ]
    show("Cold start, SQLite", "the update is repeated until it is taken, as Telegram would", rows)


async def _first_answer(far: FarEnd, root: str, home: Path, chat: int) -> tuple[float, float]:
    port, token = free_port(), f"{free_port()}:start-token-of-the-bench"
    begin = time.monotonic()
    with running(DOORSTEP, port, home, environment(home, "", root, port, token)) as bot:
        reply, update = far.expect(chat), says(chat, "voucher").body
        while not reply.done():
            if time.monotonic() - begin > GIVE_UP_S:
                raise RuntimeError(f"no answer: {bot.log.read_text()[-2000:]}")
            try:
                caller = await Caller.open(port, SECRET)
                taken = await caller.post(update) == 200
                caller.close()
            except OSError:
                taken = False
            if taken:
                async with asyncio.timeout(GIVE_UP_S):
                    await reply
            else:
                await asyncio.sleep(0.02)
        return time.monotonic() - begin, bot.megabytes()
