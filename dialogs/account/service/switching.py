"""换人用: what is shown here is put away, and the next person at this device begins with a clean page.

The address becomes a stranger's; whoever was here opens their things again with the recovery code and the last digits of
their telephone number, and in no other way. It happens in a timer that is due at once, so that the conversation which
asked for it is closed before it is taken away.
"""

from __future__ import annotations

import secrets
from typing import Any

from bot import outbox
from bot.flow.readers import RECOVERY
from bot.messages import Button, Outgoing
from bot.store import leaving, people
from bot.timers import Due
from bot.turn import Turn

TIMER = "account.switch"
MINUTES = 10


def wanted(turn: Turn) -> None:
    """Say how one gets one's things back, then ask; where there is nothing to put away it is done at once."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    if turn.who.roles:
        turn.say("switch.staff", [Button(turn.label("common.button.person"), id="w:person")])
        return
    if not people.has_things(turn.db, turn.who.id):
        now(turn, {})
        return
    code = people.recovery_code(turn.db, turn.ground.keys, turn.who.id, secrets.SystemRandom())
    turn.say(
        "switch.asked",
        [
            turn.action("switch.now", "switch.button.now", deadline=turn.in_(minutes=MINUTES)),
            Button(turn.label("switch.button.no"), id="w:menu"),
        ],
        recovery=RECOVERY.show(code),
        tail=people.phone_tail(turn.db, turn.ground.keys, turn.who.id),
        web=turn.place is not None and turn.place.channel == "web",
    )


def now(turn: Turn, _payload: dict[str, Any]) -> None:
    """Put everything away that is shown at this address."""
    if turn.overheard or turn.who.roles or turn.address_id is None:
        turn.say("common.not_yours")
        return
    turn.timer(TIMER, str(turn.address_id), turn.now, person=turn.who.id, address=turn.address_id)
    turn.audit("person.switched", f"person:{turn.who.id}", address=turn.address_id)
    turn.say("switch.going")


def happen(turn: Turn, due: Due) -> None:
    """The address is a stranger's, nothing that was said here is left, and the next one is greeted."""
    person, address = int(due.payload["person"]), int(due.payload["address"])
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person) or "zh")
    if leaving.put_away(turn.db, person, address, turn.now):
        clean(turn, address, lang, "switch.done")


def clean(turn: Turn, address: int, lang: str, key: str) -> None:
    """Take everything off the pages that show an address (a deletion of no one message), then say one thing there."""
    turn.post(outbox.Post(address, Outgoing(""), "reply", kind="delete"))
    words = turn.ground.texts.render(lang, key)
    menu = Button(turn.ground.texts.label(lang, "common.button.menu"), id="w:menu")
    turn.post(outbox.Post(address, Outgoing(words, ((menu,),), keys=(key,)), "reply"))
