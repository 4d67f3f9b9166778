"""What the capability offers about the way home: the words that are its own, its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bot.capability import Act, Claim
from bot.turn import Turn
from bot.words import fold
from dialogs.booking.rules import belated as late
from dialogs.booking.rules import fetching as rules
from dialogs.booking.service.fetching import door, ladder, people, receipt, spoken
from dialogs.booking.service.kept import ROLE
from dialogs.booking.service.place import belated, sheet
from knowledge.city import City

RECEIPT = frozenset(
    {
        "要收据",
        "收据",
        "开收据",
        "我要收据",
        "打收据",
        "临时托收据",
        "发收据",
        "receipt",
        "areceipt",
        "myreceipt",
    }
)
STAFF_WORDS = ("door", "sheet", "belated")


def actions(city: City) -> Mapping[str, Act]:
    """The buttons."""
    return {
        "booking.came": partial(door.came, city=city),
        "booking.left": partial(door.left, city=city),
        "booking.fetched": partial(door.fetched, city=city),
        "booking.fetch_stranger": partial(door.stranger, city=city),
        "booking.fetch_allow": partial(door.answered, city=city, yes=True),
        "booking.fetch_refuse": partial(door.answered, city=city, yes=False),
        "booking.fetch_on_way": partial(ladder.on_way, city=city),
        "booking.fetch_at_home": partial(door.at_home, city=city),
        "booking.fetcher_away": people.away,
        "booking.belated": partial(belated.confirmed, city=city),
        "booking.belated_no": belated.refused,
        "booking.slip": partial(receipt.pressed, city=city),
    }


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """The words, of staff first."""
    if turn.who.may(ROLE) and (said := _of_staff(text, turn, city)) is not None:
        return said
    if (grave := _grave(text, turn, city)) is not None:
        return grave
    if (minutes := rules.late(text)) is not None:
        if ladder.waits(turn) is not None:
            return Claim(call=partial(ladder.said_late, minutes=minutes, city=city))
        if ladder.comes(turn) is not None:
            return Claim(call=partial(ladder.arrives_late, minutes=minutes, city=city))
    if rules.asks_list(text):
        return Claim(call=people.shown)
    if fold(text) in RECEIPT:
        return Claim(call=partial(receipt.asked, city=city))
    if (name := rules.changes(text)) is not None:
        return Claim(call=partial(people.comes, city=city, name=name, today=rules.says_today(text)))
    if (allowed := rules.allows(text)) is not None:
        return Claim(call=partial(people.allow, name=allowed[0], tail=allowed[1]))
    return None


def _grave(text: str, turn: Turn, city: City) -> Claim | None:
    """What keeps a child from a wrong hand: a no to who stands at the door, an alarm, somebody who may not."""
    if turn.who.new:
        return None
    if rules.refuses(text) and door.asked(turn):
        return Claim(call=partial(door.refused, city=city))
    if rules.alarmed(text) and ladder.may_be_wrong(turn) is not None:
        return Claim(call=partial(ladder.alarm, words=text, city=city))
    if rules.anybody(text):
        return Claim(call=_one_by_one)
    if (name := rules.forbids(text)) is not None and people.has_children(turn):
        return Claim(call=partial(people.forbid, city=city, name=name))
    return None


def _one_by_one(turn: Turn) -> None:
    turn.say("fetching.one_by_one")


def _of_staff(text: str, turn: Turn, city: City) -> Claim | None:
    if fold(text).rstrip("?？") in sheet.WORDS:
        return Claim(call=partial(sheet.asked, city=city, text=text))
    if (lines := late.read(text, turn.today)) is not None:
        return Claim(call=partial(belated.enter, lines=lines, city=city))
    said = rules.at_the_door(text)
    if isinstance(said, str):
        return Claim(call=partial(door.by_code, code=said, city=city))
    if said is not None:
        return Claim(call=partial(door.by_name, number=said[0], name=said[1], city=city))
    return spoken.claims(text, turn, city)


def staff_words(turn: Turn) -> list[tuple[str, str]]:
    """What staff of a place may type."""
    if not turn.who.may(ROLE):
        return []
    return [
        (turn.label(f"fetching.duty.{one}"), turn.label(f"fetching.duty.{one}_does")) for one in STAFF_WORDS
    ]
