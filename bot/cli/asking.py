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
    content = settings.data_dir / "content"
    own = [folder for folder in (content / "corpus", corpus) if folder and folder.is_dir()]
    if corpus is not None and not corpus.is_dir():
        raise Unusable(f"--corpus: {corpus} is no folder")
    now = SystemClock().now().astimezone(settings.zone)
    if as_json not in ("", "-"):
        raise Unusable("--json: only - is known, the standard input")
    if not as_json and not text:
        raise Unusable("nothing is asked; write the question behind the command, or --json -")
    known = module.answers(own, module.spot_of(settings.city, content) if own else None)
    if as_json:
        for line in module.ask_lines(known, sys.stdin, now):
            print(line, flush=True)  # noqa: T201
        return
    try:
        typer.echo(module.ask(known, text, region, datetime.fromisoformat(at) if at else now))
    except ValueError as why:
        raise Unusable(str(why)) from why
