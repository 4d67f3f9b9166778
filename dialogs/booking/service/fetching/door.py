"""At the door: a child comes, somebody fetches it. Whoever is not known to the family takes nobody along.

The place types the code that the family passed on (「接 4821」), or takes a name of the family's list. Else the child
stays, the family is asked at once, and only who booked can say yes.
"""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from bot import limits
from bot.capability import NotDone
from bot.limits import Counted, Rule
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.service import holding
from dialogs.booking.service.fetching import family, ladder, people, receipt, steps
from dialogs.booking.service.kept import ROLE, begins, told
from knowledge.city import City

GUESSING = Rule("pickup", 5, timedelta(hours=1), timedelta(hours=1))
"""Wrong codes at one place within an hour, before it takes none for an hour: the list of names still does."""


def came(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A child is there: its family hears of it."""
    row = of_my_place(turn, payload)
    if not arrives(turn, city, row, turn.now):
        turn.say("booking.over", number=int(row["id"]))
        return
    gone = turn.action("booking.left", "booking.button.left", {"booking": int(row["id"])})
    turn.say("booking.is_here", [gone], **told(turn, city, row))


def arrives(turn: Turn, city: City, row: Row, at: datetime, belated: bool = False) -> bool:
    """The child is there since `at`. False: it was not awaited."""
    number = int(row["id"])
    if not holding.came(turn, number):
        return False
    steps.record(turn, number, "came", at, belated=belated)
    ladder.begin(turn, row)
    if not belated:
        turn.push(
            int(row["person_id"]),
            "fetching.arrived",
            dedupe=f"booking.arrived:{number}",
            came_at=at.astimezone(turn.ground.settings.zone).time(),
            **told(turn, city, row),
        )
    return True


def left(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """接走了: by whom? Those whom the family named are a tap each; for anybody else the child stays."""
    row = of_my_place(turn, payload)
    if row["state"] != "came":
        turn.say("booking.over", number=int(row["id"]))
        return
    turn.say("fetching.who", *_who_buttons(turn, row), **told(turn, city, row))
    raise NotDone


def fetched(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """One of those who may."""
    row = of_my_place(turn, payload)
    said = str(payload["who"])
    if payload.get("listed") and said not in {one.name for one in people.of(turn, int(row["id"]))}:
        stranger(turn, {**payload, "who": said}, city)  # taken off the list since the button was shown
        return
    _gone(turn, city, row, said)


def by_code(turn: Turn, code: str, city: City) -> None:
    """「接 4821」: the stay of that code, of those who are at the place."""
    own = sorted(place for role, place in turn.who.roles if role == ROLE)
    counted: list[Counted] = [(GUESSING, f"pickup:{','.join(own)}")]
    present = here(turn)
    if not limits.guess(turn, counted):
        turn.say("fetching.locked", *name_buttons(turn, city, present))
        return
    found = [row for row in present if steps.code(turn, int(row["id"])) == code]
    if len(found) == 1:
        limits.right(turn, counted)
        _gone(turn, city, found[0], people.fetches(turn, found[0]) or turn.label("fetching.by_code"))
    elif found:
        limits.right(turn, counted)
        turn.say("fetching.which", *name_buttons(turn, city, found))
    else:
        turn.say("fetching.wrong", *name_buttons(turn, city, present), left=limits.wrong(turn, counted))


def by_name(turn: Turn, number: int, name: str, city: City) -> None:
    """「编号12 舅舅来接」: a name of the list, or nobody whom the family knows of."""
    row = next((one for one in here(turn) if int(one["id"]) == number), None)
    if row is None:
        _not_here(turn, number)
    elif not name:
        turn.say("fetching.who", *_who_buttons(turn, row), **told(turn, city, row))
    elif name in {one.name for one in people.of(turn, number)}:
        _gone(turn, city, row, name)
    else:
        stranger(turn, {"booking": number, "who": name}, city)


def arrived(turn: Turn, number: int, city: City) -> None:
    """「3号到了」: the number that stands on the list."""
    row = turn.db.one("SELECT * FROM booking WHERE id = :id", id=number)
    if row is None or not is_mine(turn, row):
        turn.say("fetching.no_such", number=number)
    else:
        came(turn, {"booking": number}, city)


def _not_here(turn: Turn, number: int) -> None:
    """Why nobody can be fetched by that number: it is not of this place, has not come yet, or has gone."""
    row = turn.db.one("SELECT * FROM booking WHERE id = :id", id=number)
    if row is None or not is_mine(turn, row):
        turn.say("fetching.no_such", number=number)
    elif row["state"] == "booked" and row["day"] == turn.today.isoformat():
        came_in = turn.action(
            "booking.came", "booking.button.came", {"booking": number}, deadline=night(turn), number=number
        )
        turn.say("fetching.not_come", [came_in], number=number)
    else:
        turn.say("booking.over", number=number)


def stranger(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """Nobody on the list: the child stays, and who booked is asked at once."""
    row = of_my_place(turn, payload)
    number, person, name = int(row["id"]), int(row["person_id"]), str(payload.get("who", ""))
    if row["state"] != "came":
        turn.say("booking.over", number=number)
        return
    steps.record(turn, number, "stranger", who=name)
    said = {"name": name, **told(turn, city, row)}
    turn.say("fetching.stays", **said)
    until = night(turn)
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=person))
    family.tell(
        turn,
        person,
        "fetching.stranger",
        *(
            [turn.action(f"booking.fetch_{act}", f"fetching.button.{act}", {"booking": number, "who": name},
                         person=person, deadline=until, lang=lang, name=name)]
            for act in ("allow", "refuse")
        ),
        dedupe=f"booking.stranger:{number}:{steps.count(turn, number, 'stranger')}",
        deadline=until,
        **said,
    )  # fmt: skip


def answered(turn: Turn, payload: dict[str, Any], city: City, yes: bool) -> None:
    """The family's word on whoever stands at the door; the place hears it at once."""
    number, name = int(payload["booking"]), str(payload["who"])
    row = holding.by_number(turn, number)
    if row["person_id"] != turn.who.id or row["state"] != "came":
        turn.say("fetching.no_more")
        return
    steps.record(turn, number, "allowed" if yes else "refused", who=name)
    if not yes:
        _void(turn, number, name)
    said = {"name": name, **told(turn, city, row)}
    turn.say("fetching.you_allowed" if yes else "fetching.you_refused", **said)
    for staff in _staff(turn, str(row["place"])):
        gone = turn.action(
            "booking.fetched",
            "booking.button.left",
            {"booking": number, "who": name or turn.label("fetching.allowed_one")},
            person=staff,
            deadline=night(turn),
        )
        turn.push(
            staff,
            "fetching.is_allowed" if yes else "fetching.is_refused",
            *([[gone]] if yes else []),
            lane="urgent",
            dedupe=f"booking.answered:{number}:{steps.count(turn, number, 'stranger')}:{yes}:{staff}",
            **said,
        )


def refused(turn: Turn, city: City) -> None:
    """「不认识这个人」, to whoever stands at the door: no to all who do."""
    for payload in asked(turn):
        answered(turn, payload, city, yes=False)
        _void(turn, int(payload["booking"]), str(payload["who"]), "booking.fetch_refuse")


def asked(turn: Turn) -> list[dict[str, Any]]:
    """The strangers about whom the family was asked and has not refused, each once."""
    rows = turn.db.all(
        "SELECT payload FROM action WHERE kind = 'booking.fetch_refuse' AND person_id = :person AND used IS NULL"
        " AND deadline > :now ORDER BY id",
        person=turn.who.id,
        now=int(turn.now.timestamp() * 1000),
    )
    each = {str(row["payload"]): json.loads(row["payload"]) for row in rows}
    return [one for one in each.values() if holding.by_number(turn, int(one["booking"]))["state"] == "came"]


def _void(turn: Turn, number: int, name: str, kind: str = "booking.fetch_allow") -> None:
    """Whoever was refused is let go with by no older button: it must be asked anew."""
    for row in turn.db.all(
        "SELECT id, payload FROM action WHERE kind = :kind AND person_id = :person AND used IS NULL",
        kind=kind,
        person=turn.who.id,
    ):
        if json.loads(row["payload"]) == {"booking": number, "who": name}:
            turn.db.run(
                "UPDATE action SET used = :now WHERE id = :id",
                now=int(turn.now.timestamp() * 1000),
                id=row["id"],
            )


def at_home(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """The family says that the child is with them: the place had not tapped, and is told."""
    row = holding.by_number(turn, int(payload["booking"]))
    if row["person_id"] != turn.who.id or not goes(turn, row, turn.now, turn.label("fetching.family")):
        turn.say("fetching.no_more")
        return
    said = told(turn, city, row)
    turn.say("fetching.at_home", [receipt.button(turn, row)], **said)
    turn.push_staff(
        (ROLE,),
        "fetching.family_has",
        place=str(row["place"]),
        dedupe=f"booking.family_has:{row['id']}",
        **said,
    )


def goes(turn: Turn, row: Row, at: datetime, who: str, belated: bool = False) -> bool:
    """The child was fetched at `at`. False: it was not there."""
    number = int(row["id"])
    if not holding.gone_home(turn, number):
        return False
    turn.db.run("UPDATE booking SET decided = :at WHERE id = :id", at=int(at.timestamp() * 1000), id=number)
    steps.record(turn, number, "left", at, who, belated)
    ladder.stop(turn, number)
    ladder.over(turn, number, at)
    return True


def of_my_place(turn: Turn, payload: dict[str, Any]) -> Row:
    """The row, for staff of its place only: a button may be passed on."""
    row = holding.by_number(turn, int(payload["booking"]))
    if not is_mine(turn, row):
        turn.say("booking.not_your_place")
        raise NotDone
    return row


def is_mine(turn: Turn, row: Row) -> bool:
    """Whether whoever acts is of the staff of the place of a stay."""
    return any(role == ROLE and place in ("", row["place"]) for role, place in turn.who.roles)


def tell_gone(turn: Turn, city: City, row: Row, at: datetime, who: str) -> None:
    """The family hears that the child was fetched, with its receipt."""
    person = int(row["person_id"])
    turn.push(
        person,
        "booking.stayed",
        [receipt.button(turn, row, person)],
        lane="result",
        dedupe=f"booking.stayed:{row['id']}",
        gone_at=at.astimezone(turn.ground.settings.zone).time(),
        who=who,
        **told(turn, city, row),
    )


def _gone(turn: Turn, city: City, row: Row, who: str) -> None:
    if row["state"] == "booked" and begins(turn, row) <= turn.now:
        arrives(turn, city, row, begins(turn, row), belated=True)  # nobody had tapped when it came
    if not goes(turn, row, turn.now, who):
        turn.say("booking.over", number=int(row["id"]))
        return
    turn.say("booking.is_gone", **told(turn, city, row), who=who)
    tell_gone(turn, city, row, turn.now, who)


def here(turn: Turn) -> list[Row]:
    """The stays whose children are, or should be, at the places of whoever asks."""
    own = {place for role, place in turn.who.roles if role == ROLE}
    rows = turn.db.all(
        "SELECT * FROM booking WHERE day = :today AND state IN ('came', 'booked') ORDER BY starts, id",
        today=turn.today.isoformat(),
    )
    return [
        row
        for row in rows
        if (row["place"] in own or "" in own) and (row["state"] == "came" or begins(turn, row) <= turn.now)
    ]


def _who_buttons(turn: Turn, row: Row) -> list[list[Button]]:
    """Who may fetch this child, a tap each; and nobody of them."""
    number, family = int(row["id"]), turn.label("fetching.family")
    until = night(turn)
    named = [
        turn.action(
            "booking.fetched",
            "fetching.button.named",
            {"booking": number, "who": one.name, "listed": 1},
            deadline=until,
            name=one.name,
            tail=one.tail,
        )
        for one in people.of(turn, number)
    ]
    parent = turn.action(
        "booking.fetched", "fetching.button.family", {"booking": number, "who": family}, deadline=until
    )
    none = turn.action(
        "booking.fetch_stranger", "fetching.button.nobody", {"booking": number}, deadline=until
    )
    return [[one] for one in (parent, *named, none)]


def name_buttons(turn: Turn, city: City, rows: list[Row]) -> list[list[Button]]:
    """The children who are there, a tap each, to ask who fetches them."""
    return [
        [
            turn.action(
                "booking.left",
                "fetching.button.child",
                {"booking": int(row["id"])},
                deadline=night(turn),
                **told(turn, city, row),
            )
        ]
        for row in rows
        if row["state"] == "came"
    ]


def _staff(turn: Turn, place: str) -> list[int]:
    rows = turn.db.all(
        "SELECT DISTINCT person_id, place FROM staff WHERE until IS NULL AND role = :role", role=ROLE
    )
    return sorted({int(row["person_id"]) for row in rows if row["place"] in ("", place)})


def night(turn: Turn) -> datetime:
    """The end of the day, when the buttons of its stays die."""
    return datetime.combine(turn.today + timedelta(days=1), time(), turn.ground.settings.zone)
