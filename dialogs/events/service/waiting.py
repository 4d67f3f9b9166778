"""Who waits for a seat is asked in the order of coming, one tap each; silence and no pass on (bot/scarce.py)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from bot import appointments, scarce
from bot.messages import Button
from bot.timers import Due
from bot.turn import Turn
from dialogs.events.service import kept, seats
from dialogs.events.service.ground import Ground, begins, told


def freed(turn: Turn, due: Due, ground: Ground) -> str | None:
    """A seat came free: the first who waits has it held and is offered it. One in each transaction."""
    _, event, day = due.key.split("/")
    date = ground.on(event, day)
    zone = turn.ground.settings.zone
    if date is None or turn.now + seats.SHORTEST > date.starts(zone):
        return None
    row = seats.next_waiting(turn, date)
    if row is None:
        return None
    starts = date.starts(zone)
    stands = appointments.on_offer(turn.now, starts)
    wanted = scarce.Wanted(
        seats.OFFER,
        int(row["id"]),
        int(row["person_id"]),
        date.key,
        starts - seats.SHORTEST / 2,
        minutes=stands,
    )
    scarce.make(turn, wanted, partial(_tell, turn, ground, int(row["id"]), stands))
    return str(row["id"])


def _tell(turn: Turn, ground: Ground, number: int, stands: int, offer: int) -> int | None:
    row = seats.by_number(turn, number)
    person, starts = int(row["person_id"]), begins(turn, row)
    return turn.push(
        person,
        "events.offer",
        *_buttons(turn, offer, person, starts),
        dedupe=f"{seats.OFFER}:{offer}",
        deadline=starts,
        stands=stands,
        **told(turn, ground, row),
    )


def _buttons(turn: Turn, offer: int, person: int, starts: datetime) -> list[list[Button]]:
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    return [
        [
            turn.action(f"events.{act}", f"events.button.{act}", {"offer": offer}, person=person, deadline=starts, lang=lang)
        ]
        for act in ("offer_accept", "offer_decline")
    ]  # fmt: skip


def accept(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """要: the seat is theirs like any other."""
    number = _of(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "accepted"):
        turn.say("events.offer_late", kept.ways(turn))
        return
    seats.moved(turn, number, ("offered",), "signed")
    kept.stands(turn, ground, seats.by_number(turn, number))


def decline(turn: Turn, payload: dict[str, Any]) -> None:
    """不要: the next one is asked at once."""
    number = _of(turn, int(payload["offer"]))
    if not scarce.answer(turn, int(payload["offer"]), "declined"):
        turn.say("events.offer_late", kept.ways(turn))
        return
    seats.end(turn, number, ("offered",), "cancelled")
    turn.say("events.offer_declined", kept.ways(turn))


def silent(turn: Turn, due: Due, ground: Ground) -> None:
    """Nobody answered: the next one is asked. A page that sleeps is told when it wakes."""
    was = scarce.lapse(turn, int(due.key))
    if was is None:
        return
    row = seats.by_number(turn, _of(turn, int(due.key)))
    seats.end(turn, int(row["id"]), ("offered",), "lapsed")
    if was in ("offered", "unsent"):
        turn.push(
            int(row["person_id"]),
            "events.offer_lapsed",
            lane="result" if was == "offered" else "reminder",
            deadline=None if was == "offered" else turn.in_(weeks=2),
            dedupe=f"events.lapsed:{due.key}",
            **told(turn, ground, row),
        )


def ends(turn: Turn, due: Due, ground: Ground) -> None:
    """No seat came free in time: whoever waited is told, with what else there is."""
    if seats.end(turn, int(due.key), ("waiting",), "lapsed"):
        row = seats.by_number(turn, int(due.key))
        turn.push(
            int(row["person_id"]),
            "events.wait_over",
            dedupe=f"events.wait_over:{due.key}",
            deadline=begins(turn, row),
            **told(turn, ground, row),
        )


def leave(turn: Turn, payload: dict[str, Any]) -> None:
    """They wait no longer."""
    done = seats.end(turn, int(payload["seat"]), ("waiting",), "cancelled")
    turn.say("events.wait_left" if done else "events.gone_already", kept.ways(turn))


def again(turn: Turn, ground: Ground) -> None:
    """Every morning: where more seats are there than yesterday, who waits is asked."""
    del ground
    for row in turn.db.all(
        "SELECT DISTINCT event, day FROM event_seat WHERE state = 'waiting' AND day >= :today",
        today=turn.today.isoformat(),
    ):
        turn.timer(seats.FREED, seats.key_of(row), turn.now)


def my_things(turn: Turn, ground: Ground) -> int:
    """Show what the person waits for, and what is on offer to them."""
    shown = 0
    for row in turn.db.all(
        "SELECT * FROM event_seat WHERE person_id = :person AND state IN ('waiting', 'offered') AND day >= :today"
        " ORDER BY day, starts",
        person=turn.who.id,
        today=turn.today.isoformat(),
    ):
        starts, said = begins(turn, row), told(turn, ground, row)
        offer = scarce.of(turn.db, seats.OFFER, int(row["id"]))
        if row["state"] == "waiting":
            payload = {"seat": int(row["id"])}
            button = turn.action("events.wait_leave", "events.button.wait_leave", payload, deadline=starts)
            turn.say("events.mine_waits", [button], ahead=seats.ahead(turn, row), **said)
        elif offer is not None and scarce.is_open(offer):
            turn.say("events.mine_offer", *_buttons(turn, int(offer["id"]), turn.who.id, starts), **said)
        else:
            continue
        shown += 1
    return shown


def _of(turn: Turn, offer: int) -> int:
    """The seat of an offer, whose row is held still before the offer's, as an erasure does it."""
    return int(seats.held_still(turn, int(scarce.by_number(turn.db, offer)["object"]))["id"])
