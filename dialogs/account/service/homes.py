"""The homes that are remembered: whose a spot is, the yes to keeping it, another in its place, forgetting it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot import homes
from bot.capability import Claim, NotDone
from bot.homes import Home, Spot, Whose
from bot.lookups import LookUps
from bot.messages import Button
from bot.turn import Turn
from knowledge.normalise import normalise

ANEW = "home.anew"
"""The kind of the button by which whoever moved looks from the new place."""
_FORGET = re.compile(
    r"(?:忘[掉了记]?|删[掉除]?|清[掉除]|别再?记着?|不要再?记着?|取消)[^,.!?]{0,8}(?:家|住址|住处|住的地方)(?:里|庭)?的?(?:位置|地址|住址|地点)?(?:吧|了)?"
    r"|(?:please )?(?:forget|delete|remove)(?: where)? (?:my|our|his|her|the|i|we|[a-z]+'s) ?(?:home|live)(?: location| address)?"
)
_MOVED = re.compile(
    r"(?:我|我们|咱|咱们|俺)?(?:家)?(?:已经|刚刚?)?搬家?了|(?:i|we)(?:'ve| have)? (?:just )?moved(?: house| home)?"
)


def claims(text: str, turn: Turn) -> Claim | None:
    """Words by which a home is to be forgotten, or that say it is another by now."""
    words = normalise(text).strip(".!~,? ")
    if turn.overheard:
        return None
    if _FORGET.fullmatch(words):
        return Claim(call=forget_asked)
    if _MOVED.fullmatch(words) and homes.known(turn):
        return Claim(call=moved)
    return None


def ask(turn: Turn, payload: dict[str, Any]) -> None:
    """The button that remembers a spot: asks whose home it is where several may be meant, then for the yes."""
    spot = homes.held(turn, payload)
    if spot is None:
        turn.say("home.gone")
        return
    mine = homes.may_be(turn, bool(payload["elder"]))
    chosen = _chosen(payload, mine)
    if chosen is None:
        turn.say(
            "home.whose",
            *(
                [_button(turn, homes.ASK, "home.button.whose", spot, one, elder=payload["elder"])]
                for one in mine
            ),
            [turn.action(homes.NO, "home.button.no")],
        )
        raise NotDone
    _confirm(turn, chosen, spot)
    raise NotDone


def keep(turn: Turn, payload: dict[str, Any]) -> None:
    """The yes: it is remembered."""
    spot = homes.held(turn, payload)
    whose = None if spot is None else _chosen(payload, homes.may_be(turn, True))
    if spot is None or whose is None:
        turn.say("home.gone")
        return
    home = homes.keep(turn, whose, spot)
    turn.say("home.kept", home=homes.said(turn, home), kind=whose.kind)


def refuse(turn: Turn, _payload: dict[str, Any]) -> None:
    """Nothing is remembered, or nothing changed."""
    turn.say("home.not_kept")


def forget_asked(turn: Turn) -> None:
    """One home is forgotten at once; of several it is asked which."""
    mine = homes.known(turn)
    if not mine:
        turn.say("home.none")
    elif len(mine) == 1:
        _forget(turn, mine)
    else:
        turn.say(
            "home.which",
            *([_forgetting(turn, [home], homes.label(turn, home))] for home in mine),
            [_forgetting(turn, mine, "")],
        )


def forget(turn: Turn, payload: dict[str, Any]) -> None:
    """The homes of a button are forgotten."""
    gone = [home for home in homes.known(turn) if home.whose.subject in payload["subjects"]]
    if gone:
        _forget(turn, gone)
    else:
        turn.say("home.none")


def moved(turn: Turn) -> None:
    """Somebody lives elsewhere by now: the way to tell where, and to have the old home forgotten meanwhile."""
    mine = homes.known(turn)
    turn.say(
        "home.moved",
        [turn.action(ANEW, "home.button.anew")],
        [_forgetting(turn, mine, "")],
        homes=[homes.said(turn, home) for home in mine],
    )


def anew(turn: Turn, _payload: dict[str, Any]) -> None:
    """Look from a new place, wherever home is."""
    turn.start("centres", anew=True)
    raise NotDone


def revoked(turn: Turn, subject: int | None, purpose: str) -> None:
    """The consent was taken back, or the one to the child's data: the point is gone."""
    if purpose in (homes.PURPOSE, "child"):
        for home in homes.known(turn):
            if subject in (None, home.whose.subject):
                homes.forget(turn, home.whose.subject)
        if subject is not None:
            homes.forget(turn, subject)


def _confirm(turn: Turn, whose: Whose, spot: Spot) -> None:
    """What is kept, for what and how it goes again; of a home that is known: whether this one takes its place."""
    old = next((home for home in homes.known(turn) if home.whose.subject == whose.subject), None)
    yes = "home.button.agree" if old is None else "home.button.replace"
    no = "home.button.no" if old is None else "home.button.stay"
    turn.say(
        "home.agree" if old is None else "home.replace",
        [_button(turn, homes.KEEP, yes, spot, whose)],
        [turn.action(homes.NO, no)],
        whose=whose.name,
        spot=spot.near,
        standing="" if old is None else homes.said(turn, old),
    )


def _button(turn: Turn, kind: LookUps, label: str, spot: Spot, whose: Whose, **more: Any) -> Button:
    says = {"whose": whose.name}
    return kind.button(turn, label, spot._asdict(), says, subject=whose.subject, kind=whose.kind, **more)


def _chosen(payload: dict[str, Any], mine: Sequence[Whose]) -> Whose | None:
    """Whom a button names; the only one where it names nobody."""
    if "kind" not in payload:
        return mine[0] if len(mine) == 1 else None
    same = [one for one in mine if one.kind == payload["kind"]]
    return next((one for one in same if payload["subject"] in (0, one.subject)), None)


def _forgetting(turn: Turn, mine: Sequence[Home], home: str) -> Button:
    payload = {"subjects": [one.whose.subject for one in mine]}
    return turn.action(homes.FORGET, "home.button.forget", payload, home=home)


def _forget(turn: Turn, mine: Sequence[Home]) -> None:
    for home in mine:
        homes.forget(turn, home.whose.subject)
    turn.say("home.forgotten", homes=[homes.said(turn, home) for home in mine])
