"""The counter's page is asked for in one's own chat: a one-time code to open it, a PIN to unlock it."""

from __future__ import annotations

import secrets

from bot.messages import Button
from bot.store import counter
from bot.turn import Turn


def invite(turn: Turn) -> None:
    """Give a code and a PIN, and a button for those who are at the counter's computer already."""
    code, pin = counter.invite(turn.db, turn.ground.keys, turn.who, turn.now, secrets.SystemRandom())
    turn.audit("counter.invited", "counter")
    settings = turn.ground.settings
    here = turn.place is not None and turn.place.channel in ("web", "terminal")
    link = bool(settings.public_url) or here
    row = [Button(turn.label("staff.button.counter"), url=f"{settings.page}/desk/in/{code}")] if link else []
    turn.say(
        "staff.counter",
        *([row] if row else []),
        code=f"{code[:4]} {code[4:8]} {code[8:]}",
        digits=pin,
        until=turn.now + counter.CODE_LIFE,
        page=settings.page,
        link=link,
    )
