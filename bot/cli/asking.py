"""`doorstep ask`: questions against the knowledge base, without a database."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from bot.cli.errors import Unusable
from bot.clock import SystemClock
from bot.settings import Settings

KNOWLEDGE = "knowledge.asking"


def ask(settings: Settings, text: str, region: str, at: str, as_json: str, corpus: Path | None) -> None:
    """Print the reply to one question, or one JSON line for every line that comes in. Raises Unusable."""
    module: Any = importlib.import_module(KNOWLEDGE)
    own = [
        folder for folder in (settings.data_dir / "content" / "corpus", corpus) if folder and folder.is_dir()
    ]
    if corpus is not None and not corpus.is_dir():
        raise Unusable(f"--corpus: {corpus} is no folder")
    now = SystemClock().now().astimezone(settings.zone)
    if as_json:
        if as_json != "-":
            raise Unusable("--json: only - is known, the standard input")
        for line in module.ask_lines(sys.stdin, now, *own):
            print(line, flush=True)  # noqa: T201
        return
    if not text:
        raise Unusable("nothing is asked; write the question behind the command, or --json -")
    try:
        typer.echo(module.ask(text, region, datetime.fromisoformat(at) if at else now, *own))
    except ValueError as why:
        raise Unusable(str(why)) from why
