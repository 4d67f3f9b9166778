"""What staff do in their own chat, and 找人 for everybody: whose words these are, and the words one may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot import desk
from bot.capability import Claim
from bot.turn import Turn
from dialogs.staff import rules
from dialogs.staff.service import approving, calls, cases, counter, records
from knowledge import intents, urgent


def claims(text: str, turn: Turn, places: Mapping[str, str]) -> Claim | None:
    """Staff's words for staff; an invitation taken up, the wish for a person, and what follows it, for everybody."""
    code = rules.invitation(text)
    if code is not None:
        return Claim(flow="onboard", known={"code": code.upper()} if code else {})
    word = rules.word_of(text, (role for role, _ in turn.who.roles))
    if word is not None:
        acts: dict[rules.Word, Callable[[Turn], None]] = {
            "cases": cases.listed,
            "calls": calls.listed,
            "counter": counter.invite,
            "audit": records.audit,
            "approvals": approving.waiting,
            "help": partial(duty_help, places=places),
        }
        return Claim(call=acts[word] if not turn.overheard else overheard)
    act = rules.case_act(text, (role for role, _ in turn.who.roles))
    if act is not None:
        return Claim(call=partial(cases.typed, *act) if not turn.overheard else overheard)
    if (words := rules.words_for_person(text)) is not None:
        return Claim(call=partial(desk.person_wanted, words=words))
    if rules.wants_person(text):
        return Claim(call=partial(desk.person_wanted, words=text))
    return _carried(text, turn)


def _carried(text: str, turn: Turn) -> Claim | None:
    """What somebody writes to the staff who have their matter, or whom they just asked for.

    Words that a service stands for, and words that sound heavy, have an answer of their own.
    """
    if turn.overheard or not text or text.startswith("/"):
        return None
    hits = intents.match(text)
    if (hits and hits[0].kind == "start") or urgent.care(text) is not None:
        return None
    case = desk.listening(turn)
    return None if case is None else Claim(call=partial(carry, case), last=True)


def carry(case: int, turn: Turn) -> None:
    """Add the words to the case, in one short line."""
    desk.add_words(turn, case, turn.words)
    turn.say("staff.carried", case=case)


def overheard(turn: Turn) -> None:
    """Cases and numbers are not for a group."""
    turn.say("staff.overheard")


def duty_help(turn: Turn, places: Mapping[str, str]) -> None:
    """The words that somebody with these roles may use: the machine's, and those every service has for its staff."""
    words = [
        (turn.label(f"command.{word}"), turn.label(f"staff.does.{word}"))
        for word in rules.words_for(role for role, _ in turn.who.roles)
    ]
    if turn.everyone is not None:
        words += turn.everyone.staff_words(turn)
    posts = [
        (turn.label(f"staff.role.{role}"), turn.ground.texts.in_script(turn.lang, places.get(place, place)))
        for role, place in turn.who.roles
    ]
    turn.say("staff.help", name=turn.who.name, posts=posts, words=words)
