"""Volunteers: the trainings they have passed, the hours they have done, and certificates of those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Any, Literal

from bot import paper
from bot.capability import NotDone
from bot.clock import instant, ms
from bot.flow.readers.codes import MISTYPED, CodeShape
from bot.messages import File
from bot.paper import Facts, Paper, Words
from bot.store.session import Row
from bot.turn import Turn
from dialogs.events import rules
from dialogs.events.service import finding, seats
from dialogs.events.service.ground import Ground, begins, ends, mine, told
from knowledge.events import Date

CERTIFICATE = CodeShape((4, 4, 5))
"""The number of a certificate: as long as no other number that people read out here."""


def trained(turn: Turn, person: int, training: str) -> bool:
    """Whether staff have ticked that somebody passed a training."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM event_training WHERE person_id = :person AND training = :training",
            person=person,
            training=training,
        )
    )


def say_untrained(turn: Turn, ground: Ground, one: Date) -> None:
    """A shift wants a training: when it is held next."""
    ahead = ground.between(turn, turn.today, turn.today + timedelta(days=rules.AHEAD))
    zone = turn.ground.settings.zone
    dates = [
        other for other in ahead if other.event.gives == one.event.needs and other.closes(zone) > turn.now
    ][:3]
    turn.say(
        "events.untrained",
        *([finding.date_button(turn, other)] for other in dates),
        [turn.go("events.button.others", "events")],
        title=one.event.title,
        dates=len(dates),
        telephone=turn.ground.telephone,
    )


def passed(turn: Turn, payload: dict[str, Any], ground: Ground) -> None:
    """培训合格: staff tick it; the volunteer hears that shifts are open to them."""
    row = seats.by_number(turn, int(payload["seat"]))
    event = ground.calendar.events.get(row["event"])
    if not mine(turn, row["place"]):
        turn.say("events.not_your_place")
        raise NotDone
    if event is None or event.gives is None:
        turn.say("events.over_already", number=int(row["id"]))
        return
    turn.db.run(
        "INSERT INTO event_training (person_id, training, passed) VALUES (:person, :training, :now) ON CONFLICT DO NOTHING",
        person=row["person_id"],
        training=event.gives,
        now=ms(turn.now),
    )
    turn.audit("events.trained", f"seat:{row['id']}", training=event.gives)
    turn.say("events.ticked", number=int(row["id"]))
    turn.push(
        int(row["person_id"]),
        "events.trained",
        [turn.go("events.button.shifts", "event:shifts")],
        lane="result",
        dedupe=f"events.trained:{row['id']}",
        **told(turn, ground, row),
    )


def over(turn: Turn, ground: Ground, row: Row) -> bool:
    """A volunteer's shift is over: its minutes count, they are thanked. False: it is none, or nobody had come."""
    event = ground.calendar.events.get(row["event"])
    if event is None or event.kind != "volunteer" or row["came"] is None:
        return False
    number, finish = int(row["id"]), min(turn.now, ends(turn, row))
    if not seats.moved(turn, number, ("came",), "left"):
        return False
    minutes = rules.counted(instant(int(row["came"])), finish, begins(turn, row), ends(turn, row))
    turn.db.run(
        "UPDATE event_seat SET gone = :gone, minutes = :minutes WHERE id = :id",
        gone=ms(finish),
        minutes=minutes,
        id=number,
    )
    person = int(row["person_id"])
    total = hours(turn, person)
    turn.push(
        person,
        "events.thanks",
        lane="result",
        dedupe=f"events.thanks:{number}",
        worked=minutes,
        total=total.minutes,
        **told(turn, ground, row),
    )
    return True


@dataclass(frozen=True)
class Hours:
    """What somebody has done: shifts, minutes, and the local days of the first and the last."""

    shifts: int
    minutes: int
    first: str
    last: str


def hours(turn: Turn, person: int) -> Hours:
    """The shifts that count."""
    row = turn.db.one(
        "SELECT count(*) AS shifts, sum(minutes) AS minutes, min(day) AS first, max(day) AS last FROM event_seat"
        " WHERE person_id = :person AND minutes > 0",
        person=person,
    )
    if row is None or not row["shifts"]:
        return Hours(0, 0, "", "")
    return Hours(int(row["shifts"]), int(row["minutes"]), str(row["first"]), str(row["last"]))


def my_hours(turn: Turn) -> int:
    """Show what somebody has done, with the way to a certificate of it. Returns how many things there were."""
    done = hours(turn, turn.who.id)
    if done.shifts:
        turn.say(
            "events.hours",
            [turn.go("events.button.certificate", "event_certificate")],
            shifts=done.shifts,
            total=done.minutes,
        )
    return min(done.shifts, 1)


def look(turn: Turn) -> Literal["ok", "none"]:
    """Whether there are hours to be certified; the name that stood on an earlier certificate is not asked again."""
    turn.data["telephone"] = turn.ground.telephone
    if not hours(turn, turn.who.id).shifts:
        return "none"
    row = turn.db.one(
        "SELECT name FROM event_certificate WHERE person_id = :person ORDER BY id DESC LIMIT 1",
        person=turn.who.id,
    )
    if row is not None:
        turn.data["name"] = turn.unseal(row["name"], "event_certificate.name")
    return "ok"


def issue(turn: Turn) -> Literal["issued"]:
    """Write the certificate of all hours up to now; its number says to anybody that it is true."""
    done, name = hours(turn, turn.who.id), str(turn.data["name"])
    number = CERTIFICATE.new(SystemRandom())
    turn.db.run(
        "INSERT INTO event_certificate (person_id, number, name, shifts, minutes, first, last, created)"
        " VALUES (:person, :number, :name, :shifts, :minutes, :first, :last, :now)",
        person=turn.who.id,
        number=number,
        name=turn.seal(name, "event_certificate.name"),
        shifts=done.shifts,
        minutes=done.minutes,
        first=done.first,
        last=done.last,
        now=ms(turn.now),
    )
    turn.audit("events.certified", f"person:{turn.who.id}")
    values: dict[str, Any] = {
        "name": name,
        "number": CERTIFICATE.show(number),
        "shifts": done.shifts,
        "total": done.minutes,
        "first_day": done.first,
        "last_day": done.last,
        "day": turn.today,
    }
    turn.say("events.certificate", files=_printed(turn, values), **values)
    return "issued"


def _printed(turn: Turn, values: dict[str, Any]) -> list[File]:
    """The certificate as a page."""
    texts = turn.ground.texts

    def words(key: str) -> str:
        return texts.label(turn.lang, key, values)

    page = Paper(
        words("events.paper.title"),
        (
            Words(words("events.paper.name"), "large", centred=True),
            Words(words("events.paper.text"), "large"),
            Facts(((words("events.paper.number"), values["number"]), (words("events.paper.issued"), words("events.paper.day")))),
        ),
        foot=words("events.paper.foot"),
        lang=turn.lang,
        framed=True,
    )  # fmt: skip
    return paper.file("volunteering", page, turn.now, turn.ground.settings.fonts)


def verify(turn: Turn, text: str) -> None:
    """核验: whether a certificate of this number was issued, and for what; the name is masked."""
    number = CERTIFICATE.parse(text)
    row = None
    if number is not None and number != MISTYPED:
        row = turn.db.one("SELECT * FROM event_certificate WHERE number = :number", number=number)
    if row is None:
        turn.say("events.not_verified", telephone=turn.ground.telephone)
        return
    name = turn.unseal(row["name"], "event_certificate.name")
    turn.say(
        "events.verified",
        number=CERTIFICATE.show(str(row["number"])),
        name=name[:1] + "*" * max(1, len(name) - 1),
        shifts=row["shifts"],
        total=row["minutes"],
        first_day=row["first"],
        last_day=row["last"],
        issued=instant(int(row["created"])),
    )
