"""The bot as processes of its own: started, waited for, killed; and a proxy that stands before several of them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

WAIT_S = 90.0


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(until: Callable[[], bool], what: str, seconds: float = WAIT_S, pause: float = 0.05) -> None:
    """Look again and again; fail when it has not come true in time."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, what
        time.sleep(pause)


def start(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the bot; what it prints is added to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env={**os.environ, **environment}, stdout=out, stderr=out
        )


def wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until it answers."""

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    wait(ready, "the bot did not start")


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it as a power cut does; ended already is no error."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def bot(environment: dict[str, str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The bot as a process, ready to answer; killed at the end if it still lives."""
    process = start(environment, log)
    try:
        wait_ready(process, port, log)
        yield process
    finally:
        kill(process)


@contextmanager
def proxy(ports: Sequence[int]) -> Iterator[str]:
    """A proxy in a thread: its connections go to these ports in turn, past those that nobody listens on. Its URL."""
    loop = asyncio.new_event_loop()
    turns = itertools.cycle(ports)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in itertools.islice(turns, len(ports)):
            with contextlib.suppress(OSError):
                back = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(pipe(reader, back[1]), pipe(back[0], writer))
                return
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(forward, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
