"""What was done, for the eyes of auditors: ids and acts, never words."""

from __future__ import annotations

from bot.clock import instant
from bot.store import staff
from bot.turn import Turn
from bot.watch import SELF_CHECK
from dialogs.staff import rules


def audit(turn: Turn) -> None:
    """The last acts on record: when, who, what, on what. Never words.

    A self-check that found nothing says nothing: it is left out here, the command line lists it.
    """
    rows = turn.db.all(
        "SELECT at, actor, act, object FROM audit WHERE act <> :check OR detail NOT LIKE :clean"
        " ORDER BY id DESC LIMIT :most",
        check=SELF_CHECK,
        clean='%"found": 0}%',
        most=rules.AUDIT_SHOWN,
    )
    turn.audit("audit.read", "audit")
    acts = [
        (
            instant(int(row["at"])),
            _actor(turn, row["actor"]),
            act_name(turn, row["act"]),
            object_name(turn, row["object"]),
        )
        for row in rows
    ]
    turn.say("staff.audit", acts=acts)


def _actor(turn: Turn, actor: str) -> str:
    kind, _, number = actor.partition(":")
    if kind == "staff" and number.isdigit():
        return staff.name_of(turn.db, int(number))
    return object_name(turn, actor)


def act_name(turn: Turn, act: str) -> str:
    """What an act is called: each service names its own under act.<act>; the bare act where nobody does."""
    return turn.label(f"act.{act}") if turn.ground.texts.has(f"act.{act}") else act


def object_name(turn: Turn, row: str) -> str:
    """A row in words ("case:12"): its kind, named under object.<kind>, and its number."""
    kind, _, number = row.partition(":")
    name = turn.label(f"object.{kind}") if turn.ground.texts.has(f"object.{kind}") else kind
    return f"{name} {number}".strip()
