"""The command line `doorstep` (also `python -m bot`)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot.assembly import the_dialogs
from bot.capability import OperatorCommand, Registry
from bot.cli import asking, keeping, knowing, logs, operate
from bot.cli import chat as chats
from bot.cli import check as checks
from bot.cli.errors import PREFIX, Unusable, explained, from_here, load_settings
from bot.cli.room import appointment
from bot.clock import SystemClock
from bot.flow.diagram import mermaid
from bot.settings import Settings

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The chat assistant of a city district.",
)
staff_app = typer.Typer(no_args_is_help=True, help="Who works here.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
keys_app = typer.Typer(no_args_is_help=True, help="The keys of names, phones and words.")
app.add_typer(staff_app, name="staff")
app.add_typer(db_app, name="db")
app.add_typer(keys_app, name="keys")
app.add_typer(knowing.app, name="knowledge")


@app.command()
def run() -> None:
    """Serve the web chat, and Telegram where a token is set."""
    from bot.cli import run as runs  # noqa: PLC0415  web server and Telegram take a second that no other command wants

    given = load_settings()
    logs.set_up(logging.getLevelNamesMapping()[given.log_level.upper()], given.log, for_good=True)
    runs.run(given)


@app.command()
def chat(
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the talk down as a journey.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines in and out.")] = False,
    db: Annotated[
        str, typer.Option(metavar="URL", help="A database to keep; else one that is thrown away.")
    ] = "",
    at: Annotated[str, typer.Option(metavar="ISO", help="Where the clock stands at first; else now.")] = "",
    city: Annotated[str, typer.Option(metavar="PACK", help="The home pack.")] = "",
    staff: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ROLE[@PLACE]", help="Make somebody staff.")
    ] = None,
) -> None:
    """Talk to the bot here. Time stands still between two lines of JSON."""
    logs.set_up(logging.ERROR, "text")
    wanted = chats.Wanted(db, at, city, tuple(staff or ()), record)
    try:
        for post in wanted.staff:
            appointment(post)
    except ValueError as why:
        raise Unusable(f"--staff: {why}") from why
    chats.chat(load_settings(), wanted, as_json)


@app.command()
def ask(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT")] = None,
    region: Annotated[
        str, typer.Option(metavar="R", help="Where it is asked: 西安市, 西安市莲湖区 or 610104.")
    ] = "",
    at: Annotated[str, typer.Option(metavar="ISO", help="When it is asked; else now.")] = "",
    as_json: Annotated[
        str, typer.Option("--json", metavar="-", help="JSON lines from the standard input.")
    ] = "",
    corpus: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Entries that win over the shipped ones.")
    ] = None,
) -> None:
    """One question against the knowledge base."""
    asking.ask(load_settings(), " ".join(text or ()), region, at, as_json, corpus)


@app.command()
def diagram(name: Annotated[str, typer.Argument(help="A flow; none: their names.")] = "") -> None:
    """Draw a flow as Mermaid."""
    flows = Registry(the_dialogs().capabilities(load_settings())).flows
    if not name:
        typer.echo("\n".join(sorted(flows)))
        return
    if name not in flows:
        raise Unusable(f"there is no flow {name} -- there are {', '.join(sorted(flows))}")
    typer.echo(mermaid(flows[name]))


@app.command()
def check(
    rows: Annotated[
        bool,
        typer.Option("--rows", help="Recount the database's rows instead, as the nightly self-check does."),
    ] = False,
) -> None:
    """Look for mistakes in settings, pack, flows, words and knowledge; each with its file and line."""
    given = load_settings()
    found = operate.self_check_lines(given) if rows else checks.findings(given, the_dialogs())
    for line in found:
        typer.echo(from_here(line))
    if found:
        typer.echo(f"{len(found)} found", err=True)
        raise typer.Exit(1)
    if not rows:
        _print(map(from_here, checks.advice(given, SystemClock().now().astimezone(given.zone).date())))
    typer.echo("all is well")


@app.command()
def settings() -> None:
    """List every setting, its value and what it is for."""
    given = load_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(given, name)
        typer.echo(f"{PREFIX}{name.upper()} = {value}\n    {field.description}")


@app.command()
def audit(
    about: Annotated[str, typer.Argument(help="The beginning of an object or act.")] = "",
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """What was done, by whom, to what; the latest last."""
    _print(operate.audit_lines(load_settings(), limit, about))


@staff_app.command("invite")
def staff_invite(
    role: Annotated[str, typer.Option(help="admin, duty, centre, canteen, counter or auditor.")],
    place: Annotated[str, typer.Option(metavar="ID", help="Only at this place.")] = "",
    name: Annotated[str, typer.Option(help="Whom it is for; the role by default.")] = "",
) -> None:
    """Make an invitation that one person can take up once."""
    _print(operate.invite(load_settings(), role, place, name or role))


@staff_app.command("list")
def staff_list() -> None:
    """Who holds which post, and who is invited."""
    _print(operate.staff_lines(load_settings()))


@staff_app.command("revoke")
def staff_revoke(name: str) -> None:
    """End all posts and invitations of somebody, at once."""
    _print(operate.revoke(load_settings(), name))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this program's shape."""
    _print(keeping.db_upgrade(load_settings()))


@db_app.command("backup")
def db_backup(file: Path) -> None:
    """Write all rows into a file, while the bot serves. The keys are not in it."""
    _print(keeping.back_up(load_settings(), file))


@db_app.command("restore")
def db_restore(
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what is in the database.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Let held results and replies go, too.")] = False,
) -> None:
    """Fill an empty database (of either kind) from a backup. Stop the bot before."""
    _print(keeping.restore(load_settings(), file, replace=replace, send=send))


@db_app.command("resend")
def db_resend() -> None:
    """Let the results and replies go that were held back by a restore."""
    _print(keeping.resend(load_settings()))


@keys_app.command("status")
def keys_status() -> None:
    """Which keys there are, and how much each still closes."""
    _print(keeping.keys_status(load_settings()))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Seal with a new key from now on, and close again, bit by bit, what older keys close."""
    _print(keeping.rotate(load_settings()))


@keys_app.command("reseal")
def keys_reseal() -> None:
    """Go on where a rotation was cut short."""
    _print(keeping.reseal(load_settings()))


@keys_app.command("retire")
def keys_retire(key: str) -> None:
    """Take an old key out of the ring, once nothing needs it."""
    _print(keeping.retire(load_settings(), key))


@keys_app.command("adopt")
def keys_adopt(
    lost: Annotated[bool, typer.Option("--lost", help="Yes: the former keys are gone for ever.")] = False,
) -> None:
    """Go on with other keys, where the former ones are lost for ever."""
    _print(keeping.adopt(load_settings(), lost=lost))


@db_app.command("revision", hidden=True)
def db_revision(owner: str, message: str) -> None:
    """For developers: write the next version of one owner's tables."""
    from bot.store import versions  # noqa: PLC0415  Alembic takes half a second of a start

    folders = [capability.folder for capability in the_dialogs().capabilities(load_settings())]
    made = versions.revise(owner, message, folders)
    _print([from_here(str(path)) for path in made] or ["nothing differs"])


def main() -> None:
    """The entry point: mistakes of the operator end with a line and exit code 1, without a traceback."""
    logs.set_up(logging.WARNING, "text")
    try:
        _add_operator_commands(sys.argv[1:3])
        app(prog_name="doorstep")
    except Exception as why:
        lines = explained(why)
        if lines is None:
            raise
        for line in lines:
            typer.echo(from_here(line), err=True)
        sys.exit(1)


def _add_operator_commands(words: list[str]) -> None:
    """Commands like "lottery seed", declared by capabilities; they appear in --help as well.

    Loaded only where they are asked for: `doorstep settings` must work on a pack that does not.
    """
    groups = {group.name: group.typer_instance for group in app.registered_groups if group.typer_instance}
    first, second = (*words, "", "")[:2]
    if first in _own(app) or (first in groups and second in _own(groups[first])):
        return
    given = load_settings()
    try:
        capabilities = tuple(the_dialogs().capabilities(given))
    except Exception as why:
        wanted = second if first in groups else first
        if explained(why) is None or (wanted and not wanted.startswith("-")):
            raise
        return
    for name, command in Registry(capabilities).operator.items():
        first, _, second = name.partition(" ")
        if first not in groups:
            groups[first] = typer.Typer(no_args_is_help=True, help=f"Commands of {first}.")
            app.add_typer(groups[first], name=first)
        groups[first].command(second, help=command.about, context_settings=_AS_VALUES)(
            _carrying_out(given, name, command)
        )


def _own(commands: typer.Typer) -> set[str]:
    """The names of the commands that need no capability."""
    return {str(one.name or getattr(one.callback, "__name__", "")) for one in commands.registered_commands}


# Options of such a command are values like others: operate.operate knows which it takes.
_AS_VALUES = {"ignore_unknown_options": True}


def _carrying_out(given: Settings, name: str, command: OperatorCommand) -> Callable[..., None]:
    names = " ".join(command.values)

    def carry_out(values: Annotated[list[str] | None, typer.Argument(metavar=names)] = None) -> None:
        _print(operate.operate(given, name, command, values or []))

    carry_out.__annotations__["values"] = Annotated[list[str] | None, typer.Argument(metavar=names)]
    return carry_out


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


if __name__ == "__main__":
    main()
