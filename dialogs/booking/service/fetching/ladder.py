"""Nobody comes for a child: +10 minutes the family is asked, +20 the place rings them, +40 duty helps. It never waits alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot import desk, timers
from bot.messages import Button
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.booking.rules.fetching import STEPS
from dialogs.booking.service import holding, hours
from dialogs.booking.service.child import card
from dialogs.booking.service.fetching import family, people, steps
from dialogs.booking.service.kept import ROLE, told
from knowledge.city import City

TIMER = "booking.unfetched"
CASE, ALARM = "unfetched", "alarm"


def begin(turn: Turn, row: Row) -> None:
    """Watch the end of a stay whose child is there."""
    turn.timer(TIMER, str(row["id"]), hours.ends(turn, row) + timedelta(minutes=STEPS[0]))


def stop(turn: Turn, booking: int) -> None:
    """It was fetched."""
    timers.cancel(turn.db, TIMER, str(booking))


def over(turn: Turn, booking: int, at: datetime) -> None:
    """Duty staff whom a child was told to that nobody fetched hear that it was."""
    if steps.last(turn, booking, "late40") is not None:
        turn.push_staff(
            ("duty", "admin"),
            "fetching.over_now",
            dedupe=f"booking.over_now:{booking}",
            number=booking,
            gone_at=at.astimezone(turn.ground.settings.zone).time(),
        )


def climb(turn: Turn, due: Due, city: City) -> None:
    """The next step. One that was slept through is passed over for the highest that is due; longer hours begin it anew."""
    row = holding.by_number(turn, int(due.key))
    if row["state"] != "came":
        return
    end = hours.ends(turn, row)
    late = [minutes for minutes in STEPS if end + timedelta(minutes=minutes) <= turn.now]
    if late and steps.last(turn, int(row["id"]), _step(late[-1])) is None:
        steps.record(turn, int(row["id"]), _step(late[-1]))
        _ACTS[late[-1]](turn, city, row)
    if len(late) < len(STEPS):
        turn.timer(TIMER, due.key, end + timedelta(minutes=STEPS[len(late)]))


def on_way(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Somebody is on the way: the place knows that it can wait."""
    row = holding.by_number(turn, int(payload["booking"]))
    if row["person_id"] != turn.who.id or row["state"] != "came":
        turn.say("fetching.no_more")
        return
    _on_way(turn, row, city, 0)


def waits(turn: Turn) -> Row | None:
    """The stay whose child is waiting to be fetched by this family, the one that ends first."""
    return turn.db.one(
        "SELECT * FROM booking WHERE person_id = :person AND day = :today AND state = 'came' ORDER BY ends, id LIMIT 1",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )


def comes(turn: Turn) -> Row | None:
    """The stay of today whose child has not come yet."""
    return turn.db.one(
        "SELECT * FROM booking WHERE person_id = :person AND day = :today AND state = 'booked' ORDER BY starts, id LIMIT 1",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )


def arrives_late(turn: Turn, minutes: int, city: City) -> None:
    """「晚半个小时到」, before the child has come: the place knows that it can wait."""
    row = comes(turn)
    if row is None:
        turn.say("fetching.no_more")
        return
    steps.record(turn, int(row["id"]), "on_way")
    said = told(turn, city, row)
    late_minutes = city.settings.care.at(str(row["place"])).late_minutes
    turn.say("fetching.told_late", minutes=minutes, late_minutes=late_minutes, **said)
    turn.push_staff(
        (ROLE,),
        "fetching.arrives_late",
        place=str(row["place"]),
        dedupe=f"booking.arrives:{row['id']}:{steps.count(turn, int(row['id']), 'on_way')}",
        minutes=minutes,
        **said,
    )


def said_late(turn: Turn, minutes: int, city: City) -> None:
    """「堵车了，半小时到」, of a family whose child waits."""
    row = waits(turn)
    if row is None:
        turn.say("fetching.no_more")
    else:
        _on_way(turn, row, city, minutes)


def _on_way(turn: Turn, row: Row, city: City, minutes: int) -> None:
    steps.record(turn, int(row["id"]), "on_way")
    said = told(turn, city, row)
    turn.say("fetching.told_way", **said)
    turn.push_staff(
        (ROLE,),
        "fetching.way",
        place=str(row["place"]),
        dedupe=f"booking.way:{row['id']}:{steps.count(turn, int(row['id']), 'on_way')}",
        minutes=minutes,
        **said,
    )


def may_be_wrong(turn: Turn) -> Row | None:
    """The stay of today of which the family was told that the child came or went."""
    return turn.db.one(
        "SELECT * FROM booking WHERE person_id = :person AND day = :today AND state IN ('came', 'left')"
        " ORDER BY decided DESC, id DESC LIMIT 1",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )


def alarm(turn: Turn, words: str, city: City) -> None:
    """「孩子不是我接的」: place and duty staff hear at once, and the family gets both telephones."""
    row = may_be_wrong(turn)
    if row is None:
        turn.say("fetching.no_more")
        return
    case = desk.open_case(turn, ALARM, f"booking:{row['id']}", words, due=turn.in_(minutes=5))
    said = told(turn, city, row)
    turn.lane = "urgent"
    turn.say(
        "fetching.alarm", [Button(turn.label("common.button.person"), id="w:person")], case=case, **said,
    )  # fmt: skip
    turn.push_staff(
        (ROLE,),
        "fetching.place_alarm",
        place=str(row["place"]),
        lane="urgent",
        dedupe=f"booking.alarm:{row['id']}:{case}",
        gone=row["state"] == "left",
        **said,
    )


def describe(turn: Turn, booking: int, city: City) -> str:
    """What duty staff must know of a stay that a case is about."""
    texts = turn.ground.texts
    row = holding.by_number(turn, booking)
    return texts.label(
        turn.lang, "fetching.case", {**told(turn, city, row), "fetched": row["state"] == "left"}
    )


def _ask_family(turn: Turn, city: City, row: Row) -> None:
    number, person = int(row["id"]), int(row["person_id"])
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    family.tell(
        turn,
        person,
        "fetching.late10",
        *(
            [
                turn.action(
                    f"booking.fetch_{act}",
                    f"fetching.button.{act}",
                    {"booking": number},
                    person=person,
                    deadline=hours.ends(turn, row) + timedelta(hours=6),
                    lang=lang,
                )
            ]
            for act in ("on_way", "at_home")
        ),
        dedupe=f"booking.late10:{number}",
        **told(turn, city, row),
    )


def _let_ring(turn: Turn, city: City, row: Row) -> None:
    """The place rings: whom, stands in its message; the family hears that it is looked for."""
    said = told(turn, city, row)
    _tell_place(turn, "fetching.late20", row, {**said, **_callable(turn, row)})
    family.tell(
        turn,
        int(row["person_id"]),
        "fetching.late20_family",
        dedupe=f"booking.late20:{row['id']}",
        **said,
    )


def _call_duty(turn: Turn, city: City, row: Row) -> None:
    _tell_place(turn, "fetching.late40", row, {**told(turn, city, row), **_callable(turn, row)})
    desk.open_case(turn, CASE, f"booking:{row['id']}", due=turn.in_(minutes=15))


def _tell_place(turn: Turn, key: str, row: Row, values: dict[str, Any]) -> None:
    """To each of its staff, with the button that ends it."""
    for staff in turn.db.all(
        "SELECT DISTINCT person_id FROM staff WHERE until IS NULL AND role = :role AND place IN ('', :place)",
        role=ROLE,
        place=row["place"],
    ):
        person = int(staff["person_id"])
        gone = turn.action("booking.left", "booking.button.left", {"booking": int(row["id"])}, person=person)
        turn.push(person, key, [gone], lane="urgent", dedupe=f"{key}:{row['id']}:{person}", **values)


def _callable(turn: Turn, row: Row) -> dict[str, Any]:
    """Whom to ring: those who may fetch with the ends of their telephones, and who stands on the child's card."""
    cards = card.for_place(turn, int(row["id"]))
    return {
        "fetchers": [{"name": one.name, "tail": one.tail} for one in people.of(turn, int(row["id"]))],
        "contacts": [
            {"name": one.contact or "", "phone": one.phone.removeprefix("+86")} for one in cards if one.phone
        ],
    }


def _step(minutes: int) -> steps.Step:
    return {10: "late10", 20: "late20", 40: "late40"}[minutes]  # type: ignore[return-value]


_ACTS = {10: _ask_family, 20: _let_ring, 40: _call_duty}
