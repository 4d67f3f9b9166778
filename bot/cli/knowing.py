"""`doorstep knowledge`: what the people who edit the answers have. The knowledge package is named, not imported."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import check as checks
from bot.cli.errors import Unusable, from_here, load_settings
from bot.clock import SystemClock
from bot.settings import Settings

KNOWLEDGE = "knowledge.editing"
ASKED = 1000
"""Phrasings that are left out, where no number is given."""

app = typer.Typer(no_args_is_help=True, help="What the bot knows.")
Corpus = Annotated[Path | None, typer.Option(metavar="DIR", help="Entries that win over all others.")]


@app.command()
def check(
    everything: Annotated[
        bool,
        typer.Option("--all", help="Ask the words of every entry, not only of your own; takes a while."),
    ] = False,
) -> None:
    """Look for mistakes in the knowledge files; where there are none, give advice, which is no mistake."""
    given = load_settings()
    found = checks.knowledge(given)
    _print(from_here(line) for line in found)
    if found:
        raise typer.Exit(1)
    today = SystemClock().now().astimezone(given.zone).date()
    _print(from_here(line) for line in checks.advice(given, today, everything))
    typer.echo("all is well")


@app.command("try")
def attempt(
    text: Annotated[list[str], typer.Argument(metavar="TEXT")],
    region: Annotated[
        str,
        typer.Option(metavar="R", help="Where it is asked: 西安市, 西安市莲湖区 or 610104; else at home."),
    ] = "",
    at: Annotated[str, typer.Option(metavar="ISO", help="When it is asked; else now.")] = "",
    corpus: Corpus = None,
) -> None:
    """What a question finds, what speaks for it, and what would be said."""
    given = load_settings()
    module = _module()
    try:
        moment = datetime.fromisoformat(at) if at else SystemClock().now().astimezone(given.zone)
    except ValueError as why:
        raise Unusable(f"--at: {at} is no moment; write 2026-01-15 or 2026-01-15T09:00") from why
    try:
        place = module.place(region, *_folders(given, None)[:2])
    except ValueError as why:
        raise Unusable(f"--region: {why}") from why
    lines = module.tried(_known(given, corpus), " ".join(text), place, moment)
    _print(from_here(line) for line in lines)


@app.command("eval")
def evaluate(
    what: Annotated[
        str, typer.Argument(metavar="FILE|N", help="A file of graded questions; with --leave-out a number.")
    ] = "",
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Ask the corpus's own phrasings while they are left out.")
    ] = False,
    corpus: Corpus = None,
) -> None:
    """Mark the answers to graded questions; Markdown tables."""
    given = load_settings()
    if leave_out:
        if what and not (what.isdecimal() and int(what) > 0):
            raise Unusable(
                f"--leave-out: {what} is no number of questions; write one, or nothing for {ASKED}"
            )
        _print(_module().left_out(_known(given, corpus), int(what or ASKED)))
        return
    if not what:
        raise Unusable("eval: no file is named; name one of graded questions, or write --leave-out")
    questions = _module().questions(Path(what))
    _print(_module().graded(_known(given, corpus), questions))


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; else to the standard output.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of CSV.")] = False,
    corpus: Corpus = None,
) -> None:
    """Every entry with its answer, sources and dates, for a spreadsheet."""
    entries = _module().corpus(*_folders(load_settings(), corpus))
    text = from_here(_module().exported(entries, as_json)).encode()
    if file is None:
        sys.stdout.buffer.write(text)
        return
    try:
        file.write_bytes(text)
    except OSError as why:
        raise Unusable(
            f"{file}: cannot be written: {why.strerror} -- name a file in a folder that is there"
        ) from why


def _module() -> Any:
    return importlib.import_module(KNOWLEDGE)


def _known(settings: Settings, corpus: Path | None) -> Any:
    return _module().answers(*_folders(settings, corpus))


def _folders(settings: Settings, corpus: Path | None) -> tuple[str | Path, ...]:
    """The home pack and the folders of its entries."""
    if corpus is not None and not corpus.is_dir():
        raise Unusable(f"--corpus: {corpus} is no folder")
    more = (corpus,) if corpus is not None else ()
    return settings.city, settings.data_dir / "content", *more


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
