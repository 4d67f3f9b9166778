"""What the operator has to mend, said in lines they can act on; anything else is a bug and keeps its traceback."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bot.settings import Settings
from bot.store.backup import BackupUnusable
from bot.store.crew import DatabaseTaken
from bot.store.sealed import KeysUnusable, Unreadable
from bot.store.upgrade import UpgradeImpossible
from bot.texts import TextsError

PREFIX = "DOORSTEP_"
ENV_FILE = Path(".env")
DATABASES = ("sqlite:///", "postgresql+psycopg://")


class Unusable(Exception):
    """Something the operator gave cannot be used; the message says where, what and how to mend it."""


def load_settings() -> Settings:
    """The settings. Raises Unusable with a line for each bad one."""
    try:
        settings = Settings()
        ZoneInfo(settings.timezone)
        if settings.database_url:
            usable_url(settings.database_url, _where(f"{PREFIX}DATABASE_URL"))
    except ValidationError as why:
        raise Unusable("\n".join(_bad(str(one["loc"][0]), str(one["msg"])) for one in why.errors())) from why
    except (ZoneInfoNotFoundError, ValueError) as why:
        raise Unusable(_bad("timezone", "is not a time zone such as Asia/Shanghai")) from why
    return settings


def usable_url(url: str, given_as: str) -> str:
    """The URL of a database. Raises Unusable for one of another kind."""
    if not url.startswith(DATABASES):
        raise Unusable(f"{given_as}: wanted {' or '.join(f'{kind}…' for kind in DATABASES)}")
    return url


def unknown_settings() -> list[str]:
    """Variables that look like ours and mean nothing: a mistyped name is else never noticed."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {name for name in os.environ if name.upper().startswith(PREFIX)} | set(_lines())
    return [
        f"{_where(name)}: there is no setting of this name -- `doorstep settings` lists them"
        for name in sorted(given)
        if name.upper() not in known
    ]


def explained(why: BaseException) -> list[str] | None:
    """The lines for the operator; None for what is not theirs to mend."""
    problems = getattr(why, "problems", None)
    if problems:
        return [str(problem) for problem in problems]
    if isinstance(
        why,
        Unusable
        | DatabaseTaken
        | TextsError
        | KeysUnusable
        | Unreadable
        | UpgradeImpossible
        | BackupUnusable,
    ):
        return str(why).splitlines()
    if isinstance(why, ArgumentError | NoSuchModuleError | DBAPIError):
        reason = str(getattr(why, "orig", None) or why).strip().splitlines()[0]
        remedy = "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME, and the server must be running"
        return [f"{_where(PREFIX + 'DATABASE_URL')}: the database cannot be used: {reason} -- {remedy}"]
    return None


def from_here(line: str) -> str:
    """Files below the present folder by their short names."""
    return line.replace(f"{Path.cwd()}/", "")


def _bad(name: str, reason: str) -> str:
    variable = PREFIX + name.upper()
    return f"{_where(variable)}: {reason} -- `doorstep settings` says what it is for"


def _where(variable: str) -> str:
    """The variable, after the line of the file it stands in; the environment comes before the file."""
    if variable not in os.environ and (line := _lines().get(variable)):
        return f"{ENV_FILE}:{line}: {variable}"
    return variable


def _lines() -> dict[str, int]:
    if not ENV_FILE.is_file():
        return {}
    found: dict[str, int] = {}
    for number, line in enumerate(ENV_FILE.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        name = line.strip().removeprefix("export ").partition("=")[0].strip()
        if name.upper().startswith(PREFIX):
            found[name.upper()] = number
    return found
