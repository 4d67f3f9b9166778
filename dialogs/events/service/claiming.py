"""Whose words these are: the button of a date, words that look for an activity, and the few that do something with one."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

from bot.capability import Claim
from bot.turn import Turn
from bot.words import fold, folded
from dialogs.events import rules
from dialogs.events.rules import HELPING, Sought
from dialogs.events.service import asked, finding, kept, organising, volunteering, waiting
from dialogs.events.service.ground import ROLES, Ground, local
from knowledge import intents

CANCEL = folded(
    ("取消活动", "取消报名", "退活动", "活动取消", "不去活动了", "活动不去了", "取消我的活动", "cancel event", "cancel activity", "cancel my event")
)  # fmt: skip

MINE = folded(
    ("我的活动", "我报的活动", "我报了什么活动", "我报了哪些活动", "我参加的活动", "查我的活动", "看我的活动", "活动记录", "my events", "my activities")
)  # fmt: skip
HOURS = folded(
    (
        "志愿时长",
        "志愿服务时长",
        "服务时长",
        "我的志愿时长",
        "我的时长",
        "查志愿时长",
        "volunteer hours",
        "my hours",
    )
)
CERTIFICATE = folded(
    (
        "志愿证明",
        "志愿服务证明",
        "志愿服务时长证明",
        "志愿时长证明",
        "开志愿证明",
        "开时长证明",
        "volunteer certificate",
    )
)
_TWO = re.compile(
    r"(?:我们|我俩|给)?(?:两|2|俩|三|3)(?:个人|位|个|口子)(?:一起)?(?:去|来|报名|参加)?|我俩(?:都去)?"
)
PLACELESS = frozenset({"dance", "craft", "picture_books"})
"""Kinds for which there are no places of their own: who asks where there is one asks for an activity."""
_VERIFY = re.compile(r"^\s*(?:核验|查验|验证|verify)\s*(?:证明|编号|certificate)?\s*\d", re.IGNORECASE)


def claims(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """The words that are ours, with what they tell already."""
    if turn.overheard:
        return None
    head, _, rest = text.partition(":")
    if head == "event":
        return _of_button(rest, ground)
    if text == "events":
        return Claim(flow="events")
    said = fold(text)
    organises = any(turn.who.may(role) for role in ROLES)
    if organises and said in (organising.WORDS | CANCEL):
        return Claim(call=partial(organising.shown, ground=ground))
    if said in HOURS:
        return Claim(call=_hours)
    if said in CERTIFICATE:
        return Claim(flow="event_certificate")
    if _VERIFY.match(text):
        return Claim(call=partial(volunteering.verify, text=text))
    if said in CANCEL:
        return Claim(call=partial(kept.to_cancel, ground=ground))
    return (
        asked.claims(text, turn, ground)
        or _of_list(text, said, turn, ground)
        or _by_name(text, turn, ground)
        or _looks(text, turn)
    )


def _of_list(text: str, said: str, turn: Turn, ground: Ground) -> Claim | None:
    """Words about what one has, and those that go on from the list which was shown last."""
    if said in MINE:
        return Claim(call=partial(_mine, ground=ground))
    if finding.narrows(turn, text):
        return Claim(call=partial(finding.narrow_by_words, ground=ground, words=text))
    if _TWO.fullmatch(said) and finding.narrows(turn, "报名"):
        return Claim(call=_two)
    return None


def _by_name(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """The next date of the activity whose name words say, whole or for short (急救课什么时候): its card."""
    if turn.busy:
        return None
    event = rules.named(text, [(one.id, one.title) for one in ground.calendar.events.values()])
    if not event:
        return None
    ahead = ground.between(turn, turn.today, turn.today + timedelta(days=rules.AHEAD))
    zone = turn.ground.settings.zone
    days = (one.day.isoformat() for one in ahead if one.event.id == event and one.starts(zone) > turn.now)
    day = next(days, None)
    if day is None:  # none is held soon: said so, with what is like it
        return Claim(flow="events", known={"words": text})
    return Claim(call=partial(finding.card, ground=ground, event=event, day=day))


def _looks(text: str, turn: Turn) -> Claim | None:
    read = rules.read(text, local(turn))
    if read.kinds and read.kinds <= PLACELESS and rules.asks_where(text):
        return Claim(flow="events", known={"words": text})
    # When a doctor comes is asked of the calendar; of other activities, how they are joined is asked of the corpus.
    kinds = ("start", "question") if read.kinds == {"doctor"} else ("start",)
    if any(hit.intent == "events" and hit.kind in kinds for hit in intents.match(text)):
        return Claim(flow="events", known={"words": text})
    return None


def _two(turn: Turn) -> None:
    turn.say("events.two", kept.ways(turn))


def _mine(turn: Turn, ground: Ground) -> None:
    if not kept.my_things(turn, ground) + waiting.my_things(turn, ground) + volunteering.my_hours(turn):
        turn.say("events.nothing_mine", kept.ways(turn))


def _hours(turn: Turn) -> None:
    if not volunteering.my_hours(turn):
        turn.say("events.no_hours", [turn.go("events.button.shifts", "event:shifts")])


def _of_button(rest: str, ground: Ground) -> Claim:
    """A button that was made once and may be pressed at any time: ID:DAY, or ID:DAY:WAY to sign up at once."""
    if rest == "shifts":
        return Claim(call=lambda turn: finding.tell(turn, ground, Sought(kinds=HELPING)))
    event, _, more = rest.partition(":")
    day, _, way = more.partition(":")
    if way in ("", finding.FOR_ELDER):
        return Claim(call=lambda turn: finding.card(turn, ground, event, day, way))
    known = {"event": event, "day": day, **({"wait": True} if way == "wait" else {"who": way})}
    return Claim(flow="event_seat", known=known)
