"""What the operator does to a running or resting bot: staff, audit, the commands that capabilities declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from random import SystemRandom
from zoneinfo import ZoneInfo

from bot.assembly import open_house, the_dialogs
from bot.capability import OperatorCommand
from bot.cli.errors import Unusable
from bot.clock import SystemClock, instant
from bot.house import House
from bot.selfcheck import self_check
from bot.settings import Settings
from bot.store import staff
from bot.store.crew import Visitor
from bot.store.session import Db
from bot.turn import Turn

INVITE_LINK = "staff"
"""The prefix of the payload that a link with an invitation opens."""


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """A house to act on; nobody is answered meanwhile."""
    house = open_house(settings, SystemClock(), crew=Visitor())
    try:
        yield house
    finally:
        house.store.close()


def invite(settings: Settings, role: str, place: str, name: str) -> list[str]:
    """Make an invitation. Returns what to pass on. Raises Unusable for a role or place that does not exist."""
    _check_place(role, place, the_dialogs().places(settings))
    with opened(settings) as house:
        ground = house.ground

        def write(db: Db) -> str:
            code = staff.invite(db, ground.keys, role, place, name, ground.clock.now(), SystemRandom())
            Turn(ground, db, ground.clock.now()).audit(
                "invite.made", f"role:{role}", place=place, by="operator"
            )
            return code

        try:
            code = house.store.write(write)
        except ValueError as why:
            raise Unusable(str(why)) from why
        payload = f"{INVITE_LINK}_{code}"
        return [
            f"{name}: {role}{f' at {place}' if place else ''}, good once, for 48 hours",
            f"code  {code}",
            f"link  {ground.link.to(payload, 'web')}",
            f"or in any chat with the bot:  /start {payload}",
        ]


def _check_place(role: str, place: str, known: Mapping[str, str]) -> None:
    """A post at a place that does not exist, or at none where the role needs one, would open nothing."""
    named = ", ".join(f"{id_} ({name})" for id_, name in known.items()) or "none in the home pack"
    if place and place not in known:
        raise Unusable(f"{place} is no place of the home pack; there are: {named}")
    if role in staff.AT_A_PLACE and not place:
        raise Unusable(f"a {role} works at one place: add --place ID; there are: {named}")


def staff_lines(settings: Settings) -> list[str]:
    """Every post held now and every open invitation."""
    with opened(settings) as house:
        now = house.ground.clock.now()
        rows = house.store.read(lambda db: [dict(row) for row in staff.listing(db, now)])
    return [
        f"{row['name']}\t{row['role']}\t{row['place'] or '-'}\t{row['state']}\t"
        f"{_local(int(row['since']), settings.zone)}"
        for row in rows
    ] or ["nobody yet: doorstep staff invite"]


def revoke(settings: Settings, name: str) -> list[str]:
    """End every post and invitation under a name. Raises Unusable where there is none."""
    with opened(settings) as house:

        def write(db: Db) -> int:
            now = house.ground.clock.now()
            ended = staff.revoke(db, name, now)
            if ended:
                Turn(house.ground, db, now).audit("staff.revoked", "staff", posts=ended, by="operator")
            return ended

        ended = house.store.write(write)
    if not ended:
        raise Unusable(f"nobody named {name} holds a post -- `doorstep staff list` lists them")
    return [f"{name}: {ended} ended"]


def audit_lines(settings: Settings, limit: int, about: str) -> list[str]:
    """The latest audit rows, oldest first; `about` is the beginning of an object's or act's name."""
    with opened(settings) as house:
        rows = house.store.read(
            lambda db: [
                dict(row)
                for row in db.all(
                    "SELECT at, actor, act, object, detail FROM audit WHERE object LIKE :about OR act LIKE :about"
                    " ORDER BY id DESC LIMIT :limit",
                    about=f"{about}%",
                    limit=limit,
                )
            ]
        )
    return [
        f"{_local(int(row['at']), settings.zone)}\t{row['actor']}\t{row['act']}\t{row['object']}\t{row['detail']}"
        for row in reversed(rows)
    ]


def self_check_lines(settings: Settings) -> list[str]:
    """What a recount of the rows finds now, one line each. Nothing is written."""
    with opened(settings) as house:
        now = house.ground.clock.now()
        return house.store.read(lambda db: self_check(Turn(house.ground, db, now), house.registry))


def operate(settings: Settings, name: str, command: OperatorCommand, values: Sequence[str]) -> list[str]:
    """Carry out a capability's command. Raises Unusable with its reason."""
    needed = [name for name in command.values if not name.startswith("[")]
    strange = [one for one in values if one.startswith("--") and f"[{one}]" not in command.values]
    if (
        strange
        or len(values) < len(needed)
        or (len(values) > len(needed) and len(needed) == len(command.values))
    ):
        raise Unusable(f"wanted: doorstep {name} {' '.join(command.values)}")
    try:
        if command.alone is not None:
            return [command.alone(values)]
        with opened(settings) as house:
            return [house.store.write(partial(_act, house, command, values))]
    except ValueError as why:
        raise Unusable(str(why)) from why


def _act(house: House, command: OperatorCommand, values: Sequence[str], db: Db) -> str:
    if command.act is None:
        raise ValueError("this command does nothing")
    ground = house.ground
    return command.act(Turn(ground, db, ground.clock.now(), everyone=house.registry), values)


def _local(at: int, zone: ZoneInfo) -> str:
    return f"{instant(at).astimezone(zone):%Y-%m-%d %H:%M:%S}"
