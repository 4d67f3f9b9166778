"""Taking up a post, and what one may do by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from bot import limits
from bot.limits import Rule
from bot.store import people, staff
from bot.turn import Turn
from dialogs.staff import rules

_HOUR = timedelta(hours=1)
INVITING = Rule("invite", rules.INVITE_GUESSES, _HOUR, _HOUR)
INVITING_OF_ALL = Rule("invite.all", 10 * rules.INVITE_GUESSES, _HOUR, _HOUR)


def opened(turn: Turn, code: str) -> None:
    """An invitation's link was opened."""
    turn.start("onboard", code=code.upper())


def onboard_place(turn: Turn) -> Literal["ok", "overheard"]:
    """A code typed in a group is everybody's code."""
    return "overheard" if turn.overheard else "ok"


def onboard_accept(turn: Turn) -> Literal["accepted", "unknown", "expired", "used", "limited"]:
    """Take the invitation up for whoever is talking. Unknown codes are counted, per address and altogether."""
    code = str(turn.data.pop("code"))
    counted = [(INVITING, f"address:{turn.address_id}"), (INVITING_OF_ALL, "all")]
    if not limits.guess(turn, counted):
        return "limited"
    accepted = staff.accept(turn.db, turn.ground.keys, code, turn.who.id, turn.now)
    if not isinstance(accepted, staff.Accepted):
        turn.audit(f"invite.{accepted}", f"person:{turn.who.id}")
        if accepted == "unknown":
            if limits.wrong(turn, counted) == 0:
                return "limited"
            turn.say("onboard.wrong")
        else:
            limits.right(turn, counted)
        return accepted
    limits.right(turn, counted)
    turn.person = people.person_of(turn.db, turn.who.id)
    turn.audit("invite.accepted", f"staff:{accepted.staff_id}", role=accepted.role, place=accepted.place)
    turn.data.update(name=accepted.name, role=turn.label(f"staff.role.{accepted.role}"), place=accepted.place)
    return "accepted"


def may(turn: Turn, word: rules.Word) -> bool:
    """Whether the person may (still) use a staff word: a button outlives a post."""
    return turn.who.may(*rules.MAY[word])
