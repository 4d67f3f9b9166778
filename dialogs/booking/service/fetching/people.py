"""Who may fetch a child: named in its family's own chat only; the code of a stay; somebody else for today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import agreed
from bot.clock import instant, ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding
from dialogs.booking.service.fetching import steps
from dialogs.booking.service.kept import ROLE, told
from knowledge.city import City

KEPT_DAYS = 90
"""For so long it is known who came for a child; as long as its receipt can be had."""
MOST = 8
"""People that may be named for one child."""


@dataclass(frozen=True)
class Fetcher:
    """Somebody who may fetch a child: `name` as the child calls them, `tail` the last digits of their telephone or ""."""

    name: str
    tail: str


def shown(turn: Turn) -> None:
    """谁能接: the list, and how it changes."""
    rows = _rows(turn, [subject for subject, _ in _children(turn)])
    people = list(dict.fromkeys(_open(turn, row) for row in rows))
    away = [
        [
            turn.action(
                "booking.fetcher_away", "fetching.button.away", {"fetcher": int(row["id"])}, name=one.name
            )
        ]
        for one, row in {_open(turn, row): row for row in rows}.items()
    ]
    turn.say("fetching.list", *away, fetchers=[{"name": one.name, "tail": one.tail} for one in people])


def allow(turn: Turn, name: str, tail: str) -> None:
    """Somebody more may fetch: every child of the family, who is named in the answer."""
    children = _children(turn)
    if not children:
        turn.say("fetching.no_child")
        return
    for subject, _ in children:
        if not agreed.stands(turn, turn.who.id, subject, "child"):
            agreed.give(turn, subject, "child")
        known = {_open(turn, row).name: int(row["id"]) for row in _rows(turn, [subject])}
        if len(known) >= MOST and name not in known:
            turn.say("fetching.many", at_most=MOST)
            return
        turn.db.run("DELETE FROM fetcher WHERE id = :id", id=known.get(name, 0))
        turn.db.run(
            "INSERT INTO fetcher (subject_id, name, tail, created) VALUES (:subject, :name, :tail, :now)",
            subject=subject,
            name=turn.seal(name, "fetcher.name"),
            tail=turn.seal(tail, "fetcher.tail"),
            now=ms(turn.now),
        )
        turn.audit("booking.fetcher", f"subject:{subject}")
    turn.say("fetching.allowed", name=name, tail=tail, children=[child for _, child in children])


def forbid(turn: Turn, city: City, name: str) -> None:
    """「爸爸不能接」: off the list, not named for today any more, and the place of the next stay knows."""
    for one in _rows(turn, [subject for subject, _ in _children(turn)]):
        if _open(turn, one).name == name:
            turn.db.run("DELETE FROM fetcher WHERE id = :id", id=one["id"])
            turn.audit("booking.fetcher_away", f"subject:{one['subject_id']}")
    row = _next(turn)
    if row is None:
        turn.say("fetching.forbidden", name=name, place_name="", code="")
        return
    number = int(row["id"])
    if fetches(turn, row) == name:
        turn.db.run("UPDATE booking SET fetcher = NULL WHERE id = :id", id=number)
    steps.record(turn, number, "changed")  # whoever was passed the old code opens nothing with it
    row = holding.by_number(turn, number)
    said = told(turn, city, row)
    turn.say("fetching.forbidden", name=name, **said)
    turn.push_staff(
        (ROLE,),
        "fetching.place_forbidden",
        place=str(row["place"]),
        lane="urgent",
        dedupe=f"booking.forbidden:{number}:{steps.count(turn, number, 'changed')}",
        name=name,
        **said,
    )


def _next(turn: Turn) -> Row | None:
    """The stay that runs or comes next."""
    return turn.db.one(
        "SELECT * FROM booking WHERE person_id = :person AND day >= :today AND state IN ('booked', 'came')"
        " ORDER BY day, starts, id LIMIT 1",
        person=turn.who.id,
        today=turn.today.isoformat(),
    )


def away(turn: Turn, payload: dict[str, Any]) -> None:
    """Somebody may not fetch any more: none of the family's children."""
    row = turn.db.one("SELECT * FROM fetcher WHERE id = :id", id=int(payload["fetcher"]))
    if row is not None:
        gone = _open(turn, row)
        for one in _rows(turn, [subject for subject, _ in _children(turn)]):
            if _open(turn, one).name == gone.name:
                turn.db.run("DELETE FROM fetcher WHERE id = :id", id=one["id"])
        turn.audit("booking.fetcher_away", f"subject:{row['subject_id']}")
    shown(turn)


def of(turn: Turn, booking: int) -> list[Fetcher]:
    """Who may fetch from a stay: on the list of each of its children, and whoever was named for today."""
    row = holding.by_number(turn, booking)
    subjects = [int(one["subject_id"]) for one in holding.children_of(turn, booking)]
    lists = [{_open(turn, one) for one in _rows(turn, [subject])} for subject in subjects]
    both = set.intersection(*lists) if lists else set()
    found = sorted(both, key=lambda one: (one.name, one.tail))
    today = fetches(turn, row)
    return found if not today or today in {one.name for one in found} else [Fetcher(today, ""), *found]


def fetches(turn: Turn, row: Row) -> str:
    """Who was named to fetch from this stay; empty: nobody in particular."""
    return "" if row["fetcher"] is None else turn.unseal(row["fetcher"], "booking.fetcher")


def comes(turn: Turn, city: City, name: str, *, today: bool) -> None:
    """「今天外婆来接」, from the chat of who booked: a new code, and the place is told who comes. Without `today` the next stay is meant."""
    row = _next(turn)
    if row is not None and today and row["day"] != turn.today.isoformat():
        row = None
    if row is None or not name:
        turn.say("fetching.nothing_today" if row is None else "fetching.who_today")
        return
    number = int(row["id"])
    turn.db.run(
        "UPDATE booking SET fetcher = :name WHERE id = :id",
        name=turn.seal(name, "booking.fetcher"),
        id=number,
    )
    steps.record(turn, number, "changed", who=name)
    row = holding.by_number(turn, number)
    said = told(turn, city, row)
    turn.say("fetching.changed", name=name, **said)
    turn.push_staff(
        (ROLE,),
        "fetching.place_changed",
        place=str(row["place"]),
        dedupe=f"booking.fetcher:{number}:{steps.count(turn, number, 'changed')}",
        name=name,
        **said,
    )


def export(turn: Turn, person: int) -> list[dict[str, Any]]:
    """Who may fetch a person's children."""
    rows = turn.db.all(
        "SELECT f.*, s.name AS child FROM fetcher f JOIN subject s ON s.id = f.subject_id WHERE s.person_id = :id ORDER BY f.id",
        id=person,
    )
    return [
        {
            "child": turn.unseal(row["child"], "subject.name"),
            "name": _open(turn, row).name,
            "tail": _open(turn, row).tail,
            "created": instant(int(row["created"])),
        }
        for row in rows
    ]


def old(turn: Turn) -> None:
    """Who came, or was to come, to a stay of long ago is gone; that somebody came stays."""
    since = turn.now - timedelta(days=KEPT_DAYS)
    turn.db.run("UPDATE stay_step SET who = NULL WHERE who IS NOT NULL AND at < :since", since=ms(since))
    turn.db.run(
        "UPDATE booking SET fetcher = NULL WHERE fetcher IS NOT NULL AND day < :day",
        day=(turn.today - timedelta(days=KEPT_DAYS)).isoformat(),
    )


def erase(turn: Turn, person: int) -> None:
    """Nobody is named any more."""
    turn.db.run(
        "DELETE FROM fetcher WHERE subject_id IN (SELECT id FROM subject WHERE person_id = :id)", id=person
    )
    turn.db.run(
        "UPDATE stay_step SET who = NULL WHERE booking_id IN (SELECT id FROM booking WHERE person_id = :id)",
        id=person,
    )


def revoked(turn: Turn, subject: int | None, purpose: str) -> None:
    """The consent to the child's data was taken back."""
    if purpose == "child":
        turn.db.run(
            "DELETE FROM fetcher WHERE subject_id IN (SELECT id FROM subject WHERE person_id = :person AND"
            " (:subject = 0 OR id = :subject))",
            person=turn.who.id,
            subject=subject or 0,
        )


def has_children(turn: Turn) -> bool:
    """Whether a child of the family is known here."""
    return bool(_children(turn))


def _children(turn: Turn) -> list[tuple[int, str]]:
    rows = turn.db.all(
        "SELECT id, name FROM subject WHERE person_id = :person AND kind = 'child' ORDER BY id",
        person=turn.who.id,
    )
    return [(int(row["id"]), turn.unseal(row["name"], "subject.name")) for row in rows]


def _rows(turn: Turn, subjects: list[int]) -> list[Row]:
    listed = ", ".join(str(int(one)) for one in subjects) or "0"
    return turn.db.all(f"SELECT * FROM fetcher WHERE subject_id IN ({listed}) ORDER BY id")


def _open(turn: Turn, row: Row) -> Fetcher:
    return Fetcher(turn.unseal(row["name"], "fetcher.name"), turn.unseal(row["tail"], "fetcher.tail"))
