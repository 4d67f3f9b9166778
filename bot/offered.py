"""Buttons that were offered and are named in words: by their label, a number or a word of the same meaning.

The outbox remembers what an address was shown, results and reminders included, so nothing else has to.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.clock import ms
from bot.flow.numerals import in_figures
from bot.messages import Button, Outgoing
from bot.store.sealed import Unreadable
from bot.texts import plain
from bot.turn import Turn
from bot.words import acts, fold, undoing

LIFE = timedelta(days=7)
"""A button is known by its words for this long; the button itself for as long as its row lives."""
MESSAGES = 12
"""The newest messages of an address that are looked through."""
NO_MATTER = (
    "common.", "questions.unknown", "questions.choices", "questions.which_matter", "questions.which_city", "questions.none_of_them"
)  # fmt: skip
"""What begins the text keys of messages that speak of nothing else: it was not understood, or asked back."""
LOOKED_AT = 6
"""Messages among which the newest one that speaks of something is looked for."""
LONGEST = 24
"""Characters of words that may name a button."""
_NTH = re.compile(
    r"(?:我?[要选就]|选择)?第([一二三四五六七八九十]|\d{1,2})(?:个|家|项|条|场|位|次)?(?:吧|的|呢)?"
)
_LINE = re.compile(r"^(\d{1,2})\. ", re.MULTILINE)
HEAD = 40
"""Characters of its message by which one of several buttons is told from the others."""


@dataclass(frozen=True)
class Offer:
    """A button that still works, the beginning of its message, and how many messages ago that was (0: the last).

    `listed`: the numbers that the message's lines begin with, in order; its first buttons are for these."""

    button: Button
    head: str
    ago: int
    kind: str = ""
    listed: tuple[int, ...] = ()


def meant(turn: Turn, text: str) -> list[Offer]:
    """The buttons that these words name, newest first; of several for the same thing the newest only."""
    said = fold(text).removesuffix("吧")
    if not said or len(said) > LONGEST:
        return []
    offers = _offers(turn)
    if (number := _number(said)) is not None:
        last = [offer for offer in offers if offer.ago == 0]
        at = _place_of(number, last)
        return last[at : at + 1] if 0 <= at < len(last) and _act_among(last) else []
    if found := [offer for offer in offers if fold(offer.button.label) == said]:
        return found if found[0].kind else found[:1]
    group = next((words for words in acts() if said in words), None)
    if group is None:
        return []
    return [o for o in offers if o.kind and any(word in fold(o.button.label) for word in group)]


def _place_of(number: int, last: list[Offer]) -> int:
    """At which place, from 0, the button stands that a number means: the one of the line that begins with it, where lines do."""
    listed = last[0].listed if last else ()
    if number in listed:
        return listed.index(number)
    return len(last) if number > len(listed) > 0 else number - 1


def _number(said: str) -> int | None:
    """The button that a number means: 2, 第二个."""
    if said.isdigit():
        return int(said)
    found = _NTH.fullmatch(said)
    return None if found is None else in_figures(found[1])


def undo(turn: Turn) -> Offer | None:
    """The button of the newest message with buttons of a row that undoes what was done, if it holds one."""
    acting = [offer for offer in _offers(turn) if offer.kind]
    for offer in acting:
        if offer.ago == acting[0].ago and (
            offer.kind.endswith("undo") or any(word in fold(offer.button.label) for word in undoing())
        ):
            return offer
    return None


def refusal(turn: Turn) -> Offer | None:
    """The button by which the newest message lets one say no to what it asked (its kind ends with _no), if it holds one."""
    return next((offer for offer in _offers(turn) if offer.ago == 0 and offer.kind.endswith("_no")), None)


def _act_among(offers: list[Offer]) -> bool:
    return any(offer.kind for offer in offers)


def _offers(turn: Turn) -> list[Offer]:
    """Every button of the newest messages that works outside its question, newest message first."""
    shown = _newest(
        turn,
        MESSAGES,
        "state IN ('inflight', 'sent', 'unconfirmed') AND created >= :since",
        since=ms(turn.now - LIFE),
    )
    found: list[Offer] = []
    seen: set[tuple[str, str]] = set()
    for ago, message in enumerate(shown):
        if message is None:  # its buttons are known by pressing them only
            continue
        words = plain(message.text).strip()
        head = words.split("\n")[0][:HEAD]
        listed = tuple(int(line[1]) for line in _LINE.finditer(words))
        for button in (button for line in message.buttons for button in line):
            name, _, rest = button.id.partition(":")
            what = _row(turn, rest) if name == "a" else (button.id, "")
            if name in ("a", "go", "w", "lang") and what is not None and what not in seen:
                seen.add(what)
                found.append(Offer(button, head, ago, what[0] if name == "a" else "", listed))
    return found


def said(turn: Turn, count: int) -> list[tuple[str, ...]]:
    """The text keys of the newest `count` messages that this address was sent, newest first; fewer where there are
    none, and none where one cannot be read."""
    messages = _newest(turn, count)
    return [] if None in messages else [message.keys for message in messages if message is not None]


def subject(turn: Turn) -> Outgoing | None:
    """The newest message to this address that speaks of something: a short question belongs to it."""
    shown = _newest(turn, LOOKED_AT)
    return next(
        (one for one in shown if one is not None and one.keys and not one.keys[0].startswith(NO_MATTER)), None
    )


def _newest(turn: Turn, most: int, where: str = "TRUE", **values: Any) -> list[Outgoing | None]:
    """The newest messages to this address, newest first; None for one that cannot be read any more."""
    if turn.address_id is None or turn.who.new:
        return []
    found: list[Outgoing | None] = []
    for row in turn.db.all(
        "SELECT payload FROM outbox WHERE address_id = :address AND kind = 'send' AND payload IS NOT NULL"
        f" AND {where} ORDER BY id DESC LIMIT :most",
        address=turn.address_id,
        most=most,
        **values,
    ):
        try:
            found.append(Outgoing.of_json(turn.ground.keys.unseal(bytes(row["payload"]), "outbox.payload")))
        except Unreadable:
            found.append(None)
    return found


def _row(turn: Turn, rest: str) -> tuple[str, str] | None:
    """Kind and matter of an action button, or None when it was used, is over or is somebody else's."""
    number = rest.partition(":")[0]
    row = turn.db.one(
        "SELECT kind, payload, person_id, deadline, used FROM action WHERE id = :id",
        id=int(number) if number.isdigit() else 0,
    )
    if row is None or row["used"] is not None or row["person_id"] not in (None, turn.who.id):
        return None
    if row["deadline"] is not None and int(row["deadline"]) < ms(turn.now):
        return None
    return str(row["kind"]), json.dumps(json.loads(row["payload"]), sort_keys=True)
