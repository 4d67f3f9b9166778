"""What the capability offers about a child: the words that are its own, the steps of its forms, its buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from bot.capability import Act, Claim, Service
from bot.turn import Turn
from bot.words import asks, fold
from dialogs.booking.rules import wishes
from dialogs.booking.service import which
from dialogs.booking.service.child import card, note, sick
from dialogs.booking.service.child.sick import Corpus
from knowledge.city import City


def does(city: City, corpus: Corpus | None) -> Mapping[str, Service]:
    """The steps of the forms about a child."""
    return {
        "child_card.look": card.look,
        "child_card.agreed": card.agreed_to,
        "child_card.give": card.give,
        "child_card.next": card.keep,
        "child_note.look": partial(note.look, city=city),
        "child_note.keep": partial(note.keep, city=city, corpus=corpus),
    }


def actions(city: City) -> Mapping[str, Act]:
    """The buttons about a child."""
    return {
        "booking.card": card.show,
        "booking.card_fill": card.fill,
        "booking.card_remove": card.remove,
        "booking.note": note.say,
        "booking.sick": partial(sick.cancelled, city=city),
    }


SHORT = 20
"""Characters in which somebody tells of an allergy."""
_CARD = re.compile(
    r"(?:我?要?|帮我)?(?:填|写|改|看|查|更新|修改)?(?:一下)?(?:我的?)?(?:孩子|宝宝|娃)(?:的)?(?:卡片|卡|情况卡|信息卡|健康卡|过敏卡)"
    r"|填(?:一下)?(?:我)?(?:孩子|宝宝|娃)(?:的)?情况|(?:填|写)(?:孩子|宝宝|娃)?(?:的)?(?:过敏|过敏史|紧急联系人)"
    r"|(?:my)?child(?:'s)?card|(?:fillin|show|change)(?:my)?child(?:'s)?card"
)


def _told_of_health(text: str, turn: Turn) -> bool:
    """Whether somebody who has booked says that the child must not have something: 宝宝对鸡蛋过敏. It belongs on the child's card."""
    said = not turn.busy and len(text) <= SHORT and wishes.HEALTH.search(text) is not None and not asks(text)
    return said and bool(which.standing(turn))


def claims(text: str, turn: Turn, city: City, corpus: Corpus | None) -> Claim | None:
    """The words for a child's card, for a word to the place, for a child that is ill."""
    if _CARD.fullmatch(fold(text)):
        return Claim(flow="child_card")
    if _told_of_health(text, turn):
        return Claim(flow="child_card")
    return note.claims(text, turn) or sick.claims(text, turn, city, corpus)
