"""删除我的信息: what goes and what must stay is said first, then there are some minutes to think better of it.

Every service empties its own rows (`Capability.erase`), then the machine empties what it keeps itself. The addresses
become strangers'; a day later they are forgotten as well, unless somebody has written there again.
"""

from __future__ import annotations

from typing import Any

from bot import outbox, timers
from bot.clock import instant, ms
from bot.messages import Button, Outgoing
from bot.store import leaving
from bot.timers import Due
from bot.turn import Turn
from dialogs.account.service import switching

MINUTES = 10
"""So long the person can think better of it, at any of their addresses."""
FORGET_DAYS = 1
TIMER = "account.erase"


def wanted(turn: Turn) -> None:
    """Say what goes, what stays until when, and what is given up; nothing has happened yet."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    if turn.who.roles:
        turn.say("account.erase_staff", [Button(turn.label("common.button.person"), id="w:person")])
        return
    if _waiting(turn):
        _say_waiting(turn)
        return
    if turn.everyone is not None:
        turn.everyone.gives_up(turn)
    turn.say(
        "account.erase_asked",
        [
            turn.action("account.erase", "account.button.erase", deadline=turn.in_(minutes=30)),
            turn.action("account.erase_no", "account.button.no_erase", deadline=turn.in_(minutes=30)),
        ],
        minutes=MINUTES,
        telephone=turn.ground.telephone,
    )


def sure(turn: Turn, _payload: dict[str, Any]) -> None:
    """It is going to happen; every address of the person hears of it and can stop it."""
    if turn.who.roles:
        turn.say("account.erase_staff", [Button(turn.label("common.button.person"), id="w:person")])
        return
    if not _waiting(turn):
        turn.timer(TIMER, str(turn.who.id), turn.in_(minutes=MINUTES))
        turn.audit("person.erasing", f"person:{turn.who.id}")
        for row in turn.db.all(
            "SELECT id FROM address WHERE person_id = :id AND state = 'active' AND member = '' AND id <> :here",
            id=turn.who.id,
            here=turn.address_id,
        ):
            words = turn.ground.texts.render(turn.lang, "account.erase_told", {"minutes": MINUTES})
            message = Outgoing(words, ((_undo(turn),),), keys=("account.erase_told",))
            turn.post(outbox.Post(int(row["id"]), message, "reply"))
    _say_waiting(turn)


def stop(turn: Turn, _payload: dict[str, Any]) -> None:
    """Not after all: everything stays as it is."""
    if not _waiting(turn):
        turn.say("account.erase_late")
        return
    timers.cancel(turn.db, TIMER, str(turn.who.id))
    turn.audit("person.kept", f"person:{turn.who.id}")
    turn.say("account.erase_stopped")


def refused(turn: Turn, _payload: dict[str, Any]) -> None:
    """不删 or 算了: nothing goes, and the question's other button is dead."""
    turn.db.run(
        "UPDATE action SET used = :now WHERE kind = 'account.erase' AND person_id = :person AND used IS NULL",
        now=ms(turn.now),
        person=turn.who.id,
    )
    if _waiting(turn):
        stop(turn, {})
    else:
        turn.say("account.erase_stopped")


def happen(turn: Turn, due: Due) -> None:
    """The minutes are over: everything of this person goes, and each of their addresses is told a last time."""
    person = int(due.key)
    row = turn.db.one("SELECT lang, joined, erased FROM person WHERE id = :id", id=person)
    if row is None or row["joined"] is not None or row["erased"] is not None or turn.everyone is None:
        return
    private = {
        int(found["id"])
        for found in turn.db.all(
            "SELECT id FROM address WHERE person_id = :id AND state = 'active' AND member = ''", id=person
        )
    }
    turn.everyone.erase(turn, person)
    for address in leaving.erase(turn.db, turn.ground.keys, person, turn.now):
        turn.timer(
            "account.forget", str(address), turn.in_(days=FORGET_DAYS), since=ms(turn.now), address=address
        )
        if address in private:
            switching.clean(turn, address, str(row["lang"]), "account.erased")
    turn.audit("person.erased", f"person:{person}")


def forget(turn: Turn, due: Due) -> None:
    """The address itself goes, unless somebody has written there since."""
    address = int(due.payload["address"])
    seen = turn.db.value("SELECT last_seen FROM address WHERE id = :id", id=address)
    if seen is not None and int(seen) <= int(due.payload["since"]):
        _forget(turn, address)


def own(turn: Turn, person: int) -> None:
    """The account's own rows of a person."""
    turn.db.run("DELETE FROM account_join_code WHERE person_id = :id", id=person)
    turn.db.run(
        "DELETE FROM account_guess WHERE address_id IN (SELECT id FROM address WHERE person_id = :id)",
        id=person,
    )


def tidy(turn: Turn) -> None:
    """Every night: pages that nobody came back to for longer than their cookie lives are forgotten."""
    for address in leaving.strangers(turn.db, turn.now):
        _forget(turn, address)


def _forget(turn: Turn, address: int) -> None:
    turn.db.run("DELETE FROM account_guess WHERE address_id = :id", id=address)
    leaving.forget_address(turn.db, address)


def _waiting(turn: Turn) -> bool:
    return _due(turn) is not None


def _due(turn: Turn) -> int | None:
    found = turn.db.value(
        "SELECT due FROM timer WHERE kind = :kind AND key = :key AND state = 'waiting'",
        kind=TIMER,
        key=str(turn.who.id),
    )
    return None if found is None else int(found)


def _undo(turn: Turn) -> Button:
    return turn.action("account.erase_no", "account.button.erase_undo", deadline=turn.in_(minutes=MINUTES))


def _say_waiting(turn: Turn) -> None:
    due = _due(turn)
    turn.say("account.erase_waiting", [_undo(turn)], at=turn.now if due is None else instant(due))
