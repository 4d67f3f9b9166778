"""Where somebody lives, once they agreed that it is remembered: one point, from which look-ups begin unasked.

It is kept sealed on the subject whose home it is and stands on a consent of its own; when that is taken back, it is gone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from bot import agreed
from bot.clock import ms
from bot.lookups import LookUps
from bot.messages import Button
from bot.store.sealed import Unreadable
from bot.turn import Turn

PURPOSE = "home"
LIFE = timedelta(hours=2)
"""How long a spot that was looked at can still be remembered."""
ASK, KEEP = LookUps("home.ask", LIFE), LookUps("home.keep", LIFE)
"""The buttons that hold a spot: remember it; for this subject, as it was agreed to."""
NO, FORGET = "home.no", "home.forget"
"""The kinds of the buttons that hold none: no; forget it."""
DIGITS = 4
"""Decimals of a degree that are kept: about ten metres."""
TOLD_DIGITS = 3
"""Those that are told: about a hundred metres."""
SAME = 0.0005
"""Degrees within which two spots are one home: some fifty metres."""
ME, CHILD, ELDER = "me", "child", "elder"
_ABOUT = "subject.home"


class Spot(NamedTuple):
    """Degrees, WGS-84, and what it is near to, as somebody would say it; "" where nothing is known."""

    lat: float
    lon: float
    near: str = ""


@dataclass(frozen=True)
class Whose:
    """A subject that has a home, or may get one. `subject` 0: there is no row yet. `name` is empty for oneself."""

    subject: int
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Home:
    """A remembered home."""

    whose: Whose
    spot: Spot

    @property
    def slow(self) -> bool:
        """Whether whoever lives there walks at an elder's pace."""
        return self.whose.kind == ELDER


def said(turn: Turn, home: Home, aside: bool = False) -> str:
    """A home in words: 小宇家（柳荫小区附近）; `aside`: as it stands in brackets itself."""
    return turn.label("home.of", whose=home.whose.name, spot=home.spot.near, aside=aside)


def label(turn: Turn, home: Home) -> str:
    """A home as its own people call it on a button."""
    return turn.label("home.button.of", whose=home.whose.name, spot=home.spot.near)


def known(turn: Turn) -> list[Home]:
    """The homes of the person's subjects, each by a consent that stands, the eldest subject first; [] in a group."""
    if turn.overheard:
        return []
    rows = turn.db.all(
        "SELECT id, kind, name, home FROM subject WHERE person_id = :person AND home IS NOT NULL AND EXISTS (SELECT 1"
        " FROM consent c WHERE c.subject_id = subject.id AND c.person_id = subject.person_id AND c.purpose = :purpose"
        " AND c.revoked IS NULL) ORDER BY id",
        person=turn.who.id,
        purpose=PURPOSE,
    )
    found = []
    for row in rows:
        try:
            spot = opened(turn.unseal(row["home"], _ABOUT))
        except Unreadable:
            continue
        found.append(Home(_whose(turn, row), spot))
    return found


def of_children(turn: Turn, subjects: Sequence[int]) -> Home | None:
    """From where these children set out: the first one's own home, else one's own, else a brother's or sister's."""
    homes = [home for home in known(turn) if home.whose.kind != ELDER]
    own = [home for home in homes if home.whose.subject in subjects]
    mine = [home for home in homes if home.whose.kind == ME]
    return next(iter((*own, *mine, *homes)), None)


def at(homes: Sequence[Home], spot: Spot) -> Home | None:
    """The home that a spot is, if it is one."""
    return next(
        (
            home
            for home in homes
            if abs(home.spot.lat - spot.lat) < SAME and abs(home.spot.lon - spot.lon) < SAME
        ),
        None,
    )


def may_be(turn: Turn, elder: bool = False) -> list[Whose]:
    """Whose home a spot may be: the person's subjects, each once by name, oneself; `elder`: also an old relative.

    Whoever asks for one child means that child.
    """
    rows = turn.db.all(
        "SELECT id, kind, name FROM subject WHERE person_id = :person ORDER BY id", person=turn.who.id
    )
    found: dict[tuple[str, str], Whose] = {}
    for row in rows:
        one = _whose(turn, row)
        if one.name or one.kind == ME:
            found.setdefault((one.kind, one.name), one)
    mine = list(found.values())
    if elder and not any(one.kind == ELDER for one in mine):
        mine.insert(0, Whose(0, ELDER, turn.label("home.elder")))
    if (elder or len(mine) != 1) and not any(one.kind == ME for one in mine):
        mine.append(Whose(0, ME))
    return mine


def button(turn: Turn, spot: Spot, elder: bool = False) -> list[Button]:
    """The button that remembers a spot, and says whose home it becomes where only one can be meant; [] where it is one."""
    if turn.overheard or at(known(turn), spot) is not None:
        return []
    mine = may_be(turn, elder)
    if len(mine) > 1:
        return [ASK.button(turn, "home.button.remember", spot._asdict(), elder=elder)]
    whose = {"whose": mine[0].name}
    return [ASK.button(turn, "home.button.remember_as", spot._asdict(), whose, elder=elder)]


def keep(turn: Turn, whose: Whose, spot: Spot) -> Home:
    """Remember a home in place of the one before; the consent to it is given now."""
    subject = whose.subject or _made(turn, whose)
    agreed.give(turn, subject, PURPOSE)
    turn.db.run(
        "UPDATE subject SET home = :home WHERE id = :id AND person_id = :person",
        home=turn.seal(_written(spot), _ABOUT),
        id=subject,
        person=turn.who.id,
    )
    turn.audit("home.kept", f"subject:{subject}")
    return Home(Whose(subject, whose.kind, whose.name), spot)


def forget(turn: Turn, subject: int) -> bool:
    """Take the consent back and let the point be gone, buttons that hold one included. False: there was none."""
    gone = turn.db.run(
        "UPDATE subject SET home = NULL WHERE id = :id AND person_id = :person AND home IS NOT NULL",
        id=subject,
        person=turn.who.id,
    )
    turn.db.run(
        "UPDATE consent SET revoked = :now WHERE subject_id = :id AND person_id = :person AND purpose = :purpose"
        " AND revoked IS NULL",
        now=ms(turn.now),
        id=subject,
        person=turn.who.id,
        purpose=PURPOSE,
    )
    for kind in (ASK, KEEP):
        kind.forget(turn)
    if gone:
        turn.audit("home.forgotten", f"subject:{subject}")
    return gone > 0


# -- how a spot is written ---------------------------------------------------------------------------------------


def held(turn: Turn, payload: dict[str, Any]) -> Spot | None:
    """The spot of a button; None where the key is gone."""
    kept = ASK.opened(turn, payload)
    return None if kept is None else Spot(**kept)


def told(written: str) -> str:
    """A home for its own people's export: what it is near to, and the point to about a hundred metres."""
    try:
        spot = opened(written)
    except ValueError:
        return written
    return f"{spot.near} {spot.lat:.{TOLD_DIGITS}f}, {spot.lon:.{TOLD_DIGITS}f}".strip()


def opened(written: str) -> Spot:
    """A spot as it was kept. Raises ValueError."""
    lat, lon, near = json.loads(written)
    return Spot(float(lat), float(lon), str(near))


def _written(spot: Spot) -> str:
    return json.dumps([round(spot.lat, DIGITS), round(spot.lon, DIGITS), spot.near], ensure_ascii=False)


def _whose(turn: Turn, row: Any) -> Whose:
    kind = str(row["kind"])
    name = "" if kind == ME else turn.unseal(row["name"], "subject.name")
    return Whose(int(row["id"]), kind, name)


def _made(turn: Turn, whose: Whose) -> int:
    return int(
        turn.db.value(
            "INSERT INTO subject (person_id, kind, name, created) VALUES (:person, :kind, :name, :now) RETURNING id",
            person=turn.who.id,
            kind=whose.kind,
            name=turn.seal(whose.name, "subject.name"),
            now=ms(turn.now),
        )
    )
