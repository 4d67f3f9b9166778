"""A bot under test as its own process, pinned to one core: started, paused while others are measured, weighed, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.farend import FarEnd
from tests.bench.load import Target

SECRET = "bench-only"
START_S = 60.0
_TICK = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))
OURS, THEIRS = {_CORES[-1]}, {_CORES[0]}
"""The core of this process (load and Bot API server), and the bots' one. A machine with a single core shares it."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pin() -> None:
    """Keep this process on its own core."""
    os.sched_setaffinity(0, OURS)


@dataclass
class Bot:
    """A running bot. `target` is its webhook."""

    process: subprocess.Popen[bytes]
    target: Target
    log: Path

    def pause(self) -> None:
        """Let it rest while another one is measured."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Wake it again."""
        self.process.send_signal(signal.SIGCONT)

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time it has used."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / _TICK

    def megabytes(self, what: str = "VmRSS") -> float:
        """Its resident memory now, or with VmHWM at most so far."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    async def ready(self, far: FarEnd, token: str) -> None:
        """Wait until it listens and has told the Bot API server so. Raises RuntimeError with the end of its log."""
        end = time.monotonic() + START_S
        while True:
            if token in far.hooked and self.listens():
                return
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the bot did not start: {self.log.read_text()[-2000:]}")
            await asyncio.sleep(0.01)

    def listens(self) -> bool:
        """Whether its port takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.target.port)) == 0


@contextmanager
def running(command: Sequence[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[Bot]:
    """The process from its start to its end (SIGTERM, then SIGKILL). It works in `folder`, its output goes there."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, THEIRS)  # of this thread only; what it starts keeps it
    try:
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
            )
    finally:
        os.sched_setaffinity(0, mine)
    bot = Bot(process, Target(port, SECRET), log)
    try:
        yield bot
    finally:
        if process.poll() is None:
            bot.go_on()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
