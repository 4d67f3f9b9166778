"""Which words of a place's staff are theirs: the list of the day, the roster, carers, walk-ins, how full it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.capability import Act, Claim
from bot.flow import when
from bot.turn import Turn
from bot.words import asks, fold
from dialogs.booking.rules import duty
from dialogs.booking.service.kept import ROLE
from dialogs.booking.service.place import carers, day, posts, roster, vacancy, walkins
from knowledge.city import City

ROSTER = frozenset({"名册", "看名册", "在册名单", "roster", "theroster"})
VACANCY = frozenset({"空位", "报空位", "空满", "空适中满", "howfull", "vacancy"})
_ADD = re.compile(
    r"^\s*(?:加名册|名册加|加入名册|登名册|add\s+(?:to\s+)?(?:the\s+)?roster)[\s:：,，]*", re.IGNORECASE
)
_LEAVE = re.compile(
    r"^\s*(?:退园|离园|leaves?\s+the\s+roster)[\s:：,，]*(?P<name>\S.*)$|^(?P<behind>\S{1,12}?)\s*(?:退园|离园)了?$",
    re.IGNORECASE,
)
_ERASE = re.compile(
    r"^\s*(?:抹掉|抹去|删名册|删掉名册|名册删除|erase\s+from\s+(?:the\s+)?roster)[\s:：,，]*(?P<name>\S.*)$",
    re.IGNORECASE,
)


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """What somebody on the staff of a place says of its day; None: something else, or somebody else."""
    if turn.overheard or not turn.who.may(ROLE):
        return None
    act = _plain(text, city) or _roster(text, turn, city)
    if act is None and not asks(text):
        act = _day(text, turn, city)
    return None if act is None else Claim(call=act)


def actions(city: City) -> dict[str, Act]:
    """What the buttons of a place's staff do, by kind."""
    return {
        "booking.away": partial(roster.pressed, city=city, away=True),
        "booking.comes": partial(roster.pressed, city=city, away=False),
        "booking.leaves_roster": partial(roster.left, city=city),
        "booking.erased": partial(roster.erased, city=city),
        "booking.carers_undo": partial(carers.undone, city=city),
        "booking.walk_in": partial(walkins.pressed, city=city),
        "booking.walk_in_gone": partial(walkins.gone, city=city),
        "booking.vacancy": partial(vacancy.pressed, city=city),
    }


def offered(turn: Turn, city: City) -> list[tuple[str, str]]:
    """What staff may type, and what it does."""
    if not turn.who.may(ROLE):
        return []
    own = ("vacancy",) if any(map(vacancy.drop_in, posts.places(turn, city))) else ()
    return [
        (turn.label(f"booking.duty.{word}"), turn.label(f"booking.duty.{word}_does"))
        for word in ("list", "roster", "away", "carer", "walk_in", *own)
    ]


Said = Callable[[Turn], None]


def _plain(text: str, city: City) -> Said | None:
    folded = fold(text).rstrip("?？")
    if folded in day.WORDS:
        return partial(day.shown, city=city)
    if folded in ROSTER:
        return partial(roster.shown, text=text, city=city)
    if folded in VACANCY:
        return partial(vacancy.ask, text=text, city=city)
    return None


def _roster(text: str, turn: Turn, city: City) -> Said | None:
    if (added := _ADD.match(text)) is not None:
        return partial(roster.enter, text=text[added.end() :], city=city)
    if (erased := _ERASE.match(text)) is not None:
        return partial(roster.leaves, text=erased["name"], until=None, city=city, erase=True)
    if (gone := _LEAVE.match(text)) is not None:
        at = when.read(gone["name"] or gone["behind"], _now(turn))
        until = next((one for one in at.days if one >= turn.today), None)
        return partial(roster.leaves, text=at.rest.strip(" ,，"), until=until, city=city)
    return None


def _day(text: str, turn: Turn, city: City) -> Said | None:
    now = _now(turn)
    if (level := duty.level(text)) is not None and any(map(vacancy.drop_in, posts.places(turn, city))):
        return partial(vacancy.said, level=level, text=text, city=city)
    if (walked := duty.walk_in(text, now)) is not None:
        return partial(walkins.said, words=walked, text=text, city=city)
    said = duty.carers(text, now)
    if isinstance(said, duty.Off):
        return partial(carers.said_off, words=said, text=text, city=city)
    if said is not None:
        return partial(carers.said_back, words=said, text=text, city=city)
    child = duty.coming(text, now)
    known = child is not None and any(
        roster.named(turn, place.id, child.name) for place in posts.places(turn, city)
    )
    # 请假 is said of nobody else: a name that is not in the roster is told so, and not taken for something unknown.
    meant = child is not None and child.away and "请假" in text and len(child.name) <= duty.SHORT_NAME
    if child is None or not (known or meant):
        return None
    return partial(roster.coming, said=child, text=text, city=city)


def _now(turn: Turn) -> datetime:
    return turn.now.astimezone(turn.ground.settings.zone)
