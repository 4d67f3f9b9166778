"""The child's card: told once by its family, kept sealed, shown to the place that is booked, and gone a month later.

It stands on a consent of its own (`health`), for one child. Whoever refuses it books all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from bot import agreed
from bot.capability import NotDone
from bot.clock import instant, ms
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import medicine
from dialogs.booking.rules.card import FIELDS, KEPT_DAYS, NONE, SKIP
from dialogs.booking.service import holding

PURPOSE = "health"
SHOWN_FROM = time(18)
"""From when on the evening before a place sees the card of a child that comes."""
COLUMNS = (*FIELDS, "phone")
_SHOWN = ("booked", "came")
_COUNTS = ("held", "booked", "leaving", "waiting", "came", "left", "missed")


@dataclass(frozen=True)
class Card:
    """What a place must know of a child of a booking. None: not told; "": there is nothing. `phone` in E.164."""

    subject: int
    name: str
    months: int
    allergy: str | None = None
    feeding: str | None = None
    sleep: str | None = None
    special: str | None = None
    contact: str | None = None
    phone: str | None = None


def for_place(turn: Turn, booking: int) -> list[Card]:
    """The cards of a booking's children, for its place; [] for anybody else, and before the evening before or after the day.

    Call it in a job, or in a turn of staff: those of another place get nothing. Every look is a row of the audit.
    """
    row = holding.by_number(turn, booking)
    if not may_see(turn, row):
        return []
    children = [(int(one["subject_id"]), int(one["months"])) for one in holding.children_of(turn, booking)]
    found = [
        Card(subject, _name(turn, subject), months, **told)
        for subject, months in children
        if (told := _told(turn, subject))
    ]
    for card in found:
        turn.audit("booking.card_shown", f"booking:{booking}", subject=card.subject, place=row["place"])
    return found


def may_see(turn: Turn, row: Row) -> bool:
    """Whether who is here may see the cards of a booking now: staff of its place (or a job), from the evening before."""
    if turn.person is not None and not any(
        role == holding.ROLE and place in ("", row["place"]) for role, place in turn.who.roles
    ):
        return False
    day, zone = date.fromisoformat(row["day"]), turn.ground.settings.zone
    first = datetime.combine(day - timedelta(days=1), SHOWN_FROM, zone)
    return row["state"] in _SHOWN and first <= turn.now < datetime.combine(
        day + timedelta(days=1), time(), zone
    )


def place_buttons(turn: Turn, row: Row) -> list[Button]:
    """看卡片, where a child of the booking has one: good until the end of the day, for whoever is of its place."""
    if not any(_row(turn, int(one["subject_id"])) for one in holding.children_of(turn, int(row["id"]))):
        return []
    night = datetime.combine(
        date.fromisoformat(row["day"]) + timedelta(days=1), time(), turn.ground.settings.zone
    )
    number = int(row["id"])
    return [
        turn.action(
            "booking.card", "child_card.button.show", {"booking": number}, deadline=night, number=number
        )
    ]


def show(turn: Turn, payload: dict[str, Any]) -> None:
    """Staff look at the cards of a booking."""
    row = holding.by_number(turn, int(payload["booking"]))
    for card in (cards := for_place(turn, int(row["id"]))):
        turn.say(
            "child_card.of",
            name=card.name,
            months=card.months,
            number=int(row["id"]),
            card_lines=lines(turn, card),
        )
    if not cards:
        turn.say("child_card.not_now")
    raise NotDone


def lines(turn: Turn, card: Card) -> list[dict[str, str]]:
    """A card as {"what", "words"} for each field that was told."""
    spoken = {name: getattr(card, name) for name in FIELDS}
    if card.phone:
        spoken["contact"] = f"{card.contact or ''} {card.phone.removeprefix('+86')}".strip()
    return [
        {"what": turn.label(f"child_card.{name}.name"), "words": said or turn.label("child_card.nothing")}
        for name, said in spoken.items()
        if said is not None
    ]


# -- the family's side -----------------------------------------------------------------------------------------------


def fill(turn: Turn, payload: dict[str, Any]) -> None:
    """Begin the card of the child of a booking, or of one child, or the one question that is to be changed."""
    if "booking" in payload:
        turn.start("child_card", of=payload["booking"])
    else:
        turn.start("child_card", **payload)
    raise NotDone


def look(turn: Turn) -> Literal["one", "which", "none"]:
    """Whose card it is: of a booking's child, or of one that is expected somewhere."""
    data = turn.data
    if "subject" in data:
        data["name"] = _name(turn, int(data["subject"]))
        return "one"
    rows = turn.db.all(
        "SELECT DISTINCT c.subject_id FROM booked_child c JOIN booking b ON b.id = c.booking_id JOIN subject s ON s.id ="
        " c.subject_id WHERE s.person_id = :person AND b.person_id = :person AND b.state IN ('booked', 'came', 'leaving')"
        " AND (b.id = :of OR (:of = 0 AND b.day >= :today)) ORDER BY c.subject_id",
        person=turn.who.id,
        of=int(data.get("of", 0)),
        today=turn.today.isoformat(),
    )
    if not rows:
        return "none"
    if len(rows) == 1:
        data.update(subject=int(rows[0]["subject_id"]), name=_name(turn, int(rows[0]["subject_id"])))
        return "one"
    data["children"] = [
        {"value": str(row["subject_id"]), "label": _name(turn, int(row["subject_id"]))} for row in rows
    ]
    return "which"


def agreed_to(turn: Turn) -> Literal["ask", "fill", "shown"]:
    """Whether the family agreed for this child; a card that stands is shown."""
    data = turn.data
    if "child" in data:
        data.update(subject=int(data["child"]), name=_name(turn, int(data["child"])))
    if not _agreed(turn, int(data["subject"])):
        return "ask"
    if "only" in data or _row(turn, int(data["subject"])) is None:
        return "fill"
    _shown(turn, int(data["subject"]))
    return "shown"


def give(turn: Turn) -> Literal["ok"]:
    """The consent, for this child and this purpose alone."""
    agreed.give(turn, int(turn.data["subject"]), PURPOSE)
    return "ok"


def keep(turn: Turn) -> Literal["allergy", "feeding", "sleep", "special", "contact", "done", "paper"]:
    """Keep what was answered at once, so that who leaves half way has told that much; then the next question."""
    data, subject = turn.data, int(turn.data["subject"])
    answered = next((name for name in FIELDS if name in data), None)
    if not _agreed(turn, subject):
        for name in FIELDS:
            data.pop(name, None)
        return "paper"
    if answered is not None:
        _keep(turn, subject, answered, data.pop(answered))
    if answered is None:
        return data.get("only", FIELDS[0])  # type: ignore[no-any-return]
    if "only" in data or answered == FIELDS[-1]:
        _shown(turn, subject)
        return "done"
    return FIELDS[FIELDS.index(answered) + 1]  # type: ignore[return-value]


def remove(turn: Turn, payload: dict[str, Any]) -> None:
    """The family takes the card away."""
    _drop(turn, [int(payload["subject"])])
    again = turn.action("booking.card_fill", "child_card.button.anew", {"subject": int(payload["subject"])})
    turn.say("child_card.removed", [again])


def _keep(turn: Turn, subject: int, name: str, value: Any) -> None:
    """Seal one answer. What was skipped stays as it was; medicine is heard, and kept without its amounts."""
    if value == SKIP:
        return
    values: dict[str, str] = {name: "" if value == NONE else value}
    if name == "contact":
        values = (
            {"contact": "", "phone": ""}
            if value == NONE
            else {"contact": value["name"], "phone": value["phone"]}
        )
    elif medicine.speaks_of(values[name]):
        turn.say("child_card.medicine")
        values[name] = medicine.without_amounts(values[name])
    turn.db.run(
        "INSERT INTO child_card (subject_id, changed) VALUES (:subject, :now) ON CONFLICT (subject_id) DO UPDATE SET"
        " changed = :now",
        subject=subject,
        now=ms(turn.now),
    )
    for column, words in values.items():
        turn.db.run(
            f"UPDATE child_card SET {column} = :words WHERE subject_id = :subject",
            words=turn.seal(words, f"child_card.{column}"),
            subject=subject,
        )
    turn.audit("booking.card_kept", f"subject:{subject}", field=name)


def _shown(turn: Turn, subject: int) -> None:
    """The card to its family, each line to be changed, the whole to be taken away."""
    told = _told(turn, subject)
    if told is None:
        turn.say("child_card.empty")
        return
    card = Card(subject, _name(turn, subject), 0, **told)
    changing = [
        turn.action(
            "booking.card_fill",
            "child_card.button.change",
            {"subject": subject, "only": name},
            what=turn.label(f"child_card.{name}.name"),
        )
        for name in FIELDS
    ]
    away = turn.action("booking.card_remove", "child_card.button.remove", {"subject": subject})
    turn.say(
        "child_card.card",
        *(changing[at : at + 2] for at in range(0, len(changing), 2)),
        [away],
        name=card.name,
        card_lines=lines(turn, card),
    )


# -- how it goes -----------------------------------------------------------------------------------------------------


def revoked(turn: Turn, subject: int | None, purpose: str) -> None:
    """The consent was taken back, or the one to the child's data: the card is gone at once."""
    if purpose in (PURPOSE, "child"):
        rows = turn.db.all("SELECT id FROM subject WHERE person_id = :person", person=turn.who.id)
        _drop(turn, [int(row["id"]) for row in rows] if subject is None else [subject])


def old(turn: Turn) -> None:
    """Cards and words whose child was at no place for a month, and is expected at none, are gone."""
    kept_from = (turn.today - timedelta(days=KEPT_DAYS)).isoformat()
    rows = turn.db.all(
        "SELECT subject_id FROM child_card k WHERE changed <= :old AND NOT EXISTS (SELECT 1 FROM booked_child c JOIN"
        f" booking b ON b.id = c.booking_id WHERE c.subject_id = k.subject_id AND b.day > :day AND b.state IN {_COUNTS!r})",
        old=ms(turn.now - timedelta(days=KEPT_DAYS)),
        day=kept_from,
    )
    _drop(turn, [int(row["subject_id"]) for row in rows])
    turn.db.run("UPDATE booking SET note = NULL WHERE note IS NOT NULL AND day <= :day", day=kept_from)


def export(turn: Turn, person: int) -> list[dict[str, Any]]:
    """The cards of a person's children."""
    rows = turn.db.all(
        "SELECT k.*, s.name FROM child_card k JOIN subject s ON s.id = k.subject_id WHERE s.person_id = :id ORDER BY k.id",
        id=person,
    )
    return [
        {
            "name": turn.unseal(row["name"], "subject.name"),
            **{name: _open(turn, row, name) for name in COLUMNS},
            "changed": instant(int(row["changed"])),
        }
        for row in rows
    ]


def erase(turn: Turn, person: int) -> None:
    """Whoever goes takes the cards along."""
    rows = turn.db.all("SELECT id FROM subject WHERE person_id = :person", person=person)
    _drop(turn, [int(row["id"]) for row in rows])


def _drop(turn: Turn, subjects: Sequence[int]) -> None:
    for subject in subjects:
        if turn.db.run("DELETE FROM child_card WHERE subject_id = :subject", subject=subject):
            turn.audit("booking.card_gone", f"subject:{subject}")


def _agreed(turn: Turn, subject: int) -> bool:
    """Whether the consent stands for this very child: one for a brother or sister is none."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM consent c JOIN subject s ON s.id = c.subject_id AND s.person_id = c.person_id WHERE s.id ="
            " :subject AND c.purpose = :purpose AND c.revoked IS NULL",
            subject=subject,
            purpose=PURPOSE,
        )
    )


def _row(turn: Turn, subject: int) -> Row | None:
    return turn.db.one("SELECT * FROM child_card WHERE subject_id = :subject", subject=subject)


def _told(turn: Turn, subject: int) -> dict[str, str | None] | None:
    """What stands on a card that may be used; None where there is none."""
    row = _row(turn, subject)
    if row is None or not _agreed(turn, subject):
        return None
    return {name: _open(turn, row, name) for name in COLUMNS}


def _open(turn: Turn, row: Row, name: str) -> str | None:
    return None if row[name] is None else turn.unseal(row[name], f"child_card.{name}")


def _name(turn: Turn, subject: int) -> str:
    return turn.unseal(turn.db.value("SELECT name FROM subject WHERE id = :id", id=subject), "subject.name")
