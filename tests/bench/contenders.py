"""Who is measured: Doorstep on either database as an operator starts it, and other libraries' bots in their own venv."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.farend import FarEnd
from tests.bench.process import SECRET, Bot, free_port, running

BOTS = Path(__file__).parent / "bots"
VENV = Path(sys.prefix) / "rivals"
RIVALS = {"ptb": "python-telegram-bot[webhooks]==22.8", "aiogram": "aiogram==3.31.0"}
"""What the others are installed as; aiogram wants an older pydantic than Doorstep, hence the venv of their own."""


def rivals() -> dict[str, str]:
    """Set the others' venv up, once; by name why one cannot be had, "" where it can."""
    said: dict[str, str] = {}
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True, capture_output=True)
    for name, wanted in RIVALS.items():
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", wanted],
            capture_output=True,
            text=True,
        )
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        said[name] = "" if done.returncode == 0 else f"could not be installed: {last[:80]}"
    return said


@asynccontextmanager
async def rival(script: str, far: FarEnd, root: str, folder: Path) -> AsyncIterator[Bot]:
    """One of the scripts in bots/, ready to be called."""
    port, token = free_port(), f"{free_port()}:{script.replace('_', '-')}-token-of-the-bench"
    command = [str(VENV / "bin" / "python"), str(BOTS / f"{script}.py"), str(port), root, token, SECRET]
    if script == "ptb_conversation":
        command.append(str(folder / "pickle"))
    with running(command, port, folder, {}) as bot:
        await bot.ready(far, token)
        yield bot


DOORSTEP = (sys.executable, "-m", "bot", "run")
"""`doorstep run` of this checkout."""


def environment(folder: Path, url: str, root: str, port: int, token: str) -> dict[str, str]:
    """The settings of a Doorstep with a webhook; `url` empty is SQLite in the folder."""
    return {
        "DOORSTEP_DATA_DIR": str(folder / "data"),
        "DOORSTEP_KEYS": str(folder / "keys"),
        "DOORSTEP_DATABASE_URL": url,
        "DOORSTEP_PORT": str(port),
        "DOORSTEP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DOORSTEP_TELEGRAM_TOKEN": token,
        "DOORSTEP_TELEGRAM_API_URL": root,
        "DOORSTEP_TELEGRAM_MODE": "webhook",
        "DOORSTEP_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "DOORSTEP_CITY": "sample",
        # Counted as ever, but a thousand people write as fast as they can.
        "DOORSTEP_TURNS_PER_MINUTE": "1000000",
        "PYTHONPATH": f"{BOTS.parents[2]}",
    }


@asynccontextmanager
async def doorstep(far: FarEnd, root: str, folder: Path, url: str = "") -> AsyncIterator[Bot]:
    """The real `doorstep run`, in webhook mode, ready to be called."""
    port, token = free_port(), f"{free_port()}:doorstep-token-of-the-bench"
    with running(DOORSTEP, port, folder, environment(folder, url, root, port, token)) as bot:
        await bot.ready(far, token)
        await asyncio.sleep(1.5)  # the first beat and the introduction at the Bot API server are over
        yield bot
